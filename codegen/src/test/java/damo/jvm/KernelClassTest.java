package damo.jvm;

import static damo.graph.ScalarOp.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.graph.Reduction;
import damo.interpret.IntMeaning;
import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.type.DType;
import damo.value.Storage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KernelClassTest {
    private final Values v = new Values();
    private final Value m = v.symbol("m");
    private final Value n = v.symbol("n");
    private final Value k = v.symbol("k");
    private final Axis i = new Axis("i", m);
    private final Axis j = new Axis("j", n);
    private final Axis l = new Axis("l", k);

    private Buffer buffer(String name, DType dtype, Value... extents) {
        return new Buffer(name, dtype, List.of(extents));
    }

    private Value at(Buffer b, Value... at) {
        return v.load(b, List.of(at));
    }

    private Value at(Buffer b, Axis... at) {
        return v.load(b, v.indices(List.of(at)));
    }

    private Run compile(List<Axis> axes, Buffer to, Value value, Buffer... inputs) {
        var all = new ArrayList<>(List.of(to));
        all.addAll(List.of(inputs));
        return Run.of(v, List.of(new Kernel("f", axes, List.of(new Store(to, v.indices(axes), value)))), all, "m", "n", "k");
    }

    private static double[] random(int size) {
        return new Random(7).doubles(size, -1, 1).toArray();
    }

    private static float[] floats(double[] x) {
        var result = new float[x.length];
        for (int i = 0; i < x.length; i++) result[i] = (float) x[i];
        return result;
    }

    @ParameterizedTest @ValueSource(ints = {0, 1, 3, 4, 5, 1023, 1024, 1025})
    void elementwise(int size) {
        Buffer x = buffer("x", DType.FLOAT64, m), z = buffer("z", DType.FLOAT64, m), a = buffer("a", DType.FLOAT64);
        Value e = at(x, i);
        Run run = compile(List.of(i), z, v.apply(ADD, v.apply(MUL, v.apply(MUL, at(a, new Value[0]), e), e), v.number(DType.FLOAT64, 2)), x, a);
        double[] in = random(size), out = new double[size];
        run.run(new int[] {size, 0, 0}, out, in, new double[] {3});
        for (int p = 0; p < size; p++) assertEquals(3 * in[p] * in[p] + 2, out[p]);
    }

    @ParameterizedTest @CsvSource({"0,5", "3,1", "2,4", "5,1025", "4,3"})
    void softmaxOfRows(int rows, int columns) {
        Buffer x = buffer("x", DType.FLOAT64, m, n), z = buffer("z", DType.FLOAT64, m, n);
        Axis a = new Axis("a", n), b = new Axis("b", n);
        Value max = v.fold(Reduction.MAX, List.of(a), at(x, i, a));
        Value sum = v.fold(Reduction.SUM, List.of(b), v.apply(EXP, v.apply(SUB, at(x, i, b), max)));
        Run run = compile(List.of(i, j), z, v.apply(DIV, v.apply(EXP, v.apply(SUB, at(x, i, j), max)), sum), x);
        double[] in = random(rows * columns), out = new double[rows * columns];
        run.run(new int[] {rows, columns, 0}, out, in);
        for (int r = 0; r < rows; r++) {
            double total = 0;
            for (int c = 0; c < columns; c++) total += Math.exp(in[r * columns + c]);
            for (int c = 0; c < columns; c++) assertEquals(Math.exp(in[r * columns + c]) / total, out[r * columns + c], 1e-14);
        }
    }

    @ParameterizedTest @CsvSource({"false,false", "false,true", "true,false", "true,true"})
    void matrixProductsOfAllLayouts(boolean transposeX, boolean transposeY) {
        for (int[] e : new int[][] {{0, 2, 2}, {1, 1, 1}, {3, 5, 4}, {5, 4, 7}, {2, 3, 0}, {4, 1025, 9}, {9, 4, 1025}}) {
            Buffer x = transposeX ? buffer("x", DType.FLOAT64, k, m) : buffer("x", DType.FLOAT64, m, k);
            Buffer y = transposeY ? buffer("y", DType.FLOAT64, n, k) : buffer("y", DType.FLOAT64, k, n);
            Buffer z = buffer("z", DType.FLOAT64, m, n), bias = buffer("bias", DType.FLOAT64, n);
            Value left = transposeX ? at(x, l, i) : at(x, i, l), right = transposeY ? at(y, j, l) : at(y, l, j);
            Value dot = v.fold(Reduction.SUM, List.of(l), v.apply(MUL, left, right));
            Run run = compile(List.of(i, j), z, v.apply(MAX, v.apply(ADD, dot, at(bias, j)), v.number(DType.FLOAT64, 0)), x, y, bias);
            double[] xs = random(e[0] * e[2]), ys = random(e[1] * e[2]), zs = random(e[0] * e[1]), b = random(e[1]);
            run.run(e, zs, xs, ys, b);
            for (int p = 0; p < e[0]; p++)
                for (int q = 0; q < e[1]; q++) {
                    double sum = 0;
                    for (int r = 0; r < e[2]; r++)
                        sum += xs[transposeX ? r * e[0] + p : p * e[2] + r] * ys[transposeY ? q * e[2] + r : r * e[1] + q];
                    assertEquals(Math.max(sum + b[q], 0), zs[p * e[1] + q], 1e-12);
                }
        }
    }

    @ParameterizedTest @CsvSource({"1,1", "5,3", "1025,7", "4,1024", "0,3"})
    void sumOfColumns(int rows, int columns) {
        Buffer x = buffer("x", DType.FLOAT32, k, n), z = buffer("z", DType.FLOAT32, n);
        Run run = compile(List.of(j), z, v.fold(Reduction.SUM, List.of(l), at(x, l, j)), x);
        float[] in = floats(random(rows * columns)), out = new float[columns];
        Arrays.fill(out, 9);
        run.run(new int[] {0, columns, rows}, out, in);
        for (int c = 0; c < columns; c++) {
            double sum = 0;
            for (int r = 0; r < rows; r++) sum += in[r * columns + c];
            assertEquals(sum, out[c], 1e-4);
        }
    }

    @Test void sumsOfFloatsAreAccurate() {
        Buffer x = buffer("x", DType.FLOAT32, m), z = buffer("z", DType.FLOAT32);
        Run run = compile(List.of(), z, v.fold(Reduction.SUM, List.of(i), at(x, i)), x);
        float[] in = new float[1_000_000], out = new float[1];
        Arrays.fill(in, 0.1f);
        run.run(new int[] {in.length, 0, 0}, out, in);
        assertEquals(in.length * (double) 0.1f, out[0], 0.1);
        in[5] = Float.POSITIVE_INFINITY;
        run.run(new int[] {in.length, 0, 0}, out, in);
        assertEquals(Float.POSITIVE_INFINITY, out[0]);
        in[500_000] = Float.NEGATIVE_INFINITY;
        run.run(new int[] {in.length, 0, 0}, out, in);
        assertTrue(Float.isNaN(out[0]));
    }

    @ParameterizedTest @ValueSource(ints = {1, 3, 4, 5, 1025})
    void extremesAndProducts(int size) {
        for (Reduction f : Reduction.values())
            for (DType t : List.of(DType.INT8, DType.UINT8, DType.INT32, DType.UINT32, DType.INT64, DType.UINT64)) {
                Buffer x = buffer("x", t, m), z = buffer("z", t);
                Run run = compile(List.of(), z, v.fold(f, List.of(i), at(x, i)), x);
                Object in = Storage.allocate(t, size), out = Storage.allocate(t, 1);
                var random = new Random(3);
                long expected = 0;
                for (int p = 0; p < size; p++) {
                    Storage.setLong(t, in, p, random.nextLong() | 1);
                    long e = Storage.getLong(t, in, p);
                    expected = p == 0 ? e : IntMeaning.of(f.step(), t, expected, e);
                }
                Object wrapped = Storage.allocate(t, 1);
                Storage.setLong(t, wrapped, 0, expected);
                run.run(new int[] {size, 0, 0}, out, in);
                assertEquals(Storage.getLong(t, wrapped, 0), Storage.getLong(t, out, 0), f + " of " + t);
            }
    }

    @Test void maximumKeepsNaN() {
        Buffer x = buffer("x", DType.FLOAT64, m), z = buffer("z", DType.FLOAT64);
        Run run = compile(List.of(), z, v.fold(Reduction.MAX, List.of(i), at(x, i)), x);
        double[] in = {1, 2, Double.NaN, 4, 5, 6}, out = new double[1];
        run.run(new int[] {6, 0, 0}, out, in);
        assertTrue(Double.isNaN(out[0]));
    }

    @Test void loadsOfAnotherBranchMayBeOutOfRange() {
        Buffer x = buffer("x", DType.FLOAT64, n), z = buffer("z", DType.FLOAT64, m);
        Value at = v.sub(v.index(i), v.whole(2));
        Value inside = v.apply(AND, v.apply(LE, v.whole(0), at), v.apply(LT, at, n));
        Value first = v.choose(v.apply(LT, v.whole(0), n), at(x, v.whole(0)), v.number(DType.FLOAT64, -1));
        Run run = compile(List.of(i), z, v.apply(ADD, v.choose(inside, at(x, at), v.number(DType.FLOAT64, 0)), first), x);
        double[] out = new double[6];
        run.run(new int[] {6, 3, 0}, out, new double[] {1, 2, 3});
        assertArrayEquals(new double[] {1, 1, 2, 3, 4, 1}, out);
        run.run(new int[] {6, 0, 0}, out, new double[0]);
        assertArrayEquals(new double[] {-1, -1, -1, -1, -1, -1}, out);
    }

    @Test void nothingIsReadForEmptyLoops() {
        Buffer x = buffer("x", DType.FLOAT64, m), z = buffer("z", DType.FLOAT64, m), s = buffer("s", DType.FLOAT64, n);
        Run run = compile(List.of(i), z, v.apply(SUB, at(x, i), at(x, v.whole(0))), x);
        run.run(new int[] {0, 0, 0}, new double[0], new double[0]);
        Value spread = v.fold(Reduction.SUM, List.of(i), v.apply(SUB, at(x, i), at(x, v.whole(0))));
        Run fold = compile(List.of(j), s, spread, x);
        double[] out = {5, 5};
        fold.run(new int[] {0, 2, 0}, out, new double[0]);
        assertArrayEquals(new double[] {0, 0}, out);
        fold.run(new int[] {3, 2, 0}, out, new double[] {1, 2, 4});
        assertArrayEquals(new double[] {4, 4}, out);
    }

    @Test void gatheredRows() {
        Buffer x = buffer("x", DType.FLOAT32, m, n), at = buffer("at", DType.INT64, k), z = buffer("z", DType.FLOAT32, k, n);
        Value row = v.convert(at(at, l), DType.INT32);
        Run run = compile(List.of(l, j), z, at(x, row, v.index(j)), x, at);
        float[] out = new float[6];
        run.run(new int[] {4, 2, 3}, out, new float[] {0, 1, 10, 11, 20, 21, 30, 31}, new long[] {3, 0, 2});
        assertArrayEquals(new float[] {30, 31, 0, 1, 20, 21}, out);
    }

    @Test void smallExtentsBecomeStraightLineCode() {
        Value four = v.whole(4);
        Axis a = new Axis("a", four), b = new Axis("b", four), c = new Axis("c", four);
        Buffer x = buffer("x", DType.FLOAT32, four, four), y = buffer("y", DType.FLOAT32, four, four), z = buffer("z", DType.FLOAT32, four, four);
        Value dot = v.fold(Reduction.SUM, List.of(c), v.apply(MUL, at(x, a, c), at(y, c, b)));
        Run run = compile(List.of(a, b), z, dot, x, y);
        float[] xs = floats(random(16)), ys = floats(random(16)), zs = new float[16];
        run.run(new int[3], zs, xs, ys);
        for (int p = 0; p < 16; p++) {
            float sum = 0;
            for (int q = 0; q < 4; q++) sum += xs[p / 4 * 4 + q] * ys[q * 4 + p % 4];
            assertEquals(sum, zs[p], 1e-6);
        }
        assertTrue(run.type.sizes().get("f") < 2000, run.type.sizes().toString());
    }

    @Test void chainsOfBranchesStaySmall() {
        Buffer x = buffer("x", DType.FLOAT64, m), z = buffer("z", DType.FLOAT64, m);
        Value e = at(x, i);
        for (int p = 0; p < 40; p++) {
            Value c = v.apply(LT, e, v.number(DType.FLOAT64, p));
            e = v.choose(c, v.apply(ADD, e, v.number(DType.FLOAT64, 1)), v.apply(MUL, e, v.number(DType.FLOAT64, 0.5)));
            e = v.apply(ADD, v.apply(WHERE, c, v.apply(SQRT, e), e), e);
        }
        Run run = compile(List.of(i), z, e, x);
        run.run(new int[] {1, 0, 0}, new double[1], new double[] {1});
        assertTrue(run.type.sizes().get("f") < 4000, run.type.sizes().toString());
    }

    @Test void hugeKernelsAreRefused() {
        Buffer x = buffer("x", DType.FLOAT64, m), z = buffer("z", DType.FLOAT64, m);
        Value e = at(x, i);
        for (int p = 0; p < 20; p++) {
            Value chain = at(x, i);
            for (int q = 0; q < 50; q++) chain = v.apply(ADD, v.apply(MUL, chain, chain), v.number(DType.FLOAT64, 50 * p + q));
            e = v.apply(ADD, e, chain);
        }
        Value huge = e;
        var error = assertThrows(MethodTooLarge.class, () -> compile(List.of(i), z, huge, x));
        assertEquals("f", error.kernel());
    }

    @Test void aLongChainOfFunctionsIsTooLargeNotTooDeep() {
        Buffer x = buffer("x", DType.FLOAT64, m), z = buffer("z", DType.FLOAT64, m);
        Value e = at(x, i);
        for (int p = 0; p < 256; p++) e = v.apply(TANH, e);
        Value huge = e;
        assertThrows(MethodTooLarge.class, () -> compile(List.of(i), z, huge, x));
    }

    @Test void whatUnrollingMakesTooLongStaysALoop() {
        Value eight = v.whole(8);
        Axis a = new Axis("a", eight);
        Buffer x = buffer("x", DType.BOOL, m, eight), z = buffer("z", DType.BOOL, m, eight);
        Value before = v.number(DType.BOOL, 1), e = at(x, i, a);
        boolean[] want = {true, false};
        for (int p = 0; p < 67; p++) {
            Value next = v.apply(LE, e, before);
            before = e;
            e = next;
            want = new boolean[] {want[1], !want[1] | want[0]};
        }
        Run run = compile(List.of(i, a), z, e, x);
        assertTrue(run.type.sizes().get("f") < MethodTooLarge.LIMIT / 4, run.type.sizes().toString());
        var out = new boolean[8];
        run.run(new int[] {1, 0, 0}, out, new boolean[8]);
        for (boolean b : out) assertEquals(want[1], b);
    }
}
