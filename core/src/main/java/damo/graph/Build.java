package damo.graph;

import damo.DamoException;
import damo.type.DType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// From what users write to the strict ops: promotion of dtypes, weak Java numbers. Only here are dtypes converted silently.
public final class Build {
    private Build() {}

    /// `f` of operands that are variables, [NDArray]s, Java arrays, or Java numbers; a number is weak: it takes the dtype of the tensors.
    public static Variable elementwise(ScalarOp f, Object... operands) {
        DType dtype = null;
        for (int i = f == ScalarOp.WHERE ? 1 : 0; i < operands.length; i++)
            if (!isWeak(operands[i])) dtype = dtype == null ? variable(operands[i]).dtype()
                    : DType.promote(dtype, variable(operands[i]).dtype());
        boolean fractional = false;
        boolean integral = false;
        for (Object o : operands) {
            fractional |= o instanceof Double || o instanceof Float;
            integral |= isWeak(o) && o instanceof Number;
        }
        // Sum and product of bools are bools, as in NumPy's table.
        if (dtype == DType.BOOL && !fractional && !integral && f == ScalarOp.ADD) return elementwise(ScalarOp.OR, operands);
        if (dtype == DType.BOOL && !fractional && !integral && f == ScalarOp.MUL) return elementwise(ScalarOp.AND, operands);
        dtype = common(f, dtype, fractional, integral);
        var args = new ArrayList<Variable>();
        for (Object o : operands)
            args.add(f == ScalarOp.WHERE && args.isEmpty() ? variable(o) : isWeak(o) ? weak(f.opcode(), o, dtype) : variable(o).cast(dtype));
        return new Variable(new Op.Elementwise(f, args));
    }

    /// The dtype in which `f` is computed, for tensors of type `tensors` (`null` if there is none) and weak numbers.
    private static DType common(ScalarOp f, DType tensors, boolean fractional, boolean integral) {
        DType dtype = tensors == null ? fractional ? DType.FLOAT64 : integral ? DType.INT64 : DType.BOOL
                : fractional && !tensors.isFloat() ? DType.FLOAT64
                : integral && tensors == DType.BOOL ? DType.INT64 : tensors;
        // As NumPy has them: a quotient of integers is a float64, also of small ones; what rounds to integers gives a float.
        if (f == ScalarOp.DIV && !dtype.isFloat()) return DType.FLOAT64;
        if (f == ScalarOp.FLOOR || f == ScalarOp.CEIL || f == ScalarOp.TRUNC) return dtype.toFloat();
        return switch (f.signature()) {
            case FLOAT -> dtype.toFloat();
            case NUMBER, INTEGER -> dtype == DType.BOOL ? DType.INT64 : dtype;
            case ORDERED, BITS, TEST, CHOICE -> dtype;
        };
    }

    private static boolean isWeak(Object operand) {
        return operand instanceof Number || operand instanceof Boolean;
    }

    static Variable weak(String op, Object value, DType dtype) {
        NDArray exact = NDArray.of(value);
        NDArray cast = exact.astype(dtype);
        if (dtype.isInteger() && !exact.dtype().isFloat() && cast.longAt(0) != exact.longAt(0))
            throw new DamoException("%s: the number %s does not fit into %s; cast the tensor to a wider dtype".formatted(op, value, dtype));
        return new Variable(new Op.Constant(cast));
    }

    /// A variable as it is; anything else as a constant of its own dtype.
    public static Variable variable(Object value) {
        return value instanceof Variable v ? v : new Variable(new Op.Constant(NDArray.of(value)));
    }

    /// An integer scalar, constant or computed, as an int64 scalar.
    ///
    /// @throws DamoException if it is a float or not a scalar
    public static Variable index(Object value) {
        if (value instanceof Integer || value instanceof Long) return Ints.of(((Number) value).longValue());
        Variable v = variable(value);
        if (v.rank() != 0 || !v.dtype().isInteger())
            throw Variable.error("index", "a position, bound or extent must be an integer scalar", List.of(v));
        return v.op() instanceof Op.Constant(var c) ? Ints.of(c.longAt(0)) : v.cast(DType.INT64);
    }

    /// The tensors, promoted to one dtype, one after the other along `axis`.
    public static Variable join(int axis, List<? extends Variable> parts) {
        return Movement.join(axis, List.copyOf(parts));
    }

    /// The tensors, promoted to one dtype, side by side along a new axis at `axis` of the result.
    public static Variable stack(int axis, List<? extends Variable> parts) {
        return Movement.stack(axis, List.copyOf(parts));
    }

    /// Extents given as numbers or integer scalars.
    static List<Variable> indices(Object... values) {
        var all = new ArrayList<Variable>();
        for (Object value : values) all.add(index(value));
        return all;
    }

    /// `axes` of a tensor of that rank, negative ones counted from the end; none given means all.
    static List<Integer> axes(String op, Variable x, int... axes) {
        if (axes.length == 0) return IntStream.range(0, x.rank()).boxed().toList();
        return Arrays.stream(axes).map(a -> axis(op, x, a, x.rank())).sorted().boxed().toList();
    }

    /// `axis`, counted from the end of `rank` axes if it is negative.
    static int axis(String op, Variable x, int axis, int rank) {
        if (axis < -rank || axis >= rank)
            throw Variable.error(op, "axis %d is out of range: it must be in %d..%d".formatted(axis, -rank, rank - 1), List.of(x));
        return axis < 0 ? axis + rank : axis;
    }
}
