package damo.rewrite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import damo.DamoException;
import damo.grad.GradOption;
import damo.grad.Gradient;
import damo.graph.Build;
import damo.graph.Graph;
import damo.graph.Index;
import damo.graph.Ints;
import damo.graph.Lambda;
import damo.graph.Op;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import damo.interpret.Interpreter;
import damo.text.GraphText;
import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Small random graphs mean the same before and after each phase.
class DifferentialTest {
    private static final long SEED = Long.getLong("damo.seed", 20251121);
    private static final int GRAPHS = Integer.getInteger("damo.graphs", 600);
    private static final ScalarOp[] UNARY = {ScalarOp.NEG, ScalarOp.ABS, ScalarOp.EXP, ScalarOp.SIGMOID, ScalarOp.SOFTPLUS, ScalarOp.TANH,
            ScalarOp.SIN, ScalarOp.EXPM1, ScalarOp.NEG};
    private static final ScalarOp[] BINARY = {ScalarOp.ADD, ScalarOp.SUB, ScalarOp.MUL, ScalarOp.DIV, ScalarOp.MAX, ScalarOp.ADD, ScalarOp.MUL};
    private static final Object[] NUMBERS = {0, 1, -1, 2, 0.5, 3, -0.25};

    @Test void everyPhaseKeepsTheMeaning() {
        int compared = 0;
        for (int i = 0; i < GRAPHS; i++) {
            long seed = SEED + i;
            Lambda f = graph(new Random(seed));
            List<NDArray> arguments = arguments(f, new Random(seed));
            List<NDArray> before;
            try {
                before = Interpreter.run(f, arguments);
            } catch (DamoException _) {
                continue;                                // extents that do not fit
            }
            if (!isFinite(f, arguments)) continue;
            compared++;
            for (Phases.Phase phase : Phases.ALL) {
                Lambda after;
                try {
                    after = Phases.rewrite(f, phase, Set.of());
                    List<NDArray> now = Interpreter.run(after, arguments);
                    for (int k = 0; k < now.size(); k++) check(before.get(k), now.get(k));
                } catch (AssertionError | RuntimeException e) {
                    String text = "seed %d, phase %s: %s\n%s\n%s".formatted(seed, phase.name(), e.getMessage(), GraphText.print(f), arguments);
                    throw new AssertionError(text, e);
                }
                f = after;
            }
        }
        assertTrue(compared > GRAPHS / 4, "only " + compared);
    }

    // Rules may give values where there were none; they may not take them away, nor lose more than rounding.
    private static void check(NDArray before, NDArray now) {
        assertEquals(before.type(), now.type());
        for (int i = 0; i < before.size(); i++) {
            double a = before.doubleAt(i);
            double b = now.doubleAt(i);
            if (!Double.isFinite(a) || Math.abs(a) > 1e12 || Math.abs(a) < 1e-12) continue;
            if (!(Math.abs(a - b) <= 1e-4 * Math.max(1e-3, Math.abs(a)))) fail("element %d was %s and is %s".formatted(i, a, b));
        }
    }

    // What is computed of an overflow need not stay: rules may take the overflow away, and a comparison then goes the other way.
    private static boolean isFinite(Lambda f, List<NDArray> arguments) {
        List<Variable> floats = Graph.order(f.results()).stream().filter(v -> v.dtype().isFloat()).toList();
        try {
            return Interpreter.run(f.withResults(floats), arguments).stream()
                    .allMatch(v -> Arrays.stream(v.toDoubleArray()).allMatch(Double::isFinite));
        } catch (DamoException _) {
            return false;                                // in a branch that is not taken
        }
    }

