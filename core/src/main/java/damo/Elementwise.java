package damo;

import damo.graph.Build;
import damo.graph.ScalarOp;
import damo.graph.Variable;

/// Elementwise functions in static style: `add(x, 1)` is `x.add(1)`, and the number may come first. Users see them as members of [Damo].
abstract class Elementwise {
    Elementwise() {}

    /// `−x`.
    public static Variable neg(Variable x) {
        return x.neg();
    }

    /// `|x|`; the derivative at 0 is 0.
    public static Variable abs(Variable x) {
        return x.abs();
    }

    /// −1, 0 or 1; the derivative is 0.
    public static Variable sign(Variable x) {
        return x.sign();
    }

    /// The square root.
    public static Variable sqrt(Variable x) {
        return x.sqrt();
    }

    /// The cube root.
    public static Variable cbrt(Variable x) {
        return x.cbrt();
    }

    /// `eˣ`.
    public static Variable exp(Variable x) {
        return x.exp();
    }

    /// `2ˣ`.
    public static Variable exp2(Variable x) {
        return x.exp2();
    }

    /// `eˣ − 1`, accurate near 0.
    public static Variable expm1(Variable x) {
        return x.expm1();
    }

    /// The natural logarithm.
    public static Variable log(Variable x) {
        return x.log();
    }

    /// The logarithm to base 2.
    public static Variable log2(Variable x) {
        return x.log2();
    }

    /// The logarithm to base 10.
    public static Variable log10(Variable x) {
        return x.log10();
    }

    /// `log(1 + x)`, accurate near 0.
    public static Variable log1p(Variable x) {
        return x.log1p();
    }

    /// The sine of an angle in radians.
    public static Variable sin(Variable x) {
        return x.sin();
    }

    /// The cosine of an angle in radians.
    public static Variable cos(Variable x) {
        return x.cos();
    }

    /// The tangent of an angle in radians.
    public static Variable tan(Variable x) {
        return x.tan();
    }

    /// The angle in radians with this sine.
    public static Variable asin(Variable x) {
        return x.asin();
    }

    /// The angle in radians with this cosine.
    public static Variable acos(Variable x) {
        return x.acos();
    }

    /// The angle in radians with this tangent.
    public static Variable atan(Variable x) {
        return x.atan();
    }

    /// The hyperbolic sine.
    public static Variable sinh(Variable x) {
        return x.sinh();
    }

    /// The hyperbolic cosine.
    public static Variable cosh(Variable x) {
        return x.cosh();
    }

    /// The hyperbolic tangent.
    public static Variable tanh(Variable x) {
        return x.tanh();
    }

    /// The inverse hyperbolic sine.
    public static Variable asinh(Variable x) {
        return x.asinh();
    }

    /// The inverse hyperbolic cosine.
    public static Variable acosh(Variable x) {
        return x.acosh();
    }

    /// The inverse hyperbolic tangent.
    public static Variable atanh(Variable x) {
        return x.atanh();
    }

    /// `1 / (1 + e⁻ˣ)`.
    public static Variable sigmoid(Variable x) {
        return x.sigmoid();
    }

    /// `log(1 + eˣ)`, without overflow.
    public static Variable softplus(Variable x) {
        return x.softplus();
    }

    /// `log(1 − eˣ)` for `x < 0`, without cancellation.
    public static Variable log1mexp(Variable x) {
        return x.log1mexp();
    }

    /// The error function, `2/√π ∫₀ˣ e^(−t²) dt`.
    public static Variable erf(Variable x) {
        return x.erf();
    }

    /// `1 − erf(x)`, with small relative error for large `x` too.
    public static Variable erfc(Variable x) {
        return x.erfc();
    }

    /// `exp(x²) · erfc(x)`, which neither overflows nor vanishes for large `x`.
    public static Variable erfcx(Variable x) {
        return x.erfcx();
    }

    /// The inverse of [#erf]: ±∞ of ±1, NaN beyond.
    public static Variable erfinv(Variable x) {
        return x.erfinv();
    }

