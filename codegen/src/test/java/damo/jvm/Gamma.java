package damo.jvm;

import static damo.jvm.Precise.MC;
import static damo.jvm.Precise.PI;
import static damo.jvm.Precise.big;
import static damo.jvm.Precise.over;

import java.math.BigDecimal;
import java.math.MathContext;

/// The logarithm of the gamma function and its derivatives to 30 digits: by their recurrences to arguments above 40, there by Stirling's
/// series and its derivatives; negative arguments by reflection.
final class Gamma {
    private static final MathContext MORE = new MathContext(100);
    private static final BigDecimal FAR = big(40);
    private static final BigDecimal[] BERNOULLI = bernoulli(41);

    private Gamma() {}

    private static BigDecimal[] bernoulli(int n) {
        var b = new BigDecimal[n];
        for (int m = 0; m < n; m++) {
            BigDecimal sum = BigDecimal.ZERO, choose = BigDecimal.ONE;
            for (int k = 0; k < m; k++) {
                sum = sum.add(choose.multiply(b[k]));
                choose = choose.multiply(big(m + 1 - k)).divide(big(k + 1));
            }
            b[m] = m == 0 ? BigDecimal.ONE : sum.negate().divide(big(m + 1), MORE);
        }
        return b;
    }

    static BigDecimal log(BigDecimal x) {
        if (x.signum() < 0) {
            BigDecimal sin = Precise.turned(PI.multiply(beyond(x)), 0).abs();
            return Precise.log(over(PI, x.negate().multiply(sin))).subtract(log(x.negate()), MC);
        }
        BigDecimal y = x, factors = BigDecimal.ONE;
        for (; y.compareTo(FAR) < 0; y = y.add(BigDecimal.ONE)) factors = factors.multiply(y, MC);
        BigDecimal sum = y.subtract(big(0.5)).multiply(Precise.log(y)).subtract(y).add(Precise.log(PI.multiply(big(2))).multiply(big(0.5)));
        BigDecimal power = y, square = y.multiply(y, MC);
        for (int j = 2; j < BERNOULLI.length; j += 2, power = power.multiply(square, MC))
            sum = sum.add(over(BERNOULLI[j], power.multiply(big(j * (j - 1)))), MC);
        return sum.subtract(Precise.log(factors), MC);
    }

    private static BigDecimal beyond(BigDecimal x) {
        return x.subtract(x.setScale(0, java.math.RoundingMode.HALF_EVEN));
    }

    /// The derivative of order `n + 1` of the logarithm; for negative `x` and `n > 0` there is a step for each integer up to 40.
    static BigDecimal poly(int n, BigDecimal x) {
        if (n == 0 && x.signum() < 0) {
            BigDecimal angle = PI.multiply(beyond(x));
            return poly(0, BigDecimal.ONE.subtract(x)).subtract(PI.multiply(over(Precise.turned(angle, 1), Precise.turned(angle, 0))), MC);
        }
        BigDecimal sum = BigDecimal.ZERO, y = x, factorial = BigDecimal.ONE;
        for (int k = 2; k <= n; k++) factorial = factorial.multiply(big(k));
        for (; y.compareTo(FAR.add(big(n))) < 0; y = y.add(BigDecimal.ONE)) sum = sum.add(over(factorial, y.pow(n + 1, MC)), MC);
        sum = n == 0 ? sum.subtract(Precise.log(y)) : sum.add(over(factorial, y.pow(n, MC).multiply(big(n))));
        sum = sum.add(over(factorial, y.pow(n + 1, MC).multiply(big(2))));
        // B₂ⱼ (2j + n − 1)! / ((2j)! y²ʲ⁺ⁿ)
        BigDecimal quotient = factorial;
        for (int j = 1; j < BERNOULLI.length; j++) {
            if (j > 1) quotient = over(quotient.multiply(big(n + j - 1)), big(j));
            if (j % 2 == 0) sum = sum.add(over(BERNOULLI[j].multiply(quotient), y.pow(j + n, MC)), MC);
        }
        return n % 2 == 0 ? sum.negate() : sum;
    }
}
