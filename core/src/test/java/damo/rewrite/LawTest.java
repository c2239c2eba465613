package damo.rewrite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import damo.graph.Graph;
import damo.graph.Lambda;
import damo.graph.Op;
import damo.graph.Variable;
import damo.interpret.Interpreter;
import damo.text.GraphText;
import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import damo.value.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs the law of every rule: the rule alone makes the right side of the left one, and the right side is as accurate as its fidelity says.
class LawTest {
    private static final long SEED = Long.getLong("damo.seed", 20250117);
    private static final double SLACK = 2.5;              // ulps of float32 that a right side may be worse: a rounding or two more
    private static final double[] EDGES = {0, -0.0, 1, -1, 0.5, -2, 1e-8, -1e-8, 1e-4, 20, -20, 95, -95, 1e-30, 1e30,
            Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN};

    static Stream<Rule> rules() {
        return Phases.ALL.stream().flatMap(p -> p.rules().stream());
    }

    @ParameterizedTest @MethodSource("rules")
    void theRuleAloneMakesTheRightSideOfTheLeft(Rule rule) {
        Map<String, Variable> names = rule.law().inputs(DType.FLOAT32);
        var parameters = List.copyOf(names.values());
        Variable left = rule.law().left(names);
        Variable right = rule.law().right(names, left.dtype());
        var arena = new Graph();
        Variable got = Rewriter.rewrite("law", List.of(rule), new Lambda("law", parameters, List.of(left))).results().getFirst();
        var wanted = Rewriter.rewrite("law", List.of(), new Lambda("law", parameters, List.of(right))).results().getFirst();
        List<Variable> both = arena.add(List.of(withoutLike(got, right.rank()), wanted));
        assertTrue(both.get(0) == both.get(1), () -> "%s\ngot %s\nnot %s".formatted(rule, text(parameters, got), text(parameters, wanted)));
    }

    /// The engine broadcasts a right side that may have another shape than the left.
    private static Variable withoutLike(Variable v, int rank) {
        return v.op() instanceof Op.Broadcast(var x, _) && x.rank() == rank && v.rank() > rank ? x : v;
    }

    private static String text(List<Variable> parameters, Variable v) {
        return GraphText.print(new Lambda("law", parameters, List.of(v)));
    }

    @ParameterizedTest @MethodSource("rules")
    void theRightSideIsNoWorse(Rule rule) {
        var random = new Random(SEED);
        double worstLeft = 0;
        double worstRight = 0;
        for (int i = 0; i < 60; i++) {
            Map<String, Variable> single = rule.law().inputs(DType.FLOAT32);
            Map<String, Variable> twice = rule.law().inputs(DType.FLOAT64);
            boolean edges = i % 4 == 0;
            var values = single.values().stream().map(v -> sample(v.type(), random, edges)).toList();
            NDArray l = left(rule, single, values);
            NDArray r = right(rule, single, values, l);
            NDArray exactLeft = left(rule, twice, values);
            NDArray exact = right(rule, twice, values, exactLeft);
            NDArray scales = rule.fidelity() == Fidelity.REORDERED ? left(rule, twice, values.stream().map(LawTest::magnitudes).toList()) : exact;
            for (int k = 0; k < l.size(); k++) {
                String at = "%s, seed %d: inputs %s, element %d: left %s, right %s, exact %s"
                        .formatted(rule, SEED, values, k, l.doubleAt(k), r.doubleAt(k), exact.doubleAt(k));
                if (rule.fidelity() == Fidelity.BITWISE) {
                    assertEquals(Double.doubleToLongBits(l.doubleAt(k)), Double.doubleToLongBits(r.doubleAt(k)), at);
                    continue;
                }
                boolean onlyFinite = rule.fidelity() == Fidelity.FINITE || rule.fidelity() == Fidelity.REORDERED;
                boolean finite = Double.isFinite(l.doubleAt(k)) && Double.isFinite(exactLeft.doubleAt(k));
                if (!finite && onlyFinite) continue;
                if (!finite && !Double.isFinite(exact.doubleAt(k)) && same(l.doubleAt(k), r.doubleAt(k))) continue;
                if (!finite) {                               // f32 overflowed where f64 did not
                    if (Double.isNaN(l.doubleAt(k)) == Double.isNaN(r.doubleAt(k))) continue;
                    fail(at);
                }
                if (Math.abs(exact.doubleAt(k)) < 1e-37 || edges) continue;
                worstLeft = Math.max(worstLeft, ulps(l.doubleAt(k), exact.doubleAt(k), scales.doubleAt(k)));
                worstRight = Math.max(worstRight, ulps(r.doubleAt(k), exact.doubleAt(k), scales.doubleAt(k)));
                double scale = Math.max(1, Math.abs(exact.doubleAt(k)));
                assertEquals(exactLeft.doubleAt(k), exact.doubleAt(k), 1e-6 * scale, "not the same function: " + at);
            }
        }
        assertTrue(worstRight <= worstLeft + SLACK, "%s: %.2f ulp became %.2f, seed %d".formatted(rule, worstLeft, worstRight, SEED));
    }

    private static boolean same(double a, double b) {
        return Double.compare(a, b) == 0;
    }

    private static double ulps(double value, double exact, double scale) {
        return Math.abs(value - exact) / Math.ulp((float) scale);
    }

    private static NDArray magnitudes(NDArray x) {
        NDArray all = NDArray.zeros(x.dtype(), x.shape());
        for (int i = 0; i < x.size(); i++) Storage.setDouble(x.dtype(), all.storage(), i, Math.abs(x.doubleAt(i)));
        return all;
    }

    private static NDArray left(Rule rule, Map<String, Variable> names, List<NDArray> values) {
        return run(rule.law().left(names), names, values);
    }

    private static NDArray right(Rule rule, Map<String, Variable> names, List<NDArray> values, NDArray left) {
        NDArray right = run(rule.law().right(names, left.dtype()), names, values);
        return right.rank() < left.rank() ? right.broadcastTo(left.shape()) : right;
    }

    private static NDArray run(Variable v, Map<String, Variable> names, List<NDArray> values) {
        var arguments = new ArrayList<NDArray>();
        for (Variable p : names.values()) arguments.add(values.get(arguments.size()).astype(p.dtype()));
        return Interpreter.run(new Lambda("law", List.copyOf(names.values()), List.of(v)), arguments).getFirst();
    }

    /// Values of float32, so that both widths compute with the same numbers.
    private static NDArray sample(TensorType type, Random random, boolean edges) {
        long[] shape = type.extents().stream().mapToLong(e -> e == TensorType.UNKNOWN ? 7 : e).toArray();
        NDArray x = NDArray.zeros(type.dtype(), shape);
        for (int i = 0; i < x.size(); i++) {
            double wide = random.nextInt(3) == 0 ? random.nextGaussian() * 1e-3 : random.nextGaussian() * 6;
            double value = type.dtype() == DType.BOOL ? random.nextInt(2) : !type.dtype().isFloat() ? random.nextInt(-50, 50)
                    : edges ? EDGES[random.nextInt(EDGES.length)] : wide;
            Storage.setDouble(type.dtype(), x.storage(), i, value);
        }
        return x;
    }
}
