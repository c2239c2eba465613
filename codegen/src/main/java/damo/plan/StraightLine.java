package damo.plan;

import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Order;
import damo.kernel.Program;
import damo.kernel.Scalar;
import damo.kernel.Step;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.type.DType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A small program of known extents as straight-line code: one kernel without loops, which loads elements of the inputs, computes, and stores
/// each element of the outputs.
///
/// It is what the scheduled kernels do, done once with values in place of numbers, so a sum has the very order that it has in loops. What is
/// computed twice is one value; what is known is computed here.
public final class StraightLine {
    private static final int MOST_WORK = 1 << 15;                      // values looked at: some milliseconds
    private static final int MOST_ELEMENTS = 1 << 10;                  // of what is stored
    private static final int MOST_VALUES = 2_000;                      // in the end: at four bytes of bytecode each, all that one method can hold

    /// Says that a program cannot be done so.
    private static final class Unfit extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unfit(String why) {
            super(why, null, false, false);
        }
    }

    /// A fold under way; `lost` is what rounding took from `total`, `null` without compensation.
    private static final class Accumulators {
        Value total;
        Value lost;
    }

    private final Program program;
    private final Values values;
    private final Folding folding;
    private Map<Buffer, Value[]> memory = new HashMap<>();             // what was stored
    private final Map<String, Integer> symbols = new HashMap<>();      // the steps of loops
    private final Map<Value, Value> positions = new IdentityHashMap<>();
    private final Map<Value, Accumulators> folds = new IdentityHashMap<>();
    private final List<Step> checks = new ArrayList<>();
    private final List<Store> conditions = new ArrayList<>();
    private Value taken;                                               // whether the branch at hand is
    private int work;

    private StraightLine(Program program, Values values) {
        this.program = program;
        this.values = values;
        folding = new Folding(values);
        taken = values.of(new Scalar.Whole(1), DType.BOOL);
    }

    /// `program` as one kernel, then its checks; nothing if it is too large, or if an extent or a position is known at run time only.
    public static Optional<Program> of(Program program, Values values) {
        if (!program.symbols().isEmpty()) return Optional.empty();
        try {
            return Optional.of(new StraightLine(program, values).program());
        } catch (Unfit e) {
            return Optional.empty();
        }
    }

    private Program program() {
        steps(program.steps());
        var stores = new ArrayList<Store>();
        for (Buffer output : program.outputs())
            for (int i = 0; i < size(output); i++) stores.add(new Store(output, at(output, i), element(output, i)));
        stores.addAll(conditions);
        Set<Value> all = Needs.identitySet();
        for (Store store : stores) all.addAll(Order.of(store.value(), all::contains));
        if (all.size() > MOST_VALUES) throw new Unfit("it is much code");
        var steps = new ArrayList<Step>();
        if (!stores.isEmpty()) steps.add(new Step.Launch(new Kernel(program.name(), List.of(), stores)));
        steps.addAll(checks);
        return new Program(program.name(), List.of(), program.inputs(), Map.of(), program.outputs(), steps);
    }

    // ---- steps

    private void steps(List<Step> steps) {
        for (Step step : steps)
            switch (step) {
                case Step.Launch(var kernel) -> statements(Schedule.of(values, kernel));
                case Step.Contract(var kernel) -> throw new Unfit(kernel.name() + " is a product of large matrices");
                case Step.Repeat(_, _, var kernel, _) -> throw new Unfit(kernel.name() + " is repeated");
                case Step.Strip(var kernel, _, _) -> throw new Unfit(kernel.name() + " has many rows");
                case Step.Strips _ -> throw new Unfit("there are many rows");
                case Step.Branch(var condition, var then, var otherwise) -> branch(element(condition, 0), then, otherwise);
                case Step.Loop loop -> loop(loop);
                case Step.Check(var condition, var message) -> check(element(condition, 0), message);
                case Step.Call call -> throw new Unfit("the host computes " + call.op().opcode());
            }
    }

    private void branch(Value condition, List<Step> then, List<Step> otherwise) {
        if (condition.op() instanceof Scalar.Whole(var known)) {
            steps(known != 0 ? then : otherwise);
            return;
        }
        Value outside = taken;
        Map<Buffer, Value[]> before = memory;
        Map<Buffer, Value[]> first = side(then, before, folding.apply(ScalarOp.AND, List.of(outside, condition)));
        Value not = folding.apply(ScalarOp.NOT, List.of(condition));
        Map<Buffer, Value[]> second = side(otherwise, before, folding.apply(ScalarOp.AND, List.of(outside, not)));
        taken = outside;
        memory = first;
        second.forEach((buffer, elements) -> memory.merge(buffer, elements, (a, b) -> {
            for (int i = 0; i < a.length; i++) a[i] = a[i] == null ? b[i] : b[i] == null ? a[i] : values.choose(condition, a[i], b[i]);
            return a;
        }));
    }

    private Map<Buffer, Value[]> side(List<Step> steps, Map<Buffer, Value[]> before, Value when) {
        memory = new HashMap<>();
        before.forEach((buffer, elements) -> memory.put(buffer, elements.clone()));
        taken = when;
        steps(steps);
        return memory;
    }

    private void loop(Step.Loop loop) {
        int count = whole(loop.steps());
        boolean ended = false;
        for (int i = 0; i < count && !ended; i++) {
            symbols.put(loop.index(), i);
            steps(loop.body());
            if (loop.until().isPresent()) ended = whole(element(loop.until().get(), 0), "a loop ends when it is computed to") != 0;
            Map<Buffer, Value[]> after = new HashMap<>();
            for (Step.Carry c : loop.carries()) after.put(c.state(), memory.get(c.next()));
            for (Step.Carry c : loop.carries()) memory.remove(c.next());
            memory.putAll(after);
        }
        symbols.remove(loop.index());
    }

    private void check(Value condition, String message) {
        Value holds = folding.apply(ScalarOp.OR, List.of(condition, folding.apply(ScalarOp.NOT, List.of(taken))));
        if (Values.isWhole(holds, 1)) return;
        var ok = new Buffer(fresh("ok" + checks.size()), DType.BOOL, List.of());
        conditions.add(new Store(ok, List.of(), holds));
        checks.add(new Step.Check(ok, message));
    }

    private String fresh(String name) {
        var buffer = new Buffer(name, DType.BOOL, List.of());
        return program.inputs().contains(buffer) || program.outputs().contains(buffer) ? fresh(name + "_") : name;
    }

    // ---- statements

    private void statements(Axis axis, int position, List<Stmt> statements) {
        positions.put(values.index(axis), values.whole(position));
        statements(statements);
    }

    private void statements(List<Stmt> statements) {
        for (Stmt stmt : statements)
            switch (stmt) {
                case Stmt.Let _ -> {}                                  // equal values are one anyway
                case Stmt.Loop(var axis, var from, var to, var body) -> {
                    int end = whole(to);
                    for (int i = whole(from); i < end; i++) statements(axis, i, body);
                }
                case Stmt.Several(var axis, var to, var together, var all, var one) -> {
                    int end = whole(to), i = 0;
                    for (; i + together <= end; i += together) statements(axis, i, all);
                    for (; i < end; i++) statements(axis, i, one);
                }
                case Stmt.Guard(var extents, var body) -> {
                    if (extents.stream().allMatch(e -> whole(e) > 0)) statements(body);
                }
                case Stmt.Fold(var fold, var body) -> {
                    var a = new Accumulators();
                    a.total = start(fold);
                    if (isCompensated(fold)) a.lost = a.total;
                    folds.put(fold, a);
                    statements(body);
                }
                case Stmt.Together(var all) -> statements(List.copyOf(all));
                case Stmt.Run run -> run(run);
                case Stmt.Repeat repeat -> throw new Unfit(repeat.axis().name() + " is repeated");
                case Stmt.Multiply product -> throw new Unfit(product.z().in().name() + " is a product of large matrices");
                case Stmt.Put(var to, var offset, var value, var adds) -> {
                    Value[] elements = memory(to);
                    int i = whole(offset);
                    Value x = value(value);
                    elements[i] = adds ? folding.apply(ScalarOp.ADD, List.of(elements[i], x)) : x;
                }
                case Stmt.Clear(var to, var size) -> {
                    Value[] elements = memory(to);
                    for (int i = 0; i < whole(size); i++) elements[i] = values.number(to.dtype(), 0);
                }
            }
    }

    private Value[] memory(Buffer buffer) {
        return memory.computeIfAbsent(buffer, b -> {
            if (size(b) > MOST_ELEMENTS) throw new Unfit(b.name() + " has many elements");
            return new Value[size(b)];
        });
    }

    private static boolean isCompensated(Value fold) {
        return ((Scalar.Fold) fold.op()).f() == Reduction.SUM && fold.dtype().isFloat();
    }

    private Value start(Value fold) {
        DType t = fold.dtype();
        Reduction f = ((Scalar.Fold) fold.op()).f();
        return switch (f) {
            case SUM -> values.number(t, 0);
            case PROD -> values.number(t, 1);
            case MAX -> t.isFloat() ? values.number(t, Double.NEGATIVE_INFINITY) : null;
            case MIN -> t.isFloat() ? values.number(t, Double.POSITIVE_INFINITY) : null;
        };
    }

    private void run(Stmt.Run run) {
        Accumulators a = folds.get(run.fold());
        ScalarOp f = ((Scalar.Fold) run.fold().op()).f().step();
        int n = whole(run.axis().extent());
        if (a.lost == null) a.total = taken(f, a.total, elements(run, f, 0, n));
        else for (int block = 0; block * Stmt.Run.BLOCK < n; block++) {
            int from = Stmt.Run.begin(block, n);
            compensate(a, elements(run, f, from, Math.min(n, from + Stmt.Run.BLOCK)));
        }
    }

    /// The elements from `from` to `to`: as many as make whole rounds of the accumulators, or of the first half of them at last, which are then
    /// taken by halves, and one after the other those that are left.
    private Value elements(Stmt.Run run, ScalarOp f, int from, int to) {
        int lanes = run.lanes();
        var partial = new Value[lanes];
        partial[0] = start(run.fold());
        int i = from;
        if (lanes > 1 && to - from >= lanes / 2) {
            for (int lane = 1; lane < lanes; lane++) partial[lane] = partial[0];
            for (int end = from + (to - from) / (lanes / 2) * (lanes / 2); i < end; i++)
                partial[(i - from) % lanes] = with(run, f, partial[(i - from) % lanes], i);
            for (int half = lanes / 2; half > 0; half /= 2)
                for (int lane = 0; lane < half; lane++) partial[lane] = taken(f, partial[lane], partial[lane + half]);
        }
        for (; i < to; i++) partial[0] = with(run, f, partial[0], i);
        return partial[0];
    }

    /// With the element at `i`; products are added to a sum of floats by fused multiply-add.
    private Value with(Stmt.Run run, ScalarOp f, Value total, int i) {
        positions.put(values.index(run.axis()), values.whole(i));
        statements(run.body());
        return isCompensated(run.fold()) && run.element().op() instanceof Scalar.Apply(var g, var factors) && g == ScalarOp.MUL
                ? folding.apply(ScalarOp.FMA, List.of(value(factors.getFirst()), value(factors.getLast()), total))
                : taken(f, total, value(run.element()));
    }

    /// The least of an integer dtype is nothing, so that the first is taken as it is.
    private Value taken(ScalarOp f, Value total, Value x) {
        return total == null ? x : x == null ? total : folding.apply(f, List.of(total, x));
    }

    /// Kahan: `y = x − lost; t = total + y; lost = (t − total) − y; total = t`. What an infinite total lost is NaN, and counts for nothing.
    private void compensate(Accumulators a, Value x) {
        Value y = folding.apply(ScalarOp.SUB, List.of(x, a.lost));
        Value t = folding.apply(ScalarOp.ADD, List.of(a.total, y));
        Value lost = folding.apply(ScalarOp.SUB, List.of(folding.apply(ScalarOp.SUB, List.of(t, a.total)), y));
        Value isFinite = folding.apply(ScalarOp.EQ, List.of(lost, lost));
        a.lost = folding.apply(ScalarOp.WHERE, List.of(isFinite, lost, values.number(x.dtype(), 0)));
        a.total = t;
    }

    // ---- values

    private int whole(Value v) {
        return whole(value(v), "a position or an extent is computed");
    }

    private static int whole(Value v, String why) {
        if (v.op() instanceof Scalar.Whole(var n) && (int) n == n) return (int) n;
        throw new Unfit(why);
    }

    private Value value(Value v) {
        return value(v, new IdentityHashMap<>());
    }

    /// As deep as the body of a kernel.
    private Value value(Value v, Map<Value, Value> done) {
        Value known = done.get(v);
        if (known == null) {
            if (++work > MOST_WORK) throw new Unfit("it is much to compute");
            done.put(v, known = computed(v, done));
        }
        return known;
    }

    private Value computed(Value v, Map<Value, Value> done) {
        return switch (v.op()) {
            case Scalar.Real _, Scalar.Whole _ -> v;
            case Scalar.Symbol(var name) -> values.whole(symbols.get(name));
            case Scalar.Index _ -> positions.get(v);
            case Scalar.Load(var from, var at) -> element(from, whole(values.offset(from.extents(), at)));
            case Scalar.Flat(var from, var offset) -> element(from, whole(value(offset, done), "a position is computed"));
            case Scalar.Apply(var f, var args) when f == ScalarOp.WHERE -> {
                Value condition = value(args.getFirst(), done);
                yield condition.op() instanceof Scalar.Whole(var c) ? value(args.get(c != 0 ? 1 : 2), done)
                        : folding.apply(f, List.of(condition, value(args.get(1), done), value(args.get(2), done)));
            }
            case Scalar.Apply(var f, var args) -> folding.apply(f, args.stream().map(x -> value(x, done)).toList());
            case Scalar.Convert(var x) -> folding.convert(value(x, done), v.dtype());
            case Scalar.Bits(var x) -> values.bits(value(x, done));
            case Scalar.Choose(var c, var then, var otherwise) -> {
                Value condition = value(c, done);
                yield condition.op() instanceof Scalar.Whole(var known) ? value(known != 0 ? then : otherwise, done)
                        : values.choose(condition, value(then, done), value(otherwise, done));
            }
            case Scalar.Fold _ -> folded(v);
        };
    }

    private Value folded(Value fold) {
        Value total = folds.get(fold).total;
        if (total == null) throw new Unfit("the least of no integers");
        return total;
    }

    private Value element(Buffer from, int i) {
        if (i < 0 || i >= size(from)) throw new Unfit("a branch reads what is out of range");
        Value[] stored = memory.get(from);
        NDArray known = program.constants().get(from);
        if (known != null) return number(from.dtype(), known, i);
        if (stored == null && program.inputs().contains(from)) return values.load(from, at(from, i));
        if (stored == null || stored[i] == null) throw new Unfit(from.name() + " is not stored in every case");
        return stored[i];
    }

    private Value number(DType dtype, NDArray from, int i) {
        return values.of(dtype.isFloat() ? new Scalar.Real(from.doubleAt(i)) : new Scalar.Whole(from.longAt(i)), dtype);
    }

    private int size(Buffer buffer) {
        long size = 1;
        for (Value extent : buffer.extents()) size = Math.min(size * whole(extent), Integer.MAX_VALUE);
        return (int) size;
    }

    private List<Value> at(Buffer buffer, int i) {
        var at = new Value[buffer.rank()];
        int rest = i;
        for (int axis = at.length - 1; axis >= 0; axis--) {
            int extent = whole(buffer.extents().get(axis));
            at[axis] = values.whole(rest % extent);
            rest /= extent;
        }
        return List.of(at);
    }
}
