package damo.plan;

import damo.kernel.Buffer;
import damo.kernel.Contractions;
import damo.kernel.Kernel;
import damo.kernel.Loads;
import damo.kernel.Program;
import damo.kernel.Rows;
import damo.kernel.Scalar;
import damo.kernel.Step;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.math.Expansions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A matrix that is read row by row, and then once more for sums of its rows, as `xᵀ f(x w)` reads `x`, comes from memory once: whatever leads from
/// the first reading to the second is done for a strip of rows, and then for another one ([Step.Strips]). The sums are in parts for that ([Columns]),
/// also where there are no strips.
public final class Strips {
    private final Values values;
    private final List<Step> steps = new ArrayList<>();
    private final Map<Kernel, Columns> sums = new IdentityHashMap<>(); // by the kernel of their parts
    private final Map<Buffer, List<Kernel>> readers = new HashMap<>(); // of matrices, row by row

    private Strips(List<Step> program, Values values, Sizes sizes) {
        this.values = values;
        for (Step step : program) {
            Optional<Columns> columns = step instanceof Step.Launch(var kernel) ? Columns.of(values, kernel, sizes) : Optional.empty();
            columns.ifPresent(c -> sums.put(c.some().kernel(), c));
            steps.addAll(columns.map(Columns::steps).orElse(List.of(step)));
        }
    }

    /// The program with such kernels together, whose values are of this pool; `sizes` is asked which matrices are large. Loops stay as they are.
    public static Program of(Program program, Values values, Sizes sizes) {
        var strips = new Strips(program.steps(), values, sizes);
        for (Step step : List.copyOf(strips.steps)) if (step instanceof Step.Launch(var kernel)) strips.add(kernel);
        return program.withSteps(strips.steps);
    }

    private void add(Kernel kernel) {
        if (kernel.axes().isEmpty() || Contractions.folds(kernel.stores().stream().map(Store::value).toList()).isEmpty()) return;
        Columns sum = sums.get(kernel);
        for (Value load : Loads.all(kernel)) {
            if (!(load.op() instanceof Scalar.Load(var matrix, var at)) || at.size() != 2) continue;
            if (Rows.isRow(at, kernel.axes().getFirst())) readers.computeIfAbsent(matrix, _ -> new ArrayList<>()).add(kernel);
            boolean isTurned = sum != null && Rows.isRow(at, sum.some(), sum.each()) && at.getLast() == values.index(kernel.axes().getLast());
            if (isTurned && readers.getOrDefault(matrix, List.of()).stream().anyMatch(first -> join(first, sum))) return;
        }
    }

    /// Puts all from the kernel `first` to the parts of `sum` into one step, if that is possible.
    private boolean join(Kernel first, Columns sum) {
        Kernel last = sum.some().kernel();
        Value each = sum.each();
        int from = steps.indexOf(new Step.Launch(first)), to = steps.indexOf(new Step.Launch(last));
        if (from < 0 || from > to) return false;                       // it was joined with others
        var between = steps.subList(from, to + 1);
        Set<Step> leading = leading(between), following = following(between);
        var before = new ArrayList<Step>();
        var within = new ArrayList<Step.Strip>();
        var after = new ArrayList<Step>();
        for (Step step : between) {
            boolean isEnd = step == between.getFirst() || step == between.getLast();
            if (!isEnd && !following.contains(step)) before.add(step);
            else if (!isEnd && !leading.contains(step)) after.add(step);
            else if (step instanceof Step.Launch(var kernel) && !kernel.axes().isEmpty()) {
                var strip = kernel == last ? sum.some() : new Step.Strip(kernel, kernel.axes().getFirst(), false);
                if (!Rows.areOf(strip, sum.rows().extent(), each) || !Rows.mayFollow(within, strip, each) || !isDivided(strip)) return false;
                within.add(strip);
            } else return false;
        }
        between.clear();
        between.addAll(before);
        between.add(new Step.Strips(within, each));
        between.addAll(after);
        return true;
    }

    /// Of these steps, the last and those that it needs something of.
    private static Set<Step> leading(List<Step> steps) {
        Set<Step> found = Collections.newSetFromMap(new IdentityHashMap<>());
        Set<Buffer> needed = new HashSet<>();
        for (Step step : steps.reversed()) {
            if (!found.isEmpty() && Collections.disjoint(changed(step), needed)) continue;
            found.add(step);
            needed.addAll(MemoryPlan.mentioned(step, false));
        }
        return found;
    }

    /// Of these steps, the first and those that need something of it.
    private static Set<Step> following(List<Step> steps) {
        Set<Step> found = Collections.newSetFromMap(new IdentityHashMap<>());
        Set<Buffer> changed = new HashSet<>();
        for (Step step : steps) {
            if (!found.isEmpty() && Collections.disjoint(MemoryPlan.mentioned(step, false), changed)) continue;
            found.add(step);
            changed.addAll(changed(step));
        }
        return found;
    }

    private static Set<Buffer> changed(Step step) {
        Set<Buffer> changed = MemoryPlan.mentioned(step, true);
        Step.all(List.of(step)).forEach(s -> {
            if (s instanceof Step.Loop loop) loop.carries().forEach(c -> changed.add(c.state()));
        });
        return changed;
    }

    /// Whether the kernel does nothing but what it does for some row, or strip.
    private boolean isDivided(Step.Strip strip) {
        Kernel kernel = Expansions.expand(values, strip.kernel());
        return Division.of(kernel, Schedule.of(values, kernel)).filter(d -> d.axis().equals(strip.axis()) && !d.isCoarse()).isPresent();
    }
}
