package damo.kernel;

import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.type.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Kernels that are products of matrices: `z[b, m, n] = f(sum k { x[b, m, k] · y[b, k, n] })`, whatever the order of axes. There is one sum, of
/// products of floats; what is stored are expressions of it, of other elements and of numbers (an epilogue), or the sum itself.
public final class Contractions {
    private Contractions() {}

    /// Whether `kernel` has one such sum, both tensors are loaded at positions that are linear in the loops, and a store is [#home] to it.
    public static boolean is(Kernel kernel) {
        List<Value> sums = folds(kernel.stores().stream().map(Store::value).toList());
        return sums.size() == 1 && isProduct(sums.getFirst()) && home(kernel, sums.getFirst().dtype()).isPresent() && !kernel.adds();
    }

    /// The first store whose elements are of this dtype, at positions that are linear in the loops: its memory may hold sums that are not complete.
    public static Optional<Store> home(Kernel kernel, DType dtype) {
        return kernel.stores().stream().filter(s -> s.to().dtype() == dtype && s.at().stream().allMatch(Contractions::isPosition)).findFirst();
    }

    /// The different reductions in these values, at any depth.
    public static List<Value> folds(List<Value> values) {
        Set<Value> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        var found = new ArrayList<Value>();
        for (Value value : values)
            for (Value v : Order.of(value, seen::contains)) {
                seen.add(v);
                if (v.op() instanceof Scalar.Fold) found.add(v);
            }
        return found;
    }

    private static boolean isProduct(Value sum) {
        return sum.op() instanceof Scalar.Fold(var f, _, var body) && f == Reduction.SUM && body.dtype().isFloat()
                && body.op() instanceof Scalar.Apply(var g, var factors) && g == ScalarOp.MUL
                && factors.stream().allMatch(Contractions::isLinear);
    }

    /// Whether `v` is an element at a position that is linear in the loops: one of a contraction may be replaced by it.
    public static boolean isLinear(Value v) {
        return switch (v.op()) {
            case Scalar.Load(_, var at) -> at.stream().allMatch(Contractions::isPosition);
            case Scalar.Flat(_, var offset) -> isPosition(offset);
            case Scalar.Real _, Scalar.Whole _, Scalar.Symbol _, Scalar.Index _, Scalar.Apply _, Scalar.Convert _, Scalar.Bits _, Scalar.Choose _,
                 Scalar.Fold _ -> false;
        };
    }

    // Not backwards: such an axis never follows another one, and a copy costs less than a loop around.
    private static boolean isPosition(Value v) {
        return switch (v.op()) {
            case Scalar.Index _ -> true;
            case Scalar.Apply(var f, List<Value> args) when f == ScalarOp.ADD -> args.stream().allMatch(Contractions::isPosition);
            case Scalar.Apply(var f, List<Value> args) when f == ScalarOp.SUB -> isPosition(args.get(0)) && isFixed(args.get(1));
            case Scalar.Apply(var f, List<Value> args) when f == ScalarOp.MUL ->
                isPosition(args.get(0)) && isStride(args.get(1)) || isStride(args.get(0)) && isPosition(args.get(1));
            case Scalar.Real _, Scalar.Whole _, Scalar.Symbol _, Scalar.Load _, Scalar.Flat _, Scalar.Apply _, Scalar.Convert _,
                 Scalar.Bits _, Scalar.Choose _, Scalar.Fold _ -> isFixed(v);
        };
    }

    /// Whether `v` is the same at all positions, as the start of a slice is.
    private static boolean isFixed(Value v) {
        return !(v.op() instanceof Scalar.Index || v.op() instanceof Scalar.Fold) && v.op().operands().stream().allMatch(Contractions::isFixed);
    }

    private static boolean isStride(Value v) {
        return switch (v.op()) {
            case Scalar.Whole(var n) -> n >= 0;
            case Scalar.Symbol _ -> true;
            case Scalar.Apply(var f, List<Value> args) ->
                (f == ScalarOp.MUL || f == ScalarOp.FLOORDIV) && args.stream().allMatch(Contractions::isStride);
            case Scalar.Real _, Scalar.Index _, Scalar.Load _, Scalar.Flat _, Scalar.Convert _, Scalar.Bits _, Scalar.Choose _,
                 Scalar.Fold _ -> false;
        };
    }
}
