package damo.math;

import damo.graph.ScalarOp;

/// The inverse trigonometric functions.
///
/// `asin x = x + x³·a(x²)` up to ½, above that `π/2 − 2 asin √((1 − x)/2)`. `atan t = t + t³·b(t²)` up to 0.6, above that
/// `π/4 + atan((t − 1)/(t + 1))`. `a` and `b` are Chebyshev interpolants, computed with 80 digits and rounded, of degrees 12 and 13 (relative
/// error of the function 2⁻⁵⁷) for float64, both 5 (2⁻²⁶) for float32.
final class Arcs {
    private static final double[] A = {0.16666666666666669, 0.07499999999998433, 0.04464285714635543, 0.030381944138531247, 0.02237217294214989,
            0.017352392720869973, 0.013971212973552933, 0.011479177415184906, 0.01032281435018578, 0.005457506718640358, 0.01740087944269402,
            -0.014851887071247204, 0.028757851367421566};
    private static final double[] A32 = {0.1666666567325592, 0.07500094175338745, 0.04459940269589424, 0.031100662425160408, 0.017149237915873528,
            0.03369084745645523};
    private static final double[] B = {-0.3333333333333333, 0.1999999999999804, -0.14285714285358686, 0.11111111085625104, -0.090909081339328,
            0.07692286064098583, -0.06666348059181121, 0.05879140973001072, -0.05240327181460461, 0.04645548249384622, -0.039196489795026664,
            0.028624951435917284, -0.015275088265431674, 0.004236723225130391};
    private static final double[] B32 = {-0.3333333134651184, 0.19999392330646515, -0.14265556633472443, 0.1086093932390213, -0.0762663260102272,
            0.03336291387677193};
    private static final double STEEP = 0.6;
    private static final double PI_4 = 0.7853981633974483, PI_4_REST = 3.061616997868383e-17;
    private static final double PI_4_32 = 0.7853981852531433, PI_4_REST_32 = -2.1855694143368964e-08;
    private static final double INF = Double.POSITIVE_INFINITY;

    private Arcs() {}

    private static double quarters(Term x, int n) {
        return n * x.pick(PI_4, PI_4_32);
    }

    private static double rest(Term x, int n) {
        return n * x.pick(PI_4_REST, PI_4_REST_32);
    }

    /// `y = s + p` is `asin |x|` up to ½, else half of what it lacks to π/2.
    private record Sine(Term big, Term s, Term p) {
        static Sine of(Term a) {
            Term big = a.gt(0.5);
            Term z = big.where(a.fma(-0.5, 0.5), a.mul(a));
            Term s = big.where(z.sqrt(), a);
            return new Sine(big, s, s.mul(z).mul(z.polynomial(A, A32)));
        }

        /// `n·π/4 − 2y`.
        Term from(int n) {
            Term.Pair most = Term.quickSum(s.number(quarters(s, n)), s.add(s).neg());
            return most.hi().add(most.lo().sub(p.add(p).sub(rest(s, n))));
        }
    }

    /// 1.2 ulp.
    static Term asin(Term x) {
        Sine y = Sine.of(x.abs());
        return y.big.where(y.from(2), y.s.add(y.p)).signed(x.signBit());
    }

    /// 1.2 ulp.
    static Term acos(Term x) {
        Sine y = Sine.of(x.abs());
        Term p = y.p.bits().xor(x.signBit()).bits();
        Term near = x.number(quarters(x, 2)).sub(x.sub(x.number(rest(x, 2)).sub(p)));
        return y.big.where(x.lt(0).where(y.from(4), y.s.add(y.p).mul(2)), near);
    }

    /// `n·π/4 + atan(t)`, `0 ≤ n ≤ 4` and `|t| ≤ 0.6`.
    private static Term angle(Term n, Term t) {
        Term z = t.mul(t);
        Term u = t.mul(z).mul(z.polynomial(B, B32));
        double quarter = quarters(t, 1);
        Term most = n.mul(quarter);
        Term least = n.fma(rest(t, 1), n.fma(quarter, most.neg()));
        return most.add(t.add(u.add(least)));
    }

    /// Whether the angle of the point (`a`, `b`), `0 ≤ b ≤ a`, is measured from π/4.
    private static Term isSteep(Term b, Term a) {
        return a.mul(STEEP).lt(b);
    }

    /// 1.1 ulp.
    static Term atan(Term x) {
        Term magnitude = x.abs(), one = x.number(1);
        Term swap = magnitude.gt(1);
        Term b = swap.where(one, magnitude), a = swap.where(magnitude, one);
        Term steep = isSteep(b, a);
        Term t = steep.where(b.sub(a), b).div(steep.where(b.add(a), a));
        Term n = steep.where(one, swap.where(x.number(2), x.number(0)));
        return angle(n, swap.where(t.neg(), t)).signed(x.signBit());
    }

    /// As C has it: `atan2(±0, −0)` is ±π, `atan2(∞, ∞)` is π/4. 1.8 ulp.
    static Term atan2(Term y, Term x) {
        Term up = y.abs(), along = x.abs(), zero = x.number(0), one = x.number(1);
        Term swap = along.lt(up);
        Term least = swap.where(along, up), most = swap.where(up, along);
        // Halves would do; the sum must not overflow.
        Term scale = most.gt(x.pick(0x1p1000, 0x1p120)).where(x.number(0.25), one);
        Term b = least.mul(scale), a = most.mul(scale);
        Term infinite = b.eq(INF);
        Term steep = isSteep(b, a);
        Term top = infinite.where(zero, steep.where(b.sub(a), b));
        Term t = top.div(steep.where(b.add(a), a.eq(0).where(one, a)));
        Term n = steep.apply(ScalarOp.OR, infinite).where(one, zero);
        Term swapped = swap.where(n.neg().add(2), n);
        Term left = x.signBit().isWhole(0);
        Term flip = swap.where(t.neg(), t);
        Term m = left.where(swapped, swapped.neg().add(4));
        return angle(m, left.where(flip, flip.neg())).signed(y.signBit());
    }
}
