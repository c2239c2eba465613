package damo.plan;

import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Order;
import damo.kernel.Scalar;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// How a loop is unrolled and jammed, as that over the rows of a matrix that is multiplied by a vector: several positions reduce in one loop, which
/// reads for all of them at once what they have in common, and from memory in as many streams. Each position has the order of its own.
///
/// @param before what one position computes ahead
/// @param fold the reduction
/// @param after what one position does then, before the next does
public record Jam(List<Stmt> before, Stmt.Fold fold, List<Stmt> after) {
    private static final int SHORT = 12;                               // values in the body of a fold, above which there is enough to do meanwhile

    /// How to jam `loop`; empty if a position has not one short reduction that reads what all others read, or might load what another one stores.
    public static Optional<Jam> of(Stmt.Loop loop) {
        List<Stmt> body = loop.body();
        int at = 0, end = body.size();
        while (at < end && body.get(at) instanceof Stmt.Let) at++;
        if (at == end || !(body.get(at) instanceof Stmt.Fold fold) || fold.run() == null) return Optional.empty();
        List<Stmt> before = body.subList(0, at), after = body.subList(at + 1, end);
        if (!isCommon(fold.run(), loop.axis()) || Unroll.size(List.of(fold.run().element())) > SHORT) return Optional.empty();
        Set<Buffer> loaded = Roots.of(body.subList(0, at + 1)).buffers;
        if (!after.stream().allMatch(s -> s instanceof Stmt.Let || s instanceof Stmt.Put put && !loaded.contains(put.to()))) return Optional.empty();
        return Optional.of(new Jam(before, fold, after));
    }

    /// Whether all positions of `axis` load the same somewhere along that loop.
    private static boolean isCommon(Stmt.Run run, Axis axis) {
        var axes = new Axes();
        return Order.of(run.element(), _ -> false).stream().filter(v -> v.op() instanceof Scalar.Flat).map(axes::free)
                .anyMatch(free -> free.contains(run.axis()) && !free.contains(axis));
    }
}
