package damo.plan;

import damo.kernel.Axis;
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
import java.util.Set;

/// A matrix that is read row by row, and then once more for sums of its rows, as `xᵀ f(x w)` reads `x`, comes from memory once: whatever leads from
/// the first reading to the second is done for some rows, and then for the next ones ([Step.Strips]). Sums have the order that they have anyway.
public final class Strips {
    private static final int LARGE = 1 << 20;                          // bytes: what is smaller is still in a cache anyway

    private static final int ELEMENTS = 1 << 16;                       // of a strip: they stay in the second cache

    private final Values values;
    private final Sizes sizes;
    private final long shared;
    private final List<Step> steps;
    private final Map<Buffer, List<Kernel>> readers = new HashMap<>(); // of matrices, row by row

    private Strips(List<Step> steps, Values values, Sizes sizes, long shared) {
        this.steps = new ArrayList<>(steps);
        this.values = values;
        this.sizes = sizes;
        this.shared = shared;
    }

    /// The program with such kernels together, whose values are of this pool; `sizes` is asked which matrices are large. Loops stay as they are.
    ///
    /// @param shared from so many elements on, threads do the rows of each kernel
    public static Program of(Program program, Values values, Sizes sizes, long shared) {
        var strips = new Strips(program.steps(), values, sizes, shared);
        for (Step step : program.steps()) if (step instanceof Step.Launch(var kernel)) strips.add(kernel);
        return program.withSteps(strips.steps);
    }

    /// How many rows of so many elements a strip has: a sum of rows takes in several at once, and is to do so in every strip but the last.
    public static int rows(int width) {
        return Math.max(1, ELEMENTS / Interchange.UNROLL / Math.max(1, width)) * Interchange.UNROLL;
    }

    private void add(Kernel kernel) {
        List<Value> folds = Contractions.folds(kernel.stores().stream().map(Store::value).toList());
        if (folds.isEmpty() || kernel.axes().isEmpty()) return;
        Axis first = kernel.axes().getFirst();
        List<Axis> over = ((Scalar.Fold) folds.getFirst().op()).axes();
        for (Value load : Loads.all(kernel)) {
            if (!(load.op() instanceof Scalar.Load(var matrix, var at)) || at.size() != 2) continue;
            if (Rows.isRow(at, first)) readers.computeIfAbsent(matrix, _ -> new ArrayList<>()).add(kernel);
            boolean isTurned = folds.size() == 1 && over.size() == 1 && kernel.axes().size() == 1 && Rows.isRow(at, over.getFirst())
                    && at.getLast() == values.index(first);
            if (isTurned && readers.getOrDefault(matrix, List.of()).stream().anyMatch(r -> join(r, kernel, over.getFirst()))) return;
        }
    }

    /// Puts all from the kernel `first` to the kernel `last`, which sums over `rows`, into one step, if that is possible and worth it.
    private boolean join(Kernel first, Kernel last, Axis rows) {
        int from = steps.indexOf(new Step.Launch(first)), to = steps.indexOf(new Step.Launch(last));
        if (from < 0 || first == last) return false;                   // it was joined with others; or is all there is
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
                var strip = new Step.Strip(kernel, kernel == last ? rows : kernel.axes().getFirst());
                if (!Rows.areOf(strip.rows(), kernel) || !Rows.mayFollow(within, strip) || !isDivided(strip)) return false;
                within.add(strip);
            } else return false;
        }
        Axis columns = last.axes().getFirst();
        List<Axis> both = List.of(rows, columns);
        int bytes = last.stores().getFirst().to().dtype().bits() / 8;
        if (both.stream().anyMatch(a -> !isKnown(a.extent())) || !sizes.isAtLeast(both, LARGE / bytes)) return false;
        if (shared < Long.MAX_VALUE && sizes.isAtLeast(both, shared)) return false;
        between.clear();
        between.addAll(before);
        between.add(new Step.Strips(within, columns.extent()));
        between.addAll(after);
        return true;
    }

    /// Whether a call brings it: then it is one number, or its symbol.
    private static boolean isKnown(Value extent) {
        return extent.op() instanceof Scalar.Whole || extent.op() instanceof Scalar.Symbol;
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

    /// Whether the kernel does nothing but what it does for some row; or the sums over rows are done row by row.
    private boolean isDivided(Step.Strip strip) {
        Kernel kernel = Expansions.expand(values, strip.kernel());
        if (!kernel.axes().contains(strip.rows())) return Schedule.sumsRows(values, kernel, strip.rows());
        return Division.of(kernel, Schedule.of(values, kernel)).filter(d -> d.axis().equals(strip.rows()) && !d.isCoarse()).isPresent();
    }
}
