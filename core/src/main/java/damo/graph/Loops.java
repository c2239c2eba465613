package damo.graph;

import damo.DamoException;
import damo.type.DType;
import damo.type.TensorType;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Makes loops of open expressions: what a step computes may mention anything, and what it mentions from outside is captured.
public final class Loops {
    private Loops() {}

    /// The parts of a loop, open: `next`, `emitted` and `until` mention `index`, `elements` and `carried` (all of them inputs of their own) and
    /// whatever else there is.
    ///
    /// @param until when to end, or `null` for after `steps`
    public record Parts(String name, Variable steps, Variable index, List<Variable> elements, List<Variable> sequences, List<Variable> carried,
            List<Variable> initial, List<Variable> next, List<Variable> emitted, Variable until) {}

    /// A new input of this type, for the number of a step.
    public static Variable index() {
        return parameter("i", TensorType.scalar(DType.INT64));
    }

    /// A new input, for a parameter of a loop's body.
    public static Variable parameter(String name, TensorType type) {
        return parameter("a loop", name, type);
    }

    /// As above, of a loop that messages call `owner`.
    public static Variable parameter(String owner, String name, TensorType type) {
        return new Variable(new Op.Input(new Op.Input.Identity(owner), type), name, Source.here());
    }

    /// The results of the loop, in order: last states, emissions, the number of steps if `until` is given.
    ///
    /// What does not depend on the step is computed before the loop and captured, save what only a branch of an `if` within needs: that is
    /// captured in parts, so that the branch stays lazy.
    ///
    /// @throws DamoException if the parts do not fit
    public static List<Variable> of(Parts p) {
        Op.Loop loop = closed(p);
        return IntStream.range(0, loop.body().results()).mapToObj(i -> new Variable(loop.result(i))).toList();
    }

    /// The loop of these parts: its result 0.
    public static Op.Loop closed(Parts p) {
        List<Variable> own = Stream.of(List.of(p.index), p.elements, p.carried).flatMap(List::stream).toList();
        List<Variable> results = unaliased(own,
                Stream.of(p.next, p.emitted, p.until == null ? List.<Variable>of() : List.of(p.until)).flatMap(List::stream).toList());
        List<Variable> captured = captured(own, results);
        Map<Variable, Variable> inner = new IdentityHashMap<>();
        for (Variable v : captured) inner.put(v, v.source().during(() -> parameter(v.name(), v.type())));
        List<Variable> parameters = Stream.concat(own.stream(), captured.stream().map(inner::get)).toList();
        Lambda step = new Lambda(p.name, parameters, Graph.substitute(results, inner));
        List<Variable> operands = Stream.of(List.of(p.steps), p.sequences, p.initial, captured).flatMap(List::stream).toList();
        return new Op.Loop(new LoopBody(step, p.sequences.size(), p.carried.size(), p.until != null), operands, 0);
    }

    /// A loop like `loop`, open again: what it captures is mentioned directly. The parameters of the body stay.
    public static Parts opened(Op.Loop loop) {
        LoopBody body = loop.body();
        Map<Variable, Variable> outer = new IdentityHashMap<>();
        for (int i = 0; i < body.captured().size(); i++) outer.put(body.captured().get(i), loop.captured().get(i));
        List<Variable> results = Graph.substitute(body.step().results(), outer);
        int states = body.states();
        return new Parts(body.step().name(), loop.steps(), body.index(), body.elements(), loop.sequences(), body.carried(), loop.initial(),
                results.subList(0, states), results.subList(states, states + body.emissions()), body.until() ? results.getLast() : null);
    }

    /// A parameter that was named anew is still that parameter.
    private static List<Variable> unaliased(List<Variable> own, List<Variable> results) {
        Map<Op, Variable> known = own.stream().collect(Collectors.toMap(Variable::op, v -> v));
        Map<Variable, Variable> aliases = new IdentityHashMap<>();
        for (Variable v : Graph.order(results)) if (known.containsKey(v.op()) && known.get(v.op()) != v) aliases.put(v, known.get(v.op()));
        return aliases.isEmpty() ? results : Graph.substitute(results, aliases);
    }

    private static List<Variable> captured(List<Variable> own, List<Variable> results) {
        List<Variable> order = Graph.order(results);
        Set<Variable> varying = set(own);
        for (Variable v : order) if (v.op().operands().stream().anyMatch(varying::contains)) varying.add(v);
        Set<Variable> strict = set(results);
        for (Variable v : order.reversed()) if (strict.contains(v)) strict.addAll(strictly(v.op()));
        Set<Variable> inside = set(results);
        Set<Variable> captured = new LinkedHashSet<>();
        for (Variable v : order.reversed()) {
            if (!inside.contains(v) || own.contains(v) || v.op() instanceof Op.Constant) continue;
            boolean here = varying.contains(v) || !strict.contains(v) && !(v.op() instanceof Op.Input);
            if (here) inside.addAll(v.op().operands());
            else captured.add(v);
        }
        return order.stream().filter(captured::contains).toList();
    }

    /// The operands that are surely needed when the op is.
    private static List<Variable> strictly(Op op) {
        return op instanceof Op.If(var condition, _, _) ? List.of(condition) : op.operands();
    }

    private static Set<Variable> set(List<Variable> variables) {
        Set<Variable> set = Collections.newSetFromMap(new IdentityHashMap<>());
        set.addAll(variables);
        return set;
    }
}
