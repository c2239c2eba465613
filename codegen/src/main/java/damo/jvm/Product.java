package damo.jvm;

import damo.spi.Pool;

/// A product of matrices, `z = x·y` or `z += x·y`, with the memory that it takes. Emitted code takes one ([#ofFloats], [#ofDoubles]), says what is
/// to be multiplied, and runs it; then it is used again. The result shares no memory with the operands.
///
/// Each matrix lies in a flat array from a place on, and is reached by two strides.
public final class Product {
    private static final Pool<Product> FLOATS = new Pool<>(() -> new Product(Gemm.FLOATS)), DOUBLES = new Pool<>(() -> new Product(Gemm.DOUBLES));

    private final Gemm gemm;
    Object x;
    int x0;
    int xRow;
    int xTerm;
    Object y;
    int y0;
    int yTerm;
    int yColumn;
    Object z;
    int z0;
    int zRow;
    int zColumn;
    int rows;                                                          // of x and z
    int columns;                                                       // of y and z
    int terms;                                                         // of each sum
    boolean add;
    Epilogue after;                                                    // null where the sums are all that is wanted
    private int kernel;
    private Object[] buffers;
    private int[] symbols;
    private int around;
    private int firstRow;
    boolean isInPlace;                                                 // x is read where it is, and not from panels
    boolean isDirect;                                                  // y is
    boolean isByRow;                                                   // panels of x lie row by row, as all do that meet y where it is
    int row;                                                           // the first of the block at hand, as `term`
    int term;
    int depth;                                                         // how many terms it has
    Object memory;                                                     // so many elements of it, and what lies from where on
    int size;
    int xPanel;
    int yPanel;
    int tile;
    int sums;

    Product(Gemm gemm) {
        this.gemm = gemm;
    }

    /// One for `float[]`.
    public static Product ofFloats() {
        return FLOATS.take();
    }

    /// One for `double[]`.
    public static Product ofDoubles() {
        return DOUBLES.take();
    }

    /// The first operand.
    public Product x(Object array, int from, int row, int term) {
        x = array;
        x0 = from;
        xRow = row;
        xTerm = term;
        return this;
    }

    /// The second operand.
    public Product y(Object array, int from, int term, int column) {
        y = array;
        y0 = from;
        yTerm = term;
        yColumn = column;
        return this;
    }

    /// Where the result goes, to be added if `add`.
    public Product z(Object array, int from, int row, int column, boolean add) {
        z = array;
        z0 = from;
        zRow = row;
        zColumn = column;
        this.add = add;
        return this;
    }

    /// How large it is; nothing is done after it, and all rows are made.
    public Product size(int rows, int columns, int terms) {
        this.rows = rows;
        this.columns = columns;
        this.terms = terms;
        firstRow = 0;
        after = null;
        return this;
    }

    /// Only some rows: what one of several threads does. Each element of the result is the same whoever computes it.
    public Product rows(int from, int to) {
        int first = Math.min(from, rows);
        rows = Math.max(Math.min(to, rows), first) - first;
        x0 += first * xRow;
        z0 += first * zRow;
        firstRow += first;
        return this;
    }

    /// Hands sums to `epilogue` as they are complete; until then they may be in the memory of the result, of which nothing else is known.
    ///
    /// @param kernel its number, and what else it is to be called with
    public Product then(Epilogue epilogue, int kernel, Object[] buffers, int[] symbols, int around) {
        after = epilogue;
        this.kernel = kernel;
        this.buffers = buffers;
        this.symbols = symbols;
        this.around = around;
        return this;
    }

    /// Does it.
    public void run() {
        gemm.run(this);
        x = y = z = null;
        after = null;
        buffers = null;
        symbols = null;
        (gemm == Gemm.FLOATS ? FLOATS : DOUBLES).give(this);
    }

    /// From here on with everything transposed: `zᵀ = yᵀ·xᵀ`.
    void transpose() {
        Object array = x;
        int from = x0, far = xRow, near = xTerm;
        x(y, y0, yColumn, yTerm);
        y(array, from, near, far);
        z(z, z0, zColumn, zRow, add);
        int count = rows;
        rows = columns;
        columns = count;
    }

    /// The sums of some rows and columns are complete: in `memory` from `from` on, the rows `stride` apart.
    void complete(int from, int stride, int row, int height, int column, int width) {
        int first = firstRow + row;
        after.run(kernel, buffers, symbols, memory, from - first * stride - column, stride, around, first, first + height, column, column + width);
    }
}
