package damo;

import damo.graph.Build;
import damo.graph.Ints;
import damo.graph.Op;
import damo.graph.Variable;
import damo.type.DType;
import java.util.ArrayList;
import java.util.List;

/// Random numbers of many laws, as compositions of graph ops over two primitives, [#uniform(List)] and [#normal(List)]: [RandomKey],
/// [KeyStreams], [RandomStreams] and [MrgRandomStreams] bring theirs.
///
/// - **Parameters** come first: numbers or tensors, which broadcast to the extents
/// - **Extents** come last: numbers or integer scalars, computed ones too. None: those to which the parameters broadcast
/// - **Dtypes** numbers are float64, but float32 if all tensors among the parameters are; counts and positions are int64
/// - **Errors** a parameter that is impossible is refused at once if it is known, else when the function is called, before anything changes
/// - **Derivatives** by the parameters of `uniformOf`, `normalOf`, `truncatedNormal` and `exponential`, and by the scale of `gamma`: those of
///   the number as a function of the parameter, with what is random held fixed. By other parameters there is none: a draw is a constant
///
/// Laws are exact up to the rounding of float64 and of a uniform number to 53 bits, unless a method says otherwise.
public abstract class Distributions {
    private static final double LARGEST = 0x1p53;

    /// Independent float64 numbers, uniform in [0, 1); `extents` are int64 scalars.
    public abstract Variable uniform(List<Variable> extents);

    /// Independent float64 numbers of the normal law with mean 0 and deviation 1; `extents` are int64 scalars.
    public abstract Variable normal(List<Variable> extents);

    /// The source of one of several draws that make one number. Where every draw is new, that is this.
    Distributions part(long which) {
        return this;
    }

    // ---- continuous

    /// Uniform in [0, 1), float64.
    public Variable uniform(Object... extents) {
        return uniform(Parameters.extentsOf(extents));
    }

    /// Uniform in [0, 1), float32 (24 random bits) or float64 (53).
    public Variable uniform(DType dtype, Object... extents) {
        Variable x = uniform(Parameters.extentsOf(extents));
        // A cast alone would round up to 1.
        return real("uniform", dtype) == DType.FLOAT32 ? x.mul(0x1p24).floor().mul(0x1p-24).cast(dtype) : x;
    }

    /// Uniform between `low` and `high`: `low + (high − low) u`.
    public Variable uniformOf(Object low, Object high, Object... extents) {
        var p = new Parameters("uniform");
        Variable a = p.finite("lower bound", low);
        Variable b = p.finite("upper bound", high);
        List<Variable> shape = p.extents(extents);
        Variable from = Parameters.spread(a, shape);
        return from.add(Parameters.spread(b, shape).sub(from).mul(uniform(shape))).cast(p.dtype());
    }

    /// Normal with mean 0 and deviation 1, float64: `normal(2, 2)` is a matrix.
    public Variable normal(Object... extents) {
        return normal(Parameters.extentsOf(extents));
    }

    /// Normal with mean 0 and deviation 1, float32 or float64.
    public Variable normal(DType dtype, Object... extents) {
        return normal(Parameters.extentsOf(extents)).cast(real("normal", dtype));
    }

    /// Normal with this mean and standard deviation (0 or more): `mean + deviation z`.
    public Variable normalOf(Object mean, Object deviation, Object... extents) {
        var p = new Parameters("normal");
        Variable m = p.finite("mean", mean);
        Variable d = p.between("deviation", deviation, 0, Double.MAX_VALUE, "finite and not negative");
        List<Variable> shape = p.extents(extents);
        return Parameters.spread(m, shape).add(Parameters.spread(d, shape).mul(normal(shape))).cast(p.dtype());
    }

