package damo.jvm;

import damo.graph.ScalarOp;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;

/// The scalar functions to 40 digits, by series: slow, obvious, and independent of what it judges.
final class Precise {
    static final MathContext MC = new MathContext(50);
    private static final MathContext LONG = new MathContext(420);      // π, for arguments up to 10³⁰⁸
    private static final BigDecimal ONE = BigDecimal.ONE, TWO = BigDecimal.TWO, HALF = big(0.5);
    static final BigDecimal PI = machin();
    private static final BigDecimal LN2 = atanhSeries(ONE.divide(big(3), MC), MC).multiply(TWO);
    private static final BigDecimal LN10 = log(BigDecimal.TEN);

    private Precise() {}

    static BigDecimal big(double x) {
        return new BigDecimal(x);
    }

    /// `f` of numbers in its domain, finite.
    static BigDecimal of(ScalarOp f, double a, double b) {
        BigDecimal x = big(a);
        return switch (f) {
            case EXP -> exp(x);
            case EXP2 -> exp(x.multiply(LN2, MC));
            case EXPM1 -> expm1(x);
            case LOG -> log(x);
            case LOG2 -> over(log(x), LN2);
            case LOG10 -> over(log(x), LN10);
            case LOG1P -> log1p(x);
            case SIN -> turned(x, 0);
            case COS -> turned(x, 1);
            case TAN -> over(turned(x, 0), turned(x, 1));
            case ASIN -> asin(x);
            case ACOS -> a > 0.5 ? asin(ONE.subtract(x).multiply(HALF).sqrt(MC)).multiply(TWO) : PI.multiply(HALF).subtract(asin(x), MC);
            case ATAN -> atan(x);
            case ATAN2 -> b == 0 ? PI.multiply(HALF).multiply(big(Math.signum(a)))
                    : b > 0 ? atan(over(x, big(b))) : atan(over(x, big(b))).add(a < 0 ? PI.negate() : PI, MC);
            case SINH -> over(expm1(x).add(over(expm1(x), expm1(x).add(ONE))), TWO);
            case COSH -> over(exp(x).add(exp(x.negate())), TWO);
            case TANH -> over(expm1(x.add(x)), expm1(x.add(x)).add(TWO));
            case ASINH -> a < 0 ? of(f, -a, 0).negate() : log1p(x.add(over(x.multiply(x), ONE.add(x.multiply(x).add(ONE).sqrt(MC)))));
            case ACOSH -> log1p(x.subtract(ONE).add(x.multiply(x).subtract(ONE).sqrt(MC)));
            case ATANH -> over(log1p(over(x.add(x), ONE.subtract(x))), TWO);
            case SIGMOID -> over(ONE, ONE.add(exp(x.negate())));
            case SOFTPLUS -> log1p(exp(x));
            case LOG1MEXP -> a > -0.7 ? log(expm1(x).negate()) : log1p(exp(x).negate());
            case CBRT -> cbrt(a);
            case ERF -> Gauss.erf(x);
            case ERFC -> Gauss.erfc(x);
            case ERFCX -> Gauss.erfcx(x);
            case ERFINV -> Gauss.erfinv(a);
            case ERFCINV -> Gauss.erfcinv(a);
            case LGAMMA -> Gamma.log(x);
            case POLYGAMMA -> Gamma.poly((int) a, big(b));
            case POW -> exp(log(x).multiply(big(b), MC));
            case NEG, ABS, SIGN, SQRT, CEIL, FLOOR, TRUNC, ROUND, NOT, ISNAN, ISINF, ADD, SUB, MUL, DIV, FLOORDIV, MOD, MAX, MIN, LT, LE, EQ, NE,
                 AND, OR, XOR, SHL, SHR, WHERE, FMA -> throw new IllegalArgumentException(f + " is exact or rounded once");
        };
    }

    static BigDecimal over(BigDecimal a, BigDecimal b) {
        return a.divide(b, MC);
    }

    private static boolean isSmall(BigDecimal x, double bound) {
        return x.abs().compareTo(big(bound)) < 0;
    }

    static BigDecimal exp(BigDecimal x) {
        if (isSmall(x, 0.3)) return expm1(x).add(ONE);
        long n = Math.round(x.doubleValue() / Math.log(2));
        BigDecimal r = expm1(x.subtract(LN2.multiply(big(n)), MC)).add(ONE);
        return n >= 0 ? r.multiply(TWO.pow((int) n), MC) : r.divide(TWO.pow((int) -n), MC);
    }

