package damo.bench;

import java.util.Arrays;

/// Matrix products as a Java programmer writes them by hand: row-major arrays, loops in an order that reads and writes rows from left to
/// right. `n` is the number of columns of the result; the other extents follow from lengths.
final class Product {
    private Product() {}

    static double[] of(double[] x, double[] y, double[] out, int n) {
        Arrays.fill(out, 0);
        add(x, y, out, n);
        return out;
    }

    /// `out += x y`.
    static void add(double[] x, double[] y, double[] out, int n) {
        int inner = y.length / n;
        for (int i = 0; i < out.length / n; i++)
            for (int k = 0; k < inner; k++) addRow(x[i * inner + k], y, k * n, out, i * n, n);
    }

    /// `out += xᵀ y`.
    static void addTransposed(double[] x, double[] y, double[] out, int n) {
        int rows = out.length / n;
        for (int i = 0; i < rows; i++)
            for (int k = 0; k < y.length / n; k++) addRow(x[k * rows + i], y, k * n, out, i * n, n);
    }

    // A row is a method of its own: HotSpot compiles it as a whole, not in the middle of the one long run of the loops around it,
    // which made the product of floats take twice as long.
    private static void addRow(double f, double[] y, int from, double[] out, int to, int n) {
        for (int j = 0; j < n; j++) out[to + j] += f * y[from + j];
    }

    /// `xᵀ`, of `n` columns.
    static void transpose(double[] x, double[] out, int n) {
        int rows = out.length / n;
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < n; j++) out[i * n + j] = x[j * rows + i];
    }

    // ---- the same of floats

    static float[] of(float[] x, float[] y, float[] out, int n) {
        Arrays.fill(out, 0);
        add(x, y, out, n);
        return out;
    }

    static void add(float[] x, float[] y, float[] out, int n) {
        int inner = y.length / n;
        for (int i = 0; i < out.length / n; i++)
            for (int k = 0; k < inner; k++) addRow(x[i * inner + k], y, k * n, out, i * n, n);
    }

    static void addTransposed(float[] x, float[] y, float[] out, int n) {
        int rows = out.length / n;
        for (int i = 0; i < rows; i++)
            for (int k = 0; k < y.length / n; k++) addRow(x[k * rows + i], y, k * n, out, i * n, n);
    }

    private static void addRow(float f, float[] y, int from, float[] out, int to, int n) {
        for (int j = 0; j < n; j++) out[to + j] += f * y[from + j];
    }

    static void transpose(float[] x, float[] out, int n) {
        int rows = out.length / n;
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < n; j++) out[i * n + j] = x[j * rows + i];
    }
}
