package damo.cpu;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.CompiledFunction;
import damo.DamoException;
import damo.graph.Op;
import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.joml.*;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Functional interfaces whose methods are straight-line code.
class EntryTest {
    public interface Transform { Vector4f of(Matrix4fc m, Vector4fc v, float s, Vector4f out); }

    public interface Several { void of(Matrix3dc m, Vector3dc v, double[] x, Matrix3d slope, double[] y); }

    public interface Affine { void of(Matrix4x3fc m, Quaternionfc q, Matrix4x3f out); }

    public interface Whole { Vector3i of(Vector3ic v, int n); }

    public interface Number { double of(double[] x, Matrix2dc m); }

    public interface Flat { float[] of(float[] x); }

    private static final long SEED = 20261121;

    private final Random random = new Random(SEED);

    private int straight;                                              // how many functions were straight-line code

    // ---- generated programs

    /// Some function of all of `inputs`, of this shape.
    private Variable expression(List<Variable> inputs, long... shape) {
        var pool = new ArrayList<>(inputs);
        for (int i = 0; i < 8; i++) pool.add(step(pool.get(random.nextInt(pool.size())), pool.get(random.nextInt(pool.size()))));
        Variable total = pool.getLast();
        for (Variable v : inputs) total = total.mul(0.5).add(v.dtype().isFloat() ? tanh(v).sum() : v.sum());
        if (!inputs.getFirst().dtype().isFloat()) total = total.cast(inputs.getFirst().dtype());
        return fitted(total, shape);
    }

    private Variable step(Variable x, Variable y) {
        boolean same = x.type().extents().equals(y.type().extents());
        boolean isFloat = x.dtype().isFloat();
        return switch (random.nextInt(12)) {
            case 0 -> isFloat ? sin(x) : x.neg();
            case 1 -> x.mul(x).add(1);
            case 2 -> same ? x.mul(y) : x.mul(y.sum());
            case 3 -> same ? x.sub(y) : x.sub(y.max());
            case 4 -> same ? where(x.lt(y), x, y.mul(2)) : where(x.gt(0), x, x.mul(0));
            case 5 -> x.rank() > 0 ? x.sum(0) : x.add(y.min());
            case 6 -> x.rank() > 1 ? x.transpose() : x.abs();
            case 7 -> x.rank() == 2 && y.rank() > 0 && x.type().extent(1) == y.type().extent(0) ? dot(x, y) : x.max();
            case 8 -> x.rank() == 1 && y.rank() == 1 ? x.dimshuffle(0, -1).mul(y) : x.mul(3);
            case 9 -> x.rank() > 0 ? x.slice(0, 1).sum(0) : x.add(2);
            case 10 -> isFloat ? sigmoid(x) : x.max();
            default -> isFloat ? ifelse(x.sum().gt(y.sum()), x.mul(2), x.sub(1)) : x.add(1);
        };
    }

    /// `x` by its first elements, or as often as needed.
    private static Variable fitted(Variable x, long... shape) {
        if (shape.length == 0) return x.sum();
        Variable wide = x.rank() == 0 ? x : x.sum();
        NDArray each = NDArray.arange(Arrays.stream(shape).reduce(1, (a, b) -> a * b)).astype(x.dtype()).reshape(shape);
        return constant(each).mul(wide).add(wide.mul(wide));
    }

    /// As an interface; a function may be too long for straight-line code.
    private <T> T generated(CompiledFunction f, Class<T> type) {
        T typed = f.as(type);
        if (f.explain().contains("straight-line code")) straight++;
        return typed;
    }

    private static <T> T typed(CompiledFunction f, Class<T> type) {
        T typed = f.as(type);
        assertTrue(f.explain().contains("as " + type.getSimpleName() + ": straight-line code"), () -> f.pretty() + "\n" + f.explain());
        return typed;
    }

    private static void same(NDArray wanted, Object got, CompiledFunction f) {
        NDArray g = NDArray.of(got).reshape(wanted.shape());
        assertEquals(wanted, g, () -> "seed %d%n%s%n%s".formatted(SEED, f.pretty(), f.explain()));
    }

