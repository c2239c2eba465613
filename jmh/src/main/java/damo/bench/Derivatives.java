package damo.bench;

import static damo.Damo.*;

import damo.type.DType;
import damo.value.NDArray;
import java.util.Arrays;
import java.util.Random;

/// W9: derivatives of functions of 20 variables, as matrices; by hand from their formulas.
final class Derivatives {
    private static final int N = 20;

    private Derivatives() {}

    /// Of `tanh(A x)`.
    static Ways jacobian() {
        double[] a = new Random(1).doubles(N * N, -0.5, 0.5).toArray();
        double[] at = new Random(2).doubles(N, -1, 1).toArray();
        var matrix = dmatrix("a");
        var x = dvector("x");
        NDArray as = NDArray.wrap(a, N, N);
        var f = function().in(matrix, x).out(damo.Damo.jacobian(tanh(dot(matrix, x)), x)).compile().into(NDArray.zeros(DType.FLOAT64, N, N));
        double[] out = new double[N * N];
        return new Ways(() -> f.call(as, at), () -> jacobian(a, at, out));
    }

    private static double[] jacobian(double[] a, double[] x, double[] out) {
        for (int i = 0; i < N; i++) {
            double z = 0;
            for (int j = 0; j < N; j++) z += a[i * N + j] * x[j];
            double t = Math.tanh(z);
            for (int j = 0; j < N; j++) out[i * N + j] = (1 - t * t) * a[i * N + j];
        }
        return out;
    }

    /// Of Rosenbrock's function, `Σ 100 (x[i+1] − x[i]²)² + (1 − x[i])²`.
    static Ways hessian() {
        double[] at = new Random(2).doubles(N, -1, 1).toArray();
        var x = dvector("x");
        var left = x.slice(0, -1);
        var right = x.slice(1, N);
        var cost = sqr(right.sub(sqr(left))).mul(100).add(sqr(sub(1, left))).sum();
        var f = function().in(x).out(damo.Damo.hessian(cost, x)).compile().into(NDArray.zeros(DType.FLOAT64, N, N));
        double[] out = new double[N * N];
        return new Ways(() -> f.call(at), () -> hessian(at, out));
    }

    private static double[] hessian(double[] x, double[] out) {
        Arrays.fill(out, 0);
        for (int i = 0; i + 1 < N; i++) {
            out[i * N + i] += 1200 * x[i] * x[i] - 400 * x[i + 1] + 2;
            out[(i + 1) * N + i + 1] += 200;
            out[i * N + i + 1] = out[(i + 1) * N + i] = -400 * x[i];
        }
        return out;
    }
}
