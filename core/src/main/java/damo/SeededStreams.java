package damo;

import damo.graph.Graph;
import damo.graph.Variable;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/// Random streams with state: every draw has a [Shared] state of its own, which each call of a function that mentions it advances, unless
/// the function was made with [FunctionBuilder#withoutDefaultUpdates]. Functions that mention one draw share its stream. All states follow
/// from one seed, in the order in which the draws were made.
///
/// - **Threads** safe; draws get their seeds in the order in which they are made
public abstract sealed class SeededStreams extends Distributions permits RandomStreams, MrgRandomStreams {
    /// What is drawn: draws of one kind have states that may be exchanged.
    ///
    /// @param substreams how many sequences of numbers run side by side
    record Kind(String name, int substreams) {
        @Override public String toString() {
            return substreams == 1 ? name : "%s (%d substreams)".formatted(name, substreams);
        }
    }

    /// The state of one draw.
    record Stream(Shared state, Kind kind) {}

    private final List<Stream> streams = new ArrayList<>();
    private NDArray source;                              // from which the state of the next draw follows

    SeededStreams(long seed) {
        source = source(seed);
    }

    /// What a seed starts with.
    abstract NDArray source(long seed);

    /// The state with which a draw of this kind starts, and what the next one follows from.
    abstract List<NDArray> start(NDArray source, Kind kind);

    /// The state of a draw of this kind that has the seed for itself.
    abstract NDArray seeded(long seed, Kind kind);

    /// @throws DamoException if `state` is no state of a draw of this kind
    abstract void check(NDArray state, Kind kind);

    /// A new draw.
    ///
    /// @param draw from the state, what is drawn and the state after that
    final synchronized Variable draw(Kind kind, Function<Variable, List<Variable>> draw) {
        List<NDArray> start = start(source, kind);
        var state = new Shared(start.getFirst(), "random_state");
        List<Variable> results = draw.apply(state);
        state.updatedBy(results.getLast());
        source = start.getLast();
        streams.add(new Stream(state, kind));
        return results.getFirst();
    }

    /// The state from which `drawn` is drawn: of this object's draw, or of all of its draws that `drawn` is computed from.
    ///
    /// @throws DamoException if `drawn` depends on no draw of this object
    public synchronized StreamState state(Variable drawn) {
        Set<Variable> mentioned = Collections.newSetFromMap(new IdentityHashMap<>());
        mentioned.addAll(Graph.order(List.of(drawn)));
        List<Stream> found = streams.stream().filter(s -> mentioned.contains(s.state())).toList();
        if (!found.isEmpty()) return new StreamState(this, found);
        throw Variable.error("state", "it does not depend on a draw of these streams; pass what uniform or normal of this object gave",
                List.of(drawn));
    }

    /// Starts all streams anew, as if this had been made with this seed and the same draws in the same order.
    public synchronized void seed(long seed) {
        source = seed(source(seed), streams);
    }

    /// Gives these streams their states, one after the other; what the next one follows from.
    private NDArray seed(NDArray from, List<Stream> streams) {
        NDArray next = from;
        for (Stream stream : streams) {
            List<NDArray> start = start(next, stream.kind());
            stream.state().set(start.getFirst());
            next = start.getLast();
        }
        return next;
    }

    /// Starts these streams alone anew; a single one has the seed for itself.
    final void seed(long seed, List<Stream> streams) {
        if (streams.size() > 1) seed(source(seed), streams);
        else streams.getFirst().state().set(seeded(seed, streams.getFirst().kind()));
    }

    /// The states of all draws, and last what new draws follow from.
    private synchronized List<NDArray> states() {
        var all = new ArrayList<NDArray>();
        streams.forEach(s -> all.add(s.state().borrow()));
        all.add(source);
        return all;
    }

    private synchronized List<Kind> kinds() {
        return streams.stream().map(Stream::kind).toList();
    }

    /// From now on this draws what `other` would, draw by draw in the order in which they were made.
    final void copyFrom(SeededStreams other) {
        List<Kind> kinds = other.kinds();
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
