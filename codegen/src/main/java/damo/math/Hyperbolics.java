package damo.math;

import damo.math.Term.Pair;

/// Hyperbolic functions and their inverses; the odd ones on `|x|`, with the sign put back.
///
/// Below 1, `sinh x = x + x³·p(x²)`, where `p` is the Chebyshev interpolant of `(sinh(x)/x − 1) / x²` in `x²`, computed with 80 digits and
/// rounded, of degree 7 (relative error 2⁻⁵⁷) for float64, of degree 3 (2⁻²⁸) for float32.
final class Hyperbolics {
    private static final double[] SINH = {0.16666666666666666, 0.008333333333333333, 0.00019841269841269773, 2.755731922404034e-06,
            2.505210836405804e-08, 1.6059048396350562e-10, 7.646625361656657e-13, 2.8445264169895285e-15};
    private static final double[] SINH32 = {0.1666666716337204, 0.008333339355885983, 0.00019838102161884308, 2.806280235745362e-06};
    private static final double INF = Double.POSITIVE_INFINITY;

    private Hyperbolics() {}

    /// `exp(|x|) / 4` in two parts and `exp(−|x|) / 4`: a quarter, as `exp(|x|)` overflows before half of it does.
    private record Quarters(Pair grown, Term shrunk) {
        static Quarters of(Term magnitude) {
            Exponentials.Power p = Exponentials.power(magnitude);
            Pair m = p.mantissa();
            Term scale = p.n().power(-2);
            Term e = m.hi().mul(scale);
            return new Quarters(new Pair(e, m.lo().mul(scale)), magnitude.number(0.0625).div(e));
        }
    }

    private static Term most(Term magnitude, Term y) {
        return magnitude.gt(magnitude.pick(710.4758600739439, 89.41599)).where(magnitude.number(INF), y);
    }

    /// 1.3 ulp.
    static Term sinh(Term x) {
        Term a = x.abs();
        Quarters e = Quarters.of(a);
        Term far = most(a, e.grown.hi().sub(e.shrunk).add(e.grown.lo()).mul(2));
        Term z = a.mul(a);
        Term near = a.mul(z).fma(z.polynomial(SINH, SINH32), a);
        return a.lt(1).where(near, far).signed(x.signBit());
    }

    /// 0.9 ulp.
    static Term cosh(Term x) {
        Term a = x.abs();
        Quarters e = Quarters.of(a);
        return most(a, e.grown.hi().add(e.grown.lo().add(e.shrunk)).mul(2));
    }

    /// `m / (m + 2)` with `m = expm1(2|x|)`; the quotient is corrected by its residual. 1 ulp.
    static Term tanh(Term x) {
        Term a = x.abs();
        Pair m = Exponentials.expm1Pair(a.add(a));
        Pair d = Term.sum(a.number(2), m.hi());
        Term inverse = a.number(1).div(d.hi());
        Term q = m.hi().mul(inverse);
        Term rest = q.neg().fma(d.hi(), m.hi()).add(q.neg().fma(d.lo().add(m.lo()), m.lo()));
        return a.gt(x.pick(22, 10)).where(a.number(1), rest.fma(inverse, q)).signed(x.signBit());
    }

    // From here on, x² + 1 is x².
    private static Term isHuge(Term magnitude) {
        return magnitude.gt(magnitude.pick(0x1p28, 0x1p13));
    }

    /// `log1p(|x| + x² / (1 + √(1 + x²)))` (fdlibm's s_asinh.c). 1.1 ulp.
    static Term asinh(Term x) {
        Term a = x.abs();
        Term huge = isHuge(a);
        Term square = a.mul(a);
        Pair near = Term.quickSum(a, square.div(square.add(1).sqrt().add(1)));
        Pair both = new Pair(huge.where(a, near.hi()), huge.where(a.number(0), near.lo()));
        Term y = Logarithms.log1p(both, huge);
        return a.lt(INF).where(y, a).signed(x.signBit());
    }

    /// `log1p(t + √(t² + 2t))` with `t = x − 1` (fdlibm's e_acosh.c). 1.9 ulp.
    static Term acosh(Term x) {
        Term huge = isHuge(x);
        Pair t = Term.quickSum(x, x.number(-1));
        Term root = t.hi().fma(t.hi(), t.hi().add(t.hi())).sqrt();
        Pair near = Term.quickSum(root, t.hi());
        Pair both = new Pair(huge.where(x, near.hi()), huge.where(x.number(0), near.lo().add(t.lo())));
        Term y = Logarithms.log1p(both, huge);
        return x.lt(1).where(x.number(Double.NaN), x.lt(INF).where(y, x));
    }

    /// `½ log1p(2|x| / (1 − |x|))` (fdlibm's e_atanh.c), the quotient in two parts. 0.9 ulp.
    static Term atanh(Term x) {
        Term a = x.abs();
        Pair d = Term.quickSum(a.number(1), a.neg());
        Term twice = a.add(a);
        Term inverse = a.number(1).div(d.hi());
        Term q = twice.mul(inverse);
        Term rest = q.neg().fma(d.hi(), twice).sub(q.mul(d.lo())).mul(inverse);
        Term y = Logarithms.log1p(new Pair(q, rest), null).mul(0.5);
        return a.lt(1).where(y, a.eq(1).where(a.number(INF), a.number(Double.NaN))).signed(x.signBit());
    }
}
