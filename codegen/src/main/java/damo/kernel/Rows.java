package damo.kernel;

import damo.graph.ScalarOp;
import java.util.List;

/// Whether kernels may run a strip of rows at a time ([Step.Strips]).
public final class Rows {
    /// A sum of rows takes in so many at once; strips have a multiple of that.
    public static final int TOGETHER = 8;

    private Rows() {}

    /// How many rows each of so many strips has, where all have equally many; fewer than `TOGETHER` for each strip may be left.
    public static Value each(Values values, Value rows, int strips) {
        long count = (long) strips * TOGETHER;
        return rows.op() instanceof Scalar.Whole(var n) ? values.whole(n / count * TOGETHER)
                : values.mul(values.apply(ScalarOp.FLOORDIV, rows, values.whole(count)), values.whole(TOGETHER));
    }

    /// Whether `next` may follow `before`, for each strip of `each` rows: whatever one of those stores it loads at its own rows. What is a sum over
    /// the rows of a strip is not to be loaded at all.
    public static boolean mayFollow(List<Step.Strip> before, Step.Strip next, Value each) {
        for (Step.Strip strip : before) {
            for (Store store : strip.kernel().stores())
                for (Value load : Loads.all(next.kernel()))
                    if (load.op() instanceof Scalar.Load(var from, var at) && from.equals(store.to()) && (strip.isSum() || !isRow(at, next, each)))
                        return false;
        }
        return true;
    }

    /// Whether a kernel may be done for `each` of all `rows` at a time: its axis has these, or one position for each strip, and it stores along that.
    public static boolean areOf(Step.Strip strip, Value rows, Value each) {
        Kernel kernel = strip.kernel();
        Value extent = strip.axis().extent();
        return kernel.axes().contains(strip.axis()) && (strip.isSum() ? areStrips(extent, rows, each) : extent == rows)
                && !kernel.adds() && kernel.stores().stream().allMatch(s -> isRow(s.at(), strip.axis()));
    }

    private static boolean areStrips(Value strips, Value rows, Value each) {
        if (!(strips.op() instanceof Scalar.Whole(var count))) return false;
        if (each.op() instanceof Scalar.Whole(var n)) return rows.op() instanceof Scalar.Whole(var all) && n * count <= all;
        return each.op() instanceof Scalar.Apply(var mul, var factors) && mul == ScalarOp.MUL
                && factors.getLast().op() instanceof Scalar.Whole(var some)
                && factors.getFirst().op() instanceof Scalar.Apply(var div, var parts) && div == ScalarOp.FLOORDIV
                && parts.getFirst() == rows && Values.isWhole(parts.getLast(), some * count);
    }

    /// Whether a position is in the row of `rows`.
    public static boolean isRow(List<Value> at, Axis rows) {
        return !at.isEmpty() && at.getFirst().op() instanceof Scalar.Index(var axis) && axis.equals(rows);
    }

    /// Whether a position is in a row that `strip` is at, where it takes `each` at a time.
    public static boolean isRow(List<Value> at, Step.Strip strip, Value each) {
        if (!strip.isSum()) return isRow(at, strip.axis());
        return !at.isEmpty() && at.getFirst().op() instanceof Scalar.Apply(var add, var terms) && add == ScalarOp.ADD
                && terms.getFirst().op() instanceof Scalar.Apply(var mul, var factors) && mul == ScalarOp.MUL
                && isRow(factors, strip.axis()) && factors.getLast() == each
                && terms.getLast().op() instanceof Scalar.Index(var within) && within.extent() == each;
    }
}
