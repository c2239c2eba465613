package damo.plan;

import damo.graph.Reduction;
import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Order;
import damo.kernel.Program;
import damo.kernel.Scalar;
import damo.kernel.Step;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Long reductions to single numbers in equal parts, which threads can share, and the reduction of these and of the few terms that are left. Whether
/// there are parts depends on extents alone, and so does the order of a sum: it is the same for any number of threads.
public final class Shares {
    private static final int TERMS = 1 << 18;                          // below which one thread is as fast
    private static final int PARTS = 64;

    private final Values values;
    private final Kernel kernel;
    private final Map<Value, Value> totals = new IdentityHashMap<>();
    private final List<Store> parts = new ArrayList<>();

    private Shares(Values values, Kernel kernel) {
        this.values = values;
        this.kernel = kernel;
    }

    /// The program with its long reductions in parts, whose values are of this pool; `sizes` is asked which are long. Loops stay as they are.
    public static Program of(Program program, Values values, Sizes sizes) {
        return program.withSteps(program.steps().stream()
                .flatMap(step -> step instanceof Step.Launch(var kernel) ? new Shares(values, kernel).steps(sizes) : Stream.of(step)).toList());
    }

    private Stream<Step> steps(Sizes sizes) {
        Step whole = new Step.Launch(kernel);
        List<Value> folds = kernel.axes().isEmpty() ? folds() : List.of();
        if (folds.isEmpty() || folds.stream().map(v -> ((Scalar.Fold) v.op()).axes().stream().map(Axis::extent).toList()).distinct().count() > 1)
            return Stream.of(whole);
        List<Axis> axes = ((Scalar.Fold) folds.getFirst().op()).axes();
        if (!folds.stream().allMatch(v -> mayDivide((Scalar.Fold) v.op())) || !sizes.isAtLeast(axes, TERMS)
                || !sizes.isAtLeast(List.of(axes.getFirst()), PARTS)) return Stream.of(whole);
        Axis part = new Axis(kernel.name() + "_part", values.whole(PARTS));
        folds.forEach(v -> totals.put(v, total((Scalar.Fold) v.op(), v, part)));
        List<Store> stores = kernel.stores().stream().map(s -> s.with(s.at(), values.replace(s.value(), totals::get))).toList();
        return Stream.of(new Step.Launch(new Kernel(part.name(), List.of(part), parts)),
                new Step.Launch(new Kernel(kernel.name(), kernel.axes(), stores)));
    }

    /// The reductions that are stored or computed with, but not those within others.
    private List<Value> folds() {
        var folds = new ArrayList<Value>();
        var seen = Needs.identitySet();
        var todo = new ArrayDeque<>(kernel.stores().stream().map(Store::value).toList());
        while (!todo.isEmpty()) {
            Value v = todo.remove();
            if (!seen.add(v)) continue;
            if (v.op() instanceof Scalar.Fold) folds.add(v);
            else todo.addAll(v.op().operands());
        }
        return folds;
    }

    /// Not a product of floats, which might overflow in parts; nor what needs another reduction.
    private static boolean mayDivide(Scalar.Fold fold) {
        return !(fold.f() == Reduction.PROD && fold.body().dtype().isFloat())
                && Order.of(fold.body(), _ -> false).stream().noneMatch(v -> v.op() instanceof Scalar.Fold);
    }

    private Value total(Scalar.Fold fold, Value v, Axis part) {
        Parted parted = Parted.of(values, fold, fold.axes().getFirst(), part);
        var buffer = new Buffer("%s%d".formatted(part.name(), parts.size()), v.dtype(), List.of(part.extent()));
        parts.add(new Store(buffer, values.indices(List.of(part)), parted.some()));
        Axis again = new Axis(buffer.name() + "_of", part.extent());
        return parted.whole(values, fold, values.fold(fold.f(), List.of(again), values.load(buffer, values.indices(List.of(again)))));
    }
}
