package damo.rewrite;

import damo.graph.Graph;
import damo.graph.Lambda;
import damo.graph.Loops;
import damo.graph.Op;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Loops of equally many steps that do not wait for each other become one. What they have in common is then there once ([Pruning]): so a loop and
/// the same loop with more emissions, which a derivative makes of it, become the latter.
///
/// Loops that the same number of loops precede do not wait for each other; of several such families all may be joined without a cycle. A loop
/// that only a branch of an `if` needs stays there.
final class Merging {
    private record Family(Set<Extents.Atom> steps, int before) {}

    private final Lambda f;
    private final List<Variable> order;
    private final Map<Op.Loop, TreeSet<Integer>> used;
    private final Map<Variable, Integer> before = new IdentityHashMap<>();      // the most loops on a way to a variable, without itself
    private final Map<Variable, Integer> after = new IdentityHashMap<>();       // and with itself

    private Merging(Lambda f) {
        this.f = f;
        this.order = Graph.order(f.results());
        this.used = LoopPass.used(order);
    }

    static Lambda merge(Lambda f) {
        return new Merging(f).merged();
    }

    private Lambda merged() {
        if (used.size() < 2) return f;
        for (Variable v : order) {
            int most = v.op().operands().stream().mapToInt(after::get).max().orElse(0);
            before.put(v, most);
            after.put(v, v.op() instanceof Op.Loop ? most + 1 : most);
        }
        var families = new LinkedHashMap<Family, List<Op.Loop>>();
        Set<Op.Loop> seen = new HashSet<>();
        var extents = new Extents();
        for (Variable v : strict())
            if (v.op() instanceof Op.Loop loop && !loop.body().until() && seen.add(loop.result(0)))
                families.computeIfAbsent(new Family(extents.computed(loop.steps()), before.get(v)), _ -> new ArrayList<>()).add(loop.result(0));
        var family = new HashMap<Op.Loop, List<Op.Loop>>();
        for (List<Op.Loop> loops : families.values()) if (loops.size() > 1) loops.forEach(l -> family.put(l, loops));
        return family.isEmpty() ? f : joined(family);
    }

    /// What is surely computed, operands first.
    private List<Variable> strict() {
        Set<Variable> strict = OpenLoop.set(f.results());
        for (Variable v : order.reversed())
            if (strict.contains(v)) strict.addAll(v.op() instanceof Op.If(var condition, _, _) ? List.of(condition) : v.op().operands());
        return order.stream().filter(strict::contains).toList();
    }

    private Lambda joined(Map<Op.Loop, List<Op.Loop>> family) {
        var image = new IdentityHashMap<Variable, Variable>();
        var extents = new Extents();
        var done = new HashMap<Op.Loop, List<Variable>>();
        // A loop after everything that any loop of its family needs, and before what needs one of them.
        for (Variable v : order.stream().sorted(Comparator.comparing(v -> before.get(v) + after.get(v))).toList()) {
            Variable now = v.rebuilt(image);
            if (v.op() instanceof Op.Loop loop && family.containsKey(loop.result(0))) {
                if (!done.containsKey(loop.result(0))) v.source().during(() -> {
                    join(family.get(loop.result(0)), image, extents, done);
                    return v;
                });
                now = LoopPass.named(done.get(loop.result(0)).get(loop.result()), v);
            }
            image.put(v, now);
        }
        return f.withResults(f.results().stream().<Variable>map(image::get).toList());
    }

    private void join(List<Op.Loop> loops, Map<Variable, Variable> image, Extents extents, Map<Op.Loop, List<Variable>> done) {
        List<OpenLoop> all = new ArrayList<>();
        for (Op.Loop loop : loops) {
            var operands = loop.operands().stream().map(o -> image.getOrDefault(o, o)).toList();
            OpenLoop open = OpenLoop.of(new Op.Loop(loop.body(), operands, 0));
            all.add(all.isEmpty() ? open : open.renamed());
        }
        Op.Loop one = together(all).closed();
        int states = one.body().states();
        var needed = new TreeSet<Integer>();
        var numbers = new ArrayList<int[]>();
        int state = 0;
        int emission = 0;
        for (Op.Loop loop : loops) {
            var number = new int[loop.body().results()];
            for (int r = 0; r < number.length; r++) number[r] = r < loop.body().states() ? state++ : states + emission++;
            used.get(loop).forEach(r -> needed.add(number[r]));
            numbers.add(number);
        }
        List<Variable> results = Pruning.prune(one, needed, extents);
        if (results == null) results = LoopPass.results(one, needed);
        for (int i = 0; i < loops.size(); i++) {
            var own = new ArrayList<Variable>();
            for (int r : numbers.get(i)) own.add(results.get(r));
            done.put(loops.get(i), own);
        }
    }

    private static OpenLoop together(List<OpenLoop> loops) {
        Loops.Parts first = loops.getFirst().parts();
        var elements = new ArrayList<Variable>();
        var sequences = new ArrayList<Variable>();
        var carried = new ArrayList<Variable>();
        var initial = new ArrayList<Variable>();
        var next = new ArrayList<Variable>();
        var emitted = new ArrayList<Variable>();
        Map<Variable, Variable> outer = new IdentityHashMap<>();
        for (OpenLoop loop : loops) {
            OpenLoop l = loop.computing(Graph.substitute(loop.results(), Map.of(loop.parts().index(), first.index())));
            elements.addAll(l.parts().elements());
            sequences.addAll(l.parts().sequences());
            carried.addAll(l.parts().carried());
            initial.addAll(l.parts().initial());
            next.addAll(l.parts().next());
            emitted.addAll(l.parts().emitted());
            outer.putAll(l.outer());
        }
        return new OpenLoop(new Loops.Parts(first.name(), first.steps(), first.index(), elements, sequences, carried, initial, next, emitted, null),
                outer);
    }
}
