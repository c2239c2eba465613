package damo;

import damo.graph.Build;
import damo.graph.Ints;
import damo.graph.Op;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/// Making, joining, reducing and multiplying tensors. Extents are numbers or integer scalars, computed ones too; axes may be negative.
/// Users see the methods as members of [Damo].
abstract class Tensors extends Inputs {
    Tensors() {}

    // ---- making tensors

    /// A known value: a number, boolean, Java array, JOML value or [NDArray]. It is copied.
    public static Variable constant(Object value) {
        return value instanceof Variable v ? v : new Variable(new Op.Constant(NDArray.of(value).copy()));
    }

    /// A constant of another dtype than the value's own.
    public static Variable constant(DType dtype, Object value) {
        return new Variable(new Op.Constant(NDArray.of(dtype, value).copy()));
    }

    /// All 0 (or false).
    public static Variable zeros(DType dtype, Object... extents) {
        return full(dtype, 0, extents);
    }

    /// All 1 (or true).
    public static Variable ones(DType dtype, Object... extents) {
        return full(dtype, 1, extents);
    }

    /// All `value`, a number or a scalar, as `dtype`.
    public static Variable full(DType dtype, Object value, Object... extents) {
        Variable one = value instanceof Variable v ? v.cast(dtype) : new Variable(new Op.Constant(NDArray.of(dtype, value)));
        Object[] all = extents(extents);
        return all.length == 0 ? one : one.broadcastTo(all);
    }

    /// 0 in the shape and dtype of `x`.
    public static Variable zerosLike(Variable x) {
        return fullLike(x, 0);
    }

    /// 1 in the shape and dtype of `x`.
    public static Variable onesLike(Variable x) {
        return fullLike(x, 1);
    }

    /// `value`, a number or a scalar, in the shape and dtype of `x`.
    public static Variable fullLike(Variable x, Object value) {
        return full(x.dtype(), value, Ints.extents(x).toArray());
    }

    /// The identity matrix, float64.
    public static Variable eye(Object n) {
        return eye(DType.FLOAT64, n, n, 0);
    }

    /// A matrix with 1 on the diagonal that is `k` above the main one, else 0.
    public static Variable eye(DType dtype, Object rows, Object columns, long k) {
        return arange(rows).expandDims(1).add(k).eq(arange(columns)).cast(dtype);
    }

    /// `0, 1, …, stop − 1`, int64; nothing if `stop` is negative.
    public static Variable arange(Object stop) {
        return new Variable(new Op.Iota(Ints.max(Ints.of(0), Build.index(stop))));
    }

    /// `start, start + 1, …, stop − 1`, int64.
    public static Variable arange(Object start, Object stop) {
        return arange(start, stop, 1);
    }

    /// `start, start + step, …` up to, not including, `stop`, int64; a negative step counts down.
    public static Variable arange(Object start, Object stop, long step) {
        if (step == 0) throw new DamoException("arange: the step is 0; it must be positive or negative");
        Variable from = Build.index(start);
        Variable to = Build.index(stop);
        Variable span = step > 0 ? Ints.sub(to, from) : Ints.sub(from, to);
        Variable length = Ints.floorDiv(Ints.add(span, Ints.of(Math.abs(step) - 1)), Ints.of(Math.abs(step)));
        Variable count = arange(length);
        Variable steps = step == 1 ? count : count.mul(step);
        return Ints.isConstant(from, 0) ? steps : steps.add(from);
    }

    /// `n` float64 numbers, equally spaced, from `start` to `stop`, both included; of one number: `start`.
    public static Variable linspace(double start, double stop, Object n) {
        Variable gaps = Ints.max(Ints.of(1), Ints.sub(Build.index(n), Ints.of(1)));
        return arange(n).cast(DType.FLOAT64).div(gaps.cast(DType.FLOAT64)).mul(stop - start).add(start);
    }

    private static Object[] extents(Object[] extents) {
        if (extents.length != 1) return extents;
        if (extents[0] instanceof long[] longs) return LongStream.of(longs).boxed().toArray();
        if (extents[0] instanceof int[] ints) return Arrays.stream(ints).boxed().toArray();
        return extents;
    }

    // ---- choosing

    /// `a` where the bool `condition` holds, else `b`, element by element. What is not taken contributes nothing, not even a NaN to a derivative.
    public static Variable where(Variable condition, Variable a, Variable b) {
        return Build.elementwise(ScalarOp.WHERE, condition, a, b);
    }

    /// As [#where(Variable, Variable, Variable)]; the number takes the dtype of `b`.
    public static Variable where(Variable condition, Number a, Variable b) {
        return Build.elementwise(ScalarOp.WHERE, condition, a, b);
    }

    /// As [#where(Variable, Variable, Variable)]; the number takes the dtype of `a`.
    public static Variable where(Variable condition, Variable a, Number b) {
        return Build.elementwise(ScalarOp.WHERE, condition, a, b);
    }

    /// As [#where(Variable, Variable, Variable)]; int64 if both numbers are integers, else float64.
    public static Variable where(Variable condition, Number a, Number b) {
        return Build.elementwise(ScalarOp.WHERE, condition, a, b);
    }

    /// `then` if the bool scalar `condition` holds, else `otherwise`; the other one is not computed. Both have one rank; dtypes promote.
    public static Variable ifelse(Variable condition, Variable then, Variable otherwise) {
        DType dtype = DType.promote(then.dtype(), otherwise.dtype());
        return new Variable(new Op.If(condition, then.cast(dtype), otherwise.cast(dtype)));
    }

