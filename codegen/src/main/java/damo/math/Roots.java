package damo.math;

/// The cube root.
///
/// `|x| = 2³ᵠ·m`. A polynomial of degree 4 is m^(−⅓) within 2⁻¹⁴ between √½ and √2; one third-order step for float32, two for float64,
/// without a division, and the root's residual make it good.
final class Roots {
    private static final double[] START = {1.8703346450078002, -1.845190787795483, 1.5369933614033604, -0.6869060714891523, 0.12474055895636721};
    private static final double ROOT_2 = 1.2599210498948732;
    // 2^(−j/3) for j of −1, 0 and 1.
    private static final double[] FACTOR = {1, (1 / ROOT_2 - ROOT_2) / 2, (1 / ROOT_2 + ROOT_2) / 2 - 1};

    private Roots() {}

    /// 0.6 ulp.
    static Term cbrt(Term x) {
        Term a = x.abs();
        Logarithms.Split split = Logarithms.normal(a);
        Term third = split.k().fma(1 / 3.0, a.rounder());
        Term rest = third.sub(a.rounder()).fma(-3, split.k());
        Term m = split.m().scaled(rest.add(a.rounder()));
        Term y = split.m().polynomial(START, START).mul(rest.polynomial(FACTOR, FACTOR));
        for (int step = 0; step < (a.isDouble() ? 2 : 1); step++) {
            Term e = m.mul(y).neg().fma(y.mul(y), 1);
            y = y.mul(e).fma(e.fma(2 / 9.0, 1 / 3.0), y);
        }
        Term square = y.mul(y);
        Term r = m.mul(square);
        Term.Pair rr = Term.product(r, r);
        Term residual = rr.hi().neg().fma(r, m).sub(rr.lo().mul(r));
        Term root = residual.mul(square).fma(1 / 3.0, r).scaled(third);
        return a.gt(0).where(a.lt(Double.POSITIVE_INFINITY).where(root, a), a).signed(x.signBit());
    }
}
