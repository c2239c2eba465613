package damo.interpret;

import static java.lang.Double.MAX_VALUE;
import static java.lang.Double.MIN_VALUE;
import static java.lang.Double.NEGATIVE_INFINITY;
import static java.lang.Double.NaN;
import static java.lang.Double.POSITIVE_INFINITY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.CompilerBug;
import damo.graph.ScalarOp;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class FloatMeaningTest {
    private static final double INF = POSITIVE_INFINITY;
    private static final Set<ScalarOp> CHECKED = EnumSet.noneOf(ScalarOp.class);

    /// Triples and pairs: operands, then the exact value (±0 and NaN told apart, otherwise within 2 ulp, polygamma 20).
    private static void check(ScalarOp f, double[]... rows) {
        CHECKED.add(f);
        for (double[] row : rows) {
            double expected = row[row.length - 1];
            double actual = FloatMeaning.of(f, Arrays.copyOf(row, row.length - 1));
            boolean same = Double.compare(actual, expected) == 0
                    || expected != 0 && Math.abs(actual - expected) <= (f == ScalarOp.POLYGAMMA ? 20 : 2) * Math.ulp(expected);
            assertTrue(same, () -> "%s%s is %s, not %s".formatted(f.opcode(), Arrays.toString(row), actual, expected));
        }
    }

    private static double[] r(double... row) {
        return row;
    }

    @Test void everyFunctionHasItsKnownValues() {
        check(ScalarOp.NEG, r(0, -0.0), r(-0.0, 0), r(2, -2), r(NaN, NaN));
        check(ScalarOp.ABS, r(-0.0, 0), r(-INF, INF), r(-MIN_VALUE, MIN_VALUE));
        check(ScalarOp.SIGN, r(-0.0, -0.0), r(0, 0), r(NaN, NaN), r(-MIN_VALUE, -1), r(INF, 1));
        check(ScalarOp.SQRT, r(-0.0, -0.0), r(-1, NaN), r(2, 1.4142135623730951), r(INF, INF));
        check(ScalarOp.CBRT, r(-27, -3), r(-0.0, -0.0), r(2, 1.2599210498948732), r(-INF, -INF));
        check(ScalarOp.EXP, r(1, Math.E), r(-INF, 0), r(710, INF), r(-745.2, 0), r(-745, MIN_VALUE), r(NaN, NaN));
        check(ScalarOp.EXP2, r(10, 1024), r(-1074, MIN_VALUE), r(1024, INF), r(0.5, 1.4142135623730951));
        check(ScalarOp.EXPM1, r(-0.0, -0.0), r(1e-20, 1e-20), r(-INF, -1), r(1, 1.718281828459045));
        check(ScalarOp.LOG, r(0, -INF), r(-0.0, -INF), r(-1, NaN), r(1, 0), r(10, 2.302585092994046), r(INF, INF));
        check(ScalarOp.LOG2, r(8, 3), r(MIN_VALUE, -1074), r(0x1p-1022, -1022), r(MAX_VALUE, 1024), r(0, -INF), r(-1, NaN), r(INF, INF),
                r(3, 1.584962500721156), r(10, 3.321928094887362), r(NaN, NaN), r(1, 0), r(1 + 0x1p-52, 3.203426503814917e-16));
        check(ScalarOp.LOG10, r(1000, 3), r(1e-300, -300), r(0, -INF));
        check(ScalarOp.LOG1P, r(-0.0, -0.0), r(1e-20, 1e-20), r(-1, -INF), r(-2, NaN), r(1, 0.6931471805599453));
        check(ScalarOp.SIN, r(-0.0, -0.0), r(INF, NaN), r(1, 0.8414709848078965), r(1e22, -0.8522008497671888));
        check(ScalarOp.COS, r(0, 1), r(-INF, NaN), r(1, 0.5403023058681398), r(1e22, 0.5232147853951389));
        check(ScalarOp.TAN, r(-0.0, -0.0), r(INF, NaN), r(1, 1.5574077246549023));
        check(ScalarOp.ASIN, r(-0.0, -0.0), r(1, Math.PI / 2), r(1.5, NaN));
        check(ScalarOp.ACOS, r(1, 0), r(-1, Math.PI), r(-1.5, NaN));
        check(ScalarOp.ATAN, r(-0.0, -0.0), r(INF, Math.PI / 2), r(1, Math.PI / 4));
        check(ScalarOp.SINH, r(-0.0, -0.0), r(1, 1.1752011936438014), r(-INF, -INF), r(1e-10, 1e-10));
        check(ScalarOp.COSH, r(0, 1), r(1, 1.543080634815244), r(-INF, INF), r(711, INF));
        check(ScalarOp.TANH, r(-0.0, -0.0), r(1, 0.7615941559557649), r(-INF, -1), r(1e-10, 1e-10));
        check(ScalarOp.SIGMOID, r(0, 0.5), r(-INF, 0), r(INF, 1), r(-745, MIN_VALUE), r(-40, 4.248354255291589e-18), r(NaN, NaN));
        check(ScalarOp.SOFTPLUS, r(0, 0.6931471805599453), r(-INF, 0), r(INF, INF), r(1000, 1000), r(-40, 4.248354255291589e-18), r(NaN, NaN));
        check(ScalarOp.LOG1MEXP, r(0, -INF), r(-INF, -0.0), r(-1, -0.4586751453870819), r(-1e-20, -46.051701859880914),
                r(-40, -4.248354255291589e-18), r(-0.5, -0.9327521295671886), r(1, NaN), r(NaN, NaN));
        check(ScalarOp.ERF, r(-0.0, -0.0), r(0.5, 0.5204998778130465), r(-1, -0.8427007929497149), r(INF, 1), r(NaN, NaN),
                r(1e-300, 1.1283791670955126e-300));
        check(ScalarOp.ERFC, r(0, 1), r(2, 0.004677734981047266), r(10, 2.088487583762545e-45), r(-INF, 2), r(INF, 0), r(NaN, NaN));
        check(ScalarOp.ERFCX, r(0, 1), r(2, 0.25539567631050575), r(-1, 5.008980080762283), r(-27, INF), r(INF, 0), r(NaN, NaN));
        check(ScalarOp.ERFINV, r(-0.0, -0.0), r(0.5204998778130465, 0.5), r(1, INF), r(-1, -INF), r(1.5, NaN), r(NaN, NaN));
        check(ScalarOp.ERFCINV, r(0, INF), r(1, 0), r(2, -INF), r(0.004677734981047266, 2), r(-1, NaN), r(MIN_VALUE, 27.21329321081295));
        check(ScalarOp.LGAMMA, r(1, 0), r(2, 0), r(0.5, 0.5723649429247001), r(100, 359.1342053695754), r(-0.5, 1.2655121234846454),
                r(0, INF), r(-0.0, INF),
                r(-3, INF), r(-1e300, INF), r(-INF, INF), r(INF, INF), r(2.6e305, INF), r(NaN, NaN));
        check(ScalarOp.POLYGAMMA, r(0, 1, -0.5772156649015329), r(0, 0.5, -1.9635100260214235), r(1, 1, 1.6449340668482264),
                r(1, -0.5, 8.934802200544679),
                r(2, 1, -2.4041138063191885), r(0, 0, -INF), r(0, -0.0, INF), r(0, -1, NaN), r(1, -1, INF), r(2, -1, NaN), r(1, -0.0, INF),
                r(-1, 1, NaN), r(0.5, 1, NaN), r(INF, 1, NaN), r(1, NaN, NaN), r(0, INF, INF), r(1, INF, 0), r(300, 0.5, INF));
        check(ScalarOp.CEIL, r(-0.5, -0.0), r(1.2, 2), r(INF, INF));
        check(ScalarOp.FLOOR, r(-0.5, -1), r(-0.0, -0.0), r(1e300, 1e300));
        check(ScalarOp.TRUNC, r(-0.5, -0.0), r(-1.7, -1), r(1.7, 1), r(NaN, NaN), r(-INF, -INF));
        check(ScalarOp.ROUND, r(0.5, 0), r(1.5, 2), r(2.5, 2), r(-0.4, -0.0));
        check(ScalarOp.ISNAN, r(NaN, 1), r(INF, 0));
        check(ScalarOp.ISINF, r(-INF, 1), r(NaN, 0), r(MAX_VALUE, 0));
        check(ScalarOp.ADD, r(0.1, 0.2, 0.30000000000000004), r(INF, -INF, NaN), r(-0.0, -0.0, -0.0));
        check(ScalarOp.SUB, r(0, 0, 0), r(MAX_VALUE, -MAX_VALUE, INF));
        check(ScalarOp.MUL, r(0, INF, NaN), r(-0.0, 1, -0.0), r(MIN_VALUE, 0.4, 0));
        check(ScalarOp.DIV, r(1, -0.0, -INF), r(0, 0, NaN), r(1, 3, 0.3333333333333333));
        check(ScalarOp.FLOORDIV, r(7, -2, -4), r(-7, 2, -4), r(1, 0.1, 9), r(1, 0, INF), r(-1, INF, -1), r(1, INF, 0), r(INF, 1, NaN),
                r(0, -3, -0.0));
        check(ScalarOp.MOD, r(7, -2, -1), r(-7, 2, 1), r(-1, INF, INF), r(1, INF, 1), r(1, 0, NaN), r(INF, 1, NaN), r(-4, 2, 0), r(4, -2, -0.0));
        check(ScalarOp.POW, r(NaN, 0, 1), r(1, NaN, 1), r(-1, INF, 1), r(-8, 1.0 / 3, NaN), r(0, -1, INF), r(-0.0, -1, -INF), r(2, -1074, MIN_VALUE));
        check(ScalarOp.ATAN2, r(0, -1, Math.PI), r(-0.0, -1, -Math.PI), r(0, 0, 0), r(INF, INF, Math.PI / 4));
        check(ScalarOp.MAX, r(NaN, 1, NaN), r(1, NaN, NaN), r(-0.0, 0, 0), r(-INF, 3, 3));
        check(ScalarOp.MIN, r(NaN, 1, NaN), r(1, NaN, NaN), r(0, -0.0, -0.0), r(-INF, 3, -INF));
        check(ScalarOp.LT, r(1, 2, 1), r(NaN, 2, 0), r(-0.0, 0, 0));
        check(ScalarOp.LE, r(2, 2, 1), r(NaN, NaN, 0));
        check(ScalarOp.EQ, r(-0.0, 0, 1), r(NaN, NaN, 0));
        check(ScalarOp.NE, r(-0.0, 0, 0), r(NaN, NaN, 1));
        check(ScalarOp.FMA, r(1 + 0x1p-30, 1 - 0x1p-30, -1, -0x1p-60), r(INF, 0, 1, NaN), r(0, 5, -0.0, 0));
        check(ScalarOp.WHERE, r(1, -0.0, NaN, -0.0), r(0, NaN, 5, 5));
        inverseHyperbolics();
        for (ScalarOp f : ScalarOp.values()) {
            if (Set.of(ScalarOp.Signature.BITS, ScalarOp.Signature.INTEGER).contains(f.signature()))
                Assertions.assertThrows(CompilerBug.class, () -> FloatMeaning.of(f, 1, 1));
            else assertTrue(CHECKED.contains(f), () -> f + " has no known values here");
        }
    }

    private static void inverseHyperbolics() {
        check(ScalarOp.ASINH, r(-0.0, -0.0), r(MIN_VALUE, MIN_VALUE), r(1e-10, 1e-10), r(-1, -0.881373587019543), r(1e-3, 9.999998333334083e-4),
                r(3, 1.8184464592320668), r(1e10, 23.718998110500402), r(-1e300, -691.4686750787736), r(-INF, -INF), r(NaN, NaN));
        check(ScalarOp.ACOSH, r(1, 0), r(0.5, NaN), r(2, 1.3169578969248168), r(3, 1.762747174039086), r(1e300, 691.4686750787736),
                r(INF, INF), r(-INF, NaN), r(NaN, NaN), r(1 + 0x1p-52, 2.1073424255447017e-8));
        check(ScalarOp.ATANH, r(-0.0, -0.0), r(MIN_VALUE, MIN_VALUE), r(0.5, 0.5493061443340548), r(1, INF), r(-1, NEGATIVE_INFINITY),
                r(1.5, NaN), r(INF, NaN), r(-1e-10, -1e-10), r(0.9, 1.4722194895832204));
    }

    @Test void aSumKeepsWhatRoundingLoses() {
        var sum = new Sum();
        for (double x : new double[] {1, 1e100, 1, -1e100}) sum.add(x);
        assertEquals(2, sum.value());
        var dot = new Sum();
        dot.addProduct(1 + 0x1p-30, 1 - 0x1p-30);
        dot.add(-1);
        assertEquals(-0x1p-60, dot.value());
        var infinite = new Sum();
        infinite.add(INF);
        infinite.add(1);
        assertEquals(INF, infinite.value());
    }
}
