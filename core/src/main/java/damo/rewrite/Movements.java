package damo.rewrite;

import static damo.rewrite.Fidelity.*;
import static damo.rewrite.Rule.rule;

import damo.graph.Ints;
import damo.graph.Op;
import damo.graph.Reduction;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Movement that moves nothing, and shapes that need no values.
final class Movements {
    private Movements() {}

    static final List<Rule> RULES = List.of(
            rule("dimshuffle-identity", "dimshuffle(x, pattern=[0, 1]) => x; x: float[2, 3]", BITWISE, Set.of(Op.Dimshuffle.class), v ->
                    v.op() instanceof Op.Dimshuffle(var x, var pattern) && isIdentity(pattern, x.rank()) ? x : null),
            rule("dimshuffle-dimshuffle",
                    "dimshuffle(dimshuffle(x, pattern=[1, 0]), pattern=[1, new, 0]) => dimshuffle(x, pattern=[0, new, 1]); x: float[2, 3]",
                    BITWISE, Set.of(Op.Dimshuffle.class), Movements::dimshuffleTwice),
            rule("dimshuffle-splat", "dimshuffle(broadcast(2.0, 3, 4), pattern=[1, 0]) => broadcast(2.0, 4, 3)", BITWISE, Set.of(Op.Dimshuffle.class),
                    Movements::dimshuffleSplat),
            rule("reshape-reshape", "reshape(reshape(x, [3, 2]), [6]) => reshape(x, [6]); x: float[2, 3]", BITWISE, Set.of(Op.Reshape.class), v ->
                    v.op() instanceof Op.Reshape(var y, var e) && y.op() instanceof Op.Reshape(var x, _) ? new Variable(new Op.Reshape(x, e)) : null),
            rule("reshape-same", "reshape(x, [2, 3]) => x; x: float[2, 3]", BITWISE, Set.of(Op.Reshape.class), (v, extents) ->
                    v.op() instanceof Op.Reshape(var x, _) && extents.same(x, v) ? x : null),
            rule("broadcast-broadcast", "broadcast(broadcast(x, [1, 3]), [2, 3]) => broadcast(x, [2, 3]); x: float[3]",
                    BITWISE, Set.of(Op.Broadcast.class), v ->
                    v.op() instanceof Op.Broadcast(var y, var e) && y.op() instanceof Op.Broadcast(var x, _)
                            ? new Variable(new Op.Broadcast(x, e)) : null),
            rule("broadcast-same", "broadcast(x, [2, 3]) => x; x: float[2, 3]", BITWISE, Set.of(Op.Broadcast.class), (v, extents) ->
                    v.op() instanceof Op.Broadcast(var x, _) && extents.same(x, v) ? x : null),
            rule("broadcast-operand", "x + broadcast(y, [2, 3]) => x + y; x: float[2, 3]; y: float[3]", BITWISE, Set.of(Op.Elementwise.class),
                    Movements::broadcastOperand),
            rule("sumto-same", "sumto(x, [2, 3]) => x; x: float[2, 3]", ROUNDING, Set.of(Op.SumTo.class), (v, extents) ->
                    v.op() instanceof Op.SumTo(var x, _) && extents.same(x, v) ? x : null),
            rule("sumto-sum", "sumto(x, [1, 3]) => dimshuffle(sum(x, axes=[0, 1]), pattern=[new, 0]); x: float[4, 2, 3]",
                    BITWISE, Set.of(Op.SumTo.class),
                    Movements::sumToSum),
            rule("slice-whole", "slice(x, 0, 3, axis=1, step=1) => x; x: float[2, 3]", BITWISE, Set.of(Op.Slice.class), (v, extents) ->
                    v.op() instanceof Op.Slice(var x, _, var start, _, var step) && step == 1 && Ints.isConstant(start, 0)
                            && extents.same(x, v) ? x : null),
            rule("slice-slice", "slice(slice(x, 1, 4, axis=0, step=2), 1, 2, axis=0, step=2) => slice(x, 3, 2, axis=0, step=4); x: float[8]", BITWISE,
                    Set.of(Op.Slice.class), Movements::sliceTwice),
            rule("slice-unslice", "slice(unslice(x, 1, 8, axis=0, step=2), 1, 3, axis=0, step=2) => x; x: float[3]",
                    BITWISE, Set.of(Op.Slice.class), (v, extents) ->
                    v.op() instanceof Op.Slice(var u, var axis, var start, _, var step) && u.op() instanceof Op.Unslice(var x, var a, var s, _, var t)
                            && axis == a && start == s && step == t && extents.same(x, v) ? x : null),
            rule("unslice-whole", "unslice(x, 0, 3, axis=0, step=1) => x; x: float[3]", BITWISE, Set.of(Op.Unslice.class), (v, extents) ->
                    v.op() instanceof Op.Unslice(var x, _, var start, _, var step) && step == 1 && Ints.isConstant(start, 0)
                            && extents.same(x, v) ? x : null),
            rule("join-one", "join(x, axis=0) => x", BITWISE, Set.of(Op.Join.class), v ->
                    v.op() instanceof Op.Join(_, var parts) && parts.size() == 1 ? parts.getFirst() : null),
            rule("extent", "extent(exp(x) + 1, axis=0) => extent(x, axis=0); x: float[?]", BITWISE, Set.of(Op.Extent.class), (v, extents) ->
                    v.op() instanceof Op.Extent(var x, var axis) ? otherThan(v, Extents.variable(extents.of(x).get(axis))) : null));

