package damo.lower;

import damo.graph.DotAxes;
import damo.graph.Graph;
import damo.graph.Ints;
import damo.graph.Lambda;
import damo.graph.LoopBody;
import damo.graph.Op;
import damo.graph.Variable;
import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
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
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// From a graph to a program with one kernel for each op. Nothing is decided here about speed: fusion follows.
final class Lowering {
    private static final int SMALL = 512;                              // multiplications of a product of small matrices: 8 by 8

    private final Lambda f;
    private final Shapes shapes;
    private final Values values = new Values();
    private final Bodies bodies = new Bodies(this);
    private final Region main = Region.program();
    private final Map<Op, OpenLoop> loops;
    private final Map<Variable, Region.Choice> choices;
    private final Map<Variable, Region> regions;
    private final Map<Variable, Buffer> buffers = new IdentityHashMap<>();
    private final Map<Variable, Value> scalars = new IdentityHashMap<>();
    private final Map<Variable, Row> rows = new IdentityHashMap<>();
    private final Set<Buffer> carried = new HashSet<>();
    private final Map<Variable, Region> pending = new IdentityHashMap<>();
    private final Map<Op, List<Buffer>> called = new HashMap<>();
    private final Map<Buffer, NDArray> constants = new LinkedHashMap<>();
    private final Map<Variable, String> symbols = new LinkedHashMap<>();
    private int kernels;
    private int axes;
    private int temporaries;

    /// A row of a sequence: the element of the step that a loop is in.
    private record Row(Variable sequence, Value step) {}

    /// A lowering of `f` for arguments of these shapes; with `fixed` for no others.
    ///
    /// @throws damo.DamoException if the shapes do not fit
    Lowering(Lambda f, NDArray[] arguments, boolean fixed) {
        this.f = f;
        this.loops = OpenLoop.of(f.results());
        this.choices = Region.choices(f.results(), loops);
        this.regions = Region.of(main, f.results(), choices, loops);
        this.shapes = new Shapes(f, arguments, fixed, loops, v -> regionOf(v) != null && regionOf(v) != main);
    }

    private Region regionOf(Variable v) {
        return regions.get(v);
    }

    /// The extents that the symbols of the program stand for, in order.
    List<Variable> symbols() {
        return List.copyOf(symbols.keySet());
    }

    /// What the program relies on.
    List<Extents.Guard> guards() {
        return shapes.extents().guards();
    }

    /// The pool of the program's values.
    Values values() {
        return values;
    }

    /// The program.
    Program program() {
        for (Variable p : f.parameters()) buffers.put(p, new Buffer(inputName(p), p.dtype(), extents(p)));
        List<Buffer> inputs = f.parameters().stream().map(buffers::get).toList();
        lower(Graph.order(f.results()));
        Set<Buffer> taken = new HashSet<>(inputs);
        taken.addAll(constants.keySet());
        var outputs = new ArrayList<Buffer>();
        for (Variable result : f.results()) {
            Buffer stored = buffer(result, main);
            if (!taken.add(stored) || carried.contains(stored)) copy(stored = temporary(result.dtype(), extents(result)), result, main);
            taken.add(stored);
            outputs.add(stored);
        }
        flush(main);
        return new Program(f.name(), List.copyOf(symbols.values()), inputs, constants, outputs, List.copyOf(main.steps));
    }

    /// The parameter's own name, if it has one that nothing else in a program has.
    private String inputName(Variable p) {
        boolean own = p.name().matches("[A-Za-z_]\\w*") && !p.name().matches("(in|[cikntu])\\d+")
                && f.parameters().stream().filter(q -> q.name().equals(p.name())).count() == 1;
        return own ? p.name() : "in" + buffers.size();
    }

    private void lower(List<Variable> order) {
        for (Variable v : order) if (regions.get(v) != null && !buffers.containsKey(v)) lower(v);
    }

    /// The loop as a call of the host: a program's memory is planned before it runs, and this loop's body would need other memory in each step.
    private void called(OpenLoop loop, Region region) {
        LoopBody body = loop.loop().body();
        var results = new ArrayList<>(body.next());
        var stores = new ArrayList<Buffer>();
        for (Variable state : loop.loop().initial()) stores.add(temporary(state.dtype(), extents(state)));
        for (int i = body.states(); i < body.states() + body.emissions(); i++) {
            int number = i;
            List<Variable> members = loop.members().stream().filter(m -> OpenLoop.number(m) == number).toList();
            if (members.isEmpty()) continue;
            Buffer all = temporary(members.getFirst().dtype(), extents(members.getFirst()));
            results.add(body.step().results().get(i));
            stores.add(all);
            members.forEach(m -> buffers.put(m, all));
        }
        if (body.until()) {
            results.add(body.step().results().getLast());
            stores.add(temporary(DType.INT64, List.of()));
        }
        for (Variable member : loop.members())
            if (loop.isState(member)) buffers.put(member, stores.get(OpenLoop.number(member)));
            else if (loop.isCount(member)) buffers.put(member, stores.getLast());
        var wanted = new LoopBody(body.step().withResults(results), body.sequences(), body.states(), body.until());
        region.steps.add(new Step.Call(new Op.Loop(wanted, loop.loop().operands(), 0),
                loop.loop().operands().stream().map(o -> operand(o, region)).toList(), stores));
    }

