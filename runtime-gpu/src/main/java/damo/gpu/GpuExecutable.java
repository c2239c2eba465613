package damo.gpu;

import damo.graph.Lambda;
import damo.lower.CheckFailed;
import damo.lower.Specialization;
import damo.spi.Executable;
import damo.value.NDArray;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/// A program with one form for each pattern of extents that it has met, as on the CPU.
final class GpuExecutable implements Executable {
    private static final int MOST_FORMS = 64;                          // beyond which the oldest is dropped

    private final Lambda program;
    private final int outputs;
    private final Device device;
    private final List<GpuProgram> forms = new CopyOnWriteArrayList<>();
    private volatile GpuProgram latest;
    private volatile Executable instead;                               // of a device without float64

    /// @param outputs how many results are no state
    GpuExecutable(Lambda program, int outputs, Device device) {
        this.program = program;
        this.outputs = outputs;
        this.device = device;
    }

    @Override public NDArray adopt(NDArray state) {
        return instead != null || Resident.under(state, device) != null ? state : Resident.of(device, state);
    }

    @Override public void run(NDArray[] arguments, NDArray[] destinations, NDArray[] results) {
        if (instead != null) {
            instead.run(arguments, destinations, results);
            return;
        }
        NDArray[] whole = arguments.clone();
        for (int i = 0; i < whole.length; i++) whole[i] = whole[i].contiguous();
        boolean[] there = Resident.onlyOn(device, whole);             // before extents are evaluated, which may fetch
        GpuProgram form = latest;
        long[] extents = form == null ? null : form.extents(whole);
        if (form == null || !form.serves(extents)) {
            form = form(whole);
            if (form.needsFloat64() && !device.hasFloat64()) {
                instead = GpuBackend.fallback(program, outputs,
                        "gpu: %s computes no float64, and %s needs it; use float32, another device or on(cpu()), or allow it with -D%s=cpu".formatted(
                                device.name(), program.name(), GpuBackend.FALLBACK));
                instead.run(arguments, destinations, results);
                return;
            }
            extents = form.extents(whole);
            latest = form;
        }
        try {
            form.run(extents, whole, there, destinations, results, outputs);
        } catch (CheckFailed e) {
            throw e.error(program, whole);
        }
    }

    private GpuProgram form(NDArray[] arguments) {
        for (GpuProgram form : forms) if (form.serves(form.extents(arguments))) return form;
        synchronized (forms) {
            for (GpuProgram form : forms) if (form.serves(form.extents(arguments))) return form;
            Specialization lowered = Specialization.of(program, arguments);
            GpuProgram form = GpuProgram.compile(lowered, lowered.extents().evaluate(arguments), device);
            if (forms.size() == MOST_FORMS) forms.removeFirst();
            forms.add(form);
            return form;
        }
    }

    @Override public String explain() {
        if (instead != null) return instead.explain();
        if (forms.isEmpty()) return "%s%nnothing is compiled before the first call".formatted(device);
        return "%s%n%s".formatted(device, forms.stream().map(GpuProgram::explain).collect(Collectors.joining("\n")));
    }

    @Override public String text() {
        return instead != null ? instead.text() : forms.stream().map(GpuProgram::text).collect(Collectors.joining("\n"));
    }

    @Override public List<byte[]> classFiles() {
        return instead != null ? instead.classFiles() : List.of();
    }

    @Override public int[] kernels() {
        GpuProgram form = latest;
        return instead != null ? instead.kernels() : form == null ? new int[] {0, 0} : form.kernels();
    }
}
