package damo.kernel;

import java.util.List;

/// Puts `value` at the position `at` of a buffer; one position for each axis of the buffer. No two iterations store to one place.
public record Store(Buffer to, List<Value> at, Value value) {
    /// A store at these positions.
    public Store {
        at = List.copyOf(at);
    }
}