    private static BigDecimal expm1(BigDecimal x) {
        if (!isSmall(x, 0.4)) return exp(x).subtract(ONE);
        BigDecimal sum = BigDecimal.ZERO, term = ONE;
        for (int i = 1; i < 45 && term.signum() != 0; i++) {
            term = term.multiply(x).divide(big(i), MC);
            sum = sum.add(term, MC);
        }
        return sum;
    }

    static BigDecimal log(BigDecimal x) {
        int n = (int) ((x.unscaledValue().abs().bitLength()) - Math.round(x.scale() * 3.321928094887362));
        BigDecimal m = n >= 0 ? x.divide(TWO.pow(n), MC) : x.multiply(TWO.pow(-n), MC);
        while (m.compareTo(big(1.5)) > 0) {
            m = m.divide(TWO, MC);
            n++;
        }
        while (m.compareTo(big(0.7)) < 0) {
            m = m.multiply(TWO);
            n--;
        }
        if (n == 0) m = x;
        return LN2.multiply(big(n)).add(log1p(m.subtract(ONE)), MC);
    }

    private static BigDecimal log1p(BigDecimal x) {
        if (!isSmall(x, 0.6)) return log(x.add(ONE));
        return atanhSeries(over(x, x.add(TWO)), MC).multiply(TWO);
    }

    private static BigDecimal atanhSeries(BigDecimal x, MathContext mc) {
        return oddSeries(x, x.multiply(x, mc), mc);
    }

    /// `x(1 + s/3 + s²/5 + …)`.
    private static BigDecimal oddSeries(BigDecimal x, BigDecimal s, MathContext mc) {
        BigDecimal sum = x, power = x;
        for (int i = 3;; i += 2) {
            power = power.multiply(s, mc);
            BigDecimal term = power.divide(big(i), mc);
            if (term.signum() == 0 || term.precision() - term.scale() < sum.precision() - sum.scale() - mc.getPrecision()) return sum;
            sum = sum.add(term, mc);
        }
    }

    private static BigDecimal machin() {
        BigDecimal fifth = big(1).divide(big(5), LONG), other = big(1).divide(big(239), LONG);
        return oddSeries(fifth, fifth.pow(2, LONG).negate(), LONG).multiply(big(16))
                .subtract(oddSeries(other, other.pow(2, LONG).negate(), LONG).multiply(big(4)), LONG);
    }

    /// `sin(x + quarters·π/2)`.
    static BigDecimal turned(BigDecimal x, int quarters) {
        BigDecimal quarter = PI.divide(TWO);
        BigInteger n = isSmall(x, 0.7) ? BigInteger.ZERO : x.divide(quarter, LONG).setScale(0, java.math.RoundingMode.HALF_EVEN).toBigInteger();
        BigDecimal r = n.signum() == 0 ? x : x.subtract(quarter.multiply(new BigDecimal(n))).round(MC);
        int q = n.add(BigInteger.valueOf(quarters)).and(BigInteger.valueOf(3)).intValue();
        BigDecimal term = q % 2 == 0 ? r : ONE, sum = term, square = r.multiply(r, MC).negate();
        for (int i = q % 2 == 0 ? 2 : 1; i < 60; i += 2) {
            term = term.multiply(square, MC).divide(big(i * (i + 1)), MC);
            sum = sum.add(term, MC);
        }
        return q < 2 ? sum : sum.negate();
    }

    private static BigDecimal atan(BigDecimal x) {
        if (x.signum() < 0) return atan(x.negate()).negate();
        if (x.compareTo(ONE) > 0) return PI.multiply(HALF).subtract(atan(ONE.divide(x, MC)), MC);
        BigDecimal t = x;
        int doublings = isSmall(x, 1e-3) ? 0 : 4;
        for (int i = 0; i < doublings; i++) t = over(t, ONE.add(t.multiply(t, MC).add(ONE).sqrt(MC)));
        return oddSeries(t, t.multiply(t, MC).negate(), MC).multiply(big(1 << doublings));
    }

    private static BigDecimal asin(BigDecimal x) {
        BigDecimal c = ONE.subtract(x.multiply(x)).sqrt(MC);
        return c.signum() == 0 ? PI.multiply(HALF).multiply(big(x.signum())) : atan(over(x, c));
    }

    private static BigDecimal cbrt(double x) {
        BigDecimal r = big(Math.cbrt(x));
        for (int i = 0; i < 3; i++) r = r.subtract(over(r.pow(3, MC).subtract(big(x)), r.pow(2, MC).multiply(big(3))), MC);
        return r;
    }
}
