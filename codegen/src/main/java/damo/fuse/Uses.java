package damo.fuse;

import damo.kernel.Buffer;
import damo.kernel.Loads;
import damo.kernel.Program;
import damo.kernel.Step;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
                case Step.Compute compute -> Loads.of(compute.kernel()).forEach(this::add);
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
                case Step.Strips strips -> add(List.copyOf(strips.kernels()));
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
}
