package damo.grad;

import damo.graph.Graph;
import damo.graph.Ints;
import damo.graph.LoopBody;
import damo.graph.Op;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/// Where each extent comes from, so that shapes can be known to be equal before any of them is known.
final class Shapes {
    /// The origin of an extent; equal origins are equal extents.
    sealed interface Dim {
        /// A number.
        record Known(long n) implements Dim {}

        /// The extent of an axis, which nothing simpler gives.
        record Axis(Variable x, int axis) implements Dim {}

        /// A computed int64 scalar.
        record Value(Variable scalar) implements Dim {}

        /// To what these broadcast: to the one that is not 1.
        record Common(Set<Dim> dims) implements Dim {}
    }

    static final Dim ONE = new Dim.Known(1);
    private static final int MOST = 8;                              // larger sets of origins would cost more than they tell

    private final Map<Variable, List<Dim>> dims = new IdentityHashMap<>();
    private final Map<Dim, Variable> extents = new HashMap<>();
    private final Map<Dim, Dim.Axis> seen = new HashMap<>();        // where a common extent appears first

    /// The origins of the extents of `v`.
    List<Dim> of(Variable v) {
        if (!dims.containsKey(v)) for (Variable u : Graph.order(List.of(v), dims::containsKey)) if (!dims.containsKey(u)) dims.put(u, typed(u));
        return dims.get(v);
    }

    /// The extents of `v`, computed from their origins.
    List<Variable> extents(Variable v) {
        return of(v).stream().map(this::extent).toList();
    }

    /// The extent with this origin.
    Variable extent(Dim dim) {
        return extents.computeIfAbsent(dim, d -> switch (d) {
            case Dim.Known(var n) -> Ints.of(n);
            case Dim.Axis(var x, var axis) -> Ints.extent(x, axis);
            case Dim.Value(var scalar) -> scalar;
            case Dim.Common common -> Ints.extent(seen.get(common).x(), seen.get(common).axis());
        });
    }

    /// Whether the shapes of `a` and `b` are surely equal.
    boolean same(Variable a, Variable b) {
        return a == b || of(a).equals(of(b));
    }

    /// Records that `v`, of which nothing is known yet, has by construction the shape of `like`.
    Variable assume(Variable v, Variable like) {
        dims.putIfAbsent(v, of(like));
        return v;
    }

    private List<Dim> typed(Variable z) {
        var all = new ArrayList<>(origins(z));
        for (int i = 0; i < z.rank(); i++) if (z.type().extent(i) >= 0) all.set(i, new Dim.Known(z.type().extent(i)));
        return List.copyOf(all);
    }

    private List<Dim> origins(Variable z) {
        return switch (z.op()) {
            case Op.Input _, Op.Constant _ -> own(z);
            case Op.Elementwise(_, var args) -> IntStream.range(0, z.rank()).mapToObj(i -> common(z, i, args)).toList();
            case Op.Cast(var x, _) -> of(x);
            case Op.Assert(var x, _, _) -> of(x);
            case Op.StopGradient(var x) -> of(x);
            case Op.Reduce(_, var x, var axes) -> IntStream.range(0, x.rank()).filter(i -> !axes.contains(i)).mapToObj(of(x)::get).toList();
            case Op.Dimshuffle(var x, var pattern) -> pattern.stream().map(i -> i < 0 ? ONE : of(x).get(i)).toList();
            case Op.Reshape(_, var e) -> e.stream().map(this::dim).toList();
            case Op.Broadcast(_, var e) -> e.stream().map(this::dim).toList();
            case Op.SumTo(_, var e) -> e.stream().map(this::dim).toList();
            case Op.Slice(var x, var axis, _, var length, _) -> replaced(of(x), axis, 1, List.of(dim(length)));
            case Op.Unslice(var x, var axis, _, var extent, _) -> replaced(of(x), axis, 1, List.of(dim(extent)));
            case Op.Join(var axis, var parts) ->
                parts.size() == 1 ? of(parts.getFirst()) : replaced(of(parts.getFirst()), axis, 1, List.of(new Dim.Axis(z, axis)));
            case Op.Gather(var x, var indices, var axis) -> replaced(of(x), axis, 1, of(indices));
            case Op.Scatter(var x, var indices, var axis, var extent) -> replaced(of(x), axis, indices.rank(), List.of(dim(extent)));
            case Op.Iota(var length) -> List.of(dim(length));
            case Op.Draw(_, var state, var e, var result) -> result == 0 ? e.stream().map(this::dim).toList() : of(state);
            case Op.Extent _ -> List.of();
            case Op.Dot(var x, var y, var axes) -> {
                var all = new ArrayList<Dim>();
                axes.xBatch().forEach(i -> all.add(of(x).get(i)));
                axes.xFree(x.rank()).forEach(i -> all.add(of(x).get(i)));
                axes.yFree(y.rank()).forEach(i -> all.add(of(y).get(i)));
                yield all;
            }
            case Op.If(_, var then, var otherwise) -> IntStream.range(0, z.rank())
                    .mapToObj(i -> of(then).get(i).equals(of(otherwise).get(i)) ? of(then).get(i) : new Dim.Axis(z, i)).toList();
            case Op.Loop loop -> looped(z, loop);
        };
    }

