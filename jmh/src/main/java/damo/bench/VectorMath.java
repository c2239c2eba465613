package damo.bench;

import static jdk.incubator.vector.VectorOperators.*;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/// exp, log, sin and tanh of vectors by hand: range reduction by Cody and Waite, then Taylor polynomials in Estrin's form, to an ulp or two.
/// For arguments as they occur: exp is right while its result is a normal number, sin up to 1e5, log for normal numbers.
final class VectorMath {
    static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
    static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;

    // Added to a small number, its integer part comes to stand in the lowest bits: in the second, as the exponent of its power of two.
    private static final double ROUND = 0x1.8p52;
    private static final double EXPONENT = 0x1.8p52 + 1023;
    private static final float FLOAT_EXPONENT = 0x1.8p23f + 127;

    private VectorMath() {}

    static DoubleVector exp(DoubleVector x) {
        DoubleVector in = x.max(-708).min(709);
        DoubleVector z = in.fma(all(1 / Math.log(2)), all(EXPONENT));
        DoubleVector n = z.sub(EXPONENT);
        DoubleVector r = n.fma(all(-1.90821492927058770002e-10), n.fma(all(-6.93147180369123816490e-01), in));
        DoubleVector r2 = r.mul(r);
        DoubleVector r4 = r2.mul(r2);
        DoubleVector low = r2.fma(r.fma(all(1 / 6.0), all(0.5)), r.add(1));
        DoubleVector middle = r2.fma(r.fma(all(1 / 5040.0), all(1 / 720.0)), r.fma(all(1 / 120.0), all(1 / 24.0)));
        DoubleVector high = r2.fma(r.fma(all(1 / 39916800.0), all(1 / 3628800.0)), r.fma(all(1 / 362880.0), all(1 / 40320.0)));
        DoubleVector p = r4.mul(r4).fma(r4.fma(all(1 / 479001600.0), high), r4.fma(middle, low));
        return p.mul(z.reinterpretAsLongs().lanewise(LSHL, 52).reinterpretAsDoubles());
    }

    static DoubleVector sin(DoubleVector x) {
        DoubleVector z = x.fma(all(1 / Math.PI), all(ROUND));
        DoubleVector n = z.sub(ROUND);
        // π in three parts (as π/2 in fdlibm), the first two of 33 bits: their products with n are exact.
        DoubleVector r = n.fma(all(-2 * 1.57079632673412561417e+00), x);
        r = n.fma(all(-2 * 2.02226624879595063154e-21), n.fma(all(-2 * 6.07710050630396597660e-11), r));
        DoubleVector s = r.mul(r);
        DoubleVector p = polynomial(s, -1 / 6.0, 1 / 120.0, -1 / 5040.0, 1 / 362880.0, -1 / 39916800.0, 1 / 6227020800.0, -1 / 1307674368000.0,
                1 / 355687428096000.0, -1 / 121645100408832000.0);
        LongVector sign = z.reinterpretAsLongs().lanewise(LSHL, 63);
        return r.mul(s).fma(p, r).reinterpretAsLongs().lanewise(XOR, sign).reinterpretAsDoubles();
    }

    static DoubleVector log(DoubleVector x) {
        LongVector bits = x.reinterpretAsLongs();
        LongVector exponent = bits.sub(Double.doubleToLongBits(Math.sqrt(0.5))).lanewise(ASHR, 52);
        DoubleVector m = bits.sub(exponent.lanewise(LSHL, 52)).reinterpretAsDoubles();
        DoubleVector f = m.sub(1).div(m.add(1));
        DoubleVector s = f.mul(f);
        DoubleVector p = polynomial(s, 1 / 3.0, 1 / 5.0, 1 / 7.0, 1 / 9.0, 1 / 11.0, 1 / 13.0, 1 / 15.0, 1 / 17.0, 1 / 19.0);
        DoubleVector n = (DoubleVector) exponent.convertShape(L2D, D, 0);
        return n.fma(all(Math.log(2)), f.add(f).mul(s.fma(p, all(1.0))));
    }

    static FloatVector exp(FloatVector x) {
        FloatVector in = x.max(-87).min(88);
        FloatVector z = in.fma(all(1.44269504f), all(FLOAT_EXPONENT));
        FloatVector n = z.sub(FLOAT_EXPONENT);
        FloatVector r = n.fma(all(2.12194440e-4f), n.fma(all(-0.693359375f), in));
        FloatVector r2 = r.mul(r);
        FloatVector low = r2.fma(r.fma(all(1 / 6f), all(0.5f)), r.add(1));
        FloatVector high = r2.fma(all(1 / 720f), r.fma(all(1 / 120f), all(1 / 24f)));
        FloatVector p = r2.mul(r2).fma(high, low);
        return p.mul(z.reinterpretAsInts().lanewise(LSHL, 23).reinterpretAsFloats());
    }

    /// To 1e-7, not to an ulp near 0: enough for a network.
    static FloatVector tanh(FloatVector x) {
        return all(1).sub(all(2).div(exp(x.add(x)).add(1)));
    }

    /// In place.
    static void tanh(float[] x) {
        int whole = F.loopBound(x.length);
        for (int i = 0; i < whole; i += F.length()) tanh(FloatVector.fromArray(F, x, i)).intoArray(x, i);
        for (int i = whole; i < x.length; i++) x[i] = (float) Math.tanh(x[i]);
    }

    private static DoubleVector polynomial(DoubleVector s, double c0, double c1, double c2, double c3, double c4, double c5, double c6, double c7,
            double c8) {
        DoubleVector s2 = s.mul(s);
        DoubleVector s4 = s2.mul(s2);
        DoubleVector low = s2.fma(s.fma(all(c3), all(c2)), s.fma(all(c1), all(c0)));
        DoubleVector high = s2.fma(s.fma(all(c7), all(c6)), s.fma(all(c5), all(c4)));
        return s4.fma(s4.fma(all(c8), high), low);
    }

    private static DoubleVector all(double c) {
        return DoubleVector.broadcast(D, c);
    }

    private static FloatVector all(float c) {
        return FloatVector.broadcast(F, c);
    }
}
