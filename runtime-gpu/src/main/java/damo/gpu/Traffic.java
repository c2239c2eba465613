package damo.gpu;

import damo.plan.Explanation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/// What one call moved between host and device, and what it asked of both.
final class Traffic {
    /// So often, so many bytes or nanoseconds in all.
    private record Count(int times, long sum) {
        Count plus(long more) {
            return new Count(times + 1, sum + more);
        }
    }

    private record Key(String why, int at) {}

    private final Map<Key, Count> moved = new LinkedHashMap<>();
    private final Map<String, Integer> hops = new LinkedHashMap<>();
    private final Map<Integer, Count> ran = new TreeMap<>();
    private final ToLongFunction<String> extents;
    private int launches;

    /// @param extents what symbols are in the call
    Traffic(ToLongFunction<String> extents) {
        this.extents = extents;
    }

    /// The buffer at a position was moved: `why` is `in`, `out`, or what on the host needed it.
    void move(String why, int at, long bytes) {
        moved.merge(new Key(why, at), new Count(1, bytes), (a, _) -> a.plus(bytes));
    }

    void launch() {
        launches++;
    }

    /// The host computed this.
    void hop(String opcode) {
        hops.merge(opcode, 1, Integer::sum);
    }

    int transfers() {
        return moved.values().stream().mapToInt(Count::times).sum();
    }

    /// A kernel took so long.
    void ran(int kernel, long nanos) {
        ran.merge(kernel, new Count(1, nanos), (a, _) -> a.plus(nanos));
    }

    int launches() {
        return launches;
    }

    /// How many bytes went either way.
    long bytes() {
        return moved.values().stream().mapToLong(Count::sum).sum();
    }

    /// What to show of it.
    List<String> lines(GpuProgram program) {
        var lines = new ArrayList<String>();
        lines.add("latest call: %d launches, %d transfers, %,d bytes".formatted(launches, transfers(), bytes()));
        hops.forEach((opcode, times) -> lines.add("  the host computes %s%s".formatted(opcode, times == 1 ? "" : ", %d times".formatted(times))));
        moved.forEach((key, count) -> lines.add("  %s %%%s: %s%,d bytes".formatted(key.why, program.buffer(key.at).name(),
                count.times == 1 ? "" : count.times + " times, ", count.sum)));
        ran.forEach((kernel, count) -> {
            Explanation.Work work = program.work(kernel);
            String name = program.launches[kernel].entries().getFirst().kernel().name();
            double bytes = work.read().of(extents) + work.written().of(extents);
            double flops = work.flops().of(extents);
            lines.add("  kernel %s: %d launches, %d ns, %.0f bytes, %.0f flops".formatted(name, count.times, count.sum, count.times * bytes,
                    count.times * flops));
        });
        return lines;
    }
}
