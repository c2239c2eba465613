package damo.math;

import damo.math.Term.Pair;

/// Logarithms.
///
/// `x = 2ᵏ(1 + f)` with `√½ ≤ 1 + f < √2`, and with `s = f / (2 + f)`, `z = s²`, `h = f²/2`: `log(1 + f) = f − (h − s·(h + z·l(z)))` (fdlibm's
/// e_log.c). `l` is the Chebyshev interpolant of `(2 atanh(s)/s − 2) / z` for `0 ≤ z ≤ 0.0295`, computed with 80 digits and rounded, of degree
/// 6 (relative error of the logarithm 2⁻⁵⁸) for float64, of degree 3 (2⁻³²) for float32.
final class Logarithms {
    private static final double[] L = {0.666666666666667, 0.39999999999899444, 0.2857142862600327, 0.22222211130259878, 0.18182889455674947,
            0.15331710618210773, 0.14616585424888623};
    private static final double[] L32 = {0.6666666865348816, 0.4000012278556824, 0.2855081558227539, 0.23330582678318024};
    private static final double LOG2E = 1.4426950408889634, LOG2E_REST = 2.0355273740931033e-17;
    private static final double LOG2E_32 = 1.4426950216293335, LOG2E_REST_32 = 1.925963033500011e-08;
    private static final double LOG10E = 0.4342944819032518, LOG10E_REST = 1.098319650216765e-17;
    private static final double LOG10E_32 = 0.4342944920063019, LOG10E_REST_32 = -1.0103049952192578e-08;
    private static final double LOG10_2_HI = 0.30102999566395283, LOG10_2_LO = 2.8363394551044964e-14;
    private static final double LOG10_2_HI_32 = 0.30103302001953125, LOG10_2_LO_32 = -3.024355464731343e-06;
    private static final double INF = Double.POSITIVE_INFINITY;

    private Logarithms() {}

    /// A positive normal float taken apart: it is `2ᵏ·m` with `√½ ≤ m < √2`.
    ///
    /// @param biased the bits of `k` and the bias
    record Split(Term biased, Term k, Term m) {
        static Split of(Term x) {
            long root = x.isDouble() ? Double.doubleToRawLongBits(Math.sqrt(0.5)) : Float.floatToRawIntBits((float) Math.sqrt(0.5));
            Term above = x.bits().plus(-root);
            Term biased = above.plus(x.bias() << x.fraction()).shr(x.fraction());
            // An integer below 2⁵² is the fraction of 2⁵² and it.
            double unit = x.pick(0x1p52, 0x1p23);
            long unitBits = x.isDouble() ? Double.doubleToRawLongBits(unit) : Float.floatToRawIntBits((float) unit);
            Term k = biased.or(unitBits).bits().sub(unit + x.bias());
            return new Split(biased, k, above.and((1L << x.fraction()) - 1).plus(root).bits());
        }

        /// 2¹⁻ᵏ, or 0 if that is subnormal.
        Term twiceInverse() {
            return biased.whole(2 * k.bias() + 1).sub(biased).shl(k.fraction()).bits();
        }
    }

    /// The parts of a logarithm: `log(1 + f)` is `f − h + rest`.
    private record Parts(Term k, Term f, Term h, Term rest) {
        static Parts of(Term k, Term f) {
            Term s = f.div(f.add(2));
            Term z = s.mul(s);
            Term h = f.mul(f).mul(0.5);
            return new Parts(k, f, h, s.mul(z.fma(z.polynomial(L, L32), h)));
        }

        /// `k ln 2 + log(1 + f) + c`, for a `c` in the order of an ulp.
        Term natural(Term c) {
            Pair sum = Term.quickSum(k.mul(k.pick(Exponentials.LN2_HI, Exponentials.LN2_HI_32)), f);
            Term low = k.fma(k.pick(Exponentials.LN2_LO, Exponentials.LN2_LO_32), c == null ? rest : rest.add(c));
            return sum.hi().add(sum.lo().sub(h.sub(low)));
        }

        /// `log(1 + f)` times the sum of the numbers, plus `most + least`.
        Term scaled(double factor, double more, Term most, Term least) {
            Term m = f.sub(h);
            Term low = f.sub(m).sub(h).add(rest);
            Pair p = Term.product(m, m.number(factor));
            Term lows = low.fma(factor, m.fma(more, least == null ? p.lo() : p.lo().add(least)));
            Pair sum = Term.quickSum(most, p.hi());
            return sum.hi().add(sum.lo().add(lows));
        }
    }

