package damo.rewrite;

import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.Damo;
import damo.Scan;
import damo.graph.Build;
import damo.graph.Index;
import damo.graph.Ints;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import damo.text.Pretty;
import damo.type.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Random programs of loops mean the same before and after rewriting, also of no step, one and two.
class RandomLoopTest {
    private static final long SEED = Long.getLong("damo.seed", 20261121);
    private static final int PROGRAMS = Integer.getInteger("damo.graphs", 500);
    private static final List<ScalarOp> UNARY = List.of(ScalarOp.TANH, ScalarOp.SIN, ScalarOp.SIGMOID, ScalarOp.NEG, ScalarOp.ABS);
    private static final List<ScalarOp> BINARY = List.of(ScalarOp.ADD, ScalarOp.SUB, ScalarOp.MAX, ScalarOp.ADD);

    private final Variable xs = Loop.input("xs", -1, 3);
    private final Variable ys = Loop.input("ys", -1);
    private final Variable m = Loop.input("m", 3, 3);
    private final Variable v = Loop.input("v", 3);
    private final Variable c = Loop.input("c");

    @Test void rewritingKeepsTheMeaning() {
        int ran = 0;
        for (int i = 0; i < PROGRAMS; i++) {
            long seed = SEED + i;
            String text = "";
            try {
                List<Variable> results = program(new Random(seed));
                text = Pretty.print(results);
                Loop loop = Loop.of(List.of(xs, ys, m, v, c), results.toArray(Variable[]::new));
                text += "\nbecame\n" + Pretty.print(loop.after().results());
                for (int n : new int[] {0, 1, 2, 3}) if (loop.runs(n, seed)) ran++;
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed %d: %s\n%s".formatted(seed, e.getMessage(), text), e);
            }
        }
        assertTrue(ran > 3 * PROGRAMS, "only " + ran);
    }

    private List<Variable> program(Random random) {
        var outside = new ArrayList<>(List.of(m, v, c, v.tanh(), c.exp(), Ints.of(2).cast(DType.FLOAT64)));
        var rows = new ArrayList<>(List.of(xs, ys));
        var results = new ArrayList<Variable>();
        for (int loops = 1 + random.nextInt(3); loops > 0; loops--) results.addAll(loop(random, outside, rows, 0));
        var chosen = new ArrayList<Variable>();
        while (chosen.isEmpty()) for (Variable r : results) if (random.nextInt(3) > 0) chosen.add(r);
        return chosen;
    }

    /// A loop over some of `rows`; what it gives goes to `outside` and `rows` too.
    private List<Variable> loop(Random random, List<Variable> outside, List<Variable> rows, int depth) {
        Scan loop = Damo.scan();
        var known = new ArrayList<>(outside);
        var states = new ArrayList<Variable>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            Variable from = rows.get(random.nextInt(rows.size()));
            known.add(random.nextInt(4) == 0 ? loop.backwards(from) : loop.sequence(from));
        }
        boolean few = random.nextInt(5) == 0;
        if (few) loop.times(Ints.min(ys.shape(0), Ints.of(1 + random.nextInt(3))));
        else if (depth > 0 && random.nextInt(3) > 0) loop.times(Ints.min(ys.shape(0), Ints.of(2)));
        else loop.times(ys.shape(0));
        if (random.nextInt(3) == 0) known.add(loop.index().cast(DType.FLOAT64));
        for (int i = random.nextInt(4); i > 0; i--) {
            Variable first = outside.get(random.nextInt(outside.size()));
            Variable s = loop.state(first);
            states.add(s);
            known.add(s);
        }
        int size = known.size() + 2 + random.nextInt(7);
        while (known.size() < size) known.add(node(random, pick(random, known), pick(random, known)));
        if (depth == 0 && random.nextInt(4) == 0) {
            var inside = new ArrayList<>(rows.subList(0, 2));
            loop(random, known, inside, 1);
        }
        for (Variable s : states) loop.next(s, next(random, s, known));
        boolean until = random.nextInt(8) == 0;
        if (until) loop.until(pick(random, known).sum().gt(2.5));
        var results = new ArrayList<Variable>();
        for (Variable s : states) {
            if (random.nextBoolean()) results.add(loop.last(s));
            if (random.nextBoolean()) results.add(trace(random, loop, s, rows, few || until));
        }
        for (int i = random.nextInt(3); i > 0 || results.isEmpty(); i--) {
            Variable e = loop.emit(pick(random, known));
            results.add(e);
            if (!few && !until && e.rank() < 3) rows.add(e);
        }
        for (Variable r : results) if (r.rank() < 3 && r.type().isStatic()) outside.add(r);
        return results;
    }

    private static Variable trace(Random random, Scan loop, Variable s, List<Variable> rows, boolean few) {
        Variable all = loop.trace(s);
        if (!few && s.rank() < 2 && random.nextBoolean()) rows.add(all);
        return switch (random.nextInt(5)) {
            case 0 -> all.slice(-2, Long.MAX_VALUE >> 1);
            case 1 -> all.index(new Index.Range(Ints.of(-1), null, 1));
            case 2 -> all.sum(0);
            default -> all;
        };
    }

    private static Variable pick(Random random, List<Variable> all) {
        return random.nextInt(3) == 0 ? all.getLast() : all.get(random.nextInt(all.size()));
    }

    /// Of the rank of `s`.
    private static Variable next(Random random, Variable s, List<Variable> known) {
        List<Variable> same = known.stream().filter(k -> k.rank() == s.rank() && k != s).toList();
        return switch (random.nextInt(6)) {
            case 0 -> s;
            case 1, 2 -> same.isEmpty() ? s.sin() : s.add(same.get(random.nextInt(same.size())).tanh());
            case 3 -> s.rank() == 2 ? s.add(vector(random, known).outer(vector(random, known))) : s.add(pickRank(random, known, s.rank()));
            default -> same.isEmpty() ? s.cos() : same.get(random.nextInt(same.size())).sin();
        };
    }

    private static Variable vector(Random random, List<Variable> known) {
        return pickRank(random, known, 1);
    }

    private static Variable pickRank(Random random, List<Variable> known, int rank) {
        List<Variable> same = known.stream().filter(k -> k.rank() == rank).toList();
        return same.get(random.nextInt(same.size()));
    }

    private static Variable node(Random random, Variable a, Variable b) {
        return switch (random.nextInt(8)) {
            case 0 -> Build.elementwise(UNARY.get(random.nextInt(UNARY.size())), a);
            case 1, 2 -> Build.elementwise(BINARY.get(random.nextInt(BINARY.size())), a, b);
            case 3 -> a.tanh().mul(b.tanh());
            case 4 -> a.rank() > 0 ? a.tanh().sum(0) : a.sin();
            case 5 -> a.rank() == 1 ? a.softmax() : a.tanh();
            case 6 -> Build.elementwise(ScalarOp.WHERE, a.lt(0.1), a, 0.5);
            default -> a.rank() > 0 && b.rank() > 0 && a.rank() + b.rank() < 5 ? a.tanh().dot(b.tanh()) : a.add(1).sub(b);
        };
    }
}
