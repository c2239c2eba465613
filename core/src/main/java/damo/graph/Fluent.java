package damo.graph;

/// Elementwise functions as methods. Operands broadcast as in NumPy; dtypes promote by NumPy's table; a Java number takes the dtype
/// of the tensor (a fraction makes an integer tensor float64).
abstract class Fluent {
    abstract Variable self();

    private Variable apply(ScalarOp f) {
        return Build.elementwise(f, self());
    }

    /// `−x`.
    public Variable neg() {
        return apply(ScalarOp.NEG);
    }

    /// `|x|`; the derivative at 0 is 0.
    public Variable abs() {
        return apply(ScalarOp.ABS);
    }

    /// −1, 0 or 1; the derivative is 0.
    public Variable sign() {
        return apply(ScalarOp.SIGN);
    }

    /// The square root.
    public Variable sqrt() {
        return apply(ScalarOp.SQRT);
    }

    /// The cube root.
    public Variable cbrt() {
        return apply(ScalarOp.CBRT);
    }

    /// `eˣ`.
    public Variable exp() {
        return apply(ScalarOp.EXP);
    }

    /// `2ˣ`.
    public Variable exp2() {
        return apply(ScalarOp.EXP2);
    }

    /// `eˣ − 1`, accurate near 0.
    public Variable expm1() {
        return apply(ScalarOp.EXPM1);
    }

    /// The natural logarithm.
    public Variable log() {
        return apply(ScalarOp.LOG);
    }

    /// The logarithm to base 2.
    public Variable log2() {
        return apply(ScalarOp.LOG2);
    }

    /// The logarithm to base 10.
    public Variable log10() {
        return apply(ScalarOp.LOG10);
    }

    /// `log(1 + x)`, accurate near 0.
    public Variable log1p() {
        return apply(ScalarOp.LOG1P);
    }

    /// The sine of an angle in radians.
    public Variable sin() {
        return apply(ScalarOp.SIN);
    }

    /// The cosine of an angle in radians.
    public Variable cos() {
        return apply(ScalarOp.COS);
    }

    /// The tangent of an angle in radians.
    public Variable tan() {
        return apply(ScalarOp.TAN);
    }

    /// The angle in radians with this sine.
    public Variable asin() {
        return apply(ScalarOp.ASIN);
    }

    /// The angle in radians with this cosine.
    public Variable acos() {
        return apply(ScalarOp.ACOS);
    }

    /// The angle in radians with this tangent.
    public Variable atan() {
        return apply(ScalarOp.ATAN);
    }

    /// The hyperbolic sine.
    public Variable sinh() {
        return apply(ScalarOp.SINH);
    }

    /// The hyperbolic cosine.
    public Variable cosh() {
        return apply(ScalarOp.COSH);
    }

    /// The hyperbolic tangent.
    public Variable tanh() {
        return apply(ScalarOp.TANH);
    }

    /// The inverse hyperbolic sine.
    public Variable asinh() {
        return apply(ScalarOp.ASINH);
    }

    /// The inverse hyperbolic cosine.
    public Variable acosh() {
        return apply(ScalarOp.ACOSH);
    }

    /// The inverse hyperbolic tangent.
    public Variable atanh() {
        return apply(ScalarOp.ATANH);
    }

    /// `1 / (1 + e⁻ˣ)`.
    public Variable sigmoid() {
        return apply(ScalarOp.SIGMOID);
    }

    /// `log(1 + eˣ)`, without overflow.
    public Variable softplus() {
        return apply(ScalarOp.SOFTPLUS);
    }

    /// `log(1 − eˣ)` for `x < 0`, without cancellation.
    public Variable log1mexp() {
        return apply(ScalarOp.LOG1MEXP);
    }

    /// The error function, `2/√π ∫₀ˣ e^(−t²) dt`.
    public Variable erf() {
        return apply(ScalarOp.ERF);
    }

    /// `1 − erf(x)`, with small relative error for large `x` too.
    public Variable erfc() {
        return apply(ScalarOp.ERFC);
    }

    /// `exp(x²) · erfc(x)`, which neither overflows nor vanishes for large `x`.
    public Variable erfcx() {
        return apply(ScalarOp.ERFCX);
    }

    /// The inverse of [#erf]: ±∞ of ±1, NaN beyond.
    public Variable erfinv() {
        return apply(ScalarOp.ERFINV);
    }

    /// The inverse of [#erfc]: ∞ of 0, −∞ of 2, NaN beyond.
    public Variable erfcinv() {
        return apply(ScalarOp.ERFCINV);
    }

