package damo.jvm;

import damo.plan.Contraction;
import damo.type.DType;

/// Products of matrices, of float32 or float64: in blocks that fit the caches, packed where that pays, by a [Tile].
///
/// Each element of a result is summed in the order of its terms, by fused multiply-adds, in blocks of [#depth] terms which are added: the same
/// bits whatever does it, vectors or scalars, whichever rows. What is done after it is done for some 50 KB of sums at a time: they are near,
/// and what else it reads and writes comes in pieces of rows that the processor reads ahead.
final class Gemm {
    static final Gemm FLOATS = new Gemm(DType.FLOAT32, new FloatPanels());
    static final Gemm DOUBLES = new Gemm(DType.FLOAT64, new DoublePanels());

    private static final int ROWS = 240, COLUMNS = 2048;               // of a block: the panels of x fit into the second cache
    private static final int FEW = 64, FEWER = 24;                     // rows, for which y is not worth copying: if it is near, and if not
    private static final int NEAR = 1 << 20;                           // bytes: what of y the second cache keeps beside the rest
    private static final int HIGH = 24, WIDE = 16;                     // rows, and panels of columns, whose sums wait for what is done after it
    private static final int SOME = 16;                                // terms of y that are copied at once, for all panels
    private static final int SMALL = 512;                              // multiplications, below which packing does not pay

    private final Panels panels;
    private final TileTiers tiers;
    private final int bytes;                                           // of an element
    private final int deepest;                                         // terms of a block, at most

    private Gemm(DType dtype, Panels panels) {
        this.panels = panels;
        this.tiers = new TileTiers(dtype, panels);
        this.bytes = dtype.bits() / Byte.SIZE;
        this.deepest = Contraction.block(dtype);
    }

    static Gemm of(DType dtype) {
        return dtype == DType.FLOAT32 ? FLOATS : DOUBLES;
    }

    /// The terms of a block, where there are so many in all. It decides how results are rounded.
    int depth(int terms) {
        return Math.ceilDiv(terms, Math.max(1, Math.ceilDiv(terms, deepest)));
    }

    void run(Product p) {
        if (p.rows == 0 || p.columns == 0 || p.terms == 0 && p.add) return;
        if (p.terms > 0 && (long) p.rows * p.columns * p.terms <= SMALL) {
            small(p);
            return;
        }
        if (p.zColumn != 1 && p.zRow == 1 && p.after == null) p.transpose();
        run(p, tiers.tiles());
    }

    private void small(Product p) {
        if (p.after == null) {
            panels.small(p, p.z, p.z0, p.zRow, p.zColumn, p.add, depth(p.terms));
            return;
        }
        if (SMALL > p.size) p.memory = panels.array(p.size = SMALL);
        panels.small(p, p.memory, 0, p.columns, 1, false, depth(p.terms));
        p.complete(0, p.columns, 0, p.rows, 0, p.columns);
    }

    /// As [#run(Product)], by these tiles.
    void run(Product p, Tiles tiles) {
        int most = depth(p.terms);
        p.isInPlace = p.columns <= tiles.width(1);
        p.isDirect = p.yColumn == 1 && p.rows <= ((long) p.terms * p.columns * bytes > NEAR ? FEWER : FEW);
        p.isByRow = p.xTerm == 1 || p.isDirect;
        reserve(p, tiles, Math.max(most, 1));
        for (int column = 0; column < p.columns; column += COLUMNS) {
            int columns = Math.min(COLUMNS, p.columns - column);
            p.term = 0;
            do {
                p.depth = Math.min(most, p.terms - p.term);
                boolean isLast = p.term + p.depth == p.terms;
                packColumns(p, tiles, column, columns);
                for (p.row = 0; p.row < p.rows; p.row += ROWS) {
                    int rows = Math.min(ROWS, p.rows - p.row);
                    if (p.depth > 0) packRows(p, tiles, rows);
                    if (isLast && p.after != null) sums(p, tiles, rows, column, columns);
                    else for (int j = 0; j < columns; j += tiles.width(columns - j)) strip(p, tiles, rows, column, columns, j);
                }
                p.term += p.depth;
            } while (p.term < p.terms);
        }
    }

