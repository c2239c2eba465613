package damo.rewrite;

import static damo.graph.ScalarOp.*;
import static damo.rewrite.Fidelity.*;
import static damo.rewrite.Match.arg;
import static damo.rewrite.Match.is;
import static damo.rewrite.Rule.rule;

import damo.graph.Op;
import damo.graph.Reduction;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// The same real function, computed where the straightforward way overflows or cancels.
final class Stabilize {
    private Stabilize() {}

    static final List<Rule> RULES = List.of(
            rule("log1p-exp", "log1p(exp(x)) => softplus(x)", FINITE),
            rule("log1p-neg-exp", "log1p(-exp(x)) => log1mexp(x)", FINITE),
            rule("log-neg-expm1", "log(-expm1(x)) => log1mexp(x)", ROUNDING),
            rule("log1p-neg-sigmoid", "log1p(-sigmoid(x)) => -softplus(x)", FINITE),
            rule("log-sigmoid", "log(sigmoid(x)) => -softplus(-x)", FINITE),
            rule("log-one-minus-sigmoid", "log(1 - sigmoid(x)) => -softplus(x)", FINITE),
            rule("log-one-minus-exp", "log(1 - exp(x)) => log1mexp(x)", FINITE),
            rule("log1p", "log(1 + x) => log1p(x)", ROUNDING),
            rule("log1p-neg", "log(1 - x) => log1p(-x)", ROUNDING),

            rule("expm1", "exp(x) - 1 => expm1(x)", ROUNDING),
            rule("expm1-shifted", "-1 + exp(x) => expm1(x)", ROUNDING),
            rule("neg-expm1", "1 - exp(x) => -expm1(x)", ROUNDING),
            rule("sigmoid-complement", "1 - sigmoid(x) => sigmoid(-x)", ROUNDING),
            rule("sigmoid-minus-one", "sigmoid(x) - 1 => -sigmoid(-x)", ROUNDING),
            rule("softplus-minus", "softplus(x) - x => softplus(-x)", FINITE),
            rule("minus-softplus", "x - softplus(x) => -softplus(-x)", FINITE),

            rule("erf-complement", "1 - erf(x) => erfc(x)", ROUNDING),
            rule("erf-minus-one", "erf(x) - 1 => -erfc(x)", ROUNDING),
            rule("one-plus-erf", "1 + erf(x) => erfc(-x)", ROUNDING),
            rule("erfc-complement", "1 - erfc(x) => erf(x)", ROUNDING),
            rule("erfc-minus-one", "erfc(x) - 1 => -erf(x)", ROUNDING),
            rule("two-minus-erfc", "2 - erfc(x) => erfc(-x)", ROUNDING),
            // Where erfc is small, the logarithm of exp(−x²) erfcx(x).
            rule("log-erfc", "log(erfc(x)) => where(x < 0.5, log1p(-erf(x)), log(erfcx(x)) - x * x)", FINITE),

            rule("sigmoid", "1 / (1 + exp(-x)) => sigmoid(x)", ROUNDING),
            rule("sigmoid-neg", "1 / (1 + exp(x)) => sigmoid(-x)", ROUNDING),
            rule("sigmoid-quotient", "exp(x) / (1 + exp(x)) => sigmoid(x)", FINITE),
            rule("logistic-product", "y * exp(x) / (1 + exp(x)) => y * sigmoid(x)", FINITE, Set.of(MUL, DIV), Stabilize::logisticProduct),

            rule("log-quotient", "log(exp(x) / y) => x - log(y)", FINITE),
            rule("log-add-exp", "log(exp(x) + exp(y)) => where(x == y, 0.6931471805599453 + x, maximum(x, y) + softplus(-abs(x - y)))", FINITE),
            rule("log-sum-exp", "log(sum(exp(x), axes=[0])) => log(sum(exp(x - where(isinf(max(x, axes=[0])), 0, max(x, axes=[0]))), axes=[0]))"
                    + " + where(isinf(max(x, axes=[0])), 0, max(x, axes=[0])); x: float[5]", FINITE, Set.of(LOG), Stabilize::logSumExp));

    private static Variable logSumExp(Variable v) {
        Variable sum = arg(v, 0);
        List<Integer> pattern = null;
        if (sum.op() instanceof Op.Dimshuffle(var s, var p)) {
            sum = s;
            pattern = p;
        }
        if (!(sum.op() instanceof Op.Reduce(var f, var e, var axes)) || f != Reduction.SUM || !is(e, EXP) || isShifted(arg(e, 0))) return null;
        Variable lse = shifted(arg(e, 0), axes);
        return pattern == null ? lse : new Variable(new Op.Dimshuffle(lse, pattern));
    }

    private static Variable shifted(Variable x, List<Integer> axes) {
        Variable top = new Variable(new Op.Reduce(Reduction.MAX, x, axes));
        Variable shift = Match.apply(WHERE, top.isInf(), Match.constant(x.dtype(), 0), top);     // ∞ − ∞ is NaN
        return new Variable(new Op.Reduce(Reduction.SUM, x.sub(kept(shift, x.rank(), axes)).exp(), axes)).log().add(shift);
    }

