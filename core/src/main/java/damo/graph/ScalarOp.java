package damo.graph;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The scalar functions: the vocabulary that graphs apply element by element and that kernels compute.
///
/// Operands of one application have equal dtypes, save the condition of [#WHERE]. Integers wrap; `x // 0` and `x mod 0` of
/// integers are 0, as NumPy has them.
public enum ScalarOp {
    NEG("-", 1, Signature.NUMBER),
    ABS("abs", 1, Signature.NUMBER),
    /// −1, 0 or 1; NaN of NaN.
    SIGN("sign", 1, Signature.NUMBER),
    SQRT("sqrt", 1, Signature.FLOAT),
    CBRT("cbrt", 1, Signature.FLOAT),
    EXP("exp", 1, Signature.FLOAT),
    EXP2("exp2", 1, Signature.FLOAT),
    /// `exp(x) − 1`, accurate near 0.
    EXPM1("expm1", 1, Signature.FLOAT),
    LOG("log", 1, Signature.FLOAT),
    LOG2("log2", 1, Signature.FLOAT),
    LOG10("log10", 1, Signature.FLOAT),
    /// `log(1 + x)`, accurate near 0.
    LOG1P("log1p", 1, Signature.FLOAT),
    SIN("sin", 1, Signature.FLOAT),
    COS("cos", 1, Signature.FLOAT),
    TAN("tan", 1, Signature.FLOAT),
    ASIN("asin", 1, Signature.FLOAT),
    ACOS("acos", 1, Signature.FLOAT),
    ATAN("atan", 1, Signature.FLOAT),
    SINH("sinh", 1, Signature.FLOAT),
    COSH("cosh", 1, Signature.FLOAT),
    TANH("tanh", 1, Signature.FLOAT),
    ASINH("asinh", 1, Signature.FLOAT),
    ACOSH("acosh", 1, Signature.FLOAT),
    ATANH("atanh", 1, Signature.FLOAT),
    /// `1 / (1 + exp(−x))`.
    SIGMOID("sigmoid", 1, Signature.FLOAT),
    /// `log(1 + exp(x))`, without overflow.
    SOFTPLUS("softplus", 1, Signature.FLOAT),
    /// `log(1 − exp(x))` for `x < 0`, without cancellation.
    LOG1MEXP("log1mexp", 1, Signature.FLOAT),
    /// The error function.
    ERF("erf", 1, Signature.FLOAT),
    /// `1 − erf(x)`, with small relative error for large `x` too.
    ERFC("erfc", 1, Signature.FLOAT),
    /// `exp(x²) erfc(x)`.
    ERFCX("erfcx", 1, Signature.FLOAT),
    /// The inverse of [#ERF].
    ERFINV("erfinv", 1, Signature.FLOAT),
    /// The inverse of [#ERFC].
    ERFCINV("erfcinv", 1, Signature.FLOAT),
    /// `log |Γ(x)|`; ∞ at its poles.
    LGAMMA("lgamma", 1, Signature.FLOAT),
    CEIL("ceil", 1, Signature.NUMBER),
    FLOOR("floor", 1, Signature.NUMBER),
    TRUNC("trunc", 1, Signature.NUMBER),
    /// To the nearest integer, ties to even.
    ROUND("round", 1, Signature.NUMBER),
    /// Bitwise complement of an integer, logical not of a bool.
    NOT("~", 1, Signature.BITS),
    ISNAN("isnan", 1, Signature.TEST),
    ISINF("isinf", 1, Signature.TEST),

