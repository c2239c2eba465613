package damo.interpret;

import damo.graph.Lambda;
import damo.graph.Op;
import damo.graph.Source;
import damo.graph.Variable;
import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import java.util.Arrays;
import java.util.List;

/// Short ways to inputs and runs for the tests of this package.
final class Sample {
    private Sample() {}

    static Variable input(String name, DType dtype, long... extents) {
        var type = new TensorType(dtype, Arrays.stream(extents).boxed().toList());
        return new Variable(new Op.Input(new Op.Input.Identity(), type), name, Source.here());
    }

    static Variable unknown(String name, DType dtype, int rank) {
        return new Variable(new Op.Input(new Op.Input.Identity(), TensorType.ofRank(dtype, rank)), name, Source.here());
    }

    static NDArray run(Variable result, List<Variable> parameters, Object... arguments) {
        return Interpreter.run(new Lambda("f", parameters, List.of(result)), Arrays.stream(arguments).map(NDArray::of).toList()).getFirst();
    }
}
