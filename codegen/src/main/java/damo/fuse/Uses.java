package damo.fuse;

import damo.kernel.Buffer;
import damo.kernel.Loads;
import damo.kernel.Program;
import damo.kernel.Step;
import damo.kernel.Store;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Who reads each buffer: how many kernels, branches, checks; the caller counts as one reader of an output.
final class Uses {
    private final Map<Buffer, Integer> count = new HashMap<>();
    private final Set<Buffer> stored = new HashSet<>();
    private final Set<Buffer> special = new HashSet<>();               // stored in several branches, or not only read by kernels

    Uses(Program program) {
        program.outputs().forEach(this::other);
        add(program.steps());
    }

    private void add(List<Step> steps) {
        for (Step step : steps) {
            switch (step) {
                case Step.Compute compute -> {
                    Loads.of(compute.kernel()).forEach(this::add);
                    for (Store store : compute.kernel().stores()) if (!stored.add(store.to())) special.add(store.to());
                }
                case Step.Branch(var condition, var then, var otherwise) -> {
                    other(condition);
                    add(then);
                    add(otherwise);
                }
                case Step.Loop(_, _, var body, var carries, var until) -> {
                    add(body);
                    carries.forEach(c -> other(c.next()));
                    carries.forEach(c -> other(c.state()));
                    until.ifPresent(this::other);
                }
                case Step.Strips strips -> add(List.copyOf(strips.kernels()));
                case Step.Check(var condition, _) -> other(condition);
                case Step.Call(_, var reads, _) -> reads.forEach(this::other);
            }
        }
    }

    private void other(Buffer buffer) {
        special.add(buffer);
        add(buffer);
    }

    /// Whether one kernel stores it, and nothing but kernels reads it.
    boolean isOfKernels(Buffer buffer) {
        return !special.contains(buffer);
    }

    /// Those who read `other` read `buffer` instead.
    void move(Buffer other, Buffer buffer) {
        count.merge(buffer, of(other), Integer::sum);
        count.remove(other);
    }

    /// One reader more.
    void add(Buffer buffer) {
        count.merge(buffer, 1, Integer::sum);
    }

    /// One reader less.
    void drop(Buffer buffer) {
        count.merge(buffer, -1, Integer::sum);
    }

    /// How many readers there are.
    int of(Buffer buffer) {
        return count.getOrDefault(buffer, 0);
    }
}
