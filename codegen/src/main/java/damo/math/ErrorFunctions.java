package damo.math;

import damo.math.Term.Pair;

/// The error function, what it lacks to 1, and their inverses.
///
/// For `z ≥ 0`, `exp(z²) erfc(z) = c(t) / (1 + 2z)` with `t = (z − 4) / (z + 4)` (Shepherd and Laframboise, Chebyshev approximation of
/// (1 + 2x) exp(x²) erfc x, 1981). Below 1, `erf x = x + x·(2/√π − 1 + x²·e(x²))`. Up to ½, `erfinv x = x + x·(√π/2 − 1 + x²·i(x²))`; for
/// `y < ½`, `erfcinv y = s·j(u)` with `s = √(−log y)` and `u = (s − k) / (s + k)`, `k` 3 (2 for float32).
///
/// All four are Chebyshev interpolants, computed with 80 digits and rounded, the constant terms of `c` and `j` to two floats; of degrees 24, 11,
/// 13 and 33 for float64 (relative errors of the functions 2⁻⁵⁶), 12, 6, 6 and 11 (2⁻²⁸) for float32.
final class ErrorFunctions {
    private static final double C_0 = 1.2329951186255526, C_0_REST = -4.625318921008717e-17;
    private static final double C_0_32 = 1.2329951524734497, C_0_REST_32 = -3.384789692972845e-08;
    private static final double[] C = {-0.13962111684056228, 0.015379652102619974, 0.06809705425466839, -0.10103906603631811, 0.09373283499911264,
            -0.06633036581186058, 0.037167515526338006, -0.01619773406293477, 0.005031970069102256, -0.0007577732435942576, -0.0001992571524726518,
            0.00015062142608651945, -2.4397731143023292e-05, -1.1221135665965907e-05, 5.70657829924074e-06, 2.9173425573089733e-07,
            -8.210647933297337e-07, 7.771943241086912e-08, 1.0631817593818149e-07, -2.0725802488181963e-08, -1.2338731403798444e-08,
            3.2323973445082033e-09, 9.297625263709659e-10, -2.764120233734578e-10};
    private static final double[] C32 = {-0.1396210789680481, 0.015379684045910835, 0.06809613108634949, -0.10103995352983475, 0.09374044090509415,
            -0.06632325798273087, 0.03713991865515709, -0.01622227393090725, 0.005082809366285801, -0.0007163394475355744, -0.0002486323064658791,
            0.000116607996460516};
    private static final double E_0 = 0.1283791670955126, E_0_32 = 0.12837916612625122;
    private static final double[] E = {-0.37612638903183754, 0.11283791670955111, -0.026866170645123838, 0.005223977625303518,
            -0.0008548327010033328, 0.00012055332214716276, -1.4925622504489842e-05, 1.6461446656928561e-06, -1.6355118610877705e-07,
            1.4692484859133263e-08, -1.1500357159785296e-09, 6.174097221305255e-11};
    private static final double[] E32 = {-0.37612637877464294, 0.11283790320158005, -0.026865946128964424, 0.005222611129283905,
            -0.0008508544997312129, 0.00011451736645540223, -1.021674779622117e-05};
    private static final double I_0 = -0.11377307454724199, I_0_32 = -0.11377307772636414;
    private static final double[] I = {0.2320136665346545, 0.12755617530560226, 0.08655212924043351, 0.06495961785882823, 0.05173127597421693,
            0.04283691074721262, 0.03646205072856101, 0.03174242865628117, 0.027471565564100565, 0.02840398253201691, 0.0070964318544930495,
            0.06817372602086855, -0.07149491865212719, 0.10550662128212428};
    private static final double[] I32 = {0.23201367259025574, 0.1275559514760971, 0.08656582236289978, 0.06463853269815445, 0.055253978818655014,
            0.023631306365132332, 0.08436089754104614};
    private static final double J_0 = 0.9049203326464282, J_0_REST = 5.359122388964996e-17;
    private static final double J_0_32 = 0.8340941667556763, J_0_REST_32 = -9.809324907905648e-09;
    private static final double[] J = {0.2736645772262023, -0.33896931095554766, 0.27865891226919404, -0.17848352926881852, 0.06947038104033197,
            0.02013781493936967, -0.07776356909203655, 0.09887979877740877, -0.08865632658791438, 0.05683056434971743, -0.016221734961446996,
            -0.02135883511068923, 0.04674771691375613, -0.05553024987310503, 0.04795021605711813, -0.02863351620346747, 0.0042080335280934526,
            0.019336271154682668, -0.03586066333545459, 0.03616378980224189, -0.021692161038728817, 0.017557313535131305, -0.026260611813056754,
            -0.007316681550647257, 0.0792745398811932, -0.06797753495149843, -0.03657505921504216, 0.0620498900095572, 0.01821828750035751,
            -0.04156791342763265, -0.010959675449983872, 0.029907226492575302, -0.010144149059502876};
    private static final double[] J32 = {0.43091773986816406, -0.4237629175186157, 0.20193949341773987, 0.0067093586549162865, -0.1281316727399826,
            0.13808006048202515, -0.07254312187433243, -0.016731692478060722, 0.07291283458471298, -0.06466330587863922, 0.021623212844133377};
    private static final double INVERSE_ROOT_PI = 0.5641895835477563;
    private static final double INF = Double.POSITIVE_INFINITY;

