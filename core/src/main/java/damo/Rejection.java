package damo;

import damo.graph.Ints;
import damo.graph.Op;
import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Exact laws by rejection, without a loop: for each number as many attempts side by side as make a failure of all less likely than
/// 2⁻⁶⁰. Half of them are made only if one of the numbers needs them.
final class Rejection {
    /// For each attempt (the first axis), whether it is accepted, and its value.
    private record Attempts(Variable accepted, Variable value) {
        /// Whether one is accepted.
        Variable found() {
            return first().lt(accepted.shape(0));
        }

        /// That of the first one that is accepted, of the last one if none is.
        Variable chosen() {
            return Damo.where(numbers().eq(first().minimum(accepted.shape(0).sub(1))), value, 0).sum(0);
        }

        private Variable first() {
            return Damo.where(accepted, numbers(), accepted.shape(0)).min(0);
        }

        private Variable numbers() {
            int[] pattern = new int[accepted.rank()];
            Arrays.fill(pattern, Op.Dimshuffle.NEW);
            pattern[0] = 0;
            return Damo.arange(accepted.shape(0)).dimshuffle(pattern);
        }
    }

    /// Makes attempts with random numbers of these extents.
    private interface Method {
        Attempts attempts(Distributions random, List<Variable> extents);
    }

    private Rejection() {}

    private static Variable run(Distributions random, List<Variable> extents, int attempts, Method method) {
        Attempts early = method.attempts(random.part(0), before(attempts / 2, extents));
        Attempts late = method.attempts(random.part(1), before(attempts - attempts / 2, extents));
        Variable found = early.found();
        Variable chosen = early.chosen();
        return Damo.ifelse(found.all(), chosen, Damo.where(found, chosen, late.chosen()));
    }

    private static List<Variable> before(int attempts, List<Variable> extents) {
        var all = new ArrayList<>(extents);
        all.addFirst(Ints.of(attempts));
        return all;
    }

    /// Gamma of scale 1 and shape `a` of 1 or more: Marsaglia and Tsang, "A simple method for generating gamma variables" (2000). At most
    /// one attempt of 20 fails.
    static Variable gamma(Distributions random, Variable a, List<Variable> extents) {
        Variable d = a.sub(1.0 / 3);
        Variable c = Damo.div(1, d.mul(9).sqrt());
        return run(random, extents, 14, (r, all) -> {
            Variable z = r.part(0).normal(all);
            Variable step = z.mul(c);
            Variable above = step.mul(step.mul(step.add(3)).add(3));          // (1 + step)³ − 1, which does not cancel for large shapes
            Variable bound = z.mul(z).mul(0.5).add(d.mul(above.log1p().sub(above)));
            return new Attempts(step.gt(-1).and(r.part(1).uniform(all).log().lt(bound)), d.mul(above.add(1)));
        });
    }

    /// Poisson of a rate of 16 or more: PTRS of Hörmann, "The transformed rejection method for generating Poisson random variables" (1993).
    /// At most 3 attempts of 14 fail.
    static Variable poisson(Distributions random, Variable rate, List<Variable> extents) {
        Variable b = rate.sqrt().mul(2.53).add(0.931);
        Variable a = b.mul(0.02483).sub(0.059);
        Variable scale = Damo.div(1.1328, b.sub(3.4)).add(1.1239);
        Variable sure = Damo.sub(0.9277, Damo.div(3.6224, b.sub(2)));
        return run(random, extents, 28, (r, all) -> {
            Variable u = r.part(0).uniform(all).sub(0.5);
            Variable v = r.part(1).uniform(all);
            Variable us = Damo.sub(0.5, u.abs());
            Variable k = a.mul(2).div(us).add(b).mul(u).add(rate).add(0.43).floor();
            Variable whole = k.maximum(0);
            // The logarithm of the probability of k, with Stirling's formula for the factorial.
            Variable away = rate.sub(whole.add(1));
            Variable log = whole.mul(away.div(whole.add(1)).log1p()).sub(away).sub(whole.add(1).log().mul(0.5))
                    .sub(0.5 * Math.log(2 * Math.PI)).sub(stirling(whole));
            Variable inside = v.mul(scale).div(a.div(us.mul(us)).add(b)).log().le(log);
            return new Attempts(us.ge(0.07).and(v.le(sure)).or(k.ge(0).and(us.ge(0.013).or(v.le(us))).and(inside)), k);
        });
    }

    /// Binomial with `p` of ½ or less and `n p` of 10 or more: BTRS of Hörmann, "The generation of binomial random variates" (1993). At
    /// most 3 attempts of 10 fail.
    static Variable binomial(Distributions random, Variable n, Variable p, List<Variable> extents) {
        Variable odds = p.div(Damo.sub(1, p));
        Variable deviation = n.mul(p).mul(Damo.sub(1, p)).sqrt();
        Variable b = deviation.mul(2.53).add(1.15);
        Variable a = b.mul(0.0248).sub(0.0873).add(p.mul(0.01));
        Variable sure = Damo.sub(0.92, Damo.div(4.2, b));
        Variable scale = Damo.div(5.1, b).add(2.83).mul(deviation);
        Variable mode = n.add(1).mul(p).floor();
        Variable rest = n.sub(mode);
        Variable top = stirling(mode).add(stirling(rest));
        Variable slope = odds.mul(rest.add(1)).div(mode.add(1)).log();
        return run(random, extents, 34, (r, all) -> {
            Variable u = r.part(0).uniform(all).sub(0.5);
            Variable v = r.part(1).uniform(all);
            Variable us = Damo.sub(0.5, u.abs());
            Variable k = a.mul(2).div(us).add(b).mul(u).add(n.mul(p).add(0.5)).floor();
            Variable whole = k.maximum(0).minimum(n);
            Variable left = n.sub(whole);
            // The logarithm of the probability of k in terms of that of the mode, with Stirling's formula for the factorials.
            Variable away = whole.sub(mode);
            Variable log = away.mul(slope).add(whole.add(0.5).mul(away.neg().div(rest.add(1)).log1p().sub(away.div(mode.add(1)).log1p())))
                    .add(n.add(1).mul(away.div(left.add(1)).log1p())).add(top).sub(stirling(whole)).sub(stirling(left));
            Variable inside = v.mul(scale).div(a.div(us.mul(us)).add(b)).log().le(log);
            return new Attempts(us.ge(0.07).and(v.le(sure)).or(k.ge(0).and(k.le(n)).and(inside)), k);
        });
    }

    private static final double[] STIRLING = new double[10];

    static {
        double factorial = 1;
        for (int k = 0; k < STIRLING.length; k++) {
            if (k > 0) factorial *= k;
            STIRLING[k] = Math.log(factorial) - (0.5 * Math.log(2 * Math.PI) + (k + 0.5) * Math.log(k + 1) - (k + 1));
        }
    }

    /// What is missing in Stirling's formula: `log k! − (½ log 2π + (k + ½) log(k + 1) − (k + 1))`, within 4e−13.
    private static Variable stirling(Variable k) {
        Variable known = new Variable(new Op.Gather(new Variable(new Op.Constant(NDArray.of(STIRLING))),
                k.minimum(STIRLING.length - 1).cast(DType.INT64), 0));
        Variable x = Damo.div(1, k.add(1));
        Variable y = x.mul(x);
        Variable series = Damo.sub(1.0 / 12, y.mul(Damo.sub(1.0 / 360, y.mul(Damo.sub(1.0 / 1260, y.mul(1.0 / 1680)))))).mul(x);
        return Damo.where(k.lt(STIRLING.length), known, series);
    }
}
