package damo.rewrite;

import damo.graph.Graph;
import damo.graph.Loops;
import damo.graph.Op;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Products that only emissions need are done after the loop, for all steps at once: the loop emits what is multiplied.
final class Sinking {
    private static final int MOST = 2;                              // values that are emitted for the sake of it

    private Sinking() {}

    static List<Variable> after(Op.Loop loop, TreeSet<Integer> used, Extents extents) {
        OpenLoop open = OpenLoop.of(loop);
        Loops.Parts p = open.parts();
        int states = p.carried().size();
        if (p.until() != null || used.isEmpty() || used.getLast() < states) return null;
        Set<Variable> own = OpenLoop.set(open.own());
        Set<Variable> varying = Lifting.varying(open.results(), own);
        Set<Variable> inside = OpenLoop.set(Graph.order(p.next()));
        Set<Variable> strict = Lifting.strict(open.results());
        Set<Variable> moved = OpenLoop.set(List.of());
        for (Variable v : Graph.order(p.emitted()))
            if (!inside.contains(v) && (strict.contains(v) && Lifting.pays(v, varying) || v.op().operands().stream().anyMatch(moved::contains)))
                moved.add(v);
        Set<Variable> waiting = OpenLoop.dependent(p.emitted(), OpenLoop.set(p.carried()));
        List<Variable> roots = used.stream().filter(r -> r >= states).map(r -> p.emitted().get(r - states))
                .filter(moved::contains).distinct().toList();
        if (roots.isEmpty()) return null;
        Set<Variable> frontier = OpenLoop.set(List.of());
        List<Variable> order = Graph.order(roots);
        // What waits for no state and serves nothing else in the loop goes along.
        for (Variable v : order.reversed())
            if (moved.contains(v))
                for (Variable o : v.op().operands())
                    if (varying.contains(o) && !moved.contains(o))
                        (own.contains(o) || waiting.contains(o) || inside.contains(o) ? frontier : moved).add(o);
        // A shape that the frontier does not tell would need the step itself.
        if (Graph.order(roots, frontier::contains).stream().anyMatch(v -> own.contains(v) && !frontier.contains(v))) return null;
        var emitted = new ArrayList<Variable>();
        for (int r : used) if (r >= states && !roots.contains(p.emitted().get(r - states))) emitted.add(p.emitted().get(r - states));
        int kept = emitted.size();
        Map<Variable, Variable> rows = new IdentityHashMap<>();
        for (Variable v : order) {
            if (!frontier.contains(v)) continue;
            Variable known = Lifting.rows(v, p, extents);
            if (known != null) rows.put(v, known);
            else if (!emitted.contains(v)) emitted.add(v);
        }
        if (emitted.size() - kept > MOST || !Lifting.can(roots, frontier)) return null;
        Op.Loop after = new OpenLoop(new Loops.Parts(p.name(), p.steps(), p.index(), p.elements(), p.sequences(), p.carried(), p.initial(), p.next(),
                emitted, null), open.outer()).closed();
        for (Variable v : order)
            if (frontier.contains(v)) rows.computeIfAbsent(v, _ -> new Variable(after.result(states + emitted.indexOf(v))));
        List<Variable> lifted = Lifting.lifted(roots, rows, open.outer());
        if (lifted == null) return null;
        List<Variable> results = new ArrayList<>(Collections.nCopies(loop.body().results(), null));
        for (int r : used) {
            int at = r < states ? -1 : roots.indexOf(p.emitted().get(r - states));
            if (at >= 0) results.set(r, lifted.get(at));
            else results.set(r, new Variable(after.result(r < states ? r : states + emitted.indexOf(p.emitted().get(r - states)))));
        }
        return results;
    }
}
