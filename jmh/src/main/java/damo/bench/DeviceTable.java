package damo.bench;

import damo.Damo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/// Measures all [DeviceWorkload]s on the OpenCL device that Damo chooses, and prints one table:
/// `java --enable-native-access=ALL-UNNAMED -cp jmh/target/benchmarks.jar damo.bench.DeviceTable`. Names, as `SGEMM LOOP`, choose rows;
/// `kernels` leaves out the calls, for which JMH starts a JVM each.
public final class DeviceTable {
    private static final Pattern LAUNCHES = Pattern.compile("latest call: (\\d+) launches");
    private static final Pattern KERNEL = Pattern.compile("  kernel (\\S+): (\\d+) launches, (\\d+) ns, (\\d+) bytes, (\\d+) flops");
    private static final int ROUNDS = 7;

    private static final String HEAD = """
            %s

            Kernels: the time from the start to the end of each kernel by the device's own clock (OpenCL's profiling of events), added over the
            launches of a call; the median of %d calls. MB are what they must move at least, inputs and results once; Mop are operations as they are
            written. GB/s and GF/s are these over the time of the kernels. Limit is what is reached of the nearer of two limits that are measured
            here, too: the bandwidth of the row COPY, and twice the operations a second of the row CHAIN of the same dtype (twice, since it
            multiplies and adds one after the other, and a fused multiply-add does both); above 100 %% where caches hold the data. Calls: wall clock
            of a whole call by JMH, with what goes to the device and back.

            | workload | launches | MB | Mop | kernels, µs | GB/s | GF/s | limit | call, µs | call on the CPU, µs |
            |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|
            """;

    private static final String EACH = """

            Each kernel of calls that have several: bytes and operations are what it moves and does in all its launches, functions spelled out.

            | workload | kernel | launches | MB | Mop | µs | GB/s | GF/s | limit |
            |---|---|---:|---:|---:|---:|---:|---:|---:|
            """;

    /// What a kernel took in a call.
    private record Kernel(String name, int launches, double micros, double bytes, double operations) {}

    /// What the kernels of a call took.
    private record Kernels(int launches, double micros, List<Kernel> each) {}

    private final Map<DeviceWorkload, Kernels> kernels = new TreeMap<>();
    private final Map<String, Double> calls = new TreeMap<>();

    private DeviceTable() {}

    public static void main(String[] args) throws RunnerException {
        System.setProperty("damo.gpu.profile", "true");
        List<String> devices = Damo.devices();
        if (devices.isEmpty()) throw new IllegalStateException("there is no OpenCL device to measure");
        boolean isCpu = devices.getFirst().contains("(cpu,");
        List<String> names = Stream.of(args).filter(a -> !a.equals("kernels")).toList();
        var rows = new ArrayList<DeviceWorkload>();
        for (DeviceWorkload w : DeviceWorkload.values())
            if (names.isEmpty() ? !(w.isForGpus() && isCpu) : names.contains(w.name())) rows.add(w);
        if (rows.isEmpty()) throw new IllegalArgumentException("no row has one of the names %s; there are %s".formatted(names,
                List.of(DeviceWorkload.values())));
        var table = new DeviceTable();
        for (DeviceWorkload w : rows) table.kernels.put(w, kernels(w));
        if (names.size() == args.length) table.call(rows);
        System.out.print(HEAD.formatted(devices.getFirst(), ROUNDS));
        for (DeviceWorkload w : rows) System.out.print(table.line(w));
        System.out.print(EACH);
        for (DeviceWorkload w : rows) table.lines(w).forEach(System.out::print);
    }

    private static Kernels kernels(DeviceWorkload w) {
        DeviceWorkload.Work work = w.on("gpu");
        var rounds = new ArrayList<Kernels>();
        for (int round = 0; round < 2 + ROUNDS; round++) {
            work.run();
            String text = work.function().explain();
            Matcher all = LAUNCHES.matcher(text);
            if (!all.find()) throw new IllegalStateException(w + " did not run on a device:\n" + text);
            List<Kernel> each = KERNEL.matcher(text).results().map(m -> new Kernel(m.group(1), Integer.parseInt(m.group(2)),
                    Double.parseDouble(m.group(3)) / 1000, Double.parseDouble(m.group(4)), Double.parseDouble(m.group(5)))).toList();
            if (round >= 2) rounds.add(new Kernels(Integer.parseInt(all.group(1)), each.stream().mapToDouble(Kernel::micros).sum(), each));
        }
        return rounds.stream().sorted(Comparator.comparing(Kernels::micros)).toList().get(ROUNDS / 2);
    }

    private void call(List<DeviceWorkload> rows) throws RunnerException {
        var options = new OptionsBuilder().include("DeviceWorkloads.run").param("task", rows.stream().map(Enum::name).toArray(String[]::new))
                .warmupIterations(3).warmupTime(TimeValue.milliseconds(300)).measurementIterations(5).measurementTime(TimeValue.milliseconds(200));
        // No profiling here, and no row for GPUs on the CPU.
        for (String backEnd : List.of("gpu", "cpu")) {
            String[] some = rows.stream().filter(w -> backEnd.equals("gpu") || !w.isForGpus()).map(Enum::name).toArray(String[]::new);
            if (some.length == 0) continue;
            for (RunResult result : new Runner(options.param("task", some).param("backEnd", backEnd).shouldFailOnError(true).build()).run())
                calls.put(backEnd + result.getParams().getParam("task"), result.getPrimaryResult().getScore());
        }
    }

    private String line(DeviceWorkload w) {
        Kernels k = kernels.get(w);
        double gigabytes = w.bytes / k.micros / 1e3, operations = w.operations / k.micros / 1e3;
        return "| %s | %d | %s | %s | %s | %s | %s | %s | %s | %s |%n".formatted(w.text, k.launches, number(w.bytes / 1e6),
                number(w.operations / 1e6), number(k.micros), number(gigabytes), number(operations), limit(w, gigabytes, operations),
                number(calls.get("gpu" + w)), number(calls.get("cpu" + w)));
    }

    private Stream<String> lines(DeviceWorkload w) {
        List<Kernel> each = kernels.get(w).each;
        return each.size() < 2 ? Stream.empty() : each.stream().map(k -> {
            double gigabytes = k.bytes / k.micros / 1e3, operations = k.operations / k.micros / 1e3;
            return "| %s | %s | %d | %s | %s | %s | %s | %s | %s |%n".formatted(w.text, k.name, k.launches, number(k.bytes / 1e6),
                    number(k.operations / 1e6), number(k.micros), number(gigabytes), number(operations), limit(w, gigabytes, operations));
        });
    }

    private String limit(DeviceWorkload w, double gigabytes, double operations) {
        Kernels copy = kernels.get(DeviceWorkload.COPY);
        DeviceWorkload chain = w.text.contains("float64") ? DeviceWorkload.CHAIN_F64 : DeviceWorkload.CHAIN_F32;
        if (copy == null || !kernels.containsKey(chain)) return "";
        double bandwidth = DeviceWorkload.COPY.bytes / copy.micros / 1e3, arithmetic = 2 * chain.operations / kernels.get(chain).micros / 1e3;
        return String.format(Locale.ROOT, "%.0f %%", 100 * Math.max(gigabytes / bandwidth, operations / arithmetic));
    }

    private static String number(Double x) {
        return x == null ? "" : String.format(Locale.ROOT, x >= 100 ? "%,.0f" : x >= 1 ? "%.1f" : "%.3f", x);
    }
}
