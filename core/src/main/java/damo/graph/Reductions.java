package damo.graph;

import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import java.util.List;

/// Reductions and what is composed of them. `axes` may be negative; none given means all.
final class Reductions {
    private Reductions() {}

    static Variable reduce(Reduction f, Variable x, boolean keepDims, int... axes) {
        List<Integer> over = Build.axes(f.toString(), x, axes);
        Variable operand = f.hasIdentity() ? accumulated(x) : x;
        Variable z = over.isEmpty() ? operand : new Variable(new Op.Reduce(f, operand, over));
        return keepDims ? Movement.expand(z, over) : z;
    }

    /// Sums of bool and small integers accumulate in 64 bits, as NumPy's do.
    private static Variable accumulated(Variable x) {
        return switch (x.dtype().kind()) {
            case BOOL, INT -> x.cast(DType.INT64);
            case UINT -> x.cast(DType.UINT64);
            case FLOAT -> x;
        };
    }

    /// `f` of all elements up to each one along `axis`: a loop over the slices, which carries what was accumulated so far.
    static Variable running(String name, ScalarOp f, double start, Variable x, int axis) {
        int a = Build.axis(name, x, axis, x.rank());
        Variable rows = Movement.move(accumulated(x), a, 0);
        TensorType row = rows.type().withExtents(rows.type().extents().subList(1, rows.rank()));
        List<Variable> extents = Ints.extents(rows);
        Variable first = Movement.broadcast(Build.variable(NDArray.scalar(row.dtype(), start)), extents.subList(1, extents.size()));
        Variable element = Loops.parameter(x.name(), row);
        Variable sofar = Loops.parameter("", row);
        Variable next = new Variable(new Op.Elementwise(f, List.of(sofar, element)));
        List<Variable> results = Loops.of(new Loops.Parts(name, extents.getFirst(), Loops.index(), List.of(element), List.of(rows),
                List.of(sofar), List.of(first), List.of(next), List.of(next), null));
        return Movement.move(results.getLast(), 0, a);
    }

    /// `axes` from 0 on. What is composed of reductions asks first, so that an axis out of range is said to be its own.
    private static int[] over(String op, Variable x, int... axes) {
        return Build.axes(op, x, axes).stream().mapToInt(Integer::intValue).toArray();
    }

    static Variable count(Variable x, int... axes) {
        return Ints.product(Build.axes("count", x, axes).stream().map(a -> Ints.extent(x, a)).toList());
    }

    /// In the dtype of its mean: of integers float64, also of small ones, as in NumPy.
    private static Variable averaged(Variable x) {
        return x.dtype().isFloat() ? x : x.cast(DType.FLOAT64);
    }

    static Variable mean(Variable x, boolean keepDims, int... axes) {
        Variable f = averaged(x);
        int[] over = over("mean", x, axes);
        return reduce(Reduction.SUM, f, keepDims, over).div(count(x, over).cast(f.dtype()));
    }

    static Variable variance(Variable x, int ddof, boolean keepDims, int... axes) {
        Variable f = averaged(x);
        int[] over = over("var", x, axes);
        Variable centred = f.sub(mean(f, true, over));
        return reduce(Reduction.SUM, centred.mul(centred), keepDims, over).div(Ints.sub(count(x, over), Ints.of(ddof)).cast(f.dtype()));
    }

    /// Shifted by the maximum, so that nothing overflows; a maximum that is not finite is not subtracted (`∞ − ∞` is NaN).
    static Variable logSumExp(Variable x, boolean keepDims, int... axes) {
        Variable f = x.cast(x.dtype().toFloat());
        int[] over = over("logSumExp", x, axes);
        Variable top = finiteOrZero(reduce(Reduction.MAX, f, true, over));
        Variable sum = reduce(Reduction.SUM, f.sub(top).exp(), true, over).log().add(top);
        return keepDims ? sum : Movement.drop(sum, Build.axes("logSumExp", x, over));
    }

    static Variable softmax(Variable x, int... axes) {
        Variable f = x.cast(x.dtype().toFloat());
        int[] over = over("softmax", x, axes);
        Variable e = f.sub(new Variable(new Op.StopGradient(reduce(Reduction.MAX, f, true, over)))).exp();
        return e.div(reduce(Reduction.SUM, e, true, over));
    }

    static Variable logSoftmax(Variable x, int... axes) {
        Variable f = x.cast(x.dtype().toFloat());
        int[] over = over("logSoftmax", x, axes);
        Variable shifted = f.sub(new Variable(new Op.StopGradient(reduce(Reduction.MAX, f, true, over))));
        return shifted.sub(reduce(Reduction.SUM, shifted.exp(), true, over).log());
    }

    // A shift of any size gives the same sum; so no derivative flows through it.
    private static Variable finiteOrZero(Variable top) {
        return new Variable(new Op.StopGradient(Build.elementwise(ScalarOp.WHERE, top.isInf(), 0.0, top)));
    }

    /// The first position of the extreme value, or of the first NaN, as int64.
    static Variable argument(Reduction f, Variable x, boolean keepDims, int axis) {
        int a = Build.axis("arg" + f, x, axis, x.rank());
        Variable best = reduce(f, x, true, a);
        Variable hit = x.eq(best);
        if (x.dtype().isFloat()) hit = hit.or(x.isNaN());
        Variable n = Ints.extent(x, a);
        Variable position = Movement.along(new Variable(new Op.Iota(n)), a, x.rank());
        return reduce(Reduction.MIN, Build.elementwise(ScalarOp.WHERE, hit, position, n), keepDims, a);
    }
}