    /// `x` with the axes that a reduction of a tensor of rank `rank` took away, unless they come by broadcasting.
    private static Variable kept(Variable x, int rank, List<Integer> axes) {
        List<Integer> pattern = keeping(rank, axes);
        return pattern == null ? x : new Variable(new Op.Dimshuffle(x, pattern));
    }

    private static List<Integer> keeping(int rank, List<Integer> axes) {
        var pattern = new ArrayList<Integer>();
        for (int axis = 0, next = 0; axis < rank; axis++) {
            if (!axes.contains(axis)) pattern.add(next++);
            else if (next > 0) pattern.add(Op.Dimshuffle.NEW);
        }
        return pattern.contains(Op.Dimshuffle.NEW) ? pattern : null;
    }

    /// Whether a maximum has been subtracted already.
    private static boolean isShifted(Variable x) {
        if (!is(x, SUB)) return false;
        Variable shift = arg(x, 1);
        for (int i = 0; i < 4; i++) {
            if (shift.op() instanceof Op.Reduce(var f, _, _) && f == Reduction.MAX) return true;
            if (shift.op() instanceof Op.Dimshuffle(var y, _)) shift = y;
            else if (shift.op() instanceof Op.StopGradient(var y)) shift = y;
            else if (is(shift, WHERE)) shift = arg(shift, 2);
        }
        return false;
    }

    /// Factors of a product that are finite only together. Gradients of logarithms of sums of exponentials are such products.
    private static Variable logisticProduct(Variable v) {
        Products p = Products.of(v);
        if (p == null) return null;
        for (Map.Entry<Products.Atom, Double> e : List.copyOf(p.powers.entrySet())) {
            Products.Atom atom = e.getKey();
            Variable base = atom.base();
            boolean found = e.getValue() == 1 && is(base, SIGMOID) && sigmoidTimesExp(p, atom)
                    || e.getValue() == -1 && is(base, ADD) && overSum(p, atom)
                    || e.getValue() == -1 && base.op() instanceof Op.Reduce(var f, var terms, var axes) && f == Reduction.SUM && is(terms, EXP)
                            && overReduction(p, atom, terms, axes);
            if (found) return p.build();
        }
        return null;
    }

    /// `sigmoid(-x) * exp(x)` is `sigmoid(x)`.
    private static boolean sigmoidTimesExp(Products p, Products.Atom sigmoid) {
        Variable x = arg(sigmoid.base(), 0);
        for (Products.Atom e : p.powers.keySet()) {
            if (!is(e.base(), EXP) || p.powers.get(e) != 1 || !Objects.equals(e.pattern(), sigmoid.pattern())) continue;
            Variable u = arg(e.base(), 0);
            if (!(is(x, NEG) && arg(x, 0) == u || is(u, NEG) && arg(u, 0) == x)) continue;
            replace(p, sigmoid, e, new Products.Atom(u.sigmoid(), sigmoid.pattern()));
            return true;
        }
        return false;
    }

    /// `1 / (1 + exp(x))` is `sigmoid(-x)`; `exp(x) / (exp(x) + exp(y))` is `sigmoid(x - y)`.
    private static boolean overSum(Products p, Products.Atom sum) {
        for (int i = 0; i < 2; i++) {
            Variable a = arg(sum.base(), i);
            Variable b = arg(sum.base(), 1 - i);
            if (!is(a, EXP)) continue;
            Variable x = arg(a, 0);
            var above = new Products.Atom(a, sum.pattern());
            boolean times = p.powers.getOrDefault(above, 0.0) == 1;
            if (is(b, 1)) {
                replace(p, sum, times ? above : sum, new Products.Atom((times ? x : x.neg()).sigmoid(), sum.pattern()));
                return true;
            }
            if (!times || !is(b, EXP)) continue;
            replace(p, sum, above, new Products.Atom(x.sub(arg(b, 0)).sigmoid(), sum.pattern()));
            return true;
        }
        return false;
    }

    /// `exp(x) / sum(exp(x))` is `exp(x - logsumexp(x))`.
    private static boolean overReduction(Products p, Products.Atom sum, Variable terms, List<Integer> axes) {
        Variable x = arg(terms, 0);
        var above = new Products.Atom(terms, null);
        if (isShifted(x) || p.powers.getOrDefault(above, 0.0) != 1) return false;
        if (!Objects.equals(sum.pattern(), keeping(x.rank(), axes))) return false;
        replace(p, sum, above, new Products.Atom(x.sub(kept(shifted(x, axes), x.rank(), axes)).exp(), null));
        return true;
    }

    private static void replace(Products p, Products.Atom one, Products.Atom other, Products.Atom by) {
        p.powers.remove(one);
        p.powers.remove(other);
        p.powers.merge(by, 1.0, Double::sum);
    }
}
