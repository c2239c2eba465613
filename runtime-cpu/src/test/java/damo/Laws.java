package damo;

import static org.junit.jupiter.api.Assertions.*;

import damo.type.DType;
import damo.value.NDArray;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import org.apache.commons.numbers.gamma.Erfc;
import org.apache.commons.numbers.gamma.LogGamma;
import org.apache.commons.numbers.gamma.RegularizedBeta;
import org.apache.commons.numbers.gamma.RegularizedGamma;

/// Exact distribution functions, and tests of goodness of fit.
final class Laws {
    private static final double DOUBTFUL = 1e-4;

    private Laws() {}

    /// The regularised lower incomplete gamma function.
    static double gammaBelow(double a, double x) {
        return x <= 0 ? 0 : RegularizedGamma.P.value(a, x);
    }

    /// The regularised incomplete beta function.
    static double betaBelow(double a, double b, double x) {
        return RegularizedBeta.value(x, a, b);
    }

    static double normalBelow(double x) {
        return Erfc.value(-x * Math.sqrt(0.5)) / 2;
    }

    static double poisson(double rate, int k) {
        return Math.exp(k * Math.log(rate) - rate - LogGamma.value(k + 1));
    }

    static double binomial(double n, double p, int k) {
        return k > n ? 0 : Math.exp(LogGamma.value(n + 1) - LogGamma.value(k + 1) - LogGamma.value(n - k + 1)
                + k * Math.log(p) + (n - k) * Math.log1p(-p));
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
