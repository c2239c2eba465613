package damo.fuse;

import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.type.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Where and how a kernel loads one buffer.
final class Sites {
    private final Buffer buffer;
    private final Set<List<Value>> positions = new LinkedHashSet<>();
    private final Set<Value> done = Collections.newSetFromMap(new IdentityHashMap<>());
    private List<Axis> scope = List.of();
    private boolean flat;
    private boolean conditional;
    private final int outer;

    Sites(Kernel kernel, Buffer buffer) {
        this.buffer = buffer;
        this.outer = kernel.axes().size();
        kernel.stores().forEach(store -> visit(store.value(), kernel.axes(), false));
    }

    private void visit(Value v, List<Axis> loops, boolean inBranch) {
        if (!done.add(v)) return;
        switch (v.op()) {
            case Scalar.Load(var from, var at) -> {
                at.forEach(i -> visit(i, loops, inBranch));
                if (from.equals(buffer)) found(at, loops, inBranch);
            }
            case Scalar.Flat(var from, var offset) -> {
                visit(offset, loops, inBranch);
                flat |= from.equals(buffer);
            }
            case Scalar.Fold(_, var axes, var body) -> {
                var inner = new ArrayList<>(loops);
                inner.addAll(axes);
                visit(body, inner, inBranch);
            }
            case Scalar.Choose(var condition, var then, var otherwise) -> {
                visit(condition, loops, inBranch);
                visit(then, loops, true);
                visit(otherwise, loops, true);
            }
            case Scalar.Real _, Scalar.Whole _, Scalar.Symbol _, Scalar.Index _, Scalar.Apply _, Scalar.Convert _, Scalar.Bits _ ->
                v.op().operands().forEach(o -> visit(o, loops, inBranch));
        }
    }

    private void found(List<Value> at, List<Axis> loops, boolean inBranch) {
        positions.add(at);
        if (loops.size() > scope.size()) scope = loops;
        conditional |= inBranch;
    }

    /// The different positions at which it is loaded.
    List<List<Value>> positions() {
        return List.copyOf(positions);
    }

    /// What its elements are.
    DType dtype() {
        return buffer.dtype();
    }

    /// Whether a load takes an offset rather than a position.
    boolean isFlat() {
        return flat;
    }

    /// Whether a load is in a branch of a [Scalar.Choose].
    boolean isConditional() {
        return conditional;
    }

    /// Whether a reduction loads elements again for each of its results, as a matrix product does.
    boolean isRepeated() {
        return scope.size() > outer && !positions.stream().allMatch(this::computesOnce);
    }

    /// Whether a value loaded at `at` is needed once for each position: no loop repeats it, save loops inside all of its own, before
    /// which it is computed.
    boolean computesOnce(List<Value> at) {
        Set<Axis> own = new LinkedHashSet<>();
        for (Value position : at) {
            if (position.op() instanceof Scalar.Index(var axis)) own.add(axis);
            else if (!(position.op() instanceof Scalar.Whole)) return false;
        }
        boolean outside = false;
        for (Axis axis : scope) {
            if (own.contains(axis)) {
                if (outside) return false;
            } else if (!Values.isWhole(axis.extent(), 1)) {
                outside = true;
            }
        }
        return true;
    }
}
