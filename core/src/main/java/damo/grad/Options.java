package damo.grad;

import damo.graph.Variable;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/// What a list of options says; of contradicting ones the last holds.
record Options(Set<Variable> constants, GradOption.Disconnected disconnected) {
    static Options of(GradOption... options) {
        Set<Variable> constants = Collections.newSetFromMap(new IdentityHashMap<>());
        var disconnected = GradOption.Disconnected.RAISE;
        for (GradOption option : options)
            switch (option) {
                case GradOption.ConsiderConstant(var variables) -> constants.addAll(variables);
                case GradOption.Disconnected policy -> disconnected = policy;
            }
        return new Options(constants, disconnected);
    }
}
