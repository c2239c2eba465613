package damo.plan;

import damo.kernel.Axis;
import damo.kernel.Scalar;
import damo.kernel.Value;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/// The loops that a value depends on: those of its indices, less those of its own folds.
final class Axes {
    private final Map<Value, Set<Axis>> known = new IdentityHashMap<>();

    static Set<Axis> of(Value v) {
        return new Axes().free(v);
    }

    Set<Axis> free(Value v) {
        Set<Axis> result = known.get(v);
        if (result == null) known.put(v, result = compute(v));
        return result;
    }

    private Set<Axis> compute(Value v) {
        if (v.op() instanceof Scalar.Index(var axis)) return Set.of(axis);
        var operands = v.op().operands();
        if (operands.isEmpty()) return Set.of();
        if (operands.size() == 1 && !(v.op() instanceof Scalar.Fold)) return free(operands.getFirst());
        var all = new HashSet<Axis>();
        operands.forEach(o -> all.addAll(free(o)));
        if (v.op() instanceof Scalar.Fold(_, var axes, _)) axes.forEach(all::remove);
        return all;
    }
}
