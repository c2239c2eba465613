package damo.plan;

import damo.kernel.Axis;
import damo.kernel.Order;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.kernel.Values;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Reductions that have terms in common are done at the same time ([Stmt.Together]): a sum, and a sum of squares, and a maximum.
public final class Together {
    private final Values values;

    private Together(Values values) {
        this.values = values;
    }

    /// The statements of a kernel, which compute the same as these do.
    public static List<Stmt> of(Values values, List<Stmt> statements) {
        return new Together(values).within(statements);
    }

    private List<Stmt> within(List<Stmt> statements) {
        var result = new ArrayList<Stmt>();
        for (Stmt stmt : statements)
            switch (stmt) {
                case Stmt.Guard(var extents, var body) -> result.add(new Stmt.Guard(extents, within(body)));
                case Stmt.Loop(var axis, var from, var to, var step, var body) -> result.add(new Stmt.Loop(axis, from, to, step, within(body)));
                case Stmt.Fold fold -> add(fold, result);
                case Stmt.Let _, Stmt.Together _, Stmt.Run _, Stmt.Repeat _, Stmt.Multiply _, Stmt.Put _, Stmt.Clear _ -> result.add(stmt);
            }
        return result;
    }

    /// To the reductions that come just before it, if it suits them.
    private void add(Stmt.Fold fold, List<Stmt> before) {
        List<Stmt.Fold> others = before.isEmpty() ? List.of() : switch (before.getLast()) {
            case Stmt.Fold other -> List.of(other);
            case Stmt.Together(var all) -> all;
            case Stmt.Let _, Stmt.Loop _, Stmt.Guard _, Stmt.Run _, Stmt.Repeat _, Stmt.Multiply _, Stmt.Put _, Stmt.Clear _ -> List.of();
        };
        if (others.isEmpty() || !others.stream().allMatch(other -> areLike(other, fold))) before.add(fold);
        else {
            var all = new ArrayList<>(others);
            all.add(fold);
            before.set(before.size() - 1, new Stmt.Together(all));
        }
    }

    /// Whether both go over the same length, by the same loads, and the second does not need the first.
    private boolean areLike(Stmt.Fold first, Stmt.Fold second) {
        Stmt.Run a = first.run(), b = second.run();
        if (a == null || b == null || !a.body().isEmpty() || !b.body().isEmpty() || a.axis().extent() != b.axis().extent()) return false;
        if (a.lanes() == 1 || b.lanes() == 1 || Order.of(b.element(), _ -> false).contains(first.fold())) return false;
        Set<Value> loads = loads(a, a.axis());
        loads.retainAll(loads(b, a.axis()));
        return !loads.isEmpty();
    }

    /// The loads that vary along the loop, as if its axis were `name`.
    private Set<Value> loads(Stmt.Run run, Axis name) {
        Value own = values.index(run.axis()), index = values.index(name);
        var loads = new HashSet<Value>();
        for (Value v : Order.of(run.element(), u -> u.op() instanceof Scalar.Fold))
            if (v.op() instanceof Scalar.Flat && Axes.of(v).contains(run.axis())) loads.add(values.replace(v, u -> u == own ? index : null));
        return loads;
    }
}
