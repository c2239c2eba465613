package damo;

import damo.graph.Variable;

/// The distribution function of the standard normal and its inverse, as graphs.
final class NormalLaw {
    // log(erfc(z) / t) + z² for t = 2 / (2 + z) in 0..1, in Chebyshev polynomials of 2t − 1, by interpolation at 60 nodes with 40 digits.
    private static final double[] CHEBYSHEV = {
        -1.3026537197817094, 0.6419697923564902, 0.019476473204185836, -0.00956151478680863, -0.0009465953444820382,
        0.0003668394978527628, 4.252332480690644e-05, -2.0278578112532917e-05, -1.6242900046483436e-06, 1.3036558355818334e-06,
        1.5626441720764563e-08, -8.523809591363454e-08, 6.529054437817306e-09, 5.059343496821675e-09, -9.91364157751029e-10,
        -2.2736512104825953e-10, 9.646790978915633e-11, 2.3940392992692624e-12, -6.886028727125367e-12, 8.944891115117019e-13,
        3.130909729684443e-13, -1.1270707468437892e-13, 3.7996042020195686e-16, 7.107208120431832e-15, -1.5241183486994227e-15,
        -9.350590518333638e-17, 1.1997651777257355e-16, -2.7141986806698258e-17};
    private static final double ROOT_HALF = Math.sqrt(0.5);

    private NormalLaw() {}

    /// The probability of a number below `x`, with small relative error for `x` from −37 up; 0 for −∞ and 1 for ∞.
    static Variable below(Variable x) {
        return erfc(x.mul(-ROOT_HALF)).mul(0.5);
    }

    private static Variable erfc(Variable x) {
        Variable z = x.abs().minimum(30);                             // erfc(30) is 0
        Variable t = Damo.div(2, z.add(2));
        Variable twice = t.mul(4).sub(2);
        Variable d = Damo.zerosLike(t);
        Variable before = d;
        for (int k = CHEBYSHEV.length - 1; k > 0; k--) {              // Clenshaw
            Variable next = twice.mul(d).sub(before).add(CHEBYSHEV[k]);
            before = d;
            d = next;
        }
        Variable tail = t.mul(twice.mul(d).add(CHEBYSHEV[0]).mul(0.5).sub(before).sub(z.mul(z)).exp());
        return Damo.where(x.ge(0), tail, Damo.sub(2, tail));
    }

    /// The number below which there is the probability `p`, which is at least 1e−300 and less than 1.
    // A rational guess (Abramowitz and Stegun 26.2.23), then two steps of Halley's method, which triple its digits.
    static Variable quantile(Variable p) {
        Variable twice = p.mul(2);
        Variable isLow = twice.lt(1);
        Variable tail = Damo.where(isLow, twice, Damo.sub(2, twice));
        Variable t = tail.mul(0.5).log().mul(-2).sqrt();
        Variable x = t.sub(t.mul(0.27061).add(2.30753).div(t.mul(0.04481).add(0.99229).mul(t).add(1))).mul(ROOT_HALF);
        for (int step = 0; step < 2; step++) {
            Variable error = erfc(x).sub(tail);
            x = x.add(error.div(x.mul(x).neg().exp().mul(2 / Math.sqrt(Math.PI)).sub(x.mul(error))));
        }
        return Damo.where(isLow, x.neg(), x).mul(1 / ROOT_HALF);
    }
}