    private ErrorFunctions() {}

    /// `exp(z²) erfc(z)` for `z ≥ 0`, far from where `2z` overflows.
    private static Pair scaled(Term z) {
        Term t = z.sub(4).div(z.add(4));
        Term rest = t.fma(t.polynomial(C, C32), z.pick(C_0_REST, C_0_REST_32));
        Pair c = Term.quickSum(z.number(z.pick(C_0, C_0_32)), rest);
        Pair d = Term.sum(z.number(1), z.add(z));
        Term inverse = z.number(1).div(d.hi());
        Term q = c.hi().mul(inverse);
        return new Pair(q, q.neg().fma(d.hi(), c.hi()).add(q.neg().fma(d.lo(), c.lo())).mul(inverse));
    }

    /// `erfc(z)·2⁻ⁿ` and `n`, for `z ≥ 0`.
    ///
    /// @param exponent `−z²`
    private record Tail(Term mantissa, Exponentials.Power power, Term exponent) {
        static Tail of(Term z) {
            Pair square = Term.product(z, z);
            Term exponent = square.hi().neg();
            Exponentials.Power power = Exponentials.power(exponent, square.lo().neg());
            Pair m = power.mantissa(), c = scaled(z);
            Pair y = Term.product(c.hi(), m.hi());
            return new Tail(y.hi().add(y.lo().add(c.hi().fma(m.lo(), c.lo().mul(m.hi())))), power, exponent);
        }
    }

    /// 1 ulp.
    static Term erf(Term x) {
        Term a = x.abs(), one = x.number(1), z = a.mul(a);
        Term near = a.fma(z.fma(z.polynomial(E, E32), x.pick(E_0, E_0_32)), a);
        Tail tail = Tail.of(a);
        Term far = one.sub(tail.mantissa.scaled(tail.power.n()));
        double most = x.pick(6, 4);
        return a.lt(1).where(near, a.le(most).where(far, a.gt(most).where(one, a))).signed(x.signBit());
    }

    /// 1.3 ulp.
    static Term erfc(Term x) {
        Tail tail = Tail.of(x.abs());
        Term y = tail.power.value(tail.mantissa, 0, tail.exponent, 0, x.pick(-700, -80), x.pick(-746, -104.5));
        return x.lt(0).where(y.neg().add(2), y);
    }

    /// `exp(x²) erfc(x)`, for negative `x` `2 exp(x²)` less that of `−x`. 1.3 ulp.
    static Term erfcx(Term x) {
        Term a = x.abs();
        Pair c = scaled(a);
        Term right = a.gt(x.pick(0x1p28, 0x1p14)).where(x.number(INVERSE_ROOT_PI).div(a), c.sum());
        Pair square = Term.product(a, a);
        Exponentials.Power power = Exponentials.power(square.hi(), square.lo());
        Pair m = power.mantissa();
        Term scale = power.n().power(0);
        Term grown = m.hi().mul(scale).mul(2);
        Pair sum = Term.quickSum(grown, c.hi().neg());
        Term left = sum.hi().add(sum.lo().add(m.lo().mul(scale).fma(2, c.lo().neg())));
        Term most = a.lt(x.pick(26.64, 9.4)).where(grown.lt(INF).where(left, grown), x.number(INF));
        return x.lt(0).where(most, right);
    }

    /// The magnitude of the number with the error function `a`, which lacks `rest` to 1.
    private static Term inverse(Term a, Term rest) {
        Term z = a.mul(a);
        Term near = a.fma(z.fma(z.polynomial(I, I32), a.pick(I_0, I_0_32)), a);
        Term s = Logarithms.log(rest).neg().sqrt();
        double k = a.pick(3, 2);
        Term u = s.sub(k).div(s.add(k));
        Term j = u.fma(u.polynomial(J, J32), a.pick(J_0_REST, J_0_REST_32)).add(a.pick(J_0, J_0_32));
        Term far = rest.gt(0).where(s.mul(j), rest.eq(0).where(a.number(INF), a.number(Double.NaN)));
        return a.le(0.5).where(near, far);
    }

    /// 2.5 ulp.
    static Term erfinv(Term x) {
        Term a = x.abs();
        return inverse(a, a.neg().add(1)).signed(x.signBit());
    }

    /// 2.5 ulp.
    static Term erfcinv(Term x) {
        Term y = x.neg().add(1);
        return inverse(y.abs(), x.lt(1).where(x, x.neg().add(2))).signed(y.signBit());
    }
}
