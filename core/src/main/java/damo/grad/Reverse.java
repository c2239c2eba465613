package damo.grad;

import damo.DamoException;
import damo.graph.Graph;
import damo.graph.Variable;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/// Reverse mode: one loop over the graph from the results to the operands.
final class Reverse {
    private final Shapes shapes = new Shapes();
    private final Linear linear = new Linear(shapes);
    private final LoopFlow flow = new LoopFlow();
    private final Pullback pullback;
    private final Set<Variable> active;
    private final Set<Variable> constants;
    private final Map<Variable, LoopGroup> loops;
    private final Set<Variable> reached = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<Variable, Variable> cotangents = new IdentityHashMap<>();
    private Optional<Variable> branch = Optional.empty();            // that the current cotangent is computed in

    private Reverse(List<Variable> order, List<? extends Variable> wrt, Set<Variable> constants) {
        this.active = active(order, wrt, constants);
        this.constants = constants;
        this.loops = LoopGroup.in(order);
        this.pullback = new Pullback(shapes, linear, new Compositions(passable(wrt, constants)), active::contains, this::contribute);
    }

    /// The cotangents of `wrt`, given those of `results`: each with the dtype and shape of its variable.
    static List<Variable> of(List<? extends Variable> results, List<? extends Variable> cotangents, List<? extends Variable> wrt,
            Options options) {
        Reverse reverse = swept(results, cotangents, wrt, options.constants());
        return wrt.stream().<Variable>map(x -> reverse.result(x, options.disconnected())).toList();
    }

    /// As [#of], empty for what is surely zero; a scalar cotangent counts for all elements.
    static List<Optional<Variable>> sparse(List<Variable> results, List<Variable> cotangents, List<Variable> wrt) {
        Reverse reverse = swept(results, cotangents, wrt, Set.of());
        return wrt.stream().map(x -> Optional.ofNullable(reverse.cotangents.get(x)).filter(g -> !Linear.isZero(g))
                .map(g -> x.source().during(() -> reverse.linear.full(g, x)))).toList();
    }

    private static Reverse swept(List<? extends Variable> results, List<? extends Variable> cotangents, List<? extends Variable> wrt,
            Set<Variable> constants) {
        List<Variable> order = Graph.order(results);
        var reverse = new Reverse(order, wrt, constants);
        for (int i = 0; i < results.size(); i++) reverse.seed(results.get(i), cotangents.get(i));
        for (Variable z : order.reversed()) {
            LoopGroup group = reverse.loops.get(z);
            if (group == null) reverse.visit(z);
            else if (group.members().getFirst() == z) reverse.visit(group);     // after all that the other results go into
        }
        return reverse;
    }

    /// The floats that depend on one of `wrt`, differentiably.
    static Set<Variable> active(List<Variable> order, List<? extends Variable> wrt, Set<Variable> constants) {
        Set<Variable> active = Collections.newSetFromMap(new IdentityHashMap<>());
        active.addAll(wrt);
        var flow = new LoopFlow();
        for (Variable z : order) if (!constants.contains(z) && flow.into(z).stream().anyMatch(active::contains)) active.add(z);
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

    /// The cotangent of `z`, if it is to be passed on.
    private Optional<Variable> reach(Variable z) {
        if (!reached.contains(z) || constants.contains(z)) return Optional.empty();
        for (Variable x : flow.into(z)) if (active.contains(x)) reached.add(x);
        return Optional.ofNullable(cotangents.get(z));              // empty if reached, but the derivative is zero
    }

    private void visit(Variable z) {
        reach(z).ifPresent(g -> z.source().during(() -> {
            branch = Linear.isBranch(g) ? Optional.of(g) : Optional.empty();
            pullback.of(z, branch.map(Linear::inner).orElse(g));
            return z;
        }));
    }

    private void visit(LoopGroup group) {
        var given = new TreeMap<Integer, Variable>();
        Variable first = group.members().getFirst();
        first.source().during(() -> {
            for (int i = 0; i < group.members().size(); i++) {
                Variable z = group.members().get(i);
                int number = group.numbers().get(i);
                reach(z).ifPresent(g -> given.merge(number, g.rank() == 0 ? g : linear.full(g, z), linear::add));
            }
            if (given.isEmpty()) return first;
            branch = Linear.commonBranch(List.copyOf(given.values()));
            if (branch.isPresent()) given.replaceAll((_, g) -> Linear.inner(g));
            LoopReverse.pull(shapes, linear, flow, group.counted(), given, active::contains, this::contribute);
            return first;
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
