package damo.graph;

import damo.CompilerBug;
import damo.value.NDArray;
import java.util.Map;
import java.util.ServiceLoader;

/// How a variable gets a value without knowing the compiler, which is built on it. Found with [ServiceLoader].
public interface Evaluator {
    /// The value of `v`, with these values for its inputs.
    NDArray eval(Variable v, Map<? extends Variable, ?> values);

    /// The one that is installed.
    static Evaluator installed() {
        return ServiceLoader.load(Evaluator.class, Evaluator.class.getClassLoader()).findFirst()
                .orElseThrow(() -> new CompilerBug("eval", "no damo.graph.Evaluator is registered", "META-INF/services or module-info"));
    }
}
