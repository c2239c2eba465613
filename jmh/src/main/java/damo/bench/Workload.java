package damo.bench;

import static damo.Damo.*;
import static damo.bench.Goal.*;
import static damo.bench.Way.*;

import damo.Call;
import damo.CompiledFunction;
import damo.Shared;
import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// What is measured: one row each, and who can do it.
public enum Workload {
    W1_1E3("logistic, 1e3, into a buffer", () -> logistic(1_000, true), atLeast(0.95, VECTOR), VECTOR),
    W1_1E3_CALL("logistic, 1e3, fresh array", () -> logistic(1_000, false), atLeast(0.95, VECTOR), VECTOR),
    W1_1E6("logistic, 1e6, into a buffer", () -> logistic(1_000_000, true), atLeast(0.95, VECTOR), VECTOR, ONNX),
    W2("a·x² + b·x + c + sin(x)·exp(−y), 1e6, into a buffer", () -> polynomial(true), atLeast(0.95, VECTOR), VECTOR),
    W2_CALL("a·x² + b·x + c + sin(x)·exp(−y), 1e6, fresh array", () -> polynomial(false), atLeast(0.95, VECTOR), VECTOR),
    W3("sum((x − y)²), 1e6", Workload::squaredDistance, atLeast(1.0, VECTOR), VECTOR),
    ROW_SUMS("row sums, 1024×1024", () -> sums(1)),
    COLUMN_SUMS("column sums, 1024×1024", () -> sums(0)),
    W4("softmax of rows, 1024×1024, float32", Workload::softmax, atLeast(1.0, ONNX), VECTOR, ONNX, TENSORFLOW, PYTORCH),
    W5("logistic regression, training step, 400×784", Workload::regression, everyPeer(1.0), VECTOR, OPENBLAS, TENSORFLOW),
    W6("network 784–512–10, training step, batch 64, float32", Perceptron::ways, everyPeer(1.0), VECTOR, OPENBLAS, TENSORFLOW, PYTORCH),
    LOOP("loop that does next to nothing, s/2 + 1, 1e5 steps (100 µs: 1 ns a step)", Workload::loop),
    W7("loop of 100 products of vectors, 1e3", Workload::power, atLeast(0.95, PLAIN), VECTOR),
    W8("recurrent network, loss and gradients, 100 steps, 16×64 → 128, float32", Recurrent::ways, everyPeer(1.0),
            VECTOR, OPENBLAS, TENSORFLOW, PYTORCH),
    W9_JACOBIAN("Jacobian of tanh(A x), 20 variables", Derivatives::jacobian,
            atMost("≤ 7.2 µs, a fifth of PyTensor's on another machine", 7.2)),
    W9_HESSIAN("Hessian of Rosenbrock's function, 20 variables", Derivatives::hessian,
            atMost("≤ 10.6 µs, a fifth of PyTensor's on another machine", 10.6)),
    W10("XNOR network, training step, 4×2", Workload::xnor, atMost("≤ 1 µs", 1)),
    W11("restricted Boltzmann machine, training step (CD-1), 20×784 → 500", Boltzmann::ways, everyPeer(1.0)),
    W12_F64_512("matrix product, 512², float64", () -> product(512), atLeast(0.9, OPENBLAS), VECTOR, OPENBLAS, TENSORFLOW),
    W12_F64_1024("matrix product, 1024², float64", () -> product(1024), atLeast(0.9, OPENBLAS), VECTOR, OPENBLAS, TENSORFLOW),
    W12_F32_512("matrix product, 512², float32", () -> floatProduct(512), atLeast(0.9, OPENBLAS), VECTOR, OPENBLAS, ONNX, TENSORFLOW),
    W12_F32_1024("matrix product, 1024², float32", () -> floatProduct(1024), atLeast(0.9, OPENBLAS), VECTOR, OPENBLAS, ONNX, TENSORFLOW),
    W12_F64_512_PAIR("matrix product, 512², float64", 2, () -> product(512), atLeast(0.9, OPENBLAS), OPENBLAS),
    W12_F64_1024_PAIR("matrix product, 1024², float64", 2, () -> product(1024), atLeast(0.9, OPENBLAS), OPENBLAS),
    W12_F32_512_PAIR("matrix product, 512², float32", 2, () -> floatProduct(512), atLeast(0.9, OPENBLAS), OPENBLAS),
    W12_F32_1024_PAIR("matrix product, 1024², float32", 2, () -> floatProduct(1024), atLeast(0.9, OPENBLAS), OPENBLAS),
    W12_LAYER_F64_512("max(x y + b, 0), 512², float64", () -> layer(512), atLeast(1.0, OPENBLAS), VECTOR, OPENBLAS),
    W12_LAYER_F32_512("max(x y + b, 0), 512², float32", () -> floatLayer(512), atLeast(1.0, OPENBLAS), VECTOR, OPENBLAS),
    W13("M1·M2·M3·v of JOML, typed interface, float32", Transforms::value, everyPeer(1.0), JOML),
    W13_GRADIENT("derivatives of the squared length of M1·M2·M3·v by M1, typed interface, float32", Transforms::slope);

