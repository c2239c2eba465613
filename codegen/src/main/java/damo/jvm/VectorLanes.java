package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.CompilerBug;
import damo.graph.ScalarOp;
import damo.kernel.Scalar;
import damo.type.DType;
import java.util.function.IntSupplier;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;

/// Several elements at a time, in vectors of `jdk.incubator.vector`; a truth value is a mask. Every result has the bits that [ScalarLanes]
/// gives, NaNs aside.
///
/// Nothing here links against that module: its names are strings, and only a class that is emitted with vectors needs it. Species are
/// static constants, which is what makes HotSpot compile all this to single instructions.
final class VectorLanes implements Lanes {
    private static final String PACKAGE = "jdk/incubator/vector/";
    private static final String VECTOR = "L" + PACKAGE + "Vector;", MASK = "L" + PACKAGE + "VectorMask;", SPECIES = "L" + PACKAGE + "VectorSpecies;";

    private final MethodVisitor mv;
    private final ScalarLanes scalars;
    private final int lanes;
    private final DType masks;
    private final IntSupplier locals;

    /// @param lanes elements of a vector
    /// @param masks the dtype whose vectors the masks belong to
    /// @param locals local variables for what is computed on the way
    VectorLanes(MethodVisitor mv, ScalarLanes scalars, int lanes, DType masks, IntSupplier locals) {
        this.mv = mv;
        this.scalars = scalars;
        this.lanes = lanes;
        this.masks = masks;
        this.locals = locals;
    }

    /// The elements of a vector.
    int count() {
        return lanes;
    }

    private static String type(DType t) {
        if (t == DType.BOOL) return PACKAGE + "VectorMask";
        return PACKAGE + switch (JvmType.of(t)) {
            case INT -> "IntVector";
            case LONG -> "LongVector";
            case FLOAT -> "FloatVector";
            case DOUBLE -> "DoubleVector";
        };
    }

    private static String letter(DType t) {
        return t == DType.BOOL ? "Z" : JvmType.of(t).descriptor(0).substring(2);
    }

    private void species(DType t) {
        DType of = t == DType.BOOL ? masks : t;
        mv.visitFieldInsn(GETSTATIC, type(of), "SPECIES_" + lanes * of.bits(), SPECIES);
    }

    /// Brings the top of the stack below the two operands under it.
    private void sink() {
        mv.visitInsn(DUP_X2);
        mv.visitInsn(POP);
    }

    private void operator(String name, String kind) {
        mv.visitFieldInsn(GETSTATIC, PACKAGE + "VectorOperators", name, "L" + PACKAGE + "VectorOperators$" + kind + ";");
    }

    private void call(DType t, String method, String parameters, String result) {
        mv.visitMethodInsn(INVOKEVIRTUAL, type(t), method, "(" + parameters + ")" + result, false);
    }

    private void call(DType t, String method, String parameters) {
        call(t, method, parameters, "L" + type(t) + ";");
    }

    @Override public void load(DType t) {
        species(t);
        sink();
        mv.visitMethodInsn(INVOKESTATIC, type(t), "fromArray", "(" + SPECIES + "[" + letter(t) + "I)L" + type(t) + ";", false);
    }

    @Override public void store(DType t) {
        sink();
        call(t, "intoArray", "[" + letter(t) + "I", "V");
    }

    @Override public void number(Scalar number, DType t) {
        scalars.number(number, t);
        broadcast(t);
    }

    private void number(double number, DType t) {
        number(t.isFloat() ? new Scalar.Real(number) : new Scalar.Whole((long) number), t);
    }

    /// `x →` a vector of `x`, which is as [ScalarLanes] has it.
    void broadcast(DType t) {
        species(t);
        if (scalars.slots(t) == 2) sink();
        else mv.visitInsn(SWAP);
        if (t == DType.BOOL) mv.visitMethodInsn(INVOKEINTERFACE, PACKAGE + "VectorSpecies", "maskAll", "(Z)" + MASK, true);
        else mv.visitMethodInsn(INVOKESTATIC, type(t), "broadcast", "(" + SPECIES + letter(t) + ")L" + type(t) + ";", false);
    }

    /// `i →` the int32 vector of `i`, `i + 1`, …
    void positions() {
        broadcast(DType.INT32);
        mv.visitInsn(ICONST_1);
        call(DType.INT32, "addIndex", "I");
    }

    /// `x →` its element `lane`, as [ScalarLanes] has it.
    void lane(DType t, int lane) {
        ScalarLanes.integer(mv, lane);
        call(t, t == DType.BOOL ? "laneIsSet" : "lane", "I", letter(t));
    }

    /// `mask →` whether it is set in all lanes, as an int.
    void allTrue() {
        call(DType.BOOL, "allTrue", "", "Z");
    }

    @Override public void get(DType dtype, int local) {
        mv.visitVarInsn(ALOAD, local);
    }

    @Override public void set(DType dtype, int local) {
        mv.visitVarInsn(ASTORE, local);
    }

    @Override public void dup(DType dtype) {
        mv.visitInsn(DUP);
    }

