package damo.verify;

import static org.junit.jupiter.api.Assertions.fail;

import damo.graph.Graph;
import damo.graph.Lambda;
import damo.graph.Op;
import damo.graph.Variable;
import damo.interpret.Interpreter;
import damo.rewrite.Phases;
import damo.text.GraphText;
import damo.type.DType;
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
    /// Beyond which nothing can be said of what is left when numbers cancel.
    static final double LARGE = 1e12;
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
            double scale = scale(f, arguments);
            if (scale > LARGE) return null;
            double tolerance = tolerance(f);
            stage = "compiled as it is";
            String wrong = difference(want, Agreement.compiled(f, arguments), tolerance, scale);
            Lambda rewritten = f;
            for (Phases.Phase phase : Phases.ALL) {
                if (wrong != null) break;
                stage = "interpreted after the phase " + phase.name();
                rewritten = Phases.rewrite(rewritten, phase, NONE);
                wrong = difference(want, Interpreter.run(rewritten, arguments), tolerance, scale);
            }
            if (wrong == null) {
                stage = "compiled after all phases";
                wrong = difference(want, Agreement.compiled(rewritten, arguments), tolerance, scale);
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

    /// The largest number of all that is computed on the way: where large numbers cancel, their last places stay.
    static double scale(Lambda f, List<NDArray> arguments) {
        double scale = 1;
        for (NDArray x : Interpreter.run(f.withResults(unconditional(f)), arguments))
            if (x.dtype().isFloat()) scale = Math.max(scale, RandomGraph.magnitude(x));
        return scale;
    }

    static double tolerance(Lambda f) {
        return Graph.order(f.results()).stream().anyMatch(v -> v.dtype() == DType.FLOAT32) ? 1e-4 : 1e-11;
    }

    /// Everything that is computed whichever branch is taken.
    private static List<Variable> unconditional(Lambda f) {
        return Graph.order(f.results(), v -> v.op() instanceof Op.If
                || v.op() instanceof Op.Assert).stream().filter(v -> !(v.op() instanceof Op.Input)).toList();
    }

    static String difference(List<NDArray> want, List<NDArray> got, double tolerance, double scale) {
        for (int i = 0; i < want.size(); i++) {
            String wrong = Agreement.difference(want.get(i), got.get(i), tolerance, scale);
            if (wrong != null) return "result %d: %s".formatted(i, wrong);
        }
        return null;
    }
}
