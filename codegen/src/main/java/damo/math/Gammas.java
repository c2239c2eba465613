package damo.math;

import damo.graph.ScalarOp;
import damo.math.Term.Pair;

/// The logarithm of the gamma function, and its derivative.
///
/// From 8 on, `log Γ(x) = (x − ½)(log x − 1) + ½ log 2π − ½ + s(1/x²)/x`; below, `log Γ(2 + e) = e·(1 − γ + e·q(e))` with `|e| ≤ ½`, and the
/// logarithm of the factors `x`, `x + 1`, … or `x − 1`, `x − 2`, … between the two arguments. Both logarithms have two parts, so that the
/// zeros at 1 and 2 are as accurate as the rest. Below −2.5, `Γ(x) Γ(−x) = −π / (x sin πx)`, where `sin πr = π(r + r³·p(r²))`.
///
/// From 8 on, `digamma(x) = log x − 1/(2x) − d(1/x²)/x²`; in 1..2 it is `(x − x₀)·g(x − 3/2)` with its zero `x₀`, and between them a sum of
/// inverses is added. Below 0, `digamma(x) = digamma(1 − x) − π cot πx`, where `πr cot πr = 1 + r²·t(r²)`.
///
/// All these are Chebyshev interpolants, computed with 80 digits and rounded, the constant term of `g` to two floats; `s`, `q`, `p` of degrees
/// 5, 17 and 8 for float64 (relative errors of the function below 2⁻⁵⁷), 2, 9 and 5 (2⁻³⁰) for float32; `d`, `g`, `t` of degrees 6, 22 and
/// 14 (2⁻⁵⁶), 2, 11 and 7 (2⁻²⁷).
final class Gammas {
    private static final double[] S = {0.0833333333333333, -0.002777777777606244, 0.0007936506649488252, -0.0005952025951802712,
            0.0008372834512071336, -0.0016526004455595122};
    private static final double[] S32 = {0.0833333358168602, -0.0027776984497904778, 0.0007800346938893199};
    private static final double HALF_LOG_TWO_PI_LESS_HALF = 0.4189385332046727;
    private static final double ONE_LESS_EULER = 0.42278433509846713, ONE_LESS_EULER_REST = 4.942915152430645e-18;
    private static final double ONE_LESS_EULER_32 = 0.42278432846069336, ONE_LESS_EULER_REST_32 = 6.637773886097875e-09;
    private static final double[] Q = {0.3224670334241132, -0.0673523010531981, 0.02058080842778338, -0.007385551028673429, 0.002890510330865901,
            -0.00119275391176255, 0.0005096695196526673, -0.00022315475602710603, 9.945761692157133e-05, -4.492628637818162e-05,
            2.050601970174762e-05, -9.43891959627718e-06, 4.3828545383846665e-06, -2.043022895180944e-06, 9.242852225162277e-07,
            -4.3454173670260496e-07, 2.7475390051909663e-07, -1.3029870239068415e-07};
    private static final double[] Q32 = {0.32246702909469604, -0.0673523023724556, 0.020580800250172615, -0.007385546807199717,
            0.002890795236453414, -0.0011928853346034884, 0.0005065171280875802, -0.00022170155716594309, 0.00011347282270435244,
            -5.138485721545294e-05};
    private static final double[] P = {-1.6449340668482264, 0.8117424252833519, -0.19075182412194128, 0.026147847813078808, -0.0023460809634923995,
            0.00014842817816693618, -6.972960555564221e-06, 2.459180384815939e-07};
    private static final double[] P32 = {-1.644934058189392, 0.81174236536026, -0.19075006246566772, 0.02612805925309658, -0.0022550628054887056};
    private static final double[] D = {0.08333333333333333, -0.008333333333278636, 0.0039682539119537084, -0.0041666448230497, 0.007571689620283902,
            -0.020697987372370493, 0.06362150587634356};
    private static final double[] D32 = {0.0833333358168602, -0.008332783356308937, 0.0038735882844775915};
    private static final double ZERO = 1.4616321449683622, ZERO_REST = 9.549995429965697e-17;
    private static final double ZERO_32 = 1.4616321325302124, ZERO_REST_32 = 1.243815006546356e-08;
    private static final double G_0 = 0.9510558760318328, G_0_REST = 4.330743078649653e-17;
    private static final double G_0_32 = 0.9510558843612671, G_0_REST_32 = -8.923390915072105e-09;
    private static final double[] G = {-0.4236274212814606, 0.24054248424078697, -0.14840492305388092, 0.09498872445289039, -0.06192213327548831,
            0.040760833940846085, -0.026975796659787055, 0.017907248317313294, -0.011908220105959716, 0.007927021796868154, -0.005279937255532708,
            0.003518106563802472, -0.0023454947397380833, 0.0015633696313653504, -0.0010364584817312839, 0.0006909255761282986,
            -0.00048595039220036254, 0.00032395945401345196, -0.00014480643368061614, 9.653646261410062e-05, -0.0001782188548855923,
            0.00011881232908510335};
    private static final double[] G32 = {-0.42362740635871887, 0.24054265022277832, -0.1484050303697586, 0.09498082101345062, -0.061916861683130264,
            0.0408935621380806, -0.027064258232712746, 0.016915224492549896, -0.01124703697860241, 0.01122315600514412, -0.00747684296220541};
    private static final double[] T = {-3.289868133696453, -2.1646464674222266, -2.0346861239837795, -2.008154710650887, -2.0019892571205644,
            -2.0004882445092558, -2.000216397061563, -1.9984989923885619, -2.0175482780709193, -1.8569869062340112, -2.8304597027964618,
            1.3837148002891513, -11.319882534156065, 14.00913635189951, -16.010441555350102};
    private static final double[] T32 = {-3.289868116378784, -2.1646478176116943, -2.0345661640167236, -2.0119216442108154, -1.9446767568588257,
            -2.4643895626068115, -0.00011869561421917751, -6.06501579284668};
    private static final double FAR = 8;
    private static final double INF = Double.POSITIVE_INFINITY;