    private static Lambda graph(Random random) {
        var parameters = new ArrayList<Variable>();
        for (String name : List.of("x", "y", "m")) {
            int rank = random.nextInt(3);
            var extents = new ArrayList<Long>();
            for (int i = 0; i < rank; i++) extents.add(random.nextBoolean() ? TensorType.UNKNOWN : i == rank - 1 ? 3L : 2L);
            parameters.add(new Variable(new Op.Input(new Op.Input.Identity(), new TensorType(DType.FLOAT64, extents))).named(name));
        }
        var all = new ArrayList<>(parameters);
        int size = 3 + random.nextInt(14);
        while (all.size() < size + 3) {
            try {
                all.add(node(random, all.get(random.nextInt(all.size())), all.get(random.nextInt(all.size()))));
            } catch (DamoException _) {
                // known extents that do not fit
            }
        }
        var results = new ArrayList<>(List.of(all.getLast(), all.get(all.size() - 2)));
        if (all.getLast().dtype().isFloat()) results.addAll(gradients(all.getLast(), parameters));
        return new Lambda("random", parameters, results);
    }

    private static List<Variable> gradients(Variable v, List<Variable> parameters) {
        Set<Variable> used = Set.copyOf(Graph.order(List.of(v)));
        return Gradient.grad(v.sum(), parameters.stream().filter(used::contains).toList(), GradOption.Disconnected.ZERO);
    }

    private static Variable node(Random random, Variable x, Variable y) {
        return switch (random.nextInt(26)) {
            case 0, 1, 2 -> Build.elementwise(UNARY[random.nextInt(UNARY.length)], x);
            case 3, 4, 5 -> Build.elementwise(BINARY[random.nextInt(BINARY.length)], x, y);
            case 6, 7 -> Build.elementwise(BINARY[random.nextInt(BINARY.length)], NUMBERS[random.nextInt(NUMBERS.length)], x);
            case 8 -> Build.elementwise(BINARY[random.nextInt(BINARY.length)], x, NUMBERS[random.nextInt(NUMBERS.length)]);
            case 9 -> x.exp().add(1).log();
            case 10 -> x.abs().add(0.5).pow((Number) NUMBERS[random.nextInt(NUMBERS.length)]);
            case 11 -> x.rank() == 0 ? x.neg() : x.sum(random.nextInt(x.rank()));
            case 12 -> x.transpose();
            case 13 -> x.rank() < 3 ? x.expandDims(random.nextInt(x.rank() + 1)) : x.sum();
            case 14 -> Build.elementwise(ScalarOp.WHERE, x.lt(y), x, y);
            case 15 -> x.rank() == 0 ? x.div(x) : x.slice(random.nextInt(2), -1 + random.nextInt(5));
            case 16 -> x.rank() == 0 ? x.mul(y).div(x) : x.index(new Index.Range(null, null, random.nextBoolean() ? -1 : 2));
            case 17 -> x.rank() == 0 ? x.sub(y).sub(x) : new Variable(new Op.Join(random.nextInt(x.rank()), List.of(x, y)));
            case 18 -> x.flatten();
            case 19 -> x.reshape(-1, 1);
            case 20 -> x.mul(3).round().cast(DType.INT32).cast(random.nextBoolean() ? DType.INT64 : DType.INT8).cast(DType.FLOAT64);
            case 21 -> x.broadcastTo(Ints.extents(y).toArray());
            case 22 -> x.size().add(2).mul(x.rank() == 0 ? Ints.of(1) : x.shape(0)).cast(DType.FLOAT64).mul(y);
            case 23 -> new Variable(new Op.If(x.sum().lt(0), y.add(1), y));
            case 24 -> Build.elementwise(ScalarOp.WHERE, x.lt(0).not(), y, 1.0);
            default -> x.rank() == 0 ? x : random.nextBoolean() ? x.dot(y) : new Variable(new Op.SumTo(x.add(y), Ints.extents(x)));
        };
    }

    private static List<NDArray> arguments(Lambda f, Random random) {
        long free = random.nextInt(4) == 0 ? 1 : 3;
        var arguments = new ArrayList<NDArray>();
        for (Variable p : f.parameters()) {
            long[] shape = p.type().extents().stream().mapToLong(e -> e == TensorType.UNKNOWN ? free : e).toArray();
            NDArray a = NDArray.zeros(p.dtype(), shape);
            for (int i = 0; i < a.size(); i++) ((double[]) a.storage())[i] = random.nextGaussian() * 2;
            arguments.add(a);
        }
        return arguments;
    }
}
