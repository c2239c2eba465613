package damo.grad;

import static damo.grad.Linear.arg;

import damo.graph.Op;
import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Logarithms and quotients of exponentials, differentiated in one step: the chain rule would pass a factor that overflows,
/// cancels, or is ∞ where the next one is 0.
final class Compositions {
    /// The derivative by `x`, which enters summed over `axes` (none: element by element).
    record Step(Variable x, List<Integer> axes, Partial partial) {}

    private final Predicate<Variable> passable;

    /// Only what is `passable` is stepped over: not what a derivative is taken by.
    Compositions(Predicate<Variable> passable) {
        this.passable = passable;
    }

    /// All derivatives of `z`, by variables below its operands; empty if the chain rule is as good.
    List<Step> of(Variable z) {
        if (is(z, ScalarOp.LOG)) return log(z, arg(z, 0));
        if (is(z, ScalarOp.LOG1P)) {
            Variable y = arg(z, 0);
            var negative = operand(y, ScalarOp.NEG);
            return or(operand(y, ScalarOp.EXP).map(x -> step(x, x.sigmoid())),                     // log(1 + eˣ)
                    negative.flatMap(this::logistic).map(x -> step(x, x.sigmoid().neg())),         // log(1 − σ(x))
                    negative.flatMap(v -> operand(v, ScalarOp.EXP)).map(Compositions::log1mexp));  // log(1 − eˣ)
        }
        return is(z, ScalarOp.DIV) ? or(quotient(z).map(x -> step(x, z.mul(x.neg().sigmoid())))) : List.of();
    }

    private List<Step> log(Variable z, Variable y) {
        if (!passable.test(y)) return List.of();
        if (y.op() instanceof Op.Reduce(var f, var v, var axes) && f == Reduction.SUM) {           // log Σ eˣ
            return or(operand(v, ScalarOp.EXP).map(x -> List.of(new Step(x, axes,
                    new Partial.Times(x.sub(Linear.relabel(z, z.rank(), Linear.expanded(x, axes))).exp())))));
        }
        var complement = is(y, ScalarOp.SUB) && Linear.isConstant(arg(y, 0), 1) ? Optional.of(arg(y, 1)) : Optional.<Variable>empty();
        return or(logistic(y).map(x -> step(x, x.neg().sigmoid())),                                // log σ(x)
                operand(y, ScalarOp.ERFC).map(x -> List.of(new Step(x, List.of(), new Partial.Over(x.erfcx().mul(-Math.sqrt(Math.PI) / 2))))),
                operand(y, ScalarOp.EXP).map(x -> List.of(new Step(x, List.of(), Partial.ONE))),
                complement.flatMap(this::logistic).map(x -> step(x, x.sigmoid().neg())),           // log(1 − σ(x))
                complement.flatMap(v -> operand(v, ScalarOp.EXP)).map(Compositions::log1mexp),     // log(1 − eˣ)
                onePlusExp(y).map(x -> step(x, x.sigmoid())),                                      // log(1 + eˣ)
                passed(y, ScalarOp.ADD).flatMap(v -> operand(arg(v, 0), ScalarOp.EXP).flatMap(a -> operand(arg(v, 1), ScalarOp.EXP)
                        .map(b -> List.of(new Step(a, List.of(), new Partial.Times(a.sub(z).exp())),
                                new Step(b, List.of(), new Partial.Times(b.sub(z).exp())))))),     // log(eᵃ + eᵇ)
                passed(y, ScalarOp.DIV).flatMap(v -> operand(arg(v, 0), ScalarOp.EXP)
                        .map(a -> List.of(new Step(a, List.of(), Partial.ONE),
                                new Step(arg(v, 1), List.of(), new Partial.Over(arg(v, 1).neg()))))));  // log(eᵃ / b)
    }

    private static List<Step> log1mexp(Variable x) {
        return List.of(new Step(x, List.of(), new Partial.Over(x.neg().expm1().neg())));
    }

    /// `x` if `v` is `σ(x)`.
    private Optional<Variable> logistic(Variable v) {
        return operand(v, ScalarOp.SIGMOID).or(() -> passable.test(v) && is(v, ScalarOp.DIV) ? quotient(v) : Optional.empty());
    }

    /// `x` if `v` is `1 / (1 + exp(−x))`.
    private Optional<Variable> quotient(Variable v) {
        if (!Linear.isConstant(arg(v, 0), 1)) return Optional.empty();
        return onePlusExp(arg(v, 1)).flatMap(u -> operand(u, ScalarOp.NEG));
    }

    /// `x` if `v` is `1 + exp(x)`.
    private Optional<Variable> onePlusExp(Variable v) {
        return passed(v, ScalarOp.ADD).flatMap(y -> Linear.isConstant(arg(y, 0), 1) ? operand(arg(y, 1), ScalarOp.EXP)
                : Linear.isConstant(arg(y, 1), 1) ? operand(arg(y, 0), ScalarOp.EXP) : Optional.empty());
    }

    private Optional<Variable> operand(Variable v, ScalarOp f) {
        return passed(v, f).map(y -> arg(y, 0));
    }

    private Optional<Variable> passed(Variable v, ScalarOp f) {
        return is(v, f) && passable.test(v) ? Optional.of(v) : Optional.empty();
    }

    private static boolean is(Variable v, ScalarOp f) {
        return v.op() instanceof Op.Elementwise(var g, _) && g == f;
    }

    private static List<Step> step(Variable x, Variable factor) {
        return List.of(new Step(x, List.of(), new Partial.Times(factor)));
    }

    @SafeVarargs private static List<Step> or(Optional<List<Step>>... cases) {
        for (var steps : cases) if (steps.isPresent()) return steps.get();
        return List.of();
    }
}
