package damo.plan;

import damo.graph.ScalarOp;
import damo.kernel.Scalar;
import damo.kernel.Value;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What is computed for sure, whichever sides of branches are taken.
public final class Needs {
    private final Map<Value, Set<Value>> bothSides = new IdentityHashMap<>();

    /// Knows nothing yet; what it finds is kept.
    public Needs() {}

    /// An empty set of values.
    public static Set<Value> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    /// The values that are computed with `roots` whatever branches are taken.
    public Set<Value> of(List<Value> roots) {
        Set<Value> needs = identitySet();
        roots.forEach(v -> need(v, needs));
        return needs;
    }

    private void need(Value v, Set<Value> needs) {
        if (Schedule.isTrivial(v) || v.op() instanceof Scalar.Fold || !needs.add(v)) return;
        if (v.op() instanceof Scalar.Choose(var condition, var then, var otherwise)) need(v, condition, then, otherwise, needs);
        else if (v.op() instanceof Scalar.Apply(var f, var args) && f == ScalarOp.WHERE) need(v, args.get(0), args.get(1), args.get(2), needs);
        else v.op().operands().forEach(o -> need(o, needs));
    }

    private void need(Value branch, Value condition, Value then, Value otherwise, Set<Value> needs) {
        need(condition, needs);
        Set<Value> both = bothSides.get(branch);
        if (both == null) {
            both = of(List.of(then));
            both.retainAll(of(List.of(otherwise)));
            bothSides.put(branch, both);
        }
        needs.addAll(both);
    }
}
