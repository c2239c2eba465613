package damo.rewrite;

import damo.CompilerBug;
import damo.DamoException;
import damo.graph.Graph;
import damo.graph.Lambda;
import damo.graph.LoopBody;
import damo.graph.Op;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import damo.text.Pretty;
import damo.type.TensorType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Applies rules until none matches: once over the graph, operands first, into a fresh arena in which equal ops are one variable.
/// What a rule builds is normalised in turn, so the work is linear in the graph. The bodies of loops are rewritten in the same way, each once.
public final class Rewriter {
    private static final int BUDGET = 256;              // replacements for one variable of the original graph

    private final String stage;
    private final List<Rule> rules;
    private final Map<Object, List<Rule>> byRoot = new HashMap<>();
    private final Map<LoopBody, LoopBody> bodies = new HashMap<>();             // also those that are rewritten already, as their own image

    private Rewriter(String stage, List<Rule> rules) {
        this.stage = stage;
        this.rules = rules;
    }

    /// `f` after `rules`, which are tried in this order; `stage` is what messages call them.
    public static Lambda rewrite(String stage, List<Rule> rules, Lambda f) {
        return new Rewriter(stage, rules).new Run().rewrite(f);
    }

    private List<Rule> rules(Op op) {
        Object root = op instanceof Op.Elementwise(ScalarOp f, _) ? f : op.getClass();
        return byRoot.computeIfAbsent(root, _ -> rules.stream().filter(r -> r.concerns(op)).toList());
    }

    private LoopBody body(LoopBody body) {
        LoopBody known = bodies.get(body);
        if (known != null) return known;
        Lambda step = new Run().rewrite(body.step());
        LoopBody after = step.results().equals(body.step().results()) ? body : new LoopBody(step, body.sequences(), body.states(), body.until());
        bodies.put(after, after);
        bodies.put(body, after);
        return after;
    }

    /// One rewriting: the arena, and for each of its variables the one that stands in its place in the end.
    private final class Run {
        private final Graph graph = new Graph();
        private final Map<Variable, Variable> normal = new IdentityHashMap<>();
        private final Extents extents = new Extents();
        private final Set<Variable> shared = Collections.newSetFromMap(new IdentityHashMap<>());       // what had several users before
        private final ArrayDeque<String> trail = new ArrayDeque<>();
        private int steps;

        Lambda rewrite(Lambda f) {
            var image = new IdentityHashMap<Variable, Variable>();
            for (Variable p : f.parameters()) image.put(p, normal(p));
            List<Variable> order = Graph.order(f.results());
            Map<Variable, Integer> users = users(order, f.results());
            var images = new HashSet<Variable>();
            for (Variable v : order) {
                if (image.containsKey(v)) continue;
                steps = 0;
                trail.clear();
                Variable n = v.source().during(() -> normal(v.rebuilt(image)));
                image.put(v, n);
                if (users.get(v) > 1 || !images.add(n)) shared.add(n);
            }
            return f.withResults(f.results().stream().map(image::get).toList());
        }

        private static Map<Variable, Integer> users(List<Variable> order, List<Variable> results) {
            var users = new IdentityHashMap<Variable, Integer>();
            for (Variable v : order) v.op().operands().forEach(o -> users.merge(o, 1, Integer::sum));
            results.forEach(r -> users.merge(r, 1, Integer::sum));
            return users;
        }

        /// What stands in the place of `v`, whose operands are normal.
        private Variable normal(Variable v) {
            var passed = new ArrayList<Variable>();
            Variable n = graph.intern(v);
            while (!normal.containsKey(n)) {
                passed.add(n);
                Variable next = step(n);
                if (next == null) break;
                n = graph.intern(settled(next));
            }
            Variable last = normal.getOrDefault(n, n);
            passed.forEach(p -> normal.put(p, last));
            return last;
        }

        /// `replacement` with normal operands.
        private Variable settled(Variable replacement) {
            var image = new IdentityHashMap<Variable, Variable>();
            for (Variable v : Graph.order(List.of(replacement), normal::containsKey)) {
                if (normal.containsKey(v)) image.put(v, normal.get(v));
                else image.put(v, v == replacement ? v.rebuilt(image) : normal(v.rebuilt(image)));
            }
            return image.get(replacement);
        }

        private Variable step(Variable v) {
            if (v.op() instanceof Op.Loop(var body, var operands, var result) && !body(body).equals(body))
                return new Variable(new Op.Loop(body(body), operands, result), v.name(), v.source());
            for (Rule rule : rules(v.op())) {
                if (rule.takesApart() && v.op().operands().stream().anyMatch(o -> rule.concerns(o.op()) && shared.contains(o))) continue;
                Variable replacement = applied(rule, v);
                if (replacement == null || replacement == v) continue;
                trail.add(rule.name());
                if (trail.size() > 8) trail.remove();
                if (++steps > BUDGET)
                    throw new CompilerBug(stage, "no end of rewriting after %d steps; the last rules were %s".formatted(steps, trail),
                            Pretty.print(v));
                return replacement;
            }
            return null;
        }

        private Variable applied(Rule rule, Variable v) {
            try {
                Variable replacement = rule.body().apply(v, extents);
                return replacement == null ? null : like(rule, replacement, v);
            } catch (DamoException broken) {
                throw new CompilerBug("%s, rule %s".formatted(stage, rule.name()), broken, Pretty.print(v));
            }
        }

        /// `replacement` if it surely has the shape of `original`, else broadcast to its extents.
        private Variable like(Rule rule, Variable replacement, Variable original) {
            TensorType needed = original.type();
            if (replacement.dtype() != needed.dtype() || replacement.rank() > needed.rank()) throw changed(rule, replacement, original);
            if (needed.isStatic() && replacement.type().equals(needed) || extents.same(replacement, original)) return replacement;
            List<Variable> extent = extents.variables(original, replacement);
            if (extent.isEmpty()) return replacement;
            Variable z = new Variable(new Op.Broadcast(replacement, extent));
            for (int i = 0; i < needed.rank(); i++)
                if (needed.extent(i) != TensorType.UNKNOWN && needed.extent(i) != z.type().extent(i)) throw changed(rule, z, original);
            return z;
        }

        private CompilerBug changed(Rule rule, Variable replacement, Variable original) {
            return new CompilerBug(stage, "rule '%s' made a %s of a %s".formatted(rule.name(), replacement.type(), original.type()),
                    Pretty.print(List.of(original, replacement)));
        }
    }
}
