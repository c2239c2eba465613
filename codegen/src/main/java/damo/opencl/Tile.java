package damo.opencl;

import damo.type.DType;
import java.util.List;

/// How a group shares a part of a product of matrices. It keeps a tile of the result, `rows` by `columns`, and takes in `depth` terms at a time,
/// which it puts into local memory first. Each item has a block of the tile in its registers: `blockRows` by `blockColumns`, in vectors of 16 bytes
/// that lie apart, so that neighbours read neighbours.
///
/// All tiles of a dtype give the same bits, so that each launch may take the one that suits its extents.
record Tile(int rows, int columns, int depth, int blockRows, int blockColumns) {
    private static final List<Tile> FLOATS = List.of(new Tile(64, 128, 16, 8, 8), new Tile(32, 64, 16, 4, 4));
    private static final List<Tile> DOUBLES = List.of(new Tile(64, 64, 16, 8, 4), new Tile(32, 32, 16, 4, 2));

    /// The tiles for products of `dtype`, the larger first. Their local memory is at most 17 KB; every device has 32.
    static List<Tile> of(DType dtype) {
        return dtype == DType.FLOAT32 ? FLOATS : DOUBLES;
    }

    /// Items beside each other.
    int across() {
        return columns / blockColumns;
    }

    /// Items below each other.
    int down() {
        return rows / blockRows;
    }

    /// What a group reads of its local memory for a term, which is what its time goes by.
    int effort() {
        return blockRows + blockColumns;
    }
}
