package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.kernel.Axis;
import damo.kernel.Value;
import damo.plan.Stmt;
import damo.type.DType;
import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;

/// Emits kernels that are repeated, with their states in local variables. The positions go by strips: of several vectors side by side, or of one if
/// there are too few, or of one element. The last strip begins where it ends with the last position: what it shares with the strip before is computed
/// twice, to the same.
final class RepeatCode {
    private final MethodVisitor mv;
    private final ScalarLanes lanes;
    private final ValueCode values;
    private final KernelMethod method;

    RepeatCode(MethodVisitor mv, ScalarLanes lanes, ValueCode values, KernelMethod method) {
        this.mv = mv;
        this.lanes = lanes;
        this.values = values;
        this.method = method;
    }

    /// One vector, or element, of a strip: what is known of it, where its states are, and where the next ones wait until all are there.
    private record Part(ValueCode.Knowledge known, int shift, int[] states, int[] next) {}

    /// The positions from what is in `from` on, while they are below what is in `end`.
    void repeat(Stmt.Repeat repeat, int from, int end) {
        var done = new Label();
        VectorLanes vectors = method.vectors(repeat);
        if (vectors != null) {
            values.vectors(vectors);
            if (repeat.together() > 1) strips(repeat, from, end, vectors, repeat.together(), done);
            strips(repeat, from, end, vectors, 1, done);
            values.scalars();
        }
        int at = values.local(DType.INT32);
        method.loop(repeat.axis(), from, 1, () -> mv.visitVarInsn(ILOAD, end), () -> {
            mv.visitVarInsn(ILOAD, from);
            mv.visitVarInsn(ISTORE, at);
            strip(repeat, at, lanes, 1, 1);
        });
        mv.visitLabel(done);
    }

    /// All positions by strips of so many vectors, if there is one at least.
    private void strips(Stmt.Repeat repeat, int from, int end, VectorLanes vectors, int together, Label done) {
        int length = together * vectors.count();
        var few = new Label();
        int last = values.local(DType.INT32);
        int at = values.local(DType.INT32);
        mv.visitVarInsn(ILOAD, end);
        ScalarLanes.integer(mv, length);
        mv.visitInsn(ISUB);
        mv.visitInsn(DUP);
        mv.visitVarInsn(ISTORE, last);
        mv.visitVarInsn(ILOAD, from);
        mv.visitJumpInsn(IF_ICMPLT, few);
        method.loop(repeat.axis(), from, length, () -> mv.visitVarInsn(ILOAD, end), () -> {
            mv.visitVarInsn(ILOAD, from);
            mv.visitVarInsn(ILOAD, last);
            mv.visitMethodInsn(INVOKESTATIC, "java/lang/Math", "min", "(II)I", false);
            mv.visitVarInsn(ISTORE, at);
            strip(repeat, at, vectors, vectors.count(), together);
        });
        mv.visitJumpInsn(GOTO, done);
        mv.visitLabel(few);
    }

    private void strip(Stmt.Repeat repeat, int at, Lanes as, int count, int together) {
        Axis axis = repeat.axis();
        values.open();
        values.position(axis, at);
        var parts = new ArrayList<Part>();
        List<Stmt.State> states = repeat.states();
        for (int p = 0; p < together; p++) {
            var part = new Part(values.knowledge(), p * count, new int[states.size()], new int[states.size()]);
            parts.add(part);
            with(axis, part, () -> {
                values.needing(repeat.before(), () -> repeat.before().forEach(values::elementAhead));
                for (int i = 0; i < states.size(); i++) {
                    Value first = states.get(i).value();
                    values.needing(List.of(first), () -> values.element(first));
                    part.states[i] = local(first.dtype(), as);
                    as.set(first.dtype(), part.states[i]);
                    part.next[i] = local(first.dtype(), as);
                }
            });
            for (int i = 0; i < states.size(); i++) part.known.put(states.get(i).value(), part.states[i], as != lanes);
        }
        int time = values.local(DType.INT32);
        mv.visitInsn(ICONST_0);
        mv.visitVarInsn(ISTORE, time);
        method.loop(repeat.times(), time, 1, () -> values.root(repeat.times().extent()), () -> {
            for (Part part : parts) with(axis, part, () -> {
                values.open();
                List<Value> next = states.stream().map(Stmt.State::next).toList();
                values.needing(next, () -> {
                    for (int i = 0; i < states.size(); i++) {
                        values.element(next.get(i));
                        as.set(next.get(i).dtype(), part.next[i]);
                    }
                });
                values.close();
            });
            for (Part part : parts)
                for (int i = 0; i < states.size(); i++) {
                    DType t = states.get(i).next().dtype();
                    as.get(t, part.next[i]);
                    as.set(t, part.states[i]);
                }
        });
        for (Part part : parts)
            with(axis, part, () -> {
                for (Stmt.State s : states) values.put(new Stmt.Put(s.to(), s.offset(), s.value(), false));
            });
        values.close();
    }

    private void with(Axis axis, Part part, Runnable action) {
        values.shift(axis, part.shift);
        values.with(part.known, action);
        values.shift(axis, 0);
    }

    private int local(DType t, Lanes as) {
        return as == lanes ? values.local(t) : values.local();
    }
}
