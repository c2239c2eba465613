package damo;

import damo.graph.Variable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A changed copy of a function, in the making: it uses other state, or changes none. Nothing happens to the original.
public final class FunctionCopy {
    private final Definition definition;
    private final Map<Shared, Shared> images = new HashMap<>();
    private boolean updates = true;
    private String name;

    FunctionCopy(Definition definition) {
        this.definition = definition;
        name = definition.name();
    }

    /// Uses and updates `other` where the original uses and updates `state`. All swaps are made at once.
    ///
    /// @throws DamoException if dtype or rank differ, or `state` is swapped already
    public FunctionCopy swap(Shared state, Shared other) {
        if (!state.type().equals(other.type()))
            throw Variable.error("swap", "dtype and rank must agree", List.of(state, other));
        if (!definition.mentions(state))
            throw new DamoException("swap: %s does not use the shared variable %s; it uses %s"
                    .formatted(definition.label(), state.describe(), definition.shared().stream().map(Shared::label).toList()));
        if (images.putIfAbsent(state, other) != null)
            throw new DamoException("swap: %s is swapped already; it can have one replacement".formatted(state.describe()));
        return this;
    }

    /// Changes no state.
    public FunctionCopy withoutUpdates() {
        updates = false;
        return this;
    }

    /// Another name; see [FunctionBuilder#name].
    public FunctionCopy name(String name) {
        this.name = Definition.checkedName(name);
        return this;
    }

    /// The copy.
    public CompiledFunction compile() {
        Definition copy = definition.swapped(images).withName(name);
        return (updates ? copy : copy.withoutUpdates()).compile();
    }
}
