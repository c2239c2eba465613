package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.kernel.Axis;
import damo.plan.Jam;
import damo.type.DType;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;

/// Emits a loop that is unrolled and jammed ([Jam]).
final class JamCode {
    private static final int WIDE = 512;                               // bits of a vector, of which a processor has 32; of 256 bits it has 16
    private static final int MANY = 4, FEW = 2;                        // positions that go together, with so many vectors
    private static final int LONG = 256;                               // terms of a reduction, from which on they do

    private final MethodVisitor mv;
    private final ValueCode values;
    private final KernelMethod method;
    private final FoldCode folds;

    JamCode(MethodVisitor mv, ValueCode values, KernelMethod method, FoldCode folds) {
        this.mv = mv;
        this.values = values;
        this.method = method;
        this.folds = folds;
    }

    /// Emits a loop over `axis` from `i` on that stops where fewer positions are left below what `end` pushes than go together, or at once, if
    /// reductions are so short that most of the time is spent on their ends.
    void loop(Axis axis, int i, Runnable end, Jam jam) {
        if (!folds.areAlike(jam.fold(), jam.fold())) return;
        int count = method.vectors(jam.fold().run()).bits() == WIDE ? MANY : FEW;
        int whole = values.local(DType.INT32);
        var none = new Label();
        end.run();
        ScalarLanes.integer(mv, count - 1);
        mv.visitInsn(ISUB);
        mv.visitVarInsn(ISTORE, whole);
        values.root(jam.fold().run().axis().extent());
        ScalarLanes.integer(mv, LONG);
        mv.visitJumpInsn(IF_ICMPLT, none);
        method.loop(axis, i, count, () -> mv.visitVarInsn(ILOAD, whole), () -> {
            values.open();
            List<Consumer<Runnable>> places = IntStream.range(0, count).mapToObj(row -> place(axis, row)).toList();
            places.forEach(place -> place.accept(() -> method.statements(jam.before())));
            folds.abreast(jam.fold(), places);
            places.forEach(place -> place.accept(() -> method.statements(jam.after())));
            values.close();
        });
        mv.visitLabel(none);
    }

    /// What emits code for the position `row` further on, which knows what has been computed for it.
    private Consumer<Runnable> place(Axis axis, int row) {
        ValueCode.Knowledge own = values.knowledge();
        return action -> {
            values.shift(axis, row);
            values.with(own, action);
            values.shift(axis, 0);
        };
    }
}
