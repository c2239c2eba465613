package damo.jvm;

/// The kernels of one compiled class.
public interface KernelCode {
    /// Runs the kernel with this number on flat arrays, with these extents; which is where, the caller said when the class was made.
    void run(int kernel, Object[] buffers, int[] symbols);
}
