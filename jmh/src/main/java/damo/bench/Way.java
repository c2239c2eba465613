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
    OPENBLAS("OpenBLAS");

    final String title;

    Way(String title) {
        this.title = title;
    }

    /// Whether what it needs is in this class path.
    boolean available() {
        return this != OPENBLAS || Way.class.getResource(OpenBlas.LIBRARY) != null;
    }
}
