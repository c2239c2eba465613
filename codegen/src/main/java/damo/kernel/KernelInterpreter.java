package damo.kernel;

import damo.CompilerBug;
import damo.DamoException;
import damo.graph.ScalarOp;
import damo.interpret.FloatMeaning;
import damo.interpret.IntMeaning;
import damo.interpret.Interpreter;
import damo.type.DType;
import damo.value.NDArray;
import damo.value.Storage;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// What a program means, slow and obvious: the loops as they are written, every value by its definition. Tests compare
/// schedules and emitted code with it.
///
/// A float sum or product is taken in double and rounded once; the largest of nothing is the least value of the dtype. What is
/// not stored yet is NaN in a float buffer.
public final class KernelInterpreter {
    /// The position on some axes, and the values that depend on no others, so far. A float is a [Double], all else a [Long].
    private record Frame(Frame outer, Set<Axis> axes, Map<Value, Number> values) {}

    private final Program program;
    private final Map<String, Integer> symbols = new HashMap<>();
    private final Map<Buffer, NDArray> memory = new HashMap<>();
    private final Map<Axis, Long> positions = new HashMap<>();
    private final FreeAxes free = new FreeAxes();

    private KernelInterpreter(Program program) {
        this.program = program;
    }

    /// The outputs of `program` for these extents and inputs, both in its order.
    ///
    /// @throws DamoException if a check fails, with its message, or if inputs do not fit
    /// @throws CompilerBug if something is loaded or stored outside of its buffer
    public static NDArray[] run(Program program, int[] symbols, NDArray[] inputs) {
        if (symbols.length != program.symbols().size() || inputs.length != program.inputs().size())
            throw new DamoException("%s: got %d extents and %d inputs; needs %d and %d".formatted(program.name(), symbols.length,
                    inputs.length, program.symbols().size(), program.inputs().size()));
        KernelInterpreter run = new KernelInterpreter(program);
        for (int i = 0; i < symbols.length; i++) run.symbols.put(program.symbols().get(i), symbols[i]);
        for (int i = 0; i < inputs.length; i++) run.bring(program.inputs().get(i), inputs[i]);
        program.constants().forEach(run::bring);
        run.steps(program.steps());
        return program.outputs().stream().map(run::array).toArray(NDArray[]::new);
    }

    private void bring(Buffer buffer, NDArray array) {
        if (array.dtype() != buffer.dtype() || !Arrays.equals(array.shape(), shape(buffer)))
            throw new DamoException("%s: %s is %s; needs %s %s".formatted(program.name(), buffer.name(), array.type(),
                    buffer.dtype(), Arrays.toString(shape(buffer))));
        memory.put(buffer, array);
    }

    private void steps(List<Step> steps) {
        for (Step step : steps)
            switch (step) {
                case Step.Repeat repeat -> repeat(repeat);
                case Step.Compute compute -> loop(compute.kernel(), 0, new Frame(null, Set.of(), new IdentityHashMap<>()));
                case Step.Branch(var condition, var then, var otherwise) ->
                        steps(array(condition).longAt(0) != 0 ? then : otherwise);
                case Step.Loop loop -> loop(loop);
                case Step.Strips strips -> steps(List.copyOf(strips.kernels()));
                case Step.Check(var condition, var message) -> {
                    if (array(condition).longAt(0) == 0) throw new DamoException(message);
                }
                case Step.Call(var op, var reads, var stores) -> {
                    List<NDArray> results = Interpreter.results(op, reads.stream().map(this::array).toList());
                    for (int i = 0; i < stores.size(); i++) bring(stores.get(i), results.get(i));
                }
            }
    }

    private void repeat(Step.Repeat repeat) {
        Map<Buffer, NDArray> before = new HashMap<>();
        repeat.carries().forEach(c -> before.put(c.state(), array(c.state())));
        for (int i = 0; i < extent(repeat.steps()); i++) {
            symbols.put(repeat.index(), i);
            loop(repeat.kernel(), 0, new Frame(null, Set.of(), new IdentityHashMap<>()));
            repeat.carries().forEach(c -> memory.put(c.state(), array(c.next())));
        }
        symbols.remove(repeat.index());
        repeat.carries().forEach(c -> memory.put(c.next(), array(c.state())));
        memory.putAll(before);
    }

