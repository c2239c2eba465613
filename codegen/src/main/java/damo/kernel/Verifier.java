package damo.kernel;

import damo.CompilerBug;
import damo.graph.Source;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The rules that every pass keeps, looked at after each one.
///
/// - What is loaded is an input, a constant, or stored before, on both sides of a branch; each buffer is stored once, or element by
///   element by a kernel without axes, and outputs are
/// - Positions are int32, one for each axis; operand dtypes are what [damo.graph.ScalarOp.Signature] says
/// - A fold is in no branch of a [Scalar.Choose]; its axes are known in it and nowhere else
/// - Extents mention no axes and load nothing; a name stands for one buffer, one axis, one symbol
/// - A call has one buffer for each operand and each result of its op, of its dtype and rank
/// - What runs as products of matrices is a contraction; what runs by rows together needs of each other the same rows ([Rows])
/// - A kernel does not load what it stores, and every axis of it takes part in each of its stores
public final class Verifier {
    private final Set<String> symbols = new HashSet<>();
    private final Map<String, Buffer> buffers = new HashMap<>();
    private final ValueRules values = new ValueRules(symbols, this::buffer);
    private final Set<Buffer> given = new HashSet<>();

    private Verifier() {}

    /// Checks `program` as the pass of this name left it.
    ///
    /// @throws CompilerBug if a rule is broken, with the pass and the program's text
    public static void check(Program program, String afterPass) {
        try {
            new Verifier().program(program);
        } catch (Broken rule) {
            throw new CompilerBug(afterPass, rule.getMessage(), KernelText.print(program));
        }
    }

