package damo.math;

import damo.graph.ScalarOp;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.type.DType;

/// A value with arithmetic, so that formulas read as they are written. Formulas are straight-line: lanes take both sides of [#where].
///
/// A float has dtype float64 or float32; its [#bits()] are an integer of the same width. Numbers beside it take its dtype; where the two
/// dtypes need different ones, [#pick] names both.
record Term(Values values, Value value) {
    /// `hi + lo`, where `lo` is what rounding took from `hi`, or at least far smaller.
    record Pair(Term hi, Term lo) {
        Term sum() {
            return hi.add(lo);
        }

        /// The same sum, its rounding in `lo`.
        Pair normal() {
            return quickSum(hi, lo);
        }
    }

    boolean isDouble() {
        return value.dtype().bits() == 64;
    }

    /// The number for float64, or that for float32.
    double pick(double wide, double narrow) {
        return isDouble() ? wide : narrow;
    }

    Term number(double x) {
        return of(values.number(value.dtype(), x));
    }

    Term whole(long x) {
        return of(values.of(new Scalar.Whole(x), value.dtype()));
    }

    private Term of(Value v) {
        return new Term(values, v);
    }

    Term apply(ScalarOp f) {
        return of(values.apply(f, value));
    }

    Term apply(ScalarOp f, Term y) {
        return of(values.apply(f, value, y.value));
    }

    Term add(Term y) {
        return apply(ScalarOp.ADD, y);
    }

    Term add(double y) {
        return add(number(y));
    }

    Term sub(Term y) {
        return apply(ScalarOp.SUB, y);
    }

    Term sub(double y) {
        return sub(number(y));
    }

    Term mul(Term y) {
        return apply(ScalarOp.MUL, y);
    }

    Term mul(double y) {
        return mul(number(y));
    }

    Term div(Term y) {
        return apply(ScalarOp.DIV, y);
    }

    /// `this·y + z`, rounded once.
    Term fma(Term y, Term z) {
        return of(values.apply(ScalarOp.FMA, value, y.value, z.value));
    }

    Term fma(double y, Term z) {
        return fma(number(y), z);
    }

    Term fma(Term y, double z) {
        return fma(y, number(z));
    }

    Term fma(double y, double z) {
        return fma(number(y), number(z));
    }

    Term neg() {
        return apply(ScalarOp.NEG);
    }

    /// Looks through a negation, so that what is even or odd shares its parts between `x` and `−x`.
    Term abs() {
        return value.op() instanceof Scalar.Apply(var f, var args) && f == ScalarOp.NEG ? of(args.getFirst()).abs() : apply(ScalarOp.ABS);
    }

    Term sqrt() {
        return apply(ScalarOp.SQRT);
    }

    Term lt(Term y) {
        return apply(ScalarOp.LT, y);
    }

    Term lt(double y) {
        return lt(number(y));
    }

    Term gt(double y) {
        return number(y).lt(this);
    }

    Term le(Term y) {
        return apply(ScalarOp.LE, y);
    }

    Term le(double y) {
        return le(number(y));
    }

    Term eq(double y) {
        return apply(ScalarOp.EQ, number(y));
    }

    /// `a` where this condition holds, else `b`; both are computed.
    Term where(Term a, Term b) {
        return of(values.apply(ScalarOp.WHERE, value, a.value, b.value));
    }

    /// As [#where], but the other one is not computed: for what is hardly ever needed.
    Term choose(Term a, Term b) {
        return of(values.choose(value, a.value, b.value));
    }

    Term convert(DType to) {
        return of(values.convert(value, to));
    }

    // ---- bits

    /// The bits of a float, or the float of these bits.
    Term bits() {
        return of(values.bits(value));
    }

    Term plus(long bits) {
        return add(whole(bits));
    }

    Term and(long bits) {
        return apply(ScalarOp.AND, whole(bits));
    }

    Term or(long bits) {
        return apply(ScalarOp.OR, whole(bits));
    }

    Term xor(Term bits) {
        return apply(ScalarOp.XOR, bits);
    }

    Term shl(int places) {
        return apply(ScalarOp.SHL, whole(places));
    }

    Term shr(int places) {
        return apply(ScalarOp.SHR, whole(places));
    }

    Term isWhole(long bits) {
        return apply(ScalarOp.EQ, whole(bits));
    }

    /// The bit of the sign.
    Term signBit() {
        return bits().and(isDouble() ? Long.MIN_VALUE : Integer.MIN_VALUE);
    }

    /// This, which is not negative, with a sign bit.
    Term signed(Term bit) {
        return bits().xor(bit).bits();
    }

    /// The number of bits below the exponent.
    int fraction() {
        return isDouble() ? 52 : 23;
    }

    /// The bits of the exponent of 1.
    long bias() {
        return isDouble() ? 1023 : 127;
    }

    /// Added to a small number and subtracted again it rounds it to an integer, whose lowest bits are meanwhile those of the sum.
    double rounder() {
        return pick(0x1.8p52, 0x1.8p23);
    }

    /// This, normal, times 2ⁿ, where the result is normal too and `n` was added to [#rounder].
    Term scaled(Term rounded) {
        return bits().add(rounded.bits().shl(fraction())).bits();
    }

    /// 2ⁿ⁺ᵐ, in the exponents' range, for this, the sum of `n` and [#rounder].
    Term power(int m) {
        return bits().shl(fraction()).plus(bias() + m << fraction()).bits();
    }

    // ---- pairs

    /// The sum, exactly.
    static Pair sum(Term a, Term b) {
        Term s = a.add(b);
        Term other = s.sub(a);
        return new Pair(s, a.sub(s.sub(other)).add(b.sub(other)));
    }

    /// The sum, exactly if `a` has no smaller exponent than `b`, or is 0.
    static Pair quickSum(Term a, Term b) {
        Term s = a.add(b);
        return new Pair(s, b.sub(s.sub(a)));
    }

    /// The product, exactly.
    static Pair product(Term a, Term b) {
        Term p = a.mul(b);
        return new Pair(p, a.fma(b, p.neg()));
    }

    // ---- polynomials

    /// `c₀ + c₁x + c₂x² + …` in Estrin's form: pairs of terms, then pairs of pairs, all side by side; the last five one after the other, which
    /// takes longer, but fewer operations: several vectors are under way at a time.
    Term polynomial(double[] wide, double[] narrow) {
        double[] c = isDouble() ? wide : narrow;
        var terms = new Term[c.length];
        for (int i = 0; i < c.length; i++) terms[i] = number(c[i]);
        Term power = this;
        int n = c.length;
        for (; n > 5; n = (n + 1) / 2, power = power.mul(power))
            for (int i = 0; i < n; i += 2) terms[i / 2] = i + 1 < n ? power.fma(terms[i + 1], terms[i]) : terms[i];
        Term sum = terms[n - 1];
        for (int i = n - 2; i >= 0; i--) sum = power.fma(sum, terms[i]);
        return sum;
    }
}
