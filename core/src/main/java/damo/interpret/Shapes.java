package damo.interpret;

import damo.DamoException;
import damo.graph.DotAxes;
import damo.graph.Op;
import damo.graph.Source;
import damo.graph.Variable;
import damo.type.TensorType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// The shape rules for values: the shape of each op's result, and what the operands' shapes must keep.
///
/// A broken rule is a [DamoException] that states the rule only; [#error] says which op broke it with which operands.
public final class Shapes {
    private Shapes() {}

    /// The error that `op`, created at `source`, broke `rule` with operands whose actual types are `actual`.
    public static DamoException error(Op op, Source source, List<TensorType> actual, String rule) {
        var message = new StringBuilder("%s: %s".formatted(op.opcode(), rule));
        List<Variable> operands = op.operands();
        for (int i = 0; i < operands.size(); i++)
            message.append("\n  %s is %s%s".formatted(operands.get(i).label(), actual.get(i), created(operands.get(i).source())));
        if (source != Source.NONE) message.append("\n  this %s was created at %s".formatted(op.opcode(), source));
        return new DamoException(message.toString());
    }

    private static String created(Source source) {
        return source == Source.NONE ? "" : ", created at " + source;
    }

    /// The shape to which these broadcast.
    public static long[] broadcast(long[]... shapes) {
        var result = new long[Arrays.stream(shapes).mapToInt(s -> s.length).max().orElse(0)];
        Arrays.fill(result, 1);
        for (long[] shape : shapes) {
            int extra = result.length - shape.length;
            for (int i = 0; i < shape.length; i++) {
                if (shape[i] == 1) continue;
                check(result[extra + i] == 1 || result[extra + i] == shape[i],
                        "cannot broadcast: axis %d is %d and %d (equal or 1 needed)", extra + i, result[extra + i], shape[i]);
                result[extra + i] = shape[i];
            }
        }
        return result;
    }

    /// `x` without `axes`.
    public static long[] without(long[] x, List<Integer> axes) {
        return IntStream.range(0, x.length).filter(i -> !axes.contains(i)).mapToLong(i -> x[i]).toArray();
    }

    /// The axes of `x` as `pattern` says ([Op.Dimshuffle]).
    public static long[] dimshuffle(long[] x, List<Integer> pattern) {
        for (int i = 0; i < x.length; i++)
            check(pattern.contains(i) || x[i] == 1, "axis %d of extent %d is dropped; only an axis of extent 1 can be", i, x[i]);
        return pattern.stream().mapToLong(p -> p == Op.Dimshuffle.NEW ? 1 : x[p]).toArray();
    }

    /// `extents`, which must have as many elements as `x`.
    public static long[] reshape(long[] x, long... extents) {
        nonNegative(extents);
        check(product(x) == product(extents), "%d elements of %s cannot become %s, which are %d",
                product(x), Arrays.toString(x), Arrays.toString(extents), product(extents));
        return extents;
    }

    /// `extents`, to which `x` must broadcast.
    public static long[] broadcastTo(long[] x, long... extents) {
        nonNegative(extents);
        int extra = extents.length - x.length;
        for (int i = 0; i < x.length; i++)
            check(x[i] == 1 || x[i] == extents[extra + i], "%s cannot become %s: axis %d is %d and %d (equal or 1 needed)",
                    Arrays.toString(x), Arrays.toString(extents), extra + i, x[i], extents[extra + i]);
        return extents;
    }

    /// The axes over which `x` is summed to become `extents`.
    public static List<Integer> sumTo(long[] x, long... extents) {
        nonNegative(extents);
        int extra = x.length - extents.length;
        for (int i = 0; i < extents.length; i++)
            check(extents[i] == 1 || extents[i] == x[extra + i], "%s cannot be summed to %s: axis %d is %d and %d (equal or 1 needed)",
                    Arrays.toString(x), Arrays.toString(extents), extra + i, x[extra + i], extents[i]);
        return IntStream.range(0, x.length).filter(i -> i < extra || extents[i - extra] == 1 && x[i] != 1).boxed().toList();
    }

