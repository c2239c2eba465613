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
    private static final int BLOCK = 2048;                             // terms of a sum that are added without compensation

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
        begin(fold);
        method.block(body);
    }

    /// Emits a [Stmt.Together].
    void together(Stmt.Together together) {
        together.folds().forEach(f -> begin(f.fold()));
        runs(together.folds().stream().map(Stmt.Fold::run).toList());
    }

    private void begin(Value fold) {
        Scalar.Fold op = (Scalar.Fold) fold.op();
        boolean compensated = op.f() == Reduction.SUM && fold.dtype().isFloat();
        int total = values.local(fold.dtype());
        values.known(fold, total);
        var accumulators = new Accumulators(op.f(), fold.dtype(), total, compensated ? values.local(fold.dtype()) : -1);
        folds.put(fold, accumulators);
        start(accumulators, total);
        if (compensated) start(accumulators, accumulators.lost);
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
    ///
    /// Whole blocks come in pairs, one of each half: a processor reads ahead of four streams more than of two.
    void run(Stmt.Run run) {
        if (folds.get(run.fold()).lost >= 0) {
            runs(List.of(run));
            return;
        }
        values.open();
        int i = values.local(DType.INT32);
        int end = values.local(DType.INT32);
        ScalarLanes.integer(mv, 0);
        mv.visitVarInsn(ISTORE, i);
        values.root(run.axis().extent());
        mv.visitVarInsn(ISTORE, end);
        elements(run, folds.get(run.fold()), i, end);
        values.close();
    }

    /// Runs of the same length, by blocks.
    private void runs(List<Stmt.Run> runs) {
        values.open();
        int from = values.local(DType.INT32);
        int i = values.local(DType.INT32);
        int end = values.local(DType.INT32);
        int block = values.local(DType.INT32);
        int half = values.local(DType.INT32);                          // in blocks
        int blocks = values.local(DType.INT32);
        Stmt.Run first = runs.getFirst();
        Value extent = first.axis().extent();
        values.root(extent);
        ScalarLanes.integer(mv, 2 * BLOCK);
        mv.visitInsn(IDIV);
        mv.visitVarInsn(ISTORE, half);
        values.root(extent);
        ScalarLanes.integer(mv, BLOCK - 1);
        mv.visitInsn(IADD);
        ScalarLanes.integer(mv, Integer.numberOfTrailingZeros(BLOCK));
        mv.visitInsn(IUSHR);
        mv.visitVarInsn(ISTORE, blocks);
        ScalarLanes.integer(mv, 0);
        mv.visitVarInsn(ISTORE, block);
        VectorLanes vectors = method.vectors(first);
        if (runs.size() == 1 && vectors != null && first.lanes() / vectors.count() <= first.together())
            pairs(first, folds.get(first.fold()), block, half, vectors);
        method.loop(first.axis(), block, 1, () -> mv.visitVarInsn(ILOAD, blocks), () -> {
            begin(block, half, from);
            mv.visitVarInsn(ILOAD, from);
            values.root(extent);
            mv.visitVarInsn(ILOAD, from);
            mv.visitInsn(ISUB);
            ScalarLanes.integer(mv, BLOCK);
            mv.visitMethodInsn(INVOKESTATIC, "java/lang/Math", "min", "(II)I", false);
            mv.visitInsn(IADD);
            mv.visitVarInsn(ISTORE, end);
            for (Stmt.Run run : runs) {
                mv.visitVarInsn(ILOAD, from);
                mv.visitVarInsn(ISTORE, i);
                values.position(run.axis(), i);
                elements(run, folds.get(run.fold()), i, end);
            }
        });
        values.close();
    }

    /// Stores into `i` where a block begins: of the first half if its number is even, else of the second; those that are left come last.
    private void begin(int block, int half, int i) {
        var paired = new Label();
        var found = new Label();
        mv.visitVarInsn(ILOAD, block);
        mv.visitInsn(ICONST_1);
        mv.visitInsn(ISHR);
        mv.visitVarInsn(ILOAD, half);
        mv.visitJumpInsn(IF_ICMPLT, paired);
        mv.visitVarInsn(ILOAD, block);
        mv.visitJumpInsn(GOTO, found);
        mv.visitLabel(paired);
        mv.visitVarInsn(ILOAD, block);
        mv.visitInsn(ICONST_1);
        mv.visitInsn(ISHR);
        mv.visitVarInsn(ILOAD, block);
        mv.visitInsn(ICONST_1);
        mv.visitInsn(IAND);
        mv.visitVarInsn(ILOAD, half);
        mv.visitInsn(IMUL);
        mv.visitInsn(IADD);
        mv.visitLabel(found);
        ScalarLanes.integer(mv, BLOCK);
        mv.visitInsn(IMUL);
        mv.visitVarInsn(ISTORE, i);
    }

    /// All blocks of both halves with vectors, two at a time; `block` is then the first that is left.
    private void pairs(Stmt.Run run, Accumulators a, int block, int half, VectorLanes vectors) {
        int rows = run.lanes() / vectors.count();
        int first = values.local(DType.INT32);
        int second = values.local(DType.INT32);
        int end = values.local(DType.INT32);
        int apart = values.local(DType.INT32);
        int result = values.local(a.dtype);
        var partial = new int[2][rows];
        values.vectors(vectors);
        for (int[] one : partial) for (int row = 0; row < rows; row++) one[row] = local(a.dtype, vectors);
        mv.visitVarInsn(ILOAD, half);
        ScalarLanes.integer(mv, BLOCK);
        mv.visitInsn(IMUL);
        mv.visitVarInsn(ISTORE, apart);
        method.loop(run.axis(), block, 1, () -> mv.visitVarInsn(ILOAD, half), () -> {
            for (int[] one : partial) for (int local : one) start(a, local, vectors);
            mv.visitVarInsn(ILOAD, block);
            ScalarLanes.integer(mv, BLOCK);
            mv.visitInsn(IMUL);
            mv.visitVarInsn(ISTORE, first);
            mv.visitVarInsn(ILOAD, first);
            ScalarLanes.integer(mv, BLOCK);
            mv.visitInsn(IADD);
            mv.visitVarInsn(ISTORE, end);
            method.loop(run.axis(), first, run.lanes(), () -> mv.visitVarInsn(ILOAD, end), () -> {
                mv.visitVarInsn(ILOAD, first);
                mv.visitVarInsn(ILOAD, apart);
                mv.visitInsn(IADD);
                mv.visitVarInsn(ISTORE, second);
                for (int one = 0; one < 2; one++) {
                    values.position(run.axis(), one == 0 ? first : second);
                    for (int row = 0; row < rows; row++) element(run, a, partial[one][row], row * vectors.count(), vectors);
                }
                values.position(run.axis(), first);
            });
            for (int[] one : partial) {
                halve(a, one, vectors);
                values.scalars();
                lanes(a, one[0], vectors, result);
                compensate(a, result);
                values.vectors(vectors);
            }
        });
        values.scalars();
        mv.visitVarInsn(ILOAD, half);
        mv.visitInsn(ICONST_1);
        mv.visitInsn(ISHL);
        mv.visitVarInsn(ISTORE, block);
    }

    /// Takes in the elements from `i` to `end`: as far as rounds go by accumulators in turn, and one after the other those that are left.
    private void elements(Stmt.Run run, Accumulators a, int i, int end) {
        int result = values.local(a.dtype);
        start(a, result);
        VectorLanes vectors = method.vectors(run);
        boolean inOrder = a.lost >= 0;
        if (vectors != null) {
            int rows = inOrder ? run.lanes() / vectors.count() : run.together();
            rounds(run, a, i, end, result, vectors, rows, inOrder ? run.lanes() / 2 : vectors.count());
        } else if (run.lanes() > 1 && inOrder) rounds(run, a, i, end, result, lanes, run.lanes(), run.lanes() / 2);
        else if (run.lanes() > 1 && run.together() > 1) rounds(run, a, i, end, result, lanes, run.together(), run.together());
        method.loop(run.axis(), i, 1, () -> mv.visitVarInsn(ILOAD, end), () -> element(run, a, result, 0, lanes));
        if (inOrder) compensate(a, result);
        else combine(a, a.total, result, lanes);
    }

    /// Feeds `rows` accumulators in turn, each with the lanes of `as`, until fewer than `last` terms are left: as many as the first half of
    /// the accumulators have lanes, or the first of them. The accumulators are then added by halves.
    ///
    /// Some are fed together, and then the next ones from the beginning, which gives the same in less code. In the order of their numbers
    /// read backwards, the halves that are to be added come one after the other.
    private void rounds(Stmt.Run run, Accumulators a, int i, int end, int result, Lanes as, int rows, int last) {
        VectorLanes vectors = as instanceof VectorLanes v ? v : null;
        int count = vectors == null ? 1 : vectors.count();
        int round = rows * count;
        int together = Math.min(rows, run.together());
        int passes = rows / together;
        int levels = Integer.numberOfTrailingZeros(passes);
        var none = new Label();
        int stop = values.local(DType.INT32);
        whole(i, end, last, stop);
        mv.visitVarInsn(ILOAD, stop);
        mv.visitVarInsn(ILOAD, i);
        mv.visitJumpInsn(IF_ICMPLE, none);
        int whole = values.local(DType.INT32);
        whole(i, end, together > 1 ? round : last, whole);
        var partial = new int[together];
        for (int row = 0; row < together; row++) partial[row] = local(a.dtype, as);
        int at = values.local(DType.INT32);
        if (vectors != null) values.vectors(vectors);
        Runnable pass = () -> {
            for (int local : partial) start(a, local, as);
            int apart = passes * count;
            method.loop(run.axis(), at, round, () -> mv.visitVarInsn(ILOAD, whole), () -> {
                for (int row = 0; row < together; row++) element(run, a, partial[row], row * apart, as);
            });
            if (together > 1 && last < round) {
                int few = Math.min(together, Math.max(1, last / apart));
                method.loop(run.axis(), at, passes * last, () -> mv.visitVarInsn(ILOAD, stop), () -> {
                    for (int row = 0; row < few; row++) element(run, a, partial[row], row * apart, as);
                });
            }
            halve(a, partial, as);
        };
        if (passes == 1) {
            mv.visitVarInsn(ILOAD, i);
            mv.visitVarInsn(ISTORE, at);
            pass.run();
        } else passes(run, a, i, at, count, levels, partial[0], as, pass);
        mv.visitVarInsn(ILOAD, stop);
        mv.visitVarInsn(ISTORE, i);
        if (vectors != null) {
            values.scalars();
            lanes(a, partial[0], vectors, result);
        } else {
            lanes.get(a.dtype, partial[0]);
            lanes.set(a.dtype, result);
        }
        mv.visitLabel(none);
    }

    /// Stores into `stop` where the last whole one of so many terms from `i` on ends.
    private void whole(int i, int end, int terms, int stop) {
        mv.visitVarInsn(ILOAD, end);
        mv.visitVarInsn(ILOAD, i);
        mv.visitInsn(ISUB);
        ScalarLanes.integer(mv, -terms);
        mv.visitInsn(IAND);
        mv.visitVarInsn(ILOAD, i);
        mv.visitInsn(IADD);
        mv.visitVarInsn(ISTORE, stop);
    }

    /// Adds what each of `1 << levels` passes leaves in `result`, a pass beginning at `at`.
    private void passes(Stmt.Run run, Accumulators a, int i, int at, int count, int levels, int result, Lanes as, Runnable body) {
        start(a, result, as);
        var waiting = new int[levels];                                 // at each level, the half that waits for the other
        for (int level = 0; level < levels; level++) start(a, waiting[level] = local(a.dtype, as), as);
        int pass = values.local(DType.INT32);
        ScalarLanes.integer(mv, 0);
        mv.visitVarInsn(ISTORE, pass);
        method.loop(run.axis(), pass, 1, () -> ScalarLanes.integer(mv, 1 << levels), () -> {
            mv.visitVarInsn(ILOAD, pass);
            mv.visitMethodInsn(INVOKESTATIC, "java/lang/Integer", "reverse", "(I)I", false);
            ScalarLanes.integer(mv, Integer.SIZE - levels);
            mv.visitInsn(IUSHR);
            ScalarLanes.integer(mv, count);
            mv.visitInsn(IMUL);
            mv.visitVarInsn(ILOAD, i);
            mv.visitInsn(IADD);
            mv.visitVarInsn(ISTORE, at);
            body.run();
            var kept = new Label();
            for (int level = 0; level < levels; level++) {
                var second = new Label();
                mv.visitVarInsn(ILOAD, pass);
                ScalarLanes.integer(mv, 1 << level);
                mv.visitInsn(IAND);
                mv.visitJumpInsn(IFNE, second);
                as.get(a.dtype, result);
                as.set(a.dtype, waiting[level]);
                mv.visitJumpInsn(GOTO, kept);
                mv.visitLabel(second);
                combine(a, result, waiting[level], as);
            }
            mv.visitLabel(kept);
        });
    }

    /// Adds the lanes of a vector by halves.
    private void lanes(Accumulators a, int vector, VectorLanes vectors, int result) {
        var partial = new int[vectors.count()];
        for (int lane = 0; lane < partial.length; lane++) {
            partial[lane] = lane == 0 ? result : values.local(a.dtype);
            vectors.get(a.dtype, vector);
            vectors.lane(a.dtype, lane);
            lanes.set(a.dtype, partial[lane]);
        }
        halve(a, partial, lanes);
    }

    private void halve(Accumulators a, int[] partial, Lanes as) {
        for (int half = partial.length / 2; half > 0; half /= 2)
            for (int row = 0; row < half; row++) combine(a, partial[row], partial[row + half], as);
    }

    private int local(DType t, Lanes as) {
        return as == lanes ? values.local(t) : values.local();
    }

    private void element(Stmt.Run run, Accumulators a, int into, int shift, Lanes as) {
        values.open();
        values.shift(run.axis(), shift);
        method.statements(run.body());
        if (a.lost >= 0 && run.element().op() instanceof Scalar.Apply(var f, var factors) && f == ScalarOp.MUL)
            values.needing(factors, () -> {                            // one rounding, and one instruction
                factors.forEach(values::element);
                as.get(a.dtype, into);
                as.apply(ScalarOp.FMA, a.dtype);
            });
        else
            values.needing(List.of(run.element()), () -> {
                as.get(a.dtype, into);
                values.element(run.element());
                as.apply(a.f.step(), a.dtype);
            });
        as.set(a.dtype, into);
        values.shift(run.axis(), 0);
        values.close();
    }

    /// Takes one accumulator into another.
    private void combine(Accumulators a, int into, int from, Lanes as) {
        as.get(a.dtype, into);
        as.get(a.dtype, from);
        as.apply(a.f.step(), a.dtype);
        as.set(a.dtype, into);
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
