package damo.bench;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/// What JMH measured: microseconds and bytes a call, by the keys of [Row]; the best of the rounds, of each the median.
final class Measurements {
    /// Several short ones, so that a machine which is slow for a while is slow for all sides; and one JVM is up to 15 % slower than the next by where
    /// its memory lies.
    static final int ROUNDS = 3;
    static final int ITERATIONS = 3;

    private final Map<String, Double> times = new TreeMap<>();
    private final Map<String, Double> bytes = new TreeMap<>();

    Double micros(String key) {
        return times.get(key);
    }

    Double bytes(String key) {
        return bytes.get(key);
    }

    void measure(List<Row> rows) throws RunnerException {
        for (int round = 0; round < ROUNDS; round++)
            for (Row row : rows) if (row.keys().size() > 1) collect(options(row));
        for (Row row : rows) if (row.keys().size() == 1) collect(options(row));
    }

    private static ChainedOptionsBuilder options(Row row) {
        ChainedOptionsBuilder options = new OptionsBuilder().include(row.benchmark());
        if (row.task() != null) options.param("task", row.task().name());
        if (row.fresh()) return options;
        if (row.task() != null) options.param("way", row.keys().keySet().stream().map(Way::name).toArray(String[]::new));
        return options.forks(1).addProfiler(GCProfiler.class)
                .warmupIterations(5).warmupTime(TimeValue.milliseconds(1_000))
                .measurementIterations(ITERATIONS).measurementTime(TimeValue.milliseconds(200));
    }

    private void collect(ChainedOptionsBuilder options) throws RunnerException {
        for (RunResult result : new Runner(options.shouldFailOnError(true).build()).run()) {
            String task = result.getParams().getParam("task");
            String method = result.getParams().getBenchmark().replaceFirst(".*\\.", "");
            String way = result.getParams().getParam("way");
            String key = task == null ? method : task + "/" + (way == null ? method : way);
            double micros = result.getPrimaryResult().getScoreUnit().startsWith("ms") ? 1_000 : 1;
            List<IterationResult> iterations = result.getBenchmarkResults().stream()
                    .flatMap(fork -> fork.getIterationResults().stream()).toList();
            add(times, key, iterations.stream().map(i -> i.getPrimaryResult().getScore() * micros).toList());
            add(bytes, key, iterations.stream().flatMap(i -> i.getSecondaryResults().values().stream())
                    .filter(r -> r.getLabel().endsWith("gc.alloc.rate.norm")).map(r -> r.getScore()).toList());
        }
    }

    private static void add(Map<String, Double> to, String key, List<Double> values) {
        if (!values.isEmpty()) to.merge(key, values.stream().sorted().toList().get(values.size() / 2), Math::min);
    }
}
