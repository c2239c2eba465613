package damo.interpret;

import damo.CompilerBug;
import damo.graph.ScalarOp;
import org.apache.commons.numbers.gamma.Erf;
import org.apache.commons.numbers.gamma.Erfc;
import org.apache.commons.numbers.gamma.Erfcx;
import org.apache.commons.numbers.gamma.InverseErf;
import org.apache.commons.numbers.gamma.InverseErfc;
import org.apache.commons.numbers.gamma.LogGamma;

/// The scalar functions of floats, computed in double over the whole range, within 3 ulp (polygamma: 20). A float32 result is the double
/// result, rounded.
///
/// Functions agree with C (and NumPy): `pow(1, NaN)` and `pow(-1, ∞)` are 1, `//` and `mod` are exact near multiples.
public final class FloatMeaning {
    private static final double LN2 = 0.6931471805599453;
    private static final double LOG2E = 1.4426950408889634;
    private static final double LOG2E_LOW = 2.0355273740931033e-17;    // what LOG2E lacks
    private static final double HUGE = 0x1p28;                         // from here on, x² + 1 is x²

    private FloatMeaning() {}

    /// `f` of `x`; a truth value is 0 or 1.
    public static double of(ScalarOp f, double... x) {
        return switch (f) {
            case NEG -> -x[0];
            case ABS -> Math.abs(x[0]);
            case SIGN -> Math.signum(x[0]);
            case SQRT -> Math.sqrt(x[0]);
            case CBRT -> Math.cbrt(x[0]);
            case EXP -> Math.exp(x[0]);
            case EXP2 -> Math.pow(2, x[0]);
            case EXPM1 -> Math.expm1(x[0]);
            case LOG -> Math.log(x[0]);
            case LOG2 -> log2(x[0]);
            case LOG10 -> Math.log10(x[0]);
            case LOG1P -> Math.log1p(x[0]);
            case SIN -> Math.sin(x[0]);
            case COS -> Math.cos(x[0]);
            case TAN -> Math.tan(x[0]);
            case ASIN -> Math.asin(x[0]);
            case ACOS -> Math.acos(x[0]);
            case ATAN -> Math.atan(x[0]);
            case SINH -> Math.sinh(x[0]);
            case COSH -> Math.cosh(x[0]);
            case TANH -> Math.tanh(x[0]);
            case ASINH -> asinh(x[0]);
            case ACOSH -> acosh(x[0]);
            case ATANH -> atanh(x[0]);
            case SIGMOID -> x[0] >= 0 ? 1 / (1 + Math.exp(-x[0])) : Math.exp(x[0]) / (1 + Math.exp(x[0]));
            case SOFTPLUS -> Math.max(x[0], 0) + Math.log1p(Math.exp(-Math.abs(x[0])));
            case LOG1MEXP -> x[0] > -LN2 ? Math.log(-Math.expm1(x[0])) : Math.log1p(-Math.exp(x[0]));
            case ERF -> Erf.value(x[0]);
            case ERFC -> Erfc.value(x[0]);
            case ERFCX -> Erfcx.value(x[0]);
            case ERFINV -> InverseErf.value(x[0]);
            case ERFCINV -> InverseErfc.value(x[0]);
            case LGAMMA -> lgamma(x[0]);
            case CEIL -> Math.ceil(x[0]);
            case FLOOR -> Math.floor(x[0]);
            case TRUNC -> x[0] < 0 ? Math.ceil(x[0]) : Math.floor(x[0]);
            case ROUND -> Math.rint(x[0]);
            case ISNAN -> truth(Double.isNaN(x[0]));
            case ISINF -> truth(Double.isInfinite(x[0]));
            case ADD -> x[0] + x[1];
            case SUB -> x[0] - x[1];
            case MUL -> x[0] * x[1];
            case DIV -> x[0] / x[1];
            case FLOORDIV -> floorDiv(x[0], x[1]);
            case MOD -> mod(x[0], x[1]);
            case POW -> x[0] == 1 || x[0] == -1 && Double.isInfinite(x[1]) ? 1 : Math.pow(x[0], x[1]);
            case ATAN2 -> Math.atan2(x[0], x[1]);
            case POLYGAMMA -> Polygamma.of(x[0], x[1]);
            case MAX -> Math.max(x[0], x[1]);
            case MIN -> Math.min(x[0], x[1]);
            case LT -> truth(x[0] < x[1]);
            case LE -> truth(x[0] <= x[1]);
            case EQ -> truth(x[0] == x[1]);
            case NE -> truth(x[0] != x[1]);
            case WHERE -> x[0] != 0 ? x[1] : x[2];
            case FMA -> Math.fma(x[0], x[1], x[2]);
            case NOT, AND, OR, XOR, SHL, SHR -> throw new CompilerBug("interpret", "bits of floats", f.opcode());
        };
    }

    private static double truth(boolean holds) {
        return holds ? 1 : 0;
    }

    /// Exact at powers of two: the exponent is split off, and what is left is near 1.
    private static double log2(double x) {
        if (!(x > 0) || Double.isInfinite(x)) return Math.log(x);
        if (x < Double.MIN_NORMAL) return log2(x * 0x1p54) - 54;
        int exponent = Math.getExponent(x);
        double m = Math.scalb(x, -exponent);
        if (m > 1.4142135623730951) {
            m /= 2;
            exponent++;
        }
        double log = Math.log(m);
        return exponent + Math.fma(log, LOG2E, log * LOG2E_LOW);
    }

    private static double asinh(double x) {
        double a = Math.abs(x);
        double square = a * a;
        double result = a > HUGE ? Math.log(a) + LN2
                : a > 2 ? Math.log(2 * a + 1 / (Math.sqrt(square + 1) + a))
                : Math.log1p(a + square / (1 + Math.sqrt(1 + square)));
        return Math.copySign(result, x);
    }

    private static double acosh(double x) {
        if (x < 1) return Double.NaN;
        if (x > HUGE) return Math.log(x) + LN2;
        if (x > 2) return Math.log(2 * x - 1 / (x + Math.sqrt(x * x - 1)));
        double above = x - 1;
        return Math.log1p(above + Math.sqrt(2 * above + above * above));
    }

    private static double atanh(double x) {
        double a = Math.abs(x);
        double twice = 2 * a;
        double result = a < 0.5 ? Math.log1p(twice + twice * a / (1 - a)) / 2 : Math.log1p(twice / (1 - a)) / 2;
        return Math.copySign(result, x);
    }

    /// The library has NaN at the poles.
    private static double lgamma(double x) {
        return x <= 0 && x == Math.rint(x) ? Double.POSITIVE_INFINITY : LogGamma.value(x);
    }

    /// From the exact remainder, as C's `fmod` gives it: the floor of a rounded quotient would be wrong next to an integer.
    private static double floorDiv(double x, double y) {
        if (y == 0) return x / y;
        double rest = x % y;
        double quotient = (x - rest) / y;
        if (rest != 0 && rest < 0 != y < 0) quotient -= 1;
        if (quotient == 0) return Math.copySign(0, x / y);
        double floor = Math.floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;      // an integer but for rounding
    }

    private static double mod(double x, double y) {
        double rest = x % y;
        if (rest == 0) return Math.copySign(0, y);
        return rest < 0 != y < 0 ? rest + y : rest;
    }
}
