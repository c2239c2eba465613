package damo.kernel;

import java.util.List;

/// Puts `value` at the position `at` of a buffer; one position for each axis of the buffer. No two iterations store to one place.
public record Store(Buffer to, List<Value> at, Value value) {
    /// A store at these positions.
    public Store {
        at = List.copyOf(at);
    }

    /// Whether the kernel stores all of the buffer: not one row for the step of a loop around it.
    public boolean isWhole() {
        return at.stream().noneMatch(v -> v.op() instanceof Scalar.Symbol);
    }
}
