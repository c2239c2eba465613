package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.CompilerBug;
import damo.graph.ScalarOp;
import damo.kernel.Scalar;
import damo.type.DType;
import java.util.Locale;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;

/// One element at a time, in the JVM's own types.
///
/// bool and integers of up to 32 bits are ints: bool is 0 or 1, what is narrower than 32 bits is sign- or zero-extended, uint32 is its
/// bits. int64 and uint64 are longs. Functions of float32 are computed in double and rounded.
final class ScalarLanes implements Lanes {
    private static final String[] LETTERS = {"I", "J", "F", "D"};
    private static final int INT = 0, LONG = 1, FLOAT = 2, DOUBLE = 3;  // in the order of the JVM's opcodes

    private final MethodVisitor mv;
    private final Helpers helpers;

    ScalarLanes(MethodVisitor mv, Helpers helpers) {
        this.mv = mv;
        this.helpers = helpers;
    }

    /// Where the variants for this dtype come among an instruction's four.
    static int kind(DType dtype) {
        return switch (dtype) {
            case BOOL, INT8, INT16, INT32, UINT8, UINT16, UINT32 -> INT;
            case INT64, UINT64 -> LONG;
            case FLOAT32 -> FLOAT;
            case FLOAT64 -> DOUBLE;
        };
    }

    @Override public void load(DType dtype) {
        mv.visitInsn(switch (dtype) {
            case BOOL, INT8, UINT8 -> BALOAD;
            case INT16 -> SALOAD;
            case UINT16 -> SALOAD;
            case INT32, UINT32 -> IALOAD;
            case INT64, UINT64 -> LALOAD;
            case FLOAT32 -> FALOAD;
            case FLOAT64 -> DALOAD;
        });
        if (dtype == DType.UINT8 || dtype == DType.UINT16) narrow(dtype);
    }

    @Override public void store(DType dtype) {
        mv.visitInsn(switch (dtype) {
            case BOOL, INT8, UINT8 -> BASTORE;
            case INT16, UINT16 -> SASTORE;
            case INT32, UINT32 -> IASTORE;
            case INT64, UINT64 -> LASTORE;
            case FLOAT32 -> FASTORE;
            case FLOAT64 -> DASTORE;
        });
    }

    @Override public void number(Scalar number, DType dtype) {
        switch (number) {
            case Scalar.Real(var x) when dtype == DType.FLOAT32 -> constant(Float.floatToRawIntBits((float) x) == 0, FCONST_0, (float) x);
            case Scalar.Real(var x) when dtype == DType.FLOAT64 -> constant(Double.doubleToRawLongBits(x) == 0, DCONST_0, x);
            case Scalar.Whole(var w) when kind(dtype) == LONG -> constant(w == 0, LCONST_0, w);
            case Scalar.Whole(var w) when kind(dtype) == INT -> integer(switch (dtype) {
                case BOOL -> w != 0 ? 1 : 0;
                case INT8 -> (byte) w;
                case INT16 -> (short) w;
                case UINT8 -> (int) w & 0xFF;
                case UINT16 -> (int) w & 0xFFFF;
                case INT32, UINT32, INT64, UINT64, FLOAT32, FLOAT64 -> (int) w;
            });
            case Scalar.Whole(var w) -> number(new Scalar.Real(w), dtype);
            case Scalar.Real _, Scalar.Symbol _, Scalar.Index _, Scalar.Load _, Scalar.Flat _, Scalar.Apply _, Scalar.Convert _, Scalar.Choose _,
                 Scalar.Fold _ -> throw new CompilerBug("emit", "not a number of dtype " + dtype, number.toString());
        }
    }

    private void constant(boolean isZero, int zero, Object value) {
        if (isZero) mv.visitInsn(zero);
        else mv.visitLdcInsn(value);
    }

    void integer(int value) {
        if (value >= -1 && value <= 5) mv.visitInsn(ICONST_0 + value);
        else if (value == (byte) value) mv.visitIntInsn(BIPUSH, value);
        else if (value == (short) value) mv.visitIntInsn(SIPUSH, value);
        else mv.visitLdcInsn(value);
    }

    @Override public void get(DType dtype, int local) {
        mv.visitVarInsn(ILOAD + kind(dtype), local);
    }

    @Override public void set(DType dtype, int local) {
        mv.visitVarInsn(ISTORE + kind(dtype), local);
    }

    @Override public void dup(DType dtype) {
        mv.visitInsn(slots(dtype) == 2 ? DUP2 : DUP);
    }

    @Override public int slots(DType dtype) {
        return kind(dtype) == LONG || kind(dtype) == DOUBLE ? 2 : 1;
    }

