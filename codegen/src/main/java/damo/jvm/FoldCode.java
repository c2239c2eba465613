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
    private static final int BLOCK = 512;                              // terms of a sum that are added without compensation

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
        DType t = a.dtype;
        lanes.number(t.isFloat() ? new Scalar.Real(switch (a.f) {
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
        lanes.set(t, local);
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

    private void elements(Stmt.Run run, Accumulators a, int i, int end) {
        int n = a.f == Reduction.PROD ? 1 : run.lanes();
        var partial = new int[n];
        for (int lane = 0; lane < n; lane++) start(a, partial[lane] = values.local(a.dtype));
        if (n > 1) {
            int whole = values.local(DType.INT32);
            mv.visitVarInsn(ILOAD, end);
            ScalarLanes.integer(mv, n - 1);
            mv.visitInsn(ISUB);
            mv.visitVarInsn(ISTORE, whole);
            method.loop(run.axis(), i, n, () -> mv.visitVarInsn(ILOAD, whole), () -> {
                for (int lane = 0; lane < n; lane++) element(run, a, partial[lane], lane);
            });
        }
        method.loop(run.axis(), i, 1, () -> mv.visitVarInsn(ILOAD, end), () -> element(run, a, partial[0], 0));
        for (int stride = 1; stride < n; stride *= 2)
            for (int lane = 0; lane < n; lane += 2 * stride) combine(a, partial[lane], () -> {}, partial[lane + stride]);
        if (a.lost < 0) combine(a, a.total, () -> {}, partial[0]);
        else compensate(a, partial[0]);
    }

    private void element(Stmt.Run run, Accumulators a, int into, int shift) {
        values.open();
        values.shift(run.axis(), shift);
        method.statements(run.body());
        values.needing(List.of(run.element()), () -> combine(a, into, () -> values.value(run.element()), -1));
        values.shift(run.axis(), 0);
        values.close();
    }

    /// Takes what `element` pushes, or else what is in `local`, into an accumulator.
    private void combine(Accumulators a, int into, Runnable element, int local) {
        lanes.get(a.dtype, into);
        element.run();
        if (local >= 0) lanes.get(a.dtype, local);
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
