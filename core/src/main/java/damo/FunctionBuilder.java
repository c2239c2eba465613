package damo;

import damo.graph.Graph;
import damo.graph.Op;
import damo.graph.Source;
import damo.graph.Variable;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// Describes a function: what it takes, what it gives back, which state it changes. `function().in(x).out(y).compile()`.
///
/// Shared variables that the expressions mention need not be listed: they are found. A mistake is reported by the method that makes it.
public final class FunctionBuilder {
    private String name = "";
    private final List<Definition.In> inputs = new ArrayList<>();
    private final List<Definition.Out> outputs = new ArrayList<>();
    private final Map<Shared, Variable> updates = new LinkedHashMap<>();
    private final Map<Variable, Variable> givens = new LinkedHashMap<>();
    private final Set<String> disabled = new LinkedHashSet<>();
    private String backend = "";
    private boolean defaultUpdates = true;
    private boolean downcast;
    private Consumer<Variable> unused;

    FunctionBuilder() {}

    /// What messages, dumps and generated classes call it: letters, digits, `_`, `.` and `-`.
    public FunctionBuilder name(String name) {
        this.name = Definition.checkedName(name);
        return this;
    }

    /// Inputs without defaults, in the order in which calls pass them.
    public FunctionBuilder in(Variable... variables) {
        return in(Arrays.asList(variables));
    }

    /// Two inputs without defaults.
    public FunctionBuilder in(Variable first, Variable second) {
        return in(Arrays.asList(first, second));
    }

    /// As [#in(Variable...)].
    public FunctionBuilder in(List<? extends Variable> variables) {
        for (Variable v : variables) {
            if (v == null) throw new DamoException("in: an input is null; pass a variable");
            add(v, v.name(), null);
        }
        return this;
    }

    /// An input that calls may leave out.
    ///
    /// @param value the default: a value as a call would pass it; it is copied
    public FunctionBuilder in(Variable variable, Object value) {
        return in(variable, value, variable.name());
    }

    /// An input that calls may leave out, or pass by this name.
    public FunctionBuilder in(Variable variable, Object value, String name) {
        NDArray copy = Arguments.convert("in: the default of the input " + variable.label(), variable.type(), value, downcast).copy();
        add(variable, name, copy);
        return this;
    }

    private void add(Variable v, String name, NDArray value) {
        if (v instanceof Shared)
            throw new DamoException("in: %s is a shared variable, which a function finds by itself; to pass its value, replace it: given(%s, input)"
                    .formatted(v.describe(), v.label()));
        if (!(v.op() instanceof Op.Input))
            throw new DamoException("in: %s is computed, so it is no input; make an input and replace it: in(input).given(%s, input)"
                    .formatted(v.describe(), v.label()));
        if (inputs.stream().anyMatch(i -> i.variable().op().equals(v.op())))
            throw new DamoException("in: %s is an input already; list it once".formatted(v.describe()));
        inputs.add(new Definition.In(v, name, value));
    }

    /// What a call gives back, in order.
    public FunctionBuilder out(Variable... variables) {
        return out(Arrays.asList(variables));
    }

    /// As [#out(Variable...)].
    public FunctionBuilder out(List<? extends Variable> variables) {
        for (Variable v : variables) {
            if (v == null) throw new DamoException("out: an output is null; pass a variable");
            outputs.add(new Definition.Out("", v));
        }
        return this;
    }

    /// An output with the name that [CompiledFunction#callMap] gives it.
    public FunctionBuilder out(String name, Variable variable) {
        if (outputs.stream().anyMatch(o -> o.name().equals(name)))
            throw new DamoException("out: '%s' names an output already; names must differ".formatted(name));
        outputs.add(new Definition.Out(name, variable));
        return this;
    }

    /// Gives `state` the value of `next` at the end of every call. All updates and outputs see the values from before the call.
    ///
    /// @throws DamoException if dtype or rank differ, or `state` has an update already
    public FunctionBuilder update(Shared state, Variable next) {
        if (next.dtype() != state.dtype() || next.rank() != state.rank()) throw Mismatch.ofUpdate(state, next);
        if (updates.keySet().stream().anyMatch(s -> s.op().equals(state.op())))
            throw new DamoException("update: %s has an update already; a call can give it one value only".formatted(state.describe()));
        updates.put(state, next);
        return this;
    }

    /// As [#update(Shared, Variable)] for each entry.
    public FunctionBuilder update(Map<Shared, ? extends Variable> next) {
        next.forEach(this::update);
        return this;
    }

    /// Replaces `variable`, be it an input, state or computed, by `value` wherever outputs and updates depend on it: a variable, or
    /// a constant as a call would pass it. All replacements are made at once: none looks into the value of another.
    ///
    /// @throws DamoException if the types differ, or `variable` is replaced already
    public FunctionBuilder given(Variable variable, Object value) {
        Variable image = value instanceof Variable v ? v
                : Damo.constant(Arguments.convert("given: " + variable.label(), variable.type(), value, downcast));
        if (!variable.type().mayHold(image.type()))
            throw Variable.error("given", "%s cannot stand for %s: dtype, rank and known extents must agree; cast or reshape it"
                    .formatted(image.type(), variable.type()), List.of(variable, image));
        if (givens.putIfAbsent(variable, image) != null)
            throw new DamoException("given: %s is replaced already; a variable can have one replacement".formatted(variable.describe()));
        return this;
    }

    /// Leaves out the updates that state brings along by itself, as random streams do: every call then draws the same numbers.
    public FunctionBuilder withoutDefaultUpdates() {
        defaultUpdates = false;
        return this;
    }

    /// Lets calls pass floats of a wider type, which are rounded, and integers of a wider type that fit. Call it before [#in] for defaults.
    public FunctionBuilder allowDowncast() {
        downcast = true;
        return this;
    }

    /// Leaves out rewrite rules or whole phases, by name: to find the one that is to blame.
    public FunctionBuilder disable(String... rulesOrPhases) {
        disabled.addAll(List.of(rulesOrPhases));
        return this;
    }

    /// Where it runs: [Damo#cpu], [Damo#gpu] or `"interpreter"`. Without this: where `-Ddamo.backend=…` says, or else the first that is there, in
    /// this order: `cpu`, another one, `interpreter`.
    public FunctionBuilder on(String backend) {
        this.backend = backend;
        return this;
    }

    /// Calls `handler` for each input that nothing depends on, instead of failing.
    public FunctionBuilder onUnusedInput(Consumer<Variable> handler) {
        unused = handler;
        return this;
    }

    /// Accepts inputs that nothing depends on.
    public FunctionBuilder allowUnused() {
        return onUnusedInput(_ -> {});
    }

    /// The function. No shapes are known yet; what depends on them is compiled at the first call.
    ///
    /// @throws DamoException naming inputs that are missing or that nothing depends on, or a back end that is not there
    public CompiledFunction compile() {
        var roots = new ArrayList<Variable>();
        outputs.forEach(o -> roots.add(o.variable()));
        roots.addAll(updates.values());
        List<Variable> replaced = givens.isEmpty() ? roots : Graph.substitute(roots, givens);
        var definition = new Definition(name, Source.here(), inputs, outputs, new ArrayList<>(updates.keySet()), List.of(),
                disabled, backend, defaultUpdates, downcast, unused);
        return definition.withRoots(replaced).compile();
    }
}
