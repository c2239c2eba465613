package damo.jvm;

import java.util.Arrays;

/// Panels of float64.
final class DoublePanels implements Panels {
    @Override public Object array(int size) {
        return new double[size];
    }

    @Override public void pack(Object from, int at, int along, int term, int count, int width, int depth, Object to, int start) {
        var x = (double[]) from;
        var panel = (double[]) to;
        if (along == 1 && count == width) {
            for (int k = 0; k < depth; k++) System.arraycopy(x, at + k * term, panel, start + k * width, width);
            return;
        }
        if (count < width) Arrays.fill(panel, start, start + depth * width, 0);
        if (along == 1) for (int k = 0; k < depth; k++) System.arraycopy(x, at + k * term, panel, start + k * width, count);
        else for (int i = 0; i < count; i++) column(x, at + i * along, term, panel, start + i, width, depth);
    }

    private static void column(double[] x, int at, int term, double[] panel, int start, int width, int depth) {
        for (int k = 0; k < depth; k++) panel[start + k * width] = x[at + k * term];
    }

    @Override public void spill(Object tile, int width, Object to, int z0, int zRow, int zColumn, int rows, int columns, boolean add) {
        var t = (double[]) tile;
        var z = (double[]) to;
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++) {
                int at = z0 + i * zRow + j * zColumn;
                z[at] = add ? z[at] + t[i * width + j] : t[i * width + j];
            }
    }

    @Override public void small(Product p, int block) {
        var x = (double[]) p.x();
        var y = (double[]) p.y();
        var z = (double[]) p.z();
        for (int from = 0; from < p.terms(); from += block) {
            int depth = Math.min(block, p.terms() - from);
            for (int i = 0; i < p.rows(); i++)
                for (int j = 0; j < p.columns(); j++) {
                    int a = p.x0() + i * p.xRow() + from * p.xTerm();
                    int b = p.y0() + j * p.yColumn() + from * p.yTerm();
                    double sum = 0;
                    for (int k = 0; k < depth; k++) sum = Math.fma(x[a + k * p.xTerm()], y[b + k * p.yTerm()], sum);
                    int at = p.z0() + i * p.zRow() + j * p.zColumn();
                    z[at] = p.add() || from > 0 ? z[at] + sum : sum;
                }
        }
    }

    @Override public void clear(Product p) {
        var z = (double[]) p.z();
        for (int i = 0; i < p.rows(); i++) for (int j = 0; j < p.columns(); j++) z[p.z0() + i * p.zRow() + j * p.zColumn()] = 0;
    }
}
