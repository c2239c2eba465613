package damo.plan;

import static damo.graph.ScalarOp.ADD;
import static damo.graph.ScalarOp.FMA;
import static damo.graph.ScalarOp.MUL;

import damo.graph.Reduction;
import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Rows;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.plan.Schedule.Block;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// A sum whose terms are contiguous along the last axis, and not along its own: a product of row-major matrices, a sum of columns.
/// The last axis becomes the innermost loop, and the stored element the accumulator, so that the loop is contiguous:
/// `for n: z = 0; for k: for n: z += x(k, n); for n: z = value(z)`.
///
/// @param outer the axes outside of all that
record Interchange(List<Axis> outer, Axis row, Stmt.Put put, Value fold) {
    static final int UNROLL = Rows.TOGETHER;                           // terms for each load and store of the accumulator

    /// How to turn the kernel that stores this, or `null` if that does not help.
    static Interchange of(Values values, List<Axis> axes, List<Stmt.Put> puts) {
        if (puts.size() != 1 || axes.isEmpty() || puts.getFirst().adds()) return null;
        Stmt.Put put = puts.getFirst();
        var found = new ArrayList<Value>();
        var seen = new IdentityHashMap<Value, Boolean>();
        find(put.value(), seen, found, Scalar.Fold.class);
        Axis row = axes.getLast();
        if (found.size() != 1 || found.getFirst().dtype() != put.to().dtype()) return null;
        if (!isWhole(Affine.of(values, put.offset()).stride(row), 1)) return null;
        Value fold = found.getFirst();
        if (!(fold.op() instanceof Scalar.Fold(var f, var over, var body)) || f != Reduction.SUM || !helps(values, row, over, body)) return null;
        List<Axis> outer = axes.subList(0, axes.size() - 1);
        var order = new ArrayList<>(outer);
        order.addAll(over);
        order.add(row);
        Stmt.Put again = Flatten.puts(values, List.of(put), order).getFirst();
        found.clear();
        find(again.value(), new IdentityHashMap<>(), found, Scalar.Fold.class);
        return new Interchange(outer, row, again, found.getFirst());
    }

    private static boolean helps(Values values, Axis row, List<Axis> over, Value body) {
        var loads = new ArrayList<Value>();
        find(body, new IdentityHashMap<>(), loads, Scalar.Flat.class);
        boolean contiguous = false;
        boolean scattered = false;
        for (Value load : loads) {
            if (load.op() instanceof Scalar.Flat(var from, _) && from.rank() == 0) continue;
            Affine offset = Affine.of(values, ((Scalar.Flat) load.op()).offset());
            Value along = offset.stride(row);
            Value across = offset.stride(over.getLast());
            if (along == null || !isWhole(along, 0) && !isWhole(along, 1)) return false;
            if (Axes.of(load).stream().noneMatch(a -> over.contains(a) || a.equals(row))) return false;   // not to be read if the sum is empty
            contiguous |= isWhole(along, 1);
            scattered |= across == null || isWhole(along, 1) && !isWhole(across, 0) && !isWhole(across, 1);
        }
        return contiguous && scattered;
    }

    private static void find(Value v, Map<Value, Boolean> seen, List<Value> found, Class<? extends Scalar> kind) {
        if (seen.put(v, true) != null) return;
        v.op().operands().forEach(o -> find(o, seen, found, kind));
        if (kind.isInstance(v.op())) found.add(v);
    }

    private static boolean isWhole(Value v, long n) {
        return v != null && Values.isWhole(v, n);
    }

    /// Appends the loops to `block`.
    void schedule(Schedule schedule, Block block) {
        Values values = schedule.values;
        Scalar.Fold sum = (Scalar.Fold) fold.op();
        Buffer to = put.to();
        Value total = values.flat(to, put.offset());
        Value zero = values.number(to.dtype(), 0);
        row(schedule, block, zero);
        var nest = new ArrayList<Block>();
        Block inner = block;
        for (Axis axis : sum.axes().subList(0, sum.axes().size() - 1)) nest.add(inner = schedule.loop(axis, inner));
        Axis last = sum.axes().getLast();
        Value index = values.index(last);
        Block some = schedule.loop(last, inner);
        var terms = new ArrayList<Value>();
        for (int i = 0; i < UNROLL; i++) {
            Value at = values.add(index, values.whole(i));
            terms.add(values.replace(sum.body(), v -> v == index ? at : null));
        }
        while (terms.size() > 1) terms.add(plus(values, terms.removeFirst(), terms.removeFirst()));        // pairwise, for accuracy
        row(schedule, some, plus(values, total, terms.getFirst()));
        Block one = schedule.loop(last, inner);
        row(schedule, one, plus(values, total, sum.body()));
        inner.statements.add(new Stmt.Several(last, last.extent(), UNROLL, some.statements, one.statements));

        for (Block b : nest.reversed()) b.outer.statements.add(Schedule.loop(b.axis, values.whole(0), b.axis.extent(), b));
        Value result = values.replace(put.value(), v -> v == fold ? total : null);
        if (result != total) row(schedule, block, result);
    }

    /// `x + term`; with a product that is one rounding, and one instruction.
    private static Value plus(Values values, Value x, Value term) {
        return term.op() instanceof Scalar.Apply(var f, var factors) && f == MUL && term.dtype().isFloat()
                ? values.apply(FMA, factors.getFirst(), factors.getLast(), x) : values.apply(ADD, x, term);
    }

    private void row(Schedule schedule, Block block, Value value) {
        Block body = schedule.loop(row, block);
        schedule.put(new Stmt.Put(put.to(), put.offset(), value, false), body);
        block.statements.add(Schedule.loop(row, schedule.values.whole(0), row.extent(), body));
    }
}
