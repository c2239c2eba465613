package damo.jvm;

import damo.type.DType;

/// Products of matrices, of float32 or float64: packed into panels, in blocks that fit the caches, by a [Tile].
///
/// Each element of a result is summed in the order of its terms, by fused multiply-adds, in blocks of [#depth] terms which are added: the same
/// bits whatever does it, vectors or scalars, whichever rows. What is done after it is done for some 100 KB of sums at a time: they are in the
/// second cache, and what else it reads and writes comes in pieces of rows that the processor reads ahead.
final class Gemm {
    static final Gemm FLOATS = new Gemm(DType.FLOAT32, new FloatPanels());
    static final Gemm DOUBLES = new Gemm(DType.FLOAT64, new DoublePanels());

    private static final int DEPTH = 320;                              // terms of a block, at most
    private static final int ROWS = 240, COLUMNS = 2048;               // of a block: the panels of x fit into the second cache
    private static final int HIGH = 48, WIDE = 16;                     // rows, and panels of columns, whose sums wait for what is done after it
    private static final int SMALL = 512;                              // multiplications, below which packing does not pay

    private final Panels panels;
    private final TileTiers tiers;

    private Gemm(DType dtype, Panels panels) {
        this.panels = panels;
        this.tiers = new TileTiers(dtype, panels);
    }

    static Gemm of(DType dtype) {
        return dtype == DType.FLOAT32 ? FLOATS : DOUBLES;
    }

    /// The terms of a block, where there are so many in all. It decides how results are rounded.
    static int depth(int terms) {
        return Math.ceilDiv(terms, Math.max(1, Math.ceilDiv(terms, DEPTH)));
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
        if (SMALL > p.sumsSize) p.sums = panels.array(p.sumsSize = SMALL);
        panels.small(p, p.sums, 0, p.columns, 1, false, depth(p.terms));
        p.complete(0, p.columns, 0, p.rows, 0, p.columns);
    }

    /// As [#run(Product)], by these tiles.
    void run(Product p, Tiles tiles) {
        int most = depth(p.terms);
        reserve(p, tiles, Math.max(most, 1));
        boolean direct = p.yColumn == 1 && p.rows <= ROWS;             // what one block of rows reads is not worth copying
        for (int column = 0; column < p.columns; column += COLUMNS) {
            int columns = Math.min(COLUMNS, p.columns - column);
            int term = 0;
            do {
                int depth = Math.min(most, p.terms - term);
                boolean isLast = term + depth == p.terms;
                int y0 = p.y0 + term * p.yTerm + column * p.yColumn;
                for (int j = 0, width; j < columns; j += width) {
                    width = tiles.width(columns - j);
                    if (!direct || width > columns - j)
                        panels.pack(p.y, y0 + j * p.yColumn, p.yColumn, p.yTerm, Math.min(width, columns - j), width, depth, p.yPanel, j * depth);
                }
                for (int row = 0; row < p.rows; row += ROWS) {
                    int rows = Math.min(ROWS, p.rows - row);
                    pack(p, tiles, row, rows, term, depth);
                    if (isLast && p.after != null) {
                        sums(p, tiles, row, rows, column, columns, term, depth, direct);
                        continue;
                    }
                    for (int j = 0, width; j < columns; j += width) {
                        width = tiles.width(columns - j);
                        boolean inPlace = direct && width <= columns - j;
                        strip(p, tiles, row, rows, column + j, columns - j, width, depth, p.add || term > 0,
                                inPlace ? p.y : p.yPanel, inPlace ? y0 + j : j * depth, inPlace ? p.yTerm : width);
                    }
                }
                term += depth;
            } while (term < p.terms);
        }
    }

    private void pack(Product p, Tiles tiles, int row, int rows, int term, int depth) {
        int x0 = p.x0 + row * p.xRow + term * p.xTerm;
        int start = 0;
        for (int i = 0; i < rows;) {
            int height = tiles.heights()[tiles.next(rows - i)];
            panels.pack(p.x, x0 + i * p.xRow, p.xRow, p.xTerm, Math.min(height, rows - i), height, depth, p.xPanel, start);
            start += height * depth;
            i += height;
        }
    }

