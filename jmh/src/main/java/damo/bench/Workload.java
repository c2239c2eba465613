package damo.bench;

import static damo.Damo.*;

import damo.CompiledFunction;
import damo.Shared;
import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/// What is measured: one row each, with Damo's way and the plain Java way to do the same.
public enum Workload {
    W1_1E3("logistic, 1e3, into a buffer", () -> logistic(1_000, true)),
    W1_1E3_CALL("logistic, 1e3, fresh array", () -> logistic(1_000, false)),
    W1_1E6("logistic, 1e6, into a buffer", () -> logistic(1_000_000, true)),
    W2("a·x² + b·x + c + sin(x)·exp(−y), 1e6, into a buffer", () -> polynomial(true)),
    W2_CALL("a·x² + b·x + c + sin(x)·exp(−y), 1e6, fresh array", () -> polynomial(false)),
    W3("sum((x − y)²), 1e6", Workload::squaredDistance),
    ROW_SUMS("row sums, 1024×1024", () -> sums(1)),
    COLUMN_SUMS("column sums, 1024×1024", () -> sums(0)),
    W5("logistic regression, training step, 400×784", Workload::regression),
    LOOP("loop that does next to nothing, s/2 + 1, 1e5 steps (100 µs: 1 ns a step)", Workload::loop),
    W7("loop of 100 products of vectors, 1e3", Workload::power),
    W8("recurrent network, loss and gradients, 100 steps, 16×64 → 128, float32", Recurrent::pair),
    W10("XNOR network, training step, 4×2", Workload::xnor),
    W11("restricted Boltzmann machine, training step (CD-1), 20×784 → 500", Boltzmann::pair),
    W12_F64("matrix product, 512², float64", () -> product(DType.FLOAT64)),
    W12_F32("matrix product, 512², float32", () -> product(DType.FLOAT32));

    /// The same work twice. Each run gives its result, or a list of several, or has put it into what it gives.
    public record Pair(Supplier<Object> damo, Supplier<Object> plain, double tolerance) {
        Pair(Supplier<Object> damo, Supplier<Object> plain) {
            this(damo, plain, 1e-10);
        }
    }

    public interface InPlace { void apply(double[] x, double[] out); }

    public interface PolynomialInPlace { void apply(double a, double b, double c, double[] x, double[] y, double[] out); }

    final String text;
    private final Supplier<Pair> make;

    Workload(String text, Supplier<Pair> make) {
        this.text = text;
        this.make = make;
    }

    /// A pair whose two results have been compared, three runs of each.
    Pair checked() {
        Pair pair = make.get();
        for (int run = 0; run < 3; run++) check(name(), pair.damo.get(), pair.plain.get(), pair.tolerance);
        return pair;
    }

    static void check(String what, Object damo, Object plain, double tolerance) {
        if (damo instanceof List<?> several && plain instanceof List<?> wanted) {
            if (several.size() != wanted.size())
                throw new IllegalStateException("%s: %d results, but plain Java has %d".formatted(what, several.size(), wanted.size()));
            for (int i = 0; i < wanted.size(); i++) check(what + ", result " + i, several.get(i), wanted.get(i), tolerance);
            return;
        }
        double[] got = NDArray.of(damo).toDoubleArray();
        double[] want = NDArray.of(plain).toDoubleArray();
        boolean same = got.length == want.length;
        for (int i = 0; same && i < got.length; i++) {
            same = Math.abs(got[i] - want[i]) <= tolerance * Math.max(1, Math.abs(want[i]));
            if (!same) throw new IllegalStateException("%s: element %d is %s, but plain Java says %s".formatted(what, i, got[i], want[i]));
        }
        if (!same) throw new IllegalStateException("%s: %d elements, but plain Java has %d".formatted(what, got.length, want.length));
    }

    // ---- the pairs

