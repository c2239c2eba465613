package damo.graph;

import java.util.List;

/// What one step of an [Op.Loop] computes.
///
/// - **Parameters** of `step`: the number of the step from 0 (int64), the element of each sequence, each state as the step finds it,
///   what is captured from outside and the same in every step
/// - **Results** of `step`: the next value of each state, each emission, and if `until` a bool scalar that ends the loop after this step
/// - **Restriction** a loop with `until` emits nothing, so that every extent is known before the loop begins: what such a loop emits is
///   emitted by a second loop over the number of steps that the first one counted
///
/// @param sequences how many sequences are read
/// @param states how many states are carried
public record LoopBody(Lambda step, int sequences, int states, boolean until) {
    /// How many values each step emits.
    public int emissions() {
        return step.results().size() - states - (until ? 1 : 0);
    }

    /// How many results the loop has: the last states, the emissions of all steps, and if `until` the number of steps done.
    public int results() {
        return states + emissions() + (until ? 1 : 0);
    }

    /// The parameter that is the number of the step.
    public Variable index() {
        return step.parameters().getFirst();
    }

    /// The parameters that are elements of sequences.
    public List<Variable> elements() {
        return step.parameters().subList(1, 1 + sequences);
    }

    /// The parameters that are states.
    public List<Variable> carried() {
        return step.parameters().subList(1 + sequences, 1 + sequences + states);
    }

    /// The parameters that are the same in every step.
    public List<Variable> captured() {
        return step.parameters().subList(1 + sequences + states, step.parameters().size());
    }

    /// The results that are next states.
    public List<Variable> next() {
        return step.results().subList(0, states);
    }

    /// The results that are emitted.
    public List<Variable> emitted() {
        return step.results().subList(states, states + emissions());
    }
}
