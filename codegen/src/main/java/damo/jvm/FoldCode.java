package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.jvm.AccumulatorCode.Accumulator;
import damo.jvm.RoundCode.Feed;
import damo.kernel.Value;
import damo.plan.Stmt;
import damo.type.DType;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;

/// Emits folds: which elements go in when. How they do, [RoundCode] knows.
final class FoldCode {
    private static final int BLOCK = Stmt.Run.BLOCK;

    private final MethodVisitor mv;
    private final ValueCode values;
    private final KernelMethod method;
    private final AccumulatorCode accumulators;
    private final RoundCode rounds;
    private final Map<Value, Accumulator> folds = new IdentityHashMap<>();

    FoldCode(MethodVisitor mv, Lanes lanes, ValueCode values, KernelMethod method) {
        this.mv = mv;
        this.values = values;
        this.method = method;
        accumulators = new AccumulatorCode(mv, lanes, values);
        rounds = new RoundCode(mv, lanes, values, method, accumulators);
    }

    /// Emits a [Stmt.Fold].
    void fold(Value fold, List<Stmt> body) {
        folds.put(fold, accumulators.begin(fold));
        method.block(body);
    }

    /// Whether [#beside] can do these.
    boolean areAlike(Stmt.Fold fold, Stmt.Fold other) {
        return fold.run() != null && other.run() != null && rounds.areAlike(fold.run(), other.run());
    }

    /// Emits `fold`, and `other` in the same loop, at another place, for which `there` emits code.
    ///
    /// @return that of `other`; if it is a maximum or a minimum, NaN may mean that it must be computed once more
    Accumulator beside(Stmt.Fold fold, Stmt.Fold other, Consumer<Runnable> there) {
        Feed here = feed(fold, Runnable::run, false), beside = feed(other, there, AccumulatorCode.mayGuess(other.fold()));
        runs(List.of(List.of(here, beside)));
        return beside.a();
    }

    /// Emits `fold` for several places in the same loop; each of these emits code for one.
    void abreast(Stmt.Fold fold, List<Consumer<Runnable>> places) {
        runs(List.of(places.stream().map(place -> feed(fold, place, false)).toList()));
    }

    /// Emits a [Stmt.Together].
    void together(Stmt.Together together) {
        runs(together.folds().stream().map(f -> List.of(feed(f, Runnable::run, false))).toList());
    }

    /// That of a fold which begins there.
    private Feed feed(Stmt.Fold fold, Consumer<Runnable> there, boolean isGuess) {
        var begun = new Accumulator[1];
        there.accept(() -> begun[0] = accumulators.begin(fold.fold(), isGuess));
        return new Feed(fold.run(), begun[0], there);
    }

    /// Emits a [Stmt.Run]. A sum of floats goes by blocks, whose sums are added with compensation; its order depends on the extent alone.
    void run(Stmt.Run run) {
        var feed = new Feed(run, folds.get(run.fold()));
        if (feed.a().isInOrder()) {
            runs(List.of(List.of(feed)));
            return;
        }
        values.open();
        int i = values.local(DType.INT32);
        int end = values.local(DType.INT32);
        ScalarLanes.integer(mv, 0);
        mv.visitVarInsn(ISTORE, i);
        values.root(run.axis().extent());
        mv.visitVarInsn(ISTORE, end);
        rounds.elements(List.of(feed), i, end);
        values.close();
    }

    /// Runs of the same length: a block of those that go in together, and then of the next.
    private void runs(List<List<Feed>> all) {
        values.open();
        int from = values.local(DType.INT32);
        int i = values.local(DType.INT32);
        int end = values.local(DType.INT32);
        int block = values.local(DType.INT32);
        int half = values.local(DType.INT32);                          // in blocks
        int blocks = values.local(DType.INT32);
        Feed only = all.getFirst().getFirst();
        Stmt.Run first = only.run();
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
        boolean isAlone = all.size() == 1 && all.getFirst().size() == 1;
        if (isAlone && vectors != null && first.lanes() / vectors.count() <= first.together()) pairs(first, only.a(), block, half, vectors);
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
            for (List<Feed> feeds : all) {
                mv.visitVarInsn(ILOAD, from);
                mv.visitVarInsn(ISTORE, i);
                rounds.elements(feeds, i, end);
            }
        });
        values.close();
    }

    /// Stores into `i` what [Stmt.Run#begin] says.
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
    private void pairs(Stmt.Run run, Accumulator a, int block, int half, VectorLanes vectors) {
        int rows = run.lanes() / vectors.count();
        int first = values.local(DType.INT32);
        int second = values.local(DType.INT32);
        int end = values.local(DType.INT32);
        int apart = values.local(DType.INT32);
        int result = values.local(a.dtype());
        var partial = new int[2][rows];
        values.vectors(vectors);
        for (int[] one : partial) for (int row = 0; row < rows; row++) one[row] = accumulators.local(a, vectors);
        mv.visitVarInsn(ILOAD, half);
        ScalarLanes.integer(mv, BLOCK);
        mv.visitInsn(IMUL);
        mv.visitVarInsn(ISTORE, apart);
        method.loop(run.axis(), block, 1, () -> mv.visitVarInsn(ILOAD, half), () -> {
            for (int[] one : partial) for (int local : one) accumulators.start(a, local, vectors);
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
                    for (int row = 0; row < rows; row++) rounds.element(run, a, partial[one][row], row * vectors.count(), vectors);
                }
                values.position(run.axis(), first);
            });
            for (int[] one : partial) {
                accumulators.halve(a, one, vectors);
                values.scalars();
                accumulators.lanes(a, one[0], vectors, result);
                accumulators.compensate(a, result);
                values.vectors(vectors);
            }
        });
        values.scalars();
        mv.visitVarInsn(ILOAD, half);
        mv.visitInsn(ICONST_1);
        mv.visitInsn(ISHL);
        mv.visitVarInsn(ISTORE, block);
    }
}
