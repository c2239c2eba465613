package damo.plan;

import damo.graph.ScalarOp;
import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Contractions;
import damo.kernel.Kernel;
import damo.kernel.Program;
import damo.kernel.Scalar;
import damo.kernel.Step;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.type.DType;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// Long reductions with few results in two: parts that a device does at the same time, and the reduction of the parts. The order of a sum depends
/// on extents alone.
///
/// Where a group does a part, it takes terms that lie one after another; items take turns, so that neighbours read neighbours. What other
/// reductions need, as the mean in a variance, or what positions have in common, as the sum of a long softmax, gets a buffer. A product of matrices
/// with a long sum, as the gradient of weights over a long batch, becomes as many products; what is left of its terms, and the epilogue, come after.
public final class Split {
    private static final int TERMS = 1 << 14;                          // below which it is not worth a kernel more
    private static final int GROUPS = 64;                              // at work, that are enough; or as many items
    private static final int TILE = 1 << 13;                           // results that a group has of a product of matrices
    private static final int LEFT = 16;                                // of terms, at most one in so many is left when a product is divided
    private static final int PARTS = 1 << 10;                          // so that each has at least 16 terms

    private final Values values;
    private final Sizes sizes;
    private final Kernel kernel;
    private final List<Step> before = new ArrayList<>();
    private final Map<Value, Value> totals = new IdentityHashMap<>();
    private final Map<Value, Value> stored = new IdentityHashMap<>();
    private final Map<Value, Value> within = new IdentityHashMap<>();
    private final Map<Value, Value> outside = new IdentityHashMap<>();

    private Split(Values values, Sizes sizes, Kernel kernel) {
        this.values = values;
        this.sizes = sizes;
        this.kernel = kernel;
    }

    /// The program with its long reductions split, whose values are of this pool; `sizes` is asked which are.
    public static Program split(Program program, Values values, Sizes sizes) {
        return program.withSteps(steps(program.steps(), values, sizes));
    }

    private static List<Step> steps(List<Step> steps, Values values, Sizes sizes) {
        return steps.stream().<Step>flatMap(step -> switch (step) {
            case Step.Launch(var kernel) -> new Split(values, sizes, kernel).split();
            case Step.Contract(var kernel) -> new Split(values, sizes, kernel).product();
            case Step.Repeat _, Step.Strip _, Step.Strips _, Step.Check _, Step.Call _ -> Stream.of(step);
            case Step.Branch(var condition, var then, var otherwise) ->
                Stream.of(new Step.Branch(condition, steps(then, values, sizes), steps(otherwise, values, sizes)));
            case Step.Loop(var index, var count, var body, var carries, var until) ->
                Stream.of(new Step.Loop(index, count, steps(body, values, sizes), carries, until));
        }).toList();
    }

    private Stream<Step> split() {
        List<Store> stores = kernel.stores().stream().map(s -> s.with(s.at(), split(s.value(), outside))).toList();
        return Stream.concat(before.stream(), Stream.of(new Step.Launch(new Kernel(kernel.name(), kernel.axes(), stores))));
    }

    /// `v` with its long reductions split.
    private Value split(Value v, Map<Value, Value> done) {
        return values.replace(v, u -> u.op() instanceof Scalar.Fold fold ? split(u, fold, done) : null, done);
    }

    private Value split(Value v, Scalar.Fold fold, Map<Value, Value> done) {
        Value whole = values.fold(fold.f(), fold.axes(), split(fold.body(), within));
        Set<Axis> used = Axes.of(whole);
        List<Axis> axes = kernel.axes().stream().filter(used::contains).toList();
        if (axes.size() < used.size()) return whole;                   // one for each term of another
        Value total = totals.computeIfAbsent(v, _ -> total(whole, axes));
        boolean isAlone = kernel.axes().stream().allMatch(a -> used.contains(a) || Values.isWhole(a.extent(), 1));
        return total == whole || isAlone && done == outside ? total : stored.computeIfAbsent(v, _ -> stored(total, axes));
    }

    /// The reduction of the parts of `whole`, which has a result for each position of `axes`, or `whole` itself if it stays.
    private Value total(Value whole, List<Axis> axes) {
        var fold = (Scalar.Fold) whole.op();
        if (!sizes.isAtLeast(fold.axes(), TERMS) || hasFold(fold.body(), new IdentityHashMap<>())) return whole;
        boolean isGroup = Mapping.of(values, storing(buffer("whole", whole.dtype(), axes), axes, axes, whole), sizes).isGroup();
        for (int parts = parts(PARTS, axes, isGroup ? GROUPS : GROUPS * Mapping.GROUP); parts > 1; parts /= 2)
            for (Axis axis : fold.axes()) if (sizes.isAtLeast(List.of(axis), parts)) return total(whole, axes, axis, parts, isGroup);
        return whole;
    }

