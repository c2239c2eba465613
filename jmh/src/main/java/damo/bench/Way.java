package damo.bench;

/// Who does the work.
public enum Way {
    DAMO("Damo"),
    /// Loops, straight on; what all others are checked against.
    PLAIN("plain Java"),
    /// By hand with `jdk.incubator.vector`, as an expert does.
    VECTOR("Vector API"),
    /// JOML's own methods.
    JOML("JOML"),
    /// Products by OpenBLAS, all else as in [#VECTOR].
    OPENBLAS("OpenBLAS", OpenBlas.LIBRARY),
    // Each a Peer.
    ONNX("ONNX Runtime", "/ai/onnxruntime/native/linux-x64/libonnxruntime.so"),
    TENSORFLOW("TensorFlow", "/org/tensorflow/internal/c_api/linux-x86_64/libjnitensorflow.so"),
    PYTORCH("PyTorch", "/pytorch/cpu/linux-x86_64/libtorch.so");

    final String title;
    /// The native library that it needs, or null.
    private final String library;

    Way(String title) {
        this(title, null);
    }

    Way(String title, String library) {
        this.title = title;
        this.library = library;
    }

    /// Whether what it needs is in this class path.
    boolean available() {
        return library == null || Way.class.getResource(library) != null;
    }
}
