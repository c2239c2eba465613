package damo.math;

import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.kernel.Axis;
import damo.kernel.Order;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.kernel.Values;
import java.util.List;

/// What sign a value has by the way it is computed, whatever it is computed from.
final class Signs {
    private Signs() {}

    /// Whether `v` is never above 0, NaN aside: the distance from a maximum, the negative of a square or of a magnitude.
    static boolean isNeverPositive(Values values, Value v) {
        if (!(v.op() instanceof Scalar.Apply(var f, var args))) return false;
        Value x = args.getFirst(), y = args.getLast();
        return f == ScalarOp.NEG && isNeverNegative(x) || f == ScalarOp.SUB && isMaximum(values, y, x)
                || f == ScalarOp.MUL && (isBelow0(x) && isNeverNegative(y) || isBelow0(y) && isNeverNegative(x));
    }

    private static boolean isNeverNegative(Value v) {
        return v.op() instanceof Scalar.Apply(var f, var args)
                && (f == ScalarOp.ABS || f == ScalarOp.MUL && args.getFirst() == args.getLast());
    }

    private static boolean isBelow0(Value v) {
        return v.op() instanceof Scalar.Real(var number) && number < 0;
    }

    /// Whether `max` is a maximum of numbers of which `x` is one.
    private static boolean isMaximum(Values values, Value max, Value x) {
        return max.op() instanceof Scalar.Fold(var f, var axes, var body) && f == Reduction.MAX && isOneOf(values, x, axes, body);
    }

    /// Whether `body` is `x` at some position of the axes.
    private static boolean isOneOf(Values values, Value x, List<Axis> axes, Value body) {
        if (axes.isEmpty()) return x == body;
        Axis axis = axes.getFirst();
        Value index = values.index(axis);
        for (Value v : Order.of(x, u -> u.op() instanceof Scalar.Fold))
            if (v.op() instanceof Scalar.Index(var other) && other.extent() == axis.extent()
                    && isOneOf(values, x, axes.subList(1, axes.size()), values.replace(body, u -> u == index ? v : null))) return true;
        return false;
    }
}