    @Override public int slots(DType dtype) {
        return 1;
    }

    private int keep(DType t) {
        int local = locals.getAsInt();
        set(t, local);
        return local;
    }

    @Override public void apply(ScalarOp f, DType t) {
        if (t == DType.BOOL) {
            logic(f);
            return;
        }
        switch (f) {
            case NEG -> unary("NEG", t);
            case ABS -> {
                if (!t.isUnsigned()) unary("ABS", t);
            }
            case SQRT -> unary("SQRT", t);
            case NOT -> {
                number(-1, t);
                binary("XOR", t);
            }
            case ADD -> binary("ADD", t);
            case SUB -> binary("SUB", t);
            case MUL -> binary("MUL", t);
            case DIV -> binary("DIV", t);
            case MAX -> binary(t.isUnsigned() ? "UMAX" : "MAX", t);
            case MIN -> binary(t.isUnsigned() ? "UMIN" : "MIN", t);
            case AND -> binary("AND", t);
            case OR -> binary("OR", t);
            case XOR -> binary("XOR", t);
            case FMA -> {
                operator("FMA", "Ternary");
                sink();
                call(t, "lanewise", "L" + PACKAGE + "VectorOperators$Ternary;" + VECTOR + VECTOR);
            }
            case LT -> compare(t.isUnsigned() ? "ULT" : "LT", t);
            case LE -> compare(t.isUnsigned() ? "ULE" : "LE", t);
            case EQ -> compare("EQ", t);
            case NE -> compare("NE", t);
            case WHERE -> {
                mv.visitInsn(SWAP);
                mv.visitInsn(DUP2_X1);
                mv.visitInsn(POP2);
                blend(t);
            }
            case SIGN -> sign(t);
            case SHL -> shift("LSHL", t);
            case SHR -> {
                if (t.isUnsigned()) shift("LSHR", t);
                else {
                    number(t.bits() - 1, t);
                    binary("UMIN", t);
                    binary("ASHR", t);
                }
            }
            case CEIL, FLOOR, ROUND -> {
                if (t.isFloat()) round(f, t);
            }
            case SIN, COS, TAN -> laneByLane(f, t);
            case CBRT, EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P, ASIN, ACOS, ATAN, SINH, COSH, TANH, ASINH, ACOSH, ATANH, SIGMOID,
                 SOFTPLUS, LOG1MEXP, TRUNC, ISNAN, ISINF, FLOORDIV, MOD, POW, ATAN2 ->
                throw new CompilerBug("emit", "vectors do not have %s".formatted(f), f.opcode());
        }
    }

    private void unary(String name, DType t) {
        operator(name, "Unary");
        call(t, "lanewise", "L" + PACKAGE + "VectorOperators$Unary;");
    }

    private void binary(String name, DType t) {
        operator(name, switch (name) {
            case "SUB", "DIV", "LSHL", "LSHR", "ASHR" -> "Binary";
            default -> "Associative";
        });
        mv.visitInsn(SWAP);
        call(t, "lanewise", "L" + PACKAGE + "VectorOperators$Binary;" + VECTOR);
    }

    private void compare(String name, DType t) {
        operator(name, "Comparison");
        mv.visitInsn(SWAP);
        call(t, "compare", "L" + PACKAGE + "VectorOperators$Comparison;" + VECTOR, MASK);
        if (!type(t).equals(type(masks))) cast(masks);
    }

    private void cast(DType to) {
        species(to);
        call(DType.BOOL, "cast", SPECIES);
    }

    /// `otherwise, then, mask →` each lane of `then` for which `mask` is set.
    private void blend(DType t) {
        if (!type(t).equals(type(masks))) cast(t);
        call(t, "blend", VECTOR + MASK);
    }

    private void logic(ScalarOp f) {
        switch (f) {
            case AND, MIN -> call(DType.BOOL, "and", MASK);
            case OR, MAX -> call(DType.BOOL, "or", MASK);
            case XOR, NE -> call(DType.BOOL, "xor", MASK);
            case EQ -> call(DType.BOOL, "eq", MASK);
            case NOT -> call(DType.BOOL, "not", "");
            case LT -> {
                mv.visitInsn(SWAP);
                call(DType.BOOL, "andNot", MASK);
            }
            case LE -> {
                mv.visitInsn(SWAP);
                call(DType.BOOL, "not", "");
                call(DType.BOOL, "or", MASK);
            }
            case WHERE -> {                                            // ((a ^ b) & mask) ^ b
                mv.visitInsn(DUP_X1);
                call(DType.BOOL, "xor", MASK);
                mv.visitInsn(SWAP);
                sink();
                call(DType.BOOL, "and", MASK);
                call(DType.BOOL, "xor", MASK);
            }
            case NEG, ABS, SIGN, SQRT, CBRT, EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ASINH,
                 ACOSH, ATANH, SIGMOID, SOFTPLUS, LOG1MEXP, CEIL, FLOOR, TRUNC, ROUND, ISNAN, ISINF, ADD, SUB, MUL, DIV, FLOORDIV, MOD, POW,
                 ATAN2, SHL, SHR, FMA -> throw new CompilerBug("emit", "masks do not have %s".formatted(f), f.opcode());
        }
    }

