package damo.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.openjdk.jmh.runner.RunnerException;

/// Runs all benchmarks, for three quarters of an hour, prints one table, and writes it with a plot:
/// `java -cp jmh/target/benchmarks.jar damo.bench.Table jmh/RESULTS.md`. Names, as `W12 W8`, choose rows; without a file it only prints.
public final class Table {
    private final List<Row> rows;
    private final List<Way> columns;
    private final Measurements measured = new Measurements();

    private Table(List<Row> rows) {
        this.rows = rows;
        columns = Stream.of(Way.values()).filter(way -> rows.stream().anyMatch(row -> row.keys().containsKey(way))).toList();
    }

    public static void main(String[] args) throws RunnerException, IOException {
        List<Path> files = Stream.of(args).filter(a -> a.endsWith(".md")).map(Path::of).toList();
        List<String> names = Stream.of(args).filter(a -> !a.endsWith(".md")).toList();
        List<Row> rows = Row.all().stream().filter(row -> row.isAmong(names)).toList();
        if (files.size() > 1 || rows.isEmpty())
            throw new IllegalArgumentException("pass at most one file for the table, as jmh/RESULTS.md, and names of rows, of " + Row.all().stream()
                    .map(Row::name).toList());
        var table = new Table(rows);
        table.measured.measure(rows);
        String text = table.markdown();
        System.out.println(text);
        for (Path file : files) {
            String name = file.getFileName().toString().replaceFirst("\\.[^.]*$", "");
            Files.writeString(file, text + "\n![Speed relative to each peer](%s.png)\n".formatted(name));
            var picture = BitmapEncoder.getBufferedImage(Plot.of(rows, table.columns, table.measured));
            ImageIO.write(picture, "png", file.resolveSibling(name + ".png").toFile());
        }
    }

    private String markdown() throws IOException {
        return """
                Microseconds a call, one thread and float64 unless said: the best of %d rounds, each the median of %d iterations.
                All ways of a row take turns, and every result is checked against plain Java's first. Vector API is an expert's code by hand.
                A goal is a share of a peer's speed, or a time; it is open where a peer that it names is not here (mvn -Ppeers).
                Bytes are what a call of Damo allocates. JDK %s (%s), %s, %d cores, %s.

                | workload | %s | best peer / Damo | goal | bytes |
                |---|%s---:|---|---:|
                """.formatted(Measurements.ROUNDS, Measurements.ITERATIONS, Runtime.version(), System.getProperty("java.vendor"), processor(),
                Runtime.getRuntime().availableProcessors(), LocalDate.now(), columns.stream().map(w -> w.title).collect(Collectors.joining(" | ")),
                "---:|".repeat(columns.size())) + rows.stream().map(this::line).collect(Collectors.joining());
    }

    private String line(Row row) {
        String times = columns.stream().map(way -> micros(time(row, way))).collect(Collectors.joining(" | "));
        List<Way> peers = row.keys().keySet().stream().filter(way -> way != Way.DAMO).toList();
        Double best = peers.stream().map(way -> time(row, way)).min(Double::compare).orElse(null);
        return "| %s | %s | %s | %s | %s |%n".formatted(row.text(), times, best == null ? "" : number("%.2f×", best / time(row, Way.DAMO)),
                row.goal() == null ? "" : row.goal().verdict(way -> time(row, way)), number("%,.0f", measured.bytes(row.keys().get(Way.DAMO))));
    }

    private Double time(Row row, Way way) {
        return row.keys().containsKey(way) ? measured.micros(row.keys().get(way)) : null;
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
}
