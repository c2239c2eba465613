package damo.cpu;

import damo.DamoException;
import damo.interpret.Interpreter;
import damo.jvm.KernelCode;
import damo.lower.CheckFailed;
import damo.lower.ExtentProgram;
import damo.plan.Action;
import damo.plan.Contraction;
import damo.plan.Extent;
import damo.value.NDArray;
import damo.value.Storage;
import java.lang.reflect.Array;
import java.util.Arrays;

/// The memory of one call at a time of a form: its temporaries and its extents. The next call uses it again, so that calls with extents that were
/// seen allocate nothing. A call that fails drops it.
final class Workspace {
    private static final long SMALL = 1 << 20;   // elements

    private final Compiled form;
    private final ExtentProgram.Memory memory;
    private final long[] extents;                // by symbol; what guards compare follows
    private final int[] symbols;                 // extents, then counters, then which check failed
    private final Object[] buffers;              // by position
    private final int[] sizes;                   // by position, of temporaries; −1 while unknown
    private final Object[] slots;
    private final NDArray[] arrays;              // by position, what is in buffers as the host sees it; null if it never looks
    private final NDArray[] own;                 // by position, the same of memory that stays from call to call
    private final Object[] moved;                // while buffers change places
    private final Object[] copied;               // by output, what is computed here first
    private final int[] parts;                   // by shared launch: the positions of a part, 0 if it stays whole, −1 while unknown
    private final int[] threads;                 // by shared launch: how many are to do it
    private final Workers.Job job = new Workers.Job();
    private KernelCode code;                     // of this call
    private boolean serves;
    private boolean isKept;                      // whether what is computed after the last step that may fail has memory
    private boolean isReady;                     // whether only kernels are left to run: temporaries have memory, no part goes to other threads

    Workspace(Compiled form) {
        this.form = form;
        memory = form.form.extents().memory();
        extents = memory.values;
        symbols = new int[form.program.symbols().size() + form.counters + 1];
        buffers = form.constants.clone();
        sizes = new int[buffers.length];
        arrays = form.calls ? new NDArray[buffers.length] : null;
        own = form.calls ? new NDArray[buffers.length] : null;
        moved = new Object[buffers.length];
        parts = new int[form.parts.length];
        threads = new int[form.parts.length];
        slots = new Object[form.slotCount];
        copied = new Object[form.program.outputs().size()];
    }

    /// Whether a call with these arguments may run the form. If so, it can begin.
    boolean fits(NDArray[] arguments) {
        if (!form.form.extents().evaluate(arguments, memory)) return serves;
        serves = form.form.serves(extents);
        int count = form.program.symbols().size();
        for (int i = 0; i < count; i++) symbols[i] = (int) Math.clamp(extents[i], 0, Integer.MAX_VALUE);
        Arrays.fill(sizes, -1);
        Arrays.fill(parts, -1);
        if (own != null) Arrays.fill(own, null);
        isKept = false;
        isReady = false;
        return serves;
    }

    /// Does what [damo.spi.Executable#run] says.
    void run(NDArray[] arguments, NDArray[] destinations, NDArray[] results) {
        for (int i = 0; i < arguments.length; i++) buffers[i] = arguments[i].storage();
        for (int i = 0; i < results.length; i++) buffers[form.firstOutput + i] = place(i, arguments, destinations, results);
        if (!isKept) keep();
        if (arrays != null) show(arguments, destinations, results);
        symbols[symbols.length - 1] = 0;
        code = form.tiers == null ? form.code : form.tiers.of(extents);
        if (isReady) for (int kernel : form.launches) code.run(kernel, buffers, symbols, 0, Integer.MAX_VALUE);
        else run(form.actions);
        isReady = form.launches != null && isWhole();
        for (int i = 0; i < results.length; i++) {
            if (destinations[i] == null) continue;
            Object computed = buffers[form.firstOutput + i];
            if (computed != destinations[i].storage()) System.arraycopy(computed, 0, destinations[i].storage(), 0, (int) destinations[i].size());
            results[i] = destinations[i];
        }
        if (form.tiers != null) form.tiers.used(elements(arguments) + elements(results), extents);
        Arrays.fill(buffers, 0, arguments.length, null);
        Arrays.fill(buffers, form.firstOutput, form.firstOutput + results.length, null);
        if (arrays != null) Arrays.fill(arrays, 0, form.firstOutput + results.length, null);
    }

    /// Lets the host see what has memory from the beginning.
    private void show(NDArray[] arguments, NDArray[] destinations, NDArray[] results) {
        System.arraycopy(arguments, 0, arrays, 0, arguments.length);
        for (int at = arguments.length; at < form.firstOutput; at++) arrays[at] = own(at);
        for (int i = 0; i < results.length; i++) {
            NDArray given = destinations[i] == null ? results[i] : destinations[i];
            int at = form.firstOutput + i;
            arrays[at] = given.storage() == buffers[at] ? given : own(at);
        }
    }

    private NDArray own(int at) {
        if (own[at] == null || own[at].storage() != buffers[at]) own[at] = array(at);
        return own[at];
    }

    /// What is at a position, as the host sees it; the memory of a temporary may be larger.
    private NDArray array(int at) {
        return NDArray.wrap(form.extents[at].buffer().dtype(), buffers[at], form.extents[at].shape(extents));
    }

    private static long elements(NDArray[] arrays) {
        long size = 0;
        for (NDArray x : arrays) size += x.size();
        return size;
    }

