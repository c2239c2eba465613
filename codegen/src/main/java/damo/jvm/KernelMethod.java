package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.kernel.Axis;
import damo.kernel.Listing;
import damo.kernel.Value;
import damo.plan.Jam;
import damo.plan.Roots;
import damo.plan.Stagger;
import damo.plan.Stmt;
import damo.plan.Vectorization;
import damo.type.DType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;

/// Emits scheduled statements, each with its line of the listing. Stack contract: a statement leaves no operands.
final class KernelMethod {
    private static final int MOST_LINES = 0xFFFF;                      // of a class file

    private final MethodVisitor mv;
    private final ScalarLanes lanes;
    private final Vectorization vectorization;
    private final FoldCode folds;
    private final RepeatCode repeats;
    private final StaggerCode staggers;
    private final JamCode jams;
    private Listing.Lines lines = Listing.Lines.NONE;
    private int line;
    private final Map<Axis, Integer> ranges = new HashMap<>();
    private ProductCode.Caller products;

    /// The values that the statements mention.
    final ValueCode values;

    /// @param firstLocal the first local variable that is free
    /// @param vectorization which loops are done with vectors
    KernelMethod(MethodVisitor mv, ScalarLanes lanes, int firstLocal, Vectorization vectorization) {
        this.mv = mv;
        this.lanes = lanes;
        this.vectorization = vectorization;
        values = new ValueCode(mv, lanes, firstLocal);
        folds = new FoldCode(mv, lanes, values, this);
        repeats = new RepeatCode(mv, lanes, values, this);
        staggers = new StaggerCode(mv, lanes, values, this, folds);
        jams = new JamCode(mv, values, this, folds);
    }

    /// Has loops over `axis` do no positions but those from what is in the local variable `range` to what is in the next one.
    void divide(Axis axis, int range) {
        ranges.put(axis, range);
    }

    /// Says that the local variable holds an array of such elements.
    void cast(int local, DType dtype) {
        mv.visitVarInsn(ALOAD, local);
        mv.visitTypeInsn(CHECKCAST, Type.getInternalName(dtype.storage()));
        mv.visitVarInsn(ASTORE, local);
    }

    /// Says who it is that multiplies matrices.
    void products(ProductCode.Caller caller) {
        products = caller;
    }

    /// Emits the statements of one kernel, which see nothing of earlier ones but buffers.
    void kernel(List<Stmt> statements, Listing.Lines where) {
        lines = where;
        values.begin(Roots.of(statements).values);
        block(statements);
    }

    /// Emits statements whose values are forgotten afterwards.
    void block(List<Stmt> statements) {
        values.open();
        statements(statements);
        values.close();
    }

    /// Emits statements where they are. What is computed ahead is shown as part of what it is for: the next statement that has a line.
    void statements(List<Stmt> statements) {
        var starts = new int[statements.size() + 1];
        for (int i = statements.size() - 1; i >= 0; i--) {
            int own = line(statements.get(i));
            starts[i] = own > 0 ? own : starts[i + 1];
        }
        for (int i = 0; i < statements.size(); i++) {
            mark(starts[i]);
            statement(statements.get(i));
        }
    }

    private int line(Stmt stmt) {
        return switch (stmt) {
            case Stmt.Let _ -> 0;
            case Stmt.Loop(var axis, _, _, _) -> lines.of(axis);
            case Stmt.Several several -> lines.of(several.axis());
            case Stmt.Repeat repeat -> lines.of(repeat.axis());
            case Stmt.Guard(_, var body) -> line(body);
            case Stmt.Fold(_, var body) -> line(body);
            case Stmt.Together(var all) -> line(all.getFirst());
            case Stmt.Run run -> lines.of(run.axis());
            case Stmt.Multiply product -> lines.of(product.z().in());
            case Stmt.Put put -> lines.of(put.to());
            case Stmt.Clear(var to, _) -> lines.of(to);
        };
    }

    private int line(List<Stmt> statements) {
        return statements.stream().mapToInt(this::line).filter(l -> l > 0).findFirst().orElse(0);
    }

    private void mark(int next) {
        if (next == 0 || next == line || next > MOST_LINES) return;
        var here = new Label();
        mv.visitLabel(here);
        mv.visitLineNumber(next, here);
        line = next;
    }

