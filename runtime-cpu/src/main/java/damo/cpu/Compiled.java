package damo.cpu;

import damo.DamoException;
import damo.graph.Op;
import damo.interpret.Interpreter;
import damo.jvm.KernelCode;
import damo.kernel.Kernel;
import damo.kernel.Listing;
import damo.kernel.Program;
import damo.kernel.Step;
import damo.lower.CheckFailed;
import damo.lower.Specialization;
import damo.plan.Action;
import damo.plan.Extent;
import damo.plan.MemoryPlan;
import damo.value.NDArray;
import damo.value.Storage;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// A program for one pattern of extents, ready to run. Immutable; the workspace of a call is its own.
final class Compiled {
    private static final long SMALL = 1 << 20;   // elements

    private final Program lowered;
    private final Specialization form;
    private final MemoryPlan plan;
    private final Program program;
    private final Listing listing;
    private final KernelCode code;
    private final Action[] actions;
    private final Extent[] extents;              // by position
    private final int[] slots;                   // by position; −1 for what is no temporary
    private final Object[] constants;            // by position; null for what is no constant
    private final int firstOutput;
    private final int counters;
    private final List<Step.Check> checks;
    private final boolean mayFail;
    private final AtomicReference<Object[]> idle = new AtomicReference<>();

    /// @param listing the text of the program of `form`
    Compiled(Program lowered, Specialization form, MemoryPlan plan, Listing listing) {
        this.lowered = lowered;
        this.form = form;
        this.plan = plan;
        this.program = form.program();
        this.listing = listing;
        List<Kernel> kernels = Kernels.of(program);
        Loader.Loaded loaded = Loader.load(program, listing, kernels, form.values(), plan.positions());
        actions = Action.of(program, loaded.kernels(), loaded.loops(), plan.positions());
        code = loaded.code();
        int count = plan.positions().size();
        extents = new Extent[count];
        slots = new int[count];
        constants = new Object[count];
        plan.positions().forEach((buffer, at) -> {
            extents[at] = Extent.of(buffer, program.symbols());
            slots[at] = plan.slots().getOrDefault(buffer, -1);
            if (program.constants().containsKey(buffer)) constants[at] = program.constants().get(buffer).storage();
        });
        firstOutput = program.inputs().size() + program.constants().size();
        counters = program.counters().size();
        checks = program.checks();
        mayFail = mayFail(program.steps());
    }

    /// Whether something may be stored by then when a call fails.
    private static boolean mayFail(List<Step> steps) {
        return steps.stream().anyMatch(step -> switch (step) {
            case Step.Launch _ -> false;
            case Step.Loop loop -> mayFail(loop.body());
            case Step.Branch _, Step.Check _, Step.Call _ -> true;
        });
    }

    /// The extents of a call with these arguments.
    long[] extents(NDArray[] arguments) {
        return form.extents().evaluate(arguments);
    }

    /// Whether a call with these extents may run this form.
    boolean serves(long[] evaluated) {
        return form.serves(evaluated);
    }

    /// How many kernels there are before and after fusion.
    int[] kernels() {
        return new int[] {lowered.kernels(), program.kernels()};
    }

    String explain() {
        int after = program.kernels();
        return "%d %s, %d before fusion; %d temporaries in %d slots%n%s".formatted(after, after == 1 ? "kernel" : "kernels", lowered.kernels(),
                plan.slots().size(), plan.slotCount(), listing.text()).strip();
    }

    /// This form as an implementation of `type`, if it is of numbers only and runs for all of them.
    <T> Optional<T> scalarFunction(Class<T> type, Method method) {
        boolean numbers = program.symbols().isEmpty() && form.answers().length == 0 && program.outputs().size() == 1
                && plan.positions().keySet().stream().allMatch(b -> b.rank() == 0)
                && program.steps().stream().allMatch(s -> s instanceof Step.Launch(var kernel) && kernel.axes().isEmpty());
        if (!numbers) return Optional.empty();
        return Optional.of(Loader.scalarFunction(program, listing, Kernels.of(program), form.values(), type, method));
    }

    NDArray[] run(long[] evaluated, NDArray[] arguments, NDArray[] destinations) {
        Object[] workspace = idle.getAndSet(null);
        if (workspace == null) workspace = new Object[plan.slotCount()];
        Object[] buffers = constants.clone();
        for (int i = 0; i < arguments.length; i++) buffers[i] = arguments[i].storage();
        NDArray[] results = new NDArray[program.outputs().size()];
        for (int i = 0; i < results.length; i++) {
            Extent extent = extents[firstOutput + i];
            long[] shape = extent.shape(evaluated);
            boolean direct = destinations[i] != null && !mayFail && Arrays.equals(shape, destinations[i].shape())
                    && !shared(destinations[i], arguments, destinations, i);
            results[i] = direct ? destinations[i]
                    : NDArray.wrap(extent.buffer().dtype(), Storage.allocate(extent.buffer().dtype(), extent.size(evaluated)), shape);
            buffers[firstOutput + i] = results[i].storage();
        }
        int[] symbols = new int[program.symbols().size() + counters + 1];
        for (int i = 0; i < program.symbols().size(); i++) symbols[i] = (int) Math.clamp(evaluated[i], 0, Integer.MAX_VALUE);
        run(actions, evaluated, symbols, buffers, workspace);
        idle.set(workspace);
        deliver(results, destinations);
        return results;
    }

