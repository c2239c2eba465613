package damo.verify;

import static damo.Damo.scan;

import com.fasterxml.jackson.databind.JsonNode;
import damo.Scan;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/// A loop of the golden files, said with [Scan].
///
/// @param names what names stand for; those of the loop are there while its step is built
/// @param builder makes a variable of an expression
record GoldenScan(Map<String, Variable> names, Function<JsonNode, Variable> builder) {
    /// The traces of the states, then the maps.
    List<Variable> results(JsonNode attributes) {
        Scan loop = scan();
        Map<String, Variable> inner = new HashMap<>();
        for (JsonNode sequence : attributes.path("sequences"))
            read(loop, builder.apply(sequence.get("of")), taps(sequence), sequence.get("names"), attributes.path("reverse").asBoolean(), inner);
        var states = new ArrayList<Scan.Tapped>();
        for (JsonNode state : attributes.path("states")) {
            int[] taps = taps(state);
            states.add(loop.state(builder.apply(state.get("init")), taps));
            for (int i = 0; i < state.get("names").size(); i++)
                inner.put(state.get("names").get(i).asText(), taps.length == 0 ? states.getLast() : states.getLast().tap(taps[i]));
        }
        if (attributes.hasNonNull("steps")) loop.times(attributes.get("steps").asLong());
        Map<String, Variable> outer = new HashMap<>(names);
        names.putAll(inner);
        for (int i = 0; i < states.size(); i++) loop.next(states.get(i), builder.apply(attributes.get("states").get(i).get("next")));
        var results = new ArrayList<Variable>();
        for (Scan.Tapped state : states) results.add(loop.trace(state));
        for (JsonNode map : attributes.path("maps")) results.add(loop.emit(builder.apply(map)));
        if (attributes.hasNonNull("until")) loop.until(builder.apply(attributes.get("until")));
        names.clear();
        names.putAll(outer);
        return results;
    }

    private static void read(Scan loop, Variable of, int[] taps, JsonNode names, boolean backwards, Map<String, Variable> inner) {
        if (backwards && taps.length > 0) throw new GoldenCall.Missing("taps of a sequence that is read backwards");
        Scan.Tapped element = backwards ? loop.backwards(of) : loop.sequence(of, taps);
        for (int i = 0; i < names.size(); i++) inner.put(names.get(i).asText(), taps.length == 0 ? element : element.tap(taps[i]));
    }

    private static int[] taps(JsonNode part) {
        return IntStream.range(0, part.path("taps").size()).map(i -> part.get("taps").get(i).asInt()).toArray();
    }
}