    /// The columns of one panel of `y` for a block of rows.
    private void strip(Product p, Tiles tiles, int row, int rows, int column, int columns, int width, int depth, boolean add, Object y, int y0,
            int yTerm) {
        int start = 0;
        for (int i = 0; i < rows;) {
            int which = tiles.next(rows - i);
            int height = tiles.heights()[which];
            Tile tile = tiles.tile(which, width);
            int z0 = p.z0 + (row + i) * p.zRow + column * p.zColumn;
            if (p.zColumn == 1 && width <= columns && height <= rows - i) {
                tile.run(p.xPanel, start, y, y0, yTerm, depth, p.z, z0, p.zRow, p.z, z0, p.zRow, add);
            } else {
                tile.run(p.xPanel, start, y, y0, yTerm, depth, p.tile, 0, width, p.tile, 0, 0, false);
                panels.spill(p.tile, width, p.z, z0, p.zRow, p.zColumn, Math.min(height, rows - i), Math.min(width, columns), add);
            }
            start += height * depth;
            i += height;
        }
    }

    /// A block of rows and columns with the last terms: the sums go to memory of their own, some rows and columns at a time, and on from there.
    private void sums(Product p, Tiles tiles, int row, int rows, int column, int columns, int term, int depth, boolean direct) {
        int y0 = p.y0 + term * p.yTerm + column * p.yColumn;
        int high = HIGH / tiles.heights()[0] * tiles.heights()[0];
        int stride = stride(tiles, p);
        for (int left = 0; left < columns; left += WIDE * tiles.columns()) {
            int right = Math.min(columns, left + WIDE * tiles.columns());
            for (int top = 0, bottom; top < rows; top = bottom) {
                bottom = rows - top <= high + tiles.lowest() ? rows : top + high;      // as `Tiles.next` goes on
                for (int j = left, width; j < right; j += width) {
                    width = tiles.width(columns - j);
                    boolean inPlace = direct && width <= columns - j;
                    tiles(p, tiles, row, top, bottom, column + j, columns - j, width, depth, term > 0, inPlace ? p.y : p.yPanel,
                            inPlace ? y0 + j : j * depth, inPlace ? p.yTerm : width, j - left, stride);
                }
                p.complete(0, stride, row + top, bottom - top, column + left, right - left);
            }
        }
    }

    /// The tiles of one panel of `y` for some rows of a block, with what is in `z`, if `add`.
    private void tiles(Product p, Tiles tiles, int row, int top, int bottom, int column, int columns, int width, int depth, boolean add, Object y,
            int y0, int yTerm, int start, int stride) {
        for (int i = top; i < bottom;) {
            int which = tiles.next(bottom - i);
            int height = tiles.heights()[which];
            int to = start + (i - top) * stride;
            int z0 = p.z0 + (row + i) * p.zRow + column * p.zColumn;
            boolean isWhole = p.zColumn == 1 && width <= columns && height <= bottom - i;
            tiles.tile(which, width).run(p.xPanel, i * depth, y, y0, yTerm, depth, p.sums, to, stride, p.z, z0, p.zRow, add && isWhole);
            if (add && !isWhole) panels.add(p.sums, to, stride, p.z, z0, p.zRow, p.zColumn, Math.min(height, bottom - i), Math.min(width, columns));
            i += height;
        }
    }

    /// How far rows of sums lie apart. Not a power of two: those would share places in the cache.
    private static int stride(Tiles tiles, Product p) {
        return (Math.min(WIDE, Math.ceilDiv(p.columns, tiles.columns())) + 1) * tiles.columns();
    }

    private void reserve(Product p, Tiles tiles, int depth) {
        int height = tiles.heights()[0];
        int rows = Math.min(ROWS, p.rows) + height;
        int x = rows * depth;
        int y = (Math.min(COLUMNS, p.columns) + tiles.columns()) * depth;
        int tile = height * tiles.columns();
        int sums = p.after == null ? 0 : (Math.min(HIGH, p.rows) + height) * stride(tiles, p);
        if (x > p.xSize) p.xPanel = panels.array(p.xSize = x);
        if (y > p.ySize) p.yPanel = panels.array(p.ySize = y);
        if (tile > p.tileSize) p.tile = panels.array(p.tileSize = tile);
        if (sums > p.sumsSize) p.sums = panels.array(p.sumsSize = sums);
    }
}
