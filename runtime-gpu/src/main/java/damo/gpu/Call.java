package damo.gpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import damo.DamoException;
import damo.graph.Op;
import damo.interpret.Interpreter;
import damo.lower.CheckFailed;
import damo.opencl.OpenClText;
import damo.plan.Action;
import damo.type.DType;
import damo.value.NDArray;
import damo.value.Storage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// One run of a program. Its memory is taken while it runs and given back at the end, also of a failed one: the queue is in order, so whoever
/// takes it next writes after the last that reads it.
final class Call implements AutoCloseable {
    private static final MemorySegment GROUP = Arena.global().allocateFrom(JAVA_LONG, OpenClText.GROUP);

    final Traffic traffic = new Traffic();
    private final GpuProgram program;
    private final Session session;
    private final Built built;
    private final long[] evaluated;
    private final int[] symbols;
    private final Session.Memory[] buffers;                            // by position
    private final Session.Memory[] workspace;                          // by slot
    private final List<Session.Memory> taken = new ArrayList<>();
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment pointer = arena.allocate(ADDRESS);
    private final MemorySegment number = arena.allocate(JAVA_INT);
    private final MemorySegment items = arena.allocate(JAVA_LONG);
    private final Times times;

    /// @param constants by position, those that lie on the device
    Call(GpuProgram program, Session session, Built built, Session.Memory[] constants, long[] evaluated) {
        this.program = program;
        this.session = session;
        this.built = built;
        this.evaluated = evaluated;
        times = session.isProfiled ? new Times(session, traffic) : null;
        buffers = constants.clone();
        workspace = new Session.Memory[program.plan.slotCount()];
        symbols = new int[program.program.symbols().size() + program.program.counters().size()];
        for (int i = 0; i < program.program.symbols().size(); i++) symbols[i] = (int) Math.clamp(evaluated[i], 0, Integer.MAX_VALUE);
    }

    NDArray[] run(NDArray[] arguments, NDArray[] destinations) {
        for (int i = 0; i < arguments.length; i++) {
            buffers[i] = take(i);
            write("in", i, arguments[i]);
        }
        NDArray[] results = new NDArray[program.program.outputs().size()];
        for (int i = 0; i < results.length; i++) {
            int at = program.firstOutput + i;
            long[] shape = program.extents[at].shape(evaluated);
            if (destinations[i] != null && !Arrays.equals(shape, destinations[i].shape()))
                throw new DamoException("%s: result %d has shape %s, but its destination has shape %s".formatted(program.program.name(), i,
                        Arrays.toString(shape), Arrays.toString(destinations[i].shape())));
            buffers[at] = take(at);
        }
        run(program.actions);
        if (times != null) times.finish();
        for (int i = 0; i < results.length; i++) results[i] = read("out", program.firstOutput + i);
        for (int i = 0; i < results.length; i++)                       // once nothing can fail any more
            if (destinations[i] != null) {
                System.arraycopy(results[i].storage(), 0, destinations[i].storage(), 0, (int) results[i].size());
                results[i] = destinations[i];
            }
        return results;
    }

    private void run(Action[] todo) {
        for (Action action : todo)
            switch (action) {
                case Action.Launch(var kernel, var stored, _) -> {
                    for (int at : stored) provide(at);
                    launch(kernel);
                }
                case Action.Branch(var condition, var then, var otherwise) -> run(holds("back, to branch,", condition) ? then : otherwise);
                case Action.Check(var condition, var message) -> {
                    if (!holds("back, to check,", condition)) throw new CheckFailed(message);
                }
                case Action.Call(var op, var reads, var stores, var provided) -> {
                    for (int at : provided) provide(at);
                    call(op, reads, stores);
                }
                case Action.Loop loop -> run(loop);
            }
    }

