package damo.rewrite;

import static damo.Damo.dot;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.CompilerBug;
import damo.DamoException;
import damo.graph.Build;
import damo.graph.Ints;
import damo.graph.Lambda;
import damo.graph.Op;
import damo.graph.ScalarOp;
import damo.graph.Source;
import damo.graph.Variable;
import damo.text.Expression;
import damo.text.GraphText;
import damo.text.Pretty;
import damo.type.DType;
import damo.type.TensorType;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RewriterTest {
    private final Variable x = input("x", TensorType.ofRank(DType.FLOAT64, 1));
    private final Variable y = input("y", TensorType.ofRank(DType.FLOAT64, 1));
    private final Variable m = input("m", TensorType.ofRank(DType.FLOAT64, 2));

    private static Variable input(String name, TensorType type) {
        return new Variable(new Op.Input(new Op.Input.Identity(), type)).named(name);
    }

    private String rewritten(Variable v) {
        return Pretty.print(Phases.rewrite(new Lambda("f", List.of(x, y, m), List.of(v)), Set.of()).results().getFirst());
    }

    private String rewritten(String text) {
        return rewritten(Expression.parse(text, Map.of("x", x, "y", y, "m", m)));
    }

    @Test void whatAGradientLeavesBehindVanishes() {
        assertEquals("(2.0 * x)", rewritten("1 * (2 * x ** (2.0 - 1))"));
        assertEquals("(2.0 * x)", rewritten("x * 1 + 1 * x"));
        assertEquals("(2.0 * x)", rewritten(x.mul(2).mul(Build.elementwise(ScalarOp.ADD, x.mul(0), 1))));
    }

    @Test void aProductThatIsNeededAnywayIsNotTakenApart() {
        Variable square = dot(m, m);
        assertEquals("dot(m, dot(m, x))", rewritten(dot(square, x)));
        assertEquals("(dot(dot(m, m), x) + sum(dot(m, m)))", rewritten(dot(square, x).add(square.sum())));
    }

    @Test void replacementsKeepTheShapeUnderBroadcasting() {
        assertEquals("broadcast(0.0, [extent(x, axis=0)])", rewritten("x * 0"));
        assertEquals("broadcast(x, [extent(m, axis=0), where((extent(x, axis=0) == 1), extent(m, axis=1), extent(x, axis=0))])",
                rewritten(Build.elementwise(ScalarOp.WHERE, true, x, m)));
        assertEquals("(1.0 + x)", rewritten("x - x + (1 + x)"));
        assertEquals("x", rewritten("y * 0 + x - y * 0").replaceAll("broadcast\\((x), .*", "$1"));
    }

    @Test void extentsKeepNoValuesAlive() {
        assertEquals("extent(m, axis=0)", rewritten(Ints.extent(m.exp().sum(1).mul(2).dimshuffle(-1, 0).cast(DType.FLOAT32), 1)));
        assertEquals("extent(m, axis=1)", rewritten(Ints.extent(x.expandDims(0).dot(m.dot(m.transpose()).dot(m)), 1)));
        assertEquals("7", rewritten(Ints.extent(x.broadcastTo(5, 7), 1)));
    }

    @Test void sumsChangeOnlyWhereTermsMeet() {
        assertEquals("((2.0 * x) + y)", rewritten("x + y + x"));
        assertEquals("((x - y) - exp(x))", rewritten("x - y - exp(x)"));
        assertEquals("y", rewritten("x + y - x").replaceAll("broadcast\\((y), .*", "$1"));
        assertEquals("(3.0 + x)", rewritten("1 + x + 2"));
        assertEquals("((5.0 * x) - y)", rewritten("2 * x - y + 3 * x"));
    }

    @Test void productsChangeOnlyWhereFactorsMeet() {
        assertEquals("((x * x) * x)", rewritten("x * x * x"));
        assertEquals("((x / y) / exp(y))", rewritten("x / y / exp(y)"));
        assertEquals("x", rewritten("x ** 2 / x"));
        assertEquals("sqrt(x)", rewritten("x / sqrt(x)"));
        assertEquals("(1.0 / x)", rewritten("x / (x * x)"));
    }

    @Test void usersFormsBecomeStable() {
        assertEquals("softplus(x)", rewritten("log(1 + exp(x))"));
        assertEquals("-softplus(x)", rewritten("log(1 - 1 / (1 + exp(-x)))"));
        assertEquals("sigmoid(x)", rewritten("1 / (1 + exp(x)) * exp(x)"));
        assertEquals("sigmoid(x)", rewritten("exp(x) / (1 + exp(x))"));
        assertEquals("-sigmoid(x)", rewritten("(-1 / (1 - sigmoid(x))) * (sigmoid(x) * (1 - sigmoid(x)))"));
        assertEquals("sigmoid((x - y))", rewritten("1 / (exp(x) + exp(y)) * exp(x)"));
        assertEquals("expm1(x)", rewritten("-(1 - exp(x))"));
        assertTrue(rewritten(m.exp().div(m.exp().sum(true, 1))).startsWith("exp("), rewritten(m.exp().div(m.exp().sum(true, 1))));
        assertTrue(rewritten(m.exp().sum(1).log()).contains("max(m, axes=[1])"));
    }

    @Test void disabledRulesAndPhasesDoNothing() {
        var f = new Lambda("f", List.of(x), List.of(x.neg().neg().exp().add(1).log()));
        assertEquals("softplus(x)", Pretty.print(Phases.rewrite(f, Set.of()).results()));
        assertEquals("softplus(--x)", Pretty.print(Phases.rewrite(f, Set.of("neg-neg")).results()));
        assertEquals("log((1.0 + exp(x)))", Pretty.print(Phases.rewrite(f, Set.of("stabilize")).results()));
        assertEquals("log((exp(--x) + 1.0))", Pretty.print(Phases.rewrite(f, Set.of("canonicalize", "stabilize", "specialize")).results()));
        String message = assertThrows(DamoException.class, () -> Phases.rewrite(f, Set.of("neg-nag"))).getMessage();
        assertTrue(message.startsWith("disable: no rule or phase is named 'neg-nag'; did you mean neg-neg"), message);
    }

    @Test void namesOfRulesAndPhasesAreDistinct() {
        var seen = new HashSet<String>();
        for (Phases.Phase phase : Phases.ALL) {
            assertTrue(seen.add(phase.name()), phase.name());
            for (Rule rule : phase.rules()) assertTrue(seen.add(rule.name()), rule.name());
        }
    }

    @Test void equalComputationsBecomeOne() {
        var f = Phases.rewrite(new Lambda("f", List.of(x), List.of(x.exp().sin(), x.exp().sin())), Set.of());
        assertSame(f.results().get(0), f.results().get(1));
    }

    @Test void whatARuleBuildsHasTheSourceOfWhatItReplaces() {
        Variable v = new Variable(x.exp().op(), "", new Source("a:1"));
        Variable w = new Variable(new Op.Elementwise(ScalarOp.LOG1P, List.of(v)), "", new Source("a:2"));
        assertEquals("a:2", Phases.rewrite(new Lambda("f", List.of(x), List.of(w)), Set.of()).results().getFirst().source().text());
    }

    @Test void rulesThatUndoEachOtherAreNamed() {
        var rules = List.of(Rule.rule("there", "exp(x) => exp2(x)", Fidelity.FINITE), Rule.rule("back", "exp2(x) => exp(x)", Fidelity.FINITE),
                Rule.rule("grow", "sin(x) => 1 + sin(x)", Fidelity.FINITE));
        var exp = new Lambda("f", List.of(x), List.of(x.exp()));
        var sin = new Lambda("f", List.of(x), List.of(x.sin()));
        assertEquals("exp2(x)", Pretty.print(Rewriter.rewrite("t", rules.subList(0, 1), exp).results()));
        String loop = assertThrows(CompilerBug.class, () -> Rewriter.rewrite("t", rules, exp)).getMessage();
        assertTrue(loop.contains("there") && loop.contains("back"), loop);
        String growth = assertThrows(CompilerBug.class, () -> Rewriter.rewrite("t", rules, sin)).getMessage();
        assertTrue(growth.contains("grow"), growth);
    }

    @Test void aRuleThatChangesTheTypeIsNamed() {
        var rule = Rule.rule("wrong", "exp(x) => x < 1", Fidelity.FINITE);
        var f = new Lambda("f", List.of(x), List.of(x.exp()));
        String message = assertThrows(CompilerBug.class, () -> Rewriter.rewrite("t", List.of(rule), f)).getMessage();
        assertTrue(message.contains("rule 'wrong' made a bool[?] of a float64[?]"), message);
    }

    @Test void aDeepChainTakesSeconds() {
        Variable deep = new Source("Chain.java:1").during(() -> {       // so that building it does not walk the stack
            Variable v = x;
            for (int i = 0; i < 25_000; i++) v = v.mul(1).add(x).sin().add(1.5);
            return v;
        });
        var f = new Lambda("deep", List.of(x), List.of(deep));
        assertTimeout(Duration.ofSeconds(20), () -> GraphText.print(Phases.rewrite(f, Set.of())));
    }
}
