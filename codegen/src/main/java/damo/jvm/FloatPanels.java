package damo.jvm;

/// Panels of float32.
final class FloatPanels implements Panels {
    @Override public Object array(int size) {
        return new float[size];
    }

    @Override public void pack(Object from, int at, int along, int term, int count, int width, int depth, Object to, int start) {
        var x = (float[]) from;
        var panel = (float[]) to;
        if (along == 1) {
            for (int k = 0; k < depth; k++) System.arraycopy(x, at + k * term, panel, start + k * width, count);
            return;
        }
        int i = 0;
        for (; i + 4 <= count; i += 4) four(x, at + i * along, along, term, panel, start + i, width, depth);
        for (; i < count; i++) one(x, at + i * along, term, panel, start + i, width, depth);
    }

    private static void four(float[] x, int at, int along, int term, float[] panel, int start, int width, int depth) {
        int at1 = at + along, at2 = at1 + along, at3 = at2 + along;
        for (int k = 0; k < depth; k++) {
            int to = start + k * width;
            int by = k * term;
            panel[to] = x[at + by];
            panel[to + 1] = x[at1 + by];
            panel[to + 2] = x[at2 + by];
            panel[to + 3] = x[at3 + by];
        }
    }

    private static void one(float[] x, int at, int term, float[] panel, int start, int width, int depth) {
        for (int k = 0; k < depth; k++) panel[start + k * width] = x[at + k * term];
    }

    @Override public void spill(Object tile, int at, int width, Object into, int z0, int zRow, int zColumn, int rows, int columns, boolean add) {
        var t = (float[]) tile;
        var z = (float[]) into;
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++) {
                int to = z0 + i * zRow + j * zColumn;
                z[to] = add ? z[to] + t[at + i * width + j] : t[at + i * width + j];
            }
    }

    @Override public void add(Object sums, int at, int width, Object from, int z0, int zRow, int zColumn, int rows, int columns) {
        var s = (float[]) sums;
        var z = (float[]) from;
        for (int i = 0; i < rows; i++) for (int j = 0; j < columns; j++) s[at + i * width + j] += z[z0 + i * zRow + j * zColumn];
    }

    @Override public void small(Product p, Object to, int z0, int zRow, int zColumn, boolean add, int block) {
        var x = (float[]) p.x;
        var y = (float[]) p.y;
        var z = (float[]) to;
        for (int from = 0; from < p.terms; from += block) {
            int depth = Math.min(block, p.terms - from);
            int y0 = p.y0 + from * p.yTerm;
            for (int i = 0; i < p.rows; i++) {
                int a = p.x0 + i * p.xRow + from * p.xTerm;
                row(x, a, p.xTerm, y, y0, p.yTerm, p.yColumn, z, z0 + i * zRow, zColumn, p.columns, depth, add || from > 0);
            }
        }
    }

    /// Four sums at a time: one would wait for each addition.
    private static void row(float[] x, int a, int xTerm, float[] y, int b, int yTerm, int yColumn, float[] z, int c, int zColumn, int columns,
            int depth, boolean add) {
        int j = 0;
        for (; j + 4 <= columns; j += 4) {
            float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
            int b0 = b + j * yColumn, b1 = b0 + yColumn, b2 = b1 + yColumn, b3 = b2 + yColumn;
            for (int k = 0; k < depth; k++) {
                float e = x[a + k * xTerm];
                s0 = Math.fma(e, y[b0 + k * yTerm], s0);
                s1 = Math.fma(e, y[b1 + k * yTerm], s1);
                s2 = Math.fma(e, y[b2 + k * yTerm], s2);
                s3 = Math.fma(e, y[b3 + k * yTerm], s3);
            }
            int to = c + j * zColumn;
            z[to] = add ? z[to] + s0 : s0;
            z[to + zColumn] = add ? z[to + zColumn] + s1 : s1;
            z[to + 2 * zColumn] = add ? z[to + 2 * zColumn] + s2 : s2;
            z[to + 3 * zColumn] = add ? z[to + 3 * zColumn] + s3 : s3;
        }
        for (; j < columns; j++) {
            float sum = 0;
            for (int k = 0; k < depth; k++) sum = Math.fma(x[a + k * xTerm], y[b + j * yColumn + k * yTerm], sum);
            z[c + j * zColumn] = add ? z[c + j * zColumn] + sum : sum;
        }
    }
}
