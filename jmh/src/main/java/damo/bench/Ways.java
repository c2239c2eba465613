package damo.bench;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/// The same work several times. Each run gives its result, or a list of several, or has put it into what it gives.
///
/// @param peer what a library of [Peer] does; it is not touched before it is asked for
public record Ways(Map<Way, Supplier<Object>> all, Function<Peer, Supplier<Object>> peer, double tolerance) {
    Ways(Supplier<Object> damo, Supplier<Object> plain, double tolerance) {
        this(Map.of(Way.DAMO, damo, Way.PLAIN, plain), null, tolerance);
    }

    Ways(Supplier<Object> damo, Supplier<Object> plain) {
        this(damo, plain, 1e-10);
    }

    Ways with(Way way, Supplier<Object> work) {
        var more = new EnumMap<>(all);
        more.put(way, work);
        return new Ways(more, peer, tolerance);
    }

    Ways with(Function<Peer, Supplier<Object>> library) {
        return new Ways(all, library, tolerance);
    }

    Supplier<Object> of(Way way) {
        Supplier<Object> work = all.get(way);
        if (work != null) return work;
        if (peer == null) throw new IllegalArgumentException("no way %s for this workload, only %s".formatted(way, all.keySet()));
        return peer.apply(Peer.of(way));
    }
}