    /// Enqueues all steps; only a loop that a condition ends waits for each.
    private void run(Action.Loop loop) {
        for (int at : loop.stored()) provide(at);
        int steps = loop.steps() < 0 ? symbols[~loop.steps()] : loop.steps();
        var moved = new Session.Memory[loop.from().length];
        for (int i = 0; i < steps; i++) {
            symbols[loop.counter()] = i;
            run(loop.body());
            boolean ends = loop.until() >= 0 && holds("back, to end a loop,", loop.until());
            for (int j = 0; j < moved.length; j++) moved[j] = buffers[loop.from()[j]];
            for (int j = 0; j < moved.length; j++) buffers[loop.to()[j]] = moved[j];
            if (ends) return;
        }
    }

    private void launch(int kernel) {
        Launch launch = program.launches[kernel];
        int choice = launch.choice(symbols, session.device.units());
        long groups = launch.groups(choice, symbols);
        if (groups == 0) return;
        MemorySegment handle = built.kernels().get(launch.first() + choice);
        int argument = 0;
        for (int at : launch.buffers()) {
            pointer.set(ADDRESS, 0, buffers[at].handle());
            OpenCl.argument(handle, argument++, ADDRESS.byteSize(), pointer);
        }
        for (int at : launch.symbols()) {
            number.set(JAVA_INT, 0, symbols[at]);
            OpenCl.argument(handle, argument++, JAVA_INT.byteSize(), number);
        }
        items.set(JAVA_LONG, 0, groups * OpenClText.GROUP);
        try {
            OpenCl.launch(session.queue, handle, items, GROUP, times == null ? MemorySegment.NULL : times.next(kernel));
        } catch (OpenClError e) {
            if (!e.isMemory()) throw e;
            throw session.outOfMemory(Arrays.stream(launch.buffers()).mapToLong(at -> buffers[at].bytes()).sum(), e);
        }
        traffic.launch();
    }

    /// The host computes what no kernel does.
    private void call(Op op, int[] reads, int[] stores) {
        String why = "to the host for %s".formatted(op.opcode());
        List<NDArray> values = Interpreter.results(op, Arrays.stream(reads).mapToObj(at -> read(why, at)).toList());
        for (int i = 0; i < stores.length; i++) {
            NDArray value = values.get(i);
            if (value.dtype() != program.buffer(stores[i]).dtype() || !Arrays.equals(value.shape(), program.extents[stores[i]].shape(evaluated)))
                throw new DamoException("%s: %s gives %s, but %s%s is needed".formatted(program.program.name(), op.opcode(), value.type(),
                        program.buffer(stores[i]).dtype(), Arrays.toString(program.extents[stores[i]].shape(evaluated))));
            write("from the host for %s".formatted(op.opcode()), stores[i], value.contiguous());
        }
    }

    private boolean holds(String why, int at) {
        return read(why, at).longAt(0) != 0;
    }

    private void write(String why, int at, NDArray value) {
        Transfer.write(session, buffers[at], value.dtype(), value.storage(), (int) value.size());
        traffic.move(why, at, Transfer.bytes(value.dtype(), value.size()));
    }

    private NDArray read(String why, int at) {
        DType dtype = program.buffer(at).dtype();
        int size = program.extents[at].size(evaluated);
        Object array = Storage.allocate(dtype, size);
        Transfer.read(session, buffers[at], dtype, array, size);
        traffic.move(why, at, Transfer.bytes(dtype, size));
        return NDArray.wrap(dtype, array, program.extents[at].shape(evaluated));
    }

    /// Gives a temporary the memory of its slot.
    private void provide(int at) {
        int slot = program.slots[at];
        if (slot < 0) return;
        long bytes = Transfer.bytes(program.buffer(at).dtype(), program.extents[at].size(evaluated));
        if (workspace[slot] == null || workspace[slot].bytes() < bytes) workspace[slot] = take(at);
        buffers[at] = workspace[slot];
    }

    private Session.Memory take(int at) {
        Session.Memory memory = session.take(Transfer.bytes(program.buffer(at).dtype(), program.extents[at].size(evaluated)));
        taken.add(memory);
        return memory;
    }

    @Override public void close() {
        if (times != null) times.close();
        taken.forEach(session::give);
        arena.close();
    }
}
