package damo.rewrite;

import damo.DamoException;
import damo.grad.Batch;
import damo.graph.Graph;
import damo.graph.Loops;
import damo.graph.Op;
import damo.graph.Variable;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The work of all steps at once: on whole sequences, with the step as the first axis.
final class Lifting {
    private Lifting() {}

    /// What differs from step to step if `sources` do: not what only knows their shapes.
    static Set<Variable> varying(List<Variable> roots, Set<Variable> sources) {
        Set<Variable> all = OpenLoop.set(sources);
        for (Variable v : Graph.order(roots, sources::contains))
            if (!(v.op() instanceof Op.Extent) && v.op().operands().stream().anyMatch(all::contains)) all.add(v);
        return all;
    }

    /// Whether `roots` can be computed for all steps at once where `sources` vary: every shape is that of every step, a branch stays untaken,
    /// and an index out of range is still found to be so.
    static boolean can(List<Variable> roots, Set<Variable> sources) {
        Set<Variable> varying = varying(roots, sources);
        for (Variable v : Graph.order(roots, sources::contains))
            if (varying.contains(v) && !sources.contains(v) && !can(v.op(), varying)) return false;
        return true;
    }

    private static boolean can(Op op, Set<Variable> varying) {
        return switch (op) {
            case Op.Input _, Op.Constant _, Op.Elementwise _, Op.Cast _, Op.Reduce _, Op.Dimshuffle _, Op.Join _, Op.Dot _, Op.Extent _,
                 Op.Assert _, Op.StopGradient _ -> true;
            case Op.Reshape(_, var extents) -> extents.stream().noneMatch(varying::contains);
            case Op.Broadcast(_, var extents) -> extents.stream().noneMatch(varying::contains);
            case Op.SumTo(_, var extents) -> extents.stream().noneMatch(varying::contains);
            case Op.Slice(_, _, var start, var length, _) -> !varying.contains(start) && !varying.contains(length);
            case Op.Unslice(_, _, var start, var extent, _) -> !varying.contains(start) && !varying.contains(extent);
            case Op.Gather(var x, var indices, _) -> !varying.contains(x) || !varying.contains(indices);
            case Op.Scatter(_, var indices, _, var extent) -> !varying.contains(indices) && !varying.contains(extent);
            case Op.If(var condition, _, _) -> !varying.contains(condition);
            case Op.Iota _, Op.Loop _, Op.Draw _ -> false;
        };
    }

    /// `roots` for all steps, where `rows` says what each source is in all of them; `outer` what stubs stand for. `null` if it cannot be done.
    static List<Variable> lifted(List<Variable> roots, Map<Variable, Variable> rows, Map<Variable, Variable> outer) {
        if (!can(roots, rows.keySet())) return null;
        Map<Variable, Variable> stubs = new IdentityHashMap<>();
        Map<Variable, Variable> outside = new IdentityHashMap<>(outer);
        rows.forEach((source, all) -> {
            Variable stub = Loops.parameter(source.name(), Pruning.rows(source.type()));
            stubs.put(source, stub);
            outside.put(stub, all);
        });
        try {
            return Graph.substitute(Batch.vectorize(roots, stubs), outside);
        } catch (DamoException _) {
            return null;                                            // shapes that do not fit: the loop will say it
        }
    }

    /// What a parameter of the body is in all steps, or `null` if only the loop knows.
    static Variable rows(Variable parameter, Loops.Parts p, Extents extents) {
        if (parameter == p.index()) return new Variable(new Op.Iota(p.steps()));
        int at = p.elements().indexOf(parameter);
        return at < 0 ? null : Pruning.cut(p.sequences().get(at), p.steps(), extents);
    }

    /// Whether it is a product of something that differs from step to step with something that does not, and no smaller than the former:
    /// then one product for all steps is worth more than many.
    static boolean pays(Variable v, Set<Variable> varying) {
        if (!(v.op() instanceof Op.Dot(var x, var y, var axes)) || axes.xSum().isEmpty()) return false;
        if (varying.contains(x) == varying.contains(y)) return false;
        return v.rank() >= (varying.contains(x) ? x : y).rank();
    }

    /// What is surely computed in each step.
    static Set<Variable> strict(List<Variable> results) {
        Set<Variable> strict = OpenLoop.set(results);
        for (Variable v : Graph.order(results).reversed())
            if (strict.contains(v)) strict.addAll(v.op() instanceof Op.If(var condition, _, _) ? List.of(condition) : v.op().operands());
        return strict;
    }
}
