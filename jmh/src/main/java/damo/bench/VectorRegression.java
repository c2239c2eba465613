package damo.bench;

import static damo.bench.VectorMath.D;

import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorOperators;

/// [Plain.Regression] with the Vector API: four samples at a time, so that weights are loaded once for four and `x` comes from memory once.
final class VectorRegression {
    private static final int L = D.length();

    private final double[] w;
    private final double[] g;
    private double b;
    private double[] z = {};
    private double[] d = {};

    VectorRegression(double[] w) {
        this.w = w.clone();
        g = new double[w.length];
    }

    /// One step; the cost before it. Samples must come by fours, features by whole vectors.
    double step(double[] x, double[] y) {
        start(y.length);
        for (int i = 0; i < y.length; i += 4) {
            dots(x, i * w.length, i);
            for (int r = i; r < i + 4; r++) d[r] = (Plain.sigmoid(z[r]) - y[r]) / y.length;
            addRows(x, i * w.length, i);
        }
        return end(y);
    }

    /// The same with OpenBLAS.
    double stepByOpenBlas(double[] x, double[] y) {
        start(y.length);
        Arrays.fill(z, b);
        OpenBlas.addVector(x, w, z);
        Vectors.logistic(z, d);
        for (int i = 0; i < y.length; i++) d[i] = (d[i] - y[i]) / y.length;
        OpenBlas.addTransposedVector(x, d, g);
        return end(y);
    }

    private void start(int samples) {
        Arrays.fill(g, 0);
        if (z.length == samples) return;
        z = new double[samples];
        d = new double[samples];
    }

    private void dots(double[] x, int at, int i) {
        int m = w.length;
        DoubleVector s0 = DoubleVector.zero(D), s1 = s0, s2 = s0, s3 = s0;
        for (int j = 0; j < m; j += L) {
            DoubleVector v = DoubleVector.fromArray(D, w, j);
            s0 = v.fma(DoubleVector.fromArray(D, x, at + j), s0);
            s1 = v.fma(DoubleVector.fromArray(D, x, at + m + j), s1);
            s2 = v.fma(DoubleVector.fromArray(D, x, at + 2 * m + j), s2);
            s3 = v.fma(DoubleVector.fromArray(D, x, at + 3 * m + j), s3);
        }
        z[i] = b + s0.reduceLanes(VectorOperators.ADD);
        z[i + 1] = b + s1.reduceLanes(VectorOperators.ADD);
        z[i + 2] = b + s2.reduceLanes(VectorOperators.ADD);
        z[i + 3] = b + s3.reduceLanes(VectorOperators.ADD);
    }

    private void addRows(double[] x, int at, int i) {
        int m = w.length;
        DoubleVector d0 = DoubleVector.broadcast(D, d[i]);
        DoubleVector d1 = DoubleVector.broadcast(D, d[i + 1]);
        DoubleVector d2 = DoubleVector.broadcast(D, d[i + 2]);
        DoubleVector d3 = DoubleVector.broadcast(D, d[i + 3]);
        for (int j = 0; j < m; j += L) {
            DoubleVector sum = d0.fma(DoubleVector.fromArray(D, x, at + j), DoubleVector.fromArray(D, g, j));
            sum = d1.fma(DoubleVector.fromArray(D, x, at + m + j), sum);
            sum = d2.fma(DoubleVector.fromArray(D, x, at + 2 * m + j), sum);
            d3.fma(DoubleVector.fromArray(D, x, at + 3 * m + j), sum).intoArray(g, j);
        }
    }

    private double end(double[] y) {
        double cost = crossEntropy(y) / y.length;
        DoubleVector sum = DoubleVector.zero(D);
        for (int j = 0; j < w.length; j += L) {
            DoubleVector v = DoubleVector.fromArray(D, w, j);
            sum = v.fma(v, sum);
            DoubleVector slope = v.mul(0.02).add(DoubleVector.fromArray(D, g, j));
            v.sub(slope.mul(0.1)).intoArray(w, j);
        }
        for (double each : d) b -= 0.1 * each;
        return cost + 0.01 * sum.reduceLanes(VectorOperators.ADD);
    }

    /// The sum of `softplus(z) − y z`: a logarithm and an exponential for each sample.
    private double crossEntropy(double[] y) {
        DoubleVector sum = DoubleVector.zero(D);
        for (int i = 0; i < y.length; i += L) {
            DoubleVector v = DoubleVector.fromArray(D, z, i);
            DoubleVector softplus = VectorMath.log(VectorMath.exp(v.abs().neg()).add(1)).add(v.max(0));
            sum = sum.add(softplus.sub(v.mul(DoubleVector.fromArray(D, y, i))));
        }
        return sum.reduceLanes(VectorOperators.ADD);
    }
}