    private Value total(Value whole, List<Axis> axes, Axis axis, int parts, boolean isGroup) {
        var fold = (Scalar.Fold) whole.op();
        Axis part = new Axis("%s_part%d".formatted(kernel.name(), before.size()), values.whole(parts));
        Axis again = new Axis(part.name() + "_of", part.extent());
        Value extent = axis.extent();
        Value terms = extent.op() instanceof Scalar.Whole(var n) ? values.whole((n + parts - 1) / parts)
                : values.add(values.apply(ScalarOp.FLOORDIV, values.sub(extent, values.whole(1)), part.extent()), values.whole(1));
        Axis turn = new Axis(axis.name() + "_in", terms);
        Value at = isGroup ? values.add(values.mul(values.index(part), terms), values.index(turn))
                : values.add(values.mul(values.index(turn), part.extent()), values.index(part));
        // Below 0 if it is beyond the largest int32.
        Value inside = extent.op() instanceof Scalar.Whole(var n) && n % parts == 0 ? values.whole(1)
                : values.apply(ScalarOp.AND, values.apply(ScalarOp.LE, values.whole(0), at), values.apply(ScalarOp.LT, at, extent));
        Value term = values.choose(inside, fold.body(), values.of(Scalar.Fold.ofNothing(fold.f(), whole.dtype()), whole.dtype()));
        Value some = Parted.moved(values, new Scalar.Fold(fold.f(), fold.axes(), term), axis, turn, at);
        List<Axis> places = with(axes, part);
        Buffer buffer = buffer(part.name(), whole.dtype(), places);
        List<Axis> order = isGroup ? places : Stream.concat(Stream.of(part), axes.stream()).toList();
        before.add(new Step.Launch(storing(buffer, order, places, some)));
        return values.fold(fold.f(), List.of(again), values.load(buffer, values.indices(with(axes, again))));
    }

    /// A contraction in several of equal length, as far as that goes, and a kernel that adds their sums and what is left, and does the epilogue.
    private Stream<Step> product() {
        Value sum = Contractions.folds(kernel.stores().stream().map(Store::value).toList()).getFirst();
        var fold = (Scalar.Fold) sum.op();
        List<Value> factors = fold.body().op().operands();
        List<Axis> batch = kernel.axes().stream().filter(a -> factors.stream().allMatch(v -> Axes.of(v).contains(a))).toList();
        if (sizes.isAtLeast(fold.axes(), TERMS) && !sizes.isAtLeast(batch, GROUPS))
            for (int parts = parts(GROUPS, kernel.axes(), TILE * GROUPS); parts > 1; parts /= 2)
                for (Axis axis : fold.axes()) if (sizes.isAtLeast(List.of(axis), parts * LEFT)) return product(sum, axis, parts);
        return Stream.of(new Step.Contract(kernel));
    }

    private Stream<Step> product(Value sum, Axis axis, int parts) {
        var fold = (Scalar.Fold) sum.op();
        Axis part = new Axis(kernel.name() + "_part", values.whole(parts));
        Axis again = new Axis(part.name() + "_of", part.extent());
        Parted parted = Parted.of(values, fold, axis, part);
        List<Axis> places = Stream.concat(Stream.of(part), kernel.axes().stream()).toList();
        Buffer buffer = buffer(part.name(), sum.dtype(), places);
        Value added = values.fold(fold.f(), List.of(again), values.load(buffer, values.indices(
                Stream.concat(Stream.of(again), kernel.axes().stream()).toList())));
        Value total = parted.whole(values, fold, added);
        List<Store> stores = kernel.stores().stream().map(s -> s.with(s.at(), values.replace(s.value(), v -> v == sum ? total : null))).toList();
        return Stream.of(new Step.Contract(storing(buffer, places, places, parted.some())),
                new Step.Launch(new Kernel(kernel.name(), kernel.axes(), stores)));
    }

    /// How many parts, of at most so many, are enough for `enough` at work, if there is one for each position of `axes` without.
    private int parts(int most, List<Axis> axes, int enough) {
        int parts = 1;
        while (parts < most && !sizes.isAtLeast(axes, enough / parts)) parts *= 2;
        return parts;
    }

    /// What is in a buffer that has `total`, which a kernel of its own puts there.
    private Value stored(Value total, List<Axis> axes) {
        Buffer buffer = buffer("%s_total%d".formatted(kernel.name(), before.size()), total.dtype(), axes);
        before.add(new Step.Launch(storing(buffer, axes, axes, total)));
        return values.load(buffer, values.indices(axes));
    }

    private static Buffer buffer(String name, DType dtype, List<Axis> axes) {
        return new Buffer(name, dtype, axes.stream().map(Axis::extent).toList());
    }

    private Kernel storing(Buffer buffer, List<Axis> axes, List<Axis> places, Value value) {
        return new Kernel(buffer.name(), axes, List.of(new Store(buffer, values.indices(places), value)));
    }

    private static List<Axis> with(List<Axis> axes, Axis last) {
        return Stream.concat(axes.stream(), Stream.of(last)).toList();
    }

    private static boolean hasFold(Value v, Map<Value, Boolean> seen) {
        if (seen.put(v, true) != null) return false;
        return v.op() instanceof Scalar.Fold || v.op().operands().stream().anyMatch(o -> hasFold(o, seen));
    }
}