    /// 1 above 0, −1 below, else the operand, which is 0 or NaN.
    private void sign(DType t) {
        int x = keep(t);
        get(t, x);
        if (!t.isUnsigned()) {
            number(-1, t);
            get(t, x);
            number(0, t);
            compare("LT", t);
            blend(t);
        }
        number(1, t);
        number(0, t);
        get(t, x);
        compare(t.isUnsigned() ? "ULT" : "LT", t);
        blend(t);
    }

    private void laneByLane(ScalarOp f, DType t) {
        int array = locals.getAsInt();
        int lane = locals.getAsInt();
        var next = new Label();
        call(t, "toArray", "", "[" + letter(t));
        mv.visitVarInsn(ASTORE, array);
        mv.visitInsn(ICONST_0);
        mv.visitVarInsn(ISTORE, lane);
        mv.visitLabel(next);
        for (int i = 0; i < 2; i++) {
            mv.visitVarInsn(ALOAD, array);
            mv.visitVarInsn(ILOAD, lane);
        }
        scalars.load(t);
        scalars.apply(f, t);
        scalars.store(t);
        mv.visitIincInsn(lane, 1);
        mv.visitVarInsn(ILOAD, lane);
        ScalarLanes.integer(mv, lanes);
        mv.visitJumpInsn(IF_ICMPLT, next);
        mv.visitVarInsn(ALOAD, array);
        mv.visitInsn(ICONST_0);
        load(t);
    }

    /// Vectors take the count modulo the width; beyond the width nothing is to be left.
    private void shift(String name, DType t) {
        int count = keep(t);
        int x = keep(t);
        number(0, t);
        get(t, x);
        get(t, count);
        binary(name, t);
        get(t, count);
        number(t.bits(), t);
        compare("ULT", t);
        blend(t);
    }

    /// `(|x| + 2⁵²) − 2⁵²` is rounded to an integer, ties to even; what is not below 2⁵² is one already. For float32 it is 2²³.
    private void round(ScalarOp f, DType t) {
        double big = t == DType.FLOAT32 ? 0x1p23 : 0x1p52;
        int x = keep(t);
        get(t, x);
        get(t, x);
        unary("ABS", t);
        number(big, t);
        binary("ADD", t);
        number(big, t);
        binary("SUB", t);
        withSign(t, x);
        if (f != ScalarOp.ROUND) {
            int near = keep(t);
            get(t, near);
            get(t, near);
            number(f == ScalarOp.CEIL ? 1 : -1, t);
            binary("ADD", t);
            get(t, f == ScalarOp.CEIL ? near : x);
            get(t, f == ScalarOp.CEIL ? x : near);
            compare("LT", t);
            blend(t);
            withSign(t, x);
        }
        get(t, x);
        unary("ABS", t);
        number(big, t);
        compare("LT", t);
        blend(t);
    }

    /// The top of the stack, with the sign of what is in `x`.
    private void withSign(DType t, int x) {
        DType bits = Scalar.Bits.of(t);
        unary("ABS", t);
        bits(t);
        get(t, x);
        bits(t);
        number(new Scalar.Whole(-1L << bits.bits() - 1), bits);
        binary("AND", bits);
        binary("OR", bits);
        bits(bits);
    }

    @Override public void bits(DType from) {
        DType to = Scalar.Bits.of(from);
        call(from, switch (to) {
            case FLOAT64 -> "reinterpretAsDoubles";
            case FLOAT32 -> "reinterpretAsFloats";
            case INT64 -> "reinterpretAsLongs";
            case INT32 -> "reinterpretAsInts";
            case BOOL, INT8, INT16, UINT8, UINT16, UINT32, UINT64 -> throw new CompilerBug("emit", "bits of a " + from, from.toString());
        }, "", "L" + type(to) + ";");
    }

    @Override public void convert(DType from, DType to) {
        if (from == to) return;
        if (to == DType.BOOL) {
            number(0, from);
            compare("NE", from);
        } else if (from == DType.BOOL) {
            number(0, to);
            mv.visitInsn(SWAP);
            number(1, to);
            mv.visitInsn(SWAP);
            blend(to);
        } else if (from == DType.UINT32 && to.isFloat()) {
            convert(DType.UINT32, DType.INT64);
            convert(DType.INT64, to);
        } else if (from.isFloat() && to == DType.UINT32) {
            convert(from, DType.INT64);
            convert(DType.INT64, DType.UINT32);
        } else if (!type(from).equals(type(to))) {
            operator(from == DType.UINT32 ? "ZERO_EXTEND_I2L" : letter(from).replace('J', 'L') + "2" + letter(to).replace('J', 'L'), "Conversion");
            species(to);
            mv.visitInsn(ICONST_0);
            call(from, "convertShape", "L" + PACKAGE + "VectorOperators$Conversion;" + SPECIES + "I", VECTOR);
            mv.visitTypeInsn(CHECKCAST, type(to));
        }
    }
}
