package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.graph.ScalarOp;
import damo.jvm.AccumulatorCode.Accumulator;
import damo.kernel.Scalar;
import damo.plan.Stmt;
import damo.type.DType;
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

    /// A fold that elements go into.
    ///
    /// @param there emits code for the place where it is
    record Feed(Stmt.Run run, Accumulator a, Consumer<Runnable> there) {
        /// One that is here.
        Feed(Stmt.Run run, Accumulator a) {
            this(run, a, Runnable::run);
        }
    }

    /// Whether the elements of `other` may go in beside those of `run`, a sum of floats, and give the same as by themselves: both are done in one
    /// pass of vectors, and either order does not count or it is the same.
    boolean areAlike(Stmt.Run run, Stmt.Run other) {
        VectorLanes one = method.vectors(run), two = method.vectors(other);
        if (one == null || two == null || one.count() != two.count() || run.axis().extent() != other.axis().extent()) return false;
        if (!one.form().strides().isEmpty() || !two.form().strides().isEmpty()) return false;
        boolean isOne = AccumulatorCode.isInOrder(run.fold()) && run.lanes() <= run.together() * one.count();
        boolean isSame = AccumulatorCode.isInOrder(other.fold()) && run.lanes() == other.lanes() && run.together() == other.together();
        return isOne && (isSame || AccumulatorCode.isExtreme(other.fold()));
    }

    /// Takes in the elements from `i` to `end`: as far as rounds go by accumulators in turn, and one after the other those that are left.
    ///
    /// @param feeds the first says how, the others are like it ([#areAlike])
    void elements(List<Feed> feeds, int i, int end) {
        int[] results = feeds.stream().mapToInt(f -> values.local(f.a.dtype())).toArray();
        for (int n = 0; n < results.length; n++) accumulators.start(feeds.get(n).a, results[n]);
        Stmt.Run run = feeds.getFirst().run;
        VectorLanes vectors = method.vectors(run);
        boolean inOrder = feeds.getFirst().a.isInOrder();
        int together = run.together();
        if (vectors != null && inOrder) rounds(feeds, i, end, results, vectors, run.lanes() / vectors.count(), run.lanes() / 2);
        else if (vectors != null) rounds(feeds, i, end, results, vectors, together, vectors.count());
        else if (run.lanes() > 1 && inOrder) rounds(feeds, i, end, results, lanes, run.lanes(), run.lanes() / 2);
        else if (run.lanes() > 1 && together > 1) rounds(feeds, i, end, results, lanes, together, together);
        feeds.forEach(f -> values.position(f.run.axis(), i));
        var into = new int[results.length][];
        for (int n = 0; n < results.length; n++) into[n] = new int[] {results[n]};
        method.loop(run.axis(), i, 1, () -> mv.visitVarInsn(ILOAD, end), () -> elements(feeds, into, 1, 0, lanes));
        for (int n = 0; n < results.length; n++) add(feeds.get(n).a, results[n]);
    }

    /// Takes `count` elements that lie `apart` into the first accumulators of each fold, in the order that they have in memory. The first fold comes
    /// last: a processor may take what is loaded for what was just stored a multiple of 4096 bytes before, and wait.
    private void elements(List<Feed> feeds, int[][] into, int count, int apart, Lanes as) {
        for (int row = 0; row < count; row++)
            for (int n = feeds.size() - 1; n >= 0; n--) element(feeds.get(n), n == 0, into[n][row], row * apart, as);
    }

    /// Takes in one element, or a vector of them if `as` is the vectors of the first fold.
    private void element(Feed feed, boolean isFirst, int into, int shift, Lanes as) {
        if (isFirst || !(as instanceof VectorLanes vectors)) {
            feed.there.accept(() -> element(feed.run, feed.a, into, shift, as));
            return;
        }
        VectorLanes own = method.vectors(feed.run);
        values.vectors(own);
        feed.there.accept(() -> element(feed.run, feed.a, into, shift, own));
        values.vectors(vectors);
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
    private void rounds(List<Feed> feeds, int i, int end, int[] results, Lanes as, int rows, int last) {
        VectorLanes vectors = as instanceof VectorLanes v ? v : null;
        Stmt.Run run = feeds.getFirst().run;
        Accumulator a = feeds.getFirst().a;
        int count = vectors == null ? 1 : vectors.count();
        int round = rows * count;
        int together = Math.min(rows, run.together());
        int passes = rows / together;
        int apart = passes * count;
        var none = new Label();
        int stop = values.local(DType.INT32);
        whole(i, end, last, stop);
        mv.visitVarInsn(ILOAD, stop);
        mv.visitVarInsn(ILOAD, i);
        mv.visitJumpInsn(IF_ICMPLE, none);
        int whole = values.local(DType.INT32);
        whole(i, end, together > 1 ? round : last, whole);
        int[][] partial = feeds.stream().map(f -> locals(f.a, together, as)).toArray(int[][]::new);
        int at = values.local(DType.INT32);
        feeds.forEach(f -> values.position(f.run.axis(), at));
        if (vectors != null) values.vectors(vectors);
        Runnable pass = () -> {
            for (int n = 0; n < partial.length; n++) for (int local : partial[n]) accumulators.start(feeds.get(n).a, local, as);
            method.loop(run.axis(), at, round, () -> mv.visitVarInsn(ILOAD, whole), () -> elements(feeds, partial, together, apart, as));
            if (together > 1 && last < round) {
                int few = Math.min(together, Math.max(1, last / apart));
                method.loop(run.axis(), at, passes * last, () -> mv.visitVarInsn(ILOAD, stop), () -> elements(feeds, partial, few, apart, as));
            }
            for (int n = 0; n < partial.length; n++) accumulators.halve(feeds.get(n).a, partial[n], as);
        };
        if (passes == 1) {
            mv.visitVarInsn(ILOAD, i);
            mv.visitVarInsn(ISTORE, at);
            pass.run();
        } else passes(run, a, i, at, count, Integer.numberOfTrailingZeros(passes), partial[0][0], as, pass);
        mv.visitVarInsn(ILOAD, stop);
        mv.visitVarInsn(ISTORE, i);
        if (vectors != null) {
            values.scalars();
            for (int n = 0; n < partial.length; n++) accumulators.lanes(feeds.get(n).a, partial[n][0], vectors, results[n]);
        } else {
            lanes.get(a.dtype(), partial[0][0]);
            lanes.set(a.dtype(), results[0]);
        }
        mv.visitLabel(none);
    }

    private int[] locals(Accumulator a, int count, Lanes as) {
        var locals = new int[count];
        for (int row = 0; row < count; row++) locals[row] = accumulators.local(a, as);
        return locals;
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
        for (int level = 0; level < levels; level++) accumulators.start(a, waiting[level] = accumulators.local(a, as), as);
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
