package damo.math;

import damo.math.Term.Pair;

/// The exponential function and what is made of it alone.
///
/// `x = n ln 2 + r` with `|r| ≤ ½ ln 2`, and `exp(r) = 1 + r + r²·q(r)`. `q` is the Chebyshev interpolant of `(exp(r) − 1 − r) / r²` on that
/// interval, computed with 80 digits and rounded, of degree 10 (relative error of the exponential 2⁻⁶¹) for float64, of degree 5 (2⁻³⁰) for
/// float32; for float32 alone, where no more is asked for than the exponential, of degree 4, with the least error in ulps (0.04). The two parts of
/// ln 2 are such that `n` times the first is exact (Cody and Waite).
final class Exponentials {
    private static final double[] Q = {0.5, 0.1666666666666667, 0.04166666666666667, 0.008333333333326141, 0.0013888888888883752,
            0.00019841269874800493, 2.4801587325533363e-05, 2.7557255425746435e-06, 2.7557273661348637e-07, 2.510520637395701e-08,
            2.0914679376583935e-09};
    private static final double[] Q32 = {0.5, 0.1666666716337204, 0.04166646674275398, 0.00833331048488617, 0.0013933641603216529,
            0.00019890980911441147};
    private static final double[] FEW32 = {0.49999991059303284, 0.1666652113199234, 0.04166889563202858, 0.008368682116270065, 0.0013789018848910928};
    static final double LOG2E = 1.4426950408889634;
    static final double LN2_HI = 0.6931471805598903, LN2_LO = 5.497923018708371e-14;
    static final double LN2_HI_32 = 0.693145751953125, LN2_LO_32 = 1.428606765330187e-06;
    private static final double LN2 = 0.6931471805599453, LN2_REST = 2.3190468138462996e-17;
    private static final double LN2_32 = 0.6931471824645996, LN2_REST_32 = -1.9046542121259336e-09;
    private static final double INF = Double.POSITIVE_INFINITY;

    private Exponentials() {}

    /// `(1 + r + w)·2ⁿ`, `w` far smaller than 1.
    ///
    /// @param n with [Term#rounder] added
    record Power(Term r, Term w, Term n) {
        /// `1 + r + w`.
        Pair mantissa() {
            Pair sum = Term.quickSum(r.number(1), r);
            return Term.quickSum(sum.hi(), sum.lo().add(w));
        }

        /// All of it, or 2ˡ times that. The bounds are on `x`, the natural or binary logarithm: what is above `most` is infinite, what is
        /// below `normal` may be subnormal, and below `least` 0.
        Term value(int l, Term x, double most, double normal, double least) {
            return value(r.add(w).add(1), l, x, most, normal, least);
        }

        /// The same with another mantissa.
        Term value(Term mantissa, int l, Term x, double most, double normal, double least) {
            return scaled(mantissa, n, l, x, most, normal, least);
        }
    }

    /// `mantissa·2ⁿ⁺ˡ`, and what [Power#value] says of the ends.
    private static Term scaled(Term mantissa, Term n, int l, Term x, double most, double normal, double least) {
        Term m = mantissa.scaled(n);
        int lift = x.isDouble() ? 64 : 32;
        // Only of what becomes subnormal: processors take their time for such products, whoever asked for them.
        Term lifted = m.bits().plus((long) lift << x.fraction()).bits();
        Term small = x.lt(normal).where(x.lt(least).where(x.number(0), lifted), x.number(0)).mul(Math.scalb(1.0, l - lift));
        Term scaled = l == 0 ? m : m.mul(Math.scalb(1.0, l));
        // The product is ∞, or NaN of NaN. Vectors without such lanes do not look there.
        Term far = x.le(most).where(x.lt(normal).where(small, scaled), x.mul(INF));
        Term isNear = Signs.isNeverPositive(x.values(), x.value()) ? x.number(normal).le(x) : x.abs().le(-normal);
        return isNear.choose(scaled, far);
    }

    /// `exp(x)` in parts.
    static Power power(Term x) {
        return power(x, null);
    }

