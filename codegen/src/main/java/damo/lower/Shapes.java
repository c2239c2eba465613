package damo.lower;

import damo.DamoException;
import damo.graph.DotAxes;
import damo.graph.Graph;
import damo.graph.Lambda;
import damo.graph.Op;
import damo.graph.Variable;
import damo.type.TensorType;
import damo.value.NDArray;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/// The extents of every variable of a program, for the arguments at hand; and the errors that only the arguments reveal.
final class Shapes {
    private final Map<Variable, List<Variable>> shapes = new IdentityHashMap<>();
    private final Map<Variable, DamoException> failures = new IdentityHashMap<>();
    private final Extents extents;
    private final Map<Op, OpenLoop> loops;
    private final Deque<OpenLoop> within = new ArrayDeque<>();
    private final Set<OpenLoop> interpreted = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Predicate<Variable> isConditional;

    /// Finds all shapes. What only a branch of a conditional needs may fail: that branch fails if it is taken, and nothing else does.
    ///
    /// @param fixed whether there are no other shapes of arguments
    /// @param isConditional whether only a branch needs a variable
    /// @throws DamoException naming the op, its operands with their actual shapes, and the broken rule
    Shapes(Lambda f, NDArray[] arguments, boolean fixed, Map<Op, OpenLoop> loops, Predicate<Variable> isConditional) {
        extents = new Extents(f.parameters(), arguments, fixed, this);
        this.loops = loops;
        this.isConditional = isConditional;
        for (Variable v : Graph.order(f.results())) shapes.put(v, inferred(v));
        for (Variable v : f.parameters()) shapes.computeIfAbsent(v, this::infer);
    }

    private List<Variable> inferred(Variable v) {
        try {
            if (!(v.op() instanceof Op.If)) Region.needed(v.op()).forEach(this::requireShape);
            List<Variable> shape = infer(v);
            if (shape.contains(Extents.VARYING)) vary(v);
            return shape;
        } catch (DamoException e) {
            if (!isConditional.test(v)) throw e;
            failures.put(v, e);
            return axes(v.rank(), i -> extents.of(Math.max(1, v.type().extent(i))));     // never seen: what reads it fails before
        }
    }

    private void requireShape(Variable v) {
        if (failures.containsKey(v)) throw failures.get(v);
    }

    private void vary(Variable v) {
        if (within.isEmpty()) throw error(v, "its shape changes from step to step of a loop; give all steps one shape");
        interpreted.add(within.peek());
    }

    /// Why `v` has no shape, if it has none.
    Optional<DamoException> failure(Variable v) {
        return Optional.ofNullable(failures.get(v));
    }

    /// Whether an extent in the body changes from step to step.
    boolean isVarying(OpenLoop loop) {
        return interpreted.contains(loop);
    }

    /// The extent of an axis as it was inferred.
    ///
    /// @throws DamoException if there is none
    Variable extent(Variable v, int axis) {
        requireShape(v);
        return shapes.get(v).get(axis);
    }

    /// The extents, with what the program relies on.
    Extents extents() {
        return extents;
    }

    /// Finds the shape of a variable that is not of the program, but made of some that are.
    void add(Variable v) {
        shapes.put(v, infer(v));
    }

    /// The extents of `v`, each in the form that stands for all that equal it.
    List<Variable> shape(Variable v) {
        return shapes.get(v).stream().map(extents::find).toList();
    }

