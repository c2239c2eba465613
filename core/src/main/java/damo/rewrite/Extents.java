package damo.rewrite;

import damo.CompilerBug;
import damo.graph.Graph;
import damo.graph.Ints;
import damo.graph.Op;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import damo.type.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What is known of extents without values: which are surely equal, and from what they can be computed.
///
/// An extent is the set of the things that broadcast to it: none for 1, a [Known] number alone, or axes and computed extents.
public final class Extents {
    /// What an extent is made of.
    public sealed interface Atom {}

    /// A number other than 1.
    record Known(long extent) implements Atom {}

    /// An axis whose extent comes from nowhere else.
    record Axis(Variable x, int axis) implements Atom {}

    /// A computed int64 scalar.
    record Computed(Variable extent) implements Atom {}

    private final Map<Variable, List<Set<Atom>>> known = new IdentityHashMap<>();

    Extents() {}

    /// The extents of `v`; two variables with equal ones surely have the same shape.
    public List<Set<Atom>> of(Variable v) {
        if (known.containsKey(v)) return known.get(v);
        for (Variable w : Graph.order(List.of(v), known::containsKey)) if (!known.containsKey(w)) known.put(w, find(w));
        return known.get(v);
    }

    /// Whether the two surely have the same shape.
    public boolean same(Variable a, Variable b) {
        return of(a).equals(of(b));
    }

    /// The extents to which `replacement` must be broadcast to have the shape of `v`, computed without `v`; none if it has that
    /// shape. An extent that nothing but `v` has (that of an `if`) is what the replacement has.
    List<Variable> variables(Variable v, Variable replacement) {
        int added = v.rank() - replacement.rank();
        var wanted = new ArrayList<>(of(v));
        for (int i = added; i < v.rank(); i++) if (wanted.get(i).equals(Set.of(new Axis(v, i)))) wanted.set(i, of(replacement).get(i - added));
        return wanted.equals(of(replacement)) ? List.of() : wanted.stream().map(Extents::variable).toList();
    }

    /// The extent as an int64 scalar.
    static Variable variable(Set<Atom> atoms) {
        Variable extent = Ints.of(1);
        for (Atom atom : atoms) {
            Variable next = switch (atom) {
                case Known(var n) -> Ints.of(n);
                case Axis(var x, var axis) -> Ints.extent(x, axis);
                case Computed(var e) -> e;
            };
            extent = Ints.isConstant(extent, 1) ? next : Match.apply(ScalarOp.WHERE, Match.apply(ScalarOp.EQ, extent, Ints.of(1)), next, extent);
        }
        return extent;
    }

    private List<Set<Atom>> find(Variable v) {
        List<Set<Atom>> found = derive(v);
        if (found.size() != v.rank()) throw new CompilerBug("rewrite", found.size() + " extents were derived", v.describe());
        var exact = new ArrayList<Set<Atom>>();
        boolean changed = false;
        for (int i = 0; i < v.rank(); i++) {
            long n = v.type().extent(i);
            exact.add(n == TensorType.UNKNOWN ? found.get(i) : number(n));
            changed |= !exact.get(i).equals(found.get(i));
        }
        return changed ? exact : found;
    }

    private List<Set<Atom>> derive(Variable v) {
        return switch (v.op()) {
            case Op.Input _, Op.Constant _ -> own(v);
            case Op.Elementwise(_, var args) -> broadcast(args, v.rank());
            case Op.Cast(var x, _) -> known.get(x);
            case Op.StopGradient(var x) -> known.get(x);
            case Op.Assert(var x, _, _) -> known.get(x);
            case Op.Reduce(_, var x, var axes) -> pick(x, rest(x.rank(), axes));
            case Op.Dimshuffle(var x, var pattern) -> pick(x, pattern);
            case Op.Reshape(_, var extents) -> extents.stream().map(this::computed).toList();
            case Op.Broadcast(_, var extents) -> extents.stream().map(this::computed).toList();
            case Op.SumTo(_, var extents) -> extents.stream().map(this::computed).toList();
            case Op.Slice(var x, var axis, _, var length, _) -> replaced(x, axis, 1, List.of(computed(length)));
            case Op.Unslice(var x, var axis, _, var extent, _) -> replaced(x, axis, 1, List.of(computed(extent)));
            case Op.Join(_, var parts) when parts.size() == 1 -> known.get(parts.getFirst());
            case Op.Join(var axis, var parts) -> replaced(parts.getFirst(), axis, 1, List.of(Set.of(new Axis(v, axis))));
            case Op.Gather(var x, var indices, var axis) -> replaced(x, axis, 1, known.get(indices));
            case Op.Scatter(var x, var indices, var axis, var extent) -> replaced(x, axis, indices.rank(), List.of(computed(extent)));
            case Op.Iota(var length) -> List.of(computed(length));
            case Op.Draw(_, var state, var extents, var result) -> result == 0 ? extents.stream().map(this::computed).toList() : known.get(state);
            case Op.Extent _ -> List.of();
            case Op.Dot(var x, var y, var axes) -> {
                var all = new ArrayList<>(pick(x, axes.xBatch()));
                all.addAll(pick(x, axes.xFree(x.rank())));
                all.addAll(pick(y, axes.yFree(y.rank())));
                yield all;
            }
            case Op.If(_, var then, var otherwise) -> known.get(then).equals(known.get(otherwise)) ? known.get(then) : own(v);
            case Op.Loop loop -> looped(v, loop);
        };
    }