    private void statement(Stmt stmt) {
        switch (stmt) {
            case Stmt.Let(var value) -> values.let(value);
            case Stmt.Loop loop -> loop(loop);
            case Stmt.Several(var axis, var to, var together, var all, var one) -> {
                mv.visitInsn(ICONST_0);
                int i = begin(axis);
                Runnable end = end(axis, to);
                int whole = values.local();
                end.run();
                ScalarLanes.integer(mv, together - 1);
                mv.visitInsn(ISUB);
                mv.visitVarInsn(ISTORE, whole);
                loop(axis, i, together, () -> mv.visitVarInsn(ILOAD, whole), () -> block(all));
                loop(axis, i, 1, end, () -> block(one));
            }
            case Stmt.Repeat repeat -> {
                int from = values.local(DType.INT32);
                int to = values.local(DType.INT32);
                mv.visitInsn(ICONST_0);
                if (ranges.containsKey(repeat.axis())) within("max", ranges.get(repeat.axis()));
                mv.visitVarInsn(ISTORE, from);
                end(repeat.axis(), repeat.axis().extent()).run();
                mv.visitVarInsn(ISTORE, to);
                repeats.repeat(repeat, from, to);
            }
            case Stmt.Guard(var extents, var body) -> {
                var end = new Label();
                for (Value extent : extents) {
                    values.root(extent);
                    mv.visitJumpInsn(IFLE, end);
                }
                block(body);
                mv.visitLabel(end);
            }
            case Stmt.Fold(var fold, var body) -> folds.fold(fold, body);
            case Stmt.Together together -> folds.together(together);
            case Stmt.Run run -> folds.run(run);
            case Stmt.Multiply product -> ProductCode.multiply(mv, values, product, products, ranges.get(product.row()));
            case Stmt.Put put -> values.put(put);
            case Stmt.Clear(var to, var size) -> values.clear(to, size);
        }
    }

    private void loop(Stmt.Loop loop) {
        values.root(loop.from());
        int i = begin(loop.axis());
        Runnable end = end(loop.axis(), loop.to());
        Optional<Stagger> stagger = vectorization.isAny() ? Stagger.of(loop) : Optional.empty();
        if (stagger.isPresent()) {
            staggers.loop(loop.axis(), i, end, stagger.get());
            return;
        }
        if (vectorization.isAny()) Jam.of(loop).ifPresent(jam -> jams.loop(loop.axis(), i, end, jam));
        VectorLanes vectors = vectors(loop);
        if (vectors != null) {
            int whole = values.local();
            end.run();
            ScalarLanes.integer(mv, vectors.count() - 1);
            mv.visitInsn(ISUB);
            mv.visitVarInsn(ISTORE, whole);
            values.vectors(vectors);
            loop(loop.axis(), i, vectors.count(), () -> mv.visitVarInsn(ILOAD, whole), () -> block(loop.body()));
            values.scalars();
        }
        loop(loop.axis(), i, 1, end, () -> block(loop.body()));
    }

    /// A local variable that holds the begin of a loop, after what was pushed for it.
    private int begin(Axis axis) {
        int i = values.local(DType.INT32);
        if (ranges.containsKey(axis)) within("max", ranges.get(axis));
        mv.visitVarInsn(ISTORE, i);
        return i;
    }

    /// What pushes the end of a loop.
    private Runnable end(Axis axis, Value to) {
        if (!ranges.containsKey(axis)) return () -> values.root(to);
        int end = values.local(DType.INT32);
        values.root(to);
        within("min", ranges.get(axis) + 1);
        mv.visitVarInsn(ISTORE, end);
        return () -> mv.visitVarInsn(ILOAD, end);
    }

    private void within(String function, int local) {
        mv.visitVarInsn(ILOAD, local);
        mv.visitMethodInsn(INVOKESTATIC, "java/lang/Math", function, "(II)I", false);
    }

    /// The vectors that a loop is done with, or `null`.
    VectorLanes vectors(Stmt loop) {
        Vectorization.Form form = vectorization.of(loop);
        return form == null ? null : new VectorLanes(mv, lanes, form, values::local);
    }

    /// `body` for `axis`, whose position is in `i`, while it is below what `end` pushes.
    void loop(Axis axis, int i, int step, Runnable end, Runnable body) {
        values.position(axis, i);
        var test = new Label();
        var done = new Label();
        mv.visitLabel(test);
        mv.visitVarInsn(ILOAD, i);
        end.run();
        mv.visitJumpInsn(IF_ICMPGE, done);
        body.run();
        if (step > 0) mv.visitIincInsn(i, step);
        mv.visitJumpInsn(GOTO, test);
        mv.visitLabel(done);
    }
}
