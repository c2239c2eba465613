package damo.bench;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/// How long Damo may take at most: `factor` times the fastest of `peers`, and `more` microseconds; without peers, `more` alone.
///
/// @param text as the table has it
record Goal(String text, Set<Way> peers, double factor, double more) {
    /// As fast as this share of the speed of whoever else is in the row.
    static Goal everyPeer(double share) {
        return new Goal("≥ %s of every peer".formatted(share), EnumSet.complementOf(EnumSet.of(Way.DAMO)), 1 / share, 0);
    }

    static Goal atLeast(double share, Way... peers) {
        String names = String.join(" and ", List.of(peers).stream().map(p -> p.title).toList());
        return new Goal("≥ %s of %s".formatted(share, names), Set.of(peers), 1 / share, 0);
    }

    /// So many times the time of another.
    static Goal slower(double factor, Way peer) {
        return new Goal("≤ %s times %s".formatted(factor, peer.title), Set.of(peer), factor, 0);
    }

    /// So many microseconds more than another.
    static Goal over(double micros, Way peer) {
        return new Goal("≤ %s + %s µs".formatted(peer.title, micros), Set.of(peer), 1, micros);
    }

    /// Whoever else is in the row.
    static Goal atMost(String text, double micros) {
        return new Goal(text, Set.of(), 0, micros);
    }

    /// The same for a row that has only these ways.
    Goal among(List<Way> ways) {
        var here = new ArrayList<>(peers);
        here.retainAll(ways);
        return new Goal(text, Set.copyOf(here), factor, more);
    }

    /// Whether it is met; open where all hold that were measured, but not all were.
    ///
    /// @param micros null for a way that was not measured
    String verdict(Function<Way, Double> micros) {
        List<Double> measured = peers.stream().map(micros).filter(Objects::nonNull).toList();
        double fastest = measured.stream().min(Double::compare).orElse(peers.isEmpty() ? 0 : Double.POSITIVE_INFINITY);
        boolean held = micros.apply(Way.DAMO) <= factor * fastest + more;
        return (!held ? "missed: " : measured.size() < peers.size() ? "open: " : "met: ") + text;
    }
}
