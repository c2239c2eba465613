package damo.jvm;

/// The kernels of one compiled class.
public interface KernelCode {
    /// Runs the kernel with this number on flat arrays, with these extents; which is where, the caller said when the class was made.
    ///
    /// @param from where a kernel that can be divided begins on its axis
    /// @param to where it ends, at the latest
    void run(int kernel, Object[] buffers, int[] symbols, int from, int to);

    /// Runs all of it.
    default void run(int kernel, Object[] buffers, int[] symbols) {
        run(kernel, buffers, symbols, 0, Integer.MAX_VALUE);
    }
}
