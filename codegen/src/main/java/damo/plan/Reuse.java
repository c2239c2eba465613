package damo.plan;

import damo.kernel.Order;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.kernel.Values;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// What the reduction of a row computes of each element, and the loop after it would compute once more, is stored where that loop stores its
/// result, and loaded from there: the exponentials of a softmax. By then the row is in the first cache, so that costs next to nothing.
public final class Reuse {
    private static final int WORTH = 8;                                // operations

    private final Values values;

    private Reuse(Values values) {
        this.values = values;
    }

    /// The statements of a kernel, which leave the same in its buffers as these do.
    public static List<Stmt> of(Values values, List<Stmt> statements) {
        return new Reuse(values).within(statements);
    }

    private List<Stmt> within(List<Stmt> statements) {
        var result = new ArrayList<Stmt>();
        for (Stmt stmt : statements)
            switch (stmt) {
                case Stmt.Guard(var extents, var body) -> result.add(new Stmt.Guard(extents, within(body)));
                case Stmt.Loop loop when isElementwise(loop) -> result.add(after(result, loop));
                case Stmt.Loop(var axis, var from, var to, var body) -> result.add(new Stmt.Loop(axis, from, to, within(body)));
                case Stmt.Let _, Stmt.Several _, Stmt.Fold _, Stmt.Together _, Stmt.Run _, Stmt.Repeat _, Stmt.Multiply _, Stmt.Put _, Stmt.Clear _ ->
                    result.add(stmt);
            }
        return result;
    }

    private static boolean isElementwise(Stmt.Loop loop) {
        return !loop.body().isEmpty() && Values.isWhole(loop.from(), 0)
                && loop.body().stream().allMatch(s -> s instanceof Stmt.Put put && !put.adds());
    }

    /// The loop as it is after `before`, where a reduction may store for it from now on. It does so where the loop stores last, since what is
    /// stored before may be read after.
    private Stmt after(List<Stmt> before, Stmt.Loop loop) {
        Stmt.Put last = (Stmt.Put) loop.body().getLast();
        for (int i = 0; i < before.size(); i++) {
            if (!(before.get(i) instanceof Stmt.Fold fold) || fold.run() == null) continue;
            Stmt.Run run = fold.run();
            if (!run.body().isEmpty() || run.axis().extent() != loop.to()) continue;
            Map<Value, Value> computed = new IdentityHashMap<>();      // by the names that the loop has for it
            Value index = values.index(loop.axis());
            Value other = values.index(run.axis());
            Map<Value, Value> renamed = new IdentityHashMap<>();
            for (Value v : new Needs().of(List.of(run.element()))) {
                Value here = values.replace(v, u -> u == other ? index : null, renamed);
                if (here != v) computed.put(here, v);                  // else it stays the same along the row, and was computed before that
            }
            Value shared = largest(loop, last, computed);
            if (shared == null) continue;
            var store = new Stmt.Put(last.to(), values.replace(last.offset(), u -> u == index ? other : null), computed.get(shared), false);
            before.set(i, new Stmt.Fold(fold.fold(), List.of(new Stmt.Run(fold.fold(), run.axis(), run.lanes(), run.together(), List.of(store),
                    run.element()))));
            Value stored = values.flat(last.to(), last.offset());
            Map<Value, Value> done = new IdentityHashMap<>();
            List<Stmt> puts = loop.body().stream().map(Stmt.Put.class::cast).<Stmt>map(p -> new Stmt.Put(p.to(), p.offset(),
                    values.replace(p.value(), u -> u == shared ? stored : null, done), false)).toList();
            return new Stmt.Loop(loop.axis(), loop.from(), loop.to(), puts);
        }
        return loop;
    }

    /// What the loop computes with most operations of all that was computed already and fits into the memory; `null` if it is too little.
    private Value largest(Stmt.Loop loop, Stmt.Put last, Map<Value, Value> computed) {
        Value largest = null;
        int most = WORTH - 1;
        for (Stmt stmt : loop.body())
            for (Value v : Order.of(((Stmt.Put) stmt).value(), Reuse::isFree)) {
                if (v.dtype() != last.to().dtype() || !computed.containsKey(v)) continue;
                int operations = Order.of(v, Reuse::isFree).size();
                if (operations > most) {
                    most = operations;
                    largest = v;
                }
            }
        return largest;
    }

    private static boolean isFree(Value v) {
        return Schedule.isTrivial(v) || v.op() instanceof Scalar.Fold;
    }
}