    @Override public void apply(ScalarOp f, DType t) {
        switch (f) {
            case NEG -> arithmetic(INEG, t);
            case ADD -> arithmetic(IADD, t);
            case SUB -> arithmetic(ISUB, t);
            case MUL -> arithmetic(IMUL, t);
            case DIV -> arithmetic(IDIV, t);
            case AND -> mv.visitInsn(IAND + kind(t));
            case OR -> mv.visitInsn(IOR + kind(t));
            case XOR -> mv.visitInsn(IXOR + kind(t));
            case NOT -> {
                number(new Scalar.Whole(t == DType.BOOL ? 1 : -1), t.bits() < 32 && t != DType.BOOL ? DType.INT32 : t);
                mv.visitInsn(IXOR + kind(t));
                narrow(t);
            }
            case ABS -> {
                if (t.kind() == DType.Kind.INT || t.isFloat()) math("abs", t, 1);
                narrow(t);
            }
            case SIGN -> sign(t);
            case MAX -> extreme("max", t);
            case MIN -> extreme("min", t);
            case FLOORDIV -> divide("floorDiv", "divideUnsigned", t);
            case MOD -> divide("floorMod", "remainderUnsigned", t);
            case POW -> {
                helper(isWideUnsigned(t) ? "powUnsigned" : "pow", t, 2);
                narrow(t);
            }
            case ATAN2 -> {
                if (t == DType.FLOAT64) math("atan2", t, 2);
                else helper("atan2", t, 2);
            }
            case CEIL, FLOOR, ROUND -> {
                if (t.isFloat()) inDouble(f == ScalarOp.ROUND ? "rint" : f.opcode(), t);
            }
            case SQRT, CBRT, EXP, EXPM1, LOG, LOG10, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH -> inDouble(f.opcode(), t);
            case LOG2 -> {
                if (t == DType.FLOAT32) mv.visitInsn(F2D);
                helpers.call(mv, "log2", "(D)D");
                if (t == DType.FLOAT32) mv.visitInsn(D2F);
            }
            case LT -> compare(IFLT, IF_ICMPLT, DCMPG, t);
            case LE -> compare(IFLE, IF_ICMPLE, DCMPG, t);
            case EQ -> compare(IFEQ, IF_ICMPEQ, DCMPL, t);
            case NE -> compare(IFNE, IF_ICMPNE, DCMPL, t);
            case EXP2, ASINH, ACOSH, ATANH, SIGMOID, SOFTPLUS, LOG1MEXP, TRUNC, ISNAN, ISINF, WHERE ->
                    throw new CompilerBug("emit", "lanes do not have %s".formatted(f), f.opcode());
        }
    }

    private void arithmetic(int opcode, DType t) {
        mv.visitInsn(opcode + kind(t));
        narrow(t);
    }

    private void math(String name, DType t, int arity) {
        String letter = LETTERS[kind(t)];
        mv.visitMethodInsn(INVOKESTATIC, "java/lang/Math", name, "(" + letter.repeat(arity) + ")" + letter, false);
    }

    private void helper(String name, DType t, int arity) {
        String letter = LETTERS[kind(t)];
        helpers.call(mv, name, "(" + letter.repeat(arity) + ")" + letter);
    }

    private void inDouble(String name, DType t) {
        if (t == DType.FLOAT32) mv.visitInsn(F2D);
        math(name, DType.FLOAT64, 1);
        if (t == DType.FLOAT32) mv.visitInsn(D2F);
    }

    private void sign(DType t) {
        if (t.isFloat()) math("signum", t, 1);
        else if (t.isUnsigned() && kind(t) == INT) isNotZero();
        else if (t == DType.UINT64) {
            isNotZeroLong();
            mv.visitInsn(I2L);
        } else {
            mv.visitMethodInsn(INVOKESTATIC, kind(t) == LONG ? "java/lang/Long" : "java/lang/Integer", "signum", kind(t) == LONG ? "(J)I" : "(I)I", false);
            if (kind(t) == LONG) mv.visitInsn(I2L);
        }
    }

    private void extreme(String name, DType t) {
        if (isWideUnsigned(t)) helper(name + "Unsigned", t, 2);
        else math(name, t, 2);
    }

    private void divide(String signed, String unsigned, DType t) {
        helper(isWideUnsigned(t) ? unsigned : signed, t, 2);
        narrow(t);
    }

    /// Whether values of the dtype may look negative to the JVM.
    private static boolean isWideUnsigned(DType t) {
        return t == DType.UINT32 || t == DType.UINT64;
    }

