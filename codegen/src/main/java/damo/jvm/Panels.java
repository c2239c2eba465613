package damo.jvm;

/// What a matrix product does with single elements of a dtype: copying into panels and out of tiles, and products too small for that.
interface Panels {
    /// A new array.
    Object array(int size);

    /// Copies `count` rows (or columns) into a panel: for each of `depth` terms, `width` elements, of which those beyond `count` stay as they are.
    ///
    /// @param along how far the rows (or columns) lie apart in `from`
    /// @param term how far the terms lie apart
    void pack(Object from, int at, int along, int term, int count, int width, int depth, Object to, int start);

    /// Puts the upper left part of a tile, which begins at `at` and whose rows are `width` long, where it belongs, or adds it there.
    void spill(Object tile, int at, int width, Object z, int z0, int zRow, int zColumn, int rows, int columns, boolean add);

    /// Adds what is in `z` to `sums`, whose rows are `width` long.
    void add(Object sums, int at, int width, Object z, int z0, int zRow, int zColumn, int rows, int columns);

    /// The whole product to `z`, in the same order of summation as tiles have it: in blocks of `block` terms.
    void small(Product p, Object z, int z0, int zRow, int zColumn, boolean add, int block);
}
