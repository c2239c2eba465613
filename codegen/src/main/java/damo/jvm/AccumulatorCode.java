package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.type.DType;
import java.util.List;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;

/// Emits what is done with accumulators: where they begin, and how one goes into another. What vectors have of extremes of floats, [ExtremeCode]
/// knows.
final class AccumulatorCode {
    private final MethodVisitor mv;
    private final Lanes lanes;
    private final ValueCode values;
    private final ExtremeCode extremes;

    AccumulatorCode(MethodVisitor mv, Lanes lanes, ValueCode values) {
        this.mv = mv;
        this.lanes = lanes;
        this.values = values;
        extremes = new ExtremeCode(mv, lanes, values);
    }

    /// The local variables of a fold under way.
    ///
    /// @param lost what rounding took from `total`; −1 without compensation
    /// @param isGuess whether NaN may stand for what must be computed in another way
    /// @param least what no element of a vector is below, for a guess of a maximum: at most 0, and NaN where that is not known; else −1
    record Accumulator(Reduction f, DType dtype, int total, int lost, boolean isGuess, int least) {
        /// As [AccumulatorCode#isInOrder].
        boolean isInOrder() {
            return lost >= 0;
        }

        /// Whether vectors have integers for it.
        boolean isOfBits(Lanes as) {
            return as instanceof VectorLanes && dtype.isFloat() && (f == Reduction.MAX || f == Reduction.MIN);
        }

        /// What `as` has for it, in local variables one behind the other.
        List<DType> parts(Lanes as) {
            return !isOfBits(as) ? List.of(dtype) : isGuess ? ExtremeCode.pair(dtype) : List.of(Scalar.Bits.of(dtype));
        }

        /// What two of these become.
        Reduction f(Lanes as) {
            return isGuess && isOfBits(as) ? Reduction.MAX : f;
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

    /// Whether it may be guessed: an extreme of floats.
    static boolean mayGuess(Value fold) {
        return isExtreme(fold) && fold.dtype().isFloat();
    }

    /// That of `fold`, which has taken in nothing yet.
    Accumulator begin(Value fold) {
        return begin(fold, false);
    }

    /// The same; a guess may be NaN where `fold` is not.
    Accumulator begin(Value fold, boolean isGuess) {
        Scalar.Fold op = (Scalar.Fold) fold.op();
        boolean compensated = isInOrder(fold);
        int total = values.local(fold.dtype());
        values.known(fold, total);
        int least = isGuess && op.f() == Reduction.MAX ? values.local(fold.dtype()) : -1;
        var a = new Accumulator(op.f(), fold.dtype(), total, compensated ? values.local(fold.dtype()) : -1, isGuess, least);
        start(a, total);
        if (compensated) start(a, a.lost);
        if (least >= 0) {
            lanes.number(new Scalar.Real(0), a.dtype);
            lanes.set(a.dtype, least);
        }
        return a;
    }

    /// Stores what has taken in nothing, without vectors.
    void start(Accumulator a, int local) {
        start(a, local, lanes);
    }

    /// The same as `as` has it.
    void start(Accumulator a, int local, Lanes as) {
        int part = local;
        for (DType t : a.parts(as)) {
            as.number(Scalar.Fold.ofNothing(a.f(as), t), t);
            as.set(t, part++);
        }
    }

    /// `element →` nothing: takes it into the accumulator that `as` has in `into`.
    void take(Accumulator a, int into, Lanes as) {
        List<DType> parts = a.parts(as);
        if (a.isOfBits(as)) extremes.bits(a, (VectorLanes) as);
        if (parts.size() > 1) as.dup(parts.getFirst());
        for (int i = 0; i < parts.size(); i++) in(a, into + i, parts.get(i), as);
    }

    /// `x →` nothing: takes it into a part.
    private static void in(Accumulator a, int into, DType t, Lanes as) {
        as.get(t, into);
        as.apply(a.f(as).step(), t);
        as.set(t, into);
    }

    /// Takes the lanes of a vector into one number: they are added by halves. Of a mask it is known at once.
    void lanes(Accumulator a, int vector, VectorLanes vectors, int result) {
        if (a.isOfBits(vectors)) extremes.lanes(a, vector, vectors);
        else if (a.dtype == DType.BOOL) {
            vectors.get(a.dtype, vector);
            vectors.reduce(a.f.step(), a.dtype);
        } else {
            for (int half = vectors.count() / 2; half > 0; half /= 2) {
                vectors.get(a.dtype, vector);
                vectors.rotate(half, a.dtype);
                in(a, vector, a.dtype, vectors);
            }
            vectors.get(a.dtype, vector);
            vectors.first(a.dtype);
        }
        lanes.set(a.dtype, result);
    }

    /// Takes the second half of some accumulators into the first, and so on until one is left.
    void halve(Accumulator a, int[] partial, Lanes as) {
        for (int half = partial.length / 2; half > 0; half /= 2)
            for (int row = 0; row < half; row++) combine(a, partial[row], partial[row + half], as);
    }

    /// A new local variable for an accumulator, the first of its parts.
    int local(Accumulator a, Lanes as) {
        if (as == lanes) return values.local(a.dtype);
        int first = values.local();
        for (int i = 1; i < a.parts(as).size(); i++) values.local();
        return first;
    }

    /// Takes one accumulator into another.
    void combine(Accumulator a, int into, int from, Lanes as) {
        int part = 0;
        for (DType t : a.parts(as)) {
            as.get(t, from + part);
            in(a, into + part++, t, as);
        }
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
