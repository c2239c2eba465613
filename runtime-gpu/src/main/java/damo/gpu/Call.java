package damo.gpu;

import damo.DamoException;
import damo.graph.Op;
import damo.interpret.Interpreter;
import damo.lower.CheckFailed;
import damo.plan.Action;
import damo.type.DType;
import damo.value.NDArray;
import damo.value.Storage;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/// One run of a program. Its memory is taken while it runs and given back at the end, also of a failed one: the queue is in order, so whoever
/// takes it next writes after the last that reads it. What the host has goes to the device when a kernel reads it, and what the device has comes
/// back when the host reads it; each stays where it is until then.
final class Call implements AutoCloseable {
    final Traffic traffic;
    private final GpuProgram program;
    private final Session session;
    private final Built built;
    private final long[] evaluated;
    private final int[] symbols;
    private final Session.Memory[] buffers;                            // by position
    private final NDArray[] host;                                      // by position: the value, if the host has it
    private final String[] pending;                                    // by position: why the host's value must go to the device, if it must
    private final Session.Memory[] workspace;                          // by slot
    private final NDArray[] arguments;
    private final Set<Session.Memory> taken = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Times times;

    /// @param constants by position, those that lie on the device
    Call(GpuProgram program, Session session, Built built, Session.Memory[] constants, long[] evaluated, NDArray[] arguments) {
        this.program = program;
        this.arguments = arguments;
        this.session = session;
        this.built = built;
        this.evaluated = evaluated;
        List<String> names = program.program.symbols();
        traffic = new Traffic(name -> evaluated[names.indexOf(name)]);
        times = session.isProfiled ? new Times(session, traffic) : null;
        buffers = constants.clone();
        host = program.constants.clone();
        pending = new String[buffers.length];
        workspace = new Session.Memory[program.plan.slotCount()];
        symbols = new int[program.program.symbols().size() + program.program.counters().size()];
        for (int i = 0; i < program.program.symbols().size(); i++) symbols[i] = (int) Math.clamp(evaluated[i], 0, Integer.MAX_VALUE);
    }

    /// Does what [GpuProgram#run] says.
    void run(boolean[] there, NDArray[] destinations, NDArray[] results, int outputs) {
        for (int i = 0; i < arguments.length; i++) {
            Resident state = Resident.under(arguments[i], session.device);
            if (state == null || state.isOnHost()) host[i] = arguments[i];
            if (there[i] && host[i] != null) traffic.move("to the host for extents", i, bytes(i));
            if (state != null && state.isOn(session)) buffers[i] = state.memory(session);
            else pending[i] = "in";
        }
        for (int i = 0; i < destinations.length; i++)
            if (destinations[i] != null && !program.extents[program.firstOutput + i].isOf(destinations[i], evaluated))
                throw new DamoException("%s: result %d has shape %s, but its destination has shape %s".formatted(program.program.name(), i,
                        Arrays.toString(program.extents[program.firstOutput + i].shape(evaluated)), Arrays.toString(destinations[i].shape())));
        run(program.actions);
        if (times != null) times.finish();
        NDArray[] computed = new NDArray[results.length];
        for (int i = 0; i < outputs; i++) computed[i] = output(program.firstOutput + i, destinations[i] == null ? results[i] : null);
        for (int i = outputs; i < results.length; i++) computed[i] = state(program.firstOutput + i);
        for (int i = 0; i < results.length; i++) {                     // once nothing can fail any more
            if (destinations[i] != null) System.arraycopy(computed[i].storage(), 0, destinations[i].storage(), 0, (int) computed[i].size());
            results[i] = destinations[i] != null ? destinations[i] : computed[i];
        }
    }

    private void run(Action[] todo) {
        for (Action action : todo)
            switch (action) {
                case Action.Launch(var kernels, _, var stored, _) -> {
                    for (int at : stored) provide(at);
                    for (int kernel : kernels) launch(kernel);
                }
                case Action.Branch(var condition, var then, var otherwise) -> run(holds("back, to branch,", condition) ? then : otherwise);
                case Action.Check(var condition, var message) -> {
                    if (!holds("back, to check,", condition)) throw new CheckFailed(message);
                }
                case Action.Call(var op, var reads, var stores, var provided) -> {
                    for (int at : provided) if (program.slots[at] >= 0) provide(at);
                    call(op, reads, stores);
                }
                case Action.Loop loop -> run(loop);
            }
    }

    /// Enqueues all steps; only a loop that a condition ends waits for each.
    private void run(Action.Loop loop) {
        for (int at : loop.stored()) provide(at);
        int steps = loop.steps() < 0 ? symbols[~loop.steps()] : loop.steps();
        for (int i = 0; i < steps; i++) {
            symbols[loop.counter()] = i;
            run(loop.body());
            boolean ends = loop.until() >= 0 && holds("back, to end a loop,", loop.until());
            exchange(buffers, loop);
            exchange(host, loop);
            exchange(pending, loop);
            if (ends) return;
        }
    }

