package damo.spi;

import damo.graph.Lambda;

/// Something that makes rewritten programs run. Found with [java.util.ServiceLoader]; without any, the interpreter serves.
public interface Backend {
    /// The name that `on(…)` takes: `cpu`.
    String name();

    /// Prepares `program`. No shapes are known yet beyond its types, so this is cheap; the work is done at the first call.
    Executable prepare(Lambda program);
}
