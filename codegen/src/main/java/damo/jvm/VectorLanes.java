package damo.jvm;

import static damo.jvm.VectorCode.MASK;
import static damo.jvm.VectorCode.SPECIES;
import static damo.jvm.VectorCode.letter;
import static org.objectweb.asm.Opcodes.*;

import damo.CompilerBug;
import damo.graph.ScalarOp;
import damo.kernel.Scalar;
import damo.plan.Vectorization;
import damo.type.DType;
import java.util.function.IntSupplier;
import org.objectweb.asm.MethodVisitor;

/// Several elements at a time, in vectors; a truth value is a mask. Every result has the bits that [ScalarLanes] gives, NaNs aside.
final class VectorLanes implements Lanes {
    private final MethodVisitor mv;
    private final VectorCode code;
    private final VectorFunctions functions;
    private final Vectorization.Form form;

    /// @param form how many elements there are
    /// @param locals local variables for what is computed on the way
    VectorLanes(MethodVisitor mv, ScalarLanes scalars, Vectorization.Form form, IntSupplier locals) {
        this.mv = mv;
        this.form = form;
        code = new VectorCode(mv, scalars, form.lanes(), form.masks(), locals);
        functions = new VectorFunctions(code);
    }

    /// How the loop is done.
    Vectorization.Form form() {
        return form;
    }

    /// The elements of a vector.
    int count() {
        return code.lanes;
    }

    /// The bits of a vector.
    int bits() {
        return form.lanes() * form.masks().bits();
    }

    @Override public void load(DType t) {
        code.species(t);
        code.sink();
        code.make(t, "fromArray", SPECIES + "[" + letter(t) + "I");
    }

    /// `offsets →` nothing; they are in that array then.
    void keep(int array) {
        mv.visitVarInsn(ALOAD, array);
        mv.visitInsn(ICONST_0);
        code.call(DType.INT32, "intoArray", "[II", "V");
    }

    /// `array, offset, distances →` the elements at those distances from the offset.
    void gather(DType t) {
        int distances = code.keep();
        code.species(t);
        code.sink();
        mv.visitVarInsn(ALOAD, distances);
        mv.visitInsn(ICONST_0);
        code.make(t, "fromArray", SPECIES + "[" + letter(t) + "I[II");
    }

    @Override public void store(DType t) {
        code.sink();
        code.call(t, "intoArray", "[" + letter(t) + "I", "V");
    }

    @Override public void number(Scalar number, DType t) {
        code.number(number, t);
    }

    /// `x →` a vector of `x`, which is as [ScalarLanes] has it.
    void broadcast(DType t) {
        code.broadcast(t);
    }

    /// `i →` the int32 vector of `i`, `i + 1`, …
    void positions() {
        broadcast(DType.INT32);
        mv.visitInsn(ICONST_1);
        code.call(DType.INT32, "addIndex", "I");
    }

    /// `x →` its first element, as [ScalarLanes] has it.
    void first(DType t) {
        mv.visitInsn(ICONST_0);
        code.call(t, "lane", "I", letter(t));
    }

    /// `x →` its elements `by` places further to the front, and the first ones at the end.
    void rotate(int by, DType t) {
        code.rotate(by, t);
    }

    /// `x →` all its elements taken together by `f`, which may do so in any order, as [ScalarLanes] has it.
    void reduce(ScalarOp f, DType t) {
        if (t == DType.BOOL) code.call(t, f == ScalarOp.MAX ? "anyTrue" : "allTrue", "", "Z");
        else code.reduce(f.name(), t);
    }

    /// `mask →` whether it is set in all lanes, as an int.
    void allTrue() {
        code.call(DType.BOOL, "allTrue", "", "Z");
    }

    @Override public void get(DType dtype, int local) {
        code.get(local);
    }

    @Override public void set(DType dtype, int local) {
        code.set(local);
    }

    @Override public void dup(DType dtype) {
        mv.visitInsn(DUP);
    }

    @Override public int slots(DType dtype) {
        return 1;
    }

