package damo.jvm;

import static org.junit.jupiter.api.Assertions.*;

import damo.graph.ScalarOp;
import damo.interpret.FloatMeaning;
import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.type.DType;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Measures the bounds that `damo.math` states: at the edges and some thousands of numbers, and at many in the long run.
/// `-Ddamo.accuracy=N` takes N times as many and prints what was found.
class AccuracyTest {
    private static final int MORE = Integer.getInteger("damo.accuracy", 0);
    private static final int FEW = 1, MANY = 16;
    /// Where functions begin and end to overflow and to vanish, poles, and numbers that are exact; of both signs, with their neighbours.
    private static final double[] EDGES = {0, Double.MIN_VALUE, 0x1p-1022, 0x1p-1060, 0x1p-149, 0x1p-126, 0x1p-60, 0x1p-54, 0x1p-28, 0x1p-25, 0x1p-13,
            0.5, Math.sqrt(0.5), Math.sqrt(2) - 1, Math.log(2) / 2, Math.log(2), Math.PI / 4, Math.PI / 2, Math.PI, 1, 2, 4, 8, 10, 100, 1000, 1e22,
            22, 40, 80, 87, 88, 88.72283, 89.41599, 103.97, 104, 126, 127, 128, 149, 150, 707, 708, 709.782712893384, 710.4758600739439,
            745.1332191019411, 745.2, 1021, 1022, 1023, 1024, 1074, 1075, 0x1p13, 0x1p15, 0x1p23, 0x1p24, 0x1p28, 0x1p30, 0x1p52, 0x1p53,
            0.46163, 1.4616321449683622, 1.5, 2.4, 2.457024738220801, 2.5, 3, 3.5, 4.5, 5.5, 6, 6.5, 7.5, 5.9, 9.4, 10.05, 14, 26.54, 26.64, 27.2, 28,
            4.0850033e36, 2.5599833278516383e305, Float.MAX_VALUE, Double.MAX_VALUE, Double.POSITIVE_INFINITY, Double.NaN};
    private static final Map<ScalarOp, Double> BOUNDS = new EnumMap<>(ScalarOp.class);

    private static void bound(double ulp, ScalarOp... all) {
        for (ScalarOp f : all) BOUNDS.put(f, ulp);
    }

    // As the functions state them.
    static {
        bound(0.6, ScalarOp.CBRT);
        bound(0.8, ScalarOp.LOG10, ScalarOp.SIN, ScalarOp.COS);
        bound(0.91, ScalarOp.EXP);
        bound(0.9, ScalarOp.EXP2, ScalarOp.LOG, ScalarOp.LOG2, ScalarOp.LOG1P, ScalarOp.COSH, ScalarOp.ATANH);
        bound(1.0, ScalarOp.TANH, ScalarOp.POW);
        bound(1.1, ScalarOp.TAN, ScalarOp.ATAN, ScalarOp.ASINH);
        bound(1.2, ScalarOp.ASIN, ScalarOp.ACOS);
        bound(1.3, ScalarOp.SINH);
        bound(1.4, ScalarOp.EXPM1);
        bound(1.6, ScalarOp.SIGMOID);
        bound(1.7, ScalarOp.SOFTPLUS);
        bound(1.8, ScalarOp.ATAN2);
        bound(1.9, ScalarOp.LOG1MEXP, ScalarOp.ACOSH);
        bound(1.1, ScalarOp.ERFC);
        bound(1.2, ScalarOp.ERF);
        bound(1.4, ScalarOp.ERFCX);
        bound(3.0, ScalarOp.LGAMMA);
        bound(3.7, ScalarOp.ERFINV, ScalarOp.ERFCINV, ScalarOp.POLYGAMMA);
    }

    static List<ScalarOp> functions() {
        return List.copyOf(BOUNDS.keySet());
    }

    /// `f` of every pair of elements, as emitted.
    private static Object computed(ScalarOp f, DType t, Object x, Object y, int size) {
        var v = new Values();
        Value n = v.symbol("n");
        Axis i = new Axis("i", n);
        List<Value> at = v.indices(List.of(i));
        Buffer a = new Buffer("x", t, List.of(n)), b = new Buffer("y", t, List.of(n)), z = new Buffer("z", t, List.of(n));
        Value e = f.arity() == 1 ? v.apply(f, v.load(a, at))
                : f == ScalarOp.POLYGAMMA ? v.apply(f, v.number(t, 0), v.load(a, at)) : v.apply(f, v.load(a, at), v.load(b, at));
        Run run = Run.of(v, List.of(new Kernel("f", List.of(i), List.of(new Store(z, at, e)))), List.of(z, a, b), "n");
        Object out = t == DType.FLOAT64 ? new double[size] : new float[size];
        run.run(new int[] {size}, out, x, y);
        if (MORE > 0) System.out.println(f + " " + t + " " + run.type.sizes());
        return out;
    }

    @ParameterizedTest @MethodSource("functions")
    void float32(ScalarOp f) {
        float32(f, FEW);
    }

    @ParameterizedTest @MethodSource("functions")
    void float64(ScalarOp f) {
        float64(f, FEW);
    }

