package damo.jvm;

import static org.objectweb.asm.Opcodes.*;

import damo.CompilerBug;
import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.plan.Stmt;
import damo.type.DType;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;

/// Emits scheduled statements: the walk; what one operation looks like, [Lanes] knows.
///
/// Stack contract: `value` leaves exactly one operand, `statement` leaves none. Values that are used more than once stay in a local
/// variable, which those see that come after it in its block and in the blocks within.
final class KernelMethod {
    private static final int BLOCK = 512;                              // terms of a sum that are added without compensation

    private final MethodVisitor mv;
    private final Lanes lanes;
    private final ScalarLanes ints;
    private final Map<Value, Integer> uses = new IdentityHashMap<>();
    private final Map<String, Integer> symbols = new HashMap<>();
    private final Map<Buffer, Integer> arrays = new HashMap<>();
    private final Map<Buffer, Integer> scalars = new HashMap<>();
    private final Map<Axis, Integer> positions = new HashMap<>();
    private final Map<Axis, Integer> shifts = new HashMap<>();
    private final Map<Value, Accumulators> folds = new IdentityHashMap<>();
    private final Map<Value, Set<Value>> bothSides = new IdentityHashMap<>();
    private Scope scope;
    private int nextLocal;

    /// @param firstLocal the first local variable that is free
    KernelMethod(MethodVisitor mv, Lanes lanes, ScalarLanes ints, int firstLocal) {
        this.mv = mv;
        this.lanes = lanes;
        this.ints = ints;
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

    /// The local variables of a fold under way; `lost` is what rounding took from `total`, −1 without compensation.
    private record Accumulators(Reduction f, DType dtype, int total, int lost) {}

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

    /// Emits `statements`, which see nothing of earlier ones but buffers.
    void statements(List<Stmt> statements) {
        uses.clear();
        var roots = new Roots();
        statements.forEach(roots::statement);
        roots.values.forEach(this::use);
        block(statements);
    }

    /// Counts how often each value is mentioned.
    private void use(Value v) {
        if (uses.merge(v, 1, Integer::sum) == 1) v.op().operands().forEach(this::use);
    }

    private void block(List<Stmt> statements) {
        open(Set.of());
        statements.forEach(this::statement);
        close();
    }

    private void open(Set<Value> needed) {
        scope = new Scope(scope, needed, nextLocal);
    }

    private void close() {
        nextLocal = scope.firstLocal;
        scope = scope.outer;
    }

    private void statement(Stmt stmt) {
        switch (stmt) {
            case Stmt.Let(var value) -> let(value);
            case Stmt.Loop(var axis, var from, var to, var step, var body) -> {
                int i = local(DType.INT32);
                root(from);
                mv.visitVarInsn(ISTORE, i);
                loop(axis, i, step, () -> root(to), () -> block(body));
            }
            case Stmt.Guard(var extents, var body) -> {
                var end = new Label();
                for (Value extent : extents) {
                    root(extent);
                    mv.visitJumpInsn(IFLE, end);
                }
                block(body);
                mv.visitLabel(end);
            }
            case Stmt.Fold(var fold, var body) -> fold(fold, body);
            case Stmt.Run run -> run(run, folds.get(run.fold()));
            case Stmt.Put(var to, var offset, var value) -> put(to, offset, value);
        }
    }

    private void let(Value v) {
        if (scope.find(v) != null) return;
        needing(List.of(v), () -> {
            compute(v);
            keep(v);
        });
    }

    /// Computes a value that no other value asks for.
    private void root(Value v) {
        needing(List.of(v), () -> value(v));
    }

    private void put(Buffer to, Value offset, Value value) {
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

    /// While `action` runs, what these values surely need is computed before any branch that might need it too.
    private void needing(List<Value> roots, Runnable action) {
        scope = new Scope(scope.outer, needs(roots), scope.firstLocal, scope.locals);
        action.run();
        scope = new Scope(scope.outer, Set.of(), scope.firstLocal, scope.locals);
    }

    private void loop(Axis axis, int i, int step, Runnable end, Runnable body) {
        positions.put(axis, i);
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

    // ---- folds

    private void fold(Value fold, List<Stmt> body) {
        Scalar.Fold op = (Scalar.Fold) fold.op();
        boolean compensated = op.f() == Reduction.SUM && fold.dtype().isFloat();
        int total = local(fold.dtype());
        scope.locals.put(fold, total);
        var accumulators = new Accumulators(op.f(), fold.dtype(), total, compensated ? local(fold.dtype()) : -1);
        folds.put(fold, accumulators);
        start(accumulators, total);
        if (compensated) start(accumulators, accumulators.lost);
        block(body);
    }

    private void start(Accumulators a, int local) {
        DType t = a.dtype;
        lanes.number(t.isFloat() ? new Scalar.Real(switch (a.f) {
            case SUM -> 0;
            case PROD -> 1;
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
        }) : new Scalar.Whole(switch (a.f) {
            case SUM -> 0;
            case PROD -> 1;
            case MAX -> t.kind() == DType.Kind.INT ? -1L << t.bits() - 1 : 0;
            case MIN -> t == DType.BOOL ? 1 : t.kind() == DType.Kind.INT ? ~(-1L << t.bits() - 1) : -1;
        }), t);
        lanes.set(t, local);
    }

    /// A sum of floats goes by blocks, whose sums are added with compensation; its order depends on the extent alone.
    private void run(Stmt.Run run, Accumulators a) {
        open(Set.of());
        int i = local(DType.INT32);
        int end = local(DType.INT32);
        ints.integer(0);
        mv.visitVarInsn(ISTORE, i);
        if (a.lost < 0) {
            root(run.axis().extent());
            mv.visitVarInsn(ISTORE, end);
            elements(run, a, i, end);
        } else loop(run.axis(), i, 0, () -> root(run.axis().extent()), () -> {
            mv.visitVarInsn(ILOAD, i);
            root(run.axis().extent());
            mv.visitVarInsn(ILOAD, i);
            mv.visitInsn(ISUB);
            ints.integer(BLOCK);
            mv.visitMethodInsn(INVOKESTATIC, "java/lang/Math", "min", "(II)I", false);
            mv.visitInsn(IADD);
            mv.visitVarInsn(ISTORE, end);
            elements(run, a, i, end);
        });
        close();
    }

    private void elements(Stmt.Run run, Accumulators a, int i, int end) {
        int n = a.f == Reduction.PROD ? 1 : run.lanes();
        var partial = new int[n];
        for (int lane = 0; lane < n; lane++) start(a, partial[lane] = local(a.dtype));
        if (n > 1) {
            int whole = local(DType.INT32);
            mv.visitVarInsn(ILOAD, end);
            ints.integer(n - 1);
            mv.visitInsn(ISUB);
            mv.visitVarInsn(ISTORE, whole);
            loop(run.axis(), i, n, () -> mv.visitVarInsn(ILOAD, whole), () -> {
                for (int lane = 0; lane < n; lane++) element(run, a, partial[lane], lane);
            });
        }
        loop(run.axis(), i, 1, () -> mv.visitVarInsn(ILOAD, end), () -> element(run, a, partial[0], 0));
        for (int stride = 1; stride < n; stride *= 2)
            for (int lane = 0; lane < n; lane += 2 * stride) combine(a, partial[lane], () -> {}, partial[lane + stride]);
        if (a.lost < 0) combine(a, a.total, () -> {}, partial[0]);
        else compensate(a, partial[0]);
    }

    private void element(Stmt.Run run, Accumulators a, int into, int shift) {
        open(Set.of());
        shifts.put(run.axis(), shift);
        run.body().forEach(this::statement);
        needing(List.of(run.element()), () -> combine(a, into, () -> value(run.element()), -1));
        shifts.remove(run.axis());
        close();
    }

    /// Takes what `element` pushes, or else what is in `local`, into an accumulator.
    private void combine(Accumulators a, int into, Runnable element, int local) {
        lanes.get(a.dtype, into);
        element.run();
        if (local >= 0) lanes.get(a.dtype, local);
        lanes.apply(a.f.step(), a.dtype);
        lanes.set(a.dtype, into);
    }

    /// Kahan: `y = x − lost; t = total + y; lost = (t − total) − y; total = t`. What an infinite total lost is NaN, and counts for nothing.
    private void compensate(Accumulators a, int x) {
        DType t = a.dtype;
        int next = local(t);
        var finite = new Label();
        subtract(t, x, a.lost, x);
        lanes.get(t, a.total);
        lanes.get(t, x);
        lanes.apply(ScalarOp.ADD, t);
        lanes.set(t, next);
        subtract(t, next, a.total, a.lost);
        subtract(t, a.lost, x, a.lost);
        lanes.get(t, next);
        lanes.set(t, a.total);
        lanes.get(t, a.lost);
        lanes.get(t, a.lost);
        lanes.apply(ScalarOp.NE, t);
        mv.visitJumpInsn(IFEQ, finite);
        start(a, a.lost);
        mv.visitLabel(finite);
    }

    private void subtract(DType t, int x, int y, int into) {
        lanes.get(t, x);
        lanes.get(t, y);
        lanes.apply(ScalarOp.SUB, t);
        lanes.set(t, into);
    }

    // ---- values

    private void value(Value v) {
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

    private static boolean isTrivial(Value v) {
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
                    ints.integer(shift);
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
        Set<Value> thenNeeds = needs(List.of(then));
        Set<Value> otherwiseNeeds = needs(List.of(otherwise));
        // Without this, what both sides share would be emitted twice, and in a chain of branches 2ⁿ times.
        var seen = identitySet();
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

    private static Set<Value> identitySet() {
        return java.util.Collections.newSetFromMap(new IdentityHashMap<>());
    }

    /// The values that are computed with `roots` whatever branches are taken.
    private Set<Value> needs(List<Value> roots) {
        Set<Value> needs = identitySet();
        roots.forEach(v -> need(v, needs));
        return needs;
    }

    private void need(Value v, Set<Value> needs) {
        if (isTrivial(v) || v.op() instanceof Scalar.Fold || !needs.add(v)) return;
        if (v.op() instanceof Scalar.Choose(var condition, var then, var otherwise)) need(v, condition, then, otherwise, needs);
        else if (v.op() instanceof Scalar.Apply(var f, var args) && f == ScalarOp.WHERE) need(v, args.get(0), args.get(1), args.get(2), needs);
        else v.op().operands().forEach(o -> need(o, needs));
    }

    private void need(Value branch, Value condition, Value then, Value otherwise, Set<Value> needs) {
        need(condition, needs);
        Set<Value> both = bothSides.get(branch);
        if (both == null) {
            both = needs(List.of(then));
            both.retainAll(needs(List.of(otherwise)));
            bothSides.put(branch, both);
        }
        needs.addAll(both);
    }

    /// The values that statements mention, and the buffers and extents that they need.
    static final class Roots {
        final Collection<Value> values = new java.util.ArrayList<>();
        final Set<Buffer> buffers = new java.util.LinkedHashSet<>();
        final Set<String> symbols = new java.util.LinkedHashSet<>();
        private final Set<Value> seen = identitySet();

        void statement(Stmt stmt) {
            switch (stmt) {
                case Stmt.Let(var value) -> add(value);
                case Stmt.Loop(_, var from, var to, _, var body) -> {
                    add(from);
                    add(to);
                    body.forEach(this::statement);
                }
                case Stmt.Guard(var extents, var body) -> {
                    extents.forEach(this::add);
                    body.forEach(this::statement);
                }
                case Stmt.Fold(_, var body) -> body.forEach(this::statement);
                case Stmt.Run(_, var axis, _, var body, var element) -> {
                    add(axis.extent());
                    body.forEach(this::statement);
                    add(element);
                }
                case Stmt.Put(var to, var offset, var value) -> {
                    buffers.add(to);
                    add(offset);
                    add(value);
                }
            }
        }

        private void add(Value v) {
            values.add(v);
            search(v);
        }

        private void search(Value v) {
            if (!seen.add(v)) return;
            if (v.op() instanceof Scalar.Flat(var from, _)) buffers.add(from);
            if (v.op() instanceof Scalar.Symbol(var name)) symbols.add(name);
            v.op().operands().forEach(this::search);
        }
    }
}
