package damo.rewrite;

import damo.graph.DotAxes;
import damo.graph.Graph;
import damo.graph.Ints;
import damo.graph.Loops;
import damo.graph.Op;
import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// States that only accumulate: the terms of all steps are added after the loop. Products that are summed, as derivatives by a captured matrix are,
/// become one contraction over the steps too; scalars and what is emitted anyway are summed. Other terms would take memory for each step: they stay.
final class Accumulation {
    private record Term(Variable v, boolean negative) {}

    private final OpenLoop open;
    private final Loops.Parts p;
    private final TreeSet<Integer> used;
    private final Extents extents;
    private final Map<Variable, Integer> uses = new IdentityHashMap<>();
    private final Set<Variable> varying;
    private final List<Variable> emitted;                           // grows by what sums need

    private Accumulation(Op.Loop loop, TreeSet<Integer> used, Extents extents) {
        this.open = OpenLoop.of(loop);
        this.p = open.parts();
        this.used = used;
        this.extents = extents;
        List<Variable> results = open.results();
        results.forEach(r -> uses.merge(r, 1, Integer::sum));
        for (Variable v : Graph.order(results)) v.op().operands().forEach(o -> uses.merge(o, 1, Integer::sum));
        this.varying = Lifting.varying(results, OpenLoop.set(open.own()));
        this.emitted = new ArrayList<>(p.emitted());
    }

    static List<Variable> after(Op.Loop loop, TreeSet<Integer> used, Extents extents) {
        return loop.body().until() || loop.body().states() == 0 ? null : new Accumulation(loop, used, extents).done();
    }

    private List<Variable> done() {
        var moved = new ArrayList<List<Term>>();
        for (int i = 0; i < p.carried().size(); i++) {
            List<Term> terms = used.contains(i) ? terms(i) : null;
            moved.add(terms != null && terms.stream().allMatch(t -> movable(t.v)) ? terms : null);
        }
        if (moved.stream().allMatch(t -> t == null)) return null;
        for (List<Term> terms : moved) if (terms != null) terms.forEach(t -> sources(t.v).forEach(this::emit));
        var kept = new ArrayList<Integer>();
        for (int i = 0; i < moved.size(); i++) if (moved.get(i) == null) kept.add(i);
        Op.Loop after = new OpenLoop(new Loops.Parts(p.name(), p.steps(), p.index(), p.elements(), p.sequences(), pick(p.carried(), kept),
                pick(p.initial(), kept), pick(p.next(), kept), emitted, null), open.outer()).closed();
        List<Variable> results = new ArrayList<>(Collections.nCopies(p.carried().size() + p.emitted().size(), null));
        for (int r : used) {
            if (r >= moved.size()) results.set(r, new Variable(after.result(r - moved.size() + kept.size())));
            else if (moved.get(r) == null) results.set(r, new Variable(after.result(kept.indexOf(r))));
            else results.set(r, OpenLoop.alike(total(p.initial().get(r), moved.get(r), after), r, p, extents));
        }
        return results;
    }

    private static List<Variable> pick(List<Variable> all, List<Integer> which) {
        return which.stream().map(all::get).toList();
    }

    /// What is added to state `i` in each step, if that is all that happens to it and nobody else sees it; else `null`.
    private List<Term> terms(int i) {
        Variable state = p.carried().get(i);
        if (!state.dtype().isFloat() || uses.getOrDefault(state, 0) != 1) return null;
        Set<Variable> chain = OpenLoop.dependent(List.of(p.next().get(i)), OpenLoop.set(List.of(state)));
        var terms = new ArrayList<Term>();
        for (Variable v = p.next().get(i); v != state;) {
            boolean sum = Match.is(v, ScalarOp.ADD) || Match.is(v, ScalarOp.SUB);
            if (!sum || uses.get(v) != 1) return null;
            Variable a = Match.arg(v, 0);
            Variable b = Match.arg(v, 1);
            if (Match.is(v, ScalarOp.ADD) && chain.contains(b)) {
                a = b;
                b = Match.arg(v, 0);
            }
            if (!chain.contains(a) || chain.contains(b) || b.rank() != state.rank()) return null;
            terms.add(new Term(b, Match.is(v, ScalarOp.SUB)));
            v = a;
        }
        return terms;
    }

    private boolean movable(Variable term) {
        if (!varying.contains(term)) return false;
        return product(term) != null || term.rank() == 0 || known(term) || summed(term) instanceof Op.Reduce r && known(r.x());
    }