    @Tag("fuzz") @ParameterizedTest @MethodSource("functions")
    void manyOfFloat32(ScalarOp f) {
        float32(f, MANY);
    }

    @Tag("fuzz") @ParameterizedTest @MethodSource("functions")
    void manyOfFloat64(ScalarOp f) {
        float64(f, MANY);
    }

    @Test void polygammaOfAnyOrder() {
        Random random = new Random(5);
        double worst = 0;
        for (int i = 0; i < 400; i++) {
            int n = i % 21;
            double x = i % 2 == 0 ? random.nextDouble() * 30 : Math.exp(random.nextDouble() * 30 - 12);
            double exact = Gamma.poly(n, Precise.big(x)).doubleValue();
            if (n == 0 && Math.abs(exact) < 1) continue;                // next to its zero
            worst = Math.max(worst, Math.abs(FloatMeaning.of(ScalarOp.POLYGAMMA, n, x) - exact) / Math.ulp(exact));
            double left = -random.nextDouble() * 30, there = Gamma.poly(n, Precise.big(left)).doubleValue();
            double part = Math.max(1, Math.abs(FloatMeaning.of(ScalarOp.POLYGAMMA, n, 1 - left)));
            double parts = Math.max(part, n == 0 ? 0 : Math.abs(FloatMeaning.of(ScalarOp.POLYGAMMA, n, Math.abs(left - Math.rint(left)))));
            worst = Math.max(worst, Math.abs(FloatMeaning.of(ScalarOp.POLYGAMMA, n, left) - there) / Math.ulp(Math.max(Math.abs(there), parts)));
        }
        double measured = worst;
        assertTrue(worst <= 20, () -> measured + " ulp");
    }

    private static void float32(ScalarOp f, int many) {
        int stride = (f.arity() == 1 ? 64_001 : 256_001) / many / Math.max(1, MORE);
        int size = (int) ((1L << 32) / stride);
        float[] x = new float[size], y = new float[size];
        Random random = new Random(7);
        for (int i = 0; i < size; i++) {
            x[i] = Float.intBitsToFloat((int) (i * (long) stride + random.nextInt(stride)));
            if (i % 3 == 0) x[i] = (float) inside(f, x[i], random);
            y[i] = other(f, x[i], random);
        }
        for (int i = 0; i < 6 * EDGES.length; i++) {
            float edge = (float) EDGES[i / 6];
            x[i] = (i % 2 == 0 ? 1 : -1) * (i % 6 < 2 ? edge : i % 6 < 4 ? Math.nextUp(edge) : Math.nextDown(edge));
            if (i % 5 == 0) y[i] = (float) EDGES[random.nextInt(EDGES.length)];
        }
        float[] z = (float[]) computed(f, DType.FLOAT32, x, y, size);
        double worst = 0;
        int where = 0;
        for (int i = 0; i < size; i++) {
            double exact = meaning(f, x[i], y[i]);
            double error = error(exact, (float) exact, z[i], Math.ulp((float) scale(f, x[i], exact)));
            if (error > worst) {
                worst = error;
                where = i;
            }
        }
        check(f, 1, worst, "%s(%s, %s) = %s".formatted(f, x[where], y[where], z[where]));
    }

    private static float other(ScalarOp f, float x, Random random) {
        if (f == ScalarOp.ATAN2 && random.nextBoolean()) return (float) (x * random.nextGaussian());
        if (f == ScalarOp.POW) return (float) (random.nextGaussian() * 60 / Math.max(Math.abs(Math.log(Math.abs(x))), 1e-7));
        return Float.intBitsToFloat(random.nextInt());
    }

    /// Where few of all numbers are, the range in which the function does not end or vanish: `x`, or another number.
    private static double inside(ScalarOp f, double x, Random random) {
        return switch (f) {
            case ERF, ERFC -> random.nextDouble() * 40 - 10;
            case ERFCX -> random.nextDouble() * 60 - 28;
            case ERFINV -> random.nextBoolean() ? random.nextDouble() * 2 - 1 : 1 - Math.exp(random.nextDouble() * -36);
            case ERFCINV -> random.nextBoolean() ? random.nextDouble() * 2 : Math.exp(random.nextDouble() * -740);
            case LGAMMA, POLYGAMMA -> random.nextBoolean() ? random.nextDouble() * 30 - 15
                    : 1 + random.nextInt(2) + random.nextGaussian() * Math.exp(random.nextDouble() * -30);
            default -> x;
        };
    }

    /// Of two operands, or of one; polygamma is measured in its order 0.
    private static double meaning(ScalarOp f, double x, double y) {
        return f == ScalarOp.POLYGAMMA ? FloatMeaning.of(f, 0, x) : FloatMeaning.of(f, x, y);
    }

    /// The number whose ulp are counted: the result, or what it is the difference of.
    private static double scale(ScalarOp f, double x, double result) {
        double part = f == ScalarOp.LGAMMA && x < -2 ? FloatMeaning.of(f, -x) : f == ScalarOp.POLYGAMMA && x < 0 ? FloatMeaning.of(f, 0, 1 - x) : 0;
        return part == 0 ? result : Math.max(Math.abs(result), Math.max(1, Math.abs(part)));
    }

