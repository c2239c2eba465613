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
                case Stmt.Loop(var axis, var from, var to, var body) -> result.add(new Stmt.Loop(axis, from, to, within(body)));
                case Stmt.Fold fold -> add(fold, result);
                case Stmt.Let _, Stmt.Several _, Stmt.Together _, Stmt.Run _, Stmt.Repeat _, Stmt.Multiply _, Stmt.Put _, Stmt.Clear _ ->
                    result.add(stmt);
            }
        return result;
    }

    /// To the reductions before it, if it suits them and what was done since; what was computed for it meanwhile is computed before them.
    private void add(Stmt.Fold fold, List<Stmt> before) {
        var since = new ArrayList<Stmt>();
        int at = before.size() - 1;
        for (; at >= 0 && (before.get(at) instanceof Stmt.Let || before.get(at) instanceof Stmt.Put); at--) since.addFirst(before.get(at));
        List<Stmt.Fold> others = at < 0 ? List.of() : switch (before.get(at)) {
            case Stmt.Fold other -> List.of(other);
            case Stmt.Together(var all) -> all;
            case Stmt.Let _, Stmt.Loop _, Stmt.Several _, Stmt.Guard _, Stmt.Run _, Stmt.Repeat _, Stmt.Multiply _, Stmt.Put _, Stmt.Clear _ ->
                List.of();
        };
        List<Stmt> ahead = since.stream().filter(Stmt.Let.class::isInstance).toList();
        var moved = new ArrayList<>(ahead);
        moved.add(fold);
        Roots needs = Roots.of(moved);
        boolean isFree = since.stream().noneMatch(s -> s instanceof Stmt.Put put && needs.buffers.contains(put.to()))
                && others.stream().noneMatch(other -> needs.all().contains(other.fold()));
        if (others.isEmpty() || !isFree || !others.stream().allMatch(other -> areLike(other, fold))) {
            before.add(fold);
            return;
        }
        var all = new ArrayList<>(others);
        all.add(fold);
        since.removeAll(ahead);
        before.subList(at, before.size()).clear();
        before.addAll(ahead);
        before.add(new Stmt.Together(all));
        before.addAll(since);
    }

    /// Whether both go over the same length and have a load in common.
    private boolean areLike(Stmt.Fold first, Stmt.Fold second) {
        Stmt.Run a = first.run(), b = second.run();
        if (a == null || b == null || !a.body().isEmpty() || !b.body().isEmpty() || a.axis().extent() != b.axis().extent()) return false;
        if (a.lanes() == 1 || b.lanes() == 1) return false;
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
