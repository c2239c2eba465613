package damo.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Which axes of the two operands of a contraction belong together. The result's axes are the batch axes, then what is left
/// of `x`, then what is left of `y`, each in the operand's order.
///
/// @param xBatch axes of `x` that run together with [#yBatch] and stay in the result
/// @param yBatch axes of `y`, one for each of [#xBatch]
/// @param xSum axes of `x` that are multiplied with those of [#ySum] and summed over
/// @param ySum axes of `y`, one for each of [#xSum]
public record DotAxes(List<Integer> xBatch, List<Integer> yBatch, List<Integer> xSum, List<Integer> ySum) {
    /// The axes, as given.
    public DotAxes {
        xBatch = List.copyOf(xBatch);
        yBatch = List.copyOf(yBatch);
        xSum = List.copyOf(xSum);
        ySum = List.copyOf(ySum);
    }

    /// The axes of `x` (of rank `rank`) that are neither batch nor summed.
    public List<Integer> xFree(int rank) {
        return rest(rank, xBatch, xSum);
    }

    /// The axes of `y` (of rank `rank`) that are neither batch nor summed.
    public List<Integer> yFree(int rank) {
        return rest(rank, yBatch, ySum);
    }

    private static List<Integer> rest(int rank, List<Integer> batch, List<Integer> sum) {
        var free = new ArrayList<Integer>();
        IntStream.range(0, rank).filter(i -> !batch.contains(i) && !sum.contains(i)).forEach(free::add);
        return free;
    }

    @Override public String toString() {
        return "batch=%s:%s, sum=%s:%s".formatted(xBatch, yBatch, xSum, ySum);
    }
}