    private boolean known(Variable v) {
        return p.emitted().contains(v) && used.contains(p.carried().size() + p.emitted().indexOf(v)) || p.elements().contains(v);
    }

    private static Op.Reduce summed(Variable v) {
        return v.op() instanceof Op.Reduce r && r.f() == Reduction.SUM ? r : null;
    }

    /// The product that `term` is, perhaps with its axes in another order, if both factors differ from step to step and are no larger than it.
    private Op.Dot product(Variable term) {
        Variable v = turned(term);
        if (!(v.op() instanceof Op.Dot dot) || !varying.contains(dot.x()) || !varying.contains(dot.y())) return null;
        return v.rank() > 0 && v.rank() >= Math.max(dot.x().rank(), dot.y().rank()) ? dot : null;
    }

    private static Variable turned(Variable v) {
        return v.op() instanceof Op.Dimshuffle(var x, _) ? x : v;
    }

    private List<Variable> sources(Variable term) {
        Op.Dot dot = product(term);
        if (dot != null) return List.of(turned(dot.x()), turned(dot.y()));
        return List.of(!known(term) && summed(term) instanceof Op.Reduce r && known(r.x()) ? r.x() : term);
    }

    private void emit(Variable v) {
        if (Lifting.rows(v, p, extents) == null && !emitted.contains(v)) emitted.add(v);
    }

    private Variable rows(Variable v, Op.Loop after) {
        Variable rows = Lifting.rows(v, p, extents);
        return rows != null ? rows : new Variable(after.result(after.body().states() + emitted.indexOf(v)));
    }

    /// The same, if `turn` with the last step first.
    private Variable rows(Variable v, Op.Loop after, boolean turn) {
        Variable rows = rows(v, after);
        if (!turn) return rows;
        Variable forwards = forwards(rows);
        return forwards != null ? forwards : new Variable(new Op.Slice(rows, 0, Ints.sub(p.steps(), Ints.of(1)), p.steps(), -1));
    }

    /// What `rows` are with the last step first, or `null` if it is not there.
    private Variable forwards(Variable rows) {
        if (rows == null || !(rows.op() instanceof Op.Slice(var x, var axis, _, var count, var by)) || axis != 0 || by != -1) return null;
        boolean isWhole = extents.computed(count).equals(extents.computed(p.steps()))
                && extents.of(x).getFirst().equals(extents.computed(p.steps()));
        return isWhole ? x : null;
    }

    private Variable total(Variable initial, List<Term> terms, Op.Loop after) {
        Variable total = initial;
        for (Term term : terms.reversed()) {
            Variable sum = term.v.source().during(() -> sum(term.v, after));
            total = term.negative ? total.sub(sum) : total.add(sum);
        }
        return total;
    }

    private Variable sum(Variable term, Op.Loop after) {
        Op.Dot dot = product(term);
        if (dot == null) {
            Variable source = sources(term).getFirst();
            List<Integer> axes = source == term ? List.of() : summed(term).axes();
            return new Variable(new Op.Reduce(Reduction.SUM, rows(source, after), behind(axes)));
        }
        // The steps of a derivative go backwards. Their products are summed the other way, if that lets sequences be read as they are.
        boolean turn = sources(term).stream().anyMatch(v -> forwards(Lifting.rows(v, p, extents)) != null);
        DotAxes axes = dot.axes();
        var all = new DotAxes(shifted(axes.xBatch()), shifted(axes.yBatch()), behind(axes.xSum()), behind(axes.ySum()));
        Variable z = new Variable(new Op.Dot(factor(dot.x(), after, turn), factor(dot.y(), after, turn), all));
        return term.op() instanceof Op.Dimshuffle(_, var pattern) ? new Variable(new Op.Dimshuffle(z, pattern)) : z;
    }

    /// A factor in all steps; its axes are put in order here, so that what is emitted is more likely to be emitted already.
    private Variable factor(Variable v, Op.Loop after, boolean turn) {
        if (!(v.op() instanceof Op.Dimshuffle(var x, var pattern))) return rows(v, after, turn);
        List<Integer> whole = Stream.concat(Stream.of(0), pattern.stream().map(a -> a == Op.Dimshuffle.NEW ? a : a + 1)).toList();
        return new Variable(new Op.Dimshuffle(rows(x, after, turn), whole));
    }

    private static List<Integer> shifted(List<Integer> axes) {
        return axes.stream().map(a -> a + 1).toList();
    }

    /// These axes of a step, behind that of the steps.
    private static List<Integer> behind(List<Integer> axes) {
        return Stream.concat(Stream.of(0), shifted(axes).stream()).toList();
    }
}
