package damo.bench;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.HorizontalBarChart;
import org.knowm.xchart.HorizontalBarChartBuilder;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.IterationResult;
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

    /// Microseconds and bytes a call: the median of each round.
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
                    .warmupIterations(5).warmupTime(TimeValue.milliseconds(400))
                    .measurementIterations(5).measurementTime(TimeValue.milliseconds(200)));
        collect(new OptionsBuilder().include("CompileTime"));
    }

    private void collect(ChainedOptionsBuilder options) throws RunnerException {
        for (RunResult result : new Runner(options.shouldFailOnError(true).build()).run()) {
            String task = result.getParams().getParam("task");
            String method = result.getParams().getBenchmark().replaceFirst(".*\\.", "");
            String key = task == null ? method : task + "/" + result.getParams().getParam("way");
            double micros = result.getPrimaryResult().getScoreUnit().startsWith("ms") ? 1_000 : 1;
            List<IterationResult> iterations = result.getBenchmarkResults().stream()
                    .flatMap(fork -> fork.getIterationResults().stream()).toList();
            add(times, key, iterations.stream().map(i -> i.getPrimaryResult().getScore() * micros).toList());
            add(bytes, key, iterations.stream().flatMap(i -> i.getSecondaryResults().values().stream())
                    .filter(r -> r.getLabel().endsWith("gc.alloc.rate.norm")).map(r -> r.getScore()).toList());
        }
    }

    private static void add(Map<String, List<Double>> to, String key, List<Double> values) {
        if (values.isEmpty()) return;
        to.computeIfAbsent(key, _ -> new ArrayList<>()).add(values.stream().sorted().toList().get(values.size() / 2));
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
                Microseconds a call, one thread, float64 unless said: the better of %d rounds, each the median of 5 iterations.
                Damo and plain Java take turns, and every result is checked against plain Java's first. Bytes are what a call allocates.
                JDK %s (%s), %s, %d cores, %s.

                | workload | Damo | plain Java | plain / Damo | Damo's bytes | plain's bytes |
                |---|---:|---:|---:|---:|---:|
                """.formatted(ROUNDS, Runtime.version(), System.getProperty("java.vendor"), processor(),
                Runtime.getRuntime().availableProcessors(), LocalDate.now()));
        for (Row row : rows())
            out.append("| %s | %s | %s | %s | %s | %s |%n".formatted(row.text, micros(best(times, row.damo)),
                    micros(best(times, row.plain)),
                    row.plain.isEmpty() ? "" : number("%.2f×", speed(row)), number("%,.0f", best(bytes, row.damo)),
                    number("%,.0f", best(bytes, row.plain))));
        return out.toString();
    }

    private static String micros(Double time) {
        return number(time == null || time >= 100 ? "%,.0f" : time < 0.1 ? "%.4f" : "%.2f", time);
    }

    private static String number(String format, Double value) {
        return value == null ? "" : String.format(Locale.ROOT, format, value);
    }

    private static String processor() throws IOException {
        Path info = Path.of("/proc/cpuinfo");
        String fallback = System.getProperty("os.arch");
        return !Files.exists(info) ? fallback : Files.readAllLines(info).stream().filter(l -> l.startsWith("model name"))
                .map(l -> l.substring(l.indexOf(':') + 2)).findFirst().orElse(fallback);
    }

    private static Double best(Map<String, List<Double>> of, String key) {
        return of.getOrDefault(key, List.of()).stream().min(Double::compare).orElse(null);
    }

    private double speed(Row row) {
        return best(times, row.plain) / best(times, row.damo);
    }

    private HorizontalBarChart plot() {
        List<Row> rows = rows().stream().filter(r -> !r.plain.isEmpty()).toList();
        HorizontalBarChart chart = new HorizontalBarChartBuilder().width(1100).height(960)
                .title("Speed relative to plain Java (1: the same; more is faster)").xAxisTitle("plain Java's time / Damo's time").build();
        chart.addSeries("Damo", rows.stream().map(r -> Math.round(100 * speed(r)) / 100.0).toList(), rows.stream().map(Row::text).toList());
        // A label for every bar, not for every third.
        chart.getStyler().setXAxisMaxLabelCount(rows.size()).setXAxisTickMarkSpacingHint(1).setYAxisTickMarkSpacingHint(1)
                .setLegendVisible(false).setChartBackgroundColor(Color.WHITE);
        return chart;
    }
}