    private static <T> void exchange(T[] all, Action.Loop loop) {
        T[] moved = Arrays.copyOf(all, loop.to().length);
        for (int j = 0; j < moved.length; j++) moved[j] = all[loop.from()[j]];
        for (int j = 0; j < moved.length; j++) all[loop.to()[j]] = moved[j];
    }

    private void launch(int kernel) {
        Launch launch = program.launches[kernel];
        int choice = launch.choice(symbols, session.device.units());
        long groups = launch.groups(choice, symbols);
        if (groups == 0) return;
        BuiltKernel built = this.built.kernels().get(launch.first() + choice);
        int argument = 0;
        for (int at : launch.buffers()) {
            upload(at);
            built.set(argument++, buffers[at]);
        }
        for (int at : launch.symbols()) built.set(argument++, symbols[at]);
        try {
            built.launch(session.queue, groups, times == null ? MemorySegment.NULL : times.next(kernel));
        } catch (OpenClError e) {
            if (!e.isMemory()) throw e;
            throw session.outOfMemory(Arrays.stream(launch.buffers()).mapToLong(at -> buffers[at].bytes).sum(), e);
        }
        for (int at : program.stores[kernel]) host[at] = null;
        traffic.launch();
        session.enqueued();
    }

    /// The host computes what no kernel does.
    private void call(Op op, int[] reads, int[] stores) {
        String why = "to the host for %s".formatted(op.opcode());
        List<NDArray> values = Interpreter.results(op, Arrays.stream(reads).mapToObj(at -> read(why, at)).toList());
        for (int i = 0; i < stores.length; i++) {
            NDArray value = values.get(i);
            int at = stores[i];
            if (value.dtype() != program.buffer(at).dtype() || !Arrays.equals(value.shape(), program.extents[at].shape(evaluated)))
                throw new DamoException("%s: %s gives %s, but %s%s is needed".formatted(program.program.name(), op.opcode(), value.type(),
                        program.buffer(at).dtype(), Arrays.toString(program.extents[at].shape(evaluated))));
            // A value may share memory with an operand or with another value, but a result may not.
            host[at] = at >= program.firstOutput && program.slots[at] < 0 ? value.copy() : value.contiguous();
            pending[at] = "from the host for %s".formatted(op.opcode());
        }
        traffic.hop(op.opcode());
    }

    private boolean holds(String why, int at) {
        return read(why, at).longAt(0) != 0;
    }

    /// Makes sure that the device has what a kernel is going to read.
    private void upload(int at) {
        String why = pending[at];
        if (why == null) return;
        Resident state = at < arguments.length ? Resident.under(arguments[at], session.device) : null;
        if (state != null) buffers[at] = state.memory(session);
        else {
            if (buffers[at] == null) buffers[at] = take(at);
            NDArray value = host[at];
            Transfer.write(session, buffers[at], value.dtype(), value.storage(), (int) value.size());
        }
        pending[at] = null;
        traffic.move(why, at, bytes(at));
    }

    private NDArray read(String why, int at) {
        if (host[at] == null) {
            if (at < arguments.length) {
                arguments[at].storage();                               // state, which keeps it
                host[at] = arguments[at];
            } else host[at] = read(at, null);
            traffic.move(why, at, bytes(at));
        }
        return host[at];
    }

    /// What is on the device, in `into` if that is there and fits, or in a fresh array.
    private NDArray read(int at, NDArray into) {
        DType dtype = program.buffer(at).dtype();
        int size = program.extents[at].size(evaluated);
        NDArray result = into != null && into.remote() == null && program.extents[at].isOf(into, evaluated) ? into
                : NDArray.wrap(dtype, Storage.allocate(dtype, size), program.extents[at].shape(evaluated));
        Transfer.read(session, buffers[at], dtype, result.storage(), size);
        return result;
    }

    private NDArray output(int at, NDArray into) {
        if (host[at] != null) return host[at];
        if (buffers[at] == null) provide(at);                          // without elements
        traffic.move("out", at, bytes(at));
        return read(at, into);
    }

    /// A result that stays where it is.
    private NDArray state(int at) {
        if (pending[at] != null) return Resident.of(session.device, host[at]);
        if (buffers[at] == null) provide(at);
        Session.Memory memory = buffers[at];
        taken.remove(memory);
        return Resident.of(session, memory, program.buffer(at).dtype(), program.extents[at].size(evaluated), program.extents[at].shape(evaluated));
    }

    /// Memory for what a kernel is going to store: that of its slot for a temporary.
    private void provide(int at) {
        int slot = program.slots[at];
        if (slot < 0) {
            if (buffers[at] == null) buffers[at] = take(at);
            return;
        }
        if (workspace[slot] == null || workspace[slot].bytes < bytes(at)) workspace[slot] = take(at);
        buffers[at] = workspace[slot];
    }

    private long bytes(int at) {
        return Transfer.bytes(program.buffer(at).dtype(), program.extents[at].size(evaluated));
    }

    private Session.Memory take(int at) {
        Session.Memory memory = session.take(bytes(at));
        taken.add(memory);
        return memory;
    }

    @Override public void close() {
        if (times != null) times.close();
        taken.forEach(session::give);
    }
}
