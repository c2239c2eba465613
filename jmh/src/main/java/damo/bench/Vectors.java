package damo.bench;

import static damo.bench.VectorMath.D;
import static damo.bench.VectorMath.F;

import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// Workloads of [Plain] as an expert writes them with the Vector API: species are constants, sums have several chains, memory is read once.
final class Vectors {
    private static final int L = D.length();
    /// Long loops go block by block, each a call: HotSpot then has a whole method to compile early, and until it has, vectors are very slow.
    private static final int BLOCK = 1024;

    private Vectors() {}

    static double[] logistic(double[] x, double[] out) {
        for (int i = 0; i < x.length; i += BLOCK) logistic(x, out, i, Math.min(x.length, i + BLOCK));
        return out;
    }

    private static void logistic(double[] x, double[] out, int from, int to) {
        int i = from;
        for (; i <= to - L; i += L) logistic(DoubleVector.fromArray(D, x, i)).intoArray(out, i);
        for (; i < to; i++) out[i] = Plain.sigmoid(x[i]);
    }

    private static DoubleVector logistic(DoubleVector x) {
        return DoubleVector.broadcast(D, 1).div(VectorMath.exp(x.neg()).add(1));
    }

    static double[] polynomial(double a, double b, double c, double[] x, double[] y, double[] out) {
        for (int i = 0; i < x.length; i += BLOCK) polynomial(a, b, c, x, y, out, i, Math.min(x.length, i + BLOCK));
        return out;
    }

    // Two loops, over what stays in the first cache: exp and sin in one are more than HotSpot inlines.
    private static void polynomial(double a, double b, double c, double[] x, double[] y, double[] out, int from, int to) {
        int i = from;
        for (; i <= to - L; i += L) VectorMath.exp(DoubleVector.fromArray(D, y, i).neg()).intoArray(out, i);
        for (; i < to; i++) out[i] = Math.exp(-y[i]);
        addTo(a, b, c, x, out, from, to);
    }

    /// `out = a x² + b x + c + sin(x) out`.
    private static void addTo(double a, double b, double c, double[] x, double[] out, int from, int to) {
        int i = from;
        for (; i <= to - L; i += L) {
            DoubleVector v = DoubleVector.fromArray(D, x, i);
            DoubleVector inner = v.fma(DoubleVector.broadcast(D, a), DoubleVector.broadcast(D, b)).fma(v, DoubleVector.broadcast(D, c));
            VectorMath.sin(v).fma(DoubleVector.fromArray(D, out, i), inner).intoArray(out, i);
        }
        for (; i < to; i++) out[i] = a * x[i] * x[i] + b * x[i] + c + Math.sin(x[i]) * out[i];
    }

    static double squaredDistance(double[] x, double[] y) {
        DoubleVector s0 = DoubleVector.zero(D), s1 = s0, s2 = s0, s3 = s0;
        int i = 0;
        for (; i <= x.length - 4 * L; i += 4 * L) {
            s0 = addSquare(x, y, i, s0);
            s1 = addSquare(x, y, i + L, s1);
            s2 = addSquare(x, y, i + 2 * L, s2);
            s3 = addSquare(x, y, i + 3 * L, s3);
        }
        double sum = s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
        for (; i < x.length; i++) sum += (x[i] - y[i]) * (x[i] - y[i]);
        return sum;
    }

    private static DoubleVector addSquare(double[] x, double[] y, int i, DoubleVector sum) {
        DoubleVector d = DoubleVector.fromArray(D, x, i).sub(DoubleVector.fromArray(D, y, i));
        return d.fma(d, sum);
    }

    /// Of rows of `n`, a multiple of the lanes.
    static float[] softmax(float[] x, float[] out, int n) {
        for (int row = 0; row < x.length; row += n) softmaxRow(x, out, row, n);
        return out;
    }

    private static void softmaxRow(float[] x, float[] out, int row, int n) {
        FloatVector largest = FloatVector.fromArray(F, x, row);
        for (int j = 0; j < n; j += F.length()) largest = largest.max(FloatVector.fromArray(F, x, row + j));
        float max = largest.reduceLanes(VectorOperators.MAX);
        FloatVector sums = FloatVector.zero(F);
        for (int j = 0; j < n; j += F.length()) {
            FloatVector e = VectorMath.exp(FloatVector.fromArray(F, x, row + j).sub(max));
            e.intoArray(out, row + j);
            sums = sums.add(e);
        }
        float scale = 1 / sums.reduceLanes(VectorOperators.ADD);
        for (int j = 0; j < n; j += F.length()) FloatVector.fromArray(F, out, row + j).mul(scale).intoArray(out, row + j);
    }

    /// What a layer does after its product: adds `b` to each row, and takes 0 for what is below. `b` has whole vectors.
    static double[] rectify(double[] z, double[] b) {
        for (int row = 0; row < z.length; row += b.length)
            for (int j = 0; j < b.length; j += L)
                DoubleVector.fromArray(D, z, row + j).add(DoubleVector.fromArray(D, b, j)).max(0).intoArray(z, row + j);
        return z;
    }

    static float[] rectify(float[] z, float[] b) {
        for (int row = 0; row < z.length; row += b.length)
            for (int j = 0; j < b.length; j += F.length())
                FloatVector.fromArray(F, z, row + j).add(FloatVector.fromArray(F, b, j)).max(0).intoArray(z, row + j);
        return z;
    }

    /// All products of four vectors before the next four: they stay in registers.
    static double[] power(double[] x, int exponent, double[] out) {
        int i = 0;
        for (; i <= x.length - 4 * L; i += 4 * L) {
            DoubleVector x0 = DoubleVector.fromArray(D, x, i);
            DoubleVector x1 = DoubleVector.fromArray(D, x, i + L);
            DoubleVector x2 = DoubleVector.fromArray(D, x, i + 2 * L);
            DoubleVector x3 = DoubleVector.fromArray(D, x, i + 3 * L);
            DoubleVector p0 = DoubleVector.broadcast(D, 1), p1 = p0, p2 = p0, p3 = p0;
            for (int k = 0; k < exponent; k++) {
                p0 = p0.mul(x0);
                p1 = p1.mul(x1);
                p2 = p2.mul(x2);
                p3 = p3.mul(x3);
            }
            p0.intoArray(out, i);
            p1.intoArray(out, i + L);
            p2.intoArray(out, i + 2 * L);
            p3.intoArray(out, i + 3 * L);
        }
        Arrays.fill(out, i, out.length, 1);
        for (int k = 0; k < exponent; k++)
            for (int j = i; j < out.length; j++) out[j] *= x[j];
        return out;
    }
}
