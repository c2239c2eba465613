package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.CompilerBug;
import damo.graph.ScalarOp;
import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.FreeAxes;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.plan.Needs;
import damo.plan.Stmt;
import damo.type.DType;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;

/// Emits values: where each is kept, and what it is computed from; what one operation looks like, [Lanes] knows.
///
/// Stack contract: `value` leaves exactly one operand. Values that are used more than once stay in a local variable, which those see
/// that come after it in its list of statements and in the lists within. In the body of a loop that is done with vectors, what varies along
/// the loop is a vector, save the offsets, which are those of the first lane.
final class ValueCode {
    private final MethodVisitor mv;
    private final Lanes lanes;
    private VectorLanes vectors;                                       // null but in the body of a loop that is done with vectors
    private Axis along;                                                // its axis
    private final Map<Value, Integer> distances = new IdentityHashMap<>();    // what it gathers, and the local variable that says where
    private final FreeAxes free = new FreeAxes();
    private final Map<Value, Integer> uses = new IdentityHashMap<>();
    private final Map<String, Integer> symbols = new HashMap<>();
    private final Map<Buffer, Integer> arrays = new HashMap<>();
    private final Map<Element, Integer> elements = new HashMap<>();
    private final Map<Axis, Integer> positions = new HashMap<>();
    private final Map<Axis, Integer> shifts = new HashMap<>();
    private final Needs needs = new Needs();
    private final BranchCode branches;
    private Scope scope;
    private int nextLocal;

    /// @param firstLocal the first local variable that is free
    ValueCode(MethodVisitor mv, Lanes lanes, int firstLocal) {
        this.mv = mv;
        this.lanes = lanes;
        nextLocal = firstLocal;
        scope = new Scope(null, Set.of(), firstLocal);
        branches = new BranchCode(mv, this, needs);
    }

    private record Element(Buffer of, long offset) {}

    /// Where values are known: within a list of statements, or one side of a branch. `needed` is computed in it whatever branches are taken.
    private record Scope(Scope outer, Set<Value> needed, int firstLocal, Map<Value, Integer> locals, Map<Value, Integer> vectors) {
        Scope(Scope outer, Set<Value> needed, int firstLocal) {
            this(outer, needed, firstLocal, new IdentityHashMap<>(), new IdentityHashMap<>());
        }

        Scope needing(Set<Value> other) {
            return new Scope(outer, other, firstLocal, locals, vectors);
        }

        Integer find(Value v, boolean vector) {
            for (Scope s = this; s != null; s = s.outer) {
                Integer local = (vector ? s.vectors : s.locals).get(v);
                if (local != null) return local;
            }
            return null;
        }
    }

    /// From here on what varies along the axis of `forms` is a vector.
    void vectors(VectorLanes forms) {
        distances.clear();
        var known = new IdentityHashMap<Value, Integer>();
        forms.form().strides().forEach((load, stride) -> distances.put(load, known.computeIfAbsent(stride, this::distances)));
        along = forms.form().axis();
        vectors = forms;
    }

    private int distances(Value stride) {
        int local = local();
        if (stride != null) root(stride);
        mv.visitMethodInsn(INVOKESTATIC, Type.getInternalName(Strides.class), stride == null ? "own" : "of", stride == null ? "()[I" : "(I)[I",
                false);
        mv.visitVarInsn(ASTORE, local);
        return local;
    }

    /// From here on nothing is a vector.
    void scalars() {
        along = null;
        vectors = null;
    }

    /// The array of `buffer` is in this local variable.
    void array(Buffer buffer, int local) {
        arrays.put(buffer, local);
    }

    /// The only element of `buffer` is in this local variable.
    void scalar(Buffer buffer, int local) {
        element(buffer, 0, local);
    }

    /// The element of `buffer` at this offset is in this local variable.
    void element(Buffer buffer, int offset, int local) {
        elements.put(new Element(buffer, offset), local);
    }