    /// A broken rule, on its way to the program's text.
    static final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Broken(String rule, Object... parts) {
            super(rule.formatted(parts));
        }
    }

    static void require(boolean holds, String rule, Object... parts) {
        if (!holds) throw new Broken(rule, parts);
    }

    private void program(Program p) {
        for (String symbol : p.symbols()) require(symbols.add(symbol), "symbol %s is declared twice", symbol);
        List<Buffer> declared = new ArrayList<>(p.inputs());
        declared.addAll(p.constants().keySet());
        given.addAll(declared);
        declared.addAll(p.outputs());
        Set<Buffer> once = new HashSet<>();
        for (Buffer b : declared) {
            require(once.add(b), "buffer %s is declared twice", b.name());
            buffer(b);
        }
        p.constants().forEach((b, array) -> require(array.dtype() == b.dtype() && array.rank() == b.rank(),
                "constant %s is %s", b.name(), array.type()));
        Set<Buffer> stored = new HashSet<>();
        Set<Buffer> readable = new HashSet<>(given);
        steps(p.steps(), readable, stored);
        for (Buffer b : p.outputs()) require(readable.contains(b), "output %s is not stored", b.name());
    }

    /// The first mention of a buffer says what it is.
    private void buffer(Buffer b) {
        Buffer known = buffers.putIfAbsent(b.name(), b);
        if (known == null) b.extents().forEach(values::extent);
        else require(known == b || known.dtype() == b.dtype() && known.extents().equals(b.extents()), "there are two buffers %s", b.name());
    }

    /// `readable` is what may be loaded, `stored` what may not be stored any more; both grow.
    private void steps(List<Step> steps, Set<Buffer> readable, Set<Buffer> stored) {
        for (Step step : steps)
            switch (step) {
                case Step.Launch(var kernel) -> kernel(kernel, readable, stored);
                case Step.Repeat repeat -> repeat(repeat, readable, stored);
                case Step.Strip strip -> kernel(strip.kernel(), readable, stored);
                case Step.Strips(var kernels, var each) -> {
                    values.extent(each);
                    steps(List.copyOf(kernels), readable, stored);
                    Value rows = kernels.getFirst().axis().extent();
                    for (int i = 0; i < kernels.size(); i++) {
                        Step.Strip strip = kernels.get(i);
                        String name = strip.kernel().name();
                        require(Rows.areOf(strip, rows, each), "%s cannot be done by strips of %s", name, strip.axis().name());
                        require(Rows.mayFollow(kernels.subList(0, i), strip, each), "%s needs other rows", name);
                    }
                }
                case Step.Contract(var kernel) -> {
                    require(Contractions.is(kernel), "%s is no contraction", kernel.name());
                    kernel(kernel, readable, stored);
                }
                case Step.Branch(var condition, var then, var otherwise) -> {
                    condition(condition, readable);
                    Set<Buffer> readableThen = new HashSet<>(readable), readableOtherwise = new HashSet<>(readable);
                    Set<Buffer> storedOtherwise = new HashSet<>(stored);
                    steps(then, readableThen, stored);
                    steps(otherwise, readableOtherwise, storedOtherwise);
                    stored.addAll(storedOtherwise);
                    readableThen.retainAll(readableOtherwise);
                    readable.addAll(readableThen);
                }
                case Step.Loop loop -> loop(loop, readable, stored);
                case Step.Check(var condition, _) -> condition(condition, readable);
                case Step.Call call -> call(call, readable, stored);
            }
    }

    private void loop(Step.Loop loop, Set<Buffer> readable, Set<Buffer> stored) {
        values.extent(loop.steps());
        require(symbols.add(loop.index()), "symbol %s is declared twice", loop.index());
        Set<Buffer> before = new HashSet<>(readable);
        Set<Buffer> within = new HashSet<>(readable);
        steps(loop.body(), within, stored);
        Set<Buffer> carried = new HashSet<>();
        Set<Buffer> carriers = new HashSet<>();
        for (Step.Carry carry : loop.carries()) {
            buffer(carry.state());
            buffer(carry.next());
            require(before.contains(carry.state()), "state %s is not stored before its loop", carry.state().name());
            require(within.contains(carry.next()) && !given.contains(carry.next()), "%s, which a loop carries, is not stored", carry.next().name());
            require(carry.state().dtype() == carry.next().dtype() && carry.state().extents().equals(carry.next().extents()),
                    "state %s and its next %s differ in type", carry.state().name(), carry.next().name());
            require(carried.add(carry.state()) && !given.contains(carry.state()), "state %s is carried twice, or given", carry.state().name());
            require(carriers.add(carry.next()), "%s is carried twice", carry.next().name());
        }
        loop.until().ifPresent(b -> condition(b, within));
        readable.addAll(within);                                        // of no step, only emissions are defined: they are empty
        symbols.remove(loop.index());
    }

    private void repeat(Step.Repeat repeat, Set<Buffer> readable, Set<Buffer> stored) {
        Kernel k = repeat.kernel();
        values.extent(repeat.steps());
        require(symbols.add(repeat.index()), "symbol %s is declared twice", repeat.index());
        kernel(k, readable, stored);
        symbols.remove(repeat.index());
        require(repeat.carries().stream().map(Step.Carry::next).toList().equals(k.stores().stream().map(Store::to).toList()),
                "%s is repeated, but carries other buffers than it stores", k.name());
        for (int i = 0; i < k.stores().size(); i++) {
            Step.Carry carry = repeat.carries().get(i);
            Store store = k.stores().get(i);
            buffer(carry.state());
            require(readable.contains(carry.state()), "state %s is not stored before", carry.state().name());
            require(carry.state().dtype() == carry.next().dtype() && carry.state().extents().equals(carry.next().extents())
                    && store.to().extents().equals(k.axes().stream().map(Axis::extent).toList()), "state %s and its next %s differ in type",
                    carry.state().name(), carry.next().name());
            for (Value v : Loads.all(k))
                require(!(v.op() instanceof Scalar.Load(var from, var at)) || !from.equals(carry.state()) || at.equals(store.at()),
                        "state %s is loaded elsewhere than where its next is stored", carry.state().name());
        }
    }

    private void call(Step.Call call, Set<Buffer> readable, Set<Buffer> stored) {
        String name = call.op().opcode();
        alike(name, "takes", "operands", call.op().operands(), call.reads());
        alike(name, "gives", "results", call.op().results().stream().map(r -> new Variable(r, "", Source.NONE)).toList(), call.stores());
        for (Buffer b : call.reads()) require(readable.contains(b), "call %s reads %s, which is not stored before", name, b.name());
        for (Buffer b : call.stores()) {
            require(!given.contains(b), "call %s stores %s, which is given", name, b.name());
            require(stored.add(b), "call %s stores %s, which is stored already", name, b.name());
        }
        readable.addAll(call.stores());
    }

    private void alike(String name, String does, String what, List<Variable> needed, List<Buffer> got) {
        require(needed.size() == got.size(), "%s %s %d %s, not %d", name, does, needed.size(), what, got.size());
        for (int i = 0; i < got.size(); i++) {
            Buffer b = got.get(i);
            buffer(b);
            require(b.dtype() == needed.get(i).dtype() && b.rank() == needed.get(i).rank(), "%s %s %s for %s, which is %s of rank %d", name, does,
                    needed.get(i).type(), b.name(), b.dtype(), b.rank());
        }
    }

    private void condition(Buffer b, Set<Buffer> readable) {
        buffer(b);
        values.condition(b);
        require(readable.contains(b), "condition %s is not stored before", b.name());
    }

    private void kernel(Kernel k, Set<Buffer> readable, Set<Buffer> stored) {
        values.axes(k.axes());
        for (Store store : k.stores()) {
            buffer(store.to());
            values.store(store, k);
        }
        Set<Buffer> loads = Loads.of(k);
        Map<Buffer, Set<List<Value>>> here = new HashMap<>();
        for (Store store : k.stores()) {
            Buffer to = store.to();
            require(!loads.contains(to), "kernel %s loads %s, which it stores", k.name(), to.name());
            require(!given.contains(to), "kernel %s stores %s, which is given", k.name(), to.name());
            Set<List<Value>> places = here.computeIfAbsent(to, _ -> new HashSet<>());
            boolean isFirst = places.isEmpty() && stored.add(to);
            require(places.add(store.at()) && (isFirst || k.axes().isEmpty() && places.size() > 1),
                    "kernel %s stores %s, which is stored already", k.name(), to.name());
        }
        for (Buffer b : loads) require(readable.contains(b), "kernel %s loads %s, which is not stored before", k.name(), b.name());
        k.stores().forEach(s -> readable.add(s.to()));
    }
}