    /// The normal law with this mean and deviation, given that the number is in `low..high` (either may be infinite), by inversion. Between
    /// them must be some of the law: they may not both be further than 37 deviations from the mean on the same side.
    public Variable truncatedNormal(Object mean, Object deviation, Object low, Object high, Object... extents) {
        var p = new Parameters("truncatedNormal");
        Variable m = p.finite("mean", mean);
        Variable d = p.positive("deviation", deviation);
        Variable a = standard(p.notNaN("lower bound", low), m, d);
        Variable b = standard(p.notNaN("upper bound", high), m, d);
        String rule = "the bounds must be in order, with at least one of them within 37 deviations of the mean, or the mean between them";
        Variable possible = a.lt(b).and(a.lt(37)).and(b.gt(-37)).all();
        if (Parameters.isKnown(possible) && !Parameters.isTrue(possible)) throw Variable.error("truncatedNormal", rule, p.given());
        List<Variable> shape = p.extents(extents);
        // Mirrored so that most of it is below 0, where probabilities are not rounded to 1.
        Variable mirrored = a.add(b).gt(0);
        Variable from = Damo.normalCdf(Damo.where(mirrored, b.neg(), a));
        Variable to = Damo.normalCdf(Damo.where(mirrored, a.neg(), b));
        Variable z = Damo.normalQuantile(Parameters.spread(from, shape).add(to.sub(from).mul(uniform(shape))).maximum(1e-300));
        Variable x = m.add(d.mul(Damo.where(mirrored, z.neg(), z).maximum(a).minimum(b)));
        return new Variable(new Op.Assert(x, possible, Variable.message("truncatedNormal", rule, p.given()))).cast(p.dtype());
    }

    /// A bound in deviations from the mean, at most 40 of them: there an infinite one has no derivative that is NaN.
    private static Variable standard(Variable bound, Variable mean, Variable deviation) {
        Variable isFinite = bound.abs().lt(Double.POSITIVE_INFINITY);
        Variable z = Damo.where(isFinite, bound, 0).sub(mean).div(deviation);
        return Damo.where(isFinite, z, bound.sign().mul(40)).maximum(-40).minimum(40);
    }

    /// Exponential with this scale (the mean; the inverse of the rate): `−scale · log(1 − u)`.
    public Variable exponential(Object scale, Object... extents) {
        var p = new Parameters("exponential");
        Variable s = p.positive("scale", scale);
        List<Variable> shape = p.extents(extents);
        return Parameters.spread(s, shape).mul(uniform(shape).neg().log1p().neg()).cast(p.dtype());
    }

    /// Gamma of this shape and scale: the mean is their product. By Marsaglia and Tsang's method, which fails with a probability of 2⁻⁶⁰;
    /// a shape below 1 by `gamma(shape + 1) · u^(1 / shape)`. There is no derivative by the shape.
    public Variable gamma(Object shape, Object scale, Object... extents) {
        var p = new Parameters("gamma");
        Variable a = p.positive("shape", shape);
        Variable s = p.positive("scale", scale);
        List<Variable> all = p.extents(extents);
        Variable k = Parameters.spread(a, all);
        return Parameters.spread(s, all).mul(Damo.stopGradient(atLeastOne(k, all).mul(below(k, all).exp()))).cast(p.dtype());
    }

    /// Beta: `x / (x + y)` of gamma numbers of the shapes `a` and `b`. There are no derivatives.
    public Variable beta(Object a, Object b, Object... extents) {
        var p = new Parameters("beta");
        Variable first = p.positive("first shape", a);
        Variable second = p.positive("second shape", b);
        List<Variable> all = p.extents(extents);
        // By logarithms, since gamma numbers of small shapes underflow.
        return Damo.stopGradient(part(0).logGamma(first, all).sub(part(1).logGamma(second, all)).sigmoid()).cast(p.dtype());
    }

    private Variable logGamma(Variable shape, List<Variable> extents) {
        Variable k = Parameters.spread(shape, extents);
        return atLeastOne(k, extents).log().add(below(k, extents));
    }

    /// Gamma of the shape `k`, or `k + 1` where it is below 1.
    private Variable atLeastOne(Variable k, List<Variable> extents) {
        return Rejection.gamma(part(0), Damo.where(k.lt(1), k.add(1), k), extents);
    }

    /// The logarithm of what that is to be multiplied with.
    private Variable below(Variable k, List<Variable> extents) {
        return Damo.where(k.lt(1), part(1).uniform(extents).neg().log1p().div(k), 0);
    }

    // ---- discrete

    /// `true` with the probability `p`, a bool.
    public Variable bernoulli(Object p, Object... extents) {
        var parameters = new Parameters("bernoulli");
        Variable chance = parameters.between("probability", p, 0, 1, "in 0..1");
        List<Variable> shape = parameters.extents(extents);
        return uniform(shape).lt(Damo.stopGradient(Parameters.spread(chance, shape)));
    }