    private Gammas() {}

    /// What is between a number above −2.5 and `2 + e`: `factors·(1 + relative)`, below 2 with `isUp`.
    private record Shift(Term e, Term isUp, Term factors, Term relative) {
        static Shift of(Term x) {
            Term i = x.add(x.rounder()).sub(x.rounder());
            Term one = x.number(1), count = i.sub(2).abs();
            Term isUp = i.lt(2);
            Term first = factor(x, 1, isUp, count);
            Pair next = Term.quickSum(one, x);
            Term isTwice = count.lt(2);
            Term second = isTwice.where(one, isUp.where(next.hi(), x.sub(2)));
            Pair p = Term.product(first, second);
            Term lost = isTwice.where(x.number(0), isUp.where(first.mul(next.lo()), x.number(0))).add(p.lo());
            Term all = p.hi();
            for (int k = 3; k <= FAR - 2; k++) all = all.mul(factor(x, k, isUp, count));
            return new Shift(x.sub(i), isUp, all, lost.div(p.hi()));
        }

        private static Term factor(Term x, int k, Term isUp, Term count) {
            Term up = k == 1 ? x : x.add(k - 1);
            return count.lt(k).where(x.number(1), isUp.where(up, x.sub(k)));
        }
    }

    /// The logarithm of |Γ| in two parts, above −2.5.
    private static Pair above(Term x) {
        Term isFar = x.lt(FAR).apply(ScalarOp.NOT);
        Shift shift = Shift.of(x);
        Pair log = Powers.log(isFar.where(x, shift.factors.abs()));

        Pair less = Term.quickSum(log.hi(), x.number(-1));
        Term h = x.sub(0.5), inverse = x.number(1).div(x), z = inverse.mul(inverse);
        Pair most = Term.product(h, less.hi());
        Term rest = inverse.fma(z.polynomial(S, S32), HALF_LOG_TWO_PI_LESS_HALF).add(h.fma(less.lo().add(log.lo()), most.lo()));

        Term e = shift.e;
        Term least = e.fma(e.polynomial(Q, Q32), x.pick(ONE_LESS_EULER_REST, ONE_LESS_EULER_REST_32));
        Pair q = Term.quickSum(x.number(x.pick(ONE_LESS_EULER, ONE_LESS_EULER_32)), least);
        Pair near = Term.product(e, q.hi());
        Term lo = log.lo().add(shift.relative);
        Pair sum = Term.sum(near.hi(), shift.isUp.where(log.hi().neg(), log.hi()));
        Term small = e.fma(q.lo(), near.lo()).add(shift.isUp.where(lo.neg(), lo)).add(sum.lo());
        return new Pair(isFar.where(most.hi(), sum.hi()), isFar.where(rest, small));
    }