    private List<Variable> infer(Variable v) {
        return switch (v.op()) {
            case Op.Input _ -> axes(v.rank(), i -> extents.of(v, i));
            case Op.Constant(var c) -> axes(c.rank(), i -> extents.of(c.extent(i)));
            case Op.Elementwise(_, var args) -> broadcast(v, args);
            case Op.Cast(var x, _) -> shapes.get(x);
            case Op.Reduce(var f, var x, var axes) -> {
                List<Variable> shape = without(shapes.get(x), axes);
                if (!f.hasIdentity())
                    for (int axis : axes)
                        if (extents.is(shapes.get(x).get(axis), 0) && shape.stream().noneMatch(e -> extents.is(e, 0)))
                            throw error(v, "there is no %simum of nothing: axis %d has extent 0".formatted(f, axis));
                yield shape;
            }
            case Op.Dimshuffle(var x, var pattern) -> {
                for (int i = 0; i < x.rank(); i++)
                    if (!pattern.contains(i))
                        require(v, extents.is(shapes.get(x).get(i), 1), "axis %d is dropped, so it must have extent 1".formatted(i));
                yield pattern.stream().map(p -> p == Op.Dimshuffle.NEW ? extents.of(1) : shapes.get(x).get(p)).toList();
            }
            case Op.Reshape(var x, var to) -> {
                List<Variable> shape = to.stream().map(extents::close).toList();
                require(v, extents.same(extents.product(shapes.get(x)), extents.product(shape)),
                        "%s cannot become %s: the numbers of elements differ".formatted(hints(shapes.get(x)), hints(shape)));
                yield shape;
            }
            case Op.Broadcast(var x, var to) -> {
                List<Variable> shape = to.stream().map(extents::close).toList();
                repeats(v, shapes.get(x), shape);
                yield shape;
            }
            case Op.SumTo(var x, var to) -> {
                List<Variable> shape = to.stream().map(extents::close).toList();
                repeats(v, shape, shapes.get(x));
                yield shape;
            }
            case Op.Slice(var x, var axis, _, var length, _) -> replaced(shapes.get(x), axis, List.of(extents.close(length)));
            case Op.Unslice(var x, var axis, _, var extent, _) -> replaced(shapes.get(x), axis, List.of(extents.close(extent)));
            case Op.Join(var axis, var parts) -> joined(v, axis, parts);
            case Op.Gather(var x, var indices, var axis) -> replaced(shapes.get(x), axis, shapes.get(indices));
            case Op.Scatter(var x, var indices, var axis, var extent) -> {
                var shape = new ArrayList<>(shapes.get(x));
                for (int i = 0; i < indices.rank(); i++)
                    require(v, extents.same(shape.get(axis + i), shapes.get(indices).get(i)), "there must be one element for each index");
                shape.subList(axis, axis + indices.rank()).clear();
                shape.add(axis, extents.close(extent));
                yield shape;
            }
            case Op.Iota(var length) -> List.of(extents.close(length));
            case Op.Extent _ -> List.of();
            case Op.Dot(var x, var y, var axes) -> contracted(v, x, y, axes);
            case Op.If(var condition, var then, var otherwise) -> axes(v.rank(), i -> {
                Variable a = shapes.get(then).get(i);
                Variable b = shapes.get(otherwise).get(i);
                return extents.same(a, b) ? a : extents.choose(condition, a, b);
            });
            case Op.Assert(var x, _, _) -> shapes.get(x);
            case Op.StopGradient(var x) -> shapes.get(x);
            case Op.Loop _ -> looped(v, loops.get(v.op().group()));
            case Op.Draw(_, var state, var to, var result) -> result == 0 ? to.stream().map(extents::close).toList() : shapes.get(state);
        };
    }

    /// A state keeps the shape that it has before the loop; an emission has one row for each step.
    private List<Variable> looped(Variable v, OpenLoop open) {
        Variable first = open.members().getFirst();
        requireShape(first);
        if (v == first) enter(v, open);
        if (open.isState(v)) return shapes.get(open.carried().get(OpenLoop.number(v)));
        if (open.isCount(v)) return List.of();
        Variable steps = extents.close(open.loop().steps()), row = open.results().get(OpenLoop.number(v));
        if (failures.containsKey(row) && !extents.is(steps, 0)) throw failures.get(row);
        var all = new ArrayList<Variable>(List.of(steps));
        all.addAll(shapes.get(row));
        return all;
    }

    private void enter(Variable v, OpenLoop open) {
        Op.Loop loop = open.loop();
        Variable steps = extents.close(loop.steps());
        if (steps == Extents.VARYING) vary(v);
        require(v, extents.atMost(extents.of(0), steps), "the number of steps is %d; it must not be negative".formatted(extents.hint(steps)));
        shapes.put(open.index(), List.of());
        for (int i = 0; i < open.elements().size(); i++) {
            Variable sequence = loop.sequences().get(i);
            Variable length = shapes.get(sequence).getFirst();
            require(v, extents.atMost(steps, length),
                    "the sequence %s has %d elements, but there are %d steps; ask for fewer, or give a longer sequence"
                    .formatted(sequence.label(), extents.hint(length), extents.hint(steps)));
            shapes.put(open.elements().get(i), shapes.get(sequence).subList(1, sequence.rank()));
        }
        for (int i = 0; i < open.carried().size(); i++) shapes.put(open.carried().get(i), shapes.get(loop.initial().get(i)));
        within.push(open);
        for (Variable inner : open.body()) shapes.put(inner, inferred(inner));
        within.pop();
        for (int i = 0; i < open.carried().size(); i++) {
            Variable next = open.next().get(i);
            List<Variable> before = shapes.get(open.carried().get(i));
            if (failures.containsKey(next)) shapes.put(next, before);       // a step fails before anybody sees it
            List<Variable> after = shapes.get(next);
            for (int axis = 0; axis < before.size(); axis++)
                require(v, extents.same(before.get(axis), after.get(axis)), "the state %s is %s, but its next value is %s; a state keeps its shape"
                        .formatted(open.carried().get(i).label(), hints(before), hints(after)));
        }
    }

