package damo.interpret;

import damo.DamoException;
import damo.graph.Reduction;
import damo.type.DType;
import damo.value.NDArray;
import damo.value.Storage;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Ops that make one element of many: reductions and scatter. Float sums are compensated; integers wrap in 64 bits.
final class Folding {
    private Folding() {}

    static NDArray reduce(Reduction f, NDArray x, List<Integer> axes) {
        NDArray result = NDArray.zeros(x.dtype(), Shapes.without(x.shape(), axes));
        int count = (int) Shapes.product(axes.stream().mapToLong(x::extent).toArray());
        if (count == 0 && result.size() > 0 && !f.hasIdentity())
            throw new DamoException("there is no %s of nothing: of the axes %s of %s, axis %d has extent 0".formatted(
                    f == Reduction.MAX ? "maximum" : "minimum", axes, x.type(),
                    axes.stream().filter(a -> x.extent(a) == 0).findFirst().orElseThrow()));
        // The reduced axes last: each result is of `count` neighbours in row-major order.
        NDArray rows = x.permute(IntStream.concat(IntStream.range(0, x.rank()).filter(a -> !axes.contains(a)),
                axes.stream().mapToInt(a -> a)).toArray());
        for (int i = 0; i < result.size(); i++) {
            if (x.dtype().isFloat()) Storage.setDouble(x.dtype(), result.storage(), i, ofFloats(f, rows, (long) i * count, count));
            else Storage.setLong(x.dtype(), result.storage(), i, ofInts(f, rows, (long) i * count, count));
        }
        return result;
    }

    private static double ofFloats(Reduction f, NDArray x, long from, int count) {
        if (f == Reduction.SUM) {
            var sum = new Sum();
            for (int k = 0; k < count; k++) sum.add(x.doubleAt(from + k));
            return sum.value();
        }
        double result = f == Reduction.PROD ? 1 : x.doubleAt(from);
        for (int k = f == Reduction.PROD ? 0 : 1; k < count; k++) result = FloatMeaning.of(f.step(), result, x.doubleAt(from + k));
        return result;
    }

    private static long ofInts(Reduction f, NDArray x, long from, int count) {
        long result = f == Reduction.SUM ? 0 : f == Reduction.PROD ? 1 : x.longAt(from);
        for (int k = f.hasIdentity() ? 0 : 1; k < count; k++) result = IntMeaning.of(f.step(), x.dtype(), result, x.longAt(from + k));
        return result;
    }

    static NDArray sumTo(NDArray x, long... extents) {
        return reduce(Reduction.SUM, x, Shapes.sumTo(x.shape(), extents)).reshape(extents);
    }

    static NDArray scatter(NDArray x, NDArray indices, int axis, long extent) {
        long[] shape = Shapes.scatter(x.shape(), indices.shape(), axis, extent);
        NDArray result = NDArray.zeros(x.dtype(), shape);
        DType dtype = x.dtype();
        int inner = (int) Shapes.product(Arrays.copyOfRange(shape, axis + 1, shape.length));
        int count = (int) indices.size();
        var sums = new Sum[(int) result.size()];        // of floats: rounded to the dtype once, at the end
        for (int i = 0; i < x.size(); i++) {
            int along = i / inner % count;
            int to = (int) ((i / inner / count * extent + Shapes.index(indices.longAt(along), extent, axis)) * inner + i % inner);
            if (!dtype.isFloat()) {
                Storage.setLong(dtype, result.storage(), to, result.longAt(to) + x.longAt(i));
            } else {
                if (sums[to] == null) sums[to] = new Sum();
                sums[to].add(x.doubleAt(i));
            }
        }
        for (int i = 0; i < sums.length; i++) if (sums[i] != null) Storage.setDouble(dtype, result.storage(), i, sums[i].value());
        return result;
    }
}