    /// The inverse of [#erfc]: ∞ of 0, −∞ of 2, NaN beyond.
    public static Variable erfcinv(Variable x) {
        return x.erfcinv();
    }

    /// `log |Γ(x)|`: ∞ at 0 and at negative integers. The derivative is [#digamma].
    public static Variable lgamma(Variable x) {
        return x.lgamma();
    }

    /// The derivative of `log Γ(x)`: NaN at negative integers, ∓∞ at ±0.
    public static Variable digamma(Variable x) {
        return x.digamma();
    }

    /// The derivative of order `n` of [#digamma]: for odd `n` ∞ at 0 and at negative integers, for even ones NaN (∓∞ at ±0). On a device, float32
    /// is computed in float32, which holds the sums for `n` up to 20.
    ///
    /// @param n whole numbers from 0 up (of others it is NaN); there is no derivative by them
    public static Variable polygamma(Variable n, Variable x) {
        return x.polygamma(n);
    }

    /// As [#polygamma(Variable, Variable)].
    public static Variable polygamma(Number n, Variable x) {
        return x.polygamma(n);
    }

    /// The least integer not below; the derivative is 0.
    public static Variable ceil(Variable x) {
        return x.ceil();
    }

    /// The greatest integer not above; the derivative is 0.
    public static Variable floor(Variable x) {
        return x.floor();
    }

    /// The integer part; the derivative is 0.
    public static Variable trunc(Variable x) {
        return x.trunc();
    }

    /// The nearest integer, ties to even; the derivative is 0.
    public static Variable round(Variable x) {
        return x.round();
    }

    /// The bitwise complement of an integer, the logical not of a bool.
    public static Variable not(Variable x) {
        return x.not();
    }

    /// Whether it is NaN.
    public static Variable isNaN(Variable x) {
        return x.isNaN();
    }

    /// Whether it is ∞ or −∞.
    public static Variable isInf(Variable x) {
        return x.isInf();
    }

    /// `x + y`.
    public static Variable add(Variable x, Variable y) {
        return x.add(y);
    }

    /// `x + y`.
    public static Variable add(Variable x, Number y) {
        return x.add(y);
    }

    /// `x + y`.
    public static Variable add(Number x, Variable y) {
        return Build.elementwise(ScalarOp.ADD, x, y);
    }

    /// `x − y`.
    public static Variable sub(Variable x, Variable y) {
        return x.sub(y);
    }

    /// `x − y`.
    public static Variable sub(Variable x, Number y) {
        return x.sub(y);
    }

    /// `x − y`.
    public static Variable sub(Number x, Variable y) {
        return Build.elementwise(ScalarOp.SUB, x, y);
    }

    /// `x · y`.
    public static Variable mul(Variable x, Variable y) {
        return x.mul(y);
    }

    /// `x · y`.
    public static Variable mul(Variable x, Number y) {
        return x.mul(y);
    }

    /// `x · y`.
    public static Variable mul(Number x, Variable y) {
        return Build.elementwise(ScalarOp.MUL, x, y);
    }

    /// `x / y`, a float also for integers.
    public static Variable div(Variable x, Variable y) {
        return x.div(y);
    }

    /// `x / y`, a float also for integers.
    public static Variable div(Variable x, Number y) {
        return x.div(y);
    }

    /// `x / y`, a float also for integers.
    public static Variable div(Number x, Variable y) {
        return Build.elementwise(ScalarOp.DIV, x, y);
    }

    /// The floor of the quotient; the derivative is 0.
    public static Variable floorDiv(Variable x, Variable y) {
        return x.floorDiv(y);
    }

    /// The floor of the quotient; the derivative is 0.
    public static Variable floorDiv(Variable x, Number y) {
        return x.floorDiv(y);
    }

    /// The floor of the quotient; the derivative is 0.
    public static Variable floorDiv(Number x, Variable y) {
        return Build.elementwise(ScalarOp.FLOORDIV, x, y);
    }

    /// `x − y·floor(x/y)`: it has the sign of `y`.
    public static Variable mod(Variable x, Variable y) {
        return x.mod(y);
    }

