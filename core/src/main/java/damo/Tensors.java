package damo;

import damo.graph.Build;
import damo.graph.Index;
import damo.graph.Variable;
import damo.type.DType;
import java.util.List;

/// Shaping, joining, reducing and multiplying tensors. Extents are numbers or integer scalars, computed ones too; axes may be negative.
/// Users see the methods as members of [Damo].
abstract class Tensors extends Creation {
    Tensors() {}

    // ---- shapes

    /// The same elements, row-major, with other extents, one of which may be −1 (what is left).
    public static Variable reshape(Variable x, Object... extents) {
        return x.reshape(extents(extents));
    }

    /// As a vector, row-major.
    public static Variable flatten(Variable x) {
        return x.flatten();
    }

    /// The axes in this order; none given: in reverse order.
    public static Variable transpose(Variable x, int... axes) {
        return x.transpose(axes);
    }

    /// `x` repeated along new leading axes and along axes of extent 1, to these extents.
    public static Variable broadcastTo(Variable x, Object... extents) {
        return x.broadcastTo(extents(extents));
    }

    /// The tensors side by side along a new axis at `axis` of the result; dtypes promote.
    public static Variable stack(int axis, Variable... parts) {
        return Build.stack(axis, List.of(parts));
    }

    /// As [#stack(int, Variable...)].
    public static Variable stack(int axis, List<? extends Variable> parts) {
        return Build.stack(axis, parts);
    }

    /// The tensors one after the other along `axis`; dtypes promote.
    public static Variable join(int axis, Variable... parts) {
        return Build.join(axis, List.of(parts));
    }

    /// As [#join(int, Variable...)].
    public static Variable join(int axis, List<? extends Variable> parts) {
        return Build.join(axis, parts);
    }

    /// The elements as another dtype: float to integer truncates toward zero, to bool is `x != 0`.
    public static Variable cast(Variable x, DType to) {
        return x.cast(to);
    }

    // ---- copies with other elements

    /// A copy of `x` with the elements that the index chooses replaced by `value`, which broadcasts to them; where an array of positions
    /// names one of them repeatedly, the last value stays.
    public static Variable set(Variable x, Variable value, Index... entries) {
        return x.withSet(value, entries);
    }

    /// As [#set(Variable, Variable, Index...)]; the number takes the dtype of `x`.
    public static Variable set(Variable x, Number value, Index... entries) {
        return x.withSet(value, entries);
    }

    /// A copy of `x` with `value`, which broadcasts, added to the elements that the index chooses; repeatedly where an array of positions
    /// names one of them repeatedly.
    public static Variable inc(Variable x, Variable value, Index... entries) {
        return x.withInc(value, entries);
    }

    /// As [#inc(Variable, Variable, Index...)]; the number takes the dtype of `x`.
    public static Variable inc(Variable x, Number value, Index... entries) {
        return x.withInc(value, entries);
    }

    // ---- reductions, over all axes if none is given

    /// The sum. Bool and integers accumulate in 64 bits; of nothing: 0.
    public static Variable sum(Variable x, int... axes) {
        return x.sum(axes);
    }

    /// The product; of nothing: 1.
    public static Variable prod(Variable x, int... axes) {
        return x.prod(axes);
    }

    /// The mean; integers give float64; of nothing: NaN.
    public static Variable mean(Variable x, int... axes) {
        return x.mean(axes);
    }

    /// The variance: the mean of the squared distances from the mean.
    public static Variable var(Variable x, int... axes) {
        return x.var(axes);
    }

    /// The standard deviation.
    public static Variable std(Variable x, int... axes) {
        return x.std(axes);
    }

    /// The largest element; NaN if one is NaN; of nothing: an error.
    public static Variable max(Variable x, int... axes) {
        return x.max(axes);
    }

    /// The smallest element; NaN if one is NaN; of nothing: an error.
    public static Variable min(Variable x, int... axes) {
        return x.min(axes);
    }

    /// Whether any element is true.
    public static Variable any(Variable x, int... axes) {
        return x.any(axes);
    }

    /// Whether all elements are true.
    public static Variable all(Variable x, int... axes) {
        return x.all(axes);
    }

    /// The sums of the elements up to each one along `axis`, itself included.
    public static Variable cumsum(Variable x, int axis) {
        return x.cumsum(axis);
    }

    /// The sums of the elements up to each one in row-major order: a vector.
    public static Variable cumsum(Variable x) {
        return x.cumsum();
    }

    /// The products of the elements up to each one along `axis`, itself included.
    public static Variable cumprod(Variable x, int axis) {
        return x.cumprod(axis);
    }

    /// The products of the elements up to each one in row-major order: a vector.
    public static Variable cumprod(Variable x) {
        return x.cumprod();
    }

    /// The position of the first largest element along `axis`, int64.
    public static Variable argmax(Variable x, int axis) {
        return x.argmax(axis);
    }

    /// The position of the first smallest element along `axis`, int64.
    public static Variable argmin(Variable x, int axis) {
        return x.argmin(axis);
    }

    /// `log(Σ exp(x))`, without overflow.
    public static Variable logSumExp(Variable x, int... axes) {
        return x.logSumExp(axes);
    }

    /// `exp(x) / Σ exp(x)` over `axes` (none: the last one), without overflow; of the same rank.
    public static Variable softmax(Variable x, int... axes) {
        return x.softmax(axes);
    }

    /// The logarithm of [#softmax], without overflow or a loss of digits.
    public static Variable logSoftmax(Variable x, int... axes) {
        return x.logSoftmax(axes);
    }

    // ---- products

    /// As `numpy.dot`: the last axis of `x` with the last but one (or only) axis of `y`; a scalar multiplies.
    public static Variable dot(Variable x, Variable y) {
        return x.dot(y);
    }

    /// As `numpy.matmul`: leading axes are batch axes, which broadcast.
    public static Variable matmul(Variable x, Variable y) {
        return x.matmul(y);
    }

    /// All products of an element of `x` with one of `y`: the axes of `x`, then those of `y`.
    public static Variable outer(Variable x, Variable y) {
        return x.outer(y);
    }

    /// Summed over the last `axes` axes of `x` with the first `axes` axes of `y`.
    public static Variable tensordot(Variable x, Variable y, int axes) {
        int[] last = new int[axes];
        int[] first = new int[axes];
        for (int i = 0; i < axes; i++) {
            last[i] = i - axes;
            first[i] = i;
        }
        return x.tensordot(y, last, first);
    }

    /// Summed over pairs of axes, one of `x` and one of `y` each.
    public static Variable tensordot(Variable x, Variable y, int[] xAxes, int[] yAxes) {
        return x.tensordot(y, xAxes, yAxes);
    }

    /// Products of operands, summed over axes that have the same letter and none in the result: `"ij,jk->ik"` is the product of two
    /// matrices, `"ii->i"` a diagonal, `"bij,bjk->bik"` a batch of products. Without an arrow, the result has the letters that occur once,
    /// in the order of the alphabet. It is computed from left to right.
    public static Variable einsum(String subscripts, Variable... operands) {
        return Einsum.of(subscripts, List.of(operands));
    }
}
