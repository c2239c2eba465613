package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.graph.ScalarOp;
import damo.kernel.Scalar;
import damo.type.DType;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;

/// Functions of vectors that take more than one operator. They take their operands from the stack and leave the result.
final class VectorFunctions {
    private final VectorCode code;

    VectorFunctions(VectorCode code) {
        this.code = code;
    }

    /// 1 above 0, −1 below, else the operand, which is 0 or NaN.
    void sign(DType t) {
        int x = code.keep();
        code.get(x);
        if (!t.isUnsigned()) {
            code.number(-1, t);
            code.get(x);
            code.number(0, t);
            code.compare("LT", t);
            code.blend(t);
        }
        code.number(1, t);
        code.number(0, t);
        code.get(x);
        code.compare(t.isUnsigned() ? "ULT" : "LT", t);
        code.blend(t);
    }

    /// By a count that vectors take modulo the width; from there on nothing is to be left.
    void shift(String name, DType t) {
        int count = code.keep();
        int x = code.keep();
        code.number(0, t);
        code.get(x);
        code.get(count);
        code.binary(name, t);
        code.get(count);
        code.number(t.bits(), t);
        code.compare("ULT", t);
        code.blend(t);
    }

    /// To the right with the sign from the left, of which at least one bit is left.
    void shiftSigned(DType t) {
        code.number(t.bits() - 1, t);
        code.associative("UMIN", t);
        code.binary("ASHR", t);
    }

    /// `(|x| + 2⁵²) − 2⁵²` is rounded to an integer, ties to even; what is not below 2⁵² is one already. For float32 it is 2²³.
    void round(ScalarOp f, DType t) {
        double big = t == DType.FLOAT32 ? 0x1p23 : 0x1p52;
        int x = code.keep();
        code.get(x);
        code.get(x);
        code.unary("ABS", t);
        code.number(big, t);
        code.associative("ADD", t);
        code.number(big, t);
        code.binary("SUB", t);
        withSign(t, x);
        if (f != ScalarOp.ROUND) {
            int near = code.keep();
            code.get(near);
            code.get(near);
            code.number(f == ScalarOp.CEIL ? 1 : -1, t);
            code.associative("ADD", t);
            code.get(f == ScalarOp.CEIL ? near : x);
            code.get(f == ScalarOp.CEIL ? x : near);
            code.compare("LT", t);
            code.blend(t);
            withSign(t, x);
        }
        code.get(x);
        code.unary("ABS", t);
        code.number(big, t);
        code.compare("LT", t);
        code.blend(t);
    }

    /// The operand, with the sign of what is in `x`.
    private void withSign(DType t, int x) {
        DType bits = Scalar.Bits.of(t);
        code.unary("ABS", t);
        bits(t);
        code.get(x);
        bits(t);
        code.number(new Scalar.Whole(-1L << bits.bits() - 1), bits);
        code.associative("AND", bits);
        code.associative("OR", bits);
        bits(bits);
    }

    void bits(DType from) {
        DType to = Scalar.Bits.of(from);
        code.call(from, switch (JvmType.of(to)) {
            case DOUBLE -> "reinterpretAsDoubles";
            case FLOAT -> "reinterpretAsFloats";
            case LONG -> "reinterpretAsLongs";
            case INT -> "reinterpretAsInts";
        }, "", "L" + VectorCode.type(to) + ";");
    }

    /// As it is done for one element, for each.
    void laneByLane(ScalarOp f, DType t) {
        MethodVisitor mv = code.mv;
        int lane = code.local();
        var next = new Label();
        code.call(t, "toArray", "", "[" + VectorCode.letter(t));
        int array = code.keep();
        mv.visitInsn(ICONST_0);
        mv.visitVarInsn(ISTORE, lane);
        mv.visitLabel(next);
        for (int operand = 0; operand < 2; operand++) {                // one to load from, one to store to
            code.get(array);
            mv.visitVarInsn(ILOAD, lane);
        }
        code.scalars.load(t);
        code.scalars.apply(f, t);
        code.scalars.store(t);
        mv.visitIincInsn(lane, 1);
        mv.visitVarInsn(ILOAD, lane);
        ScalarLanes.integer(mv, code.lanes);
        mv.visitJumpInsn(IF_ICMPLT, next);
        code.species(t);
        code.get(array);
        mv.visitInsn(ICONST_0);
        code.make(t, "fromArray", VectorCode.SPECIES + "[" + VectorCode.letter(t) + "I");
    }
}
