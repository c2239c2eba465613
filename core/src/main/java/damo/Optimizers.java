package damo;

import static damo.Damo.*;

import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Optimisers: from parameters and their gradients to the updates of a training step, for [FunctionBuilder#update(Map)].
///
/// Each is a few expressions; what it remembers (velocities, moments, the number of steps) is new [Shared] state, zero at first, that is
/// updated along. A rate is a Java number or a scalar expression, such as one of the schedules below over a [#counter].
///
/// ```java
/// var train = function().in(x, t).out(cost).update(adam(parameters, grad(cost, parameters), 0.001)).compile();
/// ```
public final class Optimizers {
    private Optimizers() {}

    /// Gradient descent: `p − rate·g`.
    public static Map<Shared, Variable> sgd(List<Shared> parameters, List<Variable> gradients, Object rate) {
        return updates(parameters, gradients, (all, p, g) -> all.put(p, p.sub(scaled(g, rate))));
    }

    /// Gradient descent with momentum: `v ← momentum·v − rate·g`, then `p + v` (Polyak 1964).
    public static Map<Shared, Variable> momentum(List<Shared> parameters, List<Variable> gradients, Object rate, double momentum) {
        return updates(parameters, gradients, (all, p, g) -> all.put(p, p.add(velocity(all, p, g, rate, momentum))));
    }

    /// Nesterov's momentum, the gradient taken where the step starts: `p + momentum·v − rate·g` with the new `v` (Sutskever and others 2013,
    /// as Bengio and others 2012 rewrite it).
    public static Map<Shared, Variable> nesterov(List<Shared> parameters, List<Variable> gradients, Object rate, double momentum) {
        return updates(parameters, gradients,
                (all, p, g) -> all.put(p, p.add(velocity(all, p, g, rate, momentum).mul(momentum)).sub(scaled(g, rate))));
    }

    /// Adagrad: `rate·g / (√(Σ g²) + ε)` (Duchi, Hazan and Singer 2011).
    public static Map<Shared, Variable> adagrad(List<Shared> parameters, List<Variable> gradients, Object rate, double epsilon) {
        return updates(parameters, gradients, (all, p, g) -> {
            Shared squares = like(p, "squares");
            Variable sum = squares.add(sqr(g));
            all.put(squares, sum);
            all.put(p, p.sub(scaled(g.div(sum.sqrt().add(epsilon)), rate)));
        });
    }

    /// RMSProp: `rate·g / (√(mean of g²) + ε)`, the mean decaying by `decay` a step (Tieleman and Hinton 2012).
    public static Map<Shared, Variable> rmsprop(List<Shared> parameters, List<Variable> gradients, Object rate, double decay, double epsilon) {
        return updates(parameters, gradients, (all, p, g) -> {
            Variable mean = average(all, p, "squares", sqr(g), decay);
            all.put(p, p.sub(scaled(g.div(mean.sqrt().add(epsilon)), rate)));
        });
    }

    /// Adam with the usual decays 0.9 and 0.999 and `ε` = 1e-8.
    public static Map<Shared, Variable> adam(List<Shared> parameters, List<Variable> gradients, Object rate) {
        return adam(parameters, gradients, rate, 0.9, 0.999, 1e-8);
    }

    /// Adam: the decaying mean of `g` over the root of that of `g²`, both corrected for their start at zero (Kingma and Ba 2015, algorithm 1).
    public static Map<Shared, Variable> adam(List<Shared> parameters, List<Variable> gradients, Object rate, double beta1, double beta2,
            double epsilon) {
        return adamW(parameters, gradients, rate, beta1, beta2, epsilon, 0);
    }

    /// Adam with weight decay apart from the gradient: `p` also shrinks by `rate·decay·p` (Loshchilov and Hutter 2019).
    public static Map<Shared, Variable> adamW(List<Shared> parameters, List<Variable> gradients, Object rate, double beta1, double beta2,
            double epsilon, double decay) {
        Shared steps = counter();
        Variable t = steps.add(1).cast(DType.FLOAT64);
        Variable correction1 = sub(1, constant(beta1).pow(t));
        Variable correction2 = sub(1, constant(beta2).pow(t));
        Map<Shared, Variable> updates = updates(parameters, gradients, (all, p, g) -> {
            Variable mean = average(all, p, "mean", g, beta1).div(correction1.cast(p.dtype()));
            Variable spread = average(all, p, "squares", sqr(g), beta2).div(correction2.cast(p.dtype())).sqrt();
            Variable step = mean.div(spread.add(epsilon));
            all.put(p, p.sub(scaled(decay == 0 ? step : step.add(p.mul(decay)), rate)));
        });
        updates.put(steps, steps.add(1));
        return updates;
    }

    /// The gradients, scaled down together if their norm, taken over all of them, is above `most` (Pascanu, Mikolov and Bengio 2013).
    public static List<Variable> clipNorm(List<Variable> gradients, double most) {
        Variable squares = gradients.stream().map(g -> sqr(g).sum()).reduce(Variable::add)
                .orElseThrow(() -> new DamoException("clipNorm: there are no gradients"));
        Variable norm = squares.sqrt();
        Variable factor = where(norm.gt(most), div(most, norm), 1.0);
        return gradients.stream().map(g -> g.mul(factor.cast(g.dtype()))).toList();
    }

    /// A count of steps, int64, at 0; update it with `counter.add(1)`.
    public static Shared counter() {
        return shared(0L, "steps");
    }

    /// A rate that falls by the factor `factor` every `steps` steps, smoothly: `start · factor^(step / steps)`.
    public static Variable exponentialDecay(Variable step, double start, double factor, double steps) {
        return constant(factor).pow(step.cast(DType.FLOAT64).div(steps)).mul(start);
    }

    /// A rate that falls from `start` to `end` along half a cosine over `steps` steps, and stays there (Loshchilov and Hutter 2017).
    public static Variable cosineDecay(Variable step, double start, double end, double steps) {
        Variable done = step.cast(DType.FLOAT64).div(steps).minimum(1.0);
        return done.mul(Math.PI).cos().add(1).mul((start - end) / 2).add(end);
    }

    /// `rate`, but rising from 0 in a line over the first `steps` steps.
    public static Variable warmUp(Variable step, Variable rate, double steps) {
        return rate.mul(step.cast(DType.FLOAT64).add(1).div(steps).minimum(1.0));
    }

    /// Adds the updates of one parameter to those of all.
    private interface Rule {
        void add(Map<Shared, Variable> all, Shared parameter, Variable gradient);
    }

    private static Map<Shared, Variable> updates(List<Shared> parameters, List<Variable> gradients, Rule rule) {
        if (parameters.size() != gradients.size())
            throw new DamoException("optimizer: %d parameters need as many gradients, but there are %d; pass grad(cost, parameters)"
                    .formatted(parameters.size(), gradients.size()));
        var all = new LinkedHashMap<Shared, Variable>();
        for (int i = 0; i < parameters.size(); i++) {
            Shared p = parameters.get(i);
            Variable g = gradients.get(i);
            if (!p.dtype().isFloat() || g.dtype() != p.dtype() || g.rank() != p.rank())
                throw Variable.error("optimizer", "a parameter is a float, and its gradient has its dtype and rank", List.of(p, g));
            rule.add(all, p, g);
        }
        return all;
    }

    private static Variable velocity(Map<Shared, Variable> all, Shared p, Variable g, Object rate, double momentum) {
        Shared velocity = like(p, "velocity");
        Variable next = velocity.mul(momentum).sub(scaled(g, rate));
        all.put(velocity, next);
        return next;
    }

    /// The decaying mean of `value`, from 0.
    private static Variable average(Map<Shared, Variable> all, Shared p, String name, Variable value, double decay) {
        Shared state = like(p, name);
        Variable next = state.mul(decay).add(value.mul(1 - decay));
        all.put(state, next);
        return next;
    }

    private static Shared like(Shared p, String name) {
        return shared(NDArray.zeros(p.dtype(), p.borrow().shape()), p.name().isEmpty() ? name : p.name() + "_" + name);
    }

    private static Variable scaled(Variable g, Object rate) {
        return switch (rate) {
            case Number number -> g.mul(number);
            case Variable variable when variable.rank() == 0 -> g.mul(variable.cast(g.dtype()));
            default -> throw new DamoException("optimizer: a rate is a number or a scalar expression, not %s".formatted(rate));
        };
    }
}
