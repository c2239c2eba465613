package damo.plan;

import damo.graph.ScalarOp;
import damo.kernel.Axis;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.kernel.Values;
import java.util.List;
import java.util.Optional;

/// A reduction in parts of equal length, as far as that goes along one of its axes.
///
/// @param some the reduction of one part
/// @param left that of the terms that are left, fewer than there are parts; nothing if there are known to be none
record Parted(Value some, Optional<Value> left) {
    /// `fold` with a part of `axis` for each position of `part`, all as long as there are terms for.
    static Parted of(Values values, Scalar.Fold fold, Axis axis, Axis part) {
        Value extent = axis.extent(), count = part.extent();
        return of(values, fold, axis, part, extent.op() instanceof Scalar.Whole(var n) && count.op() instanceof Scalar.Whole(var parts)
                ? values.whole(n / parts) : values.apply(ScalarOp.FLOORDIV, extent, count));
    }

    /// `fold` with so many `terms` along `axis` for each position of `part`.
    static Parted of(Values values, Scalar.Fold fold, Axis axis, Axis part, Value terms) {
        Value extent = axis.extent();
        Value end = values.mul(part.extent(), terms);
        Axis in = new Axis(axis.name() + "_in", terms);
        Axis left = new Axis(axis.name() + "_left", values.sub(extent, end));
        Value some = moved(values, fold, axis, in, values.add(values.mul(values.index(part), terms), values.index(in)));
        return new Parted(some, Values.isWhole(left.extent(), 0) ? Optional.empty()
                : Optional.of(moved(values, fold, axis, left, values.add(end, values.index(left)))));
    }

    /// All of it, where `sum` is the reduction of all parts.
    Value whole(Values values, Scalar.Fold fold, Value sum) {
        return left.map(l -> values.apply(fold.f().step(), sum, l)).orElse(sum);
    }

    /// `fold` along `to` instead of `axis`, which is `at` there.
    static Value moved(Values values, Scalar.Fold fold, Axis axis, Axis to, Value at) {
        Value index = values.index(axis);
        List<Axis> axes = fold.axes().stream().map(a -> a.equals(axis) ? to : a).toList();
        return values.fold(fold.f(), axes, values.replace(fold.body(), v -> v == index ? at : null));
    }
}