    /// The loop as one step: states are carried from buffer to buffer, what is emitted is stored row by row.
    private void loop(OpenLoop loop, Region region) {
        Region inside = region.loop(loop);
        Value steps = extent(shapes.extents().find(shapes.extents().close(loop.loop().steps())));
        String index = "i" + axes++;
        Value step = values.symbol(index);
        scalars.put(loop.index(), values.convert(step, DType.INT64));
        for (int i = 0; i < loop.elements().size(); i++) rows.put(loop.elements().get(i), new Row(loop.loop().sequences().get(i), step));
        for (int i = 0; i < loop.carried().size(); i++) {
            Variable state = loop.carried().get(i);
            buffers.put(state, state(state.dtype(), extents(state)));
            copy(buffers.get(state), loop.loop().initial().get(i), region);
        }
        int before = temporaries;
        lower(loop.body());
        flush(inside);
        var carries = new ArrayList<Step.Carry>();
        for (int i = 0; i < loop.carried().size(); i++)
            if (loop.next().get(i) != loop.carried().get(i))
                carries.add(new Step.Carry(buffers.get(loop.carried().get(i)), next(loop.next().get(i), inside, before)));
        for (Variable member : loop.members()) buffers.put(member, result(loop, member, step, inside, region, carries));
        Optional<Buffer> until = loop.loop().body().until() ? Optional.of(buffer(loop.results().getLast(), inside)) : Optional.empty();
        region.steps.add(new Step.Loop(index, steps, inside.steps, carries, until));
        inside.steps.clear();
    }

    private Buffer state(DType dtype, List<Value> extents) {
        Buffer state = temporary(dtype, extents);
        carried.add(state);
        return state;
    }

    /// The memory that a step leaves `next` in: new in this step (after `before` temporaries), and of no other state.
    private Buffer next(Variable next, Region inside, int before) {
        boolean stored = !scalars.containsKey(next) && !rows.containsKey(next);
        Buffer own = stored ? buffer(next, inside) : null;
        boolean fresh = stored && own.name().matches("t\\d+") && Integer.parseInt(own.name().substring(1)) >= before;
        if (!fresh || !carried.add(own)) {
            own = state(next.dtype(), extents(next));
            copy(own, next, inside);
        }
        return own;
    }

    private Buffer result(OpenLoop loop, Variable member, Value step, Region inside, Region region, List<Step.Carry> carries) {
        int number = OpenLoop.number(member);
        if (loop.isState(member)) return buffers.get(loop.carried().get(number));
        if (loop.isCount(member)) {
            Buffer count = state(DType.INT64, List.of());
            launch(region, List.of(), count, values.number(DType.INT64, 0));
            Buffer more = state(DType.INT64, List.of());
            launch(inside, List.of(), more, values.convert(values.add(step, values.whole(1)), DType.INT64));
            carries.add(new Step.Carry(count, more));
            return count;
        }
        Variable row = loop.results().get(number);
        Buffer all = temporary(member.dtype(), extents(member));
        List<Axis> axes = axes(extents(row));
        List<Value> at = values.indices(axes);
        launch(inside, axes, all, row(step, at), load(row, at, inside));
        return all;
    }

    private static List<Value> row(Value step, List<Value> at) {
        var all = new ArrayList<>(at);
        all.addFirst(step);
        return all;
    }

