package damo.fuse;

import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Program;
import damo.kernel.Scalar;
import damo.kernel.Step;
import damo.kernel.Store;
import damo.kernel.Value;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Who reads each buffer: how many kernels, branches, checks; the caller counts as one reader of an output.
final class Uses {
    private final Map<Buffer, Integer> count = new HashMap<>();

    Uses(Program program) {
        program.outputs().forEach(this::add);
        add(program.steps());
    }

    private void add(List<Step> steps) {
        for (Step step : steps) {
            switch (step) {
                case Step.Launch(var kernel) -> read(kernel).forEach(this::add);
                case Step.Branch(var condition, var then, var otherwise) -> {
                    add(condition);
                    add(then);
                    add(otherwise);
                }
                case Step.Loop(_, _, var body, var carries, var until) -> {
                    add(body);
                    carries.forEach(c -> add(c.next()));
                    carries.forEach(c -> add(c.state()));
                    until.ifPresent(this::add);
                }
                case Step.Check(var condition, _) -> add(condition);
                case Step.Call(_, var reads, _) -> reads.forEach(this::add);
            }
        }
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

    /// The buffers that a kernel loads.
    static Set<Buffer> read(Kernel kernel) {
        Set<Buffer> read = new LinkedHashSet<>();
        Set<Value> done = Collections.newSetFromMap(new IdentityHashMap<>());
        kernel.stores().forEach(store -> read(store.value(), done, read));
        return read;
    }

    /// The buffers that one store loads.
    static Set<Buffer> read(Store store) {
        Set<Buffer> read = new LinkedHashSet<>();
        read(store.value(), Collections.newSetFromMap(new IdentityHashMap<>()), read);
        return read;
    }

    private static void read(Value v, Set<Value> done, Set<Buffer> read) {
        if (!done.add(v)) return;
        if (v.op() instanceof Scalar.Load(var from, _)) read.add(from);
        if (v.op() instanceof Scalar.Flat(var from, _)) read.add(from);
        v.op().operands().forEach(o -> read(o, done, read));
    }
}