    /// Copies a block of `y`, or the columns that no tile reads where they are: a few terms of all panels, since a processor reads ahead in rows.
    private void packColumns(Product p, Tiles tiles, int column, int columns) {
        int from = p.y0 + p.term * p.yTerm + column * p.yColumn;
        int some = p.yColumn == 1 ? SOME : Math.max(p.depth, 1);
        for (int k = 0; k < p.depth; k += some) {
            for (int j = p.isDirect ? columns / tiles.columns() * tiles.columns() : 0, width; j < columns; j += width) {
                width = tiles.width(columns - j);
                if (p.isDirect && width <= columns - j) continue;
                int at = from + k * p.yTerm + j * p.yColumn, to = p.yPanel + j * p.depth + k * width, depth = Math.min(some, p.depth - k);
                if (p.yColumn == 1 && columns - j >= tiles.columns())
                    tiles.copying().run(p.x, 0, 0, 0, p.y, at, p.yTerm, depth, p.memory, to, 0, p.memory, 0, 0, false);
                else panels.pack(p.y, at, p.yColumn, p.yTerm, Math.min(width, columns - j), width, depth, p.memory, to);
            }
        }
    }

    /// Copies a block of `x`, or the rows that no tile reads where they are: row by row where its rows are, or else as the columns of `y`.
    private void packRows(Product p, Tiles tiles, int rows) {
        int some = p.xRow == 1 && !p.isByRow ? SOME : p.depth;
        for (int k = 0; k < p.depth; k += some) {
            for (int i = 0, height; i < rows; i += height) {
                height = tiles.heights()[tiles.next(rows - i)];
                if (p.isInPlace && height <= rows - i) continue;
                int at = p.x0 + (p.row + i) * p.xRow + (p.term + k) * p.xTerm, to = p.xPanel + i * (p.isByRow ? tiles.row() : p.depth) + k * height;
                int high = Math.min(height, rows - i);
                if (p.isByRow) panels.pack(p.x, at, p.xTerm, p.xRow, p.depth, tiles.row(), high, p.memory, to);
                else panels.pack(p.x, at, p.xRow, p.xTerm, high, height, Math.min(some, p.depth - k), p.memory, to);
            }
        }
    }

    /// The columns of one panel of `y`, which begins at `j`, for a block of rows.
    private void strip(Product p, Tiles tiles, int rows, int column, int columns, int j) {
        int width = tiles.width(columns - j);
        boolean add = p.add || p.term > 0;
        for (int i = 0, height; i < rows; i += height) {
            int which = tiles.next(rows - i);
            height = tiles.heights()[which];
            int z0 = p.z0 + (p.row + i) * p.zRow + (column + j) * p.zColumn;
            if (p.zColumn == 1 && width <= columns - j && height <= rows - i) {
                tile(p, tiles, which, i, rows, column, columns, j, p.z, z0, p.zRow, p.z, z0, p.zRow, add);
            } else {
                tile(p, tiles, which, i, rows, column, columns, j, p.memory, p.tile, width, p.memory, p.tile, 0, false);
                panels.spill(p.memory, p.tile, width, p.z, z0, p.zRow, p.zColumn, Math.min(height, rows - i), Math.min(width, columns - j), add);
            }
        }
    }

    /// A block of rows and columns with the last terms: the sums go to memory of their own, some rows and columns at a time, and on from there.
    private void sums(Product p, Tiles tiles, int rows, int column, int columns) {
        int high = HIGH / tiles.heights()[0] * tiles.heights()[0];
        int wide = WIDE * tiles.columns();
        int stride = stride(tiles, p);
        for (int left = 0; left < columns; left += wide) {
            int right = Math.min(columns, left + wide);
            for (int top = 0, bottom; top < rows; top = bottom) {
                bottom = rows - top <= high + tiles.lowest() ? rows : top + high;      // where panels of rows end
                for (int j = left; j < right; j += tiles.width(columns - j))
                    for (int i = top; i < bottom;) i += sums(p, tiles, i, rows, column, columns, j, p.sums + (i - top) * stride + j - left, stride);
                p.complete(p.sums, stride, p.row + top, bottom - top, column + left, right - left);
            }
        }
    }

