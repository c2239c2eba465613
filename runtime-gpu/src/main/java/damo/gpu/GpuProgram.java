package damo.gpu;

import damo.fuse.Collect;
import damo.fuse.Fusion;
import damo.fuse.Reorder;
import damo.kernel.Buffer;
import damo.kernel.Dump;
import damo.kernel.Kernel;
import damo.kernel.Listing;
import damo.kernel.Program;
import damo.kernel.Step;
import damo.kernel.Values;
import damo.kernel.Verifier;
import damo.lower.Specialization;
import damo.opencl.OpenClText;
import damo.plan.Action;
import damo.plan.Explanation;
import damo.plan.Extent;
import damo.plan.MemoryPlan;
import damo.plan.Sizes;
import damo.plan.Split;
import damo.type.DType;
import damo.value.NDArray;
import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/// A program for one pattern of extents, as text, and as built for the session in which it ran last. One call runs at a time: a kernel of
/// OpenCL keeps its arguments.
final class GpuProgram {
    /// The most values of one kernel, as on the CPU; a device's compiler has no limit of its own, but takes its time.
    private static final int LIMIT = 256;
    private static final Cleaner CLEANER = Cleaner.create();

    private final Program lowered;
    private final Specialization form;
    private final Sizes sizes;
    private final Device device;
    private final String listing;
    private final OpenClText text;
    private final List<Step.Compute> steps;
    final Program program;
    final MemoryPlan plan;
    final Action[] actions;
    final Launch[] launches;
    final Extent[] extents;                      // by position
    final int[] slots;                           // by position; −1 for what is no temporary
    final NDArray[] constants;                   // by position; null for what is no constant
    final int[][] stores;                        // by kernel, the positions that it stores
    final int firstOutput;
    private Installed installed;
    private volatile Traffic latest;

    private GpuProgram(Program lowered, Specialization form, Sizes sizes, Device device) {
        this.lowered = lowered;
        this.form = form;
        this.sizes = sizes;
        this.device = device;
        program = form.program();
        plan = MemoryPlan.of(form.values(), program);
        Listing lines = Listing.of(program);
        listing = lines.text();
        steps = Step.all(program.steps()).filter(Step.Compute.class::isInstance).map(Step.Compute.class::cast).toList();
        text = OpenClText.of(form.values(), steps, lines, sizes);
        Map<Kernel, Integer> numbers = new IdentityHashMap<>();
        for (Step.Compute step : steps) numbers.put(step.kernel(), numbers.size());
        actions = Action.of(program, numbers, Map.of(), plan.positions(), Map.of(), List.of());
        Map<String, Integer> places = new HashMap<>();
        program.symbols().forEach(s -> places.put(s, places.size()));
        program.counters().forEach(s -> places.put(s, places.size()));
        launches = Launch.of(text, plan.positions(), places);
        int count = plan.positions().size();
        extents = new Extent[count];
        slots = new int[count];
        constants = new NDArray[count];
        plan.positions().forEach((buffer, at) -> {
            extents[at] = Extent.of(buffer, program.symbols());
            slots[at] = plan.slots().getOrDefault(buffer, -1);
            if (program.constants().containsKey(buffer)) constants[at] = program.constants().get(buffer).contiguous();
        });
        stores = steps.stream().map(k -> k.kernel().stores().stream().mapToInt(s -> plan.positions().get(s.to())).toArray()).toArray(int[][]::new);
        firstOutput = program.inputs().size() + program.constants().size();
    }

    /// Runs all passes and writes the text, for calls of about these sizes; it is built when it first runs.
    static GpuProgram compile(Specialization lowered, long[] evaluated, Device device) {
        Values values = lowered.values();
        var sizes = new Sizes(lowered.program().symbols(), evaluated);
        Program joined = Fusion.fuseAgain(Collect.collect(lowered.program(), values), values, LIMIT);
        Program fused = Split.split(Reorder.of(joined, values), values, sizes);
        assert verified(lowered.program(), "lower") && verified(fused, "split");
        var program = new GpuProgram(lowered.program(), lowered.with(fused, sizes::hold), sizes, device);
        if (Dump.isOn()) Dump.write(fused.name() + ".cl", program.text.text());
        return program;
    }

