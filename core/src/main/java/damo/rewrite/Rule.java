package damo.rewrite;

import damo.graph.Op;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import damo.text.Term;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// One rewrite: a name by which it can be switched off, the law that tests run, what it keeps, the ops that it may apply to, and
/// the body.
///
/// @param roots [ScalarOp]s and classes of ops; the body is asked about these only
/// @param takesApart whether it is a gain only if operands that are such roots too vanish: it applies where nobody else uses them
public record Rule(String name, Law law, Fidelity fidelity, Set<Object> roots, boolean takesApart, Body body) {
    /// The body of a rule.
    @FunctionalInterface
    public interface Body {
        /// What is to stand in the place of `v`, or `null` if the rule does not apply. The dtype must be that of `v`; the engine
        /// broadcasts the replacement to the extents of `v` unless it surely has them.
        Variable apply(Variable v, Extents extents);
    }

    /// A rule that is its law: the left side is the pattern. Numbers match constants of that value, commutative operands match both
    /// ways, a name that stands there twice matches equal variables.
    static Rule rule(String name, String law, Fidelity fidelity) {
        Law parsed = Law.parse(law);
        ScalarOp root = ScalarOp.named(((Term.Apply) parsed.left()).function());
        return new Rule(name, parsed, fidelity, Set.of(root), false, (v, _) -> {
            List<Map<String, Variable>> ways = Match.all(parsed, v);
            return ways.isEmpty() ? null : parsed.right(ways.getFirst(), v.dtype());
        });
    }

    /// A rule with a body that needs no extents.
    static Rule rule(String name, String law, Fidelity fidelity, Set<?> roots, Function<Variable, Variable> body) {
        return rule(name, law, fidelity, roots, (v, _) -> body.apply(v));
    }

    /// A rule with a body.
    static Rule rule(String name, String law, Fidelity fidelity, Set<?> roots, Body body) {
        return new Rule(name, Law.parse(law), fidelity, Set.copyOf(roots), false, body);
    }

    /// The same where nobody else uses what it takes apart.
    Rule takingApart() {
        return new Rule(name, law, fidelity, roots, true, body);
    }

    /// Whether the body is to be asked about `op`.
    boolean concerns(Op op) {
        return roots.contains(Op.class) || roots.contains(op.getClass()) || op instanceof Op.Elementwise(var f, _) && roots.contains(f);
    }

    @Override public String toString() {
        return "%s (%s): %s".formatted(name, fidelity, law.text());
    }
}
