package damo.math;

import damo.graph.ScalarOp;
import damo.math.Term.Pair;

/// Powers.
///
/// `xʸ = exp(y log|x|)`, the logarithm in two parts with a relative error of 2⁻⁶⁵ (2⁻³⁵ for float32), as `y log|x|` may be 700.
/// `log(1 + f) = 2s + s·z·(⅔ + z·p(z))` with `s = f / (2 + f)` and `z = s²`; `p` is the Chebyshev interpolant for `0 ≤ z ≤ 0.0295`, computed
/// with 80 digits and rounded, of degree 7 for float64, of degree 3 for float32.
final class Powers {
    private static final double[] P = {0.4, 0.28571428571429364, 0.22222222221655885, 0.18181818335392802, 0.1538459496251843, 0.1333480469384731,
            0.11706236339491206, 0.11723178623876518};
    private static final double[] P32 = {0.4000000059604645, 0.2857153117656708, 0.2220476269721985, 0.19120454788208008};
    private static final double THIRDS = 0.6666666666666666, THIRDS_REST = 3.700743415417188e-17;
    private static final double THIRDS_32 = 0.6666666865348816, THIRDS_REST_32 = -1.9868215517249155e-08;
    private static final double INF = Double.POSITIVE_INFINITY;

    private Powers() {}

    /// Of a positive number.
    static Pair log(Term x) {
        Logarithms.Split split = Logarithms.normal(x);
        Term f = split.m().sub(1);
        Pair d = Term.quickSum(x.number(2), f);
        Term inverse = x.number(1).div(d.hi());
        Term s = f.mul(inverse);
        Term sRest = s.neg().fma(d.lo(), s.neg().fma(d.hi(), f)).mul(inverse);
        Pair square = Term.product(s, s);
        Term z = square.hi(), zRest = s.add(s).fma(sRest, square.lo());
        Pair sum = Term.quickSum(x.number(x.pick(THIRDS, THIRDS_32)), z.mul(z.polynomial(P, P32)));
        Term c = sum.hi(), cRest = sum.lo().add(x.pick(THIRDS_REST, THIRDS_REST_32));
        Pair zc = Term.product(z, c);
        Term zcRest = z.fma(cRest, zRest.fma(c, zc.lo()));
        Pair szc = Term.product(s, zc.hi());
        Term szcRest = s.fma(zcRest, sRest.fma(zc.hi(), szc.lo()));
        Pair near = Term.quickSum(s.add(s), szc.hi());
        Pair all = Term.quickSum(split.k().mul(x.pick(Exponentials.LN2_HI, Exponentials.LN2_HI_32)), near.hi());
        Term rest = near.lo().add(sRest.add(sRest).add(szcRest));
        return new Pair(all.hi(), all.lo().add(split.k().fma(x.pick(Exponentials.LN2_LO, Exponentials.LN2_LO_32), rest)));
    }

    /// As C has it: any power of 1 is 1, and so are the powers 0, and the infinite ones of −1. 1 ulp.
    static Term pow(Term x, Term y) {
        Term a = x.abs(), b = y.abs(), one = x.number(1);
        Pair log = log(a);
        Term hi = a.lt(INF).where(a.eq(0).where(x.number(-INF), log.hi()), a);
        Pair product = Term.product(y, hi);
        Term magnitude = Exponentials.exp(product.hi(), y.fma(log.lo(), product.lo()));
        // Adding it rounds to an integer; where it is less itself, there are integers only, and above twice of it only even ones.
        double unit = x.pick(0x1p52, 0x1p23);
        Term fraction = b.lt(unit);
        Term shifted = b.add(unit);
        Term isInteger = fraction.where(shifted.sub(unit), b).apply(ScalarOp.EQ, b);
        Term last = fraction.where(shifted, b.lt(2 * unit).where(b, y.number(0))).bits().and(1);
        Term isOdd = isInteger.apply(ScalarOp.AND, last.isWhole(1));
        Term power = isOdd.where(magnitude.signed(x.signBit()), magnitude);
        Term isReal = x.lt(0).apply(ScalarOp.AND, a.lt(INF)).apply(ScalarOp.AND, isInteger.apply(ScalarOp.NOT)).apply(ScalarOp.NOT);
        Term isOne = y.eq(0).apply(ScalarOp.OR, x.eq(1)).apply(ScalarOp.OR, x.eq(-1).apply(ScalarOp.AND, b.eq(INF)));
        return isOne.where(one, isReal.where(power, x.number(Double.NaN)));
    }
}