    private void loop(Step.Loop loop) {
        long count = extent(loop.steps());
        Set<Buffer> stored = new HashSet<>();
        ProgramPrinter.collect(loop.body(), stored);
        for (Buffer b : stored) if (!memory.containsKey(b)) memory.put(b, fresh(b));     // a row at a time, or not at all
        boolean ended = false;
        for (int i = 0; i < count && !ended; i++) {
            symbols.put(loop.index(), i);
            steps(loop.body());
            ended = loop.until().isPresent() && array(loop.until().get()).longAt(0) != 0;
            Map<Buffer, NDArray> after = new HashMap<>();
            loop.carries().forEach(c -> after.put(c.state(), array(c.next())));
            loop.carries().forEach(c -> memory.remove(c.next()));
            memory.putAll(after);
        }
        symbols.remove(loop.index());
        stored.stream().filter(b -> !memory.containsKey(b)).forEach(b -> memory.put(b, fresh(b)));
    }

    private void loop(Kernel kernel, int depth, Frame frame) {
        if (depth == 0)
            for (Store s : kernel.stores())
                if (s.isWhole() || !memory.containsKey(s.to()))
                    memory.put(s.to(), s.adds() ? NDArray.zeros(s.to().dtype(), shape(s.to())) : fresh(s.to()));
        if (depth == kernel.axes().size()) {
            kernel.stores().forEach(s -> store(s, frame));
            return;
        }
        over(kernel.axes().subList(depth, depth + 1), frame, inner -> loop(kernel, depth + 1, inner));
    }

    /// Runs `body` at every position of `axes`.
    private void over(List<Axis> axes, Frame frame, Consumer<Frame> body) {
        if (axes.isEmpty()) {
            body.accept(frame);
            return;
        }
        Axis axis = axes.getFirst();
        Set<Axis> known = new HashSet<>(frame.axes);
        known.add(axis);
        long extent = extent(axis.extent());
        for (long i = 0; i < extent; i++) {
            positions.put(axis, i);
            over(axes.subList(1, axes.size()), new Frame(frame, known, new IdentityHashMap<>()), body);
        }
        positions.remove(axis);
    }

    private void store(Store store, Frame frame) {
        NDArray to = memory.get(store.to());
        int at = offset(store.to(), store.at(), frame);
        Number value = value(store.value(), frame);
        if (store.adds()) value = rounded(to.dtype(), meaning(ScalarOp.ADD, to.dtype(), get(to.dtype(), to.storage(), at), value));
        put(to.dtype(), to.storage(), at, value);
    }

    private Number value(Value root, Frame frame) {
        Number known = home(root, frame).values.get(root);
        if (known != null) return known;
        for (Value v : Order.of(root, v -> home(v, frame).values.containsKey(v), KernelInterpreter::needed)) {
            Frame home = home(v, frame);
            home.values.put(v, compute(v, home));
        }
        return home(root, frame).values.get(root);
    }

    private Frame home(Value v, Frame frame) {
        Set<Axis> needed = free.of(v);
        Frame home = frame;
        while (home.outer != null && home.outer.axes.containsAll(needed)) home = home.outer;
        return home;
    }

    /// The operands that are computed in any case, here.
    private static List<Value> needed(Value v) {
        return switch (v.op()) {
            case Scalar.Choose(var condition, _, _) -> List.of(condition);
            case Scalar.Fold _ -> List.of();
            case Scalar.Real _, Scalar.Whole _, Scalar.Symbol _, Scalar.Index _, Scalar.Load _, Scalar.Flat _, Scalar.Apply _,
                 Scalar.Convert _, Scalar.Bits _ -> v.op().operands();
        };
    }

    private Number compute(Value v, Frame frame) {
        return switch (v.op()) {
            case Scalar.Real(var x) -> x;
            case Scalar.Whole(var x) -> x;
            case Scalar.Symbol(var name) -> (long) symbols.get(name);
            case Scalar.Index(var axis) -> positions.get(axis);
            case Scalar.Load(var from, var at) -> element(from, offset(from, at, frame));
            case Scalar.Flat(var from, var offset) -> element(from, within(from, value(offset, frame).longValue()));
            case Scalar.Apply(var f, var args) -> apply(f, args, v.dtype(), frame);
            case Scalar.Convert(var x) -> convert(value(x, frame), x.dtype(), v.dtype());
            case Scalar.Bits(var x) -> bits(value(x, frame), x.dtype());
            case Scalar.Choose(var condition, var then, var otherwise) ->
                    value(value(condition, frame).longValue() != 0 ? then : otherwise, frame);
            case Scalar.Fold fold -> fold(fold, v.dtype(), frame);
        };
    }

