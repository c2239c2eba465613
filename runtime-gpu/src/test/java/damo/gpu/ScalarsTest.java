package damo.gpu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.graph.ScalarOp;
import damo.interpret.FloatMeaning;
import damo.interpret.IntMeaning;
import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.type.DType;
import damo.value.NDArray;
import damo.value.Storage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every scalar function of every dtype that it takes, on all pairs of awkward numbers, against its meaning.
class ScalarsTest {
    private static final double[] EDGES = {
        0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 1.5, 2.5, -2.5, 3, 7, -7, 1e-20, -1e-20, 1e-3, 0.3, -0.7, 0.999, 10, -10, 36, -36, 88, -88, 700, -700,
        1e9, -1e9, 1e18, 1e19, 1e30, -1e30, 127, 128, 255, 256, -128, -129, 32768, 65535, 2147483647, 2147483648.0, 4294967295.0, 4294967296.0,
        -2147483648.0, 9.3e18, 1.8446744073709552e19, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN};
    private static final long[] WHOLES = {
        0, 1, -1, 2, -2, 3, 5, 7, -7, 63, 64, 100, 127, 128, -128, 255, 256, 32767, -32768, 65535, 65536, Integer.MAX_VALUE, Integer.MIN_VALUE,
        0xFFFF_FFFFL, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE, -3};
    private static final int ULPS = 16;                                // OpenCL's own bound for pow; all others are closer

    private static NDArray sample(DType t) {
        int length = t.isFloat() ? EDGES.length : WHOLES.length;
        Object array = Storage.allocate(t, length);
        for (int i = 0; i < length; i++)
            if (t.isFloat()) Storage.setDouble(t, array, i, EDGES[i]);
            else Storage.setLong(t, array, i, WHOLES[i]);
        return NDArray.wrap(t, array, length);
    }

    private static boolean takes(ScalarOp f, DType t) {
        return switch (f.signature()) {
            case NUMBER -> t != DType.BOOL;
            case FLOAT -> t.isFloat();
            case INTEGER -> t.isInteger();
            case BITS -> !t.isFloat();
            case ORDERED, TEST, CHOICE -> true;
        };
    }

    /// A kernel for the floats and one for all others, each with a store for every dtype.
    @ParameterizedTest @EnumSource
    void agreeWithTheirMeaning(ScalarOp f) {
        OnDevice.onlyIfAll();
        var wrong = new ArrayList<String>();
        check(f, Arrays.stream(DType.values()).filter(t -> takes(f, t) && t.isFloat()).toList(), EDGES.length, wrong);
        check(f, Arrays.stream(DType.values()).filter(t -> takes(f, t) && !t.isFloat()).toList(), WHOLES.length, wrong);
        assertTrue(wrong.isEmpty(), () -> wrong.size() + ": " + wrong.subList(0, Math.min(8, wrong.size())));
    }

    private static void check(ScalarOp f, List<DType> dtypes, int size, List<String> wrong) {
        if (dtypes.isEmpty()) return;
        var v = new Values();
        Value n = v.whole(size);
        Axis i = new Axis("i", n);
        Axis j = new Axis("j", n);
        Buffer c = new Buffer("c", DType.BOOL, List.of(n));
        var inputs = new ArrayList<>(List.of(c));
        var outputs = new ArrayList<Buffer>();
        var stores = new ArrayList<Store>();
        boolean[] condition = new boolean[size];
        for (int p = 0; p < size; p += 2) condition[p] = true;
        var arguments = new ArrayList<>(List.of(NDArray.wrap(condition, size)));
        for (DType t : dtypes) {
            Buffer x = new Buffer("x_" + t, t, List.of(n));
            Value a = v.load(x, List.of(v.index(i)));
            Value b = v.load(x, List.of(v.index(j)));
            Value e = f.arity() == 1 ? v.apply(f, a) : f.arity() == 2 ? v.apply(f, a, b) : v.apply(f, v.load(c, List.of(v.index(i))), a, b);
            Buffer z = new Buffer("z_" + t, e.dtype(), List.of(n, n));
            inputs.add(x);
            outputs.add(z);
            stores.add(new Store(z, v.indices(List.of(i, j)), e));
            arguments.add(sample(t));
        }
        NDArray[] got = OnDevice.run(v, List.of(new Kernel("f", List.of(i, j), stores)), inputs, outputs, arguments.toArray(NDArray[]::new));
        for (int k = 0; k < got.length; k++) compare(f, dtypes.get(k), arguments.get(k + 1), condition, got[k], wrong);
    }

