package damo.rewrite;

import static damo.rewrite.Fidelity.*;
import static damo.rewrite.Rule.rule;

import damo.graph.DotAxes;
import damo.graph.Ints;
import damo.graph.Op;
import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/// Sums and contractions: fewer elements to add, factors taken out, transposes taken in.
final class Contractions {
    private static final Set<?> REDUCE = Set.of(Op.Reduce.class);
    private static final Set<?> DOT = Set.of(Op.Dot.class);

    private Contractions() {}

    static final List<Rule> RULES = List.of(
            rule("reduce-nothing", "sum(x, axes=[]) => x", ROUNDING, REDUCE, v ->
                    v.op() instanceof Op.Reduce(_, var x, var axes) && axes.isEmpty() ? x : null),
            rule("reduce-one", "sum(x, axes=[0, 1]) => sum(dimshuffle(x, pattern=[1]), axes=[0]); x: float[1, 3]",
                    ROUNDING, REDUCE, Contractions::reduceOne),
            rule("reduce-reduce", "sum(sum(x, axes=[1]), axes=[0]) => sum(x, axes=[0, 1]); x: float[2, 3]",
                    ROUNDING, REDUCE, Contractions::reduceTwice),
            rule("sum-broadcast", "sum(broadcast(x, [4, 3]), axes=[0]) => float32(4) * sum(broadcast(x, [1, 3]), axes=[0]); x: float[3]",
                    FINITE, REDUCE, Contractions::sumBroadcast),
            rule("sum-neg", "sum(-x) => -sum(x)", BITWISE, REDUCE, v ->
                    sum(v) instanceof Op.Reduce(_, var x, var axes) && Match.is(x, ScalarOp.NEG) ? sum(Match.arg(x, 0), axes).neg() : null),
            rule("sum-scaled", "sum(2 * x) => 2 * sum(x)", FINITE, REDUCE, Contractions::sumScaled),
            rule("sum-div", "sum(x / 2) => sum(x) / 2; x: float", FINITE, REDUCE, v ->
                    sum(v) instanceof Op.Reduce(_, var x, var axes) && Match.is(x, ScalarOp.DIV)
                            && Match.arg(x, 1).rank() == 0 && Match.arg(x, 0).rank() > 0 ? sum(Match.arg(x, 0), axes).div(Match.arg(x, 1)) : null),
            rule("dot-neg", "dot(-x, y) => -dot(x, y); x: float[2, 3]; y: float[3, 4]", BITWISE, DOT, v -> taken(v, ScalarOp.NEG)),
            rule("dot-scaled", "dot(2 * x, y) => 2 * dot(x, y); x: float[2, 3]; y: float[3, 4]", FINITE, DOT, v -> taken(v, ScalarOp.MUL)),
            rule("dot-dimshuffle", "dot(dimshuffle(x, pattern=[1, 0]), y) => dot(x, y, batch=[]:[], sum=[0]:[0]); x: float[3, 2]; y: float[3, 4]",
                    BITWISE, DOT, Contractions::dotDimshuffle));

    /// The op of `v` if it is a sum, else `null`.
    private static Op.Reduce sum(Variable v) {
        return v.op() instanceof Op.Reduce r && r.f() == Reduction.SUM ? r : null;
    }

    private static Variable sum(Variable x, List<Integer> axes) {
        return new Variable(new Op.Reduce(Reduction.SUM, x, axes));
    }

    /// Axes of extent 1 need no reduction.
    private static Variable reduceOne(Variable v) {
        if (!(v.op() instanceof Op.Reduce(var f, var x, var axes)) || axes.stream().noneMatch(a -> x.type().extent(a) == 1)) return null;
        var kept = IntStream.range(0, x.rank()).boxed().filter(a -> !(axes.contains(a) && x.type().extent(a) == 1)).toList();
        List<Integer> rest = axes.stream().filter(kept::contains).map(kept::indexOf).toList();
        Variable dropped = new Variable(new Op.Dimshuffle(x, kept));
        return rest.isEmpty() ? dropped : new Variable(new Op.Reduce(f, dropped, rest));
    }

