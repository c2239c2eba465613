package damo.plan;

import damo.graph.ScalarOp;
import damo.kernel.Axis;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.kernel.Values;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/// An int32 value as `constant + Σ coefficient · term`. Coefficients and the constant are of numbers and extents only; a term is the
/// position along a loop, or anything else that varies.
final class Affine {
    private final Values values;
    private final Map<Value, Value> terms = new LinkedHashMap<>();
    private Value constant;

    private Affine(Values values) {
        this.values = values;
        constant = values.whole(0);
    }

    static Affine of(Values values, Value v) {
        var result = new Affine(values);
        result.add(v, values.whole(1));
        return result;
    }

    /// How far it moves for one step along `axis`, or `null` if that is not the same everywhere.
    Value stride(Axis axis) {
        Value index = values.index(axis);
        for (Value term : terms.keySet()) if (term != index && Axes.of(term).contains(axis)) return null;
        return terms.getOrDefault(index, values.whole(0));
    }

    /// The sum, the terms of outer loops first: all but the last addition can be done outside the innermost loop.
    Value sum(ToIntFunction<Axis> depth) {
        var byDepth = terms.keySet().stream().sorted(Comparator
                .comparingInt((Value t) -> Axes.of(t).stream().mapToInt(depth).max().orElse(-1))
                .thenComparing(t -> t.op() instanceof Scalar.Index)).toList();
        Value sum = constant;
        for (Value term : byDepth) sum = values.add(sum, values.mul(term, terms.get(term)));
        return sum;
    }

    private void add(Value v, Value factor) {
        if (isFixed(v)) constant = values.add(constant, values.mul(v, factor));
        else if (v.op() instanceof Scalar.Apply(var f, var args) && f == ScalarOp.ADD) args.forEach(a -> add(a, factor));
        else if (v.op() instanceof Scalar.Apply(var f, var args) && f == ScalarOp.SUB) {
            add(args.get(0), factor);
            add(args.get(1), values.mul(factor, values.whole(-1)));
        } else if (v.op() instanceof Scalar.Apply(var f, var args) && f == ScalarOp.NEG) add(args.get(0), values.mul(factor, values.whole(-1)));
        else if (v.op() instanceof Scalar.Apply(var f, var args) && f == ScalarOp.MUL && isFixed(args.get(1)))
            add(args.get(0), values.mul(factor, args.get(1)));
        else if (v.op() instanceof Scalar.Apply(var f, var args) && f == ScalarOp.MUL && isFixed(args.get(0)))
            add(args.get(1), values.mul(factor, args.get(0)));
        else terms.merge(v, factor, values::add);
    }

    private static boolean isFixed(Value v) {
        return switch (v.op()) {
            case Scalar.Whole _, Scalar.Symbol _ -> true;
            case Scalar.Apply(var f, List<Value> args) when f == ScalarOp.ADD || f == ScalarOp.SUB || f == ScalarOp.MUL || f == ScalarOp.NEG
                    || f == ScalarOp.FLOORDIV ->
                    args.stream().allMatch(Affine::isFixed);
            case Scalar.Apply _, Scalar.Real _, Scalar.Index _, Scalar.Load _, Scalar.Flat _, Scalar.Convert _, Scalar.Bits _, Scalar.Choose _,
                 Scalar.Fold _ -> false;
        };
    }
}
