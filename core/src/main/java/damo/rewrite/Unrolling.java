package damo.rewrite;

import damo.graph.Graph;
import damo.graph.Ints;
import damo.graph.Loops;
import damo.graph.Op;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Few and short steps, written one after the other.
final class Unrolling {
    private static final int STEPS = 8;
    private static final int OPS = 64;                              // in all steps together

    private Unrolling() {}

    static List<Variable> unroll(Op.Loop loop, TreeSet<Integer> used, Extents extents) {
        OpenLoop open = OpenLoop.of(loop);
        Loops.Parts p = open.parts();
        if (p.until() != null || !Ints.isConstant(p.steps())) return null;
        int steps = (int) Math.min(Ints.value(p.steps()), STEPS + 1);
        int states = p.carried().size();
        boolean fits = steps <= STEPS && (steps <= 1 || steps * size(open.results()) <= OPS);
        if (!fits || steps == 0 && used.getLast() >= states) return null;
        List<Variable> now = p.initial();
        List<List<Variable>> rows = new ArrayList<>();
        for (int t = 0; t < steps; t++) {
            Map<Variable, Variable> images = new IdentityHashMap<>(open.outer());
            images.put(p.index(), Ints.of(t));
            for (int i = 0; i < p.elements().size(); i++) images.put(p.elements().get(i), row(p.sequences().get(i), t));
            for (int i = 0; i < states; i++) images.put(p.carried().get(i), now.get(i));
            List<Variable> results = Graph.substitute(open.results(), images);
            now = alike(results.subList(0, states), p, extents);
            rows.add(results.subList(states, results.size()));
        }
        var results = new ArrayList<>(now);
        for (int e = 0; e < p.emitted().size(); e++) {
            int emission = e;
            results.add(used.contains(states + e) ? new Variable(new Op.Join(0, rows.stream().map(r -> expanded(r.get(emission))).toList())) : null);
        }
        return results;
    }

    private static List<Variable> alike(List<Variable> next, Loops.Parts p, Extents extents) {
        return IntStream.range(0, next.size()).mapToObj(i -> OpenLoop.alike(next.get(i), i, p, extents)).toList();
    }

    private static int size(List<Variable> results) {
        int size = 0;
        for (Variable v : Graph.order(results))
            if (v.op() instanceof Op.Loop(var body, _, _)) size += OPS + body.results();
            else if (!(v.op() instanceof Op.Input || v.op() instanceof Op.Constant)) size++;
        return size;
    }

    /// Element `t` along the first axis.
    static Variable row(Variable xs, long t) {
        Variable one = new Variable(new Op.Slice(xs, 0, Ints.of(t), Ints.of(1), 1));
        return new Variable(new Op.Dimshuffle(one, IntStream.range(1, xs.rank()).boxed().toList()));
    }

    /// As the only row.
    static Variable expanded(Variable row) {
        return new Variable(new Op.Dimshuffle(row, Stream.concat(Stream.of(Op.Dimshuffle.NEW), IntStream.range(0, row.rank()).boxed()).toList()));
    }
}
