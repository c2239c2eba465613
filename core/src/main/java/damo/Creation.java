package damo;

import damo.graph.Build;
import damo.graph.Ints;
import damo.graph.Op;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/// Making tensors and choosing between them. Extents are numbers or integer scalars, computed ones too. Users see the methods as members
/// of [Damo].
abstract class Creation extends Inputs {
    Creation() {}

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

    static Object[] extents(Object[] extents) {
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
        return constant(Arguments.convert("ifelse: the number beside " + other.label(), TensorType.scalar(other.dtype()), number, false));
    }
}