    public interface PolynomialInPlace { void apply(double a, double b, double c, double[] x, double[] y, double[] out); }

    final String text;
    /// Who can do it.
    final List<Way> ways;
    final Goal goal;
    /// Of each way but plain Java and code by hand, which have one.
    final int threads;
    private final Supplier<Ways> make;

    /// Where nothing else was asked for, 5 % are noise.
    Workload(String text, Supplier<Ways> make, Way... peers) {
        this(text, make, everyPeer(0.95), peers);
    }

    Workload(String text, Supplier<Ways> make, Goal goal, Way... peers) {
        this(text, 1, make, goal, peers);
    }

    Workload(String text, int threads, Supplier<Ways> make, Goal goal, Way... peers) {
        this.text = threads == 1 ? text : "%s, %d threads".formatted(text, threads);
        this.threads = threads;
        this.make = make;
        ways = Stream.concat(Stream.of(Way.DAMO, Way.PLAIN), Stream.of(peers)).toList();
        this.goal = goal.among(ways);
    }

    /// The work done in one way. Its results have been compared with those of plain Java, three runs of each.
    Supplier<Object> checked(Way way) {
        Ways all = make.get();
        Supplier<Object> work = all.of(way);
        Supplier<Object> plain = all.of(Way.PLAIN);
        for (int run = 0; run < 3 && way != Way.PLAIN; run++) check(name() + ", " + way, work.get(), plain.get(), all.tolerance());
        return work;
    }

    /// What the first run gave.
    void checkFirst(Object result) {
        Ways all = make.get();
        check(name(), result, all.of(Way.PLAIN).get(), all.tolerance());
    }