    private static Pair logistic(int n, boolean reuse) {
        var x = dvector("x");
        CompiledFunction f = function().in(x).out(div(1, add(1, exp(neg(x))))).compile();
        double[] at = uniform(1, n);
        if (!reuse) return new Pair(() -> f.call(at), () -> Plain.logistic(at, new double[n]));
        InPlace typed = f.as(InPlace.class);
        double[] out = new double[n];
        double[] plain = new double[n];
        return new Pair(() -> {
            typed.apply(at, out);
            return out;
        }, () -> Plain.logistic(at, plain));
    }

    private static Pair polynomial(boolean reuse) {
        int n = 1_000_000;
        var a = dscalar("a");
        var b = dscalar("b");
        var c = dscalar("c");
        var x = dvector("x");
        var y = dvector("y");
        CompiledFunction f = function().in(a, b, c, x, y).out(a.mul(x).mul(x).add(b.mul(x)).add(c).add(sin(x).mul(exp(neg(y))))).compile();
        double[] xs = uniform(1, n);
        double[] ys = uniform(2, n);
        if (!reuse) return new Pair(() -> f.call(1.5, -0.5, 0.25, xs, ys), () -> Plain.polynomial(1.5, -0.5, 0.25, xs, ys, new double[n]));
        PolynomialInPlace typed = f.as(PolynomialInPlace.class);
        double[] out = new double[n];
        double[] plain = new double[n];
        return new Pair(() -> {
            typed.apply(1.5, -0.5, 0.25, xs, ys, out);
            return out;
        }, () -> Plain.polynomial(1.5, -0.5, 0.25, xs, ys, plain));
    }

    private static Pair squaredDistance() {
        var x = dvector("x");
        var y = dvector("y");
        double[] xs = uniform(1, 1_000_000);
        double[] ys = uniform(2, 1_000_000);
        var f = function().in(x, y).out(x.sub(y).pow(2).sum()).compile().into(NDArray.zeros(DType.FLOAT64));
        return new Pair(() -> f.call(xs, ys), () -> Plain.squaredDistance(xs, ys));
    }

    private static Pair sums(int axis) {
        int n = 1024;
        var x = dmatrix("x");
        double[] xs = uniform(1, n * n);
        NDArray matrix = NDArray.wrap(xs, n, n);
        double[] out = new double[n];
        var f = function().in(x).out(x.sum(axis)).compile().into(new double[n]);
        return new Pair(() -> f.call(matrix), axis == 1 ? () -> Plain.rowSums(xs, out) : () -> Plain.columnSums(xs, out));
    }

    static final int SAMPLES = 400;
    static final int FEATURES = 784;

    private static Pair regression() {
        double[] x = uniform(1, SAMPLES * FEATURES);
        double[] y = labels();
        double[] w = weights();
        NDArray matrix = NDArray.wrap(x, SAMPLES, FEATURES);
        var f = regressionStep(w);
        var plain = new Plain.Regression(w);
        return new Pair(() -> f.call(matrix, y), () -> plain.step(x, y));
    }

    /// From nothing to a compiled training step.
    static CompiledFunction regressionStep(double[] weights) {
        var x = dmatrix("x");
        var y = dvector("y");
        var w = shared(weights, "w");
        var b = shared(0.0, "b");
        var p = div(1, add(1, exp(neg(dot(x, w).add(b)))));
        var entropy = y.mul(log(p)).add(sub(1, y).mul(log(sub(1, p)))).neg();
        var cost = entropy.mean().add(w.pow(2).sum().mul(0.01));
        List<Variable> g = grad(cost, List.of(w, b));
        return function().name("step").in(x, y).out(cost).update(w, w.sub(g.get(0).mul(0.1))).update(b, b.sub(g.get(1).mul(0.1))).compile();
    }

