package damo;

import static org.junit.jupiter.api.Assertions.*;

import damo.type.DType;
import damo.value.NDArray;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;

/// Exact distribution functions, slow and obvious, and tests of goodness of fit.
final class Laws {
    private static final double DOUBTFUL = 1e-4;

    private Laws() {}

    /// log Γ(x): Stirling's series, shifted up.
    static double logGamma(double x) {
        if (x < 20) return logGamma(x + 1) - Math.log(x);
        double y = 1 / (x * x);
        return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + (1 / 12.0 - y * (1 / 360.0 - y * (1 / 1260.0 - y / 1680))) / x;
    }

    /// The regularised lower incomplete gamma function, by its power series.
    static double gammaBelow(double a, double x) {
        if (x <= 0) return 0;
        double term = 1 / a;
        double sum = term;
        for (int n = 1; term > sum * 1e-17; n++) sum += term *= x / (a + n);
        return Math.min(1, sum * Math.exp(a * Math.log(x) - x - logGamma(a)));
    }

    /// The regularised incomplete beta function, by its continued fraction (from the bottom).
    static double betaBelow(double a, double b, double x) {
        if (x > (a + 1) / (a + b + 2)) return 1 - betaBelow(b, a, 1 - x);
        double fraction = 1;
        for (int m = 200; m > 0; m--) {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            double odd = -(a + m - 1) * (a + b + m - 1) * x / ((a + 2 * m - 2) * (a + 2 * m - 1));
            fraction = 1 + odd / (1 + even / fraction);
        }
        double front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b));
        return front / a / fraction;
    }

    static double normalBelow(double x) {
        double half = gammaBelow(0.5, x * x / 2) / 2;
        return x > 0 ? 0.5 + half : 0.5 - half;
    }

    static double poisson(double rate, int k) {
        return Math.exp(k * Math.log(rate) - rate - logGamma(k + 1));
    }

    static double binomial(double n, double p, int k) {
        return k > n ? 0 : Math.exp(logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1) + k * Math.log(p) + (n - k) * Math.log1p(-p));
    }

    /// Kolmogorov and Smirnov: the largest difference of the distribution functions.
    static void fits(String name, NDArray sample, DoubleUnaryOperator below) {
        double[] x = sample.astype(DType.FLOAT64).toDoubleArray();
        Arrays.sort(x);
        double largest = 0;
        for (int i = 0; i < x.length; i++) {
            double f = below.applyAsDouble(x[i]);
            largest = Math.max(largest, Math.max(f - (double) i / x.length, (i + 1.0) / x.length - f));
        }
        double lambda = largest * Math.sqrt(x.length);
        assertTrue(2 * Math.exp(-2 * lambda * lambda) > DOUBTFUL, name + " is off by " + largest);
    }

    /// Pearson's chi-square; values whose expected number is below 8 are taken together with their neighbours.
    static void fits(String name, NDArray sample, int from, int to, IntToDoubleFunction probability) {
        double[] counts = new double[to - from + 1];
        for (long i = 0; i < sample.size(); i++) {
            long k = sample.longAt(i);
            assertTrue(k >= from && k <= to, name + " drew " + k);
            counts[(int) k - from]++;
        }
        double square = 0;
        double expected = 0;
        double seen = 0;
        int bins = 0;
        double left = sample.size();
        for (int k = from; k <= to; k++) {
            expected += probability.applyAsDouble(k) * sample.size();
            seen += counts[k - from];
            if (expected < 8 || left - expected < 8) continue;
            square += (seen - expected) * (seen - expected) / expected;
            left -= expected;
            bins++;
            expected = 0;
            seen = 0;
        }
        if (left >= 8) {
            square += (seen - left) * (seen - left) / left;
            bins++;
        }
        double p = 1 - gammaBelow((bins - 1) / 2.0, square / 2);
        assertTrue(p > DOUBTFUL, "%s: chi-square %s of %d bins".formatted(name, square, bins));
    }
}
