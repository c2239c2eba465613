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
import java.util.stream.Collectors;

/// How a device with many small processors shares the positions of a kernel: each position of the `outer` axes is done by one work item
/// alone, or, if `isGroup`, by a work group together. It goes over the `inner` axes; a group shares these and the reductions outside of them.
///
/// @param outer the axes whose positions are independent
/// @param inner the axes that have reductions in common
/// @param isGroup whether groups are at work
public record Mapping(List<Axis> outer, List<Axis> inner, boolean isGroup) {
    /// The items of a work group.
    public static final int GROUP = 128;
    private static final int SHORT = GROUP / 2;                        // positions below which most of a group would have nothing to do

    /// How to share `kernel`. Reductions that several positions have in common, or whose terms are contiguous, are done by groups, if they are long.
    public static Mapping of(Values values, Kernel kernel, Sizes sizes) {
        List<Axis> axes = kernel.axes();
        int common = -1;
        for (Value fold : folds(values, kernel)) {
            Set<Axis> used = Axes.of(fold);
            int depth = axes.size();
            while (depth > 0 && !used.contains(axes.get(depth - 1))) depth--;
            if (depth < axes.size()) common = Math.max(common, depth);
        }
        List<Value> loops = folds(values, Unroll.folds(values, kernel));   // what is written out needs nobody's help
        if (common >= 0) {
            List<Axis> inner = axes.subList(common, axes.size());
            boolean isLong = loops.stream().anyMatch(f -> sizes.isAtLeast(axes(f), SHORT)) || sizes.isAtLeast(inner, SHORT);
            return new Mapping(axes.subList(0, common), inner, isLong);
        }
        boolean rows = !loops.isEmpty() && loops.stream().allMatch(f -> sizes.isAtLeast(axes(f), SHORT) && isRow(values, axes, f));
        return new Mapping(axes, List.of(), rows);
    }

    /// The kernel of one position of the outer axes, which are fixed in it.
    public Kernel one(Kernel kernel) {
        return new Kernel(kernel.name(), inner, kernel.stores());
    }

    /// As `a group for each position along i0 shares i1`.
    @Override public String toString() {
        String who = isGroup ? "a group" : "an item";
        String each = outer.isEmpty() ? "" : " for each position along " + names(outer);
        return who + each + (inner.isEmpty() ? "" : (isGroup ? " shares " : " goes along ") + names(inner));
    }

    private static String names(List<Axis> axes) {
        return axes.stream().map(Axis::name).collect(Collectors.joining(", "));
    }

    /// The reductions of `kernel`, but not those within others.
    private static List<Value> folds(Values values, Kernel kernel) {
        var folds = new ArrayList<Value>();
        var seen = new IdentityHashMap<Value, Boolean>();
        for (Stmt.Put put : Flatten.puts(values, kernel)) folds(put.value(), seen, folds);
        return folds;
    }

    private static void folds(Value v, Map<Value, Boolean> seen, List<Value> into) {
        if (seen.put(v, true) != null) return;
        if (v.op() instanceof Scalar.Fold) into.add(v);
        else v.op().operands().forEach(o -> folds(o, seen, into));
    }

    private static List<Axis> axes(Value fold) {
        return ((Scalar.Fold) fold.op()).axes();
    }

    /// Whether neighbours in a group, along the reduction, read neighbours in memory better than neighbours along the last axis would.
    private static boolean isRow(Values values, List<Axis> axes, Value fold) {
        if (axes.isEmpty()) return true;
        var loads = new ArrayList<Value>();
        loads(fold, new IdentityHashMap<>(), loads);
        boolean contiguous = false;
        for (Value load : loads) {
            Affine offset = Affine.of(values, ((Scalar.Flat) load.op()).offset());
            Value across = offset.stride(axes(fold).getLast());
            Value along = offset.stride(axes.getLast());
            if (along == null || Values.isWhole(along, 1) || across == null) return false;
            contiguous |= Values.isWhole(across, 1);
        }
        return contiguous;
    }

    private static void loads(Value v, Map<Value, Boolean> seen, List<Value> into) {
        if (seen.put(v, true) != null) return;
        if (v.op() instanceof Scalar.Flat(var from, _) && from.rank() > 0) into.add(v);
        v.op().operands().forEach(o -> loads(o, seen, into));
    }
}
