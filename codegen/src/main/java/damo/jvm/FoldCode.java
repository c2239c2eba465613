package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.plan.Stmt;
import damo.type.DType;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;

/// Emits folds: their accumulators, and how the elements go into them.
final class FoldCode {
    private static final int BLOCK = 1024;                             // terms of a sum that are added without compensation

    private final MethodVisitor mv;
    private final Lanes lanes;
    private final ValueCode values;
    private final KernelMethod method;
    private final Map<Value, Accumulators> folds = new IdentityHashMap<>();

    FoldCode(MethodVisitor mv, Lanes lanes, ValueCode values, KernelMethod method) {
        this.mv = mv;
        this.lanes = lanes;
        this.values = values;
        this.method = method;
    }

    /// The local variables of a fold under way; `lost` is what rounding took from `total`, −1 without compensation.
    private record Accumulators(Reduction f, DType dtype, int total, int lost) {}

    /// Emits a [Stmt.Fold].
    void fold(Value fold, List<Stmt> body) {
        Scalar.Fold op = (Scalar.Fold) fold.op();
        boolean compensated = op.f() == Reduction.SUM && fold.dtype().isFloat();
        int total = values.local(fold.dtype());
        values.known(fold, total);
        var accumulators = new Accumulators(op.f(), fold.dtype(), total, compensated ? values.local(fold.dtype()) : -1);
        folds.put(fold, accumulators);
        start(accumulators, total);
        if (compensated) start(accumulators, accumulators.lost);
        method.block(body);
    }

    private void start(Accumulators a, int local) {
        start(a, local, lanes);
    }

    private void start(Accumulators a, int local, Lanes as) {
        DType t = a.dtype;
        as.number(t.isFloat() ? new Scalar.Real(switch (a.f) {
            case SUM -> 0;
            case PROD -> 1;
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
        }) : new Scalar.Whole(switch (a.f) {
            case SUM -> 0;
            case PROD -> 1;
            case MAX -> t.kind() == DType.Kind.INT ? -1L << t.bits() - 1 : 0;
            case MIN -> t == DType.BOOL ? 1 : t.kind() == DType.Kind.INT ? ~(-1L << t.bits() - 1) : -1;
        }), t);
        as.set(t, local);
    }

    /// Emits a [Stmt.Run]. A sum of floats goes by blocks, whose sums are added with compensation; its order depends on the extent alone.
    void run(Stmt.Run run) {
        Accumulators a = folds.get(run.fold());
        values.open();
        int i = values.local(DType.INT32);
        int end = values.local(DType.INT32);
        ScalarLanes.integer(mv, 0);
        mv.visitVarInsn(ISTORE, i);
        if (a.lost < 0) {
            values.root(run.axis().extent());
            mv.visitVarInsn(ISTORE, end);
            elements(run, a, i, end);
        } else method.loop(run.axis(), i, 0, () -> values.root(run.axis().extent()), () -> {
            mv.visitVarInsn(ILOAD, i);
            values.root(run.axis().extent());
            mv.visitVarInsn(ILOAD, i);
            mv.visitInsn(ISUB);
            ScalarLanes.integer(mv, BLOCK);
            mv.visitMethodInsn(INVOKESTATIC, "java/lang/Math", "min", "(II)I", false);
            mv.visitInsn(IADD);
            mv.visitVarInsn(ISTORE, end);
            elements(run, a, i, end);
        });
        values.close();
    }

    /// Takes in the elements from `i` to `end`: as many as make whole rounds of the accumulators, which are then added by halves, and one
    /// after the other those that are left.
    private void elements(Stmt.Run run, Accumulators a, int i, int end) {
        int result = values.local(a.dtype);
        start(a, result);
        VectorLanes vectors = method.vectors(run);
        if (vectors != null || run.lanes() > 1 && (run.together() > 1 || a.lost >= 0)) {
            var few = new Label();
            int whole = values.local(DType.INT32);
            mv.visitVarInsn(ILOAD, end);
            ScalarLanes.integer(mv, run.lanes() - 1);
            mv.visitInsn(ISUB);
            mv.visitInsn(DUP);
            mv.visitVarInsn(ISTORE, whole);
            mv.visitVarInsn(ILOAD, i);
            mv.visitJumpInsn(IF_ICMPLE, few);
            if (vectors != null) rounds(run, a, i, whole, result, vectors);
            else if (run.together() > 1) rounds(run, a, i, whole, result);
            else passes(run, a, i, whole, result);
            mv.visitLabel(few);
        }
        method.loop(run.axis(), i, 1, () -> mv.visitVarInsn(ILOAD, end), () -> element(run, a, result, 0, lanes));
        if (a.lost < 0) combine(a, a.total, result);
        else compensate(a, result);
    }