    ADD("+", 2, Signature.NUMBER),
    SUB("-", 2, Signature.NUMBER),
    MUL("*", 2, Signature.NUMBER),
    DIV("/", 2, Signature.FLOAT),
    /// The floor of the quotient.
    FLOORDIV("//", 2, Signature.NUMBER),
    /// `x − y·floor(x/y)`: it has the sign of `y`.
    MOD("mod", 2, Signature.NUMBER),
    POW("pow", 2, Signature.NUMBER),
    ATAN2("atan2", 2, Signature.FLOAT),
    /// `polygamma(n, x)`: the derivative of order `n + 1`, a whole number, of `log Γ(x)`; 0 is digamma.
    POLYGAMMA("polygamma", 2, Signature.FLOAT),
    /// NaN if either is NaN.
    MAX("maximum", 2, Signature.ORDERED),
    /// NaN if either is NaN.
    MIN("minimum", 2, Signature.ORDERED),
    LT("<", 2, Signature.TEST),
    LE("<=", 2, Signature.TEST),
    EQ("==", 2, Signature.TEST),
    NE("!=", 2, Signature.TEST),
    AND("&", 2, Signature.BITS),
    OR("|", 2, Signature.BITS),
    XOR("^", 2, Signature.BITS),
    /// The bits moved to the left, zeros from the right: 0 if the second operand is negative or not below the width.
    SHL("<<", 2, Signature.INTEGER),
    /// The bits moved to the right, the sign (0 if unsigned) from the left: only that if the second operand is negative or not below the width.
    SHR(">>", 2, Signature.INTEGER),

    /// `where(condition, a, b)`: the operand that is not taken contributes nothing, not even to a derivative.
    WHERE("where", 3, Signature.CHOICE),
    /// `a·b + c`, rounded once.
    FMA("fma", 3, Signature.FLOAT);

    /// Which operand dtypes an application takes, and which dtype it has.
    public enum Signature {
        /// Integers and floats (no bool); the result has the operands' dtype.
        NUMBER,
        /// Floats; the result has the operands' dtype.
        FLOAT,
        /// Any dtype, bool too; the result has the operands' dtype.
        ORDERED,
        /// Integers and bool; the result has the operands' dtype.
        BITS,
        /// Integers (no bool); the result has the operands' dtype.
        INTEGER,
        /// Any dtype; the result is bool.
        TEST,
        /// A bool, then two operands of any one dtype, which is the result's.
        CHOICE
    }

    private static final Map<String, ScalarOp> NAMED = Arrays.stream(values())
            .collect(Collectors.toMap(ScalarOp::opcode, Function.identity()));

    private final String symbol;
    private final int arity;
    private final Signature signature;
    private final String opcode = name().toLowerCase(Locale.ROOT);

    ScalarOp(String symbol, int arity, Signature signature) {
        this.symbol = symbol;
        this.arity = arity;
        this.signature = signature;
    }

    /// How expressions show it: an operator sign or a function name.
    public String symbol() {
        return symbol;
    }

    /// The name in IR text and messages: `add`, `log1p`.
    public String opcode() {
        return opcode;
    }

    /// The number of operands.
    public int arity() {
        return arity;
    }

    /// The dtypes that it takes and gives.
    public Signature signature() {
        return signature;
    }

    /// Whether expressions show it between (or before) its operands.
    public boolean isOperator() {
        return !Character.isLetter(symbol.charAt(0));
    }

    /// Whether the operands may change places.
    public boolean isCommutative() {
        return switch (this) {
            case ADD, MUL, MAX, MIN, EQ, NE, AND, OR, XOR -> true;
            case NEG, ABS, SIGN, SQRT, CBRT, EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH,
                 TANH, ASINH, ACOSH, ATANH, SIGMOID, SOFTPLUS, LOG1MEXP, ERF, ERFC, ERFCX, ERFINV, ERFCINV, LGAMMA, CEIL, FLOOR, TRUNC,
                 ROUND, NOT, ISNAN, ISINF, SUB, DIV, FLOORDIV, MOD, POW, ATAN2, POLYGAMMA, LT, LE, SHL, SHR, WHERE, FMA -> false;
        };
    }

    /// The function with this [#opcode], or `null`.
    public static ScalarOp named(String opcode) {
        return NAMED.get(opcode);
    }
}
