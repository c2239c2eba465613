package damo.interpret;

import damo.graph.ScalarOp;
import damo.type.DType;
import damo.value.NDArray;
import damo.value.Storage;
import java.util.List;

/// A scalar function of tensors, element by element.
final class Elements {
    private Elements() {}

    static NDArray apply(ScalarOp f, List<NDArray> operands) {
        long[] shape = Shapes.broadcast(operands.stream().map(NDArray::shape).toArray(long[][]::new));
        DType dtype = operands.getLast().dtype();       // not the first: that is the condition of where
        NDArray result = NDArray.zeros(f.signature() == ScalarOp.Signature.TEST ? DType.BOOL : dtype, shape);
        NDArray[] x = operands.stream().map(o -> o.broadcastTo(shape)).toArray(NDArray[]::new);
        if (dtype.isFloat()) floats(f, x, result);
        else integers(f, dtype, x, result);
        return result;
    }

    private static void floats(ScalarOp f, NDArray[] x, NDArray result) {
        var values = new double[x.length];
        for (int i = 0; i < result.size(); i++) {
            for (int k = 0; k < x.length; k++) values[k] = x[k].doubleAt(i);
            Storage.setDouble(result.dtype(), result.storage(), i, FloatMeaning.of(f, values));
        }
    }

    private static void integers(ScalarOp f, DType dtype, NDArray[] x, NDArray result) {
        var values = new long[x.length];
        for (int i = 0; i < result.size(); i++) {
            for (int k = 0; k < x.length; k++) values[k] = x[k].longAt(i);
            Storage.setLong(result.dtype(), result.storage(), i, IntMeaning.of(f, dtype, values));
        }
    }
}
