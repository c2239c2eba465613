package damo.interpret;

import damo.graph.Op;
import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import damo.value.NDArray;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What a message says of a condition that does not hold: the comparisons that failed, with their values.
final class Facts {
    private Facts() {}

    /// One line for each fact against the false `condition`; empty if there is none to tell.
    static String against(Variable condition, Map<Variable, NDArray> values) {
        var facts = new StringBuilder();
        var pending = new ArrayDeque<>(List.of(condition));
        while (!pending.isEmpty()) {
            Variable v = pending.pop();
            if (v.op() instanceof Op.Elementwise(var f, var args) && args.stream().allMatch(a -> a.rank() == 0)) {
                if (f == ScalarOp.AND) args.stream().filter(a -> !values.get(a).scalarBoolean()).forEach(pending::add);
                else if (f.arity() == 2 && f.signature() == ScalarOp.Signature.TEST) facts.append(comparison(f, args, values));
            } else if (v.op() instanceof Op.Reduce(var f, var x, _) && f == Reduction.PROD) {
                facts.append(exceptions(values.get(x)));
            } else if (v.op() instanceof Op.Cast(var x, _) && values.containsKey(x)) {
                pending.add(x);
            }
        }
        return facts.toString();
    }

    private static String comparison(ScalarOp f, List<Variable> args, Map<Variable, NDArray> values) {
        return "\n  %s %s %s is false".formatted(side(args.get(0), values), f.symbol(), side(args.get(1), values));
    }

    private static String side(Variable v, Map<Variable, NDArray> values) {
        return v.name().isEmpty() ? values.get(v).toString() : "%s (%s)".formatted(v.name(), values.get(v));
    }

    private static String exceptions(NDArray holds) {
        long first = -1;
        long count = 0;
        for (long i = 0; i < holds.size(); i++) {
            if (holds.longAt(i) != 0) continue;
            if (count++ == 0) first = i;
        }
        var index = new ArrayList<Long>();
        for (int axis = holds.rank() - 1; axis >= 0 && count > 0; axis--) {
            index.addFirst(first % holds.extent(axis));
            first /= holds.extent(axis);
        }
        return "\n  false for %d of %d, first at %s".formatted(count, holds.size(), index);
    }
}
