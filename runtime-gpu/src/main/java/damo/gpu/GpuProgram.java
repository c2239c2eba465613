package damo.gpu;

import damo.fuse.Collect;
import damo.fuse.Fusion;
import damo.fuse.Split;
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
import damo.plan.Extent;
import damo.plan.MemoryPlan;
import damo.type.DType;
import damo.value.NDArray;
import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/// A program for one pattern of extents, as text, and as built for the session in which it ran last. One call runs at a time: a kernel of
/// OpenCL keeps its arguments.
final class GpuProgram {
    /// The most values of one kernel, as on the CPU; a device's compiler has no limit of its own, but takes its time.
    private static final int LIMIT = 256;
    private static final Cleaner CLEANER = Cleaner.create();

    private final Program lowered;
    private final Specialization form;
    private final Device device;
    private final String listing;
    private final OpenClText text;
    final Program program;
    final MemoryPlan plan;
    final Action[] actions;
    final Launch[] launches;
    final Extent[] extents;                      // by position
    final int[] slots;                           // by position; −1 for what is no temporary
    final NDArray[] constants;                   // by position; null for what is no constant
    final int firstOutput;
    private final AtomicReference<Resident> resident = new AtomicReference<>();
    private volatile Traffic latest;

    private GpuProgram(Program lowered, Specialization form, Device device) {
        this.lowered = lowered;
        this.form = form;
        this.device = device;
        program = form.program();
        plan = MemoryPlan.of(program);
        Listing lines = Listing.of(program);
        listing = lines.text();
        List<Step.Compute> steps = Step.all(program.steps()).filter(Step.Compute.class::isInstance).map(Step.Compute.class::cast).toList();
        text = OpenClText.of(form.values(), steps, lines);
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
            constants[at] = program.constants().get(buffer);
        });
        firstOutput = program.inputs().size() + program.constants().size();
    }

    /// Runs all passes and writes the text; it is built when it first runs.
    static GpuProgram compile(Specialization lowered, Device device) {
        Values values = lowered.values();
        Program fused = Split.split(Fusion.fuse(Collect.collect(lowered.program(), values), values, LIMIT), values);
        assert verified(lowered.program(), "lower") && verified(fused, "split");
        var program = new GpuProgram(lowered.program(), lowered.with(fused), device);
        if (Dump.isOn()) Dump.write(fused.name() + ".cl", program.text.text());
        return program;
    }

    /// `form` as it is, without any pass.
    static GpuProgram of(Specialization form, Device device) {
        return new GpuProgram(form.program(), form, device);
    }

    private static boolean verified(Program program, String pass) {
        Verifier.check(program, pass);
        return true;
    }

    /// What lies on a device between calls: the built program and the constants.
    private record Resident(Session session, Built built, Session.Memory[] constants) implements Runnable {
        @Override public void run() {
            built.release();
            for (Session.Memory memory : constants) if (memory != null) session.give(memory);
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

    int[] kernels() {
        return new int[] {lowered.kernels(), program.kernels()};
    }

    synchronized NDArray[] run(long[] evaluated, NDArray[] arguments, NDArray[] destinations) {
        Session session = Devices.session(device);
        Resident here = resident.get();
        if (here == null || here.session != session) {
            here = reside(session);
            resident.set(here);
            CLEANER.register(this, here);
        }
        try (var call = new Call(this, session, here.built, here.constants, evaluated)) {
            NDArray[] results = call.run(arguments, destinations);
            latest = call.traffic;
            return results;
        }
    }

    private Resident reside(Session session) {
        Built built = Built.of(session, text, listing);
        var memory = new Session.Memory[constants.length];
        for (int i = 0; i < memory.length; i++)
            if (constants[i] != null) {
                NDArray value = constants[i].contiguous();
                memory[i] = session.take(Transfer.bytes(value.dtype(), value.size()));
                Transfer.write(session, memory[i], value.dtype(), value.storage(), (int) value.size());
            }
        return new Resident(session, built, memory);
    }

    String explain() {
        int after = program.kernels();
        Traffic traffic = latest;
        var lines = new ArrayList<String>();
        lines.add("%d %s, %d before fusion; %d temporaries in %d slots".formatted(after, after == 1 ? "kernel" : "kernels", lowered.kernels(),
                plan.slots().size(), plan.slotCount()));
        lines.add(listing.strip());
        if (traffic != null) lines.addAll(traffic.lines(this));
        return String.join("\n", lines);
    }

    Buffer buffer(int at) {
        return extents[at].buffer();
    }
}
