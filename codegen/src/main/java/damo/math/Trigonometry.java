package damo.math;

import damo.graph.ScalarOp;

/// Sine, cosine and tangent.
///
/// `|x| = n·π/2 + r` with `|r| ≤ π/4`. π/2 is three floats; `x` less `n` times the first is exact with one fused multiply-add, since all is a
/// multiple of the first's last place; what the others leave is kept in a second float, so that `r` is good to twice the precision next to
/// multiples of π/2 too (Cody and Waite). That holds up to the bound; what is above, or is no number, is left to the lanes: a
/// [damo.kernel.Scalar.Choose] whose other side is the function itself. A vector of which all lanes are below never looks there; the others
/// may call `java.lang.StrictMath`, element by element.
///
/// On the interval, `sin r = r + r³·s(r²)` and `cos r = 1 − r²/2 + r⁴·c(r²)`; `s` and `c` are the Chebyshev interpolants, computed with 80
/// digits and rounded, of degrees 6 and 5 (relative errors 2⁻⁵⁷, 2⁻⁵⁹) for float64, 3 and 2 (2⁻²⁸, 2⁻³⁰) for float32.
final class Trigonometry {
    private static final double[] S = {-0.16666666666666666, 0.008333333333333331, -0.0001984126984126504, 2.7557319219320575e-06,
            -2.5052106225992787e-08, 1.6058530596390244e-10, -7.586636867766497e-13};
    private static final double[] S32 = {-0.1666666716337204, 0.008333331905305386, -0.00019840084132738411, 2.724962087086169e-06};
    private static final double[] C = {0.041666666666666664, -0.0013888888888887389, 2.48015872987544e-05, -2.7557317265876615e-07,
            2.087614504910828e-09, -1.1382544623404291e-11};
    private static final double[] C32 = {0.0416666641831398, -0.0013888301327824593, 2.4547689463361166e-05};
    private static final double TWO_OVER_PI = 0.6366197723675814;
    private static final double P1 = 1.5707963267948966, P2 = 6.123233995736766e-17, P3 = -1.4973849048591698e-33;
    private static final double P1_32 = 1.5707963705062866, P2_32 = -4.371138828673793e-08, P3_32 = -1.7151245100058819e-15;

    private Trigonometry() {}

    /// `r + rest`, and `n` with [Term#rounder] added.
    private record Reduced(Term x, Term r, Term rest, Term n) {
        static Reduced of(Term x) {
            Term a = x.abs();
            Term n = a.fma(TWO_OVER_PI, a.rounder());
            Term minus = n.number(a.rounder()).sub(n);
            Term first = minus.fma(a.pick(P1, P1_32), a);
            Term.Pair second = Term.product(minus, a.number(a.pick(P2, P2_32)));
            Term.Pair r = Term.sum(first, second.hi());
            return new Reduced(x, r.hi(), minus.fma(a.pick(P3, P3_32), r.lo().add(second.lo())), n);
        }

        Term isEven() {
            return n.bits().and(1).isWhole(0);
        }

        /// The bit `place` of `n + more` as a sign.
        Term sign(int more, int place) {
            Term bits = more == 0 ? n.bits() : n.bits().plus(more);
            return bits.and(1L << place).shl((x.isDouble() ? 63 : 31) - place);
        }

        /// In two parts, to be added.
        Term.Pair sin() {
            Term z = r.mul(r);
            return new Term.Pair(r, r.mul(z).fma(z.polynomial(S, S32), rest.mul(z.fma(-0.5, 1))));
        }

        /// In two parts, to be added.
        Term.Pair cos() {
            Term z = r.mul(r);
            Term.Pair most = Term.quickSum(r.number(1), z.mul(-0.5));
            return new Term.Pair(most.hi(), most.lo().add(z.mul(z).fma(z.polynomial(C, C32), r.mul(rest).neg())));
        }

        /// `y` up to the bound, and NaN of what is no number; vectors do the rest lane by lane.
        Term bounded(Term y, ScalarOp f) {
            double bound = x.pick(0x1p30, 0x1p15);
            Term isRest = x.abs().gt(bound).apply(ScalarOp.AND, x.abs().lt(x.number(Double.POSITIVE_INFINITY)));
            return x.abs().le(bound).choose(y, isRest.apply(ScalarOp.NOT).choose(x.sub(x), x.apply(f)));
        }
    }

    /// 0.8 ulp.
    static Term sin(Term x) {
        Reduced r = Reduced.of(x);
        Term y = r.isEven().where(r.sin().sum(), r.cos().sum());
        return r.bounded(y.bits().xor(x.signBit()).xor(r.sign(0, 1)).bits(), ScalarOp.SIN);
    }

    /// 0.8 ulp.
    static Term cos(Term x) {
        Reduced r = Reduced.of(x);
        Term y = r.isEven().where(r.cos().sum(), r.sin().sum());
        return r.bounded(y.bits().xor(r.sign(1, 1)).bits(), ScalarOp.COS);
    }

    /// The quotient, corrected by its residual. 1.1 ulp.
    static Term tan(Term x) {
        Reduced r = Reduced.of(x);
        Term even = r.isEven();
        Term.Pair sin = r.sin().normal(), cos = r.cos().normal();
        Term top = even.where(sin.hi(), cos.hi()), bottom = even.where(cos.hi(), sin.hi());
        Term inverse = x.number(1).div(bottom);
        Term q = top.mul(inverse);
        Term rest = q.neg().fma(even.where(cos.lo(), sin.lo()), even.where(sin.lo(), cos.lo()));
        Term y = q.neg().fma(bottom, top).add(rest).fma(inverse, q);
        return r.bounded(y.bits().xor(x.signBit()).xor(r.sign(0, 0)).bits(), ScalarOp.TAN);
    }
}