    private void lower(Variable v) {
        Region region = regions.get(v);
        if (shapes.failure(v).isPresent()) {
            failing(v, region, shapes.failure(v).get().getMessage());
            return;
        }
        switch (v.op()) {
            case Op.Constant(var c) -> constant(v, c);
            case Op.Extent(var x, var axis) -> scalars.put(v, values.convert(extents(x).get(axis), DType.INT64));
            case Op.StopGradient(var x) -> alias(v, x, region);
            case Op.Loop _ -> {
                OpenLoop loop = loops.get(v.op().group());
                if (v != loop.members().getFirst()) return;
                if (shapes.isVarying(loop)) called(loop, region);
                else loop(loop, region);
            }
            case Op.Assert(var x, var condition, var message) -> {
                region.steps.add(new Step.Check(buffer(condition, region), message));
                alias(v, x, region);
            }
            case Op.Scatter scatter -> scatter(v, scatter, region);
            case Op.If _ -> {
                buffers.put(v, temporary(v.dtype(), extents(v)));
                region.pending.computeIfAbsent(choices.get(v), _ -> new ArrayList<>()).add(v);
                pending.put(v, region);
            }
            case Op.Draw _ -> call(v, region);
            case Op.Broadcast(var x, _) when sameShape(v, x) -> alias(v, x, region);
            case Op.SumTo(var x, _) when sameShape(v, x) -> alias(v, x, region);
            case Op.Reshape(var x, _) when sameShape(v, x) -> alias(v, x, region);
            case Op.Input _, Op.Elementwise _, Op.Cast _, Op.Reduce _, Op.Dimshuffle _, Op.Reshape _, Op.Broadcast _, Op.SumTo _, Op.Slice _,
                 Op.Unslice _, Op.Join _, Op.Gather _, Op.Iota _, Op.Dot _ -> {
                List<Axis> loops = axes(extents(v));
                Value body = bodies.of(v, loops, region);
                buffers.put(v, temporary(v.dtype(), extents(v)));
                if (v.op() instanceof Op.Dot(var x, var y, var axes) && isMatrixProduct(v, x, y, axes)) contract(region, loops, buffers.get(v), body);
                else launch(region, loops, buffers.get(v), body);
            }
        }
    }

    /// Leaves the computation of `v` to the host, with all its results.
    private void call(Variable v, Region region) {
        List<Buffer> stores = called.computeIfAbsent(v.op().group(), _ -> new ArrayList<>());
        if (stores.isEmpty()) {
            for (Op result : v.op().results()) {
                var u = result.equals(v.op()) ? v : new Variable(result, "", v.source());
                if (u != v) shapes.add(u);
                stores.add(temporary(u.dtype(), extents(u)));
            }
            region.steps.add(new Step.Call(v.op().group(), v.op().operands().stream().map(o -> operand(o, region)).toList(), stores));
        }
        buffers.put(v, stores.get(v.op().result()));
    }

    private Buffer operand(Variable x, Region region) {
        if (!(x.op() instanceof Op.Constant(var c)) || buffers.containsKey(x)) return buffer(x, region);
        buffers.put(x, constant(c, List.of()));
        return buffers.get(x);
    }

    /// Adds in place, element by element.
    private void scatter(Variable v, Op.Scatter scatter, Region region) {
        List<Axis> loops = axes(extents(scatter.x()));
        List<Value> from = values.indices(loops);
        int rank = scatter.indices().rank();
        Value index = load(scatter.indices(), from.subList(scatter.axis(), scatter.axis() + rank), region);
        var at = new ArrayList<>(from);
        at.subList(scatter.axis(), scatter.axis() + rank).clear();
        at.add(scatter.axis(), values.convert(index, DType.INT32));
        buffers.put(v, temporary(v.dtype(), extents(v)));
        launch(region, loops, new Store(buffers.get(v), at, load(scatter.x(), from, region), true));
    }

    /// A check that fails whenever the branch is taken, and something to read for what follows it.
    private void failing(Variable v, Region region, String message) {
        Buffer never = temporary(DType.BOOL, List.of());
        launch(region, List.of(), never, values.number(DType.BOOL, 0));
        region.steps.add(new Step.Check(never, message));
        buffers.put(v, temporary(v.dtype(), extents(v)));
        launch(region, axes(extents(v)), buffers.get(v), values.number(v.dtype(), 0));
    }

    private void constant(Variable v, NDArray c) {
        if (c.rank() == 0) {
            scalars.put(v, literal(c));
        } else {
            buffers.put(v, constant(c, extents(v)));
        }
    }

    private Buffer constant(NDArray c, List<Value> extents) {
        Buffer buffer = new Buffer("c" + constants.size(), c.dtype(), extents);
        constants.put(buffer, c.contiguous());
        return buffer;
    }

    private Value literal(NDArray c) {
        return c.dtype().isFloat() ? values.number(c.dtype(), c.doubleAt(0)) : values.of(new Scalar.Whole(c.longAt(0)), c.dtype());
    }

    private boolean sameShape(Variable a, Variable b) {
        return shapes.shape(a).equals(shapes.shape(b));
    }

    private void alias(Variable v, Variable x, Region region) {
        if (scalars.containsKey(x)) scalars.put(v, scalars.get(x));
        else if (rows.containsKey(x)) rows.put(v, rows.get(x));
        else buffers.put(v, buffer(x, region));
    }