    private static void compare(ScalarOp f, DType t, NDArray x, boolean[] condition, NDArray got, List<String> wrong) {
        int size = condition.length;
        Object want = Storage.allocate(got.dtype(), 1);
        for (int p = 0; p < size; p++)
            for (int q = 0; q < size; q++) {
                if (t.isFloat()) {
                    double l = x.doubleAt(p);
                    double r = x.doubleAt(q);
                    Storage.setDouble(got.dtype(), want, 0,
                            f.arity() == 3 ? FloatMeaning.of(f, condition[p] ? 1 : 0, l, r) : FloatMeaning.of(f, l, r));
                } else {
                    long l = x.longAt(p);
                    long r = x.longAt(q);
                    Storage.setLong(got.dtype(), want, 0,
                            f.arity() == 3 ? IntMeaning.of(f, t, condition[p] ? 1 : 0, l, r) : IntMeaning.of(f, t, l, r));
                }
                if (!close(f, x.doubleAt(p), NDArray.wrap(got.dtype(), want, 1), got, p * size + q))
                    wrong.add("%s %s(%s, %s) = %s, not %s".formatted(t, f, x.doubleAt(p), x.doubleAt(q), got.doubleAt(p * size + q),
                            Storage.getDouble(got.dtype(), want, 0)));
            }
    }

    private static boolean close(ScalarOp f, double first, NDArray want, NDArray got, int at) {
        if (!want.dtype().isFloat()) return want.longAt(0) == got.longAt(at);
        double e = want.doubleAt(0);
        double a = got.doubleAt(at);
        double ulp = want.dtype() == DType.FLOAT32 ? Math.ulp((float) e) : Math.ulp(e);
        boolean hasZeros = f == ScalarOp.LGAMMA || f == ScalarOp.POLYGAMMA && first == 0;
        if (hasZeros && Math.abs(e) < 0.1) ulp = want.dtype() == DType.FLOAT32 ? 0x1p-23 : 0x1p-52;    // next to one
        // In float32, which is all that some devices have, the sums of high orders leave the range.
        if (f == ScalarOp.POLYGAMMA && want.dtype() == DType.FLOAT32 && first > 20) return Double.isNaN(e) == Double.isNaN(a);
        double bound = f == ScalarOp.POLYGAMMA ? ULPS + first : ULPS;
        return Double.compare(e, a) == 0 || !Double.isInfinite(e) && Math.abs(e - a) <= bound * ulp || e == 0 && a == 0 && want.dtype().isFloat();
    }

    @ParameterizedTest @EnumSource
    void convertAsStorageDoes(DType from) {
        NDArray x = sample(from);
        int size = (int) x.size();
        var v = new Values();
        Axis i = new Axis("i", v.whole(size));
        List<Value> at = v.indices(List.of(i));
        Buffer in = new Buffer("x", from, List.of(v.whole(size)));
        var outputs = new ArrayList<Buffer>();
        var stores = new ArrayList<Store>();
        for (DType to : DType.values()) {
            outputs.add(new Buffer("z_" + to, to, List.of(v.whole(size))));
            stores.add(new Store(outputs.getLast(), at, v.convert(v.load(in, at), to)));
        }
        NDArray[] got = OnDevice.run(v, List.of(new Kernel("f", List.of(i), stores)), List.of(in), outputs, x);
        for (NDArray z : got)
            for (int p = 0; p < size; p++) {
                Object want = Storage.allocate(z.dtype(), 1);
                if (from.isFloat() || from == DType.UINT64 && z.dtype() == DType.FLOAT64) Storage.setDouble(z.dtype(), want, 0, x.doubleAt(p));
                else if (from == DType.UINT64 && z.dtype() == DType.FLOAT32) continue;     // in Storage it rounds twice
                else Storage.setLong(z.dtype(), want, 0, x.longAt(p));
                NDArray wanted = NDArray.wrap(z.dtype(), want, 1);
                assertTrue(wanted.dtype().isFloat() ? Double.compare(wanted.doubleAt(0), z.doubleAt(p)) == 0 : wanted.longAt(0) == z.longAt(p),
                        "%s of %s to %s: %s, not %s".formatted(from, x.doubleAt(p), z.dtype(), z.doubleAt(p), wanted.doubleAt(0)));
            }
    }
}