    /// In ulp; 0 for what is exact where exactness matters: NaN, infinities, signs of zeros.
    private static double error(double exact, float rounded, float z, double ulp) {
        if (Double.isNaN(exact)) return Float.isNaN(z) ? 0 : 1e9;
        if (Float.isNaN(z)) return 1e9;
        if (Float.isInfinite(rounded) || Float.isInfinite(z)) return Float.compare(rounded, z) == 0 ? 0 : nearOverflow(exact, z);
        if (exact == 0) return Float.compare((float) exact, z) == 0 ? 0 : 1e9;
        if (z == 0 && z != exact && Math.copySign(1, z) != Math.copySign(1, exact)) return 1e9;
        return Math.abs(exact - z) / ulp;
    }

    private static double nearOverflow(double exact, float z) {
        return Math.abs(Math.abs(exact) - 0x1p128) < 0x1p106 && Math.abs(z) >= Float.MAX_VALUE && (exact < 0) == (z < 0) ? 1 : 1e9;
    }

    private static void float64(ScalarOp f, int many) {
        int size = 6 * EDGES.length + 100 * many * Math.max(1, MORE);
        double[] x = new double[size], y = new double[size];
        Random random = new Random(11);
        for (int i = 0; i < size; i++) {
            x[i] = switch (i % 5) {
                case 0 -> Double.longBitsToDouble(random.nextLong());
                case 1 -> random.nextGaussian() * Math.exp(random.nextDouble() * 20 - 12);
                case 2 -> random.nextDouble() * 2.5 - 1.25;
                case 3 -> random.nextGaussian() * 300;
                default -> Math.rint(random.nextGaussian() * 10) * (random.nextBoolean() ? Math.PI / 4 : 1);
            };
            if (i % 2 == 0) x[i] = inside(f, x[i], random);
            y[i] = f == ScalarOp.POW ? random.nextGaussian() * 500 / Math.max(Math.abs(Math.log(Math.abs(x[i]))), 1e-7)
                    : i % 3 == 0 ? Double.longBitsToDouble(random.nextLong()) : x[i] * random.nextGaussian();
        }
        for (int i = 0; i < 6 * EDGES.length; i++) {
            double edge = EDGES[i / 6];
            x[i] = (i % 2 == 0 ? 1 : -1) * (i % 6 < 2 ? edge : i % 6 < 4 ? Math.nextUp(edge) : Math.nextDown(edge));
            if (i % 5 == 0) y[i] = EDGES[random.nextInt(EDGES.length)];
        }
        double[] z = (double[]) computed(f, DType.FLOAT64, x, y, size);
        double worst = 0;
        int where = 0;
        for (int i = 0; i < size; i++) {
            double near = meaning(f, x[i], y[i]);
            double error = Double.isNaN(near) || Double.isInfinite(near) || near == 0 || Double.isInfinite(x[i]) || Double.isInfinite(y[i])
                    || Math.abs(near) >= 0x1.fffffffffp1023 || !Double.isFinite(z[i]) || isTrivial(f, x[i], y[i])
                    ? plain(near, z[i]) : ulps(f, x[i], y[i], z[i]);
            if (error > worst) {
                worst = error;
                where = i;
            }
        }
        check(f, 0, worst, "%s(%s, %s) = %s".formatted(f, x[where], y[where], z[where]));
    }

    // Where the reference would take long or is out of its range, and the interpreter is as good.
    private static boolean isTrivial(ScalarOp f, double x, double y) {
        if (f == ScalarOp.POW && x <= 0 || f == ScalarOp.ATAN2 && (x == 0 || y == 0)) return true;
        if (f == ScalarOp.ERF || f == ScalarOp.ERFC) return Math.abs(x) > 30;
        if (f == ScalarOp.SIGMOID || f == ScalarOp.SOFTPLUS) return Math.abs(x) > 700;
        return (f == ScalarOp.TANH || f == ScalarOp.EXPM1) && Math.abs(x) > 700;
    }

    private static double plain(double expected, double z) {
        return Double.compare(expected, z) == 0 ? 0 : Math.abs(expected - z) <= 2 * Math.ulp(expected) ? 0.5 : 1e9;
    }

    private static double ulps(ScalarOp f, double x, double y, double z) {
        BigDecimal exact = f == ScalarOp.POLYGAMMA ? Precise.of(f, 0, x) : Precise.of(f, x, y);
        double rounded = scale(f, x, exact.doubleValue());
        return Precise.big(z).subtract(exact).abs().divide(Precise.big(Math.ulp(rounded)), MathContext.DECIMAL64).doubleValue();
    }

    private static void check(ScalarOp f, int dtype, double worst, String where) {
        if (MORE > 0) System.out.printf("%s %s %.3f ulp at %s%n", f, dtype == 0 ? "float64" : "float32", worst, where);
        double bound = BOUNDS.get(f);
        assertTrue(worst <= bound, () -> "%.3f ulp: %s".formatted(worst, where));
    }
}
