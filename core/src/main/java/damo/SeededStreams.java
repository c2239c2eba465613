package damo;

import damo.graph.Graph;
import damo.graph.Variable;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.List;

/// Random streams with state: every draw has a [Shared] state of its own, which each call of a function that mentions it advances, unless
/// the function was made with [FunctionBuilder#withoutDefaultUpdates]. Functions that mention one draw share its stream. All states follow
/// from one seed, in the order in which the draws were made.
///
/// - **Threads** safe; draws get their seeds in the order in which they are made
public abstract sealed class SeededStreams extends Distributions permits RandomStreams, MrgRandomStreams {
    /// The state of one draw.
    ///
    /// @param kind what may copy its state: draws of one kind
    record Stream(Shared state, String kind) {}

    private final List<Stream> streams = new ArrayList<>();
    private NDArray source;                              // from which the state of the next draw follows

    SeededStreams(long seed) {
        source = source(seed);
    }

    /// What a seed starts with.
    abstract NDArray source(long seed);

    /// The state with which a draw of this kind starts, and what the next one follows from.
    abstract List<NDArray> start(NDArray source, String kind);

    /// The state of a draw of this kind that has the seed for itself.
    abstract NDArray seeded(long seed, String kind);

    /// @throws DamoException if `state` is no state of a draw of this kind
    abstract void check(NDArray state, String kind);

    /// The state of a new draw.
    final synchronized Shared stream(String kind, String name) {
        List<NDArray> start = start(source, kind);
        source = start.getLast();
        streams.add(new Stream(new Shared(start.getFirst(), name), kind));
        return streams.getLast().state();
    }

    /// The state from which `drawn` is drawn: what this object gave, or something computed from one such draw.
    ///
    /// @throws DamoException if `drawn` depends on no draw of this object, or on several
    public StreamState state(Variable drawn) {
        List<Stream> found;
        synchronized (this) {
            List<Variable> order = Graph.order(List.of(drawn));
            found = streams.stream().filter(s -> order.contains(s.state())).toList();
        }
        if (found.size() == 1) return new StreamState(this, found.getFirst());
        throw Variable.error("state", found.isEmpty() ? "it does not depend on a draw of these streams; pass what uniform or normal of this object gave"
                : "it depends on %d draws of these streams; pass one of them".formatted(found.size()), List.of(drawn));
    }

    /// Starts all streams anew, as if this had been made with this seed and the same draws in the same order.
    public synchronized void seed(long seed) {
        NDArray next = source(seed);
        for (Stream stream : streams) {
            List<NDArray> start = start(next, stream.kind());
            stream.state().set(start.getFirst());
            next = start.getLast();
        }
        source = next;
    }

    /// The states of all draws, and last what new draws follow from.
    private synchronized List<NDArray> states() {
        var all = new ArrayList<NDArray>();
        streams.forEach(s -> all.add(s.state().borrow()));
        all.add(source);
        return all;
    }

    private synchronized List<String> kinds() {
        return streams.stream().map(Stream::kind).toList();
    }

    /// From now on this draws what `other` would, draw by draw in the order in which they were made.
    final void copyFrom(SeededStreams other) {
        List<String> kinds = other.kinds();
        List<NDArray> states = other.states();
        synchronized (this) {
            if (!kinds().equals(kinds) || states.size() != kinds.size() + 1)
                throw new DamoException("copyStateFrom: these streams draw %s, the others %s; both need the same draws in the same order"
                        .formatted(kinds(), kinds));
            for (int i = 0; i < streams.size(); i++) streams.get(i).state().set(states.get(i));
            source = states.getLast();
        }
    }
}