    private Number apply(ScalarOp f, List<Value> args, DType dtype, Frame frame) {
        List<Number> x = args.stream().map(a -> value(a, frame)).toList();
        DType of = args.getLast().dtype();              // not the first: that is the condition of where
        return rounded(dtype, meaning(f, of, x.toArray(Number[]::new)));
    }

    private Number fold(Scalar.Fold fold, DType dtype, Frame frame) {
        Number[] sum = {null};
        over(fold.axes(), frame, inner -> {
            Number x = value(fold.body(), inner);
            sum[0] = sum[0] == null ? x : meaning(fold.f().step(), dtype, sum[0], x);
        });
        return rounded(dtype, sum[0] == null ? ofNothing(fold, dtype) : sum[0]);
    }

    private static Number ofNothing(Scalar.Fold fold, DType dtype) {
        Scalar number = Scalar.Fold.ofNothing(fold.f(), dtype);
        if (number instanceof Scalar.Real(var x)) return x;
        return ((Scalar.Whole) number).value();
    }

    private static Number meaning(ScalarOp f, DType dtype, Number... x) {
        if (!dtype.isFloat()) return IntMeaning.of(f, dtype, Arrays.stream(x).mapToLong(Number::longValue).toArray());
        return FloatMeaning.of(f, Arrays.stream(x).mapToDouble(Number::doubleValue).toArray());
    }

    /// `x` as an element of `dtype` holds it.
    private static Number rounded(DType dtype, Number x) {
        Object cell = Storage.allocate(dtype, 1);
        put(dtype, cell, 0, x);
        return get(dtype, cell, 0);
    }

    private static Number convert(Number x, DType from, DType to) {
        if (from.isFloat() || !to.isFloat()) return rounded(to, x);
        Object cell = Storage.allocate(from, 1);        // a uint64 is negative as a long
        put(from, cell, 0, x);
        return rounded(to, Storage.getDouble(from, cell, 0));
    }

    private static Number bits(Number x, DType from) {
        return switch (from) {
            case FLOAT64 -> Double.doubleToRawLongBits(x.doubleValue());
            case FLOAT32 -> (long) Float.floatToRawIntBits(x.floatValue());
            case INT64 -> Double.longBitsToDouble(x.longValue());
            case INT32 -> (double) Float.intBitsToFloat(x.intValue());
            case BOOL, INT8, INT16, UINT8, UINT16, UINT32, UINT64 -> throw new CompilerBug("kernels", "bits of a " + from, x.toString());
        };
    }

    private static void put(DType dtype, Object storage, int i, Number x) {
        if (x instanceof Double d) Storage.setDouble(dtype, storage, i, d);
        else Storage.setLong(dtype, storage, i, x.longValue());
    }

    private static Number get(DType dtype, Object storage, int at) {
        if (dtype.isFloat()) return Storage.getDouble(dtype, storage, at);
        return Storage.getLong(dtype, storage, at);
    }

    private Number element(Buffer from, int offset) {
        NDArray array = array(from);
        if (from.dtype().isFloat()) return array.doubleAt(offset);
        return array.longAt(offset);
    }

    private int offset(Buffer buffer, List<Value> at, Frame frame) {
        long[] shape = array(buffer).shape();
        long offset = 0;
        for (int i = 0; i < shape.length; i++) {
            long position = value(at.get(i), frame).longValue();
            if (position < 0 || position >= shape[i]) throw outside(buffer, "position %d of axis %d".formatted(position, i));
            offset = offset * shape[i] + position;
        }
        return (int) offset;
    }

    private int within(Buffer buffer, long offset) {
        if (offset < 0 || offset >= array(buffer).size()) throw outside(buffer, "offset " + offset);
        return (int) offset;
    }

    private CompilerBug outside(Buffer buffer, String where) {
        return new CompilerBug("kernels", "%s of buffer %s %s".formatted(where, buffer.name(), Arrays.toString(shape(buffer))),
                program.toString());
    }

    private NDArray array(Buffer buffer) {
        NDArray array = memory.get(buffer);
        if (array == null)
            throw new CompilerBug("kernels", "buffer %s is read and not stored".formatted(buffer.name()), program.toString());
        return array;
    }

    private NDArray fresh(Buffer buffer) {
        long[] shape = shape(buffer);
        return buffer.dtype().isFloat() ? NDArray.full(buffer.dtype(), Double.NaN, shape) : NDArray.zeros(buffer.dtype(), shape);
    }

    private long[] shape(Buffer buffer) {
        return buffer.extents().stream().mapToLong(this::extent).toArray();
    }

    private long extent(Value v) {
        return value(v, new Frame(null, Set.of(), new IdentityHashMap<>())).longValue();
    }
}
