package damo.rewrite;

import damo.graph.Op;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import damo.text.Term;
import damo.type.DType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Questions that rules ask, and the matcher of laws.
final class Match {
    private static final int SCANNED = 64;             // elements of a constant that are compared to see whether all are equal

    private Match() {}

    static boolean is(Variable v, ScalarOp f) {
        return v.op() instanceof Op.Elementwise(var g, _) && f == g;
    }

    /// Operand `i` of an elementwise op.
    static Variable arg(Variable v, int i) {
        return ((Op.Elementwise) v.op()).args().get(i);
    }

    static Variable apply(ScalarOp f, Variable... args) {
        return new Variable(new Op.Elementwise(f, List.of(args)));
    }

    /// Whether `v` is a constant without axes.
    static boolean isScalar(Variable v) {
        return v.op() instanceof Op.Constant(var c) && c.rank() == 0;
    }

    /// The one value that all elements of `v` are known to have, without axes; or `null`.
    static NDArray splat(Variable v) {
        if (v.op() instanceof Op.Broadcast(var x, _)) return splat(x);
        if (!(v.op() instanceof Op.Constant(var c)) || c.size() == 0 || c.size() > SCANNED) return null;
        for (int i = 1; i < c.size(); i++)
            if (c.longAt(i) != c.longAt(0) || Double.compare(c.doubleAt(i), c.doubleAt(0)) != 0) return null;
        return c.rank() == 0 ? c : c.at(new long[c.rank()]);
    }

    static boolean is(Variable v, double value) {
        NDArray c = splat(v);
        return c != null && c.dtype() != DType.BOOL && Double.compare(c.scalar(), value) == 0;
    }

    static boolean is(Variable v, boolean value) {
        NDArray c = splat(v);
        return c != null && c.dtype() == DType.BOOL && c.scalarBoolean() == value;
    }

    /// A number or boolean as a constant.
    static Variable constant(DType dtype, Object value) {
        return new Variable(new Op.Constant(NDArray.of(value).astype(dtype)));
    }

    /// The ways in which `v` is what `law` has on its left: what each name then stands for.
    static List<Map<String, Variable>> all(Law law, Variable v) {
        return all(law, law.left(), v, Map.of());
    }

    private static List<Map<String, Variable>> all(Law law, Term pattern, Variable v, Map<String, Variable> bound) {
        return switch (pattern) {
            case Term.Literal(Boolean value) -> is(v, value) ? List.of(bound) : List.of();
            case Term.Literal(Number value) -> is(v, value.doubleValue()) ? List.of(bound) : List.of();
            case Term.Literal _ -> List.of();
            case Term.Name(var name) -> {
                if (bound.containsKey(name)) yield bound.get(name) == v ? List.of(bound) : List.of();
                if (!law.admits(name, v.dtype())) yield List.of();
                var more = new HashMap<>(bound);
                more.put(name, v);
                yield List.of(more);
            }
            case Term.Apply(var function, var args, _) -> {
                ScalarOp f = ScalarOp.named(function);
                if (f == null || !is(v, f)) yield List.of();
                var found = new ArrayList<>(operands(law, args, ((Op.Elementwise) v.op()).args(), bound));
                if (f.isCommutative()) found.addAll(operands(law, args, ((Op.Elementwise) v.op()).args().reversed(), bound));
                yield found;
            }
        };
    }

    private static List<Map<String, Variable>> operands(Law law, List<Term> patterns, List<Variable> operands, Map<String, Variable> bound) {
        List<Map<String, Variable>> ways = List.of(bound);
        for (int i = 0; i < patterns.size() && !ways.isEmpty(); i++) {
            var next = new ArrayList<Map<String, Variable>>();
            for (Map<String, Variable> way : ways) next.addAll(all(law, patterns.get(i), operands.get(i), way));
            ways = next;
        }
        return ways;
    }
}
