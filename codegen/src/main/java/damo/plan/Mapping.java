package damo.plan;

import damo.kernel.Axis;
import damo.kernel.Kernel;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.kernel.Values;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// How a device with many small processors shares the positions of a kernel: each position of the `outer` axes is done by one work item
/// alone, or, if `isGroup`, by a work group together, which goes over the `inner` axes and the reductions outside of them.
///
/// @param outer the axes whose positions are independent
/// @param inner the axes that a group shares; none for items
/// @param isGroup whether groups are at work
public record Mapping(List<Axis> outer, List<Axis> inner, boolean isGroup) {
    private static final int SHORT = 64;                               // a known reduction below this is not worth a group

    /// How to share `kernel`. Reductions that several positions have in common, or whose terms are contiguous, are done by groups.
    public static Mapping of(Values values, Kernel kernel) {
        List<Axis> axes = kernel.axes();
        var folds = new ArrayList<Scalar.Fold>();
        var free = new ArrayList<Set<Axis>>();
        var seen = new IdentityHashMap<Value, Boolean>();
        for (Stmt.Put put : Flatten.puts(values, kernel)) find(put.value(), seen, folds, free);
        int common = -1;
        for (Set<Axis> used : free) {
            int depth = axes.size();
            while (depth > 0 && !used.contains(axes.get(depth - 1))) depth--;
            if (depth < axes.size()) common = Math.max(common, depth);
        }
        if (common >= 0) return new Mapping(axes.subList(0, common), axes.subList(common, axes.size()), true);
        boolean rows = !folds.isEmpty() && folds.stream().allMatch(f -> isRow(values, axes, f));
        return new Mapping(axes, List.of(), rows);
    }

    /// The kernel of one position of the outer axes, which are fixed in it.
    public Kernel one(Kernel kernel) {
        return new Kernel(kernel.name(), inner, kernel.stores());
    }

    private static void find(Value v, Map<Value, Boolean> seen, List<Scalar.Fold> folds, List<Set<Axis>> free) {
        if (seen.put(v, true) != null) return;
        if (v.op() instanceof Scalar.Fold fold) {
            folds.add(fold);
            free.add(Axes.of(v));
        } else v.op().operands().forEach(o -> find(o, seen, folds, free));
    }

    /// Whether neighbours in a group, along the reduction, read neighbours in memory better than neighbours along the last axis would.
    private static boolean isRow(Values values, List<Axis> axes, Scalar.Fold fold) {
        if (length(fold.axes()) < SHORT) return false;
        if (axes.isEmpty()) return true;
        var loads = new ArrayList<Value>();
        loads(fold.body(), new IdentityHashMap<>(), loads);
        boolean contiguous = false;
        for (Value load : loads) {
            Affine offset = Affine.of(values, ((Scalar.Flat) load.op()).offset());
            Value across = offset.stride(fold.axes().getLast());
            Value along = offset.stride(axes.getLast());
            if (along == null || Values.isWhole(along, 1) || across == null) return false;
            contiguous |= Values.isWhole(across, 1);
        }
        return contiguous;
    }

    /// The number of terms, as far as it is known; open extents are taken for long.
    private static long length(List<Axis> axes) {
        long length = 1;
        for (Axis axis : axes) length *= axis.extent().op() instanceof Scalar.Whole(var n) ? n : SHORT;
        return length;
    }

    private static void loads(Value v, Map<Value, Boolean> seen, List<Value> into) {
        if (seen.put(v, true) != null) return;
        if (v.op() instanceof Scalar.Flat(var from, _) && from.rank() > 0) into.add(v);
        v.op().operands().forEach(o -> loads(o, seen, into));
    }
}