    private void compare(int ifResult, int ifInts, int floats, DType t) {
        boolean ordered = ifResult == IFLT || ifResult == IFLE;
        int jump = ifResult;
        switch (kind(t)) {
            case INT -> {
                if (t == DType.UINT32 && ordered) mv.visitMethodInsn(INVOKESTATIC, "java/lang/Integer", "compareUnsigned", "(II)I", false);
                else jump = ifInts;
            }
            case LONG -> {
                if (t == DType.UINT64 && ordered) mv.visitMethodInsn(INVOKESTATIC, "java/lang/Long", "compareUnsigned", "(JJ)I", false);
                else mv.visitInsn(LCMP);
            }
            case FLOAT -> mv.visitInsn(floats - 2);                    // FCMPL, FCMPG come just before DCMPL, DCMPG
            default -> mv.visitInsn(floats);
        }
        truth(jump);
    }

    /// 1 if the jump is taken, else 0.
    private void truth(int jump) {
        var holds = new Label();
        var end = new Label();
        mv.visitJumpInsn(jump, holds);
        mv.visitInsn(ICONST_0);
        mv.visitJumpInsn(GOTO, end);
        mv.visitLabel(holds);
        mv.visitInsn(ICONST_1);
        mv.visitLabel(end);
    }

    // The sign bit of x | −x is set unless x is 0.
    private void isNotZero() {
        mv.visitInsn(DUP);
        mv.visitInsn(INEG);
        mv.visitInsn(IOR);
        integer(31);
        mv.visitInsn(IUSHR);
    }

    private void isNotZeroLong() {
        mv.visitInsn(DUP2);
        mv.visitInsn(LNEG);
        mv.visitInsn(LOR);
        integer(63);
        mv.visitInsn(LUSHR);
        mv.visitInsn(L2I);
    }

    /// Brings the result of int arithmetic back into the dtype.
    private void narrow(DType t) {
        switch (t) {
            case BOOL -> isNotZero();
            case INT8 -> mv.visitInsn(I2B);
            case INT16 -> mv.visitInsn(I2S);
            case UINT8 -> {
                integer(0xFF);
                mv.visitInsn(IAND);
            }
            case UINT16 -> mv.visitInsn(I2C);
            case INT32, UINT32, INT64, UINT64, FLOAT32, FLOAT64 -> {}
        }
    }

    @Override public void convert(DType from, DType to) {
        if (from == to) return;
        switch (kind(from)) {
            case INT -> fromInt(from, to);
            case LONG -> fromLong(from, to);
            default -> fromFloat(from, to);
        }
    }

    private void fromInt(DType from, DType to) {
        if (kind(to) == INT) narrow(to);
        else if (from == DType.UINT32) {
            mv.visitInsn(I2L);
            mv.visitLdcInsn(0xFFFF_FFFFL);
            mv.visitInsn(LAND);
            if (kind(to) != LONG) mv.visitInsn(to == DType.FLOAT32 ? L2F : L2D);
        } else mv.visitInsn(I2L - 1 + kind(to));
    }

    private void fromLong(DType from, DType to) {
        if (to == DType.BOOL) isNotZeroLong();
        else if (kind(to) == INT) {
            mv.visitInsn(L2I);
            narrow(to);
        } else if (to.isFloat()) {
            if (from == DType.UINT64) helpers.call(mv, to == DType.FLOAT32 ? "unsignedToFloat" : "unsignedToDouble", to == DType.FLOAT32 ? "(J)F" : "(J)D");
            else mv.visitInsn(to == DType.FLOAT32 ? L2F : L2D);
        }
    }

    /// As [damo.value.Storage#setDouble] has it.
    private void fromFloat(DType from, DType to) {
        boolean single = from == DType.FLOAT32;
        switch (to) {
            case BOOL -> {
                mv.visitInsn(single ? FCONST_0 : DCONST_0);
                mv.visitInsn(single ? FCMPL : DCMPL);
                truth(IFNE);
            }
            case INT8, INT16, INT32, UINT8, UINT16 -> {
                mv.visitInsn(single ? F2I : D2I);
                narrow(to);
            }
            case UINT32 -> {
                mv.visitInsn(single ? F2L : D2L);
                mv.visitInsn(L2I);
            }
            case INT64 -> mv.visitInsn(single ? F2L : D2L);
            case UINT64 -> {
                if (single) mv.visitInsn(F2D);
                helpers.call(mv, "doubleToUnsigned", "(D)J");
            }
            case FLOAT32 -> mv.visitInsn(D2F);
            case FLOAT64 -> mv.visitInsn(F2D);
        }
    }
}
