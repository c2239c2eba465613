package damo.jvm;

import damo.CompilerBug;
import damo.plan.Contraction;
import damo.type.DType;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import java.util.function.IntFunction;

/// The tiles for a dtype, of several heights and two widths: for the last columns, if they are few, there are tiles of half the width. The wide
/// ones read `x` from packed blocks, which lie term by term or row by row, and `y` from packed panels, where HotSpot knows all distances and checks
/// no range; or `y` where it is, if few rows are not worth a copy. The narrow ones read `x` wherever it is, since few columns are not worth one.
///
/// @param lanes how many elements a vector has; 1 if there are no vectors
/// @param heights how many rows each tile has, the most first
/// @param columns how many columns a wide tile has
/// @param byTerm the wide tiles, one for each height, for panels of as many rows that lie term by term
/// @param byRow the same for blocks in which rows are [#row] elements apart
/// @param inPlace the same where `y` is not packed
/// @param narrow the narrow tiles, one for each height
/// @param copying one as wide as the wide ones, which copies
record Tiles(DType dtype, int lanes, int columns, int[] heights, Tile[] byTerm, Tile[] byRow, Tile[] inPlace,
        Tile[] narrow, Tile copying) {
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

    /// How far apart rows are in blocks that lie row by row. Not a power of two: those would share places in the cache. And not whole lines of the
    /// cache: so the rows of a tile come to the ends of their lines one after the other, and not all at the same term.
    int row() {
        return row(dtype);
    }

    private static int row(DType dtype) {
        return Contraction.block(dtype) + 9;
    }

    private static Tiles of(DType dtype, int lanes, int vectors, int... heights) {
        int columns = lanes * vectors, row = row(dtype);
        return new Tiles(dtype, lanes, columns, heights, each(heights, rows -> tile(dtype, lanes, rows, vectors, 1, rows, columns)),
                each(heights, rows -> tile(dtype, lanes, rows, vectors, row, 1, columns)),
                each(heights, rows -> tile(dtype, lanes, rows, vectors, row, 1, 0)),
                each(heights, rows -> tile(dtype, lanes, rows, vectors / 2, 0, 0, 0)), tile(dtype, lanes, 0, vectors, 0, 0, 0));
    }

    private static Tile[] each(int[] heights, IntFunction<Tile> tile) {
        return Arrays.stream(heights).mapToObj(tile).toArray(Tile[]::new);
    }

    private static Tile tile(DType dtype, int lanes, int rows, int vectors, int aRow, int aTerm, int bTerm) {
        String name = "damo/jvm/Tile_%s_%dx%d_%d_%d_%d".formatted(dtype, rows, lanes * vectors, aRow, aTerm, bTerm);
        byte[] bytes = TileClass.of(name, dtype, lanes, rows, vectors, aRow, aTerm, bTerm);
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
