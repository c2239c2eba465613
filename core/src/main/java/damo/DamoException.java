package damo;

/// What the user can repair: a wrong shape, dtype, name, value or call. The message says what was asked, what was got,
/// what was needed and what to do; a call that throws it has changed no state.
public final class DamoException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// An error with this message.
    public DamoException(String message) {
        super(message);
    }

    /// An error with this message and the error that led to it.
    public DamoException(String message, Throwable cause) {
        super(message, cause);
    }
}