    /// `x − y·floor(x/y)`: it has the sign of `y`.
    public static Variable mod(Variable x, Number y) {
        return x.mod(y);
    }

    /// `x − y·floor(x/y)`: it has the sign of `y`.
    public static Variable mod(Number x, Variable y) {
        return Build.elementwise(ScalarOp.MOD, x, y);
    }

    /// `xʸ`; integers stay integers.
    public static Variable pow(Variable x, Variable y) {
        return x.pow(y);
    }

    /// `xʸ`; integers stay integers.
    public static Variable pow(Variable x, Number y) {
        return x.pow(y);
    }

    /// `xʸ`; integers stay integers.
    public static Variable pow(Number x, Variable y) {
        return Build.elementwise(ScalarOp.POW, x, y);
    }

    /// The angle in radians of the point with ordinate `x` and abscissa `y`.
    public static Variable atan2(Variable x, Variable y) {
        return x.atan2(y);
    }

    /// The angle in radians of the point with ordinate `x` and abscissa `y`.
    public static Variable atan2(Variable x, Number y) {
        return x.atan2(y);
    }

    /// The angle in radians of the point with ordinate `x` and abscissa `y`.
    public static Variable atan2(Number x, Variable y) {
        return Build.elementwise(ScalarOp.ATAN2, x, y);
    }

    /// `x·y + z`, rounded once.
    public static Variable fma(Variable x, Variable y, Variable z) {
        return x.fma(y, z);
    }

    /// `x·y + z`, rounded once.
    public static Variable fma(Variable x, Variable y, Number z) {
        return x.fma(y, z);
    }

    /// `x·y + z`, rounded once.
    public static Variable fma(Variable x, Number y, Variable z) {
        return x.fma(y, z);
    }

    /// `x·y + z`, rounded once.
    public static Variable fma(Variable x, Number y, Number z) {
        return x.fma(y, z);
    }

    /// `x·y + z`, rounded once.
    public static Variable fma(Number x, Variable y, Variable z) {
        return Build.elementwise(ScalarOp.FMA, x, y, z);
    }

    /// `x·y + z`, rounded once.
    public static Variable fma(Number x, Variable y, Number z) {
        return Build.elementwise(ScalarOp.FMA, x, y, z);
    }

    /// `x·y + z`, rounded once.
    public static Variable fma(Number x, Number y, Variable z) {
        return Build.elementwise(ScalarOp.FMA, x, y, z);
    }

    /// The larger, element by element; NaN if either is.
    public static Variable maximum(Variable x, Variable y) {
        return x.maximum(y);
    }

    /// The larger, element by element; NaN if either is.
    public static Variable maximum(Variable x, Number y) {
        return x.maximum(y);
    }

    /// The larger, element by element; NaN if either is.
    public static Variable maximum(Number x, Variable y) {
        return Build.elementwise(ScalarOp.MAX, x, y);
    }

    /// The smaller, element by element; NaN if either is.
    public static Variable minimum(Variable x, Variable y) {
        return x.minimum(y);
    }

    /// The smaller, element by element; NaN if either is.
    public static Variable minimum(Variable x, Number y) {
        return x.minimum(y);
    }

    /// The smaller, element by element; NaN if either is.
    public static Variable minimum(Number x, Variable y) {
        return Build.elementwise(ScalarOp.MIN, x, y);
    }

    /// `x < y`, a bool.
    public static Variable lt(Variable x, Variable y) {
        return x.lt(y);
    }

    /// `x < y`, a bool.
    public static Variable lt(Variable x, Number y) {
        return x.lt(y);
    }

    /// `x < y`, a bool.
    public static Variable lt(Number x, Variable y) {
        return Build.elementwise(ScalarOp.LT, x, y);
    }

    /// `x <= y`, a bool.
    public static Variable le(Variable x, Variable y) {
        return x.le(y);
    }

    /// `x <= y`, a bool.
    public static Variable le(Variable x, Number y) {
        return x.le(y);
    }

    /// `x <= y`, a bool.
    public static Variable le(Number x, Variable y) {
        return Build.elementwise(ScalarOp.LE, x, y);
    }