    /// `log |Γ(x)|`: ∞ at 0 and at negative integers. The derivative is [#digamma].
    public Variable lgamma() {
        return apply(ScalarOp.LGAMMA);
    }

    /// The derivative of `log Γ(x)`: NaN at negative integers, ∓∞ at ±0.
    public Variable digamma() {
        return polygamma(0);
    }

    /// The derivative of order `n` of [#digamma]: for odd `n` ∞ at 0 and at negative integers, for even ones NaN (∓∞ at ±0).
    ///
    /// @param n whole numbers from 0 up (of others it is NaN); there is no derivative by them
    public Variable polygamma(Variable n) {
        return Build.elementwise(ScalarOp.POLYGAMMA, n, self());
    }

    /// As [#polygamma(Variable)].
    public Variable polygamma(Number n) {
        return Build.elementwise(ScalarOp.POLYGAMMA, n, self());
    }

    /// The least integer not below; the derivative is 0.
    public Variable ceil() {
        return apply(ScalarOp.CEIL);
    }

    /// The greatest integer not above; the derivative is 0.
    public Variable floor() {
        return apply(ScalarOp.FLOOR);
    }

    /// The integer part; the derivative is 0.
    public Variable trunc() {
        return apply(ScalarOp.TRUNC);
    }

    /// The nearest integer, ties to even; the derivative is 0.
    public Variable round() {
        return apply(ScalarOp.ROUND);
    }

    /// The bitwise complement of an integer, the logical not of a bool.
    public Variable not() {
        return apply(ScalarOp.NOT);
    }

    /// Whether it is NaN.
    public Variable isNaN() {
        return apply(ScalarOp.ISNAN);
    }

    /// Whether it is ∞ or −∞.
    public Variable isInf() {
        return apply(ScalarOp.ISINF);
    }

    /// `x + y`.
    public Variable add(Variable y) {
        return Build.elementwise(ScalarOp.ADD, self(), y);
    }

    /// `x + y`.
    public Variable add(Number y) {
        return Build.elementwise(ScalarOp.ADD, self(), y);
    }

    /// `x − y`.
    public Variable sub(Variable y) {
        return Build.elementwise(ScalarOp.SUB, self(), y);
    }

    /// `x − y`.
    public Variable sub(Number y) {
        return Build.elementwise(ScalarOp.SUB, self(), y);
    }

    /// `x · y`.
    public Variable mul(Variable y) {
        return Build.elementwise(ScalarOp.MUL, self(), y);
    }

    /// `x · y`.
    public Variable mul(Number y) {
        return Build.elementwise(ScalarOp.MUL, self(), y);
    }

    /// `x / y`, a float also for integers.
    public Variable div(Variable y) {
        return Build.elementwise(ScalarOp.DIV, self(), y);
    }

    /// `x / y`, a float also for integers.
    public Variable div(Number y) {
        return Build.elementwise(ScalarOp.DIV, self(), y);
    }

    /// The floor of the quotient; the derivative is 0.
    public Variable floorDiv(Variable y) {
        return Build.elementwise(ScalarOp.FLOORDIV, self(), y);
    }

    /// The floor of the quotient; the derivative is 0.
    public Variable floorDiv(Number y) {
        return Build.elementwise(ScalarOp.FLOORDIV, self(), y);
    }

    /// `x − y·floor(x/y)`: it has the sign of `y`.
    public Variable mod(Variable y) {
        return Build.elementwise(ScalarOp.MOD, self(), y);
    }

    /// `x − y·floor(x/y)`: it has the sign of `y`.
    public Variable mod(Number y) {
        return Build.elementwise(ScalarOp.MOD, self(), y);
    }

    /// `xʸ`; integers stay integers.
    public Variable pow(Variable y) {
        return Build.elementwise(ScalarOp.POW, self(), y);
    }

    /// `xʸ`; integers stay integers.
    public Variable pow(Number y) {
        return Build.elementwise(ScalarOp.POW, self(), y);
    }

    /// The angle in radians of the point with ordinate `x` (this) and abscissa `y`.
    public Variable atan2(Variable y) {
        return Build.elementwise(ScalarOp.ATAN2, self(), y);
    }

    /// The angle in radians of the point with ordinate `x` (this) and abscissa `y`.
    public Variable atan2(Number y) {
        return Build.elementwise(ScalarOp.ATAN2, self(), y);
    }

    /// `x·y + z` (`x` is this), rounded once.
    public Variable fma(Variable y, Variable z) {
        return Build.elementwise(ScalarOp.FMA, self(), y, z);
    }

    /// `x·y + z` (`x` is this), rounded once.
    public Variable fma(Variable y, Number z) {
        return Build.elementwise(ScalarOp.FMA, self(), y, z);
    }