    /// A positive number, made normal, taken apart.
    static Split normal(Term x) {
        Term small = x.lt(x.pick(0x1p-1022, 0x1p-126));
        Split split = Split.of(small.where(x.mul(lift(x)), x));
        return new Split(split.biased, small.where(split.k.sub(Math.getExponent(lift(x))), split.k), split.m);
    }

    // The exponents are multiples of 3, for the cube root.
    private static double lift(Term x) {
        return x.pick(0x1p54, 0x1p24);
    }

    private static Parts parts(Term x) {
        Split split = normal(x);
        return Parts.of(split.k, split.m.sub(1));
    }

    /// −∞ of 0, NaN of what is below, ∞ of ∞, else `y`.
    private static Term edges(Term x, Term y) {
        return x.gt(0).where(x.lt(INF).where(y, x), x.eq(0).where(x.number(-INF), x.number(Double.NaN)));
    }

    /// 0.9 ulp.
    static Term log(Term x) {
        return edges(x, parts(x).natural(null));
    }

    /// 0.9 ulp, exact at powers of two.
    static Term log2(Term x) {
        Parts p = parts(x);
        return edges(x, p.scaled(x.pick(LOG2E, LOG2E_32), x.pick(LOG2E_REST, LOG2E_REST_32), p.k, null));
    }

    /// 0.8 ulp.
    static Term log10(Term x) {
        Parts p = parts(x);
        Term most = p.k.mul(x.pick(LOG10_2_HI, LOG10_2_HI_32)), least = p.k.mul(x.pick(LOG10_2_LO, LOG10_2_LO_32));
        return edges(x, p.scaled(x.pick(LOG10E, LOG10E_32), x.pick(LOG10E_REST, LOG10E_REST_32), most, least));
    }

    /// `log(1 + x)`. 0.9 ulp.
    static Term log1p(Term x) {
        Term y = log1p(new Pair(x, x.number(0)), null);
        return x.abs().lt(x.pick(0x1p-54, 0x1p-25)).where(x, edges(x.add(1), y));
    }

    /// `log(1 + x)` for x above −1, or where `huge` holds `log(2x)`, which may be `null`.
    static Term log1p(Pair x, Term huge) {
        Pair one = Term.sum(x.hi().number(1), x.hi());
        Term u = huge == null ? one.hi() : huge.where(x.hi(), one.hi());
        return log(u, one.lo(), x, huge);
    }

    /// `log(u + error + near.lo)`, or more accurately `log(1 + near)` if `u` is near 1; `log(2u)` where `huge` holds.
    private static Term log(Term u, Term error, Pair near, Term huge) {
        return log(Split.of(u), error, near, huge);
    }

    private static Term log(Split split, Term error, Pair near, Term huge) {
        Term isNear = split.k.eq(0);
        Term f = isNear.where(near.hi(), split.m.sub(1));
        Term c = isNear.where(near.lo(), error.add(near.lo()).mul(0.5).mul(split.twiceInverse()));
        // c / (1 + f): c is in the order of an ulp, so the first terms of the series do.
        Term relative = c.mul(f.fma(f.sub(1), 1));
        Term k = huge == null ? split.k : huge.where(split.k.add(1), split.k);
        return Parts.of(k, f).natural(relative);
    }

    /// `log(1 + exp(x)) = max(x, 0) + log1p(exp(−|x|))`, Mächler, "Accurately computing log(1 − exp(−|a|))", 2012. 1.7 ulp.
    static Term softplus(Term x) {
        Term y = log1p(new Pair(Exponentials.exp(x.abs().neg()), x.number(0)), null);
        return x.lt(0).where(y, x.add(y));
    }

    /// `log(1 − exp(x))` of negative numbers: the logarithm of `−expm1(x)` above −ln 2, else `log1p(−exp(x))` (the same note, equation 7).
    /// 1.9 ulp.
    static Term log1mexp(Term x) {
        Term near = x.gt(-0.6931471805599453);
        Pair m = Exponentials.expm1Pair(x);
        Term minus = Exponentials.exp(x).neg();
        Pair one = Term.quickSum(x.number(1), minus);
        Split split = normal(near.where(m.hi().neg(), one.hi()));
        return x.lt(-40).where(minus, edges(x.neg(), log(split, near.where(m.lo().neg(), one.lo()), new Pair(minus, x.number(0)), null)));
    }
}
