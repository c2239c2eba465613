package damo.kernel;

import java.util.List;

/// Puts `value` at the position `at` of a buffer; one position for each axis of the buffer.
///
/// No two iterations store to one place, unless `adds`: then the buffer is zero before the first iteration, each adds to what is there, and they
/// come in the order of the axes.
public record Store(Buffer to, List<Value> at, Value value, boolean adds) {
    /// A store at these positions.
    public Store {
        at = List.copyOf(at);
    }

    /// A store to a place of its own in each iteration.
    public Store(Buffer to, List<Value> at, Value value) {
        this(to, at, value, false);
    }

    /// The same kind of store of something else.
    public Store with(List<Value> positions, Value other) {
        return new Store(to, positions, other, adds);
    }

    /// Whether the kernel stores all of the buffer: not one row for the step of a loop around it.
    public boolean isWhole() {
        var free = new FreeAxes();
        return at.stream().allMatch(v -> v.op() instanceof Scalar.Whole || !free.of(v).isEmpty());
    }
}
