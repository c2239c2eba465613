package damo;

import damo.graph.Op;
import damo.graph.Variable;
import damo.interpret.Interpreter;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.List;

/// The state from which something is drawn: to look at, to save, to restore, to seed. What is made of several draws has the states of all
/// of them, one after the other along the first axis, in the order in which they were made.
public final class StreamState {
    private final SeededStreams streams;
    private final List<SeededStreams.Stream> parts;

    StreamState(SeededStreams streams, List<SeededStreams.Stream> parts) {
        this.streams = streams;
        this.parts = parts;
    }

    /// A copy of the state.
    public NDArray get() {
        if (parts.size() == 1) return parts.getFirst().state().get();
        return Interpreter.apply(new Op.Join(0, parts.stream().<Variable>map(SeededStreams.Stream::state).toList()),
                parts.stream().map(p -> p.state().borrow()).toList());
    }

    /// Continues from a state that [#get] gave, of the same draws or of others of their kinds.
    ///
    /// @throws DamoException if `state` is none; nothing has changed then
    public void set(NDArray state) {
        Shared first = parts.getFirst().state();
        NDArray copy = Arguments.convert("set: the state of " + parts.getFirst().kind(), first.type(), state, false).copy();
        long rows = parts.stream().mapToLong(StreamState::rows).sum();
        if (copy.extent(0) != rows)
            throw new DamoException("set: the state of %s has the extent %d along the first axis, not %d; pass what get gave"
                    .formatted(parts.stream().map(SeededStreams.Stream::kind).toList(), rows, copy.extent(0)));
        var values = new ArrayList<NDArray>();
        long from = 0;
        for (SeededStreams.Stream part : parts) {
            values.add(copy.slice(0, from, rows(part), 1));
            streams.check(values.getLast(), part.kind());
            from += rows(part);
        }
        for (int i = 0; i < values.size(); i++) parts.get(i).state().set(values.get(i));
    }

    private static long rows(SeededStreams.Stream part) {
        return part.state().borrow().extent(0);
    }

    /// Starts this alone anew, from a seed of its own.
    public void seed(long seed) {
        streams.seed(seed, parts);
    }
}