    private void launch(Region region, List<Axis> loops, Buffer to, Value body) {
        launch(region, loops, to, values.indices(loops), body);
    }

    private void launch(Region region, List<Axis> loops, Buffer to, List<Value> at, Value body) {
        launch(region, loops, new Store(to, at, body));
    }

    private void launch(Region region, List<Axis> loops, Store store) {
        region.steps.add(new Step.Launch(kernel(loops, store)));
    }

    private void contract(Region region, List<Axis> loops, Buffer to, Value body) {
        region.steps.add(new Step.Contract(kernel(loops, new Store(to, values.indices(loops), body))));
    }

    private Kernel kernel(List<Axis> loops, Store store) {
        return new Kernel("k" + kernels++, loops, List.of(store));
    }

    /// Whether it is worth being done as products of matrices: floats, with rows, columns and terms, and not known to be so small that
    /// straight-line code is faster.
    private boolean isMatrixProduct(Variable v, Variable x, Variable y, DotAxes axes) {
        boolean isProduct = v.dtype().isFloat() && extended(x, axes.xFree(x.rank())) && extended(y, axes.yFree(y.rank())) && extended(x, axes.xSum());
        if (!isProduct) return false;
        List<Value> extents = new ArrayList<>(extents(v));
        axes.xSum().forEach(i -> extents.add(extents(x).get(i)));
        double multiplications = 1;
        for (Value extent : extents) multiplications *= extent.op() instanceof Scalar.Whole(var n) ? n : Double.POSITIVE_INFINITY;
        return multiplications > SMALL;
    }

    private boolean extended(Variable x, List<Integer> axes) {
        List<Value> extents = extents(x);
        return axes.stream().anyMatch(i -> !Values.isWhole(extents.get(i), 1));
    }

    private Buffer temporary(DType dtype, List<Value> extents) {
        return new Buffer("t" + temporaries++, dtype, extents);
    }

    private void copy(Buffer to, Variable x, Region region) {
        List<Axis> loops = axes(to.extents());
        launch(region, loops, to, load(x, values.indices(loops), region));
    }

    /// The element of `x` at `at`, for code in `region`.
    Value load(Variable x, List<Value> at, Region region) {
        if (scalars.containsKey(x)) return scalars.get(x);
        if (rows.containsKey(x)) return load(rows.get(x).sequence(), row(rows.get(x).step(), at), region);
        return values.load(buffer(x, region), at);
    }

    /// The memory that holds `x`, for code in `region`.
    Buffer buffer(Variable x, Region region) {
        if (pending.containsKey(x)) flush(pending.get(x), choices.get(x));
        if (rows.containsKey(x)) {                          // wanted without the rows around it
            Buffer to = temporary(x.dtype(), extents(x));
            copy(to, x, region);
            return to;
        }
        if (!buffers.containsKey(x)) {                      // a scalar that is known without a kernel, but wanted in memory
            Buffer to = temporary(x.dtype(), List.of());
            launch(region, List.of(), to, scalars.get(x));
            return to;
        }
        return buffers.get(x);
    }

    private void flush(Region region) {
        for (Region.Choice choice : List.copyOf(region.pending.keySet())) if (region.pending.containsKey(choice)) flush(region, choice);
    }

    /// Makes the conditionals of `choice` in `region` a step, with all that their branches have gathered.
    private void flush(Region region, Region.Choice choice) {
        List<Variable> conditionals = region.pending.remove(choice);
        Region then = region.branch(choice, true);
        Region otherwise = region.branch(choice, false);
        conditionals.forEach(pending::remove);
        for (Variable v : conditionals) {
            copy(buffers.get(v), ((Op.If) v.op()).then(), then);
            copy(buffers.get(v), ((Op.If) v.op()).otherwise(), otherwise);
        }
        flush(then);
        flush(otherwise);
        region.steps.add(new Step.Branch(buffer(choice.condition(), region), List.copyOf(then.steps), List.copyOf(otherwise.steps)));
        then.steps.clear();
        otherwise.steps.clear();
    }

    /// The extents of `v` as kernels see them.
    List<Value> extents(Variable v) {
        return shapes.shape(v).stream().map(this::extent).toList();
    }

    private Value extent(Variable extent) {
        if (Ints.isConstant(extent)) return values.whole(Ints.value(extent));
        return values.symbol(symbols.computeIfAbsent(extent, _ -> "n" + symbols.size()));
    }

    /// New loops over these extents.
    List<Axis> axes(List<Value> extents) {
        return extents.stream().map(e -> new Axis("i" + axes++, e)).toList();
    }
}