    /// How many of `n` (an integer, 0 to 2⁵³) trials succeed that each do with the probability `p`. By inversion, or where `n p` and
    /// `n (1 − p)` are 10 or more by Hörmann's rejection method, which fails with a probability of 2⁻⁶⁰; its probabilities are right within
    /// 1e−12, or as many roundings as the deviation `√(n p (1 − p))` if those are more.
    public Variable binomial(Object n, Object p, Object... extents) {
        var parameters = new Parameters("binomial");
        Variable trials = parameters.integer("number of trials", n);
        trials = parameters.checked("number of trials", Build.variable(n), trials, "in 0..2⁵³", x -> x.ge(0).and(x.le((long) LARGEST)));
        Variable chance = parameters.between("probability", p, 0, 1, "in 0..1");
        List<Variable> shape = parameters.extents(extents);
        Variable count = Parameters.spread(trials, shape).cast(DType.FLOAT64);
        Variable given = Damo.stopGradient(Parameters.spread(chance, shape));
        Variable isLow = given.le(0.5);
        Variable q = Damo.where(isLow, given, Damo.sub(1, given));
        Variable isSmall = count.mul(q).lt(10);
        Variable small = Inversion.binomial(part(0).uniform(shape), Damo.where(isSmall, count, 0), Damo.where(isSmall, q, 0));
        Variable large = Rejection.binomial(part(1), Damo.where(isSmall, 20, count), Damo.where(isSmall, 0.5, q), shape);
        Variable successes = either(isSmall, small, large);
        return Damo.where(isLow, successes, count.sub(successes)).cast(DType.INT64);
    }

    /// Poisson with this rate (the mean, 0 to 2⁵³). By inversion below 16, else by Hörmann's rejection method, which fails with a probability
    /// of 2⁻⁶⁰; its probabilities are right within 1e−12, or as many roundings as the deviation `√rate` if those are more.
    public Variable poisson(Object rate, Object... extents) {
        var p = new Parameters("poisson");
        Variable mean = Damo.stopGradient(p.between("rate", rate, 0, LARGEST, "in 0..2⁵³"));
        List<Variable> shape = p.extents(extents);
        Variable r = Parameters.spread(mean, shape);
        Variable isSmall = r.lt(16);
        Variable small = Inversion.poisson(part(0).uniform(shape), Damo.where(isSmall, r, 0));
        return either(isSmall, small, Rejection.poisson(part(1), r.maximum(16), shape)).cast(DType.INT64);
    }

    /// `a` where it holds, else `b`, which is computed only if there is such a place. If the condition is known, one of the two.
    private static Variable either(Variable condition, Variable a, Variable b) {
        Variable all = condition.all();
        if (!Parameters.isKnown(all)) return Damo.ifelse(all, a, Damo.where(condition, a, b));
        if (Parameters.isTrue(all)) return a;
        return Parameters.isTrue(condition.any()) ? Damo.where(condition, a, b) : b;
    }

    /// Integers from `low` up to, not including, `high`, at most 2⁵³ of them. Each has its probability within 2⁻⁵³.
    public Variable integers(Object low, Object high, Object... extents) {
        var p = new Parameters("integers");
        Variable from = p.integer("lower bound", low);
        Variable to = p.integer("upper bound", high);
        Variable span = p.checked("upper bound", Build.variable(high), to.sub(from), "above the lower one, by at most 2⁵³",
                x -> x.gt(0).and(x.le((long) LARGEST)));
        List<Variable> shape = p.extents(extents);
        Variable steps = uniform(shape).mul(Parameters.spread(span, shape).cast(DType.FLOAT64)).floor().cast(DType.INT64);
        return Parameters.spread(from, shape).add(steps);
    }

    /// Positions along the last axis of `weights`, with probabilities in proportion to them; they are not negative, not all 0, and need not
    /// add up to 1. Extents: those of the leading axes of `weights` unless given. Work and memory grow with the square of the last axis,
    /// once for each row of `weights`.
    public Variable categorical(Variable weights, Object... extents) {
        Variable w = weights("categorical", weights);
        List<Variable> shape = Parameters.extentsOf(extents);
        return Inversion.position(uniform(shape.isEmpty() ? rows(w) : shape), w);
    }

