package damo.rewrite;

import damo.graph.Graph;
import damo.graph.Lambda;
import damo.graph.LoopBody;
import damo.graph.Op;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/// One way in which loops are written anew: a name by which it can be switched off, and what it does to the loops of a graph that are in
/// no other loop.
public record LoopPass(String name, UnaryOperator<Lambda> level) {
    /// What a pass does to one loop.
    @FunctionalInterface
    interface Each {
        /// What stands in the place of each result of `loop` (`null` where `used` has it not), or `null` if the pass does not apply.
        List<Variable> apply(Op.Loop loop, TreeSet<Integer> used, Extents extents);
    }

    /// A pass that looks at one loop after the other.
    static LoopPass each(String name, Each each) {
        return new LoopPass(name, f -> everywhere(f, each));
    }

    /// `f` after this pass, which looks at inner loops first; `f` itself if nothing changed.
    Lambda rewrite(Lambda f) {
        var bodies = new HashMap<LoopBody, LoopBody>();
        Lambda inner = everywhere(f, (loop, used, _) -> {
            LoopBody body = loop.body();
            LoopBody after = bodies.get(body);
            if (after == null) {
                Lambda step = rewrite(body.step());
                after = step == body.step() ? body : new LoopBody(step, body.sequences(), body.states(), body.until());
                bodies.put(body, after);
            }
            return after == body ? null : results(new Op.Loop(after, loop.operands(), 0), used);
        });
        return level.apply(inner);
    }

    /// Whether there is a loop in `f`.
    static boolean concerns(Lambda f) {
        return Graph.order(f.results()).stream().anyMatch(v -> v.op() instanceof Op.Loop);
    }

    /// The loops of `order`, each with the numbers of those of its results that are in use.
    static Map<Op.Loop, TreeSet<Integer>> used(List<Variable> order) {
        var used = new LinkedHashMap<Op.Loop, TreeSet<Integer>>();
        for (Variable v : order) if (v.op() instanceof Op.Loop loop) used.computeIfAbsent(loop.result(0), _ -> new TreeSet<>()).add(loop.result());
        return used;
    }

    /// The results of `loop` that are in use; `null` for the others.
    static List<Variable> results(Op.Loop loop, TreeSet<Integer> used) {
        var results = new ArrayList<Variable>();
        for (int i = 0; i < loop.body().results(); i++) results.add(used.contains(i) ? new Variable(loop.result(i)) : null);
        return results;
    }

    static Lambda everywhere(Lambda f, Each each) {
        List<Variable> order = Graph.order(f.results());
        Map<Op.Loop, TreeSet<Integer>> used = used(order);
        if (used.isEmpty()) return f;
        var extents = new Extents();
        var image = new IdentityHashMap<Variable, Variable>();
        var done = new HashMap<Op.Loop, List<Variable>>();
        boolean changed = false;
        for (Variable v : order) {
            Variable now = v.rebuilt(image);
            if (v.op() instanceof Op.Loop loop) {
                Op.Loop before = ((Op.Loop) now.op()).result(0);
                List<Variable> results = done.computeIfAbsent(loop.result(0), _ -> {
                    List<Variable> r = v.source().during(() -> each.apply(before, used.get(loop.result(0)), extents));
                    return r == null ? List.of() : r;
                });
                if (!results.isEmpty()) {
                    now = named(results.get(loop.result()), v);
                    changed = true;
                }
            }
            image.put(v, now);
        }
        return changed ? f.withResults(f.results().stream().<Variable>map(image::get).toList()) : f;
    }

    /// `result`, with the name and source of `original` if it is new.
    static Variable named(Variable result, Variable original) {
        return result.op() instanceof Op.Loop && result.name().isEmpty() ? new Variable(result.op(), original.name(), original.source()) : result;
    }
}
