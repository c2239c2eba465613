package damo.plan;

import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.kernel.Axis;
import damo.kernel.Order;
import damo.kernel.Scalar;
import damo.kernel.Value;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// What the least element of a row tells of all: in a softmax each is asked whether it is so far from the maximum that its exponential is next to
/// nothing (`−87 ≤ x − max`), and if the least is not, none is.
///
/// @param condition what each is asked
/// @param distance the least that it holds for
public record Nearness(Value condition, Value distance) {
    /// What the elements of `last` are asked, if they are those of `first`, of which that is the maximum.
    public static Optional<Nearness> of(Stmt.Fold first, Stmt.Fold last) {
        if (((Scalar.Fold) first.fold().op()).f() != Reduction.MAX) return Optional.empty();
        for (Value v : Order.of(last.run().element(), u -> u.op() instanceof Scalar.Fold))
            if (v.op() instanceof Scalar.Choose(var condition, _, _) && condition.op() instanceof Scalar.Apply(var le, var sides) && le == ScalarOp.LE
                    && sides.getFirst().op() instanceof Scalar.Real && sides.getLast().op() instanceof Scalar.Apply(var sub, var x)
                    && sub == ScalarOp.SUB && x.getLast() == first.fold()
                    && isSame(first.run().element(), first.run().axis(), x.getFirst(), last.run().axis()))
                return Optional.of(new Nearness(condition, sides.getFirst()));
        return Optional.empty();
    }

    /// Whether `x` at each position along `i` is `y` at the same along `j`.
    private static boolean isSame(Value x, Axis i, Value y, Axis j) {
        if (x.op() instanceof Scalar.Index(var at) && at == i) return y.op() instanceof Scalar.Index(var other) && other == j;
        if (x == y) return true;
        List<Value> xs = x.op().operands(), ys = y.op().operands();
        return x.dtype() == y.dtype() && !xs.isEmpty() && xs.size() == ys.size() && x.op().with(ys).equals(y.op())
                && IntStream.range(0, xs.size()).allMatch(n -> isSame(xs.get(n), i, ys.get(n), j));
    }
}
