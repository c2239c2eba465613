package damo.grad;

import damo.graph.Variable;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/// How a derivative is to be taken.
public sealed interface GradOption {
    /// Through these variables no derivative flows.
    record ConsiderConstant(List<Variable> variables) implements GradOption {
        /// Copies the list.
        public ConsiderConstant {
            variables = List.copyOf(variables);
        }
    }

    /// What the derivative with respect to a variable is on which nothing depends.
    enum Disconnected implements GradOption {
        /// An error that names the variable: the default.
        RAISE,
        /// Zeros of its shape.
        ZERO
    }

    /// Through `variables` no derivative flows.
    static GradOption considerConstant(Variable... variables) {
        return new ConsiderConstant(List.of(variables));
    }

    /// The variables that `options` declare constant.
    static Set<Variable> constants(List<GradOption> options) {
        Set<Variable> constants = Collections.newSetFromMap(new IdentityHashMap<>());
        for (GradOption option : options) if (option instanceof ConsiderConstant(var variables)) constants.addAll(variables);
        return constants;
    }

    /// What `options` say of disconnected variables; the last one holds.
    static Disconnected disconnected(List<GradOption> options) {
        return options.stream().filter(o -> o instanceof Disconnected).map(o -> (Disconnected) o).reduce(Disconnected.RAISE, (_, last) -> last);
    }
}
