package damo.bench;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Products of floats with the Vector API, blocked as in Goto and van de Geijn, Anatomy of High-Performance Matrix Multiplication, 2008: packed
/// blocks of `x` stay in the second cache, packed panels of `y` in the first, sums in registers. Arguments as in [Product]. For one thread.
final class VectorFloatProduct {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final int L = S.length();
    /// Of a tile of the result.
    private static final int ROWS = 8;
    private static final int COLUMNS = 2 * L;
    /// Of a packed block of `x`.
    private static final int HEIGHT = 256;
    private static final int DEPTH = 256;
    private static final float[] BLOCK = new float[HEIGHT * DEPTH];
    private static final float[] PANEL = new float[DEPTH * COLUMNS];
    private static final float[] SUMS = new float[ROWS * COLUMNS];

    private VectorFloatProduct() {}

    static float[] of(float[] x, float[] y, float[] out, int n) {
        Arrays.fill(out, 0);
        add(x, y, out, n);
        return out;
    }

    static void add(float[] x, float[] y, float[] out, int n) {
        int inner = y.length / n;
        add(x, inner, 1, y, out, n);
    }

    static void addTransposed(float[] x, float[] y, float[] out, int n) {
        add(x, 1, out.length / n, y, out, n);
    }

    /// @param down elements from a row of `x` to the next
    /// @param along elements from a column of `x` to the next
    private static void add(float[] x, int down, int along, float[] y, float[] out, int n) {
        int inner = y.length / n;
        int m = out.length / n;
        for (int k = 0; k < inner; k += DEPTH) {
            int depth = Math.min(DEPTH, inner - k);
            for (int i = 0; i < m; i += HEIGHT) {
                int height = Math.min(HEIGHT, m - i);
                for (int r = 0; r < height; r += ROWS)
                    packRows(x, (i + r) * down + k * along, down, along, Math.min(ROWS, height - r), depth, r * depth);
                for (int j = 0; j < n; j += COLUMNS) {
                    int width = Math.min(COLUMNS, n - j);
                    packPanel(y, k * n + j, n, width, depth);
                    for (int r = 0; r < height; r += ROWS) {
                        tile(r * depth, depth);
                        addSums(out, (i + r) * n + j, n, Math.min(ROWS, height - r), width);
                    }
                }
            }
        }
    }

    private static void packRows(float[] x, int from, int down, int along, int rows, int depth, int to) {
        if (rows < ROWS) Arrays.fill(BLOCK, to, to + depth * ROWS, 0);
        for (int r = 0; r < rows; r++)
            for (int k = 0; k < depth; k++) BLOCK[to + k * ROWS + r] = x[from + r * down + k * along];
    }

    private static void packPanel(float[] y, int from, int n, int width, int depth) {
        if (width < COLUMNS) Arrays.fill(PANEL, 0, depth * COLUMNS, 0);
        for (int k = 0; k < depth; k++) System.arraycopy(y, from + k * n, PANEL, k * COLUMNS, width);
    }

    private static void addSums(float[] out, int to, int n, int rows, int width) {
        for (int r = 0; r < rows; r++)
            for (int j = 0; j < width; j++) out[to + r * n + j] += SUMS[r * COLUMNS + j];
    }

    // Offsets are affine in k: so HotSpot takes the range checks out of the loop. It inlines so much and no more: sums are added to the result
    // elsewhere.
    private static void tile(int at, int depth) {
        float[] block = BLOCK;
        float[] panel = PANEL;
        FloatVector c00 = FloatVector.zero(S), c10 = c00, c20 = c00, c30 = c00, c40 = c00, c50 = c00, c60 = c00, c70 = c00;
        FloatVector c01 = c00, c11 = c00, c21 = c00, c31 = c00, c41 = c00, c51 = c00, c61 = c00, c71 = c00;
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = FloatVector.fromArray(S, panel, k * COLUMNS);
            FloatVector b1 = FloatVector.fromArray(S, panel, k * COLUMNS + L);
            FloatVector a0 = FloatVector.broadcast(S, block[at + k * ROWS]);
            FloatVector a1 = FloatVector.broadcast(S, block[at + k * ROWS + 1]);
            FloatVector a2 = FloatVector.broadcast(S, block[at + k * ROWS + 2]);
            FloatVector a3 = FloatVector.broadcast(S, block[at + k * ROWS + 3]);
            FloatVector a4 = FloatVector.broadcast(S, block[at + k * ROWS + 4]);
            FloatVector a5 = FloatVector.broadcast(S, block[at + k * ROWS + 5]);
            FloatVector a6 = FloatVector.broadcast(S, block[at + k * ROWS + 6]);
            FloatVector a7 = FloatVector.broadcast(S, block[at + k * ROWS + 7]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            c60 = a6.fma(b0, c60);
            c61 = a6.fma(b1, c61);
            c70 = a7.fma(b0, c70);
            c71 = a7.fma(b1, c71);
        }
        store(0, c00, c01);
        store(1, c10, c11);
        store(2, c20, c21);
        store(3, c30, c31);
        store(4, c40, c41);
        store(5, c50, c51);
        store(6, c60, c61);
        store(7, c70, c71);
    }

    private static void store(int row, FloatVector left, FloatVector right) {
        left.intoArray(SUMS, row * COLUMNS);
        right.intoArray(SUMS, row * COLUMNS + L);
    }
}
