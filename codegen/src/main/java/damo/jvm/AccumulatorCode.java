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
        /// Whether the order counts: a sum of floats.
        boolean isInOrder() {
            return lost >= 0;
        }
    }

    /// That of `fold`, which has taken in nothing yet.
    Accumulator begin(Value fold) {
        Scalar.Fold op = (Scalar.Fold) fold.op();
        boolean compensated = op.f() == Reduction.SUM && fold.dtype().isFloat();
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
        as.number(Scalar.Fold.ofNothing(a.f, a.dtype), a.dtype);
        as.set(a.dtype, local);
    }

    /// Adds the lanes of a vector by halves.
    void lanes(Accumulator a, int vector, VectorLanes vectors, int result) {
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
        as.get(a.dtype, into);
        as.get(a.dtype, from);
        as.apply(a.f.step(), a.dtype);
        as.set(a.dtype, into);
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
