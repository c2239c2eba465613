package damo.rewrite;

import damo.graph.Graph;
import damo.graph.Ints;
import damo.graph.LoopBody;
import damo.graph.Loops;
import damo.graph.Op;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// A loop taken apart. What a step computes mentions nothing but parameters: its own, and stubs for what it captures, of which `outer` says what
/// they are outside. So the work is that of the body, however large the graph around the loop.
record OpenLoop(Loops.Parts parts, Map<Variable, Variable> outer) {
    static OpenLoop of(Op.Loop loop) {
        LoopBody body = loop.body();
        Map<Variable, Variable> outer = new IdentityHashMap<>();
        for (int i = 0; i < body.captured().size(); i++) outer.put(body.captured().get(i), loop.captured().get(i));
        return new OpenLoop(new Loops.Parts(body.step().name(), loop.steps(), body.index(), body.elements(), loop.sequences(), body.carried(),
                loop.initial(), body.next(), body.emitted(), body.until() ? body.step().results().getLast() : null), outer);
    }

    /// The loop of these parts: its result 0. What does not depend on the step is computed outside.
    Op.Loop closed() {
        Op.Loop loop = Loops.closed(parts);
        List<Variable> captured = Graph.substitute(loop.captured(), outer);
        var operands = new ArrayList<>(loop.operands().subList(0, loop.operands().size() - captured.size()));
        operands.addAll(captured);
        return new Op.Loop(loop.body(), operands, 0);
    }

    /// What `v`, which mentions stubs only, is outside.
    Variable outside(Variable v) {
        return Graph.substitute(List.of(v), outer).getFirst();
    }

    /// What a step computes, in the order of the body's results.
    List<Variable> results() {
        return Stream.of(parts.next(), parts.emitted(), parts.until() == null ? List.<Variable>of() : List.of(parts.until()))
                .flatMap(List::stream).toList();
    }

    /// The parameters that differ from step to step.
    List<Variable> own() {
        return Stream.of(List.of(parts.index()), parts.elements(), parts.carried()).flatMap(List::stream).toList();
    }

    /// With other results, in the order of [#results].
    OpenLoop computing(List<Variable> results) {
        int states = parts.next().size();
        int emissions = parts.emitted().size();
        return new OpenLoop(new Loops.Parts(parts.name(), parts.steps(), parts.index(), parts.elements(), parts.sequences(), parts.carried(),
                parts.initial(), results.subList(0, states), results.subList(states, states + emissions),
                parts.until() == null ? null : results.getLast()), outer);
    }

    /// With parameters of its own, so that it can be joined with another loop that has the same ones.
    OpenLoop renamed() {
        Map<Variable, Variable> fresh = new IdentityHashMap<>();
        for (Variable p : Stream.concat(own().stream(), outer.keySet().stream()).toList())
            fresh.put(p, p.source().during(() -> Loops.parameter(p.name(), p.type())));
        Map<Variable, Variable> outside = new IdentityHashMap<>();
        outer.forEach((stub, v) -> outside.put(fresh.get(stub), v));
        OpenLoop same = computing(Graph.substitute(results(), fresh));
        Loops.Parts p = same.parts;
        return new OpenLoop(new Loops.Parts(p.name(), p.steps(), fresh.get(p.index()), images(p.elements(), fresh), p.sequences(),
                images(p.carried(), fresh), p.initial(), p.next(), p.emitted(), p.until()), outside);
    }

    private static List<Variable> images(List<Variable> variables, Map<Variable, Variable> images) {
        return variables.stream().<Variable>map(images::get).toList();
    }

    /// What state `i` becomes, checked to keep the state's shape where that is not known: there is no loop left to say it.
    static Variable alike(Variable next, int i, Loops.Parts p, Extents extents) {
        Variable first = p.initial().get(i);
        Variable same = extents.same(next, first) ? null : Ints.sameExtents(next, first);
        return same == null || Ints.isConstant(same) ? next : new Variable(new Op.Assert(next, same, Variable.message(p.name(),
                "the state %s has another shape in the next step; a state keeps its shape".formatted(p.carried().get(i).label()),
                List.of(first, next))));
    }

    /// What depends on one of `sources`, within what `roots` are computed from.
    static Set<Variable> dependent(List<Variable> roots, Set<Variable> sources) {
        Set<Variable> all = set(sources);
        for (Variable v : Graph.order(roots, sources::contains)) if (v.op().operands().stream().anyMatch(all::contains)) all.add(v);
        return all;
    }

    static Set<Variable> set(Iterable<? extends Variable> variables) {
        Set<Variable> set = Collections.newSetFromMap(new IdentityHashMap<>());
        variables.forEach(set::add);
        return set;
    }
}
