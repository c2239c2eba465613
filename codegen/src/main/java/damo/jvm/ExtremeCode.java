package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.jvm.AccumulatorCode.Accumulator;
import damo.kernel.Scalar;
import damo.type.DType;
import java.util.List;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;

/// Emits the maximum or minimum of floats with vectors.
///
/// The vectors of a machine have none with regard to NaN and −0: HotSpot makes it of six instructions, which wait for each other. So vectors reduce
/// keys, integers in the order of the floats, where −0 comes before 0, and every NaN where it is the extreme.
///
/// A guess takes half the instructions of that. Of the bits as integers, the greatest is the maximum of floats, unless all are negative, and the
/// greatest without regard to a sign their minimum, unless none is negative; and they tell whether there was a NaN. What they do not tell is NaN. So
/// a guess of a maximum knows the least element, too.
final class ExtremeCode {
    private final MethodVisitor mv;
    private final Lanes lanes;
    private final ValueCode values;

    ExtremeCode(MethodVisitor mv, Lanes lanes, ValueCode values) {
        this.mv = mv;
        this.lanes = lanes;
        this.values = values;
    }

    /// What there is for a guess: the greatest of bits, and the same without a sign.
    static List<DType> pair(DType t) {
        return t == DType.FLOAT32 ? List.of(DType.INT32, DType.UINT32) : List.of(DType.INT64, DType.UINT64);
    }

    /// `x →` what is reduced: its bits, for a guess, or else its key.
    void bits(Accumulator a, VectorLanes vectors) {
        vectors.bits(a.dtype());
        if (a.isGuess()) return;
        mirror(Scalar.Bits.of(a.dtype()), vectors);
        around(a, vectors, a.f() == Reduction.MAX ? ScalarOp.SUB : ScalarOp.ADD);
    }

    /// Pushes what the lanes of a vector come to.
    void lanes(Accumulator a, int vector, VectorLanes vectors) {
        if (a.isGuess()) guess(a, vector, vectors);
        else {
            DType keys = Scalar.Bits.of(a.dtype());
            vectors.get(keys, vector);
            vectors.reduce(a.f().step(), keys);
            around(a, lanes, a.f() == Reduction.MAX ? ScalarOp.ADD : ScalarOp.SUB);
            mirror(keys, lanes);
            lanes.bits(keys);
        }
    }

    /// Of the bits as integers, negative floats have the wrong order: reverses it.
    private static void mirror(DType t, Lanes as) {
        as.dup(t);
        as.shift(ScalarOp.SHR, t, t.bits() - 1);
        as.number(new Scalar.Whole(-1L >>> 65 - t.bits()), t);
        as.apply(ScalarOp.AND, t);
        as.apply(ScalarOp.XOR, t);
    }

    /// Then NaNs are on both sides: those on the other side of infinity than the extreme go around to it, by as many as there are. The infinity that
    /// is nothing becomes the integer that is.
    private static void around(Accumulator a, Lanes as, ScalarOp direction) {
        DType t = Scalar.Bits.of(a.dtype());
        as.number(new Scalar.Whole(a.dtype() == DType.FLOAT32 ? (1L << 23) - 1 : (1L << 52) - 1), t);
        as.apply(direction, t);
    }

    /// HotSpot does not reduce integers without a sign by instructions: so they get one, the least the negative ones.
    private void guess(Accumulator a, int vector, VectorLanes vectors) {
        DType t = Scalar.Bits.of(a.dtype());
        var sign = new Scalar.Whole(-1L << t.bits() - 1);
        int signed = values.local(t), unsigned = values.local(t);
        vectors.get(t, vector);
        vectors.reduce(ScalarOp.MAX, t);
        lanes.set(t, signed);
        vectors.get(t, vector + 1);
        vectors.number(sign, t);
        vectors.apply(ScalarOp.XOR, t);
        vectors.reduce(ScalarOp.MAX, t);
        lanes.set(t, unsigned);
        if (a.least() >= 0) {
            lanes.get(t, unsigned);
            lanes.number(sign, t);
            lanes.apply(ScalarOp.XOR, t);
            lanes.bits(t);
            lanes.get(a.dtype(), a.least());
            lanes.apply(ScalarOp.MIN, a.dtype());
            lanes.set(a.dtype(), a.least());
        }
        int wanted = a.f() == Reduction.MAX ? signed : unsigned;
        var unknown = new Label();
        var end = new Label();
        lanes.get(t, wanted);
        lanes.number(new Scalar.Whole(0), t);
        lanes.apply(ScalarOp.LT, t);
        mv.visitJumpInsn(IFNE, unknown);
        for (int one : new int[] {signed, unsigned}) {
            lanes.number(new Scalar.Whole(a.dtype() == DType.FLOAT32 ? 0x7f800000L : 0x7ff0000000000000L), t);   // infinity
            lanes.get(t, one);
            lanes.apply(ScalarOp.LT, t);
            mv.visitJumpInsn(IFNE, unknown);
        }
        lanes.get(t, wanted);
        if (a.f() == Reduction.MIN) {
            lanes.number(sign, t);
            lanes.apply(ScalarOp.XOR, t);
        }
        lanes.bits(t);
        mv.visitJumpInsn(GOTO, end);
        mv.visitLabel(unknown);
        lanes.number(new Scalar.Real(Double.NaN), a.dtype());
        mv.visitLabel(end);
    }
}