    private static List<Variable> axes(int rank, IntFunction<Variable> extent) {
        return IntStream.range(0, rank).mapToObj(extent).toList();
    }

    private List<Variable> broadcast(Variable v, List<Variable> args) {
        return axes(v.rank(), axis -> {
            Variable extent = null;
            for (Variable x : args) {
                int own = axis - (v.rank() - x.rank());
                if (own < 0) continue;
                Variable e = shapes.get(x).get(own);
                if (extent == Extents.VARYING || e == Extents.VARYING) extent = repeated(extent == Extents.VARYING ? e : extent);
                else if (extent == null || extents.same(extent, e)) extent = e;
                else if (extents.is(extent, 1)) extent = e;
                else require(v, extents.is(e, 1), "cannot broadcast: axis %d is %d and %d (equal or 1 needed)"
                        .formatted(axis, extents.hint(extent), extents.hint(e)));
            }
            return extent;
        });
    }

    /// What broadcasting an extent that varies with `other` gives.
    private Variable repeated(Variable other) {
        return other == null || other == Extents.VARYING || extents.is(other, 1) ? Extents.VARYING : other;
    }

    /// Checks that `from` broadcasts to `to`.
    private void repeats(Variable v, List<Variable> from, List<Variable> to) {
        for (int i = 0; i < from.size(); i++) {
            Variable a = from.get(i);
            Variable b = to.get(to.size() - from.size() + i);
            require(v, extents.same(a, b) || extents.is(a, 1),
                    "extent %d cannot become %d (equal or 1 needed)".formatted(extents.hint(a), extents.hint(b)));
        }
    }

    private static List<Variable> without(List<Variable> shape, List<Integer> axes) {
        var rest = new ArrayList<Variable>();
        for (int i = 0; i < shape.size(); i++) if (!axes.contains(i)) rest.add(shape.get(i));
        return rest;
    }

    private static List<Variable> replaced(List<Variable> shape, int axis, List<Variable> by) {
        var all = new ArrayList<>(shape);
        all.remove(axis);
        all.addAll(axis, by);
        return all;
    }

    private List<Variable> joined(Variable v, int axis, List<Variable> parts) {
        var shape = new ArrayList<>(shapes.get(parts.getFirst()));
        for (Variable part : parts.subList(1, parts.size()))
            for (int i = 0; i < shape.size(); i++) {
                Variable e = shapes.get(part).get(i);
                if (i == axis) shape.set(i, extents.add(extents.find(shape.get(i)), extents.find(e)));
                else require(v, extents.same(shape.get(i), e), "axis %d is %d and %d; only axis %d may differ"
                        .formatted(i, extents.hint(shape.get(i)), extents.hint(e), axis));
            }
        return shape;
    }

    private List<Variable> contracted(Variable v, Variable x, Variable y, DotAxes axes) {
        for (int i = 0; i < axes.xSum().size(); i++) pair(v, x, y, axes.xSum().get(i), axes.ySum().get(i));
        for (int i = 0; i < axes.xBatch().size(); i++) pair(v, x, y, axes.xBatch().get(i), axes.yBatch().get(i));
        var shape = new ArrayList<Variable>();
        axes.xBatch().forEach(i -> shape.add(shapes.get(x).get(i)));
        axes.xFree(x.rank()).forEach(i -> shape.add(shapes.get(x).get(i)));
        axes.yFree(y.rank()).forEach(i -> shape.add(shapes.get(y).get(i)));
        return shape;
    }

    private void pair(Variable v, Variable x, Variable y, int i, int j) {
        Variable a = shapes.get(x).get(i);
        Variable b = shapes.get(y).get(j);
        require(v, extents.same(a, b), "inner extents differ: axis %d of %s is %d, axis %d of %s is %d; they must be equal"
                .formatted(i, x.label(), extents.hint(a), j, y.label(), extents.hint(b)));
    }

    private void require(Variable v, boolean holds, String rule) {
        if (!holds) throw error(v, rule);
    }

    private DamoException error(Variable v, String rule) {
        List<TensorType> types = v.op().operands().stream().map(o -> o.type().withExtents(hints(shapes.get(o)))).toList();
        return damo.interpret.Shapes.error(v.op(), v.source(), types, rule);
    }

    private List<Long> hints(List<Variable> shape) {
        return shape.stream().map(extents::hint).toList();
    }
}
