package damo.grad;

import damo.graph.Variable;
import java.util.List;

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
}
