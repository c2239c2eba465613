package damo.jvm;

import static damo.graph.ScalarOp.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.plan.Schedule;
import damo.plan.Stmt;
import damo.plan.Vectorization;
import damo.type.DType;
import damo.value.Storage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Code with vectors of every width against code without: [Run#run] compares.
class VectorClassTest {
    private static final int[] SIZES = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 48, 61, 127, 1023, 1040, 2047, 2048, 2049, 2064, 4095,
            4096, 4127, 6144, 6145, 8191, 8192, 10_000, 14_337};
    private static final List<DType> LANES = List.of(DType.BOOL, DType.INT32, DType.UINT32, DType.INT64, DType.UINT64, DType.FLOAT32, DType.FLOAT64);

    private final Values v = new Values();
    private final Value n = v.symbol("n");
    private final Axis i = new Axis("i", n);
    private final List<Buffer> inputs = new ArrayList<>();

    private Value input(DType t) {
        inputs.add(new Buffer("x" + inputs.size(), t, List.of(n)));
        return v.load(inputs.getLast(), v.indices(List.of(i)));
    }

    private Run compile(List<Axis> axes, Buffer to, Value value) {
        var all = new ArrayList<>(List.of(to));
        all.addAll(inputs);
        return Run.of(v, List.of(new Kernel("f", axes, List.of(new Store(to, v.indices(axes), value)))), all, "n");
    }

    /// Stores `value` for every element, for arrays of every size.
    private void elementwise(Value value, boolean isVector) {
        Buffer z = new Buffer("z", value.dtype(), List.of(n));
        Run run = compile(List.of(i), z, value);
        assertEquals(isVector, run.isVector(), () -> String.valueOf(why(List.of(i), z, value)));
        for (int size : SIZES) run(run, z, size, size);
    }

    /// Folds `value` over all elements.
    private void fold(Reduction f, Value value, boolean isVector) {
        Buffer z = new Buffer("z", value.dtype(), List.of());
        Value fold = v.fold(f, List.of(i), value);
        Run run = compile(List.of(), z, fold);
        assertEquals(isVector, run.isVector(), () -> f + " " + why(List.of(), z, fold));
        for (int size : SIZES) run(run, z, 1, size);
    }

    private void run(Run run, Buffer to, int stored, int size) {
        var arrays = new Object[1 + inputs.size()];
        arrays[0] = Storage.allocate(to.dtype(), stored);
        for (int p = 0; p < inputs.size(); p++) arrays[1 + p] = samples(inputs.get(p).dtype(), size, p);
        run.run(new int[] {size}, arrays);
    }

    private Object why(List<Axis> axes, Buffer to, Value value) {
        List<Stmt> statements = Schedule.of(v, new Kernel("f", axes, List.of(new Store(to, v.indices(axes), value))));
        return Vectorization.of(v, statements, 512).obstacles();
    }

    private static final double[] EDGES = {0, -0.0, 1, -1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MIN_VALUE,
            -1e-310, 1e-42, 0.5, -0.5, 1.5, -2.5, 4503599627370495.5, -4503599627370496.0, 8388607.5, -8388608, 1e18, -1e19, 3e38, 1e300, 2147483647,
            -2147483649.0, 0.49999999999999994, -0.3};

    private static Object samples(DType t, int size, int seed) {
        Object array = Storage.allocate(t, size);
        var random = new Random(31L * size + seed);
        for (int p = 0; p < size; p++)
            if (!t.isFloat()) Storage.setLong(t, array, p, random.nextBoolean() ? random.nextInt(72) - 4 : random.nextLong());
            else {
                boolean isOdd = random.nextInt(size < 100 ? 3 : 50) == 0;
                Storage.setDouble(t, array, p, isOdd ? EDGES[random.nextInt(EDGES.length)] : random.nextGaussian());
            }
        return array;
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
    void everyFunctionGivesTheSameBits(ScalarOp f) {
        for (DType t : LANES) {
            if (!takes(f, t)) continue;
            inputs.clear();
            Value[] args = new Value[f.arity()];
            for (int p = 0; p < args.length; p++) args[p] = input(f == WHERE && p == 0 ? DType.BOOL : t);
            boolean isVector = switch (f) {
                case FLOORDIV, MOD, POLYGAMMA -> false;
                case POW -> t.isFloat();
                case CEIL, FLOOR, ROUND -> t.isFloat();                // of integers they are nothing
                case NEG, ABS, SIGN, ADD, SUB, MUL, SQRT, DIV, FMA, MAX, MIN, LT, LE, EQ, NE, WHERE, AND, OR, XOR, NOT, SHL, SHR, TRUNC, ISNAN, ISINF,
                     CBRT, EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ASINH, ACOSH, ATANH, SIGMOID,
                     SOFTPLUS, LOG1MEXP, ERF, ERFC, ERFCX, ERFINV, ERFCINV, LGAMMA, ATAN2 -> true;
            };
            if (isVector) elementwise(v.apply(f, args), true);
        }
    }

    @ParameterizedTest @EnumSource
    void everyConversionGivesTheSameBits(DType from) {
        for (DType to : LANES) {
            if (!LANES.contains(from)) continue;
            inputs.clear();
            boolean missing = from == DType.UINT64 && to.isFloat() || from.isFloat() && to == DType.UINT64;
            elementwise(v.convert(input(from), to), !missing);
        }
    }

    @Test void bitsAndBack() {
        for (DType t : List.of(DType.FLOAT32, DType.FLOAT64)) {
            inputs.clear();
            Value bits = v.bits(input(t));
            elementwise(v.bits(v.apply(XOR, bits, v.convert(v.whole(1), bits.dtype()))), true);
        }
    }

    @Test void masksGoFromWidthToWidth() {
        Value x = input(DType.FLOAT64), y = input(DType.FLOAT32), k = input(DType.INT64), c = input(DType.BOOL);
        Value narrow = v.apply(LT, y, v.number(DType.FLOAT32, 0)), whole = v.apply(LE, k, v.convert(v.whole(5), DType.INT64));
        Value both = v.apply(AND, v.apply(OR, narrow, whole), v.apply(NE, c, v.apply(LT, x, v.convert(y, DType.FLOAT64))));
        elementwise(v.apply(WHERE, both, y, v.apply(MUL, y, y)), true);
        elementwise(v.apply(WHERE, narrow, x, v.convert(k, DType.FLOAT64)), true);
        elementwise(both, true);
    }

    @Test void positionsAreNumbersToo() {
        Value x = input(DType.FLOAT64);
        elementwise(v.apply(MUL, v.convert(v.index(i), DType.FLOAT64), x), true);
        elementwise(v.apply(ADD, v.apply(MUL, v.index(i), v.whole(3)), n), true);
    }

    @Test void aBranchWithoutReadsIsABlend() {
        Value x = input(DType.FLOAT64), y = input(DType.FLOAT64);
        Value c = v.apply(LT, x, y);
        elementwise(v.apply(ADD, v.choose(c, v.apply(SQRT, x), v.number(DType.FLOAT64, 7)), x), true);
        elementwise(v.choose(c, v.load(inputs.getFirst(), List.of(v.sub(v.index(i), v.whole(0)))), y), true);
    }

    @Test void whatMayBeOutOfRangeStaysInItsBranch() {
        input(DType.FLOAT64);
        Value before = v.load(inputs.getFirst(), List.of(v.sub(v.index(i), v.whole(1))));
        elementwise(v.choose(v.apply(LT, v.whole(0), v.index(i)), before, v.number(DType.FLOAT64, 7)), false);
    }

    @ParameterizedTest @EnumSource
    void foldsHaveOneOrder(Reduction f) {
        for (DType t : LANES) {
            if (t == DType.BOOL && (f == Reduction.SUM || f == Reduction.PROD)) continue;
            inputs.clear();
            boolean inOrder = f == Reduction.PROD && t.isFloat();
            fold(f, input(t), !inOrder);
            Value x = input(t), y = input(t), z = x;
            if (t == DType.BOOL) continue;
            fold(f, v.apply(MUL, v.apply(SUB, x, y), v.apply(SUB, x, y)), !inOrder);
            for (int p = 0; p < 12; p++) z = v.apply(ADD, v.apply(MUL, z, y), v.number(t, p));
            fold(f, z, !inOrder);                                      // too long to be written out for each accumulator
        }
    }

    /// Bits of float32; of float64, those of the same kind.
    private static final int[][] KINDS = {{0, 0x80000000}, {1, 0x80000001, 0}, {0x7F800000, 0xFF800000}, {0xFF800000}, {0x3F800000},
            {0xBF800000, 0xC0000000}, {0x7F7FFFFF, 0xFF7FFFFF}, {0x7F800001, 0x7FFFFFFF}, {0xFF800001, 0xFFFFFFFF, 0xFFC00000}};

    @ParameterizedTest @EnumSource(names = {"MAX", "MIN"})
    void extremesOfFloatsHaveTheBitsOfJava(Reduction f) {
        var random = new Random(5);
        for (DType t : List.of(DType.FLOAT32, DType.FLOAT64)) {
            inputs.clear();
            Run run = compile(List.of(), new Buffer("z", t, List.of()), v.fold(f, List.of(i), input(t)));
            assertTrue(run.isVector());
            for (int size = 0; size <= 100; size++)
                for (int[] most : KINDS)
                    for (int[] few : KINDS) {
                        Object x = Storage.allocate(t, size), result = Storage.allocate(t, 1);
                        double best = f == Reduction.MAX ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
                        for (int p = 0; p < size; p++) {
                            int[] kind = random.nextInt(20) == 0 ? few : most;
                            int bits = kind[random.nextInt(kind.length)];
                            if (x instanceof float[] floats) floats[p] = Float.intBitsToFloat(bits);
                            else ((double[]) x)[p] = ofTheSameKind(bits);
                            double number = Storage.getDouble(t, x, p);
                            best = f == Reduction.MAX ? Math.max(best, number) : Math.min(best, number);
                        }
                        run.run(new int[] {size}, result, x);
                        assertEquals(best, Storage.getDouble(t, result, 0));
                    }
        }
    }

    private static double ofTheSameKind(int bits) {
        long exponent = bits >>> 23 & 0xFF, fraction = bits & 0x7FFFFF;
        long wide = exponent == 0xFF ? 0x7FF : exponent == 0 ? 0 : exponent + 896;
        return Double.longBitsToDouble((long) bits >> 31 << 63 | wide << 52 | fraction << 29 | fraction);
    }

    /// The order as it is documented, in Java, of the terms `x[p] * y[p]`.
    private static double sum(double[] x, double[] y) {
        double total = 0, lost = 0;
        int half = x.length / 4096;
        for (int block = 0; block < (x.length + 2047) / 2048; block++) {
            int from = 2048 * (block < 2 * half ? block / 2 + block % 2 * half : block);
            int end = Math.min(x.length, from + 2048), whole = from + (end - from) / 16 * 16;
            double[] a = new double[32];
            for (int p = from; p < whole; p++) a[(p - from) % 32] = Math.fma(x[p], y[p], a[(p - from) % 32]);
            for (int width = 16; width > 0; width /= 2) for (int p = 0; p < width; p++) a[p] += a[p + width];
            for (int p = whole; p < end; p++) a[0] = Math.fma(x[p], y[p], a[0]);
            double z = a[0] - lost, next = total + z;
            lost = next - total - z;
            total = next;
        }
        return total;
    }

    @Test void theOrderOfASumIsTheDocumentedOne() {
        Value x = input(DType.FLOAT64), longer = x, square = v.apply(MUL, x, x);
        for (int p = 0; p < 30; p++) longer = v.apply(NEG, longer);
        for (Value element : List.of(x, longer, square)) {
            Run run = compile(List.of(), new Buffer("z", DType.FLOAT64, List.of()), v.fold(Reduction.SUM, List.of(i), element));
            for (int size : SIZES) {
                double[] in = new Random(size).doubles(size, -1, 1).toArray(), out = new double[1];
                double[] ones = new double[size];
                Arrays.fill(ones, 1);
                run.run(new int[] {size}, out, in);
                assertEquals(sum(in, element == square ? in : ones), out[0]);
            }
        }
    }

    @Test void whatIsReadApartIsGatheredIfMuchIsComputedOfIt() {
        Buffer z = new Buffer("z", DType.FLOAT64, List.of(n)), sum = new Buffer("s", DType.FLOAT64, List.of());
        Value at = v.index(i), last = v.sub(n, v.whole(1));
        for (DType t : LANES) {
            Buffer x = new Buffer("x", t, List.of(v.mul(n, n))), y = new Buffer("y", DType.INT32, List.of(n));
            Buffer k = new Buffer("k", DType.INT64, List.of(n));
            List<Value> offsets = List.of(v.sub(last, at), v.mul(at, v.whole(2)), v.mul(at, n), v.load(y, List.of(at)),
                v.convert(v.load(k, List.of(at)), DType.INT32), v.add(v.mul(v.load(y, List.of(at)), n), at));
            for (Value offset : offsets)
                for (int more : new int[] {0, 10}) {
                    Value value = v.convert(v.load(x, List.of(offset)), DType.FLOAT64);
                    if (t == DType.UINT64) value = v.convert(v.apply(SHR, v.load(x, List.of(offset)), v.number(t, 3)), DType.INT64);
                    if (t == DType.UINT64) value = v.convert(value, DType.FLOAT64);
                    for (int p = 0; p < more; p++) value = v.apply(FMA, value, v.number(DType.FLOAT64, 0.5), v.number(DType.FLOAT64, p));
                    var stores = List.of(new Store(z, List.of(at), value));
                    Run each = Run.of(v, List.of(new Kernel("f", List.of(i), stores)), List.of(z, x, y, k), "n");
                    var total = new Store(sum, List.of(), v.fold(Reduction.SUM, List.of(i), value));
                    Run all = Run.of(v, List.of(new Kernel("f", List.of(), List.of(total))), List.of(sum, x, y, k), "n");
                    assertEquals(more > 0 && t != DType.BOOL, each.isVector(), () -> t + " " + offset);
                    assertEquals(each.isVector(), all.isVector());
                    for (int size : new int[] {0, 2, 7, 8, 17, 61, 127}) {
                        var random = new Random(size);
                        int[] indices = random.ints(size, 0, Math.max(size, 1)).toArray();
                        long[] wide = Arrays.stream(indices).mapToLong(p -> p).toArray();
                        Object from = samples(t, size * size, 1);
                        each.run(new int[] {size}, new double[size], from, indices, wide);
                        all.run(new int[] {size}, new double[1], from, indices, wide);
                    }
                }
        }
    }

    @Test void nothingButNumbersOfThirtyTwoBitsOrMore() {
        Value x = input(DType.INT8);
        elementwise(v.apply(ADD, x, x), false);
    }

    @Test void whatIsReadElsewhereThanItIsStoredIsNotVector() {
        Buffer z = new Buffer("z", DType.FLOAT64, List.of(v.add(n, v.whole(1))));
        Value before = v.load(z, v.indices(List.of(i)));
        var kernel = new Kernel("f", List.of(i), List.of(new Store(z, List.of(v.add(v.index(i), v.whole(1))), v.apply(ADD, before, before))));
        Run run = Run.of(v, List.of(kernel), List.of(z), "n");
        assertFalse(run.isVector());
        double[] powers = new double[11];
        powers[0] = 1;
        run.run(new int[] {10}, powers);
        assertEquals(1024, powers[10]);
    }

    @Test void rowsAndColumns() {
        Axis j = new Axis("j", n);
        Buffer x = new Buffer("x", DType.FLOAT32, List.of(n, n)), y = new Buffer("y", DType.FLOAT32, List.of(n));
        Buffer z = new Buffer("z", DType.FLOAT32, List.of(n, n));
        Value row = v.load(x, v.indices(List.of(i, j))), across = v.load(x, v.indices(List.of(j, i)));
        inputs.addAll(List.of(x, y));
        Value scaled = v.apply(MUL, row, v.apply(ADD, v.load(y, v.indices(List.of(i))), v.load(y, v.indices(List.of(j)))));
        for (Value value : List.of(scaled, v.apply(ADD, row, across))) {
            Run run = compile(List.of(i, j), z, value);
            assertEquals(value == scaled, run.isVector());
            for (int size : new int[] {0, 1, 15, 16, 17, 37})
                run.run(new int[] {size}, new float[size * size], samples(DType.FLOAT32, size * size, 1), samples(DType.FLOAT32, size, 2));
        }
    }
}
