package damo.jvm;

import damo.CompilerBug;
import damo.type.DType;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;

/// The tiles for a dtype, of several heights and two widths: for the last columns, if they are few, there are tiles of half the width.
///
/// @param lanes how many elements a vector has; 1 if there are no vectors
/// @param heights how many rows each tile has, the most first
/// @param columns how many columns a wide tile has
/// @param wide the wide tiles, one for each height
/// @param narrow the others
record Tiles(DType dtype, int lanes, int columns, int[] heights, Tile[] wide, Tile[] narrow) {
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
        return new Tiles(dtype, lanes, lanes * vectors, heights, tiles(dtype, lanes, vectors, heights), tiles(dtype, lanes, vectors / 2, heights));
    }

    private static Tile[] tiles(DType dtype, int lanes, int vectors, int[] heights) {
        return Arrays.stream(heights).mapToObj(rows -> tile(dtype, lanes, rows, vectors)).toArray(Tile[]::new);
    }

    private static Tile tile(DType dtype, int lanes, int rows, int vectors) {
        byte[] bytes = TileClass.of("damo/jvm/Tile_%s_%dx%d".formatted(dtype, rows, lanes * vectors), dtype, lanes, rows, vectors);
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

    /// The tile of a height, by its number, and of a width.
    Tile tile(int which, int width) {
        return width == columns ? wide[which] : narrow[which];
    }
}
