package damo.jvm;

import static damo.jvm.Precise.MC;
import static damo.jvm.Precise.big;
import static damo.jvm.Precise.over;

import damo.graph.ScalarOp;
import damo.interpret.FloatMeaning;
import java.math.BigDecimal;

/// The error functions to 30 digits.
final class Gauss {
    private static final BigDecimal ROOT_PI = Precise.PI.sqrt(MC);

    private Gauss() {}

    private static BigDecimal square(BigDecimal x) {
        return x.multiply(x);
    }

    /// `2/√π exp(−x²) (x + 2x³/3 + 4x⁵/15 + …)`: no term has another sign.
    static BigDecimal erf(BigDecimal x) {
        if (x.abs().compareTo(big(6.5)) > 0) return big(x.signum()).subtract(x.signum() < 0 ? erfc(x.negate()).negate() : erfc(x), MC);
        BigDecimal twice = square(x).multiply(big(2)).round(MC), term = x, sum = x;
        for (int n = 3; term.abs().compareTo(sum.abs().movePointLeft(50)) > 0; n += 2) {
            term = term.multiply(twice).divide(big(n), MC);
            sum = sum.add(term, MC);
        }
        return over(sum.multiply(big(2)).multiply(Precise.exp(square(x).negate().round(MC))), ROOT_PI);
    }

    static BigDecimal erfc(BigDecimal x) {
        if (x.compareTo(big(6.5)) <= 0) return BigDecimal.ONE.subtract(erf(x), MC);
        return fraction(x).multiply(Precise.exp(square(x).negate()), MC);
    }

    static BigDecimal erfcx(BigDecimal x) {
        if (x.compareTo(big(6.5)) > 0) return fraction(x);
        return Precise.exp(square(x)).multiply(erfc(x), MC);
    }

    /// The continued fraction of `exp(x²) erfc(x)`.
    private static BigDecimal fraction(BigDecimal x) {
        BigDecimal f = x;
        for (int k = 80; k > 0; k--) f = x.add(over(big(k / 2.0), f), MC);
        return over(BigDecimal.ONE, f.multiply(ROOT_PI));
    }

    /// Newton's method doubles the digits of the interpreter's number twice.
    static BigDecimal erfinv(double x) {
        if (Math.abs(x) > 0.5) {
            BigDecimal y = erfcinv(FloatMeaning.of(ScalarOp.ERFINV, Math.abs(x)), BigDecimal.ONE.subtract(big(Math.abs(x))));
            return x < 0 ? y.negate() : y;
        }
        BigDecimal y = big(FloatMeaning.of(ScalarOp.ERFINV, x));
        for (int i = 0; i < 2; i++) y = y.subtract(over(erf(y).subtract(big(x)), slope(y)), MC);
        return y;
    }

    static BigDecimal erfcinv(double x) {
        return erfcinv(FloatMeaning.of(ScalarOp.ERFCINV, x), big(x));
    }

    private static BigDecimal erfcinv(double near, BigDecimal x) {
        BigDecimal y = big(near);
        for (int i = 0; i < 2; i++) y = y.add(over(erfc(y).subtract(x), slope(y)), MC);
        return y;
    }

    private static BigDecimal slope(BigDecimal y) {
        return over(big(2).multiply(Precise.exp(square(y).negate().round(MC))), ROOT_PI);
    }
}
