package damo.interpret;

import damo.graph.Op;
import damo.value.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Ops that only move elements. Blocks are copied whole: `inner` is the number of elements below one position of an axis,
/// `outer` the number of times that the axis occurs.
final class Movement {
    private Movement() {}

    static NDArray dimshuffle(NDArray x, List<Integer> pattern) {
        long[] shape = Shapes.dimshuffle(x.shape(), pattern);
        int[] order = IntStream.concat(pattern.stream().filter(p -> p != Op.Dimshuffle.NEW).mapToInt(p -> p),
                IntStream.range(0, x.rank()).filter(a -> !pattern.contains(a))).toArray();
        return x.permute(order).reshape(shape);
    }

    static NDArray slice(NDArray x, int axis, long start, long length, long step) {
        long[] shape = Shapes.slice(x.shape(), axis, start, length, step);
        return length == 0 ? NDArray.zeros(x.dtype(), shape) : length == 1 ? x.slice(axis, start, 1, 1) : x.slice(axis, start, length, step);
    }

    static NDArray unslice(NDArray x, int axis, long start, long extent, long step) {
        NDArray result = NDArray.zeros(x.dtype(), Shapes.unslice(x.shape(), axis, start, extent, step));
        Object from = x.contiguous().storage();
        long n = x.extent(axis);
        int inner = inner(x, axis);
        for (int o = 0; o < outer(x, axis); o++)
            for (int i = 0; i < n; i++)
                System.arraycopy(from, (int) (o * n + i) * inner, result.storage(), (int) (o * extent + start + i * step) * inner, inner);
        return result;
    }

    static NDArray join(int axis, List<NDArray> parts) {
        NDArray result = NDArray.zeros(parts.getFirst().dtype(), Shapes.join(axis, parts.stream().map(NDArray::shape).toArray(long[][]::new)));
        long before = 0;
        for (NDArray part : parts) {
            Object from = part.contiguous().storage();
            int block = (int) part.extent(axis) * inner(part, axis);
            for (int o = 0; o < outer(part, axis); o++)
                System.arraycopy(from, o * block, result.storage(), (int) (o * result.extent(axis) + before) * inner(part, axis), block);
            before += part.extent(axis);
        }
        return result;
    }

    static NDArray gather(NDArray x, NDArray indices, int axis) {
        NDArray result = NDArray.zeros(x.dtype(), Shapes.gather(x.shape(), indices.shape(), axis));
        Object from = x.contiguous().storage();
        long extent = x.extent(axis);
        int count = (int) indices.size();
        int inner = inner(x, axis);
        for (int i = 0; i < count; i++) {
            long at = Shapes.index(indices.longAt(i), extent, axis);
            for (int o = 0; o < outer(x, axis); o++)
                System.arraycopy(from, (int) (o * extent + at) * inner, result.storage(), (o * count + i) * inner, inner);
        }
        return result;
    }

    private static int outer(NDArray x, int axis) {
        return x.size() == 0 ? 0 : (int) Shapes.product(Arrays.copyOf(x.shape(), axis));
    }

    private static int inner(NDArray x, int axis) {
        return x.size() == 0 ? 0 : (int) Shapes.product(Arrays.copyOfRange(x.shape(), axis + 1, x.rank()));
    }
}
