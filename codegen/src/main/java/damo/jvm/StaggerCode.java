package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.kernel.Axis;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.plan.Stagger;
import damo.type.DType;
import java.util.IdentityHashMap;
import java.util.Map;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;

/// Emits a loop whose positions overlap ([Stagger]). Local variables carry what one position has computed to the next one, which does its rest.
final class StaggerCode {
    private final MethodVisitor mv;
    private final ScalarLanes lanes;
    private final ValueCode values;
    private final KernelMethod method;

    StaggerCode(MethodVisitor mv, ScalarLanes lanes, ValueCode values, KernelMethod method) {
        this.mv = mv;
        this.lanes = lanes;
        this.values = values;
        this.method = method;
    }

    /// Emits a loop over `axis` from `i` up to what `end` pushes.
    void loop(Axis axis, int i, Runnable end, Stagger stagger) {
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
