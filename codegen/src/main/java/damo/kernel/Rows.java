package damo.kernel;

import java.util.List;
import java.util.stream.Stream;

/// Whether kernels may run a few rows at a time, one after the other ([Step.Strips]).
public final class Rows {
    private Rows() {}

    /// Whether `next` may follow `before` in the strips of one step: it has as many rows, and whatever one of those stores it loads at its own row.
    /// What is a sum over rows is stored with the last one, so it is not to be loaded at all.
    public static boolean mayFollow(List<Step.Strip> before, Step.Strip next) {
        for (Step.Strip strip : before) {
            if (!strip.rows().extent().equals(next.rows().extent())) return false;
            boolean isSum = !strip.kernel().axes().contains(strip.rows());
            for (Store store : strip.kernel().stores())
                for (Value load : Loads.all(next.kernel()))
                    if (load.op() instanceof Scalar.Load(var from, var at) && from.equals(store.to()) && (isSum || !isRow(at, next.rows())))
                        return false;
        }
        return true;
    }

    /// Whether a kernel may be done a few positions of `rows` at a time: what it stores has such rows, or is a sum over them.
    public static boolean areOf(Axis rows, Kernel kernel) {
        if (kernel.axes().contains(rows)) return !kernel.adds() && kernel.stores().stream().allMatch(s -> isRow(s.at(), rows));
        List<Value> folds = Contractions.folds(kernel.stores().stream().map(Store::value).toList());
        return folds.size() == 1 && ((Scalar.Fold) folds.getFirst().op()).axes().equals(List.of(rows));
    }

    /// The axes of a kernel, and those of its sums.
    static Stream<Axis> axes(Kernel kernel) {
        List<Value> folds = Contractions.folds(kernel.stores().stream().map(Store::value).toList());
        return Stream.concat(kernel.axes().stream(), folds.stream().flatMap(v -> ((Scalar.Fold) v.op()).axes().stream()));
    }

    /// Whether a position is in the row of `rows`.
    public static boolean isRow(List<Value> at, Axis rows) {
        return !at.isEmpty() && at.getFirst().op() instanceof Scalar.Index(var axis) && axis.equals(rows);
    }
}