    static void check(String what, Object damo, Object plain, double tolerance) {
        if (damo instanceof Supplier<?> reads) {
            check(what, reads.get(), plain, tolerance);
            return;
        }
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

    // ---- the ways

    private static Ways logistic(int n, boolean reuse) {
        var x = dvector("x");
        CompiledFunction f = function().in(x).out(div(1, add(1, exp(neg(x))))).compile();
        double[] at = uniform(1, n);
        if (!reuse) return new Ways(() -> f.call(at), () -> Plain.logistic(at, new double[n]))
                .with(Way.VECTOR, () -> Vectors.logistic(at, new double[n]));
        double[] out = new double[n];
        Call call = f.into((Object) out).with(x, at);
        double[] plain = new double[n];
        double[] vector = new double[n];
        return new Ways(() -> {
            call.run();
            return out;
        }, () -> Plain.logistic(at, plain)).with(Way.VECTOR, () -> Vectors.logistic(at, vector)).with(peer -> peer.logistic(at));
    }

    private static Ways polynomial(boolean reuse) {
        int n = 1_000_000;
        CompiledFunction f = polynomial();
        double[] xs = uniform(1, n);
        double[] ys = uniform(2, n);
        if (!reuse) return new Ways(() -> f.call(1.5, -0.5, 0.25, xs, ys), () -> Plain.polynomial(1.5, -0.5, 0.25, xs, ys, new double[n]))
                .with(Way.VECTOR, () -> Vectors.polynomial(1.5, -0.5, 0.25, xs, ys, new double[n]));
        double[] out = new double[n];
        Call call = f.into((Object) out).with("a", 1.5).with("b", -0.5).with("c", 0.25).with("x", xs).with("y", ys);
        double[] plain = new double[n];
        double[] vector = new double[n];
        return new Ways(() -> {
            call.run();
            return out;
        }, () -> Plain.polynomial(1.5, -0.5, 0.25, xs, ys, plain))
                .with(Way.VECTOR, () -> Vectors.polynomial(1.5, -0.5, 0.25, xs, ys, vector));
    }

    static CompiledFunction polynomial() {
        var a = dscalar("a");
        var b = dscalar("b");
        var c = dscalar("c");
        var x = dvector("x");
        var y = dvector("y");
        return function().in(a, b, c, x, y).out(a.mul(x).mul(x).add(b.mul(x)).add(c).add(sin(x).mul(exp(neg(y))))).compile();
    }

    private static Ways squaredDistance() {
        var x = dvector("x");
        var y = dvector("y");
        double[] xs = uniform(1, 1_000_000);
        double[] ys = uniform(2, 1_000_000);
        var f = function().in(x, y).out(x.sub(y).pow(2).sum()).compile().into(NDArray.zeros(DType.FLOAT64));
        return new Ways(() -> f.call(xs, ys), () -> Plain.squaredDistance(xs, ys))
                .with(Way.VECTOR, () -> Vectors.squaredDistance(xs, ys));
    }

    private static Ways softmax() {
        int n = 1024;
        var x = fmatrix("x");
        float[] xs = Perceptron.uniform(1, n * n, 2);
        NDArray matrix = NDArray.wrap(xs, n, n);
        var f = function().in(x).out(damo.Damo.softmax(x, 1)).compile().into(NDArray.zeros(DType.FLOAT32, n, n));
        float[] plain = new float[n * n];
        float[] vector = new float[n * n];
        return new Ways(() -> f.call(matrix), () -> Plain.softmax(xs, plain, n), 1e-5)
                .with(Way.VECTOR, () -> Vectors.softmax(xs, vector, n)).with(peer -> peer.softmax(xs, n));
    }

    private static Ways sums(int axis) {
        int n = 1024;
        var x = dmatrix("x");
        double[] xs = uniform(1, n * n);
        NDArray matrix = NDArray.wrap(xs, n, n);
        double[] out = new double[n];
        var f = function().in(x).out(x.sum(axis)).compile().into(new double[n]);
        return new Ways(() -> f.call(matrix), axis == 1 ? () -> Plain.rowSums(xs, out) : () -> Plain.columnSums(xs, out));
    }

    static final int SAMPLES = 400;
    static final int FEATURES = 784;

    private static Ways regression() {
        double[] x = uniform(1, SAMPLES * FEATURES);
        double[] y = labels();
        double[] w = weights();
        NDArray cost = NDArray.zeros(DType.FLOAT64);
        var f = regressionStep("step", w).into(cost).with("x", NDArray.wrap(x, SAMPLES, FEATURES)).with("y", y);
        var plain = new Plain.Regression(w);
        var vector = new VectorRegression(w);
        var openBlas = new VectorRegression(w);
        return new Ways(() -> {
            f.run();
            return cost;
        }, () -> plain.step(x, y))
                .with(Way.VECTOR, () -> vector.step(x, y)).with(Way.OPENBLAS, () -> openBlas.stepByOpenBlas(x, y))
                .with(peer -> peer.regression(x, y, w));
    }

    static Program regressionProgram() {
        double[] x = uniform(1, SAMPLES * FEATURES);
        double[] y = labels();
        double[] w = weights();
        return new Program(name -> regressionStep(name, w), () -> new Object[] {NDArray.wrap(x, SAMPLES, FEATURES), y});
    }

    private static CompiledFunction regressionStep(String name, double[] weights) {
        var x = dmatrix("x");
        var y = dvector("y");
        var w = shared(weights, "w");
        var b = shared(0.0, "b");
        var p = div(1, add(1, exp(neg(dot(x, w).add(b)))));
        var entropy = y.mul(log(p)).add(sub(1, y).mul(log(sub(1, p)))).neg();
        var cost = entropy.mean().add(w.pow(2).sum().mul(0.01));
        List<Variable> g = grad(cost, List.of(w, b));
        return function().name(name).in(x, y).out(cost).update(w, w.sub(g.get(0).mul(0.1))).update(b, b.sub(g.get(1).mul(0.1))).compile();
    }

    /// All that a loop costs: a step of this is one multiplication and one addition, one after the other.
    private static Ways loop() {
        int steps = 100_000;
        var initial = dscalar("initial");
        var loop = scan();
        var s = loop.state(initial);
        loop.next(s, s.mul(0.5).add(1));
        loop.times(steps);
        var f = function().in(initial).out(loop.last(s)).compile().into(NDArray.zeros(DType.FLOAT64));
        return new Ways(() -> f.call(0.25), () -> Plain.recurrence(0.25, steps));
    }

    private static Ways power() {
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
        double[] vector = new double[n];
        var f = function().in(x).out(loop.last(product)).compile().into(out);
        return new Ways(() -> f.call(at), () -> Plain.power(at, exponent, plain))
                .with(Way.VECTOR, () -> Vectors.power(at, exponent, vector));
    }

    private static Ways xnor() {
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
        double[] inputs = {0, 0, 0, 1, 1, 0, 1, 1};
        double[] labels = {1, 0, 0, 1};
        NDArray loss = NDArray.zeros(DType.FLOAT64);
        var f = step.compile().into(loss).with(x, NDArray.wrap(inputs, 4, 2)).with(target, labels);
        var plain = new Plain.Xnor();
        return new Ways(() -> {
            f.run();
            return loss;
        }, () -> plain.step(inputs, labels));
    }

    private static Ways product(int n) {
        double[] x = uniform(1, n * n);
        double[] y = uniform(2, n * n);
        double[] plain = new double[n * n];
        double[] out = new double[n * n];
        return new Ways(product(NDArray.wrap(x, n, n), NDArray.wrap(y, n, n)), () -> Product.of(x, y, plain, n))
                .with(Way.VECTOR, () -> VectorDoubleProduct.of(x, y, out, n)).with(Way.OPENBLAS, () -> OpenBlas.of(x, y, out, n))
                .with(peer -> peer.product(x, y, n));
    }

    private static Ways floatProduct(int n) {
        float[] x = Perceptron.uniform(1, n * n, 2);
        float[] y = Perceptron.uniform(2, n * n, 2);
        float[] plain = new float[n * n];
        float[] out = new float[n * n];
        return new Ways(product(NDArray.wrap(x, n, n), NDArray.wrap(y, n, n)), () -> Product.of(x, y, plain, n), 1e-3)
                .with(Way.VECTOR, () -> VectorFloatProduct.of(x, y, out, n)).with(Way.OPENBLAS, () -> OpenBlas.of(x, y, out, n))
                .with(peer -> peer.product(x, y, n));
    }

    private static Ways layer(int n) {
        double[] x = uniform(1, n * n);
        double[] y = uniform(2, n * n);
        double[] b = uniform(3, n);
        double[] plain = new double[n * n];
        double[] out = new double[n * n];
        return new Ways(layer(NDArray.wrap(x, n, n), NDArray.wrap(y, n, n), NDArray.of(b)), () -> Plain.rectify(Product.of(x, y, plain, n), b))
                .with(Way.VECTOR, () -> Vectors.rectify(VectorDoubleProduct.of(x, y, out, n), b))
                .with(Way.OPENBLAS, () -> Vectors.rectify(OpenBlas.of(x, y, out, n), b));
    }

    private static Ways floatLayer(int n) {
        float[] x = Perceptron.uniform(1, n * n, 2);
        float[] y = Perceptron.uniform(2, n * n, 2);
        float[] b = Perceptron.uniform(3, n, 2);
        float[] plain = new float[n * n];
        float[] out = new float[n * n];
        return new Ways(layer(NDArray.wrap(x, n, n), NDArray.wrap(y, n, n), NDArray.of(b)), () -> Plain.rectify(Product.of(x, y, plain, n), b), 1e-3)
                .with(Way.VECTOR, () -> Vectors.rectify(VectorFloatProduct.of(x, y, out, n), b))
                .with(Way.OPENBLAS, () -> Vectors.rectify(OpenBlas.of(x, y, out, n), b));
    }

    private static Supplier<Object> layer(NDArray xs, NDArray ys, NDArray bs) {
        var x = tensor(xs.dtype(), "x", -1, -1);
        var y = tensor(xs.dtype(), "y", -1, -1);
        var b = tensor(xs.dtype(), "b", -1);
        NDArray z = NDArray.zeros(xs.dtype(), xs.shape());
        var f = function().in(x, y, b).out(dot(x, y).add(b).maximum(0)).compile().into(z).with(x, xs).with(y, ys).with(b, bs);
        return () -> {
            f.run();
            return z;
        };
    }

    private static Supplier<Object> product(NDArray xs, NDArray ys) {
        var x = tensor(xs.dtype(), "x", -1, -1);
        var y = tensor(xs.dtype(), "y", -1, -1);
        var f = function().in(x, y).out(dot(x, y)).compile().into(NDArray.zeros(xs.dtype(), xs.shape()));
        return () -> f.call(xs, ys);
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