    /// `x` with `length` positions `start`, `start + step`, … along `axis`.
    public static long[] slice(long[] x, int axis, long start, long length, long step) {
        within(x[axis], axis, start, length, step);
        return replaced(x, axis, 1, length);
    }

    /// `x` with `extent` along `axis`, which the positions that `x` takes must be within.
    public static long[] unslice(long[] x, int axis, long start, long extent, long step) {
        nonNegative(extent);
        within(extent, axis, start, x[axis], step);
        return replaced(x, axis, 1, extent);
    }

    /// The shape of `parts` one after the other along `axis`.
    public static long[] join(int axis, long[]... parts) {
        long[] first = parts[0];
        for (long[] part : parts)
            for (int i = 0; i < first.length; i++)
                check(i == axis || part[i] == first[i], "axis %d is %d and %d; only axis %d may differ", i, first[i], part[i], axis);
        return replaced(first, axis, 1, Arrays.stream(parts).mapToLong(part -> part[axis]).sum());
    }

    /// `x` with the axes of `indices` in place of `axis`.
    public static long[] gather(long[] x, long[] indices, int axis) {
        return replaced(x, axis, 1, indices);
    }

    /// `x` with one axis of `extent` in place of those of `indices`, which start at `axis`.
    public static long[] scatter(long[] x, long[] indices, int axis, long extent) {
        nonNegative(extent);
        for (int i = 0; i < indices.length; i++)
            check(x[axis + i] == indices[i], "axis %d is %d and the indices have %d; there must be one for each", axis + i, x[axis + i], indices[i]);
        return replaced(x, axis, indices.length, extent);
    }

    /// The position `i`, which must be below `extent`.
    public static long index(long i, long extent, int axis) {
        check(i >= 0 && i < extent, "index %d is out of range for axis %d of extent %d", i, axis, extent);
        return i;
    }

    /// The shape of a contraction.
    public static long[] dot(long[] x, long[] y, DotAxes axes) {
        pairs(x, y, axes.xBatch(), axes.yBatch());
        pairs(x, y, axes.xSum(), axes.ySum());
        return LongStream.concat(axes.xBatch().stream().mapToLong(i -> x[i]), LongStream.concat(
                axes.xFree(x.length).stream().mapToLong(i -> x[i]), axes.yFree(y.length).stream().mapToLong(i -> y[i]))).toArray();
    }

    private static void pairs(long[] x, long[] y, List<Integer> xs, List<Integer> ys) {
        for (int i = 0; i < xs.size(); i++)
            check(x[xs.get(i)] == y[ys.get(i)], "inner extents differ: axis %d of the first is %d, axis %d of the second is %d; they must be equal",
                    xs.get(i), x[xs.get(i)], ys.get(i), y[ys.get(i)]);
    }

    private static void within(long extent, int axis, long start, long length, long step) {
        nonNegative(length);
        if (length == 0) return;
        // Room counts the steps to the last position, so that nothing overflows.
        boolean inside = start >= 0 && start < extent;
        long room = !inside || step == 0 ? length - 1 : step > 0 ? (extent - 1 - start) / step : start / -step;
        check(inside && length - 1 <= room, "%d positions from %d with step %d along axis %d are not all within 0..%d",
                length, start, step, axis, extent - 1);
    }

    private static long[] replaced(long[] x, int axis, int count, long... by) {
        return LongStream.concat(Arrays.stream(x, 0, axis), LongStream.concat(Arrays.stream(by), Arrays.stream(x, axis + count, x.length))).toArray();
    }

    static void nonNegative(long... extents) {
        for (long extent : extents) check(extent >= 0, "an extent is %d; extents must be 0 or more", extent);
    }

    /// The number of elements; the largest long if there are more.
    static long product(long... extents) {
        if (Arrays.stream(extents).anyMatch(e -> e == 0)) return 0;
        return Arrays.stream(extents).reduce(1, (a, b) -> a > Long.MAX_VALUE / b ? Long.MAX_VALUE : a * b);
    }

    private static void check(boolean holds, String rule, Object... facts) {
        if (!holds) throw new DamoException(rule.formatted(facts));
    }
}
