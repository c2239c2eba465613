package damo.plan;

import damo.graph.Reduction;
import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Contractions;
import damo.kernel.Kernel;
import damo.kernel.Loads;
import damo.kernel.Rows;
import damo.kernel.Scalar;
import damo.kernel.Step;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.math.Expansions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A sum of the columns of a large matrix in equal parts, each of some rows, and the sum of these: threads can do them at the same time, and one
/// thread in any order. Whether there are parts depends on extents alone, and so does the order of a sum.
///
/// @param rows the axis of the matrix that is summed over
/// @param some the parts, one for each position of its axis; not those fewer rows that are left
/// @param after what is left, if anything may be, and the sum of all that, with whatever was computed of it
record Columns(Axis rows, Step.Strip some, List<Step> after) {
    private static final int LARGE = 1 << 20;                          // bytes: what is smaller is still in a cache anyway
    private static final int ELEMENTS = 1 << 16;                       // of a part: they stay in the second cache
    private static final int LEAST = 2 * Rows.TOGETHER;                // rows of a part, for its sums are written and read once more

    /// How many rows a part has.
    Value each() {
        return ((Scalar.Fold) some.kernel().stores().getFirst().value().op()).axes().getFirst().extent();
    }

    /// All that is to be done.
    List<Step> steps() {
        return Stream.concat(Stream.of(new Step.Launch(some.kernel())), after.stream()).toList();
    }

    /// `kernel` in parts, if it is such a sum; `sizes` is asked whether the matrix is large.
    static Optional<Columns> of(Values values, Kernel kernel, Sizes sizes) {
        List<Value> folds = Contractions.folds(kernel.stores().stream().map(Store::value).toList());
        if (folds.size() != 1 || kernel.axes().size() != 1 || kernel.stores().size() != 1) return Optional.empty();
        var fold = (Scalar.Fold) folds.getFirst().op();
        if (fold.f() != Reduction.SUM || fold.axes().size() != 1) return Optional.empty();
        Axis rows = fold.axes().getFirst(), columns = kernel.axes().getFirst();
        List<Value> at = values.indices(List.of(rows, columns));
        if (Loads.all(kernel).stream().noneMatch(v -> v.op() instanceof Scalar.Load(_, var position) && position.equals(at))
                || !isKnown(rows) || !isKnown(columns)) return Optional.empty();
        int parts = parts(List.of(rows, columns), fold.body().dtype().bits() / 8, sizes);
        return parts < 2 || !Schedule.sumsRows(values, Expansions.expand(values, kernel), rows) ? Optional.empty()
                : Optional.of(of(values, kernel, folds.getFirst(), parts));
    }

    /// Whether a call brings it: then it is one number, or its symbol.
    private static boolean isKnown(Axis axis) {
        return axis.extent().op() instanceof Scalar.Whole || axis.extent().op() instanceof Scalar.Symbol;
    }

    private static int parts(List<Axis> both, int bytes, Sizes sizes) {
        if (!sizes.isAtLeast(both, LARGE / bytes)) return 1;
        int parts = 1;
        while (sizes.isAtLeast(both, (long) parts * ELEMENTS + 1) && sizes.isAtLeast(both.subList(0, 1), 2L * parts * LEAST)) parts *= 2;
        return parts;
    }

    private static Columns of(Values values, Kernel kernel, Value sum, int parts) {
        var fold = (Scalar.Fold) sum.op();
        Store store = kernel.stores().getFirst();
        Axis rows = fold.axes().getFirst(), columns = kernel.axes().getFirst();
        Axis part = new Axis(kernel.name() + "_part", values.whole(parts));
        Parted parted = Parted.of(values, fold, rows, part, Rows.each(values, rows.extent(), parts));
        Kernel some = storing(values, part.name(), List.of(part, columns), parted.some());
        Optional<Kernel> left = parted.left().map(v -> storing(values, kernel.name() + "_left", kernel.axes(), v));
        Axis again = new Axis(part.name() + "_of", part.extent());
        Value sums = values.fold(fold.f(), List.of(again), values.load(stored(some), values.indices(List.of(again, columns))));
        Value total = new Parted(sums, left.map(k -> values.load(stored(k), values.indices(kernel.axes())))).whole(values, fold, sums);
        Store all = store.with(store.at(), values.replace(store.value(), v -> v == sum ? total : null));
        return new Columns(rows, new Step.Strip(some, part, true), Stream.concat(left.stream(),
                Stream.of(new Kernel(kernel.name(), kernel.axes(), List.of(all)))).<Step>map(Step.Launch::new).toList());
    }

    private static Kernel storing(Values values, String name, List<Axis> axes, Value value) {
        var to = new Buffer(name + "_sum", value.dtype(), axes.stream().map(Axis::extent).toList());
        return new Kernel(name, axes, List.of(new Store(to, values.indices(axes), value)));
    }

    private static Buffer stored(Kernel kernel) {
        return kernel.stores().getFirst().to();
    }
}
