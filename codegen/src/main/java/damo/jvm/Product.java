package damo.jvm;

/// A product of matrices, `z = x·y` or `z += x·y`; each lies in a flat array from a place on, and is reached by two strides. The result shares no
/// memory with the operands.
///
/// @param rows of `x` and `z`
/// @param columns of `y` and `z`
/// @param terms of each sum: columns of `x`, rows of `y`
public record Product(Object x, int x0, int xRow, int xTerm, Object y, int y0, int yTerm, int yColumn, Object z, int z0, int zRow, int zColumn,
        int rows, int columns, int terms, boolean add) {
    /// The same with everything transposed: `zᵀ = yᵀ·xᵀ`.
    Product transposed() {
        return new Product(y, y0, yColumn, yTerm, x, x0, xTerm, xRow, z, z0, zColumn, zRow, columns, rows, terms, add);
    }

    /// Only some rows: what one of several threads does. Each element of the result is the same whoever computes it.
    Product rows(int from, int to) {
        return new Product(x, x0 + from * xRow, xRow, xTerm, y, y0, yTerm, yColumn, z, z0 + from * zRow, zRow, zColumn, to - from, columns,
                terms, add);
    }
}