    /// 2 ulp above −2; below, 3 ulp of the larger of 1 and `lgamma(−x)`, if that is more than the result.
    static Term lgamma(Term x) {
        Term isAbove = x.gt(-2.5);
        Term a = isAbove.where(x, x.neg());
        Pair y = above(a);
        Term isFinite = a.le(x.pick(2.5599833278516383e305, 4.0850033e36));
        Term right = isFinite.where(y.sum(), a.mul(INF));

        Term n = a.apply(ScalarOp.ROUND);
        Term r = a.sub(n).abs(), z = r.mul(r);
        Term left = Logarithms.log(a.mul(r.mul(z).fma(z.polynomial(P, P32), r))).neg().sub(y.hi()).sub(y.lo());
        Term isPole = x.le(0).apply(ScalarOp.AND, r.eq(0));
        Term pole = x.number(INF);
        return isAbove.choose(isPole.where(pole, right), isPole.apply(ScalarOp.OR, x.eq(-INF)).where(pole, left));
    }

    /// 3.7 ulp; below 0 of the larger of 1 and `digamma(1 − x)`, if that is more than the result.
    static Term digamma(Term x) {
        Term isAbove = x.gt(0);
        Term a = isAbove.where(x, x.neg().add(1)), one = x.number(1), zero = x.number(0);
        // The sum of 1/(a − 1), 1/(a − 2), … down to 1..2 is d/p.
        Term below = a.lt(1);
        Term p = below.where(a, one), d = below.where(x.number(-1), zero), y = below.where(a.add(1), a);
        for (int k = 1; k <= FAR - 2; k++) {
            Term more = a.lt(k + 1), next = a.sub(k);
            d = more.where(d, d.fma(next, p));
            p = more.where(p, p.mul(next));
            y = more.where(y, next);
        }
        Term t = y.sub(1.5);
        Term g = t.fma(t.polynomial(G, G32), x.pick(G_0_REST, G_0_REST_32)).add(x.pick(G_0, G_0_32));
        Term base = y.sub(x.pick(ZERO, ZERO_32)).sub(x.pick(ZERO_REST, ZERO_REST_32)).mul(g);
        Term over = one.div(p);
        Term q = d.mul(over);
        Pair sum = Term.sum(q, base);
        Term near = a.lt(x.pick(0x1p-60, 0x1p-30)).where(q, sum.hi().add(q.neg().fma(p, d).fma(over, sum.lo())));

        Term inverse = one.div(a), z = inverse.mul(inverse);
        Term far = Logarithms.log(a).sub(inverse.fma(0.5, z.mul(z.polynomial(D, D32))));
        Term right = a.lt(FAR).where(near, far);

        Term r = x.gt(-0.5).where(x, x.sub(x.apply(ScalarOp.ROUND))), square = r.mul(r);
        Term cot = square.fma(square.polynomial(T, T32), 1).div(r);
        Term isPole = r.eq(0).apply(ScalarOp.AND, x.lt(0));
        return isAbove.choose(right, isPole.where(x.number(Double.NaN), right.sub(cot)));
    }
}
