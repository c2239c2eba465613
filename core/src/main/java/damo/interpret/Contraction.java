package damo.interpret;

import damo.graph.DotAxes;
import damo.type.DType;
import damo.value.NDArray;
import damo.value.Storage;
import java.util.List;
import java.util.stream.Stream;

/// Products summed over pairs of axes: with axes in order, a batch of matrix products.
final class Contraction {
    private Contraction() {}

    static NDArray dot(NDArray x, NDArray y, DotAxes axes) {
        long[] shape = Shapes.dot(x.shape(), y.shape(), axes);
        List<Integer> xFree = axes.xFree(x.rank());
        List<Integer> yFree = axes.yFree(y.rank());
        NDArray a = ordered(x, axes.xBatch(), xFree, axes.xSum());
        NDArray b = ordered(y, axes.yBatch(), yFree, axes.ySum());
        NDArray result = NDArray.zeros(x.dtype(), shape);
        int rows = size(x, xFree);
        int columns = size(y, yFree);
        int inner = size(x, axes.xSum());
        for (int i = 0; i < result.size(); i++) {
            int batch = i / columns / rows;
            int row = (batch * rows + i / columns % rows) * inner;
            int column = (batch * columns + i % columns) * inner;
            sum(result.dtype(), result.storage(), i, a, row, b, column, inner);
        }
        return result;
    }

    private static void sum(DType dtype, Object result, int i, NDArray a, int row, NDArray b, int column, int inner) {
        if (dtype.isFloat()) {
            var sum = new Sum();
            for (int k = 0; k < inner; k++) sum.addProduct(a.doubleAt(row + k), b.doubleAt(column + k));
            Storage.setDouble(dtype, result, i, sum.value());
        } else {
            long sum = 0;
            for (int k = 0; k < inner; k++) sum += a.longAt(row + k) * b.longAt(column + k);
            Storage.setLong(dtype, result, i, sum);
        }
    }

    private static NDArray ordered(NDArray x, List<Integer> batch, List<Integer> free, List<Integer> summed) {
        int[] order = Stream.of(batch, free, summed).flatMap(List::stream).mapToInt(a -> a).toArray();
        return x.permute(order).contiguous();
    }

    private static int size(NDArray x, List<Integer> axes) {
        return (int) Shapes.product(axes.stream().mapToLong(x::extent).toArray());
    }
}
