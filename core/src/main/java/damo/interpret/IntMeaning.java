package damo.interpret;

import damo.CompilerBug;
import damo.graph.ScalarOp;
import damo.type.DType;

/// The scalar functions of integers and bool, on longs; what is stored are the low bits. A uint64 is its 64 bits, and other
/// values of unsigned dtypes are not negative.
public final class IntMeaning {
    private IntMeaning() {}

    /// `f` of `x`, which have this dtype (save the condition of `where`); a truth value is 0 or 1.
    public static long of(ScalarOp f, DType dtype, long... x) {
        boolean unsigned = dtype.isUnsigned();
        return switch (f) {
            case NEG -> -x[0];
            case ABS -> unsigned ? x[0] : Math.abs(x[0]);
            case SIGN -> unsigned ? truth(x[0] != 0) : Long.signum(x[0]);
            case CEIL, FLOOR, TRUNC, ROUND -> x[0];
            case NOT -> dtype == DType.BOOL ? truth(x[0] == 0) : ~x[0];
            case ISNAN, ISINF -> 0;
            case ADD -> x[0] + x[1];
            case SUB -> x[0] - x[1];
            case MUL -> x[0] * x[1];
            case FLOORDIV -> x[1] == 0 ? 0 : unsigned ? Long.divideUnsigned(x[0], x[1]) : Math.floorDiv(x[0], x[1]);
            case MOD -> x[1] == 0 ? 0 : unsigned ? Long.remainderUnsigned(x[0], x[1]) : Math.floorMod(x[0], x[1]);
            case POW -> !unsigned && x[1] < 0 ? inverse(x[0], x[1]) : power(x[0], x[1]);
            case MAX -> compare(unsigned, x) >= 0 ? x[0] : x[1];
            case MIN -> compare(unsigned, x) <= 0 ? x[0] : x[1];
            case LT -> truth(compare(unsigned, x) < 0);
            case LE -> truth(compare(unsigned, x) <= 0);
            case EQ -> truth(x[0] == x[1]);
            case NE -> truth(x[0] != x[1]);
            case AND -> x[0] & x[1];
            case OR -> x[0] | x[1];
            case XOR -> x[0] ^ x[1];
            case SHL -> Long.compareUnsigned(x[1], dtype.bits()) < 0 ? x[0] << x[1] : 0;
            case SHR -> {
                boolean inside = Long.compareUnsigned(x[1], dtype.bits()) < 0;
                yield unsigned ? inside ? x[0] >>> x[1] : 0 : x[0] >> (inside ? x[1] : 63);
            }
            case WHERE -> x[0] != 0 ? x[1] : x[2];
            case SQRT, CBRT, EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ASINH,
                 ACOSH, ATANH, SIGMOID, SOFTPLUS, LOG1MEXP, ERF, ERFC, ERFCX, ERFINV, ERFCINV, LGAMMA, DIV, ATAN2, POLYGAMMA, FMA ->
                    throw new CompilerBug("interpret", "%s is for floats only, not for %s".formatted(f.opcode(), dtype), f.opcode());
        };
    }

    private static long truth(boolean holds) {
        return holds ? 1 : 0;
    }

    private static int compare(boolean unsigned, long[] x) {
        return unsigned ? Long.compareUnsigned(x[0], x[1]) : Long.compare(x[0], x[1]);
    }

    private static long power(long base, long exponent) {
        long result = 1;
        for (long square = base; exponent != 0; exponent >>>= 1, square *= square)
            if ((exponent & 1) != 0) result *= square;
        return result;
    }

    /// `base` to a negative power: `1 / |…|`, toward zero, and 0 of 0.
    private static long inverse(long base, long exponent) {
        return base == 1 ? 1 : base == -1 ? (exponent & 1) == 0 ? 1 : -1 : 0;
    }
}
