package damo.math;

import damo.math.Term.Pair;

/// The error function, what it lacks to 1, and their inverses.
///
/// For `z ≥ 0`, `exp(z²) erfc(z) = c(t) / (1 + 2z)` with `t = (z − 4) / (z + 4)` (Shepherd and Laframboise, Chebyshev approximation of
/// (1 + 2x) exp(x²) erfc x, 1981). Below 1, `erf x = x + x·(2/√π − 1 + x²·e(x²))`. Up to ¾, `erfinv x = x + x·(√π/2 − 1 + x²·i(x²))`; for
/// `y < ¼`, `erfcinv y = s·j(u)` with `s = √(−log y)` and `u = (s − 4) / (s + 4)`.
///
/// All four are Chebyshev interpolants, computed with 80 digits and rounded, the constant terms of `c` and `j` to two floats; of degrees 24, 11,
/// 22 and 31 for float64 (relative errors of the functions 2⁻⁵⁶), 12, 6, 10 and 12 (2⁻²⁷) for float32.
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
    private static final double[] I = {0.2320136665346545, 0.12755617530559482, 0.08655212924253013, 0.06495961762368081, 0.0517312899658813,
            0.042836400100384635, 0.03647453206360167, 0.03152564883418963, 0.03026415920373946, 0.000848806373859535, 0.2203948311965057,
            -1.2484001553482826, 6.466419794558796, -26.07035256507273, 84.23111036565963, -216.40111843845403, 439.7478004804742,
            -697.5646432741897, 846.0744536318815, -758.2274589359996, 473.80972428265073, -184.7104085661984, 33.98186360961616};
    private static final double[] I32 = {0.23201367259025574, 0.12755587697029114, 0.08657360076904297, 0.06437624990940094, 0.05976710468530655,
            -0.020830830559134483, 0.344990074634552, -0.901900053024292, 1.7614567279815674, -1.8058022260665894, 0.894202709197998};
    private static final double J_0 = 0.9378398360103707, J_0_REST = -3.531541395737212e-17;
    private static final double J_0_32 = 0.9378398060798645, J_0_REST_32 = 2.9641300969274198e-08;
    private static final double[] J = {0.18802636330749664, -0.2565173079858554, 0.24914740037440866, -0.20978202934562096, 0.15151882415117657,
            -0.08841833354165468, 0.029132540612098055, 0.019256935921404258, -0.05324319629688487, 0.071322029156398, -0.07449260279541209,
            0.06515938117450688, -0.04704662253831022, 0.024251652144913427, -0.0009007054272446417, -0.01938719985897219, 0.03348039047164209,
            -0.04034084554395995, 0.042250079109277736, -0.0386552487213245, 0.020668857911225087, 0.0064414368973713, -0.007700104243812902,
            -0.018334175383379163, 0.0015814264288640473, 0.07131643646933317, -0.0911081434926238, 0.015423045050605174, 0.048284470482668,
            -0.038292639076026355, 0.009122297559669673};
    private static final double[] J32 = {0.18802636861801147, -0.2565172016620636, 0.24914687871932983, -0.2097877860069275, 0.15154998004436493,
            -0.0883115902543068, 0.028484320268034935, 0.018429841846227646, -0.047167934477329254, 0.0736357718706131, -0.10133159160614014,
            0.06788564473390579};
    private static final double INVERSE_ROOT_PI = 0.5641895835477563;
    private static final double INF = Double.POSITIVE_INFINITY;

    private ErrorFunctions() {}

    /// `erf(x)/x − 1`, for |x| below 1.
    private static Term slope(Term x) {
        Term z = x.mul(x);
        return z.fma(z.polynomial(E, E32), x.pick(E_0, E_0_32));
    }

    /// `erfc(x)`, for |x| below ½.
    private static Pair near(Term x) {
        Pair most = Term.quickSum(x.number(1), x.neg());
        return Term.quickSum(most.hi(), x.neg().fma(slope(x.abs()), most.lo()));
    }

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

    /// 1.2 ulp.
    static Term erf(Term x) {
        Term a = x.abs(), one = x.number(1);
        Term near = a.fma(slope(a), a);
        Tail tail = Tail.of(a);
        Term far = one.sub(tail.mantissa.scaled(tail.power.n()));
        double most = x.pick(6, 4);
        return a.lt(1).where(near, a.le(most).where(far, a.gt(most).where(one, a))).signed(x.signBit());
    }

    /// 1.1 ulp.
    static Term erfc(Term x) {
        Tail tail = Tail.of(x.abs());
        Term y = tail.power.value(tail.mantissa, 0, tail.exponent, 0, x.pick(-700, -80), x.pick(-746, -104.5));
        return x.abs().lt(0.5).where(near(x).sum(), x.lt(0).where(y.neg().add(2), y));
    }

    /// `exp(x²) erfc(x)`, for negative `x` `2 exp(x²)` less that of `−x`. 1.4 ulp.
    static Term erfcx(Term x) {
        Term a = x.abs();
        Pair c = scaled(a);
        Term far = a.gt(x.pick(0x1p28, 0x1p14)).where(x.number(INVERSE_ROOT_PI).div(a), c.sum());
        Pair square = Term.product(a, a);
        Exponentials.Power power = Exponentials.power(square.hi(), square.lo());
        Pair m = power.mantissa();
        Term scale = power.n().power(0);
        Term grown = m.hi().mul(scale).mul(2);
        Pair sum = Term.quickSum(grown, c.hi().neg());
        Term left = sum.hi().add(sum.lo().add(m.lo().mul(scale).fma(2, c.lo().neg())));
        Term most = a.lt(x.pick(26.64, 9.4)).where(grown.lt(INF).where(left, grown), x.number(INF));
        // There the power of 2 is 1.
        Pair erfc = near(x), y = Term.product(erfc.hi(), m.hi());
        Term near = y.hi().add(y.lo().add(erfc.hi().fma(m.lo(), erfc.lo().mul(m.hi()))));
        return a.lt(0.5).where(near, x.lt(0).where(most, far));
    }

    /// The magnitude of the number with the error function `a + lost`, which lacks `rest` to 1.
    private static Term inverse(Term a, Term lost, Term rest) {
        Term z = a.mul(a);
        // Where there is something lost, the derivative is 1.1 to 1.7.
        Term near = a.fma(z.fma(z.polynomial(I, I32), a.pick(I_0, I_0_32)), lost.fma(1.4, a));
        Term s = Logarithms.log(rest).neg().sqrt();
        Term u = s.sub(4).div(s.add(4));
        Term j = u.fma(u.polynomial(J, J32), a.pick(J_0_REST, J_0_REST_32)).add(a.pick(J_0, J_0_32));
        Term far = rest.gt(0).where(s.mul(j), rest.eq(0).where(a.number(INF), a.number(Double.NaN)));
        return a.le(0.75).where(near, far);
    }

    /// 3.7 ulp.
    static Term erfinv(Term x) {
        Term a = x.abs();
        return inverse(a, x.number(0), a.neg().add(1)).signed(x.signBit());
    }

    /// 3.7 ulp.
    static Term erfcinv(Term x) {
        Pair y = Term.quickSum(x.number(1), x.neg());
        Term isLow = x.lt(1);
        return inverse(y.hi().abs(), isLow.where(y.lo(), y.lo().neg()), isLow.where(x, x.neg().add(2))).signed(y.hi().signBit());
    }
}