    /// All that a loop costs: a step of this is one multiplication and one addition, one after the other.
    private static Pair loop() {
        int steps = 100_000;
        var initial = dscalar("initial");
        var loop = scan();
        var s = loop.state(initial);
        loop.next(s, s.mul(0.5).add(1));
        loop.times(steps);
        var f = function().in(initial).out(loop.last(s)).compile().into(NDArray.zeros(DType.FLOAT64));
        return new Pair(() -> f.call(0.25), () -> Plain.recurrence(0.25, steps));
    }

    private static Pair power() {
        int n = 1_000;
        int exponent = 100;
        var x = dvector("x");
        var loop = scan();
        var product = loop.state(onesLike(x));
        loop.next(product, product.mul(x));
        loop.times(exponent);
        // Near 1, so that no power is a subnormal number, with which processors are slow.
        double[] at = new Random(1).doubles(n).map(u -> 0.9 + 0.2 * u).toArray();
        double[] out = new double[n];
        double[] plain = new double[n];
        var f = function().in(x).out(loop.last(product)).compile().into(out);
        return new Pair(() -> f.call(at), () -> Plain.power(at, exponent, plain));
    }

    private static Pair xnor() {
        var x = dmatrix("x");
        var target = dvector("target");
        var w1 = shared(new double[] {0.55, 0.72});
        var w2 = shared(new double[] {0.60, 0.54});
        var w3 = shared(new double[] {0.42, 0.65});
        var b1 = shared(1.0);
        var b2 = shared(1.0);
        var a3 = sigmoid(dot(stack(1, sigmoid(dot(x, w1).add(b1)), sigmoid(dot(x, w2).add(b1))), w3).add(b2));
        var cost = target.mul(log(a3)).add(sub(1, target).mul(log(sub(1, a3)))).neg().sum();
        List<Shared> parameters = List.of(w1, w2, w3, b1, b2);
        List<Variable> g = grad(cost, parameters);
        var step = function().in(x, target).out(cost);
        for (int i = 0; i < g.size(); i++) step.update(parameters.get(i), parameters.get(i).sub(g.get(i).mul(0.01)));
        CompiledFunction f = step.compile();
        double[] inputs = {0, 0, 0, 1, 1, 0, 1, 1};
        double[] labels = {1, 0, 0, 1};
        NDArray matrix = NDArray.wrap(inputs, 4, 2);
        var plain = new Plain.Xnor();
        return new Pair(() -> f.call(matrix, labels), () -> plain.step(inputs, labels));
    }

    private static Pair product(DType dtype) {
        int n = 512;
        var x = tensor(dtype, "x", -1, -1);
        var y = tensor(dtype, "y", -1, -1);
        NDArray xs = NDArray.wrap(uniform(1, n * n), n, n).astype(dtype);
        NDArray ys = NDArray.wrap(uniform(2, n * n), n, n).astype(dtype);
        var f = function().in(x, y).out(dot(x, y)).compile().into(NDArray.zeros(dtype, n, n));
        Supplier<Object> damo = () -> f.call(xs, ys);
        if (dtype == DType.FLOAT32) {
            float[] a = xs.toFloatArray();
            float[] b = ys.toFloatArray();
            float[] out = new float[n * n];
            return new Pair(damo, () -> Product.of(a, b, out, n), 1e-3);
        }
        double[] a = xs.toDoubleArray();
        double[] b = ys.toDoubleArray();
        double[] out = new double[n * n];
        return new Pair(damo, () -> Product.of(a, b, out, n));
    }

    // ---- data

    static double[] uniform(long seed, int n) {
        return new Random(seed).doubles(n).map(u -> 4 * u - 2).toArray();
    }

    /// Small ones: with others plain Java, which takes logarithms of probabilities, has 0·∞.
    static double[] weights() {
        return new Random(3).doubles(FEATURES).map(u -> 0.02 * u - 0.01).toArray();
    }

    static double[] labels() {
        return new Random(2).ints(SAMPLES, 0, 2).asDoubleStream().toArray();
    }
}
