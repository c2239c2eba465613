package damo.verify;

import static org.junit.jupiter.api.Assertions.fail;

import damo.graph.Graph;
import damo.graph.Lambda;
import damo.graph.Op;
import damo.graph.Variable;
import damo.interpret.Interpreter;
import damo.rewrite.Phases;
import damo.text.GraphText;
import damo.value.NDArray;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Random graphs: interpreted as they are, against every prefix of the rewrite phases and against compiled code. `-Ddamo.seed=N` runs the
/// graph that a failure named; `-Ddamo.fuzz.seconds=60` bounds the long run.
class RandomGraphTest {
    private static final Set<String> NONE = Set.of();

    @Test void someRandomGraphsAgree() {
        run(400, Long.MAX_VALUE, RandomGraphTest::wrong);
    }

    @Test @Tag("fuzz") void manyRandomGraphsAgree() {
        run(Integer.MAX_VALUE, end(), RandomGraphTest::wrong);
    }

    @Test void someRandomUpdatesAgree() {
        run(200, Long.MAX_VALUE, RandomUpdates::wrong);
    }

    @Test @Tag("fuzz") void manyRandomUpdatesAgree() {
        run(Integer.MAX_VALUE, end(), RandomUpdates::wrong);
    }

    /// When a long run ends.
    static long end() {
        return System.nanoTime() + Integer.getInteger("damo.fuzz.seconds", 60) * 1_000_000_000L;
    }

    /// Tries so many graphs, or those that there is time for, or the one that `-Ddamo.seed` names.
    ///
    /// @param check what differs when a graph runs with these arguments, or `null`
    static void run(int count, long until, BiFunction<Lambda, List<NDArray>, String> check) {
        if (Long.getLong("damo.seed") != null) {
            check(Long.getLong("damo.seed"), check);
            return;
        }
        long first = new Random().nextLong();
        var seeds = new Random(first);
        int i = 0;
        for (; i < count && System.nanoTime() < until; i++) check(seeds.nextLong(), check);
        System.out.printf("random graphs: %d agree (first seed %d)%n", i, first);
    }

    private static void check(long seed, BiFunction<Lambda, List<NDArray>, String> check) {
        var graph = new RandomGraph(seed);
        String wrong = check.apply(graph.lambda, graph.arguments);
        if (wrong == null) return;
        Lambda small = shrunk(graph, check);
        fail("seed %d: %s%n%n%s%narguments:%n%s%n%s".formatted(seed, check.apply(small, graph.arguments), GraphText.print(small),
                arguments(graph),
                small == graph.lambda ? "" : "it is the smallest failing part of " + graph.lambda.results().stream()
                        .mapToInt(Agreement::size).max().orElse(0) + " ops"));
    }

    private static String arguments(RandomGraph graph) {
        var text = new StringBuilder();
        for (int i = 0; i < graph.arguments.size(); i++)
            text.append("%s = %s%n".formatted(graph.lambda.parameters().get(i), graph.arguments.get(i)));
        return text.toString();
    }

    /// The smallest part of the graph that fails: one variable of it as the only result.
    private static Lambda shrunk(RandomGraph graph, BiFunction<Lambda, List<NDArray>, String> check) {
        List<Variable> parts = Graph.order(graph.lambda.results()).stream().filter(v -> !(v.op() instanceof Op.Input
                || v.op() instanceof Op.Constant))
                .sorted(Comparator.comparingInt(Agreement::size)).toList();
        for (Variable part : parts) {
            Lambda f = graph.lambda.withResults(List.of(part));
            if (check.apply(f, graph.arguments) != null) return f;
        }
        return graph.lambda;
    }

    /// What differs, or `null`.
    private static String wrong(Lambda f, List<NDArray> arguments) {
        String stage = "interpreter";
        try {
            List<NDArray> want = Interpreter.run(f, arguments);
            var expected = Expected.of(f, arguments);
            if (expected.isVague()) return null;
            stage = "compiled as it is";
            String wrong = expected.difference(want, Agreement.compiled(f, arguments));
            Lambda rewritten = f;
            for (Phases.Phase phase : Phases.ALL) {
                if (wrong != null) break;
                stage = "interpreted after the phase " + phase.name();
                rewritten = Phases.rewrite(rewritten, phase, NONE);
                wrong = expected.difference(want, Interpreter.run(rewritten, arguments));
            }
            if (wrong == null) {
                stage = "compiled after all phases";
                wrong = expected.difference(want, Agreement.compiled(rewritten, arguments));
            }
            if (wrong == null) {
                stage = "text";
                wrong = GraphText.print(GraphText.parse(GraphText.print(f))).equals(GraphText.print(f)) ? null : "reads back otherwise";
            }
            return wrong == null ? null : stage + ": " + wrong;
        } catch (RuntimeException | LinkageError e) {
            return "%s: %s at %s".formatted(stage, e, e.getStackTrace().length == 0 ? "?" : e.getStackTrace()[0]);
        }
    }
}