    /// `x·y + z` (`x` is this), rounded once.
    public Variable fma(Number y, Variable z) {
        return Build.elementwise(ScalarOp.FMA, self(), y, z);
    }

    /// `x·y + z` (`x` is this), rounded once.
    public Variable fma(Number y, Number z) {
        return Build.elementwise(ScalarOp.FMA, self(), y, z);
    }

    /// The larger, element by element; NaN if either is.
    public Variable maximum(Variable y) {
        return Build.elementwise(ScalarOp.MAX, self(), y);
    }

    /// The larger, element by element; NaN if either is.
    public Variable maximum(Number y) {
        return Build.elementwise(ScalarOp.MAX, self(), y);
    }

    /// The smaller, element by element; NaN if either is.
    public Variable minimum(Variable y) {
        return Build.elementwise(ScalarOp.MIN, self(), y);
    }

    /// The smaller, element by element; NaN if either is.
    public Variable minimum(Number y) {
        return Build.elementwise(ScalarOp.MIN, self(), y);
    }

    /// `x < y`, a bool.
    public Variable lt(Variable y) {
        return Build.elementwise(ScalarOp.LT, self(), y);
    }

    /// `x < y`, a bool.
    public Variable lt(Number y) {
        return Build.elementwise(ScalarOp.LT, self(), y);
    }

    /// `x <= y`, a bool.
    public Variable le(Variable y) {
        return Build.elementwise(ScalarOp.LE, self(), y);
    }

    /// `x <= y`, a bool.
    public Variable le(Number y) {
        return Build.elementwise(ScalarOp.LE, self(), y);
    }

    /// `x > y`, a bool.
    public Variable gt(Variable y) {
        return Build.elementwise(ScalarOp.LT, y, self());
    }

    /// `x > y`, a bool.
    public Variable gt(Number y) {
        return Build.elementwise(ScalarOp.LT, y, self());
    }

    /// `x >= y`, a bool.
    public Variable ge(Variable y) {
        return Build.elementwise(ScalarOp.LE, y, self());
    }

    /// `x >= y`, a bool.
    public Variable ge(Number y) {
        return Build.elementwise(ScalarOp.LE, y, self());
    }

    /// `x == y`, element by element, a bool.
    public Variable eq(Variable y) {
        return Build.elementwise(ScalarOp.EQ, self(), y);
    }

    /// `x == y`, element by element, a bool.
    public Variable eq(Number y) {
        return Build.elementwise(ScalarOp.EQ, self(), y);
    }

    /// `x != y`, element by element, a bool.
    public Variable neq(Variable y) {
        return Build.elementwise(ScalarOp.NE, self(), y);
    }

    /// `x != y`, element by element, a bool.
    public Variable neq(Number y) {
        return Build.elementwise(ScalarOp.NE, self(), y);
    }

    /// Bitwise and; logical for bool.
    public Variable and(Variable y) {
        return Build.elementwise(ScalarOp.AND, self(), y);
    }

    /// Bitwise and; logical for bool.
    public Variable and(Number y) {
        return Build.elementwise(ScalarOp.AND, self(), y);
    }

    /// Bitwise or; logical for bool.
    public Variable or(Variable y) {
        return Build.elementwise(ScalarOp.OR, self(), y);
    }

    /// Bitwise or; logical for bool.
    public Variable or(Number y) {
        return Build.elementwise(ScalarOp.OR, self(), y);
    }

    /// Bitwise exclusive or; logical for bool.
    public Variable xor(Variable y) {
        return Build.elementwise(ScalarOp.XOR, self(), y);
    }

    /// Bitwise exclusive or; logical for bool.
    public Variable xor(Number y) {
        return Build.elementwise(ScalarOp.XOR, self(), y);
    }

    /// The bits of an integer moved to the left by `y` places: 0 if `y` is negative or not below the width.
    public Variable shiftLeft(Variable y) {
        return Build.elementwise(ScalarOp.SHL, self(), y);
    }

    /// As [#shiftLeft(Variable)].
    public Variable shiftLeft(Number y) {
        return Build.elementwise(ScalarOp.SHL, self(), y);
    }

    /// The bits of an integer moved to the right by `y` places, zeros following if it is unsigned, else its sign; only those if `y` is
    /// negative or not below the width.
    public Variable shiftRight(Variable y) {
        return Build.elementwise(ScalarOp.SHR, self(), y);
    }

    /// As [#shiftRight(Variable)].
    public Variable shiftRight(Number y) {
        return Build.elementwise(ScalarOp.SHR, self(), y);
    }
}
