package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.graph.ScalarOp;
import damo.jvm.AccumulatorCode.Accumulator;
import damo.kernel.Scalar;
import damo.plan.Stmt;
import damo.type.DType;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;

/// Emits how a stretch of elements goes into accumulators: several in turn, with vectors or without.
final class RoundCode {
    private final MethodVisitor mv;
    private final Lanes lanes;
    private final ValueCode values;
    private final KernelMethod method;
    private final AccumulatorCode accumulators;

    RoundCode(MethodVisitor mv, Lanes lanes, ValueCode values, KernelMethod method, AccumulatorCode accumulators) {
        this.mv = mv;
        this.lanes = lanes;
        this.values = values;
        this.method = method;
        this.accumulators = accumulators;
    }

    /// What goes in beside another fold, term by term, from elsewhere: `there` emits code for that place.
    record Beside(Stmt.Run run, Accumulator a, Consumer<Runnable> there) {}

    /// Whether the elements of `other` may go in beside those of `run`, a sum of floats, and give the same as by themselves: both are done in one
    /// pass of vectors, and either order does not count or it is the same.
    boolean areAlike(Stmt.Run run, Stmt.Run other) {
        VectorLanes one = method.vectors(run), two = method.vectors(other);
        if (one == null || two == null || one.count() != two.count() || run.axis().extent() != other.axis().extent()) return false;
        if (!one.form().strides().isEmpty() || !two.form().strides().isEmpty()) return false;
        boolean isOne = AccumulatorCode.isInOrder(run.fold()) && run.lanes() == run.together() * one.count();
        boolean isSame = AccumulatorCode.isInOrder(other.fold()) && run.lanes() == other.lanes() && run.together() == other.together();
        return isOne && (isSame || AccumulatorCode.isExtreme(other.fold()));
    }

    /// Takes in the elements from `i` to `end`: as far as rounds go by accumulators in turn, and one after the other those that are left.
    ///
    /// @param beside goes in with them, or `null`
    void elements(Stmt.Run run, Accumulator a, int i, int end, Beside beside) {
        int result = values.local(a.dtype());
        accumulators.start(a, result);
        int other = beside == null ? -1 : values.local(beside.a.dtype());
        if (beside != null) accumulators.start(beside.a, other);
        VectorLanes vectors = method.vectors(run);
        boolean inOrder = a.isInOrder();
        if (vectors != null) {
            int rows = inOrder ? run.lanes() / vectors.count() : run.together();
            rounds(run, a, i, end, result, vectors, rows, inOrder ? run.lanes() / 2 : vectors.count(), beside, other);
        } else if (run.lanes() > 1 && inOrder) rounds(run, a, i, end, result, lanes, run.lanes(), run.lanes() / 2, null, -1);
        else if (run.lanes() > 1 && run.together() > 1) rounds(run, a, i, end, result, lanes, run.together(), run.together(), null, -1);
        if (beside != null) values.position(beside.run.axis(), i);
        method.loop(run.axis(), i, 1, () -> mv.visitVarInsn(ILOAD, end), () -> {
            if (beside != null) beside.there.accept(() -> element(beside.run, beside.a, other, 0, lanes));
            element(run, a, result, 0, lanes);
        });
        add(a, result);
        if (beside != null) add(beside.a, other);
    }

    private void add(Accumulator a, int result) {
        if (a.isInOrder()) accumulators.compensate(a, result);
        else accumulators.combine(a, a.total(), result, lanes);
    }

    /// Feeds `rows` accumulators in turn, each with the lanes of `as`, until fewer than `last` terms are left: as many as the first half of
    /// the accumulators have lanes, or the first of them. The accumulators are then added by halves.
    ///
    /// Some are fed together, and then the next ones from the beginning, which gives the same in less code. In the order of their numbers
    /// read backwards, the halves that are to be added come one after the other.
    private void rounds(Stmt.Run run, Accumulator a, int i, int end, int result, Lanes as, int rows, int last, Beside beside, int other) {
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
        int[] partial = locals(a, together, as), others = beside == null ? null : locals(beside.a, together, as);
        int at = values.local(DType.INT32);
        if (beside != null) values.position(beside.run.axis(), at);
        if (vectors != null) values.vectors(vectors);
        Runnable pass = () -> {
            for (int local : partial) accumulators.start(a, local, as);
            if (beside != null) for (int local : others) accumulators.start(beside.a, local, as);
            int apart = passes * count;
            method.loop(run.axis(), at, round, () -> mv.visitVarInsn(ILOAD, whole), () -> {
                if (beside != null) beside(beside, others, apart, vectors);
                for (int row = 0; row < together; row++) element(run, a, partial[row], row * apart, as);
            });
            if (together > 1 && last < round) {
                int few = Math.min(together, Math.max(1, last / apart));
                method.loop(run.axis(), at, passes * last, () -> mv.visitVarInsn(ILOAD, stop), () -> {
                    if (beside != null) beside(beside, Arrays.copyOf(others, few), apart, vectors);
                    for (int row = 0; row < few; row++) element(run, a, partial[row], row * apart, as);
                });
            }
            accumulators.halve(a, partial, as);
            if (beside != null) accumulators.halve(beside.a, others, as);
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
            accumulators.lanes(a, partial[0], vectors, result);
            if (beside != null) accumulators.lanes(beside.a, others[0], vectors, other);
        } else {
            lanes.get(a.dtype(), partial[0]);
            lanes.set(a.dtype(), result);
        }
        mv.visitLabel(none);
    }

    private int[] locals(Accumulator a, int count, Lanes as) {
        var locals = new int[count];
        for (int row = 0; row < count; row++) locals[row] = accumulators.local(a.dtype(), as);
        return locals;
    }

    /// Comes first: a processor may take what is loaded for what has just been stored a multiple of 4096 bytes before, and wait.
    private void beside(Beside beside, int[] into, int apart, VectorLanes vectors) {
        VectorLanes own = method.vectors(beside.run);
        values.vectors(own);
        beside.there.accept(() -> {
            for (int row = 0; row < into.length; row++) element(beside.run, beside.a, into[row], row * apart, own);
        });
        values.vectors(vectors);
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
    private void passes(Stmt.Run run, Accumulator a, int i, int at, int count, int levels, int result, Lanes as, Runnable body) {
        accumulators.start(a, result, as);
        var waiting = new int[levels];                                 // at each level, the half that waits for the other
        for (int level = 0; level < levels; level++) accumulators.start(a, waiting[level] = accumulators.local(a.dtype(), as), as);
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
                as.get(a.dtype(), result);
                as.set(a.dtype(), waiting[level]);
                mv.visitJumpInsn(GOTO, kept);
                mv.visitLabel(second);
                accumulators.combine(a, result, waiting[level], as);
            }
            mv.visitLabel(kept);
        });
    }

    /// Takes the element `shift` positions further on into the accumulator `into`.
    void element(Stmt.Run run, Accumulator a, int into, int shift, Lanes as) {
        values.open();
        values.shift(run.axis(), shift);
        method.statements(run.body());
        if (a.isInOrder() && run.element().op() instanceof Scalar.Apply(var f, var factors) && f == ScalarOp.MUL)
            values.needing(factors, () -> {                            // one rounding, and one instruction
                factors.forEach(values::element);
                as.get(a.dtype(), into);
                as.apply(ScalarOp.FMA, a.dtype());
                as.set(a.dtype(), into);
            });
        else
            values.needing(List.of(run.element()), () -> {
                values.element(run.element());
                accumulators.take(a, into, as);
            });
        values.shift(run.axis(), 0);
        values.close();
    }
}
