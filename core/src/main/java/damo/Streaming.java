package damo;

import damo.graph.Graph;
import damo.graph.Loops;
import damo.graph.Op;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// Shared variables that advance by themselves: what they become after a call, also when a loop draws from them in each step.
final class Streaming {
    private Streaming() {}

    /// The value of `s` after what `order` computes: loops that carry it take it along, else its default update.
    static Variable after(Shared s, List<Variable> order) {
        Variable now = s;
        for (Variable v : order)
            if (v.op() instanceof Op.Loop loop)
                for (int i = 0; i < loop.body().states(); i++)
                    if (comesFrom(loop.initial().get(i), now)) {
                        now = new Variable(loop.result(i), "", v.source());
                        break;
                    }
        return now == s ? s.defaultUpdate() : now;
    }

    private static boolean comesFrom(Variable initial, Variable now) {
        Variable origin = initial.op() instanceof Op.StopGradient(var x) ? x : initial;
        return origin.op().equals(now.op());
    }

    /// `p` with the streams that were made after the loop was begun as further states, so that each step draws anew.
    static Loops.Parts threaded(Loops.Parts p, long began) {
        var carried = new ArrayList<>(p.carried());
        var initial = new ArrayList<>(p.initial());
        var next = new ArrayList<>(p.next());
        Map<Variable, Variable> inside = new IdentityHashMap<>();
        for (int before = -1; before != carried.size();) {
            before = carried.size();
            var roots = new ArrayList<>(next);
            roots.addAll(p.emitted());
            if (p.until() != null) roots.add(p.until());
            List<Variable> order = Graph.order(roots);
            for (Variable v : order) {
                if (!(v instanceof Shared s) || s.defaultUpdate() == null || s.number() < began || inside.containsKey(s)) continue;
                inside.put(s, Loops.parameter(s.name(), s.type()));
                carried.add(inside.get(s));
                initial.add(s);
                next.add(after(s, order));
            }
        }
        if (inside.isEmpty()) return p;
        List<Variable> until = p.until() == null ? List.of() : Graph.substitute(List.of(p.until()), inside);
        return new Loops.Parts(p.name(), p.steps(), p.index(), p.elements(), p.sequences(), carried, initial, Graph.substitute(next, inside),
                Graph.substitute(p.emitted(), inside), until.isEmpty() ? null : until.getFirst());
    }
}
