package damo.cpu;

import damo.DamoException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;

/// Whether code uses the vectors of this machine. `-Ddamo.vector=on|off|force`: once code is worth it (as when nothing is said), never, or from
/// the first call on; `128`, `256` or `512`: from the first call on, with vectors of so many bits.
final class Vectors {
    private static final String MODULE = "jdk.incubator.vector";
    private static final System.Logger LOGGER = System.getLogger("damo.cpu");
    private static final AtomicBoolean TOLD = new AtomicBoolean();
    private static final List<String> WIDTHS = List.of("128", "256", "512");
    private static final int BITS = find();

    enum Use { ON, OFF, FORCE }

    private Vectors() {}

    static Use use() {
        String said = said();
        if (WIDTHS.contains(said)) return Use.FORCE;
        try {
            return Use.valueOf(said.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new DamoException("damo.vector: '%s' is none of on, off, force, %s".formatted(said, String.join(", ", WIDTHS)), e);
        }
    }

    private static String said() {
        return System.getProperty("damo.vector", "on");
    }

    /// The bits of a vector; 0 if the module is not there, which is told once.
    static int bits() {
        if (BITS == 0 && TOLD.compareAndSet(false, true))
            LOGGER.log(Level.INFO, "cpu: vector module not found, using scalar kernels; add --add-modules {0} for speed", MODULE);
        return BITS > 0 && WIDTHS.contains(said()) ? Integer.parseInt(said()) : BITS;
    }

    /// By reflection: this class must load without the module. What is emitted belongs to our module, which therefore has to read that one.
    private static int find() {
        Module module = ModuleLayer.boot().findModule(MODULE).orElse(null);
        if (module == null) return 0;
        try {
            Vectors.class.getModule().addReads(module);
            Class<?> shape = Class.forName(module, MODULE + ".VectorShape");
            return (int) shape.getMethod("vectorBitSize").invoke(shape.getMethod("preferredShape").invoke(null));
        } catch (ReflectiveOperationException | LinkageError e) {
            LOGGER.log(Level.DEBUG, "cpu: the vector module is of another kind", e);
            return 0;
        }
    }
}
