package damo.grad;

import damo.graph.Build;
import damo.graph.Graph;
import damo.graph.Ints;
import damo.graph.LoopBody;
import damo.graph.Loops;
import damo.graph.Op;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What steps that go backwards know of the steps that went forward.
///
/// Elements are read again, states and what costs more than to read it are kept (the loop emits them), the rest is computed anew: elementwise
/// ops, what only moves elements, what only a branch needs, and loops within, so that these keep nothing from one outer step to the next.
final class LoopStore {
    private final Op.Loop loop;
    private final LoopBody body;
    private final Set<Variable> strict = identity();
    private final Shapes shapes = new Shapes();

    private LoopStore(Op.Loop loop) {
        this.loop = loop;
        this.body = loop.body();
        List<Variable> order = Graph.order(body.step().results());
        strict.addAll(body.step().results());
        for (Variable v : order.reversed())
            if (strict.contains(v)) strict.addAll(v.op() instanceof Op.If(var condition, _, _) ? List.of(condition) : v.op().operands());
    }

    private static Set<Variable> identity() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    /// `results`, which mention variables of the body of `loop`, as expressions of the step `index` from the end; what they read in each
    /// step is added to `elements`, its sequence to `sequences`.
    static List<Variable> recalled(Op.Loop loop, List<Variable> results, Variable index, List<Variable> elements, List<Variable> sequences) {
        return new LoopStore(loop).recall(results, index, elements, sequences);
    }

    private List<Variable> recall(List<Variable> results, Variable index, List<Variable> elements, List<Variable> sequences) {
        Map<Variable, Variable> images = new IdentityHashMap<>();
        for (int i = 0; i < body.captured().size(); i++) images.put(body.captured().get(i), loop.captured().get(i));
        images.put(body.index(), Ints.sub(Ints.sub(loop.steps(), Ints.of(1)), index));
        var kept = new ArrayList<Variable>();
        List<Variable> order = Graph.order(results);
        Set<Variable> needed = identity();
        needed.addAll(results);
        for (Variable v : order.reversed()) {
            if (!needed.contains(v) || images.containsKey(v)) continue;
            int element = body.elements().indexOf(v);
            if (v.op() instanceof Op.Extent(var x, var axis) && (strict.contains(x) || body.step().parameters().contains(x))) {
                extent(shapes.of(x).get(axis)).ifPresentOrElse(e -> images.put(v, e), () -> needed.add(x));
            } else if (element >= 0) {
                images.put(v, read(v, loop.sequences().get(element), elements, sequences));
            } else if (isKept(v)) {
                kept.add(v);
            } else {
                needed.addAll(v.op().operands());
            }
        }
        var emitted = new ArrayList<>(body.emitted());
        for (Variable v : kept) if (!emitted.contains(v)) emitted.add(v);
        Op.Loop all = LoopGroup.emitting(loop, emitted);
        for (Variable v : kept) images.put(v, read(v, new Variable(all.result(body.states() + emitted.indexOf(v))), elements, sequences));
        return Graph.substitute(results, images);
    }

    private Variable read(Variable v, Variable sequence, List<Variable> elements, List<Variable> sequences) {
        Variable element = Loops.parameter(v.name(), v.type());
        elements.add(element);
        sequences.add(reversed(sequence, loop.steps()));
        return element;
    }

    /// The first `count` elements of `x`, the last of them first.
    static Variable reversed(Variable x, Variable count) {
        return new Variable(new Op.Slice(x, 0, Ints.sub(count, Ints.of(1)), count, -1));
    }

    /// An extent in the body as one outside, if it has to do with those of parameters only: no step is needed for it.
    private Optional<Variable> extent(Shapes.Dim dim) {
        return switch (dim) {
            case Shapes.Dim.Known(var n) -> Optional.of(Ints.of(n));
            case Shapes.Dim.Value _ -> Optional.empty();
            case Shapes.Dim.Axis(var x, var axis) -> {
                int at = body.step().parameters().indexOf(x);
                yield at < 0 ? Optional.empty() : Optional.of(Ints.extent(loop.operands().get(at), at <= body.sequences() ? axis + 1 : axis));
            }
            case Shapes.Dim.Common(var dims) -> {
                List<Optional<Variable>> all = dims.stream().map(this::extent).toList();
                yield all.stream().anyMatch(Optional::isEmpty) ? Optional.empty() : all.stream().map(Optional::get)
                        .reduce((a, b) -> Build.elementwise(ScalarOp.WHERE, a.eq(1), b, a));
            }
        };
    }

    private boolean isKept(Variable v) {
        if (body.carried().contains(v)) return true;
        return strict.contains(v) && switch (v.op()) {
            case Op.Reduce _, Op.SumTo _, Op.Scatter _, Op.Dot _, Op.If _, Op.Draw _ -> true;
            case Op.Elementwise _, Op.Cast _, Op.Dimshuffle _, Op.Reshape _, Op.Broadcast _, Op.Slice _, Op.Unslice _, Op.Join _, Op.Gather _,
                 Op.Iota _, Op.Assert _, Op.StopGradient _ -> body.step().results().contains(v);
            case Op.Input _, Op.Constant _, Op.Extent _, Op.Loop _ -> false;
        };
    }
}
