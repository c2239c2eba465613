package damo.plan;

import damo.kernel.Buffer;
import damo.kernel.Loads;
import damo.kernel.Program;
import damo.kernel.Step;
import damo.kernel.Values;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which memory each buffer of a program has. Temporaries that do not live at the same time share a slot of the workspace; a kernel
/// that reads a dying buffer only where it writes may write over it ([InPlace]).
///
/// @param positions the place of every buffer among the arguments of the kernels: inputs, constants, outputs, temporaries
/// @param slots for each temporary, the slot of the workspace that holds it
/// @param slotCount how many slots there are
public record MemoryPlan(Map<Buffer, Integer> positions, Map<Buffer, Integer> slots, int slotCount) {
    /// The plan for `program`, whose values are of this pool.
    public static MemoryPlan of(Values values, Program program) {
        return new Planner(values, program).plan();
    }

    private static final class Planner {
        private final Values values;
        private final Program program;
        private final Map<Buffer, Integer> positions = new HashMap<>();
        private final Map<Buffer, Integer> slots = new LinkedHashMap<>();
        private final Map<Buffer, Integer> lastRead = new HashMap<>();
        private final Map<Class<?>, Deque<Integer>> free = new HashMap<>();
        private final Set<Buffer> carried = new HashSet<>();
        private final Map<Buffer, Buffer> inPlace = new HashMap<>();      // from the next value of a state to the state
        private int slotCount;

        Planner(Values values, Program program) {
            this.values = values;
            this.program = program;
        }

        MemoryPlan plan() {
            program.inputs().forEach(this::place);
            program.constants().keySet().forEach(this::place);
            program.outputs().forEach(this::place);
            List<Step> steps = program.steps();
            for (int i = 0; i < steps.size(); i++) for (Buffer b : mentioned(steps.get(i), false)) lastRead.put(b, i);
            carry(steps);
            Map<Integer, List<Buffer>> deaths = new HashMap<>();
            lastRead.forEach((b, i) -> deaths.computeIfAbsent(i, _ -> new ArrayList<>()).add(b));
            for (int i = 0; i < steps.size(); i++) {
                List<Buffer> dying = new ArrayList<>();
                for (Buffer b : deaths.getOrDefault(i, List.of())) if (slots.containsKey(b) && !inPlace.containsKey(b)) dying.add(b);
                dying.sort(Comparator.comparing(slots::get));
                for (Buffer b : mentioned(steps.get(i), true))
                    if (!positions.containsKey(b)) {
                        place(b);
                        Buffer before = inPlace.containsKey(b) ? inPlace.get(b) : overwritten(steps.get(i), b, dying);
                        dying.remove(before);
                        if (before != null) {
                            slots.put(b, slots.get(before));
                            continue;
                        }
                        Deque<Integer> idle = free.computeIfAbsent(b.dtype().storage(), _ -> new ArrayDeque<>());
                        slots.put(b, idle.isEmpty() ? slotCount++ : idle.pop());
                    }
                dying.forEach(this::release);
            }
            return new MemoryPlan(positions, slots, slotCount);
        }

        /// A state and its next value exchange their memory, so both live as long as either; and neither is overwritten while it is read.
        private void carry(List<Step> steps) {
            for (Step step : steps)
                switch (step) {
                    case Step.Compute _, Step.Strips _, Step.Check _, Step.Call _ -> {}
                    case Step.Branch(_, var then, var otherwise) -> {
                        carry(then);
                        carry(otherwise);
                    }
                    case Step.Loop(_, _, var body, var carries, _) -> {
                        carry(body);
                        var all = new HashSet<Buffer>();
                        for (Step.Carry c : carries) all.addAll(List.of(c.state(), c.next()));
                        int last = all.stream().mapToInt(lastRead::get).max().orElse(-1);
                        all.forEach(b -> lastRead.put(b, last));
                        carried.addAll(all);
                        for (Step.Carry c : carries)
                            if (carries.stream().noneMatch(d -> d.next().equals(c.state())) && isInPlace(body, c)) inPlace.put(c.next(), c.state());
                    }
                }
        }

        /// Whether the last that a step reads of the state is in the kernel that stores the next one: then one buffer may serve.
        private boolean isInPlace(List<Step> body, Step.Carry carry) {
            int at = 0;
            while (at < body.size() && !(body.get(at) instanceof Step.Launch && mentioned(body.get(at), true).contains(carry.next()))) at++;
            return at < body.size() && isInPlace(body.get(at), carry.state(), carry.next())
                    && body.subList(at + 1, body.size()).stream().noneMatch(step -> mentioned(step, false).contains(carry.state()));
        }

        private boolean isInPlace(Step step, Buffer from, Buffer to) {
            return step instanceof Step.Launch launch && InPlace.of(values, launch, from, to).isPresent();
        }

        /// What the step may store the temporary over, or `null`.
        private Buffer overwritten(Step step, Buffer to, List<Buffer> dying) {
            for (Buffer b : dying) if (!carried.contains(b) && isInPlace(step, b, to)) return b;
            return null;
        }

        private void place(Buffer buffer) {
            positions.putIfAbsent(buffer, positions.size());
        }

        private void release(Buffer buffer) {
            free.computeIfAbsent(buffer.dtype().storage(), _ -> new ArrayDeque<>()).push(slots.get(buffer));
        }
    }

    /// The buffers that a step stores, or else those that it loads; a branch loads what it stores too, since both happen within.
    static Set<Buffer> mentioned(Step step, boolean stored) {
        Set<Buffer> found = new LinkedHashSet<>();
        switch (step) {
            case Step.Compute compute -> {
                if (stored) compute.kernel().stores().forEach(s -> found.add(s.to()));
                else found.addAll(Loads.of(compute.kernel()));
            }
            case Step.Branch(var condition, var then, var otherwise) -> {
                for (List<Step> side : List.of(then, otherwise))
                    for (Step inner : side) {
                        found.addAll(mentioned(inner, true));
                        if (!stored) found.addAll(mentioned(inner, false));
                    }
                if (!stored) found.add(condition);
            }
            case Step.Loop(_, _, var body, var carries, var until) -> {
                for (Step inner : body) {
                    found.addAll(mentioned(inner, true));
                    if (!stored) found.addAll(mentioned(inner, false));
                }
                if (!stored) {
                    carries.forEach(c -> found.addAll(List.of(c.state(), c.next())));
                    until.ifPresent(found::add);
                }
            }
            case Step.Strips(var kernels, _) -> {
                for (Step inner : kernels) {
                    found.addAll(mentioned(inner, true));
                    if (!stored) found.addAll(mentioned(inner, false));
                }
            }
            case Step.Check(var condition, _) -> {
                if (!stored) found.add(condition);
            }
            case Step.Call(_, var reads, var stores) -> found.addAll(stored ? stores : reads);
        }
        return found;
    }
}
