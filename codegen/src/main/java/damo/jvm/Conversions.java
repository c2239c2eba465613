package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.type.DType;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;

/// From one dtype to another, in the representations of [ScalarLanes]; what is int64 is uint64 bit for bit.
final class Conversions {
    private final MethodVisitor mv;
    private final Helpers helpers;

    Conversions(MethodVisitor mv, Helpers helpers) {
        this.mv = mv;
        this.helpers = helpers;
    }

    void convert(DType from, DType to) {
        if (from == to) return;
        switch (JvmType.of(from)) {
            case INT -> fromInt(from, to);
            case LONG -> fromLong(from, to);
            case FLOAT, DOUBLE -> fromFloat(from, to);
        }
    }

    private void fromInt(DType from, DType to) {
        JvmType type = JvmType.of(to);
        if (type == JvmType.INT) narrow(to);
        else if (from == DType.UINT32) {
            mv.visitInsn(I2L);
            mv.visitLdcInsn(0xFFFF_FFFFL);
            mv.visitInsn(LAND);
            if (type != JvmType.LONG) mv.visitInsn(to == DType.FLOAT32 ? L2F : L2D);
        } else mv.visitInsn(type.variant(I2L - 1));
    }

    private void fromLong(DType from, DType to) {
        if (to == DType.BOOL) isNotZero(JvmType.LONG);
        else if (JvmType.of(to) == JvmType.INT) {
            mv.visitInsn(L2I);
            narrow(to);
        } else if (to.isFloat()) {
            boolean single = to == DType.FLOAT32;
            if (from != DType.UINT64) mv.visitInsn(single ? L2F : L2D);
            else helpers.call(mv, single ? "unsignedToFloat" : "unsignedToDouble", single ? "(J)F" : "(J)D");
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

    /// Brings the result of int arithmetic back into the dtype.
    void narrow(DType t) {
        switch (t) {
            case BOOL -> isNotZero(JvmType.INT);
            case INT8 -> mv.visitInsn(I2B);
            case INT16 -> mv.visitInsn(I2S);
            case UINT8 -> {
                ScalarLanes.integer(mv, 0xFF);
                mv.visitInsn(IAND);
            }
            case UINT16 -> mv.visitInsn(I2C);
            case INT32, UINT32, INT64, UINT64, FLOAT32, FLOAT64 -> {}
        }
    }

    /// `x →` 1 unless it is 0, for an int or a long.
    // The sign bit of x | −x is set unless x is 0.
    void isNotZero(JvmType type) {
        boolean wide = type == JvmType.LONG;
        mv.visitInsn(wide ? DUP2 : DUP);
        mv.visitInsn(type.variant(INEG));
        mv.visitInsn(type.variant(IOR));
        ScalarLanes.integer(mv, wide ? 63 : 31);
        mv.visitInsn(type.variant(IUSHR));
        if (wide) mv.visitInsn(L2I);
    }

    /// `→` 1 if the jump is taken, else 0.
    void truth(int jump) {
        var holds = new Label();
        var end = new Label();
        mv.visitJumpInsn(jump, holds);
        mv.visitInsn(ICONST_0);
        mv.visitJumpInsn(GOTO, end);
        mv.visitLabel(holds);
        mv.visitInsn(ICONST_1);
        mv.visitLabel(end);
    }
}