    /// `form` as it is, without any pass.
    static GpuProgram of(Specialization form, Device device) {
        return new GpuProgram(form.program(), form, Sizes.large(), device);
    }

    private static boolean verified(Program program, String pass) {
        Verifier.check(program, pass);
        return true;
    }

    /// What lies on a device between calls: the built program and the constants. It goes when the session closes, or nobody can reach the program.
    private record Installed(Session session, Built built, Session.Memory[] constants, AtomicBoolean isGone) implements Session.Tenant, Runnable {
        @Override public void run() {
            if (isGone.getAndSet(true)) return;
            session.remove(this);
            built.release();
            for (Session.Memory memory : constants) if (memory != null) session.give(memory);
        }

        @Override public void evict(Session from) {
            run();
        }
    }

    long[] extents(NDArray[] arguments) {
        return form.extents().evaluate(arguments);
    }

    boolean serves(long[] evaluated) {
        return form.serves(evaluated);
    }

    boolean needsFloat64() {
        return text.isWide() || plan.positions().keySet().stream().anyMatch(b -> b.dtype() == DType.FLOAT64);
    }

    /// OpenCL C.
    String text() {
        return text.text();
    }

    int[] kernels() {
        return new int[] {lowered.kernels(), program.kernels()};
    }

    /// @param there the arguments that only the device had before extents were evaluated
    /// @param results as [damo.spi.Executable#run] has them; those from `outputs` on are state
    synchronized void run(long[] evaluated, NDArray[] arguments, boolean[] there, NDArray[] destinations, NDArray[] results, int outputs) {
        Session session = Devices.enter(device);                       // within the lock of this: who waits for it keeps no session open
        try {
            if (installed == null || installed.session != session) {
                installed = install(session);
                CLEANER.register(this, installed);
            }
            try (var call = new Call(this, session, installed.built, installed.constants, evaluated, arguments)) {
                session.begin();
                call.run(there, destinations, results, outputs);
                if (outputs == 0) OpenCl.flush(session.queue);         // nobody waits, but it shall begin
                latest = call.traffic;
            }
        } finally {
            session.leave();
        }
    }

    private Installed install(Session session) {
        var fresh = new Installed(session, Built.of(session, text, listing), new Session.Memory[constants.length], new AtomicBoolean());
        session.add(fresh);
        try {
            for (int i = 0; i < constants.length; i++)
                if (constants[i] != null) {
                    NDArray value = constants[i];
                    fresh.constants[i] = session.take(Transfer.bytes(value.dtype(), value.size()));
                    Transfer.write(session, fresh.constants[i], value.dtype(), value.storage(), (int) value.size());
                }
            return fresh;
        } catch (RuntimeException e) {
            fresh.run();
            throw e;
        }
    }

    String explain() {
        int after = program.kernels();
        Traffic traffic = latest;
        var lines = new ArrayList<String>();
        lines.add("%d %s, %d before fusion; %d temporaries in %d slots".formatted(after, after == 1 ? "kernel" : "kernels", lowered.kernels(),
                plan.slots().size(), plan.slotCount()));
        for (Step.Compute step : steps) lines.add(Explanation.onDevice(form.values(), step, sizes));
        lines.add(listing.strip());
        if (traffic != null) lines.addAll(traffic.lines(this));
        return String.join("\n", lines);
    }

    /// What a kernel moves and computes each time that it runs.
    Explanation.Work work(int kernel) {
        return Explanation.Work.of(form.values(), steps.get(kernel));
    }

    Buffer buffer(int at) {
        return extents[at].buffer();
    }
}
