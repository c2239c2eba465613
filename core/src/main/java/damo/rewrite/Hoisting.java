package damo.rewrite;

import damo.graph.Graph;
import damo.graph.Loops;
import damo.graph.Op;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Work that does not wait for the step before is done for all steps at once.
final class Hoisting {
    private Hoisting() {}

    /// A loop without states, done without a loop.
    static List<Variable> map(Op.Loop loop, TreeSet<Integer> used, Extents extents) {
        OpenLoop open = OpenLoop.of(loop);
        Loops.Parts p = open.parts();
        if (!p.carried().isEmpty() || p.until() != null) return null;
        List<Variable> roots = used.stream().map(p.emitted()::get).toList();
        Set<Variable> own = OpenLoop.set(open.own());
        Map<Variable, Variable> rows = new IdentityHashMap<>();
        for (Variable v : Graph.order(roots)) if (own.contains(v)) rows.put(v, Lifting.rows(v, p, extents));
        if (rows.isEmpty()) return null;                            // emissions that are always the same are pruned
        List<Variable> lifted = Lifting.lifted(roots, rows, open.outer());
        if (lifted == null) return null;
        var results = new ArrayList<Variable>();
        int next = 0;
        for (int r = 0; r < loop.body().results(); r++) results.add(used.contains(r) ? lifted.get(next++) : null);
        return results;
    }

    /// Products of elements with what is the same in every step, done before the loop.
    static List<Variable> before(Op.Loop loop, TreeSet<Integer> used, Extents extents) {
        OpenLoop open = OpenLoop.of(loop);
        Loops.Parts p = open.parts();
        List<Variable> results = open.results();
        Set<Variable> elements = OpenLoop.set(p.elements());
        Set<Variable> varying = Lifting.varying(results, elements);
        Set<Variable> waiting = OpenLoop.dependent(results, OpenLoop.set(Stream.concat(p.carried().stream(), Stream.of(p.index())).toList()));
        Set<Variable> strict = Lifting.strict(results);
        Set<Variable> products = OpenLoop.set(List.of());
        for (Variable v : Graph.order(results))
            if (strict.contains(v) && !waiting.contains(v) && Lifting.pays(v, varying) && Lifting.can(List.of(v), elements)) products.add(v);
        if (products.isEmpty()) return null;
        List<Variable> roots = Graph.order(results, products::contains).stream().filter(products::contains).toList();
        Map<Variable, Variable> rows = new IdentityHashMap<>();
        for (Variable v : Graph.order(roots)) if (elements.contains(v)) rows.put(v, Lifting.rows(v, p, extents));
        List<Variable> lifted = Lifting.lifted(roots, rows, open.outer());
        if (lifted == null) return null;
        Map<Variable, Variable> images = new IdentityHashMap<>();
        for (Variable v : roots) images.put(v, v.source().during(() -> Loops.parameter(v.name(), v.type())));
        var all = new ArrayList<>(p.elements());
        roots.forEach(v -> all.add(images.get(v)));
        var sequences = new ArrayList<>(p.sequences());
        sequences.addAll(lifted);
        Loops.Parts q = open.computing(Graph.substitute(results, images)).parts();
        Op.Loop after = new OpenLoop(new Loops.Parts(q.name(), q.steps(), q.index(), all, sequences, q.carried(), q.initial(), q.next(),
                q.emitted(), q.until()), open.outer()).closed();
        return LoopPass.results(after, used);
    }
}