    /// The local variable of an element, or `null`.
    private Integer local(Buffer buffer, Value offset) {
        return offset.op() instanceof Scalar.Whole(var at) ? elements.get(new Element(buffer, at)) : null;
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

    /// Where a local variable is not 0, the condition holds for all lanes.
    void sure(Value condition, int local) {
        branches.sure(condition, local);
    }

    /// A local variable for an int or an object.
    int local() {
        return nextLocal++;
    }

    /// Local variables for a value.
    int local(DType dtype) {
        int local = nextLocal;
        nextLocal += lanes.slots(dtype);
        return local;
    }

    /// Pushes the only element of `buffer`.
    void element(Buffer buffer) {
        element(buffer, 0);
    }

    /// Pushes the element of `buffer` at this offset, which is in a local variable.
    void element(Buffer buffer, int offset) {
        lanes.get(buffer.dtype(), elements.get(new Element(buffer, offset)));
    }

    /// Pushes the array of `buffer`.
    void array(Buffer buffer) {
        mv.visitVarInsn(ALOAD, arrays.get(buffer));
    }

    /// Stores.
    void put(Stmt.Put put) {
        Buffer to = put.to();
        Integer local = local(to, put.offset());
        needing(local != null ? List.of(put.value()) : List.of(put.offset(), put.value()), () -> {
            if (local == null) {
                mv.visitVarInsn(ALOAD, arrays.get(to));
                value(put.offset());
            }
            if (put.adds()) {
                mv.visitInsn(DUP2);
                lanes.load(to.dtype());
            }
            element(put.value());
            if (put.adds()) lanes.apply(ScalarOp.ADD, to.dtype());
            if (local != null) lanes.set(to.dtype(), local);
            else if (vectors != null) vectors.store(to.dtype());
            else lanes.store(to.dtype());
        });
    }

    /// Stores 0 in the first `size` elements of `to`.
    void clear(Buffer to, Value size) {
        needing(List.of(size), () -> {
            mv.visitVarInsn(ALOAD, arrays.get(to));
            mv.visitInsn(ICONST_0);
            value(size);
            lanes.number(to.dtype().isFloat() ? new Scalar.Real(0) : new Scalar.Whole(0), to.dtype());
            String array = Type.getDescriptor(to.dtype().storage());
            mv.visitMethodInsn(INVOKESTATIC, "java/util/Arrays", "fill", "(%sII%s)V".formatted(array, array.substring(1)), false);
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

    /// What is known besides of one of several things that are done side by side.
    final class Knowledge {
        private Scope own = new Scope(scope, Set.of(), nextLocal);

        /// The value is in this local variable.
        void put(Value v, int local, boolean vector) {
            (vector ? own.vectors : own.locals).put(v, local);
        }
    }

    /// Knows nothing yet, but what is known here. Its local variables are free again when this list of statements ends.
    Knowledge knowledge() {
        return new Knowledge();
    }

    /// Does `action` with all that.
    void with(Knowledge knowledge, Runnable action) {
        Scope before = scope;
        scope = knowledge.own;
        action.run();
        scope = before;
    }

    /// Computes `v` here, as [#element(Value)] has it, once.
    void elementAhead(Value v) {
        boolean vector = vectors != null && free.of(v).contains(along);
        if (scope.find(v, vector) != null) return;
        compute(v, vector);
        keep(v, vector);
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

    /// Begins one that computes these whatever branches are taken in it.
    void open(Set<Value> needed) {
        scope = new Scope(scope, needed, nextLocal);
    }

    /// Computes `v` here, once.
    void let(Value v) {
        if (scope.find(v, false) != null) return;
        needing(List.of(v), () -> {
            compute(v, false);
            keep(v, false);
        });
    }

    /// Computes a value that no other value asks for.
    void root(Value v) {
        needing(List.of(v), () -> value(v));
    }

    /// While `action` runs, what these values surely need is computed before any branch that might need it too.
    void needing(List<Value> roots, Runnable action) {
        scope = scope.needing(needs.of(roots));
        action.run();
        scope = scope.needing(Set.of());
    }

    /// Pushes `v`, a vector of it where the loop is done with vectors.
    void element(Value v) {
        value(v, vectors != null);
    }

    private void value(Value v) {
        value(v, false);
    }

    /// Pushes `v`, or a vector of it.
    void value(Value v, boolean vector) {
        Integer known = scope.find(v, vector);
        if (known != null) {
            lanes(vector).get(v.dtype(), known);
            return;
        }
        if (vector && !free.of(v).contains(along)) {
            value(v, false);
            vectors.broadcast(v.dtype());
            return;
        }
        compute(v, vector);
        if (uses(v) > 1 && !isTrivial(v)) {
            lanes(vector).dup(v.dtype());
            keep(v, vector);
        }
    }

    private Lanes lanes(boolean vector) {
        return vector ? vectors : lanes;
    }

    private void keep(Value v, boolean vector) {
        int local = vector ? local() : local(v.dtype());
        lanes(vector).set(v.dtype(), local);
        (vector ? scope.vectors : scope.locals).put(v, local);
    }

    /// Whether `v` is as good as a local variable already.
    static boolean isTrivial(Value v) {
        return switch (v.op()) {
            case Scalar.Real _, Scalar.Whole _, Scalar.Symbol _, Scalar.Index _ -> true;
            case Scalar.Load _, Scalar.Flat _, Scalar.Apply _, Scalar.Convert _, Scalar.Bits _, Scalar.Choose _, Scalar.Fold _ -> false;
        };
    }

    private void compute(Value v, boolean vector) {
        Lanes as = lanes(vector);
        switch (v.op()) {
            case Scalar.Real number -> as.number(number, v.dtype());
            case Scalar.Whole number -> as.number(number, v.dtype());
            case Scalar.Symbol(var name) -> mv.visitVarInsn(ILOAD, symbols.get(name));
            case Scalar.Index(var axis) -> {
                mv.visitVarInsn(ILOAD, positions.get(axis));
                int shift = shifts.getOrDefault(axis, 0);
                if (shift != 0) {
                    ScalarLanes.integer(mv, shift);
                    mv.visitInsn(IADD);
                }
                if (vector) vectors.positions();
            }
            case Scalar.Flat(var from, var offset) when local(from, offset) instanceof Integer local -> lanes.get(from.dtype(), local);
            case Scalar.Flat(var from, var offset) when vector && distances.containsKey(v) -> {
                boolean strided = vectors.form().strides().get(v) != null;
                if (!strided) {
                    value(offset, true);
                    vectors.keep(distances.get(v));
                }
                mv.visitVarInsn(ALOAD, arrays.get(from));
                if (strided) value(offset);
                else mv.visitInsn(ICONST_0);
                mv.visitVarInsn(ALOAD, distances.get(v));
                vectors.gather(from.dtype());
            }
            case Scalar.Flat(var from, var offset) -> {
                mv.visitVarInsn(ALOAD, arrays.get(from));
                value(offset);
                as.load(from.dtype());
            }
            case Scalar.Apply(var f, var args) when f == ScalarOp.WHERE && !vector -> branches.where(args.get(0), args.get(1), args.get(2));
            case Scalar.Apply(var f, var args) when places(f, args) >= 0 -> {
                value(args.getFirst(), vector);
                as.shift(f, v.dtype(), places(f, args));
            }
            case Scalar.Apply(var f, var args) -> {
                args.forEach(x -> value(x, vector));
                as.apply(f, args.getLast().dtype());
            }
            case Scalar.Convert(var x) -> {
                value(x, vector);
                as.convert(x.dtype(), v.dtype());
            }
            case Scalar.Bits(var x) -> {
                value(x, vector);
                as.bits(x.dtype());
            }
            case Scalar.Choose(var condition, var then, var otherwise) when !vector -> branches.choose(condition, then, otherwise);
            case Scalar.Choose(var condition, var then, var otherwise) -> branches.choose(vectors, condition, then, otherwise);
            case Scalar.Load _, Scalar.Fold _ -> throw new CompilerBug("emit", "the schedule left it unplaced", v.toString());
        }
    }

    /// By how many bits that shifts, if it does, and by a known number of those that there are; else −1.
    private static int places(ScalarOp f, List<Value> args) {
        boolean shifts = f == ScalarOp.SHL || f == ScalarOp.SHR;
        return shifts && args.getLast().op() instanceof Scalar.Whole(var n) && n >= 0 && n < args.getFirst().dtype().bits() ? (int) n : -1;
    }

    /// Whether `v` need not be computed.
    boolean isKnown(Value v) {
        return isTrivial(v) || scope.find(v, false) != null;
    }

    /// Computes `v` here, unless it is known.
    void ahead(Value v) {
        if (isKnown(v)) return;
        compute(v, false);
        keep(v, false);
    }

    /// How often `v` is mentioned.
    int uses(Value v) {
        return uses.getOrDefault(v, 0);
    }

    /// What is computed here whatever branches are taken.
    Set<Value> needed() {
        return scope.needed;
    }
}
