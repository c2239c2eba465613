package damo.plan;

import damo.graph.ScalarOp;
import damo.kernel.Order;
import damo.kernel.Scalar;
import damo.kernel.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

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

    /// What is to be computed before a branch, as both sides have it: else it would be there twice, and in a chain of branches 2ⁿ times. What only
    /// one of them needs for sure is among it if it loads nothing that is not loaded anyway.
    ///
    /// @param known what need not be computed
    /// @param needed what is needed for sure after the branch
    public List<Value> ahead(Value condition, Value then, Value otherwise, Predicate<Value> known, Set<Value> needed) {
        Set<Value> anyway = of(List.of(condition));
        var found = new ArrayList<Value>();
        ahead(then, of(List.of(then)), of(List.of(otherwise)), anyway, known, needed, found);
        ahead(otherwise, of(List.of(otherwise)), of(List.of(then)), anyway, known, needed, found);
        return found;
    }

    private void ahead(Value side, Set<Value> own, Set<Value> other, Set<Value> anyway, Predicate<Value> known, Set<Value> needed,
            List<Value> found) {
        Set<Value> seen = identitySet();
        var todo = new ArrayDeque<>(List.of(side));
        while (!todo.isEmpty()) {
            Value v = todo.pop();
            if (known.test(v) || !seen.add(v)) continue;
            boolean isShared = other.contains(v) && (own.contains(v) || Order.of(v, u -> known.test(u) || anyway.contains(u)).stream()
                    .noneMatch(u -> u.op() instanceof Scalar.Flat));
            if (isShared || needed.contains(v)) found.add(v);
            else v.op().operands().reversed().forEach(todo::push);
        }
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
