package damo.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// A row of [Table].
///
/// @param keys what of [Measurements] is in the column of each way
/// @param benchmark a pattern of the JMH benchmarks to run
/// @param contest whether Damo has a goal here: a boxed call, say, does more than the peers that are beside it
record Row(String name, String text, Map<Way, String> keys, String benchmark, boolean contest) {
    static List<Row> all() {
        var rows = new ArrayList<Row>();
        for (Workload w : Workload.values()) {
            var keys = new EnumMap<Way, String>(Way.class);
            for (Way way : w.ways) if (way.available()) keys.put(way, w + "/" + way);
            rows.add(new Row(w.name(), w.text, keys, "Workloads.run", true));
        }
        rows.add(call("W10_CALL", "a·b, typed interface", "product", "Typed"));
        rows.add(call("W10_BOXED", "a·b, boxed call", "product", "Call"));
        rows.add(call("W14", "(a·b + sin(a)) / (1 + b·b), typed interface", "value", "Typed"));
        rows.add(call("W14_BOXED", "(a·b + sin(a)) / (1 + b·b), boxed call", "value", "Call"));
        rows.add(call("W14_GRADIENT", "its two derivatives, typed interface", "gradient", "Typed"));
        rows.add(call("W14_GRADIENT_BOXED", "its two derivatives, boxed call", "gradient", "Call"));
        rows.add(compile("COMPILE_WARM", "logistic regression, graph to first result, warm JVM", "warm"));
        rows.add(compile("COMPILE_FRESH", "logistic regression, graph to first result, fresh JVM", "fresh"));
        return rows;
    }

    private static Row call(String name, String text, String what, String how) {
        Map<Way, String> keys = Map.of(Way.DAMO, what + how, Way.PLAIN, what + "Plain");
        return new Row(name, text, keys, "ScalarCall.(%s%s|%sPlain)$".formatted(what, how, what), how.equals("Typed"));
    }

    private static Row compile(String name, String text, String method) {
        return new Row(name, text, Map.of(Way.DAMO, method), "CompileTime." + method, false);
    }

    /// Whether its name is, or begins with, one of these: `W12` means all of W12.
    boolean isAmong(List<String> names) {
        return names.isEmpty() || names.stream().anyMatch(n -> name.equals(n) || name.startsWith(n + "_"));
    }
}
