package damo.kernel;

import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/// On which axes values depend; what was found is kept.
final class FreeAxes {
    private final Map<Value, Set<Axis>> known = new IdentityHashMap<>();

    /// The axes whose positions `v` depends on: those of its indices, without those that its folds go over.
    Set<Axis> of(Value v) {
        Set<Axis> axes = known.get(v);
        if (axes != null) return axes;
        axes = new HashSet<>();
        if (v.op() instanceof Scalar.Index(var axis)) axes.add(axis);
        for (Value operand : v.op().operands()) axes.addAll(of(operand));
        if (v.op() instanceof Scalar.Fold(_, var over, _)) over.forEach(axes::remove);
        known.put(v, axes);
        return axes;
    }
}
