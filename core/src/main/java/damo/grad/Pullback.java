package damo.grad;

import damo.CompilerBug;
import damo.graph.DotAxes;
import damo.graph.Ints;
import damo.graph.Op;
import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/// How the cotangent of a variable contributes to those of its operands: the transpose of every op.
final class Pullback {
    private final Shapes shapes;
    private final Linear linear;
    private final Compositions compositions;
    private final Predicate<Variable> wanted;
    private final BiConsumer<Variable, Variable> contribute;

    Pullback(Shapes shapes, Linear linear, Compositions compositions, Predicate<Variable> wanted, BiConsumer<Variable, Variable> contribute) {
        this.shapes = shapes;
        this.linear = linear;
        this.compositions = compositions;
        this.wanted = wanted;
        this.contribute = contribute;
    }

    /// Passes what the cotangent `g` of `z` contributes to each operand that is wanted.
    void of(Variable z, Variable g) {
        switch (z.op()) {
            case Op.Input _, Op.Constant _, Op.Iota _, Op.Extent _, Op.StopGradient _, Op.Draw _ -> {}
            case Op.Elementwise(var f, var args) -> elementwise(z, g, f, args);
            case Op.Cast(var x, _) -> to(x, g.cast(x.dtype()));
            case Op.Reduce(var f, var x, var axes) -> reduce(z, g, f, x, axes);
            case Op.Dimshuffle(var x, var pattern) ->
                to(x, Linear.relabel(g, z.rank(), IntStream.range(0, x.rank()).mapToObj(pattern::indexOf).toList()));
            case Op.Reshape(var x, _) -> to(x, g.rank() == 0 ? g : new Variable(new Op.Reshape(linear.full(g, z), shapes.extents(x))));
            case Op.Broadcast(var x, _) -> to(x, linear.sumTo(g, z, x));
            case Op.SumTo(var x, _) -> to(x, g);
            case Op.Slice(var x, var axis, var start, _, var step) ->
                to(x, new Variable(new Op.Unslice(linear.full(g, z), axis, start, shapes.extents(x).get(axis), step)));
            case Op.Unslice(var x, var axis, var start, _, var step) ->
                to(x, new Variable(new Op.Slice(linear.full(g, z), axis, start, shapes.extents(x).get(axis), step)));
            case Op.Join(var axis, var parts) -> join(z, g, axis, parts);
            case Op.Gather(var x, var indices, var axis) ->
                to(x, new Variable(new Op.Scatter(linear.full(g, z), indices, axis, shapes.extents(x).get(axis))));
            case Op.Scatter(var x, var indices, var axis, _) -> to(x, new Variable(new Op.Gather(linear.full(g, z), indices, axis)));
            case Op.Dot(var x, var y, var axes) -> {
                if (wanted.test(x)) to(x, shapes.assume(left(linear.full(g, z), x, y, axes), x));
                if (wanted.test(y)) to(y, shapes.assume(right(linear.full(g, z), x, y, axes), y));
            }
            case Op.If(var condition, var then, var otherwise) -> {
                if (wanted.test(then)) to(then, branch(z, g, condition, then, true));
                if (wanted.test(otherwise)) to(otherwise, branch(z, g, condition, otherwise, false));
            }
            case Op.Assert(var x, _, _) -> to(x, g);
            case Op.Loop _ -> throw new CompilerBug("reverse", "a loop has several results", z.op().toString());
        }
    }

    private void to(Variable x, Variable g) {
        if (wanted.test(x)) contribute.accept(x, g);
    }

    private void elementwise(Variable z, Variable g, ScalarOp f, List<Variable> args) {
        var steps = compositions.of(z);
        for (var step : steps) {
            Variable x = step.x();
            Variable wide = step.axes().isEmpty() ? g : Linear.relabel(g, z.rank(), Linear.expanded(x, step.axes()));
            linear.apply(step.partial(), wide).ifPresent(c -> to(x, step.axes().isEmpty() ? linear.sumTo(c, z, x) : c));
        }
        if (steps.isEmpty()) for (int i = 0; i < args.size(); i++) {
            Variable x = args.get(i);
            if (wanted.test(x)) linear.apply(Partials.of(z, f, args, i), g).ifPresent(c -> to(x, linear.sumTo(c, z, x)));
        }
    }

    private void reduce(Variable z, Variable g, Reduction f, Variable x, List<Integer> axes) {
        List<Integer> expanded = Linear.expanded(x, axes);
        Variable wide = Linear.relabel(g, z.rank(), expanded);
        linear.apply(Reducing.partial(f, x, axes, Linear.relabel(z, z.rank(), expanded)), wide).ifPresent(c -> to(x, c));
    }

    private void join(Variable z, Variable g, int axis, List<Variable> parts) {
        Variable start = Ints.of(0);
        for (Variable x : parts) {
            Variable length = shapes.extents(x).get(axis);
            if (g.rank() == 0) to(x, g);
            else if (wanted.test(x)) to(x, new Variable(new Op.Slice(linear.full(g, z), axis, start, length, 1)));
            start = Ints.add(start, length);
        }
    }

    private Variable branch(Variable z, Variable g, Variable condition, Variable x, boolean taken) {
        if (g.rank() == 0 || shapes.same(z, x)) return linear.branch(condition, g, taken);
        return linear.branch(condition, linear.full(g, z), taken, x);
    }

    /// The contraction of `g` with `y` over the axes that `y` alone has.
    private static Variable left(Variable g, Variable x, Variable y, DotAxes axes) {
        int batch = axes.xBatch().size();
        List<Integer> xFree = axes.xFree(x.rank());
        List<Integer> yFree = axes.yFree(y.rank());
        Variable raw = new Variable(new Op.Dot(g, y, new DotAxes(range(0, batch), axes.yBatch(), range(batch + xFree.size(), yFree.size()), yFree)));
        return inOrder(raw, x.rank(), axes.xBatch(), xFree, partners(axes.xSum(), axes.ySum()));
    }

    /// The contraction of `x` with `g` over the axes that `x` alone has.
    private static Variable right(Variable g, Variable x, Variable y, DotAxes axes) {
        int batch = axes.xBatch().size();
        List<Integer> xFree = axes.xFree(x.rank());
        List<Integer> yFree = axes.yFree(y.rank());
        Variable raw = new Variable(new Op.Dot(x, g, new DotAxes(axes.xBatch(), range(0, batch), xFree, range(batch, xFree.size()))));
        return inOrder(raw, y.rank(), axes.yBatch(), partners(axes.ySum(), axes.xSum()), yFree);
    }

    /// The axes `own` in the order of their partners: that in which a contraction leaves the partners.
    private static List<Integer> partners(List<Integer> own, List<Integer> others) {
        return others.stream().sorted().map(i -> own.get(others.indexOf(i))).toList();
    }

    /// `raw`, whose axes are `a`, `b`, `c` of a tensor of rank `rank`, with these in order.
    private static Variable inOrder(Variable raw, int rank, List<Integer> a, List<Integer> b, List<Integer> c) {
        var at = new ArrayList<>(a);
        at.addAll(b);
        at.addAll(c);
        return Linear.shuffle(raw, IntStream.range(0, rank).mapToObj(at::indexOf).toList());
    }

    private static List<Integer> range(int from, int count) {
        return IntStream.range(from, from + count).boxed().toList();
    }
}
