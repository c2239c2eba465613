package damo.kernel;

import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/// On which axes values depend; what was found is kept.
public final class FreeAxes {
    private final Map<Value, Set<Axis>> known = new IdentityHashMap<>();

    /// Knows nothing yet.
    public FreeAxes() {}

    /// The axes whose positions `v` depends on: those of its indices, without those that its folds go over.
    public Set<Axis> of(Value v) {
        for (Value u : Order.of(v, known::containsKey)) {
            Set<Axis> axes = new HashSet<>();
            if (u.op() instanceof Scalar.Index(var axis)) axes.add(axis);
            for (Value operand : u.op().operands()) axes.addAll(known.get(operand));
            if (u.op() instanceof Scalar.Fold(_, var over, _)) over.forEach(axes::remove);
            known.put(u, axes);
        }
        return known.get(v);
    }
}