    /// How often each position of the last axis of `weights` comes up in `n` draws: of the given extents (or those of the leading axes of
    /// `weights`), and the last axis. Work grows with `n` times that axis.
    public Variable multinomial(Object n, Variable weights, Object... extents) {
        var p = new Parameters("multinomial");
        Variable count = p.checked("number of draws", Build.variable(n), Build.index(n), "0 or more", x -> x.ge(0));
        Variable w = weights("multinomial", weights);
        List<Variable> shape = new ArrayList<>(Parameters.extentsOf(extents));
        if (shape.isEmpty()) shape.addAll(rows(w));
        shape.add(count);
        Variable positions = Inversion.position(uniform(shape), w.expandDims(-2));
        return positions.expandDims(-1).eq(Damo.arange(w.shape(-1))).sum(-2);
    }

    private static List<Variable> rows(Variable weights) {
        return Ints.extents(weights).subList(0, weights.rank() - 1);
    }

    private static Variable weights(String distribution, Variable weights) {
        if (weights.rank() == 0) throw Variable.error(distribution, "the weights need an axis along which to choose", List.of(weights));
        var p = new Parameters(distribution);
        Variable each = p.between("weights", weights, 0, Double.MAX_VALUE, "finite and not negative");
        return Damo.stopGradient(p.checked("weights", weights, each, "not all 0", x -> x.gt(0).any(-1)));
    }

    // ---- orders and choices

    /// The integers below `n` in a random order, int64; every order is equally likely. Work grows with the square of `n`.
    public Variable permutation(Object n) {
        return ranks(uniform(List.of(Build.index(n))));
    }

    /// The rows (along the first axis) of `x` in a random order.
    public Variable shuffle(Variable x) {
        return x.take(0, permutation(axis("shuffle", x)));
    }

    /// Rows (along the first axis) of `x`, each equally likely each time: with replacement.
    public Variable choice(Variable x, Object... extents) {
        return x.take(0, integers(0, axis("choice", x), extents));
    }

    /// Rows of `x`, each time with probabilities in proportion to the vector `weights`: with replacement.
    public Variable weightedChoice(Variable x, Variable weights, Object... extents) {
        axis("weightedChoice", x);
        return x.take(0, categorical(vector("weightedChoice", x, weights), extents));
    }

    /// `count` different rows of `x` in a random order: without replacement. Work grows with the square of the number of rows.
    public Variable sample(Variable x, Object count) {
        Variable n = axis("sample", x);
        return x.take(0, permutation(n).slice(0, fitting("sample", x, count, n, "at most the number of rows")));
    }

    /// `count` different rows of `x`, drawn one after the other with probabilities in proportion to the vector `weights`, among those that are
    /// left: without replacement. At least so many weights are not 0. Work grows with the square of the number of rows.
    public Variable weightedSample(Variable x, Variable weights, Object count) {
        axis("weightedSample", x);
        Variable w = vector("weightedSample", x, weights);
        Variable wanted = fitting("weightedSample", x, count, w.gt(0).sum(), "at most the number of weights that are not 0");
        // The first to come of exponential waiting times; after it, the first of the others, for they have no memory.
        Variable ranks = ranks(uniform(List.of(w.shape(0))).neg().log1p().neg().div(w));
        Variable turns = Damo.arange(wanted).expandDims(1);
        return x.take(0, Damo.where(ranks.eq(turns), Damo.arange(w.shape(0)), 0).sum(1));
    }

    private static Variable axis(String distribution, Variable x) {
        if (x.rank() > 0) return x.shape(0);
        throw Variable.error(distribution, "it needs an axis along which to choose", List.of(x));
    }

    private static Variable fitting(String distribution, Variable x, Object count, Variable most, String need) {
        return new Parameters(distribution).checked("count", Build.variable(count), Build.index(count), "0 or more, and " + need,
                c -> c.ge(0).and(c.le(most)));
    }

    private static Variable vector(String distribution, Variable x, Variable weights) {
        if (weights.rank() != 1) throw Variable.error(distribution, "the weights must be a vector, one for each row", List.of(x, weights));
        var p = new Parameters(distribution);
        return p.checked("weights", weights, weights(distribution, weights), "as many as rows", w -> w.shape(0).eq(x.shape(0)));
    }

    /// How many elements of the vector come before each, those that are equal in their order.
    private static Variable ranks(Variable x) {
        Variable i = Damo.arange(x.shape(0));
        Variable mine = x.expandDims(1);
        return x.lt(mine).or(x.eq(mine).and(i.lt(i.expandDims(1)))).sum(1);
    }

    private static DType real(String distribution, DType dtype) {
        if (dtype.isFloat()) return dtype;
        throw new DamoException("%s: it gives float32 or float64, not %s; cast the result".formatted(distribution, dtype));
    }
}
