package damo;

import damo.graph.Evaluator;
import damo.graph.Variable;
import damo.value.NDArray;
import java.util.List;
import java.util.Map;

/// Gives [Variable#eval()] its compiler. Public only because [java.util.ServiceLoader] wants it so.
public final class Evaluation implements Evaluator {
    /// For the service loader.
    public Evaluation() {}

    @Override public NDArray eval(Variable v, Map<? extends Variable, ?> values) {
        var inputs = List.<Variable>copyOf(values.keySet());
        return Damo.function().name("eval").in(inputs).out(v).compile().call(inputs.stream().map(values::get).toArray());
    }
}
