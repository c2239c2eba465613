package damo.graph;

import damo.type.DType;
import damo.value.NDArray;
import java.util.List;
import java.util.stream.IntStream;

/// Arithmetic on int64 scalars: extents and bounds. What is constant is computed at once, so that known extents stay known.
public final class Ints {
    private Ints() {}

    /// The constant `value`.
    public static Variable of(long value) {
        return new Variable(new Op.Constant(NDArray.scalar(DType.INT64, value)));
    }

    /// The extent of `axis` of `x`: a constant if the type knows it.
    public static Variable extent(Variable x, int axis) {
        long known = x.type().extent(axis);
        return known >= 0 ? of(known) : new Variable(new Op.Extent(x, axis));
    }

    /// All extents of `x`.
    public static List<Variable> extents(Variable x) {
        return IntStream.range(0, x.rank()).mapToObj(i -> extent(x, i)).toList();
    }

    /// Whether two variables of one rank have the same shape, a bool scalar.
    public static Variable sameExtents(Variable a, Variable b) {
        Variable same = new Variable(new Op.Constant(NDArray.scalar(DType.BOOL, 1)));
        for (int i = 0; i < a.rank(); i++)
            if (a.type().extent(i) < 0 || b.type().extent(i) < 0) {
                Variable equal = apply(ScalarOp.EQ, extent(a, i), extent(b, i));
                same = isConstant(same) ? equal : apply(ScalarOp.AND, same, equal);
            }
        return same;
    }

    /// The product.
    public static Variable product(List<Variable> factors) {
        return factors.stream().reduce(of(1), Ints::mul);
    }

    /// `a + b`.
    public static Variable add(Variable a, Variable b) {
        if (isConstant(a, 0)) return b;
        return isConstant(b, 0) ? a : apply(ScalarOp.ADD, a, b);
    }

    /// `a − b`.
    public static Variable sub(Variable a, Variable b) {
        return isConstant(b, 0) ? a : a == b ? of(0) : apply(ScalarOp.SUB, a, b);
    }

    /// `a · b`.
    public static Variable mul(Variable a, Variable b) {
        if (isConstant(a, 1)) return b;
        return isConstant(b, 1) ? a : apply(ScalarOp.MUL, a, b);
    }

    /// The floor of `a / b`; 0 if `b` is 0.
    public static Variable floorDiv(Variable a, Variable b) {
        return isConstant(b, 1) ? a : apply(ScalarOp.FLOORDIV, a, b);
    }

    /// The larger.
    public static Variable max(Variable a, Variable b) {
        return a == b ? a : apply(ScalarOp.MAX, a, b);
    }

    /// The smaller.
    public static Variable min(Variable a, Variable b) {
        return a == b ? a : apply(ScalarOp.MIN, a, b);
    }

    /// `i`, counted from the end of `extent` if it is negative.
    static Variable fromEnd(Variable i, Variable extent) {
        if (isConstant(i)) return value(i) >= 0 ? i : add(extent, i);
        return new Variable(new Op.Elementwise(ScalarOp.WHERE, List.of(
                new Variable(new Op.Elementwise(ScalarOp.LT, List.of(i, of(0)))), add(i, extent), i)));
    }

    /// Whether `v` is a constant scalar.
    public static boolean isConstant(Variable v) {
        return v.op() instanceof Op.Constant(var c) && c.rank() == 0;
    }

    /// Whether `v` is the constant `value`.
    public static boolean isConstant(Variable v, long value) {
        return isConstant(v) && value(v) == value;
    }

    /// The value of a constant.
    public static long value(Variable v) {
        return ((Op.Constant) v.op()).value().scalarLong();
    }

    static Variable apply(ScalarOp f, Variable a, Variable b) {
        return isConstant(a) && isConstant(b) ? of(fold(f, value(a), value(b))) : new Variable(new Op.Elementwise(f, List.of(a, b)));
    }

    private static long fold(ScalarOp f, long a, long b) {
        if (f == ScalarOp.ADD) return a + b;
        if (f == ScalarOp.SUB) return a - b;
        if (f == ScalarOp.MUL) return a * b;
        if (f == ScalarOp.FLOORDIV) return b == 0 ? 0 : Math.floorDiv(a, b);
        return f == ScalarOp.MAX ? Math.max(a, b) : Math.min(a, b);
    }
}
