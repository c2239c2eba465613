package damo;

import damo.graph.Graph;
import damo.graph.Lambda;
import damo.graph.Op;
import damo.graph.Source;
import damo.graph.Variable;
import damo.rewrite.Phases;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// All that was said about a function: from this it is compiled, and compiled again for copies.
///
/// @param name empty if none was given
/// @param targets the shared variables that it updates
/// @param next their new values, in the same order
/// @param unused what to do with an input that nothing depends on; `null` to fail
record Definition(String name, Source source, List<In> inputs, List<Out> outputs, List<Shared> targets, List<Variable> next,
        Set<String> disabled, String backend, boolean defaultUpdates, boolean downcast, Consumer<Variable> unused) {

    /// An input, its name for calls (empty for none), and its default or `null`.
    record In(Variable variable, String name, NDArray value) {}

    /// An output and the name that was given to it, or an empty string.
    record Out(String name, Variable variable) {}

    Definition {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        targets = List.copyOf(targets);
        next = List.copyOf(next);
        disabled = Set.copyOf(disabled);
    }

    /// What messages call it.
    String label() {
        return !name.isEmpty() ? name : source == Source.NONE ? "f" : "f (%s)".formatted(source);
    }

    /// The outputs, then the new values.
    List<Variable> roots() {
        var roots = new ArrayList<Variable>();
        outputs.forEach(o -> roots.add(o.variable()));
        roots.addAll(next);
        return roots;
    }

    /// With these instead of [#roots()].
    Definition withRoots(List<Variable> roots) {
        var out = new ArrayList<Out>();
        for (int i = 0; i < outputs.size(); i++) out.add(new Out(outputs.get(i).name(), roots.get(i)));
        return new Definition(name, source, inputs, out, targets, roots.subList(outputs.size(), roots.size()), disabled, backend,
                defaultUpdates, downcast, unused);
    }

    /// With these updates.
    Definition withUpdates(List<Shared> targets, List<Variable> next, boolean defaultUpdates) {
        return new Definition(name, source, inputs, outputs, targets, next, disabled, backend, defaultUpdates, downcast, unused);
    }

    Definition withName(String name) {
        return new Definition(name, source, inputs, outputs, targets, next, disabled, backend, defaultUpdates, downcast, unused);
    }

    /// Without updates, be they given or brought along. Inputs that were only for updates stay, so that calls stay as they are.
    Definition withoutUpdates() {
        return new Definition(name, source, inputs, outputs, List.of(), List.of(), disabled, backend, false, downcast, _ -> {});
    }

    /// `name`, if it is one.
    static String checkedName(String name) {
        if (name.matches("[A-Za-z_][A-Za-z0-9_.-]*")) return name;
        throw new DamoException("name: '%s' is no name for a function; it needs a letter, then letters, digits, '_', '.' or '-'".formatted(name));
    }

    /// The shared variables that it reads or updates, each once.
    List<Shared> shared() {
        var all = new LinkedHashMap<Op, Shared>();
        for (Variable v : Graph.order(roots())) if (v instanceof Shared s) all.putIfAbsent(s.op(), s);
        for (Shared s : targets) all.putIfAbsent(s.op(), s);
        return List.copyOf(all.values());
    }

    boolean mentions(Shared state) {
        return shared().stream().anyMatch(s -> s.op().equals(state.op()));
    }

    CompiledFunction compile() {
        Definition whole = (defaultUpdates ? withDefaultUpdates() : this).withoutAliases();
        var roots = whole.roots();
        var shared = new ArrayList<Shared>();
        for (Variable v : Graph.order(roots)) if (v instanceof Shared s) shared.add(s);
        var parameters = new ArrayList<Variable>();
        inputs.forEach(i -> parameters.add(i.variable()));
        parameters.addAll(shared);
        var backend = Backends.named(this.backend);                 // before the work, so that a wrong name fails at once
        var closed = new Lambda(name.isEmpty() ? "f" : name, parameters, roots);
        whole.checkUnused();                                        // what is missing explains more than what is left over
        Lambda program = Phases.rewrite(closed, disabled);
        return new CompiledFunction(whole, program, backend.prepare(program, whole.outputs().size()), shared);
    }

    /// With the updates that shared variables bring along, also those that only such updates mention.
    private Definition withDefaultUpdates() {
        var to = new ArrayList<>(targets);
        var values = new ArrayList<>(next);
        var roots = roots();
        for (int before = -1; before != to.size();) {
            before = to.size();
            List<Variable> order = Graph.order(roots);
            for (Variable v : order) {
                if (!(v instanceof Shared s) || s.defaultUpdate() == null || to.stream().anyMatch(t -> t.op().equals(s.op()))) continue;
                to.add(s);
                values.add(Streaming.after(s, order));
                roots.add(values.getLast());
            }
        }
        return withUpdates(to, values, true);
    }

    /// A variable that was named anew is the same input or state: one of them stands for all.
    private Definition withoutAliases() {
        var known = new HashMap<Op, Variable>();
        inputs.forEach(i -> known.put(i.variable().op(), i.variable()));
        var aliases = new IdentityHashMap<Variable, Variable>();
        for (Variable v : Graph.order(roots())) {
            if (!(v.op() instanceof Op.Input)) continue;
            Variable first = known.putIfAbsent(v.op(), v);
            if (first != null && first != v) aliases.put(v, first);
        }
        return aliases.isEmpty() ? this : withRoots(Graph.substitute(roots(), aliases));
    }

    private void checkUnused() {
        Set<Variable> used = Collections.newSetFromMap(new IdentityHashMap<>());
        used.addAll(Graph.order(roots()));
        for (In in : inputs) {
            if (used.contains(in.variable())) continue;
            if (unused == null)
                throw new DamoException("%s: no output or update depends on the input %s; leave it out, or say allowUnused()"
                        .formatted(label(), in.variable().describe()));
            unused.accept(in.variable());
        }
    }

    /// With shared variables replaced by others of their types.
    Definition swapped(Map<Shared, Shared> images) {
        var byOp = new HashMap<Op, Shared>();
        images.forEach((from, to) -> byOp.put(from.op(), to));
        var all = new IdentityHashMap<Variable, Variable>();
        for (Variable v : Graph.order(roots())) if (byOp.containsKey(v.op())) all.put(v, byOp.get(v.op()));
        var to = targets.stream().map(t -> byOp.getOrDefault(t.op(), t)).toList();
        if (to.stream().map(Variable::op).distinct().count() < to.size())
            throw new DamoException("swap: %s would update one shared variable twice: %s"
                    .formatted(label(), to.stream().map(Variable::label).toList()));
        Definition moved = withRoots(Graph.substitute(roots(), all));
        return moved.withUpdates(to, moved.next, defaultUpdates);
    }
}