    private static boolean isIdentity(List<Integer> pattern, int rank) {
        if (pattern.size() != rank) return false;
        for (int i = 0; i < rank; i++) if (pattern.get(i) != i) return false;
        return true;
    }

    private static Variable dimshuffleTwice(Variable v) {
        if (!(v.op() instanceof Op.Dimshuffle(var y, var outer)) || !(y.op() instanceof Op.Dimshuffle(var x, var inner))) return null;
        return new Variable(new Op.Dimshuffle(x, outer.stream().map(p -> p == Op.Dimshuffle.NEW ? p : inner.get(p)).toList()));
    }

    private static Variable dimshuffleSplat(Variable v) {
        if (!(v.op() instanceof Op.Dimshuffle(var y, var pattern))) return null;
        if (!(y.op() instanceof Op.Broadcast(var x, var extents)) || x.rank() > 0) return null;
        return new Variable(new Op.Broadcast(x, pattern.stream().map(p -> p == Op.Dimshuffle.NEW ? Ints.of(1) : extents.get(p)).toList()));
    }

    /// An operand need not be repeated if the others give the result its shape.
    private static Variable broadcastOperand(Variable v, Extents extents) {
        if (!(v.op() instanceof Op.Elementwise(var f, var args)) || args.size() == 1) return null;
        for (int i = 0; i < args.size(); i++) {
            if (!(args.get(i).op() instanceof Op.Broadcast(var x, _))) continue;
            var fewer = new ArrayList<>(args);
            fewer.set(i, x);
            Variable z = new Variable(new Op.Elementwise(f, fewer));
            if (extents.same(z, v)) return z;
        }
        return null;
    }

    private static Variable sumToSum(Variable v, Extents all) {
        if (!(v.op() instanceof Op.SumTo(var x, var extents))) return null;
        int added = x.rank() - extents.size();
        var summed = new ArrayList<Integer>();
        var pattern = new ArrayList<Integer>();
        for (int axis = 0; axis < x.rank(); axis++) {
            boolean kept = axis >= added && all.of(x).get(axis).equals(all.of(v).get(axis - added));
            if (axis >= added && !kept && !Ints.isConstant(extents.get(axis - added), 1)) return null;     // only the call will know
            if (axis >= added) pattern.add(kept ? axis - summed.size() : Op.Dimshuffle.NEW);
            if (!kept) summed.add(axis);
        }
        Variable sum = summed.isEmpty() ? x : new Variable(new Op.Reduce(Reduction.SUM, x, summed));
        return new Variable(new Op.Dimshuffle(sum, pattern));
    }

    private static Variable sliceTwice(Variable v) {
        if (!(v.op() instanceof Op.Slice(var y, var axis, var start, var length, var step))) return null;
        if (!(y.op() instanceof Op.Slice(var x, var a, var from, _, var by)) || a != axis) return null;
        return new Variable(new Op.Slice(x, axis, Ints.add(from, Ints.mul(Ints.of(by), start)), length, step * by));
    }

    private static Variable otherThan(Variable v, Variable replacement) {
        return replacement.op().equals(v.op()) ? null : replacement;
    }
}
