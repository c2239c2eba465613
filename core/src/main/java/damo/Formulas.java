package damo;

import damo.graph.Variable;
import damo.type.DType;
import java.util.List;

/// Well-known functions that are formulas of others. Users see them as members of [Damo].
abstract class Formulas extends Networks {
    Formulas() {}

    /// `1 / x`.
    public static Variable reciprocal(Variable x) {
        return div(1, x);
    }

    /// Degrees as radians.
    public static Variable deg2rad(Variable x) {
        return x.cast(x.dtype().toFloat()).mul(Math.PI / 180);
    }

    /// Radians as degrees.
    public static Variable rad2deg(Variable x) {
        return x.cast(x.dtype().toFloat()).mul(180 / Math.PI);
    }

    /// The nearest integer, ties away from zero (as [Math#round] has it for positive numbers); the derivative is 0.
    public static Variable roundHalfAwayFromZero(Variable x) {
        // Not floor(|x| + ½): the sum rounds 0.49999999999999994 up to 1.
        return x.dtype().isFloat() ? x.trunc().add(where(x.sub(x.trunc()).abs().ge(0.5), x.sign(), 0)) : x.round();
    }

    /// `log(x / (1 − x))`, the inverse of [#sigmoid].
    public static Variable logit(Variable x) {
        return x.div(sub(1, x)).log();
    }

    /// `x · log(x)`, 0 at 0.
    public static Variable xlogx(Variable x) {
        return xlogy(x, x);
    }

    /// `x · log(y)`, 0 where `x` is 0.
    public static Variable xlogy(Variable x, Variable y) {
        return where(x.eq(0), 0, x.mul(y.log()));
    }

    /// `log(eˣ + eʸ)`, without overflow.
    public static Variable logAddExp(Variable x, Variable y) {
        DType dtype = DType.promote(x.dtype(), y.dtype()).toFloat();
        Variable a = x.cast(dtype);
        Variable b = y.cast(dtype);
        // Equal ones apart: two infinities have no difference.
        return where(a.eq(b), a.mul(0.5).add(b.mul(0.5)).add(Math.log(2)),
                where(a.gt(b), a.add(b.sub(a).softplus()), b.add(a.sub(b).softplus())));
    }

    /// `Γ(x)`; ∞ at its poles. As the exponential of [#lgamma] it has a relative error of about `|log Γ(x)|` ulp.
    public static Variable gamma(Variable x) {
        Variable half = x.floor().mul(0.5);
        // Between −1 and 0, −3 and −2, … it is negative.
        return where(x.lt(0), half.sub(half.floor()).mul(-4).add(1), 1).mul(x.lgamma().exp());
    }

    /// The logarithm of the beta function of positive numbers, `log Γ(x) + log Γ(y) − log Γ(x + y)`.
    public static Variable logBeta(Variable x, Variable y) {
        return x.lgamma().add(y.lgamma()).sub(x.add(y).lgamma());
    }

    /// The distribution function of the standard normal, with small relative error for `x` from −37 up.
    public static Variable normalCdf(Variable x) {
        return x.mul(-Math.sqrt(0.5)).erfc().mul(0.5);
    }

    /// The inverse of [#normalCdf]: the number below which there is the probability `p`.
    public static Variable normalQuantile(Variable p) {
        return p.mul(2).erfcinv().mul(-Math.sqrt(2));
    }

    /// The largest less the smallest element over `axes` (none: all).
    public static Variable ptp(Variable x, int... axes) {
        return x.max(axes).sub(x.min(axes));
    }

    /// The vector norm `(Σ |x|ᵖ)^(1/p)` over `axes` (none: all), for p = 1, 2, ∞ (the largest), −∞ (the smallest) and others.
    public static Variable norm(Variable x, double p, int... axes) {
        Variable size = x.abs();
        if (p == Double.POSITIVE_INFINITY) return size.max(axes);
        if (p == Double.NEGATIVE_INFINITY) return size.min(axes);
        if (p == 1) return size.sum(axes);
        if (p == 2) return sqr(x).sum(axes).sqrt();
        return size.pow(p).sum(axes).pow(1 / p);
    }

    /// Differences of neighbours along `axis`, taken `n` times.
    public static Variable diff(Variable x, int n, int axis) {
        return x.diff(n, axis);
    }

    /// The Kronecker product: a copy of `y` for each element of `x`, multiplied by it. Both have one rank.
    public static Variable kron(Variable x, Variable y) {
        if (x.rank() != y.rank()) throw Variable.error("kron", "the operands need one rank", List.of(x, y));
        Variable a = x;
        Variable b = y;
        var extents = new Object[x.rank()];
        for (int axis = 0; axis < x.rank(); axis++) {
            a = a.expandDims(2 * axis + 1);
            b = b.expandDims(2 * axis);
            extents[axis] = x.shape(axis).mul(y.shape(axis));
        }
        return a.mul(b).reshape(extents);
    }

    /// The square matrix (or batch of them) multiplied `n` times by itself; of 0: the identity.
    public static Variable matrixPower(Variable x, int n) {
        if (n < 0) throw Variable.error("matrixPower", "%d is negative; it must be 0 or more".formatted(n), List.of(x));
        if (n == 0) return eye(x.dtype(), x.shape(-1), x.shape(-1), 0).add(zerosLike(x));
        Variable half = n == 1 ? x : matrixPower(x, n / 2);
        return n == 1 ? x : n % 2 == 0 ? half.matmul(half) : half.matmul(half).matmul(x);
    }
}
