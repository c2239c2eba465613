package damo.bench;

/// The workloads as a Java programmer writes them by hand, derivatives included: what Damo is compared with, in speed and in result.
final class Plain {
    private Plain() {}

    static double[] logistic(double[] x, double[] out) {
        for (int i = 0; i < x.length; i++) out[i] = 1 / (1 + Math.exp(-x[i]));
        return out;
    }

    static double[] polynomial(double a, double b, double c, double[] x, double[] y, double[] out) {
        for (int i = 0; i < x.length; i++) out[i] = a * x[i] * x[i] + b * x[i] + c + Math.sin(x[i]) * Math.exp(-y[i]);
        return out;
    }

    static double squaredDistance(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) sum += (x[i] - y[i]) * (x[i] - y[i]);
        return sum;
    }

    /// `max(z + b, 0)` for each row of `z`, in place.
    static double[] rectify(double[] z, double[] b) {
        for (int row = 0; row < z.length; row += b.length)
            for (int j = 0; j < b.length; j++) z[row + j] = Math.max(z[row + j] + b[j], 0);
        return z;
    }

    static float[] rectify(float[] z, float[] b) {
        for (int row = 0; row < z.length; row += b.length)
            for (int j = 0; j < b.length; j++) z[row + j] = Math.max(z[row + j] + b[j], 0);
        return z;
    }

    static double[] rowSums(double[] x, double[] out) {
        int n = x.length / out.length;
        for (int i = 0; i < out.length; i++) {
            double sum = 0;
            for (int j = 0; j < n; j++) sum += x[i * n + j];
            out[i] = sum;
        }
        return out;
    }

    static double[] columnSums(double[] x, double[] out) {
        int n = out.length;
        java.util.Arrays.fill(out, 0);
        for (int i = 0; i < x.length / n; i++)
            for (int j = 0; j < n; j++) out[j] += x[i * n + j];
        return out;
    }

    static double recurrence(double s, int steps) {
        for (int i = 0; i < steps; i++) s = s * 0.5 + 1;
        return s;
    }

    static double[] power(double[] x, int exponent, double[] out) {
        java.util.Arrays.fill(out, 1);
        for (int k = 0; k < exponent; k++)
            for (int i = 0; i < x.length; i++) out[i] *= x[i];
        return out;
    }

    static double scalar(double a, double b) {
        return (a * b + Math.sin(a)) / (1 + b * b);
    }

    static double scalarByA(double a, double b) {
        return (b + Math.cos(a)) / (1 + b * b);
    }

    static double scalarByB(double a, double b) {
        double d = 1 + b * b;
        return (a * d - 2 * b * (a * b + Math.sin(a))) / (d * d);
    }

    static double sigmoid(double z) {
        return 1 / (1 + Math.exp(-z));
    }

    /// Of rows of `n`.
    static float[] softmax(float[] x, float[] out, int n) {
        for (int row = 0; row < x.length; row += n) {
            float max = Float.NEGATIVE_INFINITY;
            for (int j = 0; j < n; j++) max = Math.max(max, x[row + j]);
            float sum = 0;
            for (int j = 0; j < n; j++) sum += out[row + j] = (float) Math.exp(x[row + j] - max);
            for (int j = 0; j < n; j++) out[row + j] /= sum;
        }
        return out;
    }

    /// In place.
    static void tanh(float[] x) {
        for (int i = 0; i < x.length; i++) x[i] = (float) Math.tanh(x[i]);
    }

    /// Logistic regression: weights, and buffers that steps use again.
    static final class Regression {
        private final double[] w;
        private final double[] g;
        private double b;

        Regression(double[] w) {
            this.w = w.clone();
            g = new double[w.length];
        }

        /// One step of gradient descent; the cost before it.
        double step(double[] x, double[] y) {
            int n = y.length;
            int m = w.length;
            java.util.Arrays.fill(g, 0);
            double cost = 0;
            double gb = 0;
            for (int i = 0; i < n; i++) {
                double z = b;
                for (int j = 0; j < m; j++) z += x[i * m + j] * w[j];
                double p = sigmoid(z);
                cost -= y[i] * Math.log(p) + (1 - y[i]) * Math.log(1 - p);
                double d = (p - y[i]) / n;
                gb += d;
                for (int j = 0; j < m; j++) g[j] += d * x[i * m + j];
            }
            double squares = 0;
            for (int j = 0; j < m; j++) {
                squares += w[j] * w[j];
                w[j] -= 0.1 * (g[j] + 0.02 * w[j]);
            }
            b -= 0.1 * gb;
            return cost / n + 0.01 * squares;
        }
    }

    /// Two neurons and one on top of them.
    static final class Xnor {
        private double u0 = 0.55, u1 = 0.72, v0 = 0.60, v1 = 0.54, t0 = 0.42, t1 = 0.65, b1 = 1, b2 = 1;

        /// One step of gradient descent on samples of two features; the cost before it.
        double step(double[] x, double[] y) {
            double cost = 0, gu0 = 0, gu1 = 0, gv0 = 0, gv1 = 0, gt0 = 0, gt1 = 0, gb1 = 0, gb2 = 0;
            for (int i = 0; i < y.length; i++) {
                double p = x[2 * i];
                double q = x[2 * i + 1];
                double a1 = sigmoid(p * u0 + q * u1 + b1);
                double a2 = sigmoid(p * v0 + q * v1 + b1);
                double a3 = sigmoid(a1 * t0 + a2 * t1 + b2);
                cost -= y[i] * Math.log(a3) + (1 - y[i]) * Math.log(1 - a3);
                double d = a3 - y[i];
                double d1 = d * t0 * a1 * (1 - a1);
                double d2 = d * t1 * a2 * (1 - a2);
                gt0 += d * a1;
                gt1 += d * a2;
                gb2 += d;
                gu0 += d1 * p;
                gu1 += d1 * q;
                gv0 += d2 * p;
                gv1 += d2 * q;
                gb1 += d1 + d2;
            }
            u0 -= 0.01 * gu0;
            u1 -= 0.01 * gu1;
            v0 -= 0.01 * gv0;
            v1 -= 0.01 * gv1;
            t0 -= 0.01 * gt0;
            t1 -= 0.01 * gt1;
            b1 -= 0.01 * gb1;
            b2 -= 0.01 * gb2;
            return cost;
        }
    }
}
