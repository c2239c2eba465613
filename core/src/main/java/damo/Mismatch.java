package damo;

import damo.graph.Op;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import java.util.List;

/// Why the new value of a shared variable is of another type, and who is to blame.
final class Mismatch {
    private Mismatch() {}

    static DamoException ofUpdate(Shared state, Variable next) {
        if (state.dtype() == next.dtype())
            return Variable.error("update", "the new value of %s must have %d axes, but has %d; reduce or reshape it"
                    .formatted(state.label(), state.rank(), next.rank()), List.of(state, next));
        Variable origin = origin(next);
        return Variable.error("update", ("the new value of %s must be %s, but is %s, which comes from %s;"
                + " cast the new value: .cast(DType.%s), or make the state %s")
                .formatted(state.label(), state.dtype(), next.dtype(), origin.label(), state.dtype().name(), next.dtype()),
                origin == next ? List.of(state, next) : List.of(state, next, origin));
    }

    /// The operand deepest in `v` from which it has its dtype: what widened the others.
    private static Variable origin(Variable v) {
        Variable origin = v;
        while (true) {
            Variable at = origin;
            // `n / 2` is a float because of the division, not because of the 2, which only follows.
            boolean floating = at.op() instanceof Op.Elementwise(var f, _) && f.signature() == ScalarOp.Signature.FLOAT;
            var next = at.op().operands().stream()
                    .filter(o -> o.dtype() == at.dtype() && !(o.op() instanceof Op.Cast) && !(floating && o.op() instanceof Op.Constant)).findFirst();
            if (next.isEmpty() || at.op() instanceof Op.Cast) return at;
            origin = next.get();
        }
    }
}
