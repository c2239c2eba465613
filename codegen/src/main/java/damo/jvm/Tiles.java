package damo.jvm;

import damo.CompilerBug;
import damo.type.DType;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import java.util.function.IntFunction;

/// The tiles for a dtype, of several heights and two widths: for the last columns, if they are few, there are tiles of half the width. The wide
/// ones read `x` from packed blocks, which lie term by term or row by row; the narrow ones read it wherever it is, since few columns are not worth
/// a copy.
///
/// @param lanes how many elements a vector has; 1 if there are no vectors
/// @param heights how many rows each tile has, the most first
/// @param columns how many columns a wide tile has
/// @param byTerm the wide tiles, one for each height, for panels of as many rows that lie term by term
/// @param byRow the same for blocks in which rows are [#ROW] elements apart
/// @param narrow the narrow tiles, one for each height
/// @param copying one as wide as the wide ones, which copies
record Tiles(DType dtype, int lanes, int columns, int[] heights, Tile[] byTerm, Tile[] byRow, Tile[] narrow, Tile copying) {
    /// How far apart rows are in blocks that lie row by row. Not a power of two: those would share places in the cache. And not whole lines of the
    /// cache: so the rows of a tile come to the ends of their lines one after the other, and not all at the same term.
    static final int ROW = 329;

    private static final int VECTORS = 2;

    /// Tiles without vectors: sums of scalars, as many as the registers hold.
    static Tiles scalar(DType dtype) {
        return of(dtype, 1, 4, 4, 2);
    }

    /// Tiles of vectors of so many bits. A processor with vectors of 256 bits has 16 registers, all others have 32.
    static Tiles vector(DType dtype, int bits) {
        int lanes = bits / dtype.bits();
        return bits == 256 ? of(dtype, lanes, VECTORS, 6, 4, 2) : of(dtype, lanes, VECTORS, 12, 8, 4);
    }

    private static Tiles of(DType dtype, int lanes, int vectors, int... heights) {
        IntFunction<Tile> byTerm = rows -> tile(dtype, lanes, rows, vectors, 1, rows), byRow = rows -> tile(dtype, lanes, rows, vectors, ROW, 1),
                narrow = rows -> tile(dtype, lanes, rows, vectors / 2, 0, 0);
        return new Tiles(dtype, lanes, lanes * vectors, heights, each(heights, byTerm), each(heights, byRow), each(heights, narrow),
                tile(dtype, lanes, 0, vectors, 0, 0));
    }

    private static Tile[] each(int[] heights, IntFunction<Tile> tile) {
        return Arrays.stream(heights).mapToObj(tile).toArray(Tile[]::new);
    }

    private static Tile tile(DType dtype, int lanes, int rows, int vectors, int aRow, int aTerm) {
        String name = "damo/jvm/Tile_%s_%dx%d_%d_%d".formatted(dtype, rows, lanes * vectors, aRow, aTerm);
        byte[] bytes = TileClass.of(name, dtype, lanes, rows, vectors, aRow, aTerm);
        try {
            return (Tile) MethodHandles.lookup().defineHiddenClass(bytes, true).lookupClass().getConstructor().newInstance();
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new CompilerBug("load", e, "a tile of %d x %d of %s".formatted(rows, lanes * vectors, dtype));
        }
    }

    /// The number of the tile for the next rows when so many are left: the highest that is full, but so that the lowest, which reads the most for
    /// what it computes, is not left over.
    int next(int left) {
        int units = Math.ceilDiv(left, lowest());
        int i = 0;
        while (i < heights.length - 1 && (heights[i] > units * lowest() || heights[i] == (units - 1) * lowest())) i++;
        return i;
    }

    /// How high the lowest is; the others are multiples of it.
    int lowest() {
        return heights[heights.length - 1];
    }

    /// How many columns the next tile has when so many are left.
    int width(int left) {
        return left <= columns / 2 ? columns / 2 : columns;
    }
}
