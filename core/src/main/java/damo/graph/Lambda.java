package damo.graph;

import damo.DamoException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/// A closed expression: results that depend on nothing but parameters and constants.
///
/// @param name what messages, dumps and generated classes call it
/// @param parameters variables whose op is [Op.Input], each once
/// @param results what is computed
public record Lambda(String name, List<Variable> parameters, List<Variable> results) {
    /// Checks that the expression is closed.
    ///
    /// @throws DamoException naming an input that is missing from `parameters`
    public Lambda {
        parameters = List.copyOf(parameters);
        results = List.copyOf(results);
        Set<Variable> known = Collections.newSetFromMap(new IdentityHashMap<>());
        known.addAll(parameters);
        for (Variable v : Graph.order(results))
            if (v.op() instanceof Op.Input input && !known.contains(v)) throw missing(name, v, input.identity().owner(), parameters);
    }

    private static DamoException missing(String name, Variable v, String owner, List<Variable> parameters) {
        boolean another = parameters.stream().anyMatch(p -> p.label().equals(v.label()));
        return new DamoException(owner.isEmpty()
                ? "%s: the input %s is needed, but is not among the inputs %s%s; add it with in(…) or replace it with given(…)".formatted(name,
                        v.describe(), parameters.stream().map(Variable::label).toList(), another ? " (there is another one of that name)" : "")
                : "%s: %s, and has a value only within the steps of %s; outside, use what its emit(…), trace(…) or last(…) returns"
                        .formatted(name, v.describe(), owner));
    }

    /// The same parameters with other results.
    public Lambda withResults(List<Variable> other) {
        return new Lambda(name, parameters, other);
    }
}