    /// One tile of sums, with what is in `z` from the terms before.
    ///
    /// @return its height
    private int sums(Product p, Tiles tiles, int i, int rows, int column, int columns, int j, int to, int stride) {
        int which = tiles.next(rows - i);
        int height = tiles.heights()[which];
        int width = tiles.width(columns - j);
        int z0 = p.z0 + (p.row + i) * p.zRow + (column + j) * p.zColumn;
        boolean add = p.term > 0;
        boolean isWhole = p.zColumn == 1 && width <= columns - j && height <= rows - i;
        tile(p, tiles, which, i, rows, column, columns, j, p.memory, to, stride, p.z, z0, p.zRow, add && isWhole);
        if (add && !isWhole)
            panels.add(p.memory, to, stride, p.z, z0, p.zRow, p.zColumn, Math.min(height, rows - i), Math.min(width, columns - j));
        return height;
    }

    /// One tile: row `i` and column `j` of a block, which is as large as said, and so on.
    private void tile(Product p, Tiles tiles, int which, int i, int rows, int column, int columns, int j, Object z, int z0, int zRow, Object s,
            int s0, int sRow, boolean add) {
        int width = tiles.width(columns - j);
        boolean isWide = width == tiles.columns();
        boolean isDirect = p.isDirect && width <= columns - j;
        Object y = isDirect ? p.y : p.memory;
        int y0 = isDirect ? p.y0 + p.term * p.yTerm + column + j : p.yPanel + j * p.depth;
        int yTerm = isDirect ? p.yTerm : width;
        int height = tiles.heights()[which];
        Tile[] wide = isDirect ? tiles.inPlace() : p.isByRow ? tiles.byRow() : tiles.byTerm();
        int xRow = p.isByRow ? tiles.row() : 1, xTerm = p.isByRow ? 1 : height;
        if (p.isInPlace && height <= rows - i)
            tiles.narrow()[which].run(p.x, p.x0 + (p.row + i) * p.xRow + p.term * p.xTerm, p.xRow, p.xTerm, y, y0, yTerm, p.depth, z, z0, zRow, s, s0,
                    sRow, add);
        else
            (isWide ? wide : tiles.narrow())[which].run(p.memory, p.xPanel + i * (p.isByRow ? xRow : p.depth), xRow, xTerm, y, y0, yTerm, p.depth,
                    z, z0, zRow, s, s0, sRow, add);
    }

    /// How far rows of sums lie apart. Not a power of two: those would share places in the cache.
    private static int stride(Tiles tiles, Product p) {
        return (Math.min(WIDE, Math.ceilDiv(p.columns, tiles.columns())) + 1) * tiles.columns();
    }

    private void reserve(Product p, Tiles tiles, int depth) {
        int height = tiles.heights()[0];
        int rows = Math.min(ROWS, p.rows) + height;
        int x = rows * (p.isByRow ? tiles.row() : depth);
        int y = (Math.min(COLUMNS, p.columns) + tiles.columns()) * depth;
        int tile = height * tiles.columns();
        int sums = p.after == null ? 0 : (Math.min(HIGH, p.rows) + height) * stride(tiles, p);
        p.xPanel = CacheLines.first(bytes);
        p.yPanel = p.xPanel + CacheLines.whole(x, bytes);
        p.tile = p.yPanel + CacheLines.whole(y, bytes);
        p.sums = p.tile + CacheLines.whole(tile, bytes);
        int size = p.sums + sums;
        if (size > p.size) p.memory = panels.array(p.size = Math.max(size, CacheLines.least(bytes)));
    }
}
