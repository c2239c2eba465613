package damo.spi;

import damo.graph.Lambda;
import java.util.List;

/// Something that makes rewritten programs run. Found with [java.util.ServiceLoader]; without any, the interpreter serves.
public interface Backend {
    /// The name that `on(…)` takes: `cpu`.
    String name();

    /// Prepares `program`. No shapes are known yet beyond its types, so this is cheap; the work is done at the first call.
    ///
    /// @param outputs how many results the host wants; those after them are state, which only programs read as a rule, and may stay where they
    ///     were computed ([damo.value.Remote])
    Executable prepare(Lambda program, int outputs);

    /// Prepares a program that has no state.
    default Executable prepare(Lambda program) {
        return prepare(program, program.results().size());
    }

    /// One line for each device that it can run programs on, the best first; none for a back end that needs no device.
    default List<String> devices() {
        return List.of();
    }

    /// Gives back what it holds on devices; values of state that lie there come to the host first. Waits for calls. A program that runs
    /// afterwards begins anew; to close twice does no harm.
    default void close() {}
}
