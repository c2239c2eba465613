package damo.interpret;

/// The derivatives of `log Γ`. With its methods alone, without fields, so that generated classes can have a copy.
///
/// For positive `x` the order `n ≥ 1` is `±n! Σ 1/(x + k)ⁿ⁺¹`, and the sum is continued by Euler and Maclaurin's formula from `x + k ≥ n + 10` on
/// (Abramowitz and Stegun 6.4.10, 23.1.30); order 0 is shifted up by its recurrence to its asymptotic series (6.3.5, 6.3.18). Below 0, order 0 is
/// reflected (6.3.7), and the others are that sum in two parts, the terms below 0 and those above. Relative errors are within 20 ulp for
/// orders up to 20; near the zeros (order 0, and orders of negative numbers) the absolute errors are those of the parts.
public final class Polygamma {
    private Polygamma() {}

    /// The derivative of order `n + 1` of `log Γ(x)`: digamma if `n` is 0. NaN if `n` is no whole number, or negative. At the poles ∞ for odd
    /// `n`, NaN for even ones, save that those are ∓∞ at ±0.
    public static double of(double n, double x) {
        if (!(n >= 0) || n != Math.rint(n) || Double.isInfinite(n) || Double.isNaN(x)) return Double.NaN;
        boolean isEven = n % 2 == 0;
        boolean isPole = x <= 0 && x == Math.rint(x);
        if (isPole) return !isEven ? Double.POSITIVE_INFINITY : x == 0 ? -1 / x : Double.NaN;
        double beyond = x - Math.rint(x);
        if (n == 0) return x > 0 ? digamma(x) : digamma(1 - x) - Math.PI / StrictMath.tan(Math.PI * beyond);
        // The number nearest to a pole, whose term is the largest.
        double above = beyond > 0 ? beyond : 1 + beyond, below = beyond > 0 ? 1 - beyond : -beyond;
        double unit = x > 0 ? x : Math.min(above, below);
        double right = tail(n, x > 0 ? x : above, unit) * (isEven ? -1 : 1);
        double sum = x > 0 ? right : tail(n, below, unit) + right - tail(n, 1 - x, unit);
        return sum == 0 ? 0 : times(sum, n, unit);
    }

    private static double digamma(double x) {
        double y = x;
        double sum = 0;
        for (; y < 10; y++) sum += 1 / y;
        double z = 1 / (y * y);
        double series = 1.0 / 12 - z * (1.0 / 120 - z * (1.0 / 252 - z * (1.0 / 240 - z * (1.0 / 132 - z * (691.0 / 32760 - z / 12)))));
        return StrictMath.log(y) - 0.5 / y - z * series - sum;
    }

    /// `Σ (unit / (x + k))ⁿ⁺¹` over `k` from 0 up.
    private static double tail(double n, double x, double unit) {
        if (Double.isInfinite(x)) return 0;
        double sum = 0;
        double y = x;
        for (int k = 0; k < 200 && y < n + 10; k++, y++) {             // at most some 60 in fact, unless y + 1 is y
            double next = StrictMath.pow(unit / y, n + 1);
            sum += next;
            if (next <= sum * 0x1p-70) return sum;
        }
        // Bernoulli numbers over factorials.
        double[] b = {1.0 / 12, -1.0 / 720, 1.0 / 30240, -1.0 / 1209600, 1.0 / 47900160, -691 / 1307674368000.0, 1 / 74724249600.0,
                -3617 / 10670622842880000.0, 43867 / 5109094217170944000.0, -174611 / 802857662698291200000.0};
        double series = 0;
        for (int j = b.length - 1; j >= 0; j--) series = series * ((n + 2 * j + 2) / y) * ((n + 2 * j + 3) / y) + b[j];
        return sum + StrictMath.pow(unit / y, n + 1) * (y / n + (0.5 + (n + 1) / y * series));
    }

    /// `s·n! / yⁿ⁺¹`.
    private static double times(double s, double n, double y) {
        if (n > 2000) {                                                // Stirling's series
            double log = (n + 0.5) * StrictMath.log(n) - n + 0.9189385332046727 - (n + 1) * StrictMath.log(y);
            return Math.copySign(StrictMath.exp(StrictMath.log(Math.abs(s)) + log), s);
        }
        double power = StrictMath.pow(y, -n - 1);
        double factorial = 1;
        for (int k = 2; k <= n; k++) factorial *= k;
        if (factorial < 0x1p1000 && power > 0x1p-1000 && power < 0x1p1000 && Math.abs(s) > 0x1p-1000) return factorial * (s * power);
        // The factors in an order that overflows, or vanishes, only with the product.
        double product = s / y;
        for (double low = 1, high = n; low <= high && !Double.isInfinite(product);) product *= (Math.abs(product) > 1 ? low++ : high--) / y;
        return product;
    }
}
