package damo;

import damo.value.NDArray;

/// The state of one random stream: to look at, to save, to restore, to seed.
public final class StreamState {
    private final SeededStreams streams;
    private final SeededStreams.Stream stream;

    StreamState(SeededStreams streams, SeededStreams.Stream stream) {
        this.streams = streams;
        this.stream = stream;
    }

    /// A copy of the state.
    public NDArray get() {
        return stream.state().get();
    }

    /// Continues from a state that [#get] gave, of this stream or of another one of its kind.
    ///
    /// @throws DamoException if `state` is none; nothing has changed then
    public void set(NDArray state) {
        NDArray copy = Arguments.convert("set: the state of " + stream.kind(), stream.state().type(), state, false).copy();
        streams.check(copy, stream.kind());
        stream.state().set(copy);
    }

    /// Starts this stream alone anew, from a seed of its own.
    public void seed(long seed) {
        stream.state().set(streams.seeded(seed, stream.kind()));
    }
}