    /// Where to compute an output. Once nothing can fail any more, what could not be computed in place is copied.
    private Object place(int i, NDArray[] arguments, NDArray[] destinations, NDArray[] results) {
        int at = form.firstOutput + i;
        Extent extent = form.extents[at];
        NDArray destination = destinations[i];
        if (destination == null) {
            if (results[i] == null || !extent.isOf(results[i], extents) || !mayHold(results[i].storage(), i, arguments.length))
                results[i] = NDArray.wrap(extent.buffer().dtype(), Storage.allocate(extent.buffer().dtype(), size(at)), extent.shape(extents));
            return results[i].storage();
        }
        int size = size(at);
        if (!extent.isOf(destination, extents))
            throw new DamoException("%s: result %d is %s%s, but its destination is %s".formatted(form.program.name(), i,
                    extent.buffer().dtype(), Arrays.toString(extent.shape(extents)), destination.type()));
        if (!form.mayFail && mayHold(destination.storage(), i, arguments.length) && !isAnother(destination, destinations, i))
            return destination.storage();
        if (copied[i] == null || Array.getLength(copied[i]) < size) copied[i] = Storage.allocate(extent.buffer().dtype(), size);
        return copied[i];
    }

    /// Whether an output may be computed in this memory: that of no argument, or of one that it may overwrite.
    private boolean mayHold(Object storage, int output, int arguments) {
        int most = Contraction.block(form.extents[form.firstOutput + output].buffer().dtype());
        for (int i = 0; i < arguments; i++) {
            if (buffers[i] != storage) continue;
            int few = form.overwrites[output][i];
            if (few == Compiled.NEVER || few != Compiled.ALWAYS && symbols[few] > most) return false;
        }
        return true;
    }

    /// Whether the memory of a destination is another destination.
    private static boolean isAnother(NDArray destination, NDArray[] destinations, int own) {
        for (int i = 0; i < destinations.length; i++)
            if (i != own && destinations[i] != null && destinations[i].storage() == destination.storage()) return true;
        return false;
    }

    /// Has memory for temporaries before an argument is overwritten: to have none is to fail.
    private void keep() {
        for (int at : form.kept) reserve(at);
        isKept = true;
    }

    private void run(Action[] todo) {
        for (Action action : todo) {
            switch (action) {
                case Action.Launch launch -> run(launch);
                case Action.Branch(var condition, var then, var otherwise) -> run(holds(condition) ? then : otherwise);
                case Action.Loop loop -> run(loop);
                case Action.Check(var condition, var message) -> {
                    if (!holds(condition)) throw new CheckFailed(message);
                }
                case Action.Call(var op, var reads, var stored, var provided) -> {
                    for (int at : provided) provide(at);
                    for (int at : reads) if (arrays[at].storage() != buffers[at]) arrays[at] = array(at);   // the code of a loop has moved it
                    Interpreter.into(op, arrays, reads, stored);
                }
            }
        }
    }

    private void run(Action.Launch launch) {
        for (int at : launch.stored()) provide(at);
        int number = launch.number();
        int size = number < 0 ? 0 : part(number);
        if (size == 0) code.run(launch.kernels()[0], buffers, symbols, 0, Integer.MAX_VALUE);
        else {
            job.prepare(code, launch.kernels(), launch.areSums(), buffers, symbols, (int) form.parts[number].extent().of(symbols), size);
            form.workers.run(job, threads[number]);
        }
    }

    private int number(int known) {
        return known < 0 ? symbols[~known] : known;
    }

    private void run(Action.Loop loop) {
        for (int at : loop.stored()) provide(at);
        if (loop.code() >= 0 && mayProvide(loop.within())) {
            for (int at : loop.within()) provide(at);
            code.run(loop.code(), buffers, symbols);
            int failed = symbols[symbols.length - 1];
            if (failed > 0) throw new CheckFailed(form.checks.get(failed - 1).message());
            return;
        }
        int steps = number(loop.steps());
        for (int i = 0; i < steps; i++) {
            symbols[loop.counter()] = i;
            run(loop.body());
            boolean ends = loop.until() >= 0 && holds(loop.until());
            exchange(buffers, loop);
            if (arrays != null) exchange(arrays, loop);
            if (ends) return;
        }
    }

    private void exchange(Object[] all, Action.Loop loop) {
        int[] from = loop.from(), to = loop.to();
        for (int i = 0; i < from.length; i++) moved[i] = all[from[i]];
        for (int i = 0; i < to.length; i++) all[to[i]] = moved[i];
    }

    /// Whether what only branches need is small enough to be there even if they are not taken.
    private boolean mayProvide(int[] within) {
        for (int at : within) if (!form.extents[at].isAtMost(SMALL, extents)) return false;
        return true;
    }

    /// Gives a temporary the memory of its slot.
    private void provide(int at) {
        int slot = form.slots[at];
        if (slot < 0) return;
        reserve(at);
        buffers[at] = slots[slot];
        if (arrays != null) arrays[at] = own(at);
    }

    private void reserve(int at) {
        int slot = form.slots[at];
        int size = size(at);
        if (slots[slot] == null || Array.getLength(slots[slot]) < size) slots[slot] = Storage.allocate(form.extents[at].buffer().dtype(), size);
    }

    private int size(int at) {
        if (sizes[at] < 0) sizes[at] = form.extents[at].size(extents);
        return sizes[at];
    }

    private int part(int number) {
        if (parts[number] < 0) {
            parts[number] = form.parts[number].size(symbols, form.workers);
            threads[number] = form.parts[number].threads(symbols, form.workers);
        }
        return parts[number];
    }

    private boolean isWhole() {
        for (int size : parts) if (size > 0) return false;
        return true;
    }

    private boolean holds(int condition) {
        return ((boolean[]) buffers[condition])[0];
    }
}
