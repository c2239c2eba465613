package damo.bench;

import static damo.Damo.*;

import damo.CompiledFunction;
import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.function.Function;

/// What is measured on devices: each with the bytes that its kernels have to move at least, every input read and every result written once, and
/// the operations as they are written, a function counted as one.
public enum DeviceWorkload {
    COPY("2·x, 1e7, float32: what memory can do", 8e7, 1e7, at -> elementwise(at, DType.FLOAT32, 10_000_000, x -> x.mul(2))),
    CHAIN_F32("100 products and sums one after another, 4e6, float32: half of what arithmetic can do", 3.2e7, 8e8,
            at -> elementwise(at, DType.FLOAT32, 4_000_000, DeviceWorkload::chain)),
    CHAIN_F64("the same, float64", 6.4e7, 8e8, at -> elementwise(at, DType.FLOAT64, 4_000_000, DeviceWorkload::chain)),
    LOGISTIC_1E6("logistic, 1e6, float64", 1.6e7, 4e6, at -> elementwise(at, DType.FLOAT64, 1_000_000, DeviceWorkload::logistic)),
    LOGISTIC_1E7("logistic, 1e7, float64", 1.6e8, 4e7, at -> elementwise(at, DType.FLOAT64, 10_000_000, DeviceWorkload::logistic)),
    SUM_1E7("sum, 1e7, float64", 8e7, 1e7, at -> elementwise(at, DType.FLOAT64, 10_000_000, Variable::sum)),
    SUM_COLUMNS("sums of 4 columns, 2e6 rows, float64", 6.4e7, 8e6, at -> rows(at, x -> x.sum(0), 2_000_000, 4)),
    VARIANCE_ROWS("variances of 4 rows, 2e6 columns, float64", 6.4e7, 3.2e7,
            at -> rows(at, x -> x.sub(x.mean(true, 1)).pow(2).mean(1), 4, 2_000_000)),
    SOFTMAX_10("softmax of rows, 1e6×10, float32", 8e7, 5e7, at -> softmax(at, 1_000_000, 10)),
    SOFTMAX("softmax of rows, 1024×1024, float32", 8.0 * 1024 * 1024, 5.0 * 1024 * 1024, at -> softmax(at, 1024, 1024)),
    SGEMM("matrix product, 1024², float32", 12.0 * 1024 * 1024, 2.0 * 1024 * 1024 * 1024, at -> product(at, DType.FLOAT32, 1024)),
    DGEMM("matrix product, 1024², float64", 24.0 * 1024 * 1024, 2.0 * 1024 * 1024 * 1024, at -> product(at, DType.FLOAT64, 1024)),
    SGEMM_4096("matrix product, 4096², float32", 12.0 * 4096 * 4096, 2.0 * 4096 * 4096 * 4096, at -> product(at, DType.FLOAT32, 4096)),
    DGEMM_4096("matrix product, 4096², float64", 24.0 * 4096 * 4096, 2.0 * 4096 * 4096 * 4096, at -> product(at, DType.FLOAT64, 4096)),
    GRAM("xᵀ·y, 2e5×64 and 2e5×10, float32", 4 * 2e5 * 74, 2 * 2e5 * 640, DeviceWorkload::gram),
    LAYER("tanh(x·w + b), 1024², float32", 12.0 * 1024 * 1024, 2.0 * 1024 * 1024 * 1024, DeviceWorkload::layer),
    PERCEPTRON("network 784–512–10, training step, batch 64, float32", Perceptron.BYTES, Perceptron.OPERATIONS, Perceptron::work),
    LOOP("loop of 100 steps s/2 + 1, 1e6, float32", 8e8, 2e8, at -> loop(at, 1_000_000, 100)),
    LOOP_SHORT("loop of 10,000 steps s/2 + 1, 1000, float32: what a launch costs", 8e7, 2e7, at -> loop(at, 1_000, 10_000));

    /// A function with its arguments.
    record Work(CompiledFunction function, Object... arguments) {
        Object run() {
            return function.call(arguments);
        }
    }

    final String text;
    final double bytes;
    final double operations;
    private final Function<String, Work> make;

    DeviceWorkload(String text, double bytes, double operations, Function<String, Work> make) {
        this.text = text;
        this.bytes = bytes;
        this.operations = operations;
        this.make = make;
    }

    /// The work by a back end, `cpu` or `gpu`.
    Work on(String backEnd) {
        return make.apply(backEnd);
    }

    /// Whether it takes a CPU many seconds.
    boolean isForGpus() {
        return operations > 1e11;
    }

    private static Variable chain(Variable x) {
        Variable y = x;
        for (int i = 0; i < 100; i++) y = y.mul(0.5).add(0.25);
        return y;
    }

    private static Variable logistic(Variable x) {
        return div(1, add(1, exp(neg(x))));
    }

    private static Work elementwise(String at, DType dtype, int n, Function<Variable, Variable> f) {
        var x = tensor(dtype, "x", -1);
        return new Work(function().in(x).out(f.apply(x)).on(at).compile(), uniform(dtype, 1, n));
    }

    private static Work rows(String at, Function<Variable, Variable> f, int... shape) {
        var x = dmatrix("x");
        return new Work(function().in(x).out(f.apply(x)).on(at).compile(), uniform(DType.FLOAT64, 1, shape));
    }

    private static Work softmax(String at, int rows, int columns) {
        var x = fmatrix("x");
        return new Work(function().in(x).out(damo.Damo.softmax(x, 1)).on(at).compile(), uniform(DType.FLOAT32, 1, rows, columns));
    }

    private static Work product(String at, DType dtype, int n) {
        var x = tensor(dtype, "x", -1, -1);
        var y = tensor(dtype, "y", -1, -1);
        return new Work(function().in(x, y).out(dot(x, y)).on(at).compile(), uniform(dtype, 1, n, n), uniform(dtype, 2, n, n));
    }

    private static Work gram(String at) {
        var x = fmatrix("x");
        var y = fmatrix("y");
        return new Work(function().in(x, y).out(dot(x.transpose(), y)).on(at).compile(), uniform(DType.FLOAT32, 1, 200_000, 64),
                uniform(DType.FLOAT32, 2, 200_000, 10));
    }

    private static Work layer(String at) {
        int n = 1024;
        var x = fmatrix("x");
        var w = fmatrix("w");
        var b = fvector("b");
        return new Work(function().in(x, w, b).out(tanh(dot(x, w).add(b))).on(at).compile(), uniform(DType.FLOAT32, 1, n, n),
                uniform(DType.FLOAT32, 2, n, n), uniform(DType.FLOAT32, 3, n));
    }

    private static Work loop(String at, int n, int steps) {
        var initial = fvector("initial");
        var loop = scan();
        var s = loop.state(initial);
        loop.next(s, s.mul(0.5f).add(1));
        loop.times(steps);
        return new Work(function().in(initial).out(loop.last(s)).on(at).compile(), uniform(DType.FLOAT32, 1, n));
    }

    private static NDArray uniform(DType dtype, long seed, int... shape) {
        int n = 1;
        long[] extents = new long[shape.length];
        for (int i = 0; i < shape.length; i++) n *= (int) (extents[i] = shape[i]);
        return dtype == DType.FLOAT32 ? NDArray.wrap(Perceptron.uniform(seed, n, 2), extents) : NDArray.wrap(Workload.uniform(seed, n), extents);
    }
}
