package damo.opencl;

import static damo.opencl.CType.wide;
import static damo.opencl.CType.wrapping;

import damo.CompilerBug;
import damo.graph.ScalarOp;
import damo.type.DType;

/// Scalar functions in C. Operands and results are expressions that bind tightly: names, calls, or in parentheses.
///
/// Functions of floats are the device's own; OpenCL bounds their errors (`exp`, `log` 3 ulp, `sin` 4, `pow` 16; chapter 7.4).
final class Operations {
    private final Helpers helpers;

    Operations(Helpers helpers) {
        this.helpers = helpers;
    }

    /// `f` of operands of dtype `t`. Not of [ScalarOp#WHERE], which is a branch.
    ///
    /// @param isOffset whether it is arithmetic on positions, which does not overflow
    String apply(ScalarOp f, DType t, boolean isOffset, String... x) {
        return switch (f) {
            case NEG -> t.isFloat() ? "(-%s)".formatted(x[0]) : arithmetic("-", t, isOffset, "0", x[0]);
            case ADD -> arithmetic(t == DType.BOOL ? "|" : "+", t, isOffset, x);
            case SUB -> arithmetic(t == DType.BOOL ? "^" : "-", t, isOffset, x);
            case MUL -> arithmetic(t == DType.BOOL ? "&" : "*", t, isOffset, x);
            case DIV -> infix("/", x);
            case AND -> infix("&", x);
            case OR -> infix("|", x);
            case XOR -> infix("^", x);
            case LT -> infix("<", x);
            case LE -> infix("<=", x);
            case EQ -> infix("==", x);
            case NE -> infix("!=", x);
            case NOT -> t == DType.BOOL ? "(!%s)".formatted(x[0]) : narrow(t, "(~%s)".formatted(x[0]));
            case SHL -> helper("shl", t, x);
            case SHR -> helper("shr", t, x);
            case ABS -> t.isFloat() ? call("fabs", x) : t.isUnsigned() || t == DType.BOOL ? x[0]
                : "((%s)abs(%s))".formatted(CType.of(t), cast(t, x[0]));
            case SIGN -> t.isUnsigned() || t == DType.BOOL ? "(%s != 0)".formatted(x[0]) : helper("sign", t, x);
            case MAX -> helper("max", t, x);
            case MIN -> helper("min", t, x);
            case FLOORDIV -> helper("floordiv", t, x);
            case MOD -> helper("mod", t, x);
            case POW -> t.isFloat() ? call("pow", x) : narrow(t, helpers.call("pow", t.isUnsigned() ? "ulong" : "long", x));
            case ATAN2 -> call("atan2", x);
            case POLYGAMMA -> helpers.call("polygamma", wide(t), x);
            case CEIL, FLOOR, TRUNC, ROUND -> t.isFloat() ? call(f == ScalarOp.ROUND ? "rint" : f.opcode(), x) : x[0];
            case SQRT, CBRT, EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ASINH, ACOSH, ATANH, ERF,
                 ERFC, LGAMMA -> call(f.opcode(), x);
            case FMA -> call("fma", x);
            case ISNAN, ISINF -> t.isFloat() ? call(f.opcode(), x) : "0";
            case SIGMOID, SOFTPLUS, LOG1MEXP, ERFCX, ERFINV, ERFCINV, WHERE ->
                throw new CompilerBug("emit", "C does not have %s".formatted(f), f.opcode());
        };
    }

    /// `x` as another dtype, as [damo.value.Storage] has it.
    String convert(String x, DType from, DType to) {
        if (from == to) return x;
        if (to == DType.BOOL) return "(%s != 0)".formatted(x);
        if (!from.isFloat() || to.isFloat()) return cast(to, x);
        return switch (to) {
            case INT8, INT16, UINT8, UINT16 -> cast(to, call("convert_int_sat", x));
            case INT32 -> call("convert_int_sat", x);
            case UINT32 -> cast(to, call("convert_long_sat", x));
            case INT64 -> call("convert_long_sat", x);
            case UINT64 -> helpers.call("wrap", CType.of(from), x);
            case BOOL, FLOAT32, FLOAT64 -> cast(to, x);
        };
    }

    private String helper(String f, DType t, String... x) {
        return narrow(t, helpers.call(f, wide(t), x));
    }

    private static String call(String f, String... x) {
        return "%s(%s)".formatted(f, String.join(", ", x));
    }

    private static String infix(String sign, String... x) {
        return "(%s %s %s)".formatted(x[0], sign, x[1]);
    }

    private static String arithmetic(String sign, DType t, boolean isOffset, String... x) {
        boolean plain = t.isFloat() || t == DType.BOOL || t == DType.UINT32 || t == DType.UINT64 || isOffset && t == DType.INT32;
        if (plain) return infix(sign, x);
        String u = wrapping(t);
        return cast(t, "((%s)%s %s (%s)%s)".formatted(u, x[0], sign, u, x[1]));
    }

    /// The result of arithmetic in 32 bits or more, as the dtype holds it.
    private static String narrow(DType t, String x) {
        return switch (t) {
            case INT8, INT16, UINT8, UINT16, INT32, UINT32 -> cast(t, x);
            case BOOL, INT64, UINT64, FLOAT32, FLOAT64 -> x;
        };
    }

    private static String cast(DType t, String x) {
        return "((%s)%s)".formatted(CType.of(t), x);
    }
}
