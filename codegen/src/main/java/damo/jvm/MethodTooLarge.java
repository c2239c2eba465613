package damo.jvm;

/// A kernel's bytecode is longer than what HotSpot compiles; smaller kernels are needed.
public final class MethodTooLarge extends RuntimeException {
    private static final long serialVersionUID = 1L;
    /// HotSpot's `HugeMethodLimit`.
    public static final int LIMIT = 8000;
    private final String kernel;
    private final int bytes;

    MethodTooLarge(String kernel, int bytes) {
        super("kernel '%s' is %d bytes of bytecode, but HotSpot compiles at most %d; split it".formatted(kernel, bytes, LIMIT));
        this.kernel = kernel;
        this.bytes = bytes;
    }

    /// The kernel's name.
    public String kernel() {
        return kernel;
    }

    /// The size of its method.
    public int bytes() {
        return bytes;
    }
}