    @Override public void apply(ScalarOp f, DType t) {
        if (t == DType.BOOL) {
            logic(f);
            return;
        }
        boolean unsigned = t.isUnsigned();
        switch (f) {
            case NEG -> code.unary("NEG", t);
            case ABS -> {
                if (!unsigned) code.unary("ABS", t);
            }
            case SIGN -> functions.sign(t);
            case SQRT -> code.unary("SQRT", t);
            case CEIL, FLOOR, ROUND -> {
                if (t.isFloat()) functions.round(f, t);
            }
            case NOT -> {
                code.number(-1, t);
                code.associative("XOR", t);
            }
            case ADD -> code.associative("ADD", t);
            case SUB -> code.binary("SUB", t);
            case MUL -> code.associative("MUL", t);
            case DIV -> code.binary("DIV", t);
            case MAX -> code.associative(unsigned ? "UMAX" : "MAX", t);
            case MIN -> code.associative(unsigned ? "UMIN" : "MIN", t);
            case LT -> code.compare(unsigned ? "ULT" : "LT", t);
            case LE -> code.compare(unsigned ? "ULE" : "LE", t);
            case EQ -> code.compare("EQ", t);
            case NE -> code.compare("NE", t);
            case AND -> code.associative("AND", t);
            case OR -> code.associative("OR", t);
            case XOR -> code.associative("XOR", t);
            case SHL -> functions.shift("LSHL", t);
            case SHR -> {
                if (unsigned) functions.shift("LSHR", t);
                else functions.shiftSigned(t);
            }
            case FMA -> code.ternary("FMA", t);
            case WHERE -> {
                mv.visitInsn(SWAP);
                mv.visitInsn(DUP2_X1);
                mv.visitInsn(POP2);
                code.blend(t);
            }
            case SIN, COS, TAN -> functions.laneByLane(f, t);
            case CBRT, EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P, ASIN, ACOS, ATAN, SINH, COSH, TANH, ASINH, ACOSH, ATANH, SIGMOID, SOFTPLUS,
                 LOG1MEXP, ERF, ERFC, ERFCX, ERFINV, ERFCINV, LGAMMA, TRUNC, ISNAN, ISINF, FLOORDIV, MOD, POW, ATAN2, POLYGAMMA ->
                throw new CompilerBug("emit", "vectors do not have %s".formatted(f), f.opcode());
        }
    }

    @Override public void shift(ScalarOp f, DType t, int places) {
        code.shift(f == ScalarOp.SHL ? "LSHL" : t.isUnsigned() ? "LSHR" : "ASHR", t, places);
    }

    private void logic(ScalarOp f) {
        switch (f) {
            case AND, MIN -> mask("and");
            case OR, MAX -> mask("or");
            case XOR, NE -> mask("xor");
            case EQ -> mask("eq");
            case NOT -> code.call(DType.BOOL, "not", "");
            case LT -> {                                               // y & ~x
                mv.visitInsn(SWAP);
                mask("andNot");
            }
            case LE -> {                                               // y | ~x
                mv.visitInsn(SWAP);
                code.call(DType.BOOL, "not", "");
                mask("or");
            }
            case WHERE -> {                                            // ((a ^ b) & mask) ^ b
                mv.visitInsn(DUP_X1);
                mask("xor");
                mv.visitInsn(SWAP);
                code.sink();
                mask("and");
                mask("xor");
            }
            case NEG, ABS, SIGN, SQRT, CBRT, EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ASINH,
                 ACOSH, ATANH, SIGMOID, SOFTPLUS, LOG1MEXP, ERF, ERFC, ERFCX, ERFINV, ERFCINV, LGAMMA, CEIL, FLOOR, TRUNC, ROUND, ISNAN, ISINF, ADD,
                 SUB, MUL, DIV, FLOORDIV, MOD, POW, ATAN2, POLYGAMMA, SHL, SHR, FMA ->
                throw new CompilerBug("emit", "masks do not have %s".formatted(f), f.opcode());
        }
    }

    private void mask(String method) {
        code.call(DType.BOOL, method, MASK);
    }

    @Override public void bits(DType from) {
        functions.bits(from);
    }

    @Override public void convert(DType from, DType to) {
        if (to == DType.BOOL && from != DType.BOOL) {
            code.number(0, from);
            code.compare("NE", from);
        } else if (from == DType.BOOL && to != DType.BOOL) {
            code.number(0, to);
            mv.visitInsn(SWAP);
            code.number(1, to);
            mv.visitInsn(SWAP);
            code.blend(to);
        } else if (from == DType.UINT32 && to.isFloat() || from.isFloat() && to == DType.UINT32) {
            convert(from, DType.INT64);
            convert(DType.INT64, to);
        } else if (JvmType.of(from) != JvmType.of(to)) {
            String name = letter(from).replace('J', 'L') + "2" + letter(to).replace('J', 'L');
            code.convert(from == DType.UINT32 ? "ZERO_EXTEND_I2L" : name, from, to);
        }
    }
}