    private static Variable reduceTwice(Variable v) {
        if (!(v.op() instanceof Op.Reduce(var f, var y, var outer)) || !(y.op() instanceof Op.Reduce(var g, var x, var inner)) || f != g) return null;
        List<Integer> left = Extents.rest(x.rank(), inner);
        var axes = new ArrayList<>(inner);
        outer.forEach(a -> axes.add(left.get(a)));
        return new Variable(new Op.Reduce(f, x, axes.stream().sorted().toList()));
    }

    private static Variable sumBroadcast(Variable v) {
        if (!(sum(v) instanceof Op.Reduce(_, var y, var axes)) || !(y.op() instanceof Op.Broadcast(var x, var extents))) return null;
        int added = y.rank() - x.rank();
        var fewer = new ArrayList<>(extents);
        var repeats = new ArrayList<Variable>();
        for (int a : axes) {
            if (a >= added && x.type().extent(a - added) != 1 || Ints.isConstant(extents.get(a), 1)) continue;
            repeats.add(extents.get(a));
            fewer.set(a, Ints.of(1));
        }
        if (repeats.isEmpty()) return null;
        return Ints.product(repeats).cast(v.dtype()).mul(sum(new Variable(new Op.Broadcast(x, fewer)), axes));
    }

    private static Variable sumScaled(Variable v) {
        if (!(sum(v) instanceof Op.Reduce(_, var x, var axes)) || !Match.is(x, ScalarOp.MUL)) return null;
        for (int i = 0; i < 2; i++) {
            Variable c = Match.arg(x, i);
            Variable rest = Match.arg(x, 1 - i);
            if (c.rank() == 0 && rest.rank() > 0) return c.mul(sum(rest, axes));
        }
        return null;
    }

    /// A sign or a scalar factor of an operand, taken out of the product.
    private static Variable taken(Variable v, ScalarOp f) {
        if (!(v.op() instanceof Op.Dot(var x, var y, var axes))) return null;
        for (Variable o : List.of(x, y)) {
            if (!Match.is(o, f)) continue;
            Variable rest = Match.arg(o, f.arity() - 1);
            if (f == ScalarOp.MUL && (Match.arg(o, 0).rank() > 0 || rest.rank() == 0)) continue;
            Variable dot = new Variable(new Op.Dot(o == x ? rest : x, o == x ? y : rest, axes));
            return f == ScalarOp.NEG ? dot.neg() : Match.arg(o, 0).mul(dot);
        }
        return null;
    }

    private static Variable dotDimshuffle(Variable v) {
        if (!(v.op() instanceof Op.Dot(var x, var y, var axes))) return null;
        if (absorbs(x, axes.xFree(x.rank())) instanceof Op.Dimshuffle(var z, var p))
            return new Variable(new Op.Dot(z, y, new DotAxes(through(p, axes.xBatch()), axes.yBatch(), through(p, axes.xSum()), axes.ySum())));
        if (absorbs(y, axes.yFree(y.rank())) instanceof Op.Dimshuffle(var z, var p))
            return new Variable(new Op.Dot(x, z, new DotAxes(axes.xBatch(), through(p, axes.yBatch()), axes.xSum(), through(p, axes.ySum()))));
        return null;
    }

    /// The permutation that `x` is, if the axes `free` come in the same order without it; else `null`.
    private static Op.Dimshuffle absorbs(Variable x, List<Integer> free) {
        if (!(x.op() instanceof Op.Dimshuffle d) || d.pattern().size() != d.x().rank() || d.pattern().contains(Op.Dimshuffle.NEW)) return null;
        List<Integer> order = through(d.pattern(), free);
        return order.equals(order.stream().sorted().toList()) ? d : null;
    }

    private static List<Integer> through(List<Integer> pattern, List<Integer> axes) {
        return axes.stream().map(pattern::get).toList();
    }
}
