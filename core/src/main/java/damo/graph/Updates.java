package damo.graph;

import damo.CompilerBug;
import damo.type.DType;
import java.util.ArrayList;
import java.util.List;

/// Copies in which some elements are others. What an index chooses is a chain of linear ops on `x`; the transposes of these, in reverse
/// order, put values where they were chosen from.
final class Updates {
    private Updates() {}

    static Variable inc(Variable x, Variable value, List<Index> entries) {
        Variable chosen = Indexing.index(x, entries);
        return x.add(placed(fitted("inc", x, value, chosen), chosen, x));
    }

    static Variable set(Variable x, Variable value, List<Index> entries) {
        Variable chosen = Indexing.index(x, entries);
        Variable v = fitted("set", x, value, chosen);
        Variable z = chosen;
        while (z != x && !(z.op() instanceof Op.Gather)) z = z.op().operands().getFirst();
        if (z == x) return overlaid(v, chosen, x);
        Op.Gather gather = (Op.Gather) z.op();
        return overlaid(replaced(gather, placed(v, chosen, z)), gather.x(), x);
    }

    /// A Java number in the dtype of `x`.
    static Variable number(String op, Variable x, Number value) {
        boolean isFraction = value instanceof Double || value instanceof Float;
        if (x.dtype() == DType.BOOL || isFraction && !x.dtype().isFloat())
            throw Variable.error(op, "the number %s is no %s; cast one of them".formatted(value, x.dtype()), List.of(x));
        return Build.weak(op, value, x.dtype());
    }

    /// `value` in the shape of what is chosen, and in the dtype of `x`.
    private static Variable fitted(String op, Variable x, Variable value, Variable chosen) {
        if (DType.promote(x.dtype(), value.dtype()) != x.dtype())
            throw Variable.error(op, "%s does not become %s by itself; cast one of them".formatted(value.dtype(), x.dtype()), List.of(x, value));
        if (value.rank() > chosen.rank())
            throw Variable.error(op, "a value of rank %d does not fit the chosen elements, which are %s; it needs rank %d at most"
                    .formatted(value.rank(), chosen.type(), chosen.rank()), List.of(x, value));
        Variable v = value.cast(x.dtype());
        return v.type().isStatic() && v.type().equals(chosen.type()) ? v : Movement.broadcast(v, Ints.extents(chosen));
    }

    /// `x`, but `v` at what `chosen` slices from it.
    private static Variable overlaid(Variable v, Variable chosen, Variable x) {
        boolean isPart = false;
        for (Variable z = chosen; z != x; z = z.op().operands().getFirst()) isPart |= z.op() instanceof Op.Slice;
        if (!isPart) return placed(v, chosen, x);
        Variable mask = Movement.broadcast(Build.variable(true), Ints.extents(chosen));
        return Build.elementwise(ScalarOp.WHERE, placed(mask, chosen, x), placed(v, chosen, x), x);
    }

    /// What `gather` chooses from, but `v` where it does: gathered from both, one after the other. The last of several stays.
    private static Variable replaced(Op.Gather gather, Variable v) {
        Variable x = gather.x();
        Variable n = Ints.extent(x, gather.axis());
        Variable positions = Movement.flatten(gather.indices(), 1);
        Variable source = sources(positions, n);
        Variable index = Build.elementwise(ScalarOp.WHERE, source.gt(0), source.add(n).sub(1), new Variable(new Op.Iota(n)));
        var extents = new ArrayList<>(Ints.extents(x));
        extents.set(gather.axis(), Ints.extent(positions, 0));
        Variable rows = gather.indices().rank() == 1 ? v : new Variable(new Op.Reshape(v, extents));
        return new Variable(new Op.Gather(Movement.join(gather.axis(), List.of(x, rows)), index, gather.axis()));
    }

    /// For each of `n` places, which of `positions` names it last, counted from 1, or 0. All pairs are compared only if one occurs repeatedly.
    private static Variable sources(Variable positions, Variable n) {
        Variable order = new Variable(new Op.Iota(Ints.extent(positions, 0))).add(1);
        Variable sum = new Variable(new Op.Scatter(order, positions, 0, n));
        Variable isDistinct = new Variable(new Op.Gather(sum, positions, 0)).eq(order).all();
        Variable isLater = order.gt(Movement.expand(order, List.of(1)));
        Variable again = positions.eq(Movement.expand(positions, List.of(1))).and(isLater).any(1);
        Variable last = Build.elementwise(ScalarOp.WHERE, again, 0, order);
        return new Variable(new Op.If(isDistinct, sum, new Variable(new Op.Scatter(last, positions, 0, n))));
    }

    /// Zeros in the shape of `x`, but `v` where `chosen` chooses from it.
    private static Variable placed(Variable v, Variable chosen, Variable x) {
        Variable value = v;
        for (Variable z = chosen; z != x; z = z.op().operands().getFirst()) value = transposed(z.op(), value);
        return value;
    }

    private static Variable transposed(Op op, Variable v) {
        return switch (op) {
            case Op.Slice(var x, var axis, var start, _, var step) -> new Variable(new Op.Unslice(v, axis, start, Ints.extent(x, axis), step));
            case Op.Gather(var x, var indices, var axis) -> new Variable(new Op.Scatter(v, indices, axis, Ints.extent(x, axis)));
            case Op.Reshape(var x, _) -> new Variable(new Op.Reshape(v, Ints.extents(x)));
            // An axis that was dropped is not found: −1 is a new one of extent 1.
            case Op.Dimshuffle(var x, var pattern) -> Movement.dimshuffle(v, Movement.identity(x.rank()).stream().map(pattern::indexOf).toList());
            case Op.Input _, Op.Constant _, Op.Elementwise _, Op.Cast _, Op.Reduce _, Op.Broadcast _, Op.SumTo _, Op.Unslice _, Op.Join _,
                 Op.Scatter _, Op.Iota _, Op.Extent _, Op.Dot _, Op.If _, Op.Assert _, Op.StopGradient _, Op.Loop _, Op.Draw _ ->
                    throw new CompilerBug("index", "an index is made of slices, gathers and shapes only", op.opcode());
        };
    }
}