    /// `x > y`, a bool.
    public static Variable gt(Variable x, Variable y) {
        return x.gt(y);
    }

    /// `x > y`, a bool.
    public static Variable gt(Variable x, Number y) {
        return x.gt(y);
    }

    /// `x > y`, a bool.
    public static Variable gt(Number x, Variable y) {
        return Build.elementwise(ScalarOp.LT, y, x);
    }

    /// `x >= y`, a bool.
    public static Variable ge(Variable x, Variable y) {
        return x.ge(y);
    }

    /// `x >= y`, a bool.
    public static Variable ge(Variable x, Number y) {
        return x.ge(y);
    }

    /// `x >= y`, a bool.
    public static Variable ge(Number x, Variable y) {
        return Build.elementwise(ScalarOp.LE, y, x);
    }

    /// `x == y`, element by element, a bool.
    public static Variable eq(Variable x, Variable y) {
        return x.eq(y);
    }

    /// `x == y`, element by element, a bool.
    public static Variable eq(Variable x, Number y) {
        return x.eq(y);
    }

    /// `x == y`, element by element, a bool.
    public static Variable eq(Number x, Variable y) {
        return Build.elementwise(ScalarOp.EQ, x, y);
    }

    /// `x != y`, element by element, a bool.
    public static Variable neq(Variable x, Variable y) {
        return x.neq(y);
    }

    /// `x != y`, element by element, a bool.
    public static Variable neq(Variable x, Number y) {
        return x.neq(y);
    }

    /// `x != y`, element by element, a bool.
    public static Variable neq(Number x, Variable y) {
        return Build.elementwise(ScalarOp.NE, x, y);
    }

    /// Bitwise and; logical for bool.
    public static Variable and(Variable x, Variable y) {
        return x.and(y);
    }

    /// Bitwise and; logical for bool.
    public static Variable and(Variable x, Number y) {
        return x.and(y);
    }

    /// Bitwise and; logical for bool.
    public static Variable and(Number x, Variable y) {
        return Build.elementwise(ScalarOp.AND, x, y);
    }

    /// Bitwise or; logical for bool.
    public static Variable or(Variable x, Variable y) {
        return x.or(y);
    }

    /// Bitwise or; logical for bool.
    public static Variable or(Variable x, Number y) {
        return x.or(y);
    }

    /// Bitwise or; logical for bool.
    public static Variable or(Number x, Variable y) {
        return Build.elementwise(ScalarOp.OR, x, y);
    }

    /// Bitwise exclusive or; logical for bool.
    public static Variable xor(Variable x, Variable y) {
        return x.xor(y);
    }

    /// Bitwise exclusive or; logical for bool.
    public static Variable xor(Variable x, Number y) {
        return x.xor(y);
    }

    /// Bitwise exclusive or; logical for bool.
    public static Variable xor(Number x, Variable y) {
        return Build.elementwise(ScalarOp.XOR, x, y);
    }

    /// The bits of an integer moved to the left by `y` places: 0 if `y` is negative or not below the width.
    public static Variable shiftLeft(Variable x, Variable y) {
        return x.shiftLeft(y);
    }

    /// As [#shiftLeft(Variable, Variable)].
    public static Variable shiftLeft(Variable x, Number y) {
        return x.shiftLeft(y);
    }

    /// As [#shiftLeft(Variable, Variable)].
    public static Variable shiftLeft(Number x, Variable y) {
        return Build.elementwise(ScalarOp.SHL, x, y);
    }

    /// The bits of an integer moved to the right by `y` places, zeros following if it is unsigned, else its sign; only those if `y` is
    /// negative or not below the width.
    public static Variable shiftRight(Variable x, Variable y) {
        return x.shiftRight(y);
    }

    /// As [#shiftRight(Variable, Variable)].
    public static Variable shiftRight(Variable x, Number y) {
        return x.shiftRight(y);
    }

    /// As [#shiftRight(Variable, Variable)].
    public static Variable shiftRight(Number x, Variable y) {
        return Build.elementwise(ScalarOp.SHR, x, y);
    }
}
