package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.type.DType;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;

/// Emits what is done with accumulators: where they begin, and how one goes into another.
///
/// The vectors of a machine have no maximum of floats with regard to NaN and −0: HotSpot makes it of six instructions, which wait for each other. So
/// vectors reduce keys, integers in the order of the floats, where −0 comes before 0, and every NaN where it is the extreme.
final class AccumulatorCode {
    private final MethodVisitor mv;
    private final Lanes lanes;
    private final ValueCode values;

    AccumulatorCode(MethodVisitor mv, Lanes lanes, ValueCode values) {
        this.mv = mv;
        this.lanes = lanes;
        this.values = values;
    }

    /// The local variables of a fold under way; `lost` is what rounding took from `total`, −1 without compensation.
    record Accumulator(Reduction f, DType dtype, int total, int lost) {
        /// As [AccumulatorCode#isInOrder].
        boolean isInOrder() {
            return lost >= 0;
        }

        /// Whether vectors keep the keys of what was taken in.
        boolean hasKeys() {
            return dtype.isFloat() && (f == Reduction.MAX || f == Reduction.MIN);
        }

        /// What vectors, or else single numbers, are of.
        DType dtype(Lanes as) {
            return as instanceof VectorLanes && hasKeys() ? Scalar.Bits.of(dtype) : dtype;
        }
    }

    /// Whether the order counts for it: a sum of floats.
    static boolean isInOrder(Value fold) {
        return ((Scalar.Fold) fold.op()).f() == Reduction.SUM && fold.dtype().isFloat();
    }

    /// Whether it is a maximum or a minimum.
    static boolean isExtreme(Value fold) {
        Reduction f = ((Scalar.Fold) fold.op()).f();
        return f == Reduction.MAX || f == Reduction.MIN;
    }

    /// That of `fold`, which has taken in nothing yet.
    Accumulator begin(Value fold) {
        Scalar.Fold op = (Scalar.Fold) fold.op();
        boolean compensated = isInOrder(fold);
        int total = values.local(fold.dtype());
        values.known(fold, total);
        var a = new Accumulator(op.f(), fold.dtype(), total, compensated ? values.local(fold.dtype()) : -1);
        start(a, total);
        if (compensated) start(a, a.lost);
        return a;
    }

    /// Stores what has taken in nothing, without vectors.
    void start(Accumulator a, int local) {
        start(a, local, lanes);
    }

    /// The same as `as` has it.
    void start(Accumulator a, int local, Lanes as) {
        DType t = a.dtype(as);
        as.number(Scalar.Fold.ofNothing(a.f, t), t);
        as.set(t, local);
    }

    /// `element →` nothing: takes it into the accumulator that `as` has in `into`.
    void take(Accumulator a, int into, Lanes as) {
        DType t = a.dtype(as);
        if (t != a.dtype) key(a, (VectorLanes) as);
        as.get(t, into);
        as.apply(a.f.step(), t);
        as.set(t, into);
    }

    /// `x →` its key. Of the bits as integers, negative floats have the wrong order, and then NaNs are on both sides: those on the other side of
    /// infinity than the extreme go around to it. The infinity that is nothing becomes the integer that is.
    private void key(Accumulator a, VectorLanes vectors) {
        vectors.bits(a.dtype);
        mirror(a.dtype(vectors), vectors);
        around(a, vectors, a.f == Reduction.MAX ? ScalarOp.SUB : ScalarOp.ADD);
    }

    /// `key →` the float that it is of.
    private void unkey(Accumulator a) {
        around(a, lanes, a.f == Reduction.MAX ? ScalarOp.ADD : ScalarOp.SUB);
        mirror(Scalar.Bits.of(a.dtype), lanes);
        lanes.bits(Scalar.Bits.of(a.dtype));
    }

    /// Reverses the order of the negative ones.
    private static void mirror(DType t, Lanes as) {
        as.dup(t);
        as.shift(ScalarOp.SHR, t, t.bits() - 1);
        as.number(new Scalar.Whole(-1L >>> 65 - t.bits()), t);
        as.apply(ScalarOp.AND, t);
        as.apply(ScalarOp.XOR, t);
    }

    /// By as many as there are NaNs of one sign.
    private static void around(Accumulator a, Lanes as, ScalarOp direction) {
        DType t = Scalar.Bits.of(a.dtype);
        as.number(new Scalar.Whole(a.dtype == DType.FLOAT32 ? (1L << 23) - 1 : (1L << 52) - 1), t);
        as.apply(direction, t);
    }

    /// Takes the lanes of a vector into one number: they are added by halves.
    void lanes(Accumulator a, int vector, VectorLanes vectors, int result) {
        if (a.hasKeys()) {
            DType keys = a.dtype(vectors);
            vectors.get(keys, vector);
            vectors.reduce(a.f.step(), keys);
            unkey(a);
            lanes.set(a.dtype, result);
            return;
        }
        var partial = new int[vectors.count()];
        for (int lane = 0; lane < partial.length; lane++) {
            partial[lane] = lane == 0 ? result : values.local(a.dtype);
            vectors.get(a.dtype, vector);
            vectors.lane(a.dtype, lane);
            lanes.set(a.dtype, partial[lane]);
        }
        halve(a, partial, lanes);
    }

    /// Takes the second half of some accumulators into the first, and so on until one is left.
    void halve(Accumulator a, int[] partial, Lanes as) {
        for (int half = partial.length / 2; half > 0; half /= 2)
            for (int row = 0; row < half; row++) combine(a, partial[row], partial[row + half], as);
    }

    /// A new local variable for an accumulator.
    int local(DType t, Lanes as) {
        return as == lanes ? values.local(t) : values.local();
    }

    /// Takes one accumulator into another.
    void combine(Accumulator a, int into, int from, Lanes as) {
        DType t = a.dtype(as);
        as.get(t, into);
        as.get(t, from);
        as.apply(a.f.step(), t);
        as.set(t, into);
    }

    /// Kahan: `y = x − lost; t = total + y; lost = (t − total) − y; total = t`. What an infinite total lost is NaN, and counts for nothing.
    void compensate(Accumulator a, int x) {
        DType t = a.dtype;
        int next = values.local(t);
        var finite = new Label();
        subtract(t, x, a.lost, x);
        lanes.get(t, a.total);
        lanes.get(t, x);
        lanes.apply(ScalarOp.ADD, t);
        lanes.set(t, next);
        subtract(t, next, a.total, a.lost);
        subtract(t, a.lost, x, a.lost);
        lanes.get(t, next);
        lanes.set(t, a.total);
        lanes.get(t, a.lost);
        lanes.get(t, a.lost);
        lanes.apply(ScalarOp.NE, t);
        mv.visitJumpInsn(IFEQ, finite);
        start(a, a.lost);
        mv.visitLabel(finite);
    }

    private void subtract(DType t, int x, int y, int into) {
        lanes.get(t, x);
        lanes.get(t, y);
        lanes.apply(ScalarOp.SUB, t);
        lanes.set(t, into);
    }
}
