package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.CompilerBug;
import damo.graph.ScalarOp;
import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.plan.Needs;
import damo.type.DType;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;

/// Emits values: where each is kept, and what it is computed from; what one operation looks like, [Lanes] knows.
///
/// Stack contract: `value` leaves exactly one operand. Values that are used more than once stay in a local variable, which those see
/// that come after it in its list of statements and in the lists within.
final class ValueCode {
    private final MethodVisitor mv;
    private final Lanes lanes;
    private final Map<Value, Integer> uses = new IdentityHashMap<>();
    private final Map<String, Integer> symbols = new HashMap<>();
    private final Map<Buffer, Integer> arrays = new HashMap<>();
    private final Map<Buffer, Integer> scalars = new HashMap<>();
    private final Map<Axis, Integer> positions = new HashMap<>();
    private final Map<Axis, Integer> shifts = new HashMap<>();
    private final Needs needs = new Needs();
    private Scope scope;
    private int nextLocal;

    /// @param firstLocal the first local variable that is free
    ValueCode(MethodVisitor mv, Lanes lanes, int firstLocal) {
        this.mv = mv;
        this.lanes = lanes;
        nextLocal = firstLocal;
        scope = new Scope(null, Set.of(), firstLocal);
    }

    /// Where values are known: within a list of statements, or one side of a branch. `needed` is computed in it whatever branches are taken.
    private record Scope(Scope outer, Set<Value> needed, int firstLocal, Map<Value, Integer> locals) {
        Scope(Scope outer, Set<Value> needed, int firstLocal) {
            this(outer, needed, firstLocal, new IdentityHashMap<>());
        }

        Integer find(Value v) {
            for (Scope s = this; s != null; s = s.outer) {
                Integer local = s.locals.get(v);
                if (local != null) return local;
            }
            return null;
        }
    }

    /// The array of `buffer` is in this local variable.
    void array(Buffer buffer, int local) {
        arrays.put(buffer, local);
    }

    /// The only element of `buffer` is in this local variable.
    void scalar(Buffer buffer, int local) {
        scalars.put(buffer, local);
    }

    /// The extent named `name` is in this local variable.
    void symbol(String name, int local) {
        symbols.put(name, local);
    }

    /// The position along `axis` is in this local variable.
    void position(Axis axis, int local) {
        positions.put(axis, local);
    }

    /// From now on the position along `axis` is so much more than its local variable.
    void shift(Axis axis, int by) {
        shifts.put(axis, by);
    }

    /// The value is in this local variable, until this list of statements ends.
    void known(Value v, int local) {
        scope.locals.put(v, local);
    }

    /// Local variables for a value.
    int local(DType dtype) {
        int local = nextLocal;
        nextLocal += lanes.slots(dtype);
        return local;
    }

    /// Pushes the only element of `buffer`.
    void element(Buffer buffer) {
        lanes.get(buffer.dtype(), scalars.get(buffer));
    }

    /// Stores `value` at the flat `offset` of `to`.
    void put(Buffer to, Value offset, Value value) {
        needing(scalars.containsKey(to) ? List.of(value) : List.of(offset, value), () -> {
            Integer local = scalars.get(to);
            if (local == null) {
                mv.visitVarInsn(ALOAD, arrays.get(to));
                value(offset);
            }
            value(value);
            if (local == null) lanes.store(to.dtype());
            else lanes.set(to.dtype(), local);
        });
    }

    /// Statements with these values begin; they see nothing of earlier ones but buffers.
    void begin(List<Value> roots) {
        uses.clear();
        roots.forEach(this::use);
    }

    /// Counts how often each value is mentioned.
    private void use(Value v) {
        if (uses.merge(v, 1, Integer::sum) == 1) v.op().operands().forEach(this::use);
    }

    /// Begins a list of statements: what is computed from here on is forgotten when it ends.
    void open() {
        open(Set.of());
    }

    /// Ends it.
    void close() {
        nextLocal = scope.firstLocal;
        scope = scope.outer;
    }

    private void open(Set<Value> needed) {
        scope = new Scope(scope, needed, nextLocal);
    }

    /// Computes `v` here, once.
    void let(Value v) {
        if (scope.find(v) != null) return;
        needing(List.of(v), () -> {
            compute(v);
            keep(v);
        });
    }