    /// As [#ifelse(Variable, Variable, Variable)]; the number takes the dtype of the other branch.
    public static Variable ifelse(Variable condition, Number then, Variable otherwise) {
        return ifelse(condition, weak(then, otherwise), otherwise);
    }

    /// As [#ifelse(Variable, Variable, Variable)]; the number takes the dtype of the other branch.
    public static Variable ifelse(Variable condition, Variable then, Number otherwise) {
        return ifelse(condition, then, weak(otherwise, then));
    }

    /// Several values at once: all of `then`, or all of `otherwise`.
    public static List<Variable> ifelse(Variable condition, List<? extends Variable> then, List<? extends Variable> otherwise) {
        if (then.size() != otherwise.size())
            throw new DamoException("ifelse: one branch has %d values and the other %d; they need as many".formatted(then.size(), otherwise.size()));
        var values = new ArrayList<Variable>();
        for (int i = 0; i < then.size(); i++) values.add(ifelse(condition, then.get(i), otherwise.get(i)));
        return values;
    }

    private static Variable weak(Number number, Variable other) {
        return constant(Arguments.convert("ifelse: the number beside " + other.label(), damo.type.TensorType.scalar(other.dtype()), number, false));
    }

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

    // ---- for networks

    /// `x²`.
    public static Variable sqr(Variable x) {
        return x.mul(x);
    }

    /// `x` moved to the nearest number in `low..high`.
    public static Variable clip(Variable x, Number low, Number high) {
        return x.maximum(low).minimum(high);
    }

    /// As [#clip(Variable, Number, Number)], with bounds that broadcast.
    public static Variable clip(Variable x, Variable low, Variable high) {
        return x.maximum(low).minimum(high);
    }

    /// `x` where it is positive, else 0.
    public static Variable relu(Variable x) {
        return x.maximum(0);
    }

    /// `x` where it is positive, else `slope · x`.
    public static Variable relu(Variable x, double slope) {
        return where(x.gt(0), x, x.mul(slope));
    }

    /// Brought to mean 0 and variance 1 along the last axis, then scaled and shifted: `(x − mean) / √(variance + epsilon) · scale + shift`.
    public static Variable layerNorm(Variable x, Variable scale, Variable shift, double epsilon) {
        Variable centred = x.sub(x.mean(true, -1));
        return centred.div(centred.mul(centred).mean(true, -1).add(epsilon).sqrt()).mul(scale).add(shift);
    }

    /// `−log p` of what is right, one for each row of `probabilities` (the last axis). `labels` are integers with one axis less, or
    /// probabilities of the same rank, each of which weighs the logarithm.
    public static Variable categoricalCrossEntropy(Variable probabilities, Variable labels) {
        if (labels.dtype().isInteger()) return picked("categoricalCrossEntropy", probabilities, labels).log().neg();
        weights("categoricalCrossEntropy", probabilities, labels);
        return where(labels.eq(0), 0, labels.mul(probabilities.log())).sum(-1).neg();
    }

    /// [#categoricalCrossEntropy] of the [#softmax] of `logits`, without overflow or a loss of digits.
    public static Variable softmaxCrossEntropy(Variable logits, Variable labels) {
        if (labels.dtype().isInteger()) return logits.logSumExp(-1).sub(picked("softmaxCrossEntropy", logits, labels));
        weights("softmaxCrossEntropy", logits, labels);
        return where(labels.eq(0), 0, labels.mul(logits.logSoftmax(-1))).sum(-1).neg();
    }

    /// `−t·log p − (1 − t)·log(1 − p)`, element by element.
    public static Variable binaryCrossEntropy(Variable p, Variable t) {
        Variable rest = Build.elementwise(ScalarOp.SUB, 1, t);
        Variable other = Build.elementwise(ScalarOp.SUB, 1, p);
        return where(t.eq(0), 0, t.mul(p.log())).add(where(rest.eq(0), 0, rest.mul(other.log()))).neg();
    }

    /// [#binaryCrossEntropy] of the sigmoid of `logits`, without overflow.
    public static Variable sigmoidCrossEntropy(Variable logits, Variable t) {
        return logits.softplus().sub(t.mul(logits));
    }

    /// The element of each row of `x` that its label names.
    private static Variable picked(String op, Variable x, Variable labels) {
        if (labels.rank() != x.rank() - 1)
            throw Variable.error(op, "integer labels need one axis less than the rows they are for: %d axes, not %d".formatted(x.rank() - 1, labels.rank()),
                    List.of(x, labels));
        Variable label = labels.cast(DType.INT64);
        Variable inside = label.ge(0).and(label.lt(x.shape(-1))).all();
        Variable checked = new Variable(new Op.Assert(label, inside, Variable.message(op, "a label is not a position of the last axis", List.of(x, labels))));
        return where(checked.expandDims(-1).eq(arange(x.shape(-1))), x, 0).sum(-1);
    }

    private static void weights(String op, Variable x, Variable labels) {
        if (labels.rank() == x.rank() && labels.dtype().isFloat()) return;
        throw Variable.error(op, "labels must be integers with one axis less than the rows, or floats of the same rank", List.of(x, labels));
    }

    /// One-hot rows: 1 at the position that each label names, else 0.
    public static Variable oneHot(Variable labels, Object classes, DType dtype) {
        if (!labels.dtype().isInteger()) throw Variable.error("oneHot", "labels must be integers; cast them", List.of(labels));
        return labels.cast(DType.INT64).expandDims(-1).eq(arange(classes)).cast(dtype);
    }
}
