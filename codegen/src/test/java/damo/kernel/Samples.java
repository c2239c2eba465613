package damo.kernel;

import static damo.type.DType.BOOL;
import static damo.type.DType.FLOAT32;
import static damo.type.DType.FLOAT64;
import static damo.type.DType.INT32;
import static damo.type.DType.INT64;
import static damo.type.DType.UINT64;
import static damo.type.DType.UINT8;

import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.type.DType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Programs made by hand, which together have every kind of value and step.
final class Samples {
    private Samples() {}

    /// Row-wise softmax in one kernel.
    static Program softmax() {
        Values v = new Values();
        Value n = v.symbol("n"), m = v.symbol("m");
        Buffer x = new Buffer("x", FLOAT64, List.of(n, m)), z = new Buffer("z", FLOAT64, List.of(n, m));
        Axis i = new Axis("i", n), j = new Axis("j", m), k = new Axis("k", m), l = new Axis("l", m);
        Value max = v.fold(Reduction.MAX, List.of(k), v.load(x, v.indices(List.of(i, k))));
        Value sum = v.fold(Reduction.SUM, List.of(l), exp(v, v.apply(ScalarOp.SUB, v.load(x, v.indices(List.of(i, l))), max)));
        Value e = exp(v, v.apply(ScalarOp.SUB, v.load(x, v.indices(List.of(i, j))), max));
        Kernel kernel = new Kernel("k0", List.of(i, j), List.of(new Store(z, v.indices(List.of(i, j)), v.apply(ScalarOp.DIV, e, sum))));
        return new Program("softmax", List.of("n", "m"), List.of(x), Map.of(), List.of(z), List.of(new Step.Launch(kernel)));
    }

    static Value exp(Values v, Value x) {
        return v.apply(ScalarOp.EXP, x);
    }

    /// One scalar function of every dtype that it takes, of scalars.
    static Program function(ScalarOp f) {
        Values v = new Values();
        List<Buffer> inputs = new ArrayList<>(), outputs = new ArrayList<>();
        List<Store> stores = new ArrayList<>();
        for (DType dtype : DType.values()) {
            if (!takes(f.signature(), dtype)) continue;
            Value[] args = new Value[f.arity()];
            for (int i = 0; i < args.length; i++) {
                boolean condition = f == ScalarOp.WHERE && i == 0;
                inputs.add(new Buffer("x%d_%s".formatted(i, dtype), condition ? BOOL : dtype, List.of()));
                args[i] = v.load(inputs.getLast(), List.of());
            }
            Value z = v.apply(f, args);
            outputs.add(new Buffer("z_" + dtype, z.dtype(), List.of()));
            stores.add(new Store(outputs.getLast(), List.of(), z));
        }
        return new Program(f.opcode(), List.of(), inputs, Map.of(), outputs, List.of(new Step.Launch(new Kernel("k", List.of(), stores))));
    }

    private static boolean takes(ScalarOp.Signature signature, DType dtype) {
        return switch (signature) {
            case NUMBER -> dtype != BOOL;
            case INTEGER -> dtype.isInteger();
            case FLOAT -> dtype.isFloat();
            case BITS -> !dtype.isFloat();
            case ORDERED, TEST, CHOICE -> true;
        };
    }

