package damo.jvm;

import damo.type.DType;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// Products of matrices, of float32 or float64, that emitted code calls: packed into panels, in blocks that fit the caches, by a [Tile].
///
/// Each element of a result is summed in the order of its terms, by fused multiply-adds, in blocks of [#DEPTH] terms which are added: the same
/// bits whatever does it, vectors or scalars, whichever rows.
public final class Gemm {
    /// The terms of a block. It decides how results are rounded.
    static final int DEPTH = 256;

    private static final int ROWS = 240, COLUMNS = 2048;              // of a block: the panels of x fit into the second cache
    private static final int SMALL = 512;                              // multiplications, below which packing does not pay
    private static final int FEW = 3;                                  // so many panels of rows read y where it is
    private static final int KEPT = 16;                                // workspaces

    private static final Gemm FLOATS = new Gemm(DType.FLOAT32, new FloatPanels());
    private static final Gemm DOUBLES = new Gemm(DType.FLOAT64, new DoublePanels());

    private final Panels panels;
    private final TileTiers tiers;
    private final AtomicReferenceArray<Space> idle = new AtomicReferenceArray<>(KEPT);

    /// Memory for panels: of `x`, of `y`, and one tile.
    private static final class Space {
        Object x;
        Object y;
        Object tile;
        int xSize;
        int ySize;
        int tileSize;
    }

    private Gemm(DType dtype, Panels panels) {
        this.panels = panels;
        this.tiers = new TileTiers(dtype, panels);
    }

    /// Does `p`, whose arrays are all `float[]` or all `double[]`.
    public static void multiply(Product p) {
        (p.z() instanceof float[] ? FLOATS : DOUBLES).product(p);
    }

    static Gemm of(DType dtype) {
        return dtype == DType.FLOAT32 ? FLOATS : DOUBLES;
    }

    private void product(Product p) {
        if (p.rows() == 0 || p.columns() == 0) return;
        if (p.terms() == 0) {
            if (!p.add()) panels.clear(p);
        } else if ((long) p.rows() * p.columns() * p.terms() <= SMALL) {
            panels.small(p, DEPTH);
        } else {
            product(p.zColumn() != 1 && p.zRow() == 1 ? p.transposed() : p, tiers.tiles());
        }
    }

    /// As [#multiply], by these tiles.
    void product(Product p, Tiles tiles) {
        Space space = take();
        int width = tiles.columns();
        reserve(space, tiles, p);
        boolean direct = p.yColumn() == 1 && p.rows() <= FEW * tiles.heights()[0];
        for (int column = 0; column < p.columns(); column += COLUMNS) {
            int columns = Math.min(COLUMNS, p.columns() - column);
            for (int term = 0; term < p.terms(); term += DEPTH) {
                int depth = Math.min(DEPTH, p.terms() - term);
                int y0 = p.y0() + term * p.yTerm() + column * p.yColumn();
                for (int j = direct ? columns / width * width : 0; j < columns; j += width)
                    panels.pack(p.y(), y0 + j * p.yColumn(), p.yColumn(), p.yTerm(), Math.min(width, columns - j), width, depth, space.y, j * depth);
                for (int row = 0; row < p.rows(); row += ROWS) {
                    int rows = Math.min(ROWS, p.rows() - row);
                    pack(p, tiles, space, row, rows, term, depth);
                    for (int j = 0; j < columns; j += width) {
                        boolean inPlace = direct && j + width <= columns;
                        strip(p, tiles, space, row, rows, column + j, Math.min(width, columns - j), depth, p.add() || term > 0,
                                inPlace ? p.y() : space.y, inPlace ? y0 + j : j * depth, inPlace ? p.yTerm() : width);
                    }
                }
            }
        }
        give(space);
    }

    private void pack(Product p, Tiles tiles, Space space, int row, int rows, int term, int depth) {
        int x0 = p.x0() + row * p.xRow() + term * p.xTerm();
        int start = 0;
        for (int i = 0; i < rows;) {
            int height = tiles.heights()[tiles.next(rows - i)];
            panels.pack(p.x(), x0 + i * p.xRow(), p.xRow(), p.xTerm(), Math.min(height, rows - i), height, depth, space.x, start);
            start += height * depth;
            i += height;
        }
    }

    /// The columns of one panel of `y` for a block of rows.
    private void strip(Product p, Tiles tiles, Space space, int row, int rows, int column, int columns, int depth, boolean add,
            Object y, int y0, int yTerm) {
        int start = 0;
        for (int i = 0; i < rows;) {
            int which = tiles.next(rows - i);
            int height = tiles.heights()[which];
            int z0 = p.z0() + (row + i) * p.zRow() + column * p.zColumn();
            if (p.zColumn() == 1 && columns == tiles.columns() && height <= rows - i) {
                tiles.tiles()[which].run(space.x, start, y, y0, yTerm, depth, p.z(), z0, p.zRow(), add);
            } else {
                tiles.tiles()[which].run(space.x, start, y, y0, yTerm, depth, space.tile, 0, tiles.columns(), false);
                panels.spill(space.tile, tiles.columns(), p.z(), z0, p.zRow(), p.zColumn(), Math.min(height, rows - i), columns, add);
            }
            start += height * depth;
            i += height;
        }
    }

    private void reserve(Space space, Tiles tiles, Product p) {
        int depth = Math.min(DEPTH, p.terms());
        int x = (Math.min(ROWS, p.rows()) + tiles.heights()[0]) * depth;
        int y = (Math.min(COLUMNS, p.columns()) + tiles.columns()) * depth;
        int tile = tiles.heights()[0] * tiles.columns();
        if (x > space.xSize) space.x = panels.array(space.xSize = x);
        if (y > space.ySize) space.y = panels.array(space.ySize = y);
        if (tile > space.tileSize) space.tile = panels.array(space.tileSize = tile);
    }

    private Space take() {
        for (int i = 0; i < KEPT; i++) {
            Space space = idle.get(i) == null ? null : idle.getAndSet(i, null);
            if (space != null) return space;
        }
        return new Space();
    }

    private void give(Space space) {
        for (int i = 0; i < KEPT; i++) if (idle.compareAndSet(i, null, space)) return;
    }
}