    private float[] floats(int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) x[i] = random.nextInt(20) == 0 ? Float.NaN : random.nextInt(20) == 0 ? -0f : (float) random.nextGaussian();
        return x;
    }

    private double[] doubles(int n) {
        double[] x = new double[n];
        for (int i = 0; i < n; i++) x[i] = random.nextInt(20) == 0 ? Double.NaN : random.nextInt(20) == 0 ? -0.0 : random.nextGaussian();
        return x;
    }

    private static Variable in(DType dtype, String name, long... shape) {
        return tensor(dtype, name, shape);
    }

    @Test void theSameBitsAsCalls() {
        for (int i = 0; i < 40; i++) {
            var m = in(DType.FLOAT32, "m", 4, 4);
            var v = in(DType.FLOAT32, "v", 4);
            var s = in(DType.FLOAT32, "s");
            CompiledFunction f = function().in(m, v, s).out(expression(List.of(m, v, s), 4)).compile();
            Transform t = generated(f, Transform.class);
            for (int j = 0; j < 3; j++) {
                var matrix = new Matrix4f().set(floats(16));
                var vector = new Vector4f(floats(4));
                float scale = floats(1)[0];
                NDArray wanted = f.call(matrix, vector, scale);
                var out = new Vector4f();
                assertSame(out, t.of(matrix, vector, scale, out));
                same(wanted, out, f);
                same(wanted, t.of(matrix, vector, scale, vector), f);
            }
        }
        assertTrue(straight > 20, () -> "only " + straight);
    }

    @Test void gradientsAndSeveralResults() {
        for (int i = 0; i < 30; i++) {
            var m = in(DType.FLOAT64, "m", 3, 3);
            var v = in(DType.FLOAT64, "v", 3);
            var x = in(DType.FLOAT64, "x", 2);
            Variable y = expression(List.of(m, v, x), 2);
            CompiledFunction f = function().in(m, v, x).out(grad(y.sum(), m), y).compile();
            Several t = generated(f, Several.class);
            var matrix = new Matrix3d().set(doubles(9));
            var vector = new Vector3d(doubles(3));
            double[] some = doubles(2);
            List<NDArray> wanted = f.callAll(matrix, vector, some);
            var slope = new Matrix3d();
            double[] out = new double[2];
            t.of(matrix, vector, some, slope, out);
            same(wanted.get(0), slope, f);
            same(wanted.get(1), out, f);
            t.of(matrix, vector, some, matrix, some);
            same(wanted.get(0), matrix, f);
            same(wanted.get(1), some, f);
        }
        assertTrue(straight > 15, () -> "only " + straight);
    }

    @Test void otherKinds() {
        for (int i = 0; i < 20; i++) {
            var m = in(DType.FLOAT32, "m", 3, 4);
            var q = in(DType.FLOAT32, "q", 4);
            CompiledFunction f = function().in(m, q).out(expression(List.of(m, q), 3, 4)).compile();
            var matrix = new Matrix4x3f().set(floats(12));
            var turn = new Quaternionf(random.nextFloat(), random.nextFloat(), random.nextFloat(), random.nextFloat());
            var out = new Matrix4x3f();
            generated(f, Affine.class).of(matrix, turn, out);
            same(f.call(matrix, turn), out, f);

            var v = in(DType.INT32, "v", 3);
            var n = in(DType.INT32, "n");
            CompiledFunction g = function().in(v, n).out(expression(List.of(v, n), 3).cast(DType.INT32)).compile();
            var vector = new Vector3i(random.nextInt(), -7, 3);
            same(g.call(vector, 5), generated(g, Whole.class).of(vector, 5), g);

            var x = in(DType.FLOAT64, "x", 3);
            var w = in(DType.FLOAT64, "w", 2, 2);
            CompiledFunction h = function().in(x, w).out(expression(List.of(x, w))).compile();
            var four = new Matrix2d(1, -2, 3, 0.5);
            double[] three = doubles(3);
            same(h.call(three, four), generated(h, Number.class).of(three, four), h);
        }
        assertTrue(straight > 40, () -> "only " + straight);
    }

    @ParameterizedTest @ValueSource(ints = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 40, 63})
    void foldsInTheOrderOfLoops(int n) {
        for (int[] shape : new int[][] {{n}, {1, n}, {n, 1}, {n % 4 == 0 ? n / 4 : n, n % 4 == 0 ? 4 : 1},
                {n % 3 == 0 ? 3 : 1, n % 3 == 0 ? n / 3 : n}}) {
            long[] extents = Arrays.stream(shape).asLongStream().toArray();
            var x = in(DType.FLOAT32, "x", n);
            var y = x.reshape(LongStream.of(extents).boxed().map(e -> constant(e)).toArray(Variable[]::new));
            var parts = Stream.of(y.sum(), y.sum(0), y.prod(), y.max(), sqrt(abs(y)).sum(), y.mul(y).sum(shape.length - 1), y.sub(y.sum()).sum(0))
                    .map(r -> r.rank() == 0 ? r.dimshuffle(-1) : r).toArray(Variable[]::new);
            CompiledFunction f = function().in(x).out(join(0, parts)).compile();
            float[] some = new float[n];
            for (int i = 0; i < n; i++) some[i] = (float) (random.nextGaussian() * java.lang.Math.scalb(1f, random.nextInt(20)));
            same(f.call(some), typed(f, Flat.class).of(some), f);
            Arrays.fill(some, -0f);
            assertArrayEquals(f.call(some).toFloatArray(), f.as(Flat.class).of(some), 0);
        }
    }

    // ---- edges

    @Test void extentsThatOnlyTheInterfaceKnows() {
        var m = fmatrix("m");
        var v = fvector("v");
        var s = fscalar("s");
        CompiledFunction f = function().in(m, v, s).out(dot(m, v).mul(s)).compile();
        var matrix = new Matrix4f().rotateXYZ(1, 2, 3);
        var vector = new Vector4f(1, 2, 3, 4);
        Vector4f out = typed(f, Transform.class).of(matrix, vector, 2, new Vector4f());
        assertTrue(matrix.transform(vector, new Vector4f()).mul(2).equals(out, 1e-5f));
        var wrong = fvector("v");
        Transform three = function().in(m, wrong, s).out(dot(m.transpose().slice(0, 3).transpose(), wrong).mul(s)).compile().as(Transform.class);
        DamoException e = assertThrows(DamoException.class, () -> three.of(matrix, vector, 2, out));
        assertTrue(e.getMessage().contains("dot"), e.getMessage());
    }

    @Test void whatDoesNotFitIsSaidAsBefore() {
        var m = in(DType.FLOAT64, "m", 3, 3);
        var v = in(DType.FLOAT64, "v", 3);
        var x = in(DType.FLOAT64, "x", 2);
        Several t = typed(function().in(m, v, x).out(m.mul(v), x.mul(v.sum())).compile(), Several.class);
        var matrix = new Matrix3d();
        var vector = new Vector3d(1, 2, 3);
        double[] two = {1, 2};
        refused(() -> t.of(null, vector, two, matrix, two), "input m", "null");
        refused(() -> t.of(matrix, vector, null, matrix, two), "input x", "null");
        refused(() -> t.of(matrix, vector, new double[3], matrix, two), "input x", "float64[2]", "float64[3]");
        refused(() -> t.of(matrix, vector, two, null, two), "output 0", "null");
        refused(() -> t.of(matrix, vector, two, matrix, null), "output 1", "null");
        refused(() -> t.of(matrix, vector, two, matrix, new double[3]), "3", "2");
        assertEquals(new Matrix3d(), matrix);
        assertArrayEquals(new double[] {1, 2}, two);
        assertTrue(t.toString().contains("Several"));
    }

    private static void refused(Runnable call, String... parts) {
        String message = assertThrows(DamoException.class, call::run).getMessage();
        for (String part : parts) assertTrue(message.contains(part), message);
    }

    @Test void checksFailWithTheirMessage() {
        var x = in(DType.FLOAT32, "x", 3);
        var safe = new Variable(new Op.Assert(x, x.min().gt(0), "it must be positive"));
        Flat f = typed(function().in(x).out(sqrt(safe)).compile(), Flat.class);
        assertArrayEquals(new float[] {1, 2, 3}, f.of(new float[] {1, 4, 9}));
        refused(() -> f.of(new float[] {1, -4, 9}), "it must be positive");
    }

    @Test void whatIsLargeIsDoneByLoops() {
        var x = in(DType.FLOAT32, "x", 3_000);
        CompiledFunction f = function().in(x).out(x.mul(2)).compile();
        float[] doubled = f.as(Flat.class).of(new float[3_000]);
        assertEquals(3_000, doubled.length);
        assertFalse(f.explain().contains("straight"));
        var deep = in(DType.FLOAT32, "x", 2);
        Variable y = deep;
        for (int i = 0; i < 3_000; i++) y = sin(y).add(deep);
        assertEquals(2, function().in(deep).out(y).compile().as(Flat.class).of(new float[2]).length);
    }
}