    /// Feeds the accumulators in turn.
    private void rounds(Stmt.Run run, Accumulators a, int i, int whole, int result) {
        int n = run.lanes();
        var partial = new int[n];
        for (int lane = 0; lane < n; lane++) start(a, partial[lane] = lane == 0 ? result : values.local(a.dtype));
        method.loop(run.axis(), i, n, () -> mv.visitVarInsn(ILOAD, whole), () -> {
            for (int lane = 0; lane < n; lane++) element(run, a, partial[lane], lane, lanes);
        });
        halve(a, partial);
    }

    /// The same with the accumulators in vectors.
    private void rounds(Stmt.Run run, Accumulators a, int i, int whole, int result, VectorLanes vectors) {
        int n = run.lanes();
        int count = vectors.count();
        var rows = new int[n / count];
        for (int row = 0; row < rows.length; row++) start(a, rows[row] = values.local(), vectors);
        values.vectors(run.axis(), vectors);
        method.loop(run.axis(), i, n, () -> mv.visitVarInsn(ILOAD, whole), () -> {
            for (int row = 0; row < rows.length; row++) element(run, a, rows[row], row * count, vectors);
        });
        values.scalars();
        var partial = new int[n];
        for (int lane = 0; lane < n; lane++) {
            partial[lane] = lane == 0 ? result : values.local(a.dtype);
            vectors.get(a.dtype, rows[lane / count]);
            vectors.lane(a.dtype, lane % count);
            lanes.set(a.dtype, partial[lane]);
        }
        halve(a, partial);
    }

    private void halve(Accumulators a, int[] partial) {
        for (int half = partial.length / 2; half > 0; half /= 2)
            for (int lane = 0; lane < half; lane++) combine(a, partial[lane], partial[lane + half]);
    }

    /// Feeds one accumulator after the other, which gives the same in less code. In the order of their numbers read backwards, the halves
    /// that are to be added come one after the other.
    private void passes(Stmt.Run run, Accumulators a, int i, int whole, int result) {
        int n = run.lanes();
        int levels = Integer.numberOfTrailingZeros(n);
        var sums = new int[levels];                                    // at each level, the half that waits for the other
        for (int level = 0; level < levels; level++) start(a, sums[level] = values.local(a.dtype));
        int pass = values.local(DType.INT32);
        int at = values.local(DType.INT32);
        int stop = values.local(DType.INT32);
        mv.visitVarInsn(ILOAD, whole);
        mv.visitVarInsn(ILOAD, i);
        mv.visitInsn(ISUB);
        ScalarLanes.integer(mv, n - 1);
        mv.visitInsn(IADD);
        ScalarLanes.integer(mv, -n);
        mv.visitInsn(IAND);
        mv.visitVarInsn(ILOAD, i);
        mv.visitInsn(IADD);
        mv.visitVarInsn(ISTORE, stop);
        ScalarLanes.integer(mv, 0);
        mv.visitVarInsn(ISTORE, pass);
        method.loop(run.axis(), pass, 1, () -> ScalarLanes.integer(mv, n), () -> {
            start(a, result);
            mv.visitVarInsn(ILOAD, pass);
            mv.visitMethodInsn(INVOKESTATIC, "java/lang/Integer", "reverse", "(I)I", false);
            ScalarLanes.integer(mv, Integer.SIZE - levels);
            mv.visitInsn(IUSHR);
            mv.visitVarInsn(ILOAD, i);
            mv.visitInsn(IADD);
            mv.visitVarInsn(ISTORE, at);
            method.loop(run.axis(), at, n, () -> mv.visitVarInsn(ILOAD, stop), () -> element(run, a, result, 0, lanes));
            var kept = new Label();
            for (int level = 0; level < levels; level++) {
                var second = new Label();
                mv.visitVarInsn(ILOAD, pass);
                ScalarLanes.integer(mv, 1 << level);
                mv.visitInsn(IAND);
                mv.visitJumpInsn(IFNE, second);
                lanes.get(a.dtype, result);
                lanes.set(a.dtype, sums[level]);
                mv.visitJumpInsn(GOTO, kept);
                mv.visitLabel(second);
                combine(a, result, sums[level]);
            }
            mv.visitLabel(kept);
        });
        mv.visitVarInsn(ILOAD, stop);
        mv.visitVarInsn(ISTORE, i);
    }

    private void element(Stmt.Run run, Accumulators a, int into, int shift, Lanes as) {
        values.open();
        values.shift(run.axis(), shift);
        method.statements(run.body());
        values.needing(List.of(run.element()), () -> {
            as.get(a.dtype, into);
            values.element(run.element());
            as.apply(a.f.step(), a.dtype);
            as.set(a.dtype, into);
        });
        values.shift(run.axis(), 0);
        values.close();
    }

    /// Takes one accumulator into another.
    private void combine(Accumulators a, int into, int from) {
        lanes.get(a.dtype, into);
        lanes.get(a.dtype, from);
        lanes.apply(a.f.step(), a.dtype);
        lanes.set(a.dtype, into);
    }

    /// Kahan: `y = x − lost; t = total + y; lost = (t − total) − y; total = t`. What an infinite total lost is NaN, and counts for nothing.
    private void compensate(Accumulators a, int x) {
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
