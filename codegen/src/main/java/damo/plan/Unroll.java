package damo.plan;

import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.kernel.Axis;
import damo.kernel.Kernel;
import damo.kernel.Scalar;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Short loops as straight-line code: axes and folds of small constant extents, as long as the code stays small.
final class Unroll {
    private static final int EXTENT = 8;
    private static final int SIZE = 600;                               // of [#code]; some 10 bytes of bytecode each at worst
    private static final int LOOP = 60;                                // what a loop that stays one counts: it has several lanes

    private final Values values;
    private final Map<Value, Value> done = new IdentityHashMap<>();

    private Unroll(Values values) {
        this.values = values;
    }

    /// `kernel` with its short folds written out; its axes stay.
    static Kernel folds(Values values, Kernel kernel) {
        var unroll = new Unroll(values);
        return new Kernel(kernel.name(), kernel.axes(), kernel.stores().stream().map(s -> s.with(s.at(), unroll.folds(s.value()))).toList());
    }

    static Kernel of(Values values, Kernel kernel) {
        var unroll = new Unroll(values);
        List<Store> stores = folds(values, kernel).stores();
        var axes = new ArrayList<>(kernel.axes());
        axes.removeIf(a -> Values.isWhole(a.extent(), 1));             // [Values#index] is 0 already
        while (!axes.isEmpty() && extent(axes.getLast()) >= 0
                && extent(axes.getLast()) * code(stores.stream().map(Store::value).toList()) <= SIZE)
            stores = unroll.stores(stores, axes.removeLast());
        return new Kernel(kernel.name(), axes, stores);
    }

    /// The number of values that it takes to compute these.
    static int size(List<Value> roots) {
        return all(roots).size();
    }

    /// About how much code these are, in values: a load counts its computed positions, a fold its loops.
    private static int code(List<Value> roots) {
        return all(roots).stream().mapToInt(v -> switch (v.op()) {
            case Scalar.Load(_, var at) -> 1 + 2 * (int) at.stream().filter(i -> !(i.op() instanceof Scalar.Whole)).count();
            case Scalar.Fold(_, var axes, _) -> LOOP * axes.size();
            case Scalar.Real _, Scalar.Whole _, Scalar.Symbol _, Scalar.Index _, Scalar.Flat _, Scalar.Apply _, Scalar.Convert _, Scalar.Bits _,
                    Scalar.Choose _ -> 1;
        }).sum();
    }

    private static Set<Value> all(List<Value> roots) {
        var seen = new IdentityHashMap<Value, Boolean>();
        roots.forEach(v -> count(v, seen));
        return seen.keySet();
    }

    private static void count(Value v, Map<Value, Boolean> seen) {
        if (seen.put(v, true) == null) v.op().operands().forEach(o -> count(o, seen));
    }

    private static long extent(Axis axis) {
        return axis.extent().op() instanceof Scalar.Whole(var n) && n <= EXTENT ? n : -1;
    }

    private List<Store> stores(List<Store> stores, Axis axis) {
        var result = new ArrayList<Store>();
        for (int i = 0; i < extent(axis); i++) {
            var at = new At(axis, i);
            for (Store s : stores) result.add(s.with(s.at().stream().map(at::of).toList(), at.of(s.value())));
        }
        return result;
    }

    private Value folds(Value v) {
        return values.replace(v, u -> u.op() instanceof Scalar.Fold(var f, var axes, var body) ? fold(f, axes, folds(body)) : null, done);
    }

    private Value fold(Reduction f, List<Axis> axes, Value body) {
        var rest = new ArrayList<>(axes);
        Value result = body;
        for (Axis axis : axes.reversed()) {
            long n = extent(axis);
            if (n < 0 || n == 0 && !f.hasIdentity() || n * code(List.of(result)) > SIZE) continue;
            rest.remove(axis);
            Value total = n == 0 ? values.number(body.dtype(), f == Reduction.SUM ? 0 : 1) : new At(axis, 0).of(result);
            for (int i = 1; i < n; i++) total = added(f, total, new At(axis, i).of(result));
            result = total;
        }
        return values.fold(f, rest, result);
    }

    /// A term more; of a sum of products of floats, as [damo.jvm] has it.
    private Value added(Reduction f, Value total, Value term) {
        return f == Reduction.SUM && term.dtype().isFloat() && term.op() instanceof Scalar.Apply(var g, var factors) && g == ScalarOp.MUL
                ? values.apply(ScalarOp.FMA, factors.get(0), factors.get(1), total) : values.apply(f.step(), total, term);
    }

    /// Values at one position along an axis.
    private final class At {
        private final Axis axis;
        private final Value index;
        private final Value position;
        private final Map<Value, Value> replaced = new IdentityHashMap<>();

        At(Axis axis, int position) {
            this.axis = axis;
            this.index = values.index(axis);
            this.position = values.whole(position);
        }

        Value of(Value v) {
            return values.replace(v, u -> u == index ? position : binds(u) ? u : null, replaced);
        }

        private boolean binds(Value v) {
            return v.op() instanceof Scalar.Fold(_, var axes, _) && axes.contains(axis);
        }
    }
}
