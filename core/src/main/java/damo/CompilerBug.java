package damo;

/// Our error, never the user's: the compiler broke one of its own rules. The message carries the IR text in which it was noticed.
public final class CompilerBug extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// A bug noticed after `stage`, with the text of the IR that it was noticed in.
    public CompilerBug(String stage, String what, String ir) {
        super("compiler bug in '%s': %s. Please report it with this text:%n%s".formatted(stage, what, ir));
    }

    /// A bug noticed in `stage`, caused by `cause`, with the text of the IR at hand.
    public CompilerBug(String stage, Throwable cause, String ir) {
        super("compiler bug in '%s': %s. Please report it with this text:%n%s".formatted(stage, cause, ir), cause);
    }
}
