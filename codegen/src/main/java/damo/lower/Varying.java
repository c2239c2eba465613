package damo.lower;

/// An extent changes from step to step of a loop, so no memory can be planned for it.
final class Varying extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Varying() {
        super("an extent changes from step to step", null, false, false);
    }
}
