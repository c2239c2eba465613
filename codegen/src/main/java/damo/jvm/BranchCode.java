package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.graph.ScalarOp;
import damo.kernel.Order;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.plan.Needs;
import damo.plan.Vectorization;
import damo.type.DType;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;

/// Emits values of which one side is wanted or the other: of numbers, that side alone; of vectors both, unless no lane asks for one that is far.
/// What is computed on a side is forgotten after it, so what others need too is computed before.
final class BranchCode {
    private static final int JUMP = 8;                                 // operations that a jump is worth

    private final MethodVisitor mv;
    private final ValueCode values;
    private final Needs needs;
    private final Map<Value, Integer> sure = new IdentityHashMap<>();

    BranchCode(MethodVisitor mv, ValueCode values, Needs needs) {
        this.mv = mv;
        this.values = values;
        this.needs = needs;
    }

    /// Where a local variable is not 0, the condition holds for all lanes.
    void sure(Value condition, int local) {
        sure.put(condition, local);
    }

    /// Pushes one of two numbers, either of which might be computed.
    void where(Value condition, Value then, Value otherwise) {
        shared(then);
        shared(otherwise);
        choose(condition, then, otherwise);
    }

    /// Computes what a side needs, if something else does too.
    private void shared(Value side) {
        Map<Value, Integer> inside = new IdentityHashMap<>();
        inside.put(side, 1);
        List<Value> order = Order.of(side, values::isKnown,
                v -> v.op() instanceof Scalar.Choose(var condition, _, _) ? List.of(condition) : v.op().operands());
        for (Value v : order) v.op().operands().forEach(o -> inside.merge(o, 1, Integer::sum));
        for (Value v : order) if (values.uses(v) > inside.get(v)) values.ahead(v);
    }

    /// Pushes one of two numbers; the other may be one that cannot be computed.
    void choose(Value condition, Value then, Value otherwise) {
        Set<Value> thenNeeds = needs.of(List.of(then));
        Set<Value> otherwiseNeeds = needs.of(List.of(otherwise));
        needs.ahead(condition, then, otherwise, values::isKnown, values.needed()).forEach(values::ahead);
        var no = new Label();
        var end = new Label();
        values.value(condition, false);
        mv.visitJumpInsn(IFEQ, no);
        side(then, thenNeeds);
        mv.visitJumpInsn(GOTO, end);
        mv.visitLabel(no);
        side(otherwise, otherwiseNeeds);
        mv.visitLabel(end);
    }

    private void side(Value v, Set<Value> needed) {
        values.open(needed);
        values.value(v, false);
        values.close();
    }

    /// Pushes of each lane one of two.
    void choose(VectorLanes vectors, Value condition, Value then, Value otherwise) {
        DType t = then.dtype();
        if (!isFar(otherwise)) {
            for (Value v : List.of(condition, then, otherwise)) values.value(v, true);
            vectors.apply(ScalarOp.WHERE, t);
            return;
        }
        int mask = values.local();
        int result = values.local();
        var all = new Label();
        Integer isSure = sure.get(condition);
        if (isSure == null) {
            values.value(condition, true);
            vectors.set(DType.BOOL, mask);
        }
        values.value(then, true);
        vectors.set(t, result);
        values.open();
        if (isSure != null) {
            mv.visitVarInsn(ILOAD, isSure);
            mv.visitJumpInsn(IFNE, all);
            values.value(condition, true);
            vectors.set(DType.BOOL, mask);
        }
        vectors.get(DType.BOOL, mask);
        vectors.allTrue();
        mv.visitJumpInsn(IFNE, all);
        vectors.get(DType.BOOL, mask);
        vectors.get(t, result);
        values.value(otherwise, true);
        vectors.apply(ScalarOp.WHERE, t);
        vectors.set(t, result);
        values.close();
        mv.visitLabel(all);
        vectors.get(t, result);
    }

    /// Whether a jump takes less time than to compute `v`: a function that is done lane by lane, or many operations.
    private static boolean isFar(Value v) {
        return v.op() instanceof Scalar.Apply(var f, _) && Vectorization.isRare(f) || Order.of(v, ValueCode::isTrivial).size() > JUMP;
    }
}
