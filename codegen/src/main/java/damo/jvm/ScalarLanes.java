package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.CompilerBug;
import damo.graph.ScalarOp;
import damo.kernel.Scalar;
import damo.type.DType;
import org.objectweb.asm.MethodVisitor;

/// One element at a time, in the JVM's own types.
///
/// bool and integers of up to 32 bits are ints: bool is 0 or 1, what is narrower than 32 bits is sign- or zero-extended, uint32 is its
/// bits. int64 and uint64 are longs. Functions of float32 are computed in double and rounded.
final class ScalarLanes implements Lanes {
    private final MethodVisitor mv;
    private final Helpers helpers;
    private final Conversions conversions;

    ScalarLanes(MethodVisitor mv, Helpers helpers) {
        this.mv = mv;
        this.helpers = helpers;
        conversions = new Conversions(mv, helpers);
    }

    @Override public void load(DType dtype) {
        mv.visitInsn(switch (dtype) {
            case BOOL, INT8, UINT8 -> BALOAD;
            case INT16, UINT16 -> SALOAD;
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
            case Scalar.Whole(var w) when JvmType.of(dtype) == JvmType.LONG -> constant(w == 0, LCONST_0, w);
            case Scalar.Whole(var w) when JvmType.of(dtype) == JvmType.INT -> integer(mv, switch (dtype) {
                case BOOL -> w != 0 ? 1 : 0;
                case INT8 -> (byte) w;
                case INT16 -> (short) w;
                case UINT8 -> (int) w & 0xFF;
                case UINT16 -> (int) w & 0xFFFF;
                case INT32, UINT32, INT64, UINT64, FLOAT32, FLOAT64 -> (int) w;
            });
            case Scalar.Whole(var w) -> number(new Scalar.Real(w), dtype);
            case Scalar.Real _, Scalar.Symbol _, Scalar.Index _, Scalar.Load _, Scalar.Flat _, Scalar.Apply _, Scalar.Convert _, Scalar.Bits _,
                 Scalar.Choose _, Scalar.Fold _ -> throw new CompilerBug("emit", "not a number of dtype " + dtype, number.toString());
        }
    }

    private void constant(boolean isZero, int zero, Object value) {
        if (isZero) mv.visitInsn(zero);
        else mv.visitLdcInsn(value);
    }

    static void integer(MethodVisitor mv, int value) {
        if (value >= -1 && value <= 5) mv.visitInsn(ICONST_0 + value);
        else if (value == (byte) value) mv.visitIntInsn(BIPUSH, value);
        else if (value == (short) value) mv.visitIntInsn(SIPUSH, value);
        else mv.visitLdcInsn(value);
    }

    @Override public void get(DType dtype, int local) {
        mv.visitVarInsn(JvmType.of(dtype).variant(ILOAD), local);
    }

    @Override public void set(DType dtype, int local) {
        mv.visitVarInsn(JvmType.of(dtype).variant(ISTORE), local);
    }

    @Override public void dup(DType dtype) {
        mv.visitInsn(slots(dtype) == 2 ? DUP2 : DUP);
    }

    @Override public int slots(DType dtype) {
        return JvmType.of(dtype).slots();
    }

    @Override public void apply(ScalarOp f, DType t) {
        switch (f) {
            case NEG -> arithmetic(INEG, t);
            case ADD -> arithmetic(IADD, t);
            case SUB -> arithmetic(ISUB, t);
            case MUL -> arithmetic(IMUL, t);
            case DIV -> arithmetic(IDIV, t);
            case AND -> mv.visitInsn(JvmType.of(t).variant(IAND));
            case OR -> mv.visitInsn(JvmType.of(t).variant(IOR));
            case XOR -> mv.visitInsn(JvmType.of(t).variant(IXOR));
            case SHL -> {
                helper("shiftLeft", t, 2);
                narrow(t);
            }
            // What is narrower than the JVM's types is extended already.
            case SHR -> helper(isWideUnsigned(t) ? "shiftRightUnsigned" : "shiftRight", t, 2);
            case NOT -> {
                number(new Scalar.Whole(t == DType.BOOL ? 1 : -1), t.bits() < 32 && t != DType.BOOL ? DType.INT32 : t);
                mv.visitInsn(JvmType.of(t).variant(IXOR));
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
            case POLYGAMMA -> helper("polygamma", t, 2);
            case CEIL, FLOOR, ROUND -> {
                if (t.isFloat()) inDouble("java/lang/Math", f == ScalarOp.ROUND ? "rint" : f.opcode(), t);
            }
            case SQRT -> inDouble("java/lang/Math", "sqrt", t);
            // Of huge numbers only, hardly ever; the same everywhere.
            case SIN, COS, TAN -> inDouble("java/lang/StrictMath", f.opcode(), t);
            case FMA -> math("fma", t, 3);
            case LT -> compare(IFLT, IF_ICMPLT, DCMPG, t);
            case LE -> compare(IFLE, IF_ICMPLE, DCMPG, t);
            case EQ -> compare(IFEQ, IF_ICMPEQ, DCMPL, t);
            case NE -> compare(IFNE, IF_ICMPNE, DCMPL, t);
            case CBRT, EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P, ASIN, ACOS, ATAN, ATAN2, SINH, COSH, TANH, ASINH, ACOSH, ATANH, SIGMOID,
                 SOFTPLUS, LOG1MEXP, ERF, ERFC, ERFCX, ERFINV, ERFCINV, LGAMMA, TRUNC, ISNAN, ISINF, WHERE ->
                    throw new CompilerBug("emit", "lanes do not have %s".formatted(f), f.opcode());
        }
    }

    @Override public void shift(ScalarOp f, DType t, int places) {
        integer(mv, places);
        mv.visitInsn(JvmType.of(t).variant(f == ScalarOp.SHL ? ISHL : isWideUnsigned(t) ? IUSHR : ISHR));
        narrow(t);
    }

    private void arithmetic(int opcode, DType t) {
        mv.visitInsn(JvmType.of(t).variant(opcode));
        narrow(t);
    }

    private void math(String name, DType t, int arity) {
        mv.visitMethodInsn(INVOKESTATIC, "java/lang/Math", name, JvmType.of(t).descriptor(arity), false);
    }

    private void helper(String name, DType t, int arity) {
        helpers.call(mv, name, JvmType.of(t).descriptor(arity));
    }

    private void inDouble(String owner, String name, DType t) {
        if (t == DType.FLOAT32) mv.visitInsn(F2D);
        mv.visitMethodInsn(INVOKESTATIC, owner, name, "(D)D", false);
        if (t == DType.FLOAT32) mv.visitInsn(D2F);
    }

    private void sign(DType t) {
        if (t.isFloat()) math("signum", t, 1);
        else if (t.isUnsigned() || t == DType.BOOL) conversions.isNotZero(JvmType.of(t));
        else if (t == DType.INT64) mv.visitMethodInsn(INVOKESTATIC, "java/lang/Long", "signum", "(J)I", false);
        else mv.visitMethodInsn(INVOKESTATIC, "java/lang/Integer", "signum", "(I)I", false);
        if (JvmType.of(t) == JvmType.LONG) mv.visitInsn(I2L);
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
        switch (JvmType.of(t)) {
            case INT -> {
                if (t == DType.UINT32 && ordered) mv.visitMethodInsn(INVOKESTATIC, "java/lang/Integer", "compareUnsigned", "(II)I", false);
                else jump = ifInts;
            }
            case LONG -> {
                if (t == DType.UINT64 && ordered) mv.visitMethodInsn(INVOKESTATIC, "java/lang/Long", "compareUnsigned", "(JJ)I", false);
                else mv.visitInsn(LCMP);
            }
            case FLOAT -> mv.visitInsn(floats - 2);                    // FCMPL, FCMPG come just before DCMPL, DCMPG
            case DOUBLE -> mv.visitInsn(floats);
        }
        conversions.truth(jump);
    }

    @Override public void convert(DType from, DType to) {
        conversions.convert(from, to);
    }

    @Override public void bits(DType from) {
        switch (from) {
            case FLOAT64 -> mv.visitMethodInsn(INVOKESTATIC, "java/lang/Double", "doubleToRawLongBits", "(D)J", false);
            case FLOAT32 -> mv.visitMethodInsn(INVOKESTATIC, "java/lang/Float", "floatToRawIntBits", "(F)I", false);
            case INT64 -> mv.visitMethodInsn(INVOKESTATIC, "java/lang/Double", "longBitsToDouble", "(J)D", false);
            case INT32 -> mv.visitMethodInsn(INVOKESTATIC, "java/lang/Float", "intBitsToFloat", "(I)F", false);
            case BOOL, INT8, INT16, UINT8, UINT16, UINT32, UINT64 -> throw new CompilerBug("emit", "bits of a " + from, from.toString());
        }
    }

    private void narrow(DType t) {
        conversions.narrow(t);
    }
}
