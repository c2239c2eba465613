package damo.grad;

import damo.graph.Graph;
import damo.graph.Op;
import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Forward mode: one loop over the graph from the operands to the results.
final class Forward {
    private final Shapes shapes = new Shapes();
    private final Linear linear = new Linear(shapes);
    private final Compositions compositions;
    private final Map<Variable, Variable> tangents = new IdentityHashMap<>();
    private final Map<Variable, LoopGroup> loops;
    private final Map<LoopGroup, Map<Integer, Variable>> pushed = new IdentityHashMap<>();

    private Forward(List<Variable> order, Compositions compositions) {
        this.loops = LoopGroup.in(order);
        this.compositions = compositions;
    }

    /// The tangents of `results`, given those of `wrt`: each with the dtype and shape of its variable.
    static List<Variable> of(List<? extends Variable> results, List<? extends Variable> wrt, List<? extends Variable> given, Options options) {
        List<Variable> order = Graph.order(results);
        Set<Variable> active = Reverse.active(order, wrt, options.constants());
        Forward forward = swept(order, active, wrt, given, options.constants());
        if (options.disconnected() == GradOption.Disconnected.RAISE)
            for (Variable x : wrt) if (!order.contains(x) || results.stream().noneMatch(active::contains)) throw Reverse.disconnected("rop", x);
        return results.stream().<Variable>map(z -> z.source().during(() -> forward.whole(z))).toList();
    }

    /// As [#of], empty for what is surely zero; a scalar tangent counts for all elements.
    static List<Optional<Variable>> sparse(List<Variable> results, List<Variable> wrt, List<Variable> given) {
        List<Variable> order = Graph.order(results);
        Forward forward = swept(order, Reverse.active(order, wrt, Set.of()), wrt, given, Set.of());
        return results.stream().map(z -> forward.tangent(z).filter(t -> !Linear.isZero(t))
                .map(t -> z.source().during(() -> forward.linear.full(t, z)))).toList();
    }

    private static Forward swept(List<Variable> order, Set<Variable> active, List<? extends Variable> wrt, List<? extends Variable> given,
            Set<Variable> constants) {
        var forward = new Forward(order, new Compositions(Reverse.passable(wrt, constants)));
        for (int i = 0; i < wrt.size(); i++) {
            Variable t = given.get(i);
            if (t.rank() > 0) forward.shapes.assume(t, wrt.get(i));
            forward.tangents.merge(wrt.get(i), t, forward.linear::add);
        }
        for (Variable z : order)
            if (active.contains(z) && !constants.contains(z))
                z.source().during(() -> forward.push(z)).ifPresent(t -> forward.tangents.merge(z, t, forward.linear::add));
        return forward;
    }

    /// What the tangents of the operands of `z` make of `z`; empty for zero.
    private Optional<Variable> push(Variable z) {
        return switch (z.op()) {
            case Op.Input _, Op.Constant _, Op.Iota _, Op.Extent _, Op.StopGradient _, Op.Draw _ -> Optional.empty();
            case Op.Elementwise(var f, var args) -> elementwise(z, f, args);
            case Op.Cast(var x, var to) -> tangent(x).map(t -> t.cast(to));
            case Op.Reduce(var f, var x, var axes) -> tangent(x).flatMap(t -> reduce(z, f, x, axes, t));
            case Op.Broadcast(var x, _) -> tangent(x);
            case Op.Assert(var x, _, _) -> tangent(x);
            case Op.Dimshuffle(var x, _) -> structural(z, x);
            case Op.Reshape(var x, _) -> structural(z, x);
            case Op.SumTo(var x, _) -> structural(z, x);
            case Op.Slice(var x, _, _, _, _) -> structural(z, x);
            case Op.Unslice(var x, _, _, _, _) -> structural(z, x);
            case Op.Gather(var x, _, _) -> structural(z, x);
            case Op.Scatter(var x, _, _, _) -> structural(z, x);
            case Op.Join(var axis, var parts) -> any(parts) ? Optional.of(new Variable(new Op.Join(axis, parts.stream().map(this::whole).toList())))
                    : Optional.empty();
            case Op.Dot(var x, var y, var axes) -> sum(Stream.of(
                    tangent(x).map(_ -> new Variable(new Op.Dot(whole(x), y, axes))),
                    tangent(y).map(_ -> new Variable(new Op.Dot(x, whole(y), axes)))));
            case Op.If(var condition, var then, var otherwise) -> any(List.of(then, otherwise))
                    ? Optional.of(new Variable(new Op.If(condition, whole(then), whole(otherwise)))) : Optional.empty();
            case Op.Loop _ -> loop(z);
        };
    }

    private Optional<Variable> tangent(Variable x) {
        return Optional.ofNullable(tangents.get(x));
    }

    /// The tangent of `x` in its whole shape, zeros if it has none.
    private Variable whole(Variable x) {
        return tangent(x).map(t -> linear.full(t, x)).orElseGet(() -> linear.zeros(x));
    }

    private boolean any(List<Variable> xs) {
        return xs.stream().anyMatch(tangents::containsKey);
    }

    /// The op itself on the tangent: a linear function is its own derivative.
    private Optional<Variable> structural(Variable z, Variable x) {
        var operands = new ArrayList<>(z.op().operands());
        return tangent(x).map(t -> {
            operands.set(0, linear.full(t, x));
            return new Variable(z.op().with(operands));
        });
    }

    private Optional<Variable> elementwise(Variable z, ScalarOp f, List<Variable> args) {
        var steps = compositions.of(z);
        if (!steps.isEmpty()) return sum(steps.stream().map(step -> tangent(step.x()).flatMap(t -> linear.apply(step.partial(), t))
                .map(t -> step.axes().isEmpty() ? t : new Variable(new Op.Reduce(Reduction.SUM, linear.full(t, step.x()), step.axes())))));
        return sum(IntStream.range(0, args.size())
                .mapToObj(i -> tangent(args.get(i)).flatMap(t -> linear.apply(Partials.of(z, f, args, i), t))));
    }

    private Optional<Variable> reduce(Variable z, Reduction f, Variable x, List<Integer> axes, Variable t) {
        Variable wide = Linear.relabel(z, z.rank(), Linear.expanded(x, axes));
        return linear.apply(Reducing.partial(f, x, axes, wide), t)
                .map(p -> new Variable(new Op.Reduce(Reduction.SUM, linear.full(p, x), axes)));
    }

    private Optional<Variable> loop(Variable z) {
        LoopGroup group = loops.get(z);
        if (!pushed.containsKey(group)) pushed.put(group, LoopForward.push(linear, group.counted(), this::tangent));
        Variable t = pushed.get(group).get(group.numbers().get(group.members().indexOf(z)));
        return Optional.ofNullable(t).map(found -> shapes.assume(found, z));
    }

    private Optional<Variable> sum(Stream<Optional<Variable>> parts) {
        return parts.flatMap(Optional::stream).reduce(linear::add);
    }
}
