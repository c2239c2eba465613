package damo.jvm;

/// The innermost part of a matrix product, emitted by [TileClass] for one dtype and one number of rows and columns.
public interface Tile {
    /// `z = Σ a·b`, or `z = s + Σ a·b`, for a few rows and columns. Each sum runs over `depth` terms in order, by fused multiply-adds, from 0.
    /// A tile of no rows copies `b` instead: the terms come to `z`, one behind the other.
    ///
    /// @param a row `r` and term `k` are at `a0 + r·aRow + k·aTerm`; most tiles know these two distances, and are called with no others
    /// @param b for each term, one element for each column, from `b0`; the terms lie `bTerm` apart
    /// @param z row-major, from `z0`; the rows lie `zRow` apart
    /// @param s the same, perhaps the same memory; read only if `add`
    void run(Object a, int a0, int aRow, int aTerm, Object b, int b0, int bTerm, int depth, Object z, int z0, int zRow, Object s, int s0, int sRow,
            boolean add);
}
