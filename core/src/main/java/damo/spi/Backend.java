package damo.spi;

import damo.graph.Lambda;
import java.util.List;

/// Something that makes rewritten programs run. Found with [java.util.ServiceLoader]; without any, the interpreter serves.
public interface Backend {
    /// The name that `on(…)` takes: `cpu`.
    String name();

    /// Prepares `program`. No shapes are known yet beyond its types, so this is cheap; the work is done at the first call.
    Executable prepare(Lambda program);

    /// One line for each device that it can run programs on, the best first; none for a back end that needs no device.
    default List<String> devices() {
        return List.of();
    }
}