    /// A state keeps the shape that it has before the loop; an emission has one row for each step.
    private List<Set<Atom>> looped(Variable v, Op.Loop loop) {
        if (loop.result() < loop.body().states()) return known.get(loop.initial().get(loop.result()));
        List<Set<Atom>> all = own(v);
        if (v.rank() == 0) return all;
        all.set(0, computed(loop.steps()));
        List<Set<Atom>> row = of(loop.body().step().results().get(loop.result()));
        for (int i = 0; i < row.size(); i++) {
            Set<Atom> outer = outside(loop, row.get(i));
            if (outer != null) all.set(i + 1, outer);
        }
        return all;
    }

    /// What an extent within the body is outside, or `null` if it is made of more than parameters and numbers.
    private Set<Atom> outside(Op.Loop loop, Set<Atom> inside) {
        Set<Atom> all = Set.of();
        for (Atom atom : inside) {
            if (atom instanceof Computed) return null;
            if (atom instanceof Axis(var x, var axis)) {
                int at = loop.body().step().parameters().indexOf(x);
                if (at < 1) return null;
                all = union(all, known.get(loop.operands().get(at)).get(at <= loop.body().sequences() ? axis + 1 : axis));
            } else {
                all = union(all, Set.of(atom));
            }
        }
        return all;
    }

    private static List<Set<Atom>> own(Variable v) {
        var all = new ArrayList<Set<Atom>>();
        for (int i = 0; i < v.rank(); i++) all.add(Set.of(new Axis(v, i)));
        return all;
    }

    private List<Set<Atom>> broadcast(List<Variable> args, int rank) {
        if (args.size() == 1) return known.get(args.getFirst());
        var all = new ArrayList<Set<Atom>>();
        for (int axis = 0; axis < rank; axis++) {
            Set<Atom> union = Set.of();
            for (Variable x : args) {
                int own = axis - (rank - x.rank());
                if (own >= 0) union = union(union, known.get(x).get(own));
            }
            all.add(union);
        }
        return all;
    }

    private static Set<Atom> union(Set<Atom> a, Set<Atom> b) {
        if (a.isEmpty() || a.equals(b)) return b;
        if (b.isEmpty()) return a;
        var all = new LinkedHashSet<>(a);                   // in order, so that the same graph gives the same text
        all.addAll(b);
        return Collections.unmodifiableSet(all);
    }

    private List<Set<Atom>> pick(Variable x, List<Integer> axes) {
        List<Set<Atom>> all = known.get(x);
        return axes.stream().map(a -> a == Op.Dimshuffle.NEW ? Set.<Atom>of() : all.get(a)).toList();
    }

    static List<Integer> rest(int rank, List<Integer> axes) {
        var rest = new ArrayList<Integer>();
        for (int i = 0; i < rank; i++) if (!axes.contains(i)) rest.add(i);
        return rest;
    }

    private List<Set<Atom>> replaced(Variable x, int axis, int count, List<Set<Atom>> by) {
        var all = new ArrayList<>(known.get(x));
        all.subList(axis, axis + count).clear();
        all.addAll(axis, by);
        return all;
    }

    /// The extent that an int64 scalar says.
    Set<Atom> computed(Variable extent) {
        if (Ints.isConstant(extent)) return number(Ints.value(extent));
        if (extent.op() instanceof Op.Extent(var x, var axis)) return of(x).get(axis);
        // What [#variable] builds of two: where(a == 1, b, a).
        if (Match.is(extent, ScalarOp.WHERE) && Match.is(Match.arg(extent, 0), ScalarOp.EQ)) {
            Variable a = Match.arg(extent, 2);
            Variable test = Match.arg(extent, 0);
            if (Match.arg(test, 0) == a && Ints.isConstant(Match.arg(test, 1), 1)
                    || Match.arg(test, 1) == a && Ints.isConstant(Match.arg(test, 0), 1))
                return union(computed(a), computed(Match.arg(extent, 1)));
        }
        return Set.of(new Computed(extent));
    }

    private static Set<Atom> number(long n) {
        return n == 1 ? Set.of() : Set.of(new Known(n));
    }
}
