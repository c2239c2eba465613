package damo;

import damo.graph.Ints;
import damo.graph.Op;
import damo.graph.Variable;
import damo.type.DType;
import java.util.List;

/// When a [Scan] ends: after a count, with its shortest sequence, or when a condition holds.
final class Ending {
    /// The most steps that a loop without a count and sequences does.
    static final long MOST = Integer.MAX_VALUE;

    private final String label;
    private Variable lengths;
    private Variable times;
    private Variable until;

    Ending(String label) {
        this.label = label;
    }

    void sequence(Variable length) {
        lengths = lengths == null ? length : Ints.min(lengths, length);
    }

    void times(Variable count) {
        if (count.rank() != 0 || !count.dtype().isInteger())
            throw Variable.error(label + ": times", "the number of steps must be an integer scalar", List.of(count));
        Variable steps = count.cast(DType.INT64);
        if (Ints.isConstant(steps) && Ints.value(steps) < 0)
            throw Variable.error(label + ": times", "the number of steps must not be negative", List.of(count));
        times = times == null ? steps : Ints.min(times, steps);
    }

    void until(Variable condition) {
        until = until == null ? checked(label + ": until", condition) : until.or(checked(label + ": until", condition));
    }

    /// `condition`, if it is one.
    static Variable checked(String what, Variable condition) {
        if (condition.rank() == 0 && condition.dtype() == DType.BOOL) return condition;
        throw Variable.error(what, "the condition must be a bool scalar; compare, or reduce with all or any", List.of(condition));
    }

    /// The condition, or `null`.
    Variable condition() {
        return until;
    }

    /// How many steps there are if no condition ends them.
    Variable steps(List<Variable> sequences) {
        if (times == null && lengths == null && until == null)
            throw Variable.error(label, "the loop has no end; give it a sequence, times(…) or until(…)", List.of());
        if (times != null && lengths != null && Ints.isConstant(times) && Ints.isConstant(lengths) && Ints.value(times) > Ints.value(lengths))
            throw Variable.error(label, "%d steps are asked for, but a sequence has elements for %d only; ask for fewer, or give a longer sequence"
                    .formatted(Ints.value(times), Ints.value(lengths)), sequences);
        return times != null ? times : lengths != null ? lengths : Ints.of(MOST);
    }

    /// The sequences, checked at run time to have as many elements as were asked for.
    List<Variable> fitting(List<Variable> sequences) {
        if (times == null || lengths == null || Ints.isConstant(times) && Ints.isConstant(lengths)) return sequences;
        return sequences.stream().map(s -> new Variable(new Op.Assert(s, times.le(s.shape(0)), Variable.message(label,
                "the sequence %s has fewer elements than there are steps; ask for fewer, or give a longer sequence".formatted(s.label()),
                List.of(s, times))), s.name(), s.source())).toList();
    }
}