    /// A state keeps the shape that it has before the loop; an emission has one row for each step.
    private List<Dim> looped(Variable z, Op.Loop loop) {
        LoopBody body = loop.body();
        if (loop.result() < body.states()) return of(loop.initial().get(loop.result()));
        if (z.rank() == 0) return List.of();
        var all = new ArrayList<Dim>(List.of(dim(loop.steps())));
        List<Dim> row = of(body.step().results().get(loop.result()));
        for (int i = 0; i < row.size(); i++) {
            Dim inner = row.get(i);
            Dim outer = inner instanceof Dim.Axis(var x, var axis) ? outside(loop, x, axis) : inner instanceof Dim.Known ? inner : null;
            all.add(outer != null ? outer : new Dim.Axis(z, i + 1));
        }
        return all;
    }

    /// What an extent of a parameter of the body is outside, or `null` if that is no parameter.
    private Dim outside(Op.Loop loop, Variable parameter, int axis) {
        int at = loop.body().step().parameters().indexOf(parameter);
        if (at < 1) return null;
        return of(loop.operands().get(at)).get(at <= loop.body().sequences() ? axis + 1 : axis);
    }

    private static List<Dim> own(Variable z) {
        return IntStream.range(0, z.rank()).<Dim>mapToObj(i -> new Dim.Axis(z, i)).toList();
    }

    /// The extent to which the operands broadcast.
    private Dim common(Variable z, int axis, List<Variable> args) {
        Set<Dim> found = new LinkedHashSet<>();                 // in order, so that what is built of it is the same every time
        for (Variable x : args) {
            int own = axis - (z.rank() - x.rank());
            if (own < 0) continue;
            if (of(x).get(own) instanceof Dim.Common(var dims)) found.addAll(dims);
            else found.add(of(x).get(own));
        }
        found.remove(ONE);
        if (found.isEmpty()) return ONE;
        if (found.size() == 1) return found.iterator().next();
        Dim.Axis here = new Dim.Axis(z, axis);
        if (found.size() > MOST) return here;
        Dim common = new Dim.Common(Collections.unmodifiableSet(found));
        seen.putIfAbsent(common, here);
        return common;
    }

    private Dim dim(Variable extent) {
        if (Ints.isConstant(extent)) return new Dim.Known(Ints.value(extent));
        return extent.op() instanceof Op.Extent(var x, var axis) ? of(x).get(axis) : new Dim.Value(extent);
    }

    private static List<Dim> replaced(List<Dim> dims, int from, int count, List<Dim> by) {
        var all = new ArrayList<>(dims);
        all.subList(from, from + count).clear();
        all.addAll(from, by);
        return all;
    }
}
