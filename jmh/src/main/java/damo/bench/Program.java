package damo.bench;

import damo.CompiledFunction;
import damo.value.NDArray;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/// A function of Damo's and what it is called with. Numbers are there before; nothing of Damo is touched before it is asked for.
///
/// @param build of its name: what is built again under the same one is not compiled again
record Program(Function<String, CompiledFunction> build, Supplier<Object[]> arguments) {
    /// From nothing to the first result.
    Object first(String name) {
        List<NDArray> results = build.apply(name).callAll(arguments.get());
        return results.size() == 1 ? results.getFirst() : results;
    }
}