    /// Numbers of every dtype, the odd ones too, stored one by one.
    static Program numbers() {
        Values v = new Values();
        List<Value> numbers = new ArrayList<>();
        for (DType dtype : DType.values())
            for (double x : dtype == BOOL ? new double[] {0, 1} : new double[] {0, 1, 100}) numbers.add(v.number(dtype, x));
        for (double x : new double[] {0.1, -0.0, -1e-300, 1e300, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            numbers.add(v.number(FLOAT64, x));
            numbers.add(v.number(FLOAT32, x));
        }
        for (long x : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            numbers.add(v.of(new Scalar.Whole(x), INT64));
            numbers.add(v.of(new Scalar.Whole(x), UINT64));
        }
        numbers.add(v.whole(Integer.MIN_VALUE));
        numbers.add(v.whole(-3));
        numbers.add(v.apply(ScalarOp.NEG, v.whole(3)));
        numbers.add(v.apply(ScalarOp.NEG, v.whole(-3)));
        numbers.add(v.apply(ScalarOp.SUB, v.whole(3), v.whole(-3)));
        for (DType dtype : List.of(INT32, INT64, FLOAT32, FLOAT64)) numbers.add(v.bits(v.number(dtype, 3)));
        numbers.add(v.of(new Scalar.Convert(v.whole(3)), UINT8));
        numbers.add(v.of(new Scalar.Convert(v.number(FLOAT64, -3.5)), INT64));
        numbers.add(v.of(new Scalar.Convert(v.apply(ScalarOp.NEG, v.number(FLOAT64, 3.5))), FLOAT32));
        numbers.add(v.of(new Scalar.Convert(v.number(FLOAT64, Double.POSITIVE_INFINITY)), FLOAT32));
        List<Buffer> outputs = new ArrayList<>();
        List<Store> stores = new ArrayList<>();
        for (Value x : numbers) {
            outputs.add(new Buffer("z" + outputs.size(), x.dtype(), List.of()));
            stores.add(new Store(outputs.getLast(), List.of(), x));
        }
        Kernel kernel = new Kernel("k", List.of(), stores);
        return new Program("numbers", List.of(), List.of(), Map.of(), outputs, List.of(new Step.Launch(kernel)));
    }

    /// Names that are no identifiers or are words of the language, constants, a branch, a check, temporaries, flat loads.
    static Program odd() {
        Values v = new Values();
        Value n = v.symbol("a `b`\n\\"), one = v.whole(1);
        Axis i = new Axis("for", v.mul(n, v.whole(2))), j = new Axis("1", v.apply(ScalarOp.MAX, v.sub(n, one), one));
        Buffer x = new Buffer("max", FLOAT32, List.of(i.extent()));
        Buffer c = new Buffer("c", FLOAT32, List.of(v.whole(2), v.whole(2))), d = new Buffer("d", UINT64, List.of());
        Buffer t = new Buffer("t", BOOL, List.of()), u = new Buffer("u", FLOAT32, List.of(i.extent()));
        Buffer z = new Buffer("%z", FLOAT32, List.of(i.extent()));
        Map<Buffer, NDArray> constants = new LinkedHashMap<>();
        constants.put(d, NDArray.scalar(UINT64, -1L));
        constants.put(c, NDArray.wrap(FLOAT32, new float[] {0.1f, Float.NaN, Float.NEGATIVE_INFINITY, 1e-30f}, 2, 2));
        Value condition = v.apply(ScalarOp.LT, v.load(d, List.of()), v.of(new Scalar.Whole(4), UINT64));
        Step test = new Step.Launch(new Kernel("test it", List.of(), List.of(new Store(t, List.of(), condition))));
        Value sum = v.fold(Reduction.SUM, List.of(j), v.flat(x, v.index(j)));
        Step then = new Step.Launch(new Kernel("k1", List.of(i), List.of(new Store(u, List.of(v.index(i)), sum))));
        Value inside = v.apply(ScalarOp.LT, v.index(i), v.whole(3));
        Value at = v.choose(inside, v.load(c, List.of(v.whole(0), v.apply(ScalarOp.MIN, v.index(i), one))), v.load(x, List.of(v.index(i))));
        Step otherwise = new Step.Launch(new Kernel("k2", List.of(i), List.of(new Store(u, List.of(v.index(i)), at))));
        Value twice = v.apply(ScalarOp.MUL, v.load(u, List.of(v.index(i))), v.load(u, List.of(v.index(i))));
        Step last = new Step.Launch(new Kernel("k3", List.of(i), List.of(new Store(z, List.of(v.index(i)), twice))));
        return new Program("odd one", List.of("a `b`\n\\"), List.of(x), constants, List.of(z),
                List.of(test, new Step.Check(t, "it's \"bad\"\n\\"), new Step.Branch(t, List.of(then), List.of(otherwise)), last));
    }

    /// Folds in folds, values shared inside, outside and across of them.
    static Program folds() {
        Values v = new Values();
        Value n = v.symbol("n");
        Buffer x = new Buffer("x", INT32, List.of(n)), z = new Buffer("z", INT32, List.of(n));
        Axis i = new Axis("i", n), j = new Axis("j", n), k = new Axis("k", v.mul(n, n)), l = new Axis("l", n);
        Value xi = v.load(x, List.of(v.index(i))), xj = v.load(x, List.of(v.index(j)));
        Value product = v.apply(ScalarOp.MUL, xi, xj);
        Value inner = v.fold(Reduction.PROD, List.of(k, l), v.apply(ScalarOp.ADD, v.apply(ScalarOp.MUL, product, product),
                v.apply(ScalarOp.MUL, v.index(k), v.index(l))));
        Value min = v.fold(Reduction.MIN, List.of(j), v.apply(ScalarOp.ADD, inner, product));
        Value max = v.fold(Reduction.MAX, List.of(j), v.apply(ScalarOp.SUB, product, xj));
        Value value = v.apply(ScalarOp.ADD, v.apply(ScalarOp.SUB, min, v.apply(ScalarOp.SUB, max, xi)), max);
        Kernel kernel = new Kernel("k0", List.of(i), List.of(new Store(z, List.of(v.index(i)), value)));
        return new Program("folds", List.of("n"), List.of(x), Map.of(), List.of(z), List.of(new Step.Launch(kernel)));
    }
}
