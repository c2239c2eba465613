package damo.cpu;

import damo.graph.Lambda;
import damo.lower.StagedExecutable;
import damo.spi.Backend;
import damo.spi.Executable;

/// Compiles to JVM bytecode.
public final class CpuBackend implements Backend {
    /// The back end that `on(cpu())` takes, and the default.
    public CpuBackend() {}

    @Override public String name() {
        return "cpu";
    }

    @Override public Executable prepare(Lambda program, int outputs) {
        return executable(program, Workers.SHARED);
    }

    /// A program with other workers than those of all functions.
    static Executable executable(Lambda program, Workers workers) {
        return StagedExecutable.of(program, program.results().size(), (stage, _) -> new CpuExecutable(stage, workers, Forms.shared(stage, workers)));
    }
}
