package damo.jvm;

import static org.junit.jupiter.api.Assertions.*;

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
import damo.value.Storage;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EveryScalarOpTest {
    private static final double[] EDGES = {
            0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 1.5, 2.5, -2.5, 3, 7, -7, 1e-20, -1e-20, 1e-310, 1e-3, 0.3, -0.7, 0.999, 10, -10, 36, -36,
            88, -88, 700, -700, 1e9, -1e9, 1e18, 1e19, 1e30, -1e30, 1e300, 127, 128, 255, 256, -128, -129, 32768, 65535, 2147483647,
            2147483648.0, 4294967295.0, 4294967296.0, -2147483648.0, 9.3e18, 1.8446744073709552e19, Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY, Double.NaN};
    private static final long[] WHOLES = {
            0, 1, -1, 2, -2, 3, 5, 7, -7, 63, 64, 100, 127, 128, -128, 255, 256, 32767, -32768, 65535, 65536, Integer.MAX_VALUE,
            Integer.MIN_VALUE, 0xFFFF_FFFFL, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE, -3};

    private static Object sample(DType t) {
        Object array = Storage.allocate(t, length(t));
        for (int i = 0; i < length(t); i++)
            if (t.isFloat()) Storage.setDouble(t, array, i, EDGES[i]);
            else Storage.setLong(t, array, i, WHOLES[i]);
        return array;
    }

    private static int length(DType t) {
        return t.isFloat() ? EDGES.length : WHOLES.length;
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

    @ParameterizedTest @EnumSource
    void agreesWithTheInterpreterInEveryDType(ScalarOp f) {
        for (DType t : DType.values()) if (takes(f, t)) check(f, t);
    }

    /// All pairs of the samples, through a kernel over two axes.
    private static void check(ScalarOp f, DType t) {
        var v = new Values();
        Axis i = new Axis("i", v.symbol("n")), j = new Axis("j", v.symbol("n"));
        Value n = v.symbol("n");
        Buffer x = new Buffer("x", t, List.of(n)), c = new Buffer("c", DType.BOOL, List.of(n));
        Value a = v.load(x, List.of(v.index(i))), b = v.load(x, List.of(v.index(j)));
        Value e = f.arity() == 1 ? v.apply(f, a) : f.arity() == 2 ? v.apply(f, a, b)
                : f == ScalarOp.WHERE ? v.apply(f, v.load(c, List.of(v.index(i))), a, b) : v.apply(f, a, b, a);
        Buffer z = new Buffer("z", e.dtype(), List.of(n, n));
        Run run = Run.of(v, List.of(new Kernel("f", List.of(i, j), List.of(new Store(z, v.indices(List.of(i, j)), e)))), List.of(z, x, c), "n");
        int size = length(t);
        Object in = sample(t), out = Storage.allocate(z.dtype(), size * size), expected = Storage.allocate(z.dtype(), 1);
        boolean[] condition = new boolean[size];
        for (int p = 0; p < size; p += 2) condition[p] = true;
        run.run(new int[] {size}, out, in, condition);
        var wrong = new ArrayList<String>();
        for (int p = 0; p < size; p++)
            for (int q = 0; q < size; q++) {
                if (t.isFloat()) {
                    double l = Storage.getDouble(t, in, p), r = Storage.getDouble(t, in, q);
                    Storage.setDouble(z.dtype(), expected, 0,
                            f == ScalarOp.WHERE ? FloatMeaning.of(f, condition[p] ? 1 : 0, l, r) : FloatMeaning.of(f, l, r, l));
                } else {
                    long l = Storage.getLong(t, in, p), r = Storage.getLong(t, in, q);
                    Storage.setLong(z.dtype(), expected, 0,
                            f == ScalarOp.WHERE ? IntMeaning.of(f, t, condition[p] ? 1 : 0, l, r) : IntMeaning.of(f, t, l, r));
                }
                if (!close(f, z.dtype(), expected, out, p * size + q))
                    wrong.add("%s %s(%s, %s) = %s, not %s".formatted(t, f, Storage.getDouble(t, in, p), Storage.getDouble(t, in, q),
                            Storage.getDouble(z.dtype(), out, p * size + q), Storage.getDouble(z.dtype(), expected, 0)));
            }
        assertTrue(wrong.isEmpty(), () -> wrong.size() + ": " + wrong.subList(0, Math.min(6, wrong.size())));
    }

    private static boolean close(ScalarOp f, DType t, Object expected, Object out, int at) {
        if (!t.isFloat()) return Storage.getLong(t, expected, 0) == Storage.getLong(t, out, at);
        double e = Storage.getDouble(t, expected, 0), a = Storage.getDouble(t, out, at);
        double ulp = t == DType.FLOAT32 ? Math.ulp((float) e) : Math.ulp(e);
        if (f == ScalarOp.LGAMMA && Math.abs(e) < 0.1) ulp = t == DType.FLOAT32 ? 0x1p-23 : 0x1p-52;      // next to a zero between poles
        return Double.compare(e, a) == 0 || !Double.isInfinite(e) && Math.abs(e - a) <= 3 * ulp;
    }

    @ParameterizedTest @EnumSource(names = {"INT32", "INT64", "FLOAT32", "FLOAT64"})
    void bitsAreThoseOfJava(DType from) {
        var v = new Values();
        Value n = v.symbol("n");
        Axis i = new Axis("i", n);
        List<Value> at = v.indices(List.of(i));
        Buffer x = new Buffer("x", from, List.of(n));
        Value bits = v.bits(v.load(x, at));
        Buffer z = new Buffer("z", bits.dtype(), List.of(n)), back = new Buffer("back", from, List.of(n));
        Run run = Run.of(v, List.of(new Kernel("f", List.of(i), List.of(new Store(z, at, bits), new Store(back, at, v.bits(bits))))),
                List.of(z, back, x), "n");
        int size = length(from);
        Object in = sample(from), out = Storage.allocate(bits.dtype(), size), again = Storage.allocate(from, size);
        run.run(new int[] {size}, out, again, in);
        for (int p = 0; p < size; p++) {
            Object expected = switch (in) {
                case float[] a -> Float.floatToRawIntBits(a[p]);
                case double[] a -> Double.doubleToRawLongBits(a[p]);
                case int[] a -> Float.intBitsToFloat(a[p]);
                default -> Double.longBitsToDouble(((long[]) in)[p]);
            };
            assertEquals(expected, Array.get(out, p));
            if (from.isFloat()) assertEquals(Array.get(in, p), Array.get(again, p));
        }
    }

    @ParameterizedTest @EnumSource
    void convertsAsStorageDoes(DType from) {
        for (DType to : DType.values()) {
            var v = new Values();
            Value n = v.symbol("n");
            Axis i = new Axis("i", n);
            Buffer x = new Buffer("x", from, List.of(n)), z = new Buffer("z", to, List.of(n));
            List<Value> at = v.indices(List.of(i));
            Run run = Run.of(v, List.of(new Kernel("f", List.of(i), List.of(new Store(z, at, v.convert(v.load(x, at), to))))), List.of(z, x), "n");
            int size = length(from);
            Object in = sample(from), out = Storage.allocate(to, size), expected = Storage.allocate(to, 1);
            run.run(new int[] {size}, out, in);
            for (int p = 0; p < size; p++) {
                double d = Storage.getDouble(from, in, p);
                if (from.isFloat() || from == DType.UINT64 && to == DType.FLOAT64) Storage.setDouble(to, expected, 0, d);
                else if (from == DType.UINT64 && to == DType.FLOAT32)
                    ((float[]) expected)[0] = Arithmetic.unsignedToFloat(Storage.getLong(from, in, p));
                else Storage.setLong(to, expected, 0, Storage.getLong(from, in, p));
                assertTrue(close(null, to, expected, out, p), "%s of %s to %s: %s".formatted(from, d, to, Storage.getDouble(to, out, p)));
            }
        }
    }
}
