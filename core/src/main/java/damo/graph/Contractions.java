package damo.graph;

import damo.type.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Products that sum over axes: from what users write to the one contraction op.
final class Contractions {
    private Contractions() {}

    /// As `numpy.dot`: the last axis of `x` with the last but one (or only) axis of `y`; a scalar operand multiplies.
    static Variable dot(Variable x, Variable y) {
        if (x.rank() == 0 || y.rank() == 0) return x.mul(y);
        return contract("dot", x, y, List.of(), List.of(), List.of(x.rank() - 1), List.of(Math.max(0, y.rank() - 2)));
    }

    /// As `numpy.matmul`: leading axes are batch axes, which broadcast.
    static Variable matmul(Variable x, Variable y) {
        if (x.rank() <= 2 && y.rank() <= 2 || x.rank() == 1 || y.rank() == 1 && x.rank() >= 2) return matrices(x, y);
        int batch = Math.max(x.rank(), y.rank()) - 2;
        Variable a = padded(x, batch + 2);
        Variable b = padded(y, batch + 2);
        var shared = IntStream.range(0, batch).boxed().toList();
        for (int i = 0; i < batch; i++) {
            a = alongside(a, b, i);
            b = alongside(b, a, i);
        }
        return contract("matmul", a, b, shared, shared, List.of(batch + 1), List.of(batch));
    }

    private static Variable matrices(Variable x, Variable y) {
        if (x.rank() == 0 || y.rank() == 0) throw Variable.error("matmul", "scalars have no matrix product; use mul", List.of(x, y));
        if (x.rank() == 1 && y.rank() > 2) {                       // v·Y = the row of (1×k)·Y
            Variable row = matmul(Movement.expand(x, List.of(0)), y);
            return Movement.drop(row, List.of(row.rank() - 2));
        }
        return dot(x, y);
    }

    private static Variable padded(Variable x, int rank) {
        return Movement.expand(x, IntStream.range(0, rank - x.rank()).boxed().toList());
    }

    /// `x` repeated along `axis` to the extent of `y`, unless the two are known to be equal.
    private static Variable alongside(Variable x, Variable y, int axis) {
        long own = x.type().extent(axis);
        long other = y.type().extent(axis);
        if (own == other && own >= 0 || own > 1) return x;
        var extents = new ArrayList<>(Ints.extents(x));
        Variable a = Ints.extent(x, axis);
        Variable b = Ints.extent(y, axis);
        extents.set(axis, Ints.isConstant(a, 1) ? b : Build.elementwise(ScalarOp.WHERE, a.eq(1), b, a));
        return Movement.broadcast(x, extents);
    }

    static Variable tensordot(Variable x, Variable y, int[] xAxes, int[] yAxes) {
        if (xAxes.length != yAxes.length)
            throw Variable.error("tensordot", "as many axes of one as of the other are needed, not %d and %d".formatted(xAxes.length, yAxes.length),
                    List.of(x, y));
        return contract("tensordot", x, y, List.of(), List.of(),
                Arrays.stream(xAxes).map(a -> Build.axis("tensordot", x, a, x.rank())).boxed().toList(),
                Arrays.stream(yAxes).map(a -> Build.axis("tensordot", y, a, y.rank())).boxed().toList());
    }

    /// All products of an element of one with an element of the other: the axes of `x`, then those of `y`.
    static Variable outer(Variable x, Variable y) {
        return contract("outer", x, y, List.of(), List.of(), List.of(), List.of());
    }

    private static Variable contract(String op, Variable x, Variable y, List<Integer> xb, List<Integer> yb, List<Integer> xs, List<Integer> ys) {
        DType dtype = DType.promote(x.dtype(), y.dtype());
        return new Variable(new Op.Dot(x.cast(dtype), y.cast(dtype), new DotAxes(xb, yb, xs, ys)));
    }
}