    /// Copies what could not be computed in place, once nothing can fail any more.
    private void deliver(NDArray[] results, NDArray[] destinations) {
        for (int i = 0; i < results.length; i++)
            if (destinations[i] != null && !Arrays.equals(results[i].shape(), destinations[i].shape()))
                throw new DamoException("%s: result %d has shape %s, but its destination has shape %s".formatted(program.name(), i,
                        Arrays.toString(results[i].shape()), Arrays.toString(destinations[i].shape())));
        for (int i = 0; i < results.length; i++)
            if (destinations[i] != null && results[i] != destinations[i]) {
                System.arraycopy(results[i].storage(), 0, destinations[i].storage(), 0, (int) results[i].size());
                results[i] = destinations[i];
            }
    }

    /// Whether the memory of a destination is also read, or is another destination.
    private static boolean shared(NDArray destination, NDArray[] arguments, NDArray[] destinations, int own) {
        for (NDArray argument : arguments) if (argument.storage() == destination.storage()) return true;
        for (int i = 0; i < destinations.length; i++)
            if (i != own && destinations[i] != null && destinations[i].storage() == destination.storage()) return true;
        return false;
    }

    private void run(Action[] todo, long[] evaluated, int[] symbols, Object[] buffers, Object[] workspace) {
        for (Action action : todo) {
            switch (action) {
                case Action.Launch(var kernel, var stored) -> {
                    for (int at : stored) provide(at, evaluated, buffers, workspace);
                    code.run(kernel, buffers, symbols);
                }
                case Action.Branch(var condition, var then, var otherwise) ->
                    run(holds(condition, buffers) ? then : otherwise, evaluated, symbols, buffers, workspace);
                case Action.Loop loop -> run(loop, evaluated, symbols, buffers, workspace);
                case Action.Check(var condition, var message) -> {
                    if (!holds(condition, buffers)) throw new CheckFailed(message);
                }
                case Action.Call(var op, var reads, var stored, var provided) -> {
                    var operands = Arrays.stream(reads).mapToObj(at -> array(at, evaluated, buffers)).toList();
                    List<NDArray> values = Interpreter.results(op, operands);
                    for (int at : provided) provide(at, evaluated, buffers, workspace);
                    for (int i = 0; i < stored.length; i++) store(values.get(i), op, array(stored[i], evaluated, buffers));
                }
            }
        }
    }

    private void run(Action.Loop loop, long[] evaluated, int[] symbols, Object[] buffers, Object[] workspace) {
        for (int at : loop.stored()) provide(at, evaluated, buffers, workspace);
        if (loop.code() >= 0 && mayProvide(loop.within(), evaluated)) {
            for (int at : loop.within()) provide(at, evaluated, buffers, workspace);
            code.run(loop.code(), buffers, symbols);
            int failed = symbols[symbols.length - 1];
            if (failed > 0) throw new CheckFailed(checks.get(failed - 1).message());
            return;
        }
        int steps = loop.steps() < 0 ? symbols[~loop.steps()] : loop.steps();
        Object[] moved = new Object[loop.from().length];
        for (int i = 0; i < steps; i++) {
            symbols[loop.counter()] = i;
            run(loop.body(), evaluated, symbols, buffers, workspace);
            boolean ends = loop.until() >= 0 && holds(loop.until(), buffers);
            for (int j = 0; j < moved.length; j++) moved[j] = buffers[loop.from()[j]];
            for (int j = 0; j < moved.length; j++) buffers[loop.to()[j]] = moved[j];
            if (ends) return;
        }
    }

    /// What is at a position, as a call sees it; the memory of a temporary may be larger.
    private NDArray array(int at, long[] evaluated, Object[] buffers) {
        return NDArray.wrap(extents[at].buffer().dtype(), buffers[at], extents[at].shape(evaluated));
    }

    private void store(NDArray value, Op op, NDArray to) {
        if (!value.type().equals(to.type()))
            throw new DamoException("%s: %s gives %s, but %s is needed".formatted(program.name(), op.opcode(), value.type(), to.type()));
        System.arraycopy(value.contiguous().storage(), 0, to.storage(), 0, (int) to.size());
    }

    /// Whether what only branches need is small enough to be there even if they are not taken.
    private boolean mayProvide(int[] within, long[] evaluated) {
        for (int at : within) if (!extents[at].isAtMost(SMALL, evaluated)) return false;
        return true;
    }

    /// Gives a temporary the memory of its slot.
    private void provide(int at, long[] evaluated, Object[] buffers, Object[] workspace) {
        int slot = slots[at];
        if (slot < 0) return;
        int size = extents[at].size(evaluated);
        if (workspace[slot] == null || Array.getLength(workspace[slot]) < size)
            workspace[slot] = Storage.allocate(extents[at].buffer().dtype(), size);
        buffers[at] = workspace[slot];
    }

    private static boolean holds(int condition, Object[] buffers) {
        return ((boolean[]) buffers[condition])[0];
    }
}
