package damo.gpu;

import damo.DamoException;
import damo.graph.Lambda;
import damo.lower.StagedExecutable;
import damo.spi.Backend;
import damo.spi.Executable;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Compiles to OpenCL C, for the device that [Devices] chooses.
public final class GpuBackend implements Backend {
    /// `-Ddamo.gpu.fallback=cpu` lets the back end of that name serve where a device is missing, or lacks float64.
    static final String FALLBACK = "damo.gpu.fallback";

    private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

    /// The back end that `on(gpu())` takes.
    public GpuBackend() {}

    @Override public String name() {
        return "gpu";
    }

    @Override public List<String> devices() {
        return Devices.names();
    }

    /// @throws DamoException if no device is there and no other back end is allowed to serve
    @Override public Executable prepare(Lambda program, int outputs) {
        Optional<Device> device = Devices.chosen();
        if (device.isEmpty()) return fallback(program, outputs, Devices.missing());
        return StagedExecutable.of(program, outputs, (stage, first) -> new GpuExecutable(stage, first, device.get()));
    }

    @Override public void close() {
        Devices.close();
    }

    /// `program` on the back end that may serve instead; it is told once why.
    ///
    /// @throws DamoException with the reason if none may
    static Executable fallback(Lambda program, int outputs, String reason) {
        String other = System.getProperty(FALLBACK);
        if (other == null) throw new DamoException(reason);
        for (Backend b : ServiceLoader.load(Backend.class, Backend.class.getClassLoader()))
            if (b.name().equals(other) && !other.equals("gpu")) {
                if (TOLD.add(reason)) System.getLogger("damo.gpu").log(System.Logger.Level.WARNING, "{0}; {1} serves", reason, other);
                return b.prepare(program, outputs);
            }
        throw new DamoException("%s; the back end '%s' that -D%s names is not there".formatted(reason, other, FALLBACK));
    }
}
