package damo.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.HorizontalBarChart;
import org.knowm.xchart.HorizontalBarChartBuilder;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/// Runs all benchmarks for a few minutes, prints one table, and writes it with a plot:
/// `java -cp jmh/target/benchmarks.jar damo.bench.Table jmh/RESULTS.md`.
public final class Table {
    /// @param damo what was measured of Damo, `plain` of plain Java, by key; an empty key for none
    private record Row(String text, String damo, String plain) {}

    private static final int ROUNDS = 2;

    /// Times in microseconds and bytes a call, of all iterations of all rounds.
    private final Map<String, List<Double>> times = new TreeMap<>();
    private final Map<String, List<Double>> bytes = new TreeMap<>();

    private Table() {}

    public static void main(String[] args) throws RunnerException, IOException {
        if (args.length != 1) throw new IllegalArgumentException("pass one argument: the file for the table, as jmh/RESULTS.md");
        Path file = Path.of(args[0]);
        var table = new Table();
        table.measure();
        String text = table.markdown();
        System.out.println(text);
        String name = file.getFileName().toString().replaceFirst("\\.[^.]*$", "");
        Files.writeString(file, text + "\n![Speed relative to plain Java](%s.png)\n".formatted(name));
        ImageIO.write(BitmapEncoder.getBufferedImage(table.plot()), "png", file.resolveSibling(name + ".png").toFile());
    }

    private void measure() throws RunnerException {
        // Several short rounds, so that a machine which is slow for a while is slow for both sides.
        for (int round = 0; round < ROUNDS; round++)
            collect(new OptionsBuilder().include("Workloads").include("ScalarCall").forks(1).addProfiler(GCProfiler.class)
                    .warmupIterations(5).warmupTime(TimeValue.milliseconds(300)).measurementIterations(5).measurementTime(TimeValue.milliseconds(200)));
        collect(new OptionsBuilder().include("CompileTime"));
    }

    private void collect(ChainedOptionsBuilder options) throws RunnerException {
        for (RunResult result : new Runner(options.shouldFailOnError(true).build()).run()) {
            String workload = result.getParams().getParam("workload");
            String method = result.getParams().getBenchmark().replaceFirst(".*\\.", "");
            String key = workload == null ? method : workload + "/" + result.getParams().getParam("by");
            double micros = result.getPrimaryResult().getScoreUnit().startsWith("ms") ? 1_000 : 1;
            result.getBenchmarkResults().forEach(fork -> fork.getIterationResults().forEach(iteration -> {
                times.computeIfAbsent(key, _ -> new ArrayList<>()).add(iteration.getPrimaryResult().getScore() * micros);
                iteration.getSecondaryResults().forEach((name, value) -> {
                    if (name.endsWith("gc.alloc.rate.norm")) bytes.computeIfAbsent(key, _ -> new ArrayList<>()).add(value.getScore());
                });
            }));
        }
    }

    private static List<Row> rows() {
        var rows = new ArrayList<Row>();
        for (Workload w : Workload.values()) rows.add(new Row(w.text, w.name() + "/damo", w.name() + "/plain"));
        rows.add(new Row("(a·b + sin(a)) / (1 + b·b), typed interface", "valueTyped", "valuePlain"));
        rows.add(new Row("(a·b + sin(a)) / (1 + b·b), boxed call", "valueCall", "valuePlain"));
        rows.add(new Row("its two derivatives, typed interface", "gradientTyped", "gradientPlain"));
        rows.add(new Row("its two derivatives, boxed call", "gradientCall", "gradientPlain"));
        rows.add(new Row("logistic regression, graph to first result, warm JVM", "warm", ""));
        rows.add(new Row("logistic regression, graph to first result, fresh JVM", "fresh", ""));
        return rows;
    }

    private String markdown() throws IOException {
        var out = new StringBuilder("""
                Median microseconds a call, one thread, float64 unless said; %d rounds of alternating forks, every result checked against plain Java first.
                JDK %s (%s), %s, %d cores, %s.

                | workload | Damo | plain Java | plain / Damo | bytes a call | plain |
                |---|---:|---:|---:|---:|---:|
                """.formatted(ROUNDS, Runtime.version(), System.getProperty("java.vendor"), processor(), Runtime.getRuntime().availableProcessors(), LocalDate.now()));
        Function<Double, String> micros = t -> t == null ? "" : String.format(Locale.ROOT, t < 0.1 ? "%.4f" : t < 100 ? "%.2f" : "%,.0f", t);
        Function<Double, String> whole = t -> t == null ? "" : String.format(Locale.ROOT, "%,.0f", t);
        for (Row row : rows())
            out.append("| %s | %s | %s | %s | %s | %s |%n".formatted(row.text, micros.apply(median(times, row.damo)), micros.apply(median(times, row.plain)),
                    row.plain.isEmpty() ? "" : String.format(Locale.ROOT, "%.2f×", speed(row)), whole.apply(median(bytes, row.damo)), whole.apply(median(bytes, row.plain))));
        return out.toString();
    }

    private static String processor() throws IOException {
        Path info = Path.of("/proc/cpuinfo");
        String fallback = System.getProperty("os.arch");
        return !Files.exists(info) ? fallback : Files.readAllLines(info).stream().filter(l -> l.startsWith("model name"))
                .map(l -> l.substring(l.indexOf(':') + 2)).findFirst().orElse(fallback);
    }

    private static Double median(Map<String, List<Double>> of, String key) {
        List<Double> sorted = of.getOrDefault(key, List.of()).stream().sorted().toList();
        return sorted.isEmpty() ? null : sorted.get(sorted.size() / 2);
    }

    private double speed(Row row) {
        return median(times, row.plain) / median(times, row.damo);
    }

    private HorizontalBarChart plot() {
        // The chart begins at the bottom.
        List<Row> rows = rows().stream().filter(r -> !r.plain.isEmpty()).toList().reversed();
        HorizontalBarChart chart = new HorizontalBarChartBuilder().width(1000).height(700)
                .title("Speed relative to plain Java (1: the same; more is faster)").xAxisTitle("plain Java's time / Damo's time").build();
        chart.addSeries("Damo", rows.stream().map(r -> Math.round(100 * speed(r)) / 100.0).toList(), rows.stream().map(Row::text).toList());
        chart.getStyler().setLabelsVisible(true).setLegendVisible(false);
        return chart;
    }
}