    /// `exp(x + more)` in parts; `more`, which may be `null`, is in the order of an ulp of `x`.
    static Power power(Term x, Term more) {
        Term n = x.fma(LOG2E, x.rounder());
        Term count = n.sub(x.rounder());
        Term exact = count.fma(-x.pick(LN2_HI, LN2_HI_32), x);
        double ln2 = x.pick(LN2_LO, LN2_LO_32);
        Term low = more == null ? count.mul(ln2) : count.fma(ln2, more.neg());
        Term r = exact.sub(low);
        return power(r, exact.sub(r).sub(low), n);
    }

    /// `exp(r + rest)·2ⁿ`, with the rounder added to `n`.
    private static Power power(Term r, Term rest, Term n) {
        return new Power(r, r.mul(r).fma(r.polynomial(Q, Q32), rest), n);
    }

    /// 0.91 ulp: `1 + r·(1 + r·q(r))` rounds less than `1 + (r + r²·q(r))`.
    static Term exp(Term x) {
        Term n = x.fma(LOG2E, x.rounder());
        Term count = n.sub(x.rounder());
        Term r = count.fma(-x.pick(LN2_LO, LN2_LO_32), count.fma(-x.pick(LN2_HI, LN2_HI_32), x));
        Term mantissa = r.fma(r.fma(r.polynomial(Q, FEW32), 1), 1);
        return scaled(mantissa, n, 0, x, x.pick(709.782712893384, 88.72283), x.pick(-708, -87), x.pick(-745.2, -104));
    }

    /// `exp(x + more)`, where `more` is in the order of an ulp of `x`. As that may overflow where `exp(x)` does not, half of it is taken twice.
    static Term exp(Term x, Term more) {
        Power p = power(x, more);
        return new Power(p.r, p.w, p.n.sub(1)).value(1, x, x.pick(709.8, 88.73), x.pick(-707, -86), x.pick(-746, -104.5));
    }

    /// 0.9 ulp, exact at integers.
    static Term exp2(Term x) {
        Term n = x.add(x.rounder());
        Term exact = x.sub(n.sub(x.rounder()));
        Pair r = Term.product(exact, x.number(x.pick(LN2, LN2_32)));
        return power(r.hi(), exact.fma(x.pick(LN2_REST, LN2_REST_32), r.lo()), n)
                .value(0, x, x.pick(Math.nextDown(1024.0), Math.nextDown(128f)), x.pick(-1021, -125), x.pick(-1076, -151));
    }

    /// `2ⁿ(r + w) + (2ⁿ − 1)`, halved until the end as 2¹⁰²⁴ is too much. 1.4 ulp.
    static Term expm1(Term x) {
        Power p = power(x);
        Term half = p.n.power(-1);
        Term y = half.fma(p.w, half.fma(p.r, half.sub(0.5))).mul(2);
        Term most = x.gt(x.pick(709.782712893384, 88.72283)).where(x.number(INF), y);
        return x.abs().lt(x.pick(0x1p-54, 0x1p-25)).where(x, x.lt(-40).where(x.number(-1), most));
    }

    /// `exp(x) − 1` for −40 < x < 80.
    static Pair expm1Pair(Term x) {
        Power p = power(x);
        Term scale = p.n.power(0);
        Pair sum = Term.sum(scale.sub(1), scale.mul(p.r));
        return Term.quickSum(sum.hi(), scale.fma(p.w, sum.lo()));
    }

    /// `1 / (1 + e)`, or `e / (1 + e)` for negative `x`, with `e = exp(−|x|)`, which does not overflow; the quotient is corrected by its
    /// residual. 1.6 ulp.
    static Term sigmoid(Term x) {
        Term e = exp(x.abs().neg());
        Pair d = Term.quickSum(x.number(1), e);
        Term top = x.lt(0).where(e, x.number(1));
        Term inverse = x.number(1).div(d.hi());
        Term q = top.mul(inverse);
        return q.neg().fma(d.lo(), q.neg().fma(d.hi(), top)).fma(inverse, q);
    }
}