    /// Computes a value that no other value asks for.
    void root(Value v) {
        needing(List.of(v), () -> value(v));
    }

    /// While `action` runs, what these values surely need is computed before any branch that might need it too.
    void needing(List<Value> roots, Runnable action) {
        scope = new Scope(scope.outer, needs.of(roots), scope.firstLocal, scope.locals);
        action.run();
        scope = new Scope(scope.outer, Set.of(), scope.firstLocal, scope.locals);
    }

    /// Pushes `v`.
    void value(Value v) {
        Integer known = scope.find(v);
        if (known != null) {
            lanes.get(v.dtype(), known);
            return;
        }
        compute(v);
        if (uses.getOrDefault(v, 0) > 1 && !isTrivial(v)) {
            lanes.dup(v.dtype());
            keep(v);
        }
    }

    private void keep(Value v) {
        int local = local(v.dtype());
        lanes.set(v.dtype(), local);
        scope.locals.put(v, local);
    }

    /// Whether `v` is as good as a local variable already.
    static boolean isTrivial(Value v) {
        return switch (v.op()) {
            case Scalar.Real _, Scalar.Whole _, Scalar.Symbol _, Scalar.Index _ -> true;
            case Scalar.Load _, Scalar.Flat _, Scalar.Apply _, Scalar.Convert _, Scalar.Choose _, Scalar.Fold _ -> false;
        };
    }

    private void compute(Value v) {
        switch (v.op()) {
            case Scalar.Real number -> lanes.number(number, v.dtype());
            case Scalar.Whole number -> lanes.number(number, v.dtype());
            case Scalar.Symbol(var name) -> mv.visitVarInsn(ILOAD, symbols.get(name));
            case Scalar.Index(var axis) -> {
                mv.visitVarInsn(ILOAD, positions.get(axis));
                int shift = shifts.getOrDefault(axis, 0);
                if (shift != 0) {
                    ScalarLanes.integer(mv, shift);
                    mv.visitInsn(IADD);
                }
            }
            case Scalar.Flat(var from, _) when scalars.containsKey(from) -> lanes.get(from.dtype(), scalars.get(from));
            case Scalar.Flat(var from, var offset) -> {
                mv.visitVarInsn(ALOAD, arrays.get(from));
                value(offset);
                lanes.load(from.dtype());
            }
            case Scalar.Apply(var f, var args) when f == ScalarOp.WHERE -> branch(args.get(0), args.get(1), args.get(2));
            case Scalar.Apply(var f, var args) -> {
                args.forEach(this::value);
                lanes.apply(f, args.getLast().dtype());
            }
            case Scalar.Convert(var x) -> {
                value(x);
                lanes.convert(x.dtype(), v.dtype());
            }
            case Scalar.Choose(var condition, var then, var otherwise) -> branch(condition, then, otherwise);
            case Scalar.Load _, Scalar.Fold _ -> throw new CompilerBug("emit", "the schedule left it unplaced", v.toString());
        }
    }

    private void branch(Value condition, Value then, Value otherwise) {
        Set<Value> thenNeeds = needs.of(List.of(then));
        Set<Value> otherwiseNeeds = needs.of(List.of(otherwise));
        // Without this, what both sides share would be emitted twice, and in a chain of branches 2ⁿ times.
        var seen = Needs.identitySet();
        ahead(then, otherwiseNeeds, seen);
        ahead(otherwise, thenNeeds, seen);
        var no = new Label();
        var end = new Label();
        value(condition);
        mv.visitJumpInsn(IFEQ, no);
        side(then, thenNeeds);
        mv.visitJumpInsn(GOTO, end);
        mv.visitLabel(no);
        side(otherwise, otherwiseNeeds);
        mv.visitLabel(end);
    }

    private void ahead(Value v, Set<Value> other, Set<Value> seen) {
        if (isTrivial(v) || !seen.add(v) || scope.find(v) != null) return;
        if (other.contains(v) || scope.needed.contains(v)) {
            compute(v);
            keep(v);
        } else v.op().operands().forEach(o -> ahead(o, other, seen));
    }

    private void side(Value v, Set<Value> needed) {
        open(needed);
        value(v);
        close();
    }
}
