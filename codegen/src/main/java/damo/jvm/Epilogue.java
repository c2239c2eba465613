package damo.jvm;

/// What compiled code does with finished sums of a product of matrices: a bias, an activation, and where the results go.
public interface Epilogue {
    /// Computes and stores what the contraction with this number makes of the sums of some rows and columns.
    ///
    /// @param buffers as the kernel got them, like `symbols`
    /// @param sums the sum in row `i` and column `j` is at `from + i·stride + j`
    /// @param around which position of the loops around the product it is
    void run(int kernel, Object[] buffers, int[] symbols, Object sums, int from, int stride, int around, int row, int rowEnd, int column,
            int columnEnd);
}
