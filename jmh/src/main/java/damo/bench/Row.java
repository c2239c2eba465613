package damo.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// A row of [Table].
///
/// @param keys what of [Measurements] is in the column of each way
/// @param benchmark a pattern of the JMH benchmarks to run
/// @param task the parameter of this name, or null
/// @param fresh whether each run needs a new JVM, so that it is measured as the benchmark itself says, not warm and for a short while
/// @param goal null for none
record Row(String name, String text, Map<Way, String> keys, String benchmark, Workload task, boolean fresh, Goal goal) {
    static List<Row> all() {
        var rows = new ArrayList<Row>();
        for (Workload w : Workload.values()) {
            var keys = new EnumMap<Way, String>(Way.class);
            for (Way way : w.ways) if (way.available()) keys.put(way, w + "/" + way);
            rows.add(new Row(w.name(), w.text, keys, "bench.Workloads.run", w, false, w.goal));
        }
        rows.add(call("W10_CALL", "a·b, typed interface", "product"));
        rows.add(boxed("W10_BOXED", "a·b, boxed call", "product"));
        rows.add(call("W14", "(a·b + sin(a)) / (1 + b·b), typed interface", "value"));
        rows.add(boxed("W14_BOXED", "(a·b + sin(a)) / (1 + b·b), boxed call", "value"));
        rows.add(call("W14_GRADIENT", "its two derivatives, typed interface", "gradient"));
        rows.add(boxed("W14_GRADIENT_BOXED", "its two derivatives, boxed call", "gradient"));
        Goal second = Goal.atMost("≤ 1 s", 1e6);
        rows.add(compile("COMPILE_WARM", "logistic regression, graph to first result, warm JVM", "warm", Workload.W5, null));
        rows.add(compile("COMPILE_W5", "logistic regression, graph to first result, fresh JVM", "fresh", Workload.W5, second));
        rows.add(compile("COMPILE_W6", "network 784–512–10, graph to first result, fresh JVM", "fresh", Workload.W6, second));
        rows.add(compile("COMPILE_W8", "recurrent network, graph to first result, fresh JVM", "fresh", Workload.W8, second));
        rows.add(new Row("COLD", "first call, a·x² + b·x + c + sin(x)·exp(−y), 1e6, fresh JVM",
                Map.of(Way.DAMO, "coldDamo", Way.PLAIN, "coldPlain"), "FirstCall", null, true, Goal.slower(1.5, Way.PLAIN)));
        return rows;
    }

    private static Row call(String name, String text, String what) {
        return scalar(name, text, what, "Typed", Goal.atLeast(0.95, Way.PLAIN));
    }

    private static Row boxed(String name, String text, String what) {
        return scalar(name, text, what, "Call", Goal.over(0.2, Way.PLAIN));
    }

    private static Row scalar(String name, String text, String what, String how, Goal goal) {
        Map<Way, String> keys = Map.of(Way.DAMO, what + how, Way.PLAIN, what + "Plain");
        return new Row(name, text, keys, "ScalarCall.(%s%s|%sPlain)$".formatted(what, how, what), null, false, goal);
    }

    private static Row compile(String name, String text, String method, Workload task, Goal goal) {
        return new Row(name, text, Map.of(Way.DAMO, task + "/" + method), "CompileTime." + method, task, true, goal);
    }

    /// Whether its name is, or begins with, one of these: `W12` means all of W12.
    boolean isAmong(List<String> names) {
        return names.isEmpty() || names.stream().anyMatch(n -> name.equals(n) || name.startsWith(n + "_"));
    }
}
