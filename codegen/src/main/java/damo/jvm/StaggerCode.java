package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.graph.ScalarOp;
import damo.jvm.AccumulatorCode.Accumulator;
import damo.kernel.Axis;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.plan.Nearness;
import damo.plan.Stagger;
import damo.plan.Stmt;
import damo.type.DType;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;

/// Emits a loop whose positions overlap ([Stagger]). Local variables carry what one position has computed to the next one, which does its rest.
final class StaggerCode {
    private final MethodVisitor mv;
    private final ScalarLanes lanes;
    private final ValueCode values;
    private final KernelMethod method;
    private final FoldCode folds;

    StaggerCode(MethodVisitor mv, ScalarLanes lanes, ValueCode values, KernelMethod method, FoldCode folds) {
        this.mv = mv;
        this.lanes = lanes;
        this.values = values;
        this.method = method;
        this.folds = folds;
    }

    /// Emits a loop over `axis` from `i` up to what `end` pushes.
    void loop(Axis axis, int i, Runnable end, Stagger stagger) {
        if (stagger.first().getLast() instanceof Stmt.Fold first && !stagger.then().isEmpty() && stagger.then().getLast() instanceof Stmt.Fold last
                && folds.areAlike(last, first)) beside(axis, i, end, stagger, first, last);
        else apart(axis, i, end, stagger);
    }

    /// The first reduction of a row goes in with the last one of the row before: what it loads may come from far away, and there is much to compute
    /// meanwhile.
    private void beside(Axis axis, int i, Runnable end, Stagger stagger, Stmt.Fold first, Stmt.Fold last) {
        DType t = first.fold().dtype();
        int begun = values.local(t), next = values.local(DType.INT32), near = values.local(DType.INT32);
        Optional<Nearness> nearness = AccumulatorCode.mayGuess(first.fold()) ? Nearness.of(first, last) : Optional.empty();
        var none = new Label();
        mv.visitVarInsn(ILOAD, i);
        end.run();
        mv.visitJumpInsn(IF_ICMPGE, none);
        values.position(axis, i);
        reduce(stagger.first(), first, begun);
        mv.visitInsn(ICONST_0);
        mv.visitVarInsn(ISTORE, near);
        nearness.ifPresent(n -> values.sure(n.condition(), near));
        method.loop(axis, i, 1, end, () -> {
            ValueCode.Knowledge after = values.knowledge();
            Consumer<Runnable> there = action -> {
                values.position(axis, next);
                values.with(after, action);
                values.position(axis, i);
            };
            values.open();
            values.known(first.fold(), begun);
            method.statements(lets(stagger.first()));
            method.statements(stagger.then().subList(0, stagger.then().size() - 1));
            after(i, end, next);
            there.accept(() -> method.statements(lets(stagger.first())));
            Accumulator found = folds.beside(last, first, there);
            if (found.isGuess()) there.accept(() -> again(first, found.total()));
            nearness.ifPresent(n -> isNear(n, found, near));
            method.statements(stagger.last());
            lanes.get(t, found.total());
            lanes.set(t, begun);
            values.close();
        });
        mv.visitLabel(none);
    }

    /// Stores whether all elements are near, as far as it is known.
    private void isNear(Nearness nearness, Accumulator max, int near) {
        values.root(nearness.distance());
        lanes.get(max.dtype(), max.least());
        lanes.get(max.dtype(), max.total());
        lanes.apply(ScalarOp.SUB, max.dtype());
        lanes.apply(ScalarOp.LE, max.dtype());
        mv.visitVarInsn(ISTORE, near);
    }

    /// Reduces once more if `found`, a guess, is NaN.
    private void again(Stmt.Fold first, int found) {
        DType t = first.fold().dtype();
        var known = new Label();
        lanes.get(t, found);
        lanes.get(t, found);
        lanes.apply(ScalarOp.NE, t);
        mv.visitJumpInsn(IFEQ, known);
        reduce(List.of(first), first, found);
        mv.visitLabel(known);
    }

    /// Stores what `fold` gives, the last of some statements that are forgotten then.
    private void reduce(List<Stmt> statements, Stmt.Fold fold, int into) {
        values.open();
        method.statements(statements);
        values.root(fold.fold());
        lanes.set(fold.fold().dtype(), into);
        values.close();
    }

    /// Stores into `next` the position after `i`, or that of `i` if there is none.
    private void after(int i, Runnable end, int next) {
        mv.visitVarInsn(ILOAD, i);
        mv.visitInsn(ICONST_1);
        mv.visitInsn(IADD);
        end.run();
        mv.visitInsn(ICONST_1);
        mv.visitInsn(ISUB);
        mv.visitMethodInsn(INVOKESTATIC, "java/lang/Math", "min", "(II)I", false);
        mv.visitVarInsn(ISTORE, next);
    }

    private static List<Stmt> lets(List<Stmt> first) {
        return first.subList(0, first.size() - 1);
    }

    /// The first reduction of a row comes before the last loops of the row before.
    private void apart(Axis axis, int i, Runnable end, Stagger stagger) {
        int begin = values.local(DType.INT32);
        mv.visitVarInsn(ILOAD, i);
        mv.visitVarInsn(ISTORE, begin);
        Map<Value, Integer> carried = new IdentityHashMap<>();
        for (Value v : stagger.carried()) {
            carried.put(v, values.local(v.dtype()));
            lanes.number(v.dtype().isFloat() ? new Scalar.Real(0) : new Scalar.Whole(0), v.dtype());
            lanes.set(v.dtype(), carried.get(v));
        }
        method.loop(axis, i, 1, end, () -> {
            values.open();
            ValueCode.Knowledge own = values.knowledge();
            values.with(own, () -> method.statements(stagger.first()));
            rest(axis, i, begin, carried, stagger);
            values.with(own, () -> {
                method.statements(stagger.then());
                for (Value v : stagger.carried()) {
                    values.root(v);
                    lanes.set(v.dtype(), carried.get(v));
                }
            });
            values.close();
        });
        rest(axis, i, begin, carried, stagger);
    }

    /// What is left to do of the position before `i`, if there is one.
    private void rest(Axis axis, int i, int begin, Map<Value, Integer> carried, Stagger stagger) {
        var none = new Label();
        mv.visitVarInsn(ILOAD, i);
        mv.visitVarInsn(ILOAD, begin);
        mv.visitJumpInsn(IF_ICMPLE, none);
        values.open();
        values.shift(axis, -1);
        carried.forEach(values::known);
        method.statements(stagger.last());
        values.shift(axis, 0);
        values.close();
        mv.visitLabel(none);
    }
}
