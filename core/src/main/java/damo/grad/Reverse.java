package damo.grad;

import damo.DamoException;
import damo.graph.Graph;
import damo.graph.Op;
import damo.graph.Variable;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// Reverse mode: one loop over the graph from the results to the operands.
final class Reverse {
    private final Shapes shapes = new Shapes();
    private final Linear linear = new Linear(shapes);
    private final Pullback pullback;
    private final Set<Variable> active;
    private final Set<Variable> reached = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<Variable, Variable> cotangents = new IdentityHashMap<>();
    private Optional<Variable> branch = Optional.empty();            // that the current cotangent is computed in

    private Reverse(Set<Variable> active, Predicate<Variable> passable) {
        this.active = active;
        this.pullback = new Pullback(shapes, linear, new Compositions(passable), active::contains, this::contribute);
    }

    /// The cotangents of `wrt`, given those of `results`: each with the dtype and shape of its variable.
    static List<Variable> of(List<? extends Variable> results, List<? extends Variable> cotangents, List<? extends Variable> wrt,
            Options options) {
        List<Variable> order = Graph.order(results);
        Set<Variable> constants = options.constants();
        var reverse = new Reverse(active(order, wrt, constants), passable(wrt, constants));
        for (int i = 0; i < results.size(); i++) reverse.seed(results.get(i), cotangents.get(i));
        for (Variable z : order.reversed()) if (reverse.reached.contains(z) && !constants.contains(z)) reverse.visit(z);
        return wrt.stream().<Variable>map(x -> reverse.result(x, options.disconnected())).toList();
    }

    /// The floats that depend on one of `wrt`, differentiably.
    static Set<Variable> active(List<Variable> order, List<? extends Variable> wrt, Set<Variable> constants) {
        Set<Variable> active = Collections.newSetFromMap(new IdentityHashMap<>());
        active.addAll(wrt);
        for (Variable z : order)
            if (z.dtype().isFloat() && !constants.contains(z) && !(z.op() instanceof Op.StopGradient)
                    && z.op().operands().stream().anyMatch(active::contains)) active.add(z);
        return active;
    }

    /// What derivatives may step over: neither asked for nor constant.
    static Predicate<Variable> passable(List<? extends Variable> wrt, Set<Variable> constants) {
        Set<Variable> stops = Collections.newSetFromMap(new IdentityHashMap<>());
        stops.addAll(wrt);
        stops.addAll(constants);
        return v -> !stops.contains(v);
    }

    private void seed(Variable z, Variable g) {
        if (!active.contains(z)) return;
        if (g.rank() > 0) shapes.assume(g, z);
        reached.add(z);
        cotangents.merge(z, g, linear::add);
    }

    private void visit(Variable z) {
        if (z.op() instanceof Op.StopGradient) return;
        for (Variable x : z.op().operands()) if (active.contains(x)) reached.add(x);
        Variable g = cotangents.get(z);
        if (g == null) return;                                      // reached, but the derivative is zero
        z.source().during(() -> {
            branch = Linear.isBranch(g) ? Optional.of(g) : Optional.empty();
            pullback.of(z, branch.map(Linear::inner).orElse(g));
            return z;
        });
    }

    private void contribute(Variable x, Variable g) {
        cotangents.merge(x, branch.map(b -> linear.branch(Linear.arg(b, 0), g, Linear.taken(b))).orElse(g), linear::add);
    }

    private Variable result(Variable x, GradOption.Disconnected policy) {
        if (!reached.contains(x) && policy == GradOption.Disconnected.RAISE) throw disconnected("grad", x);
        Variable g = cotangents.get(x);
        return x.source().during(() -> g == null ? linear.zeros(x) : linear.full(g, x));
    }

    static DamoException disconnected(String what, Variable x) {
        return Variable.error(what, ("nothing that is differentiated depends on %s (not through floats and differentiable operations); leave it out,"
                + " or ask for zeros with GradOption.Disconnected.ZERO").formatted(x.label()), List.of(x));
    }
}
