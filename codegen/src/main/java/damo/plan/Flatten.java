package damo.plan;

import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.kernel.Values;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// Positions in buffers as one offset each, its terms in the order of the loops.
public final class Flatten {
    private final Values values;
    private final Map<Value, Value> done = new IdentityHashMap<>();
    private final List<Axis> order;

    private Flatten(Values values, List<Axis> order) {
        this.values = values;
        this.order = order;
    }

    /// What `kernel` stores, with every [Scalar.Load] as a [Scalar.Flat].
    public static List<Stmt.Put> puts(Values values, Kernel kernel) {
        return puts(values, kernel.stores().stream()
                .map(s -> new Stmt.Put(s.to(), values.offset(s.to().extents(), s.at()), s.value(), s.adds())).toList(), kernel.axes());
    }

    /// The same stores, for loops that lie in this order; folds that are not in it lie within.
    static List<Stmt.Put> puts(Values values, List<Stmt.Put> puts, List<Axis> axes) {
        var order = new ArrayList<>(axes);
        var seen = new IdentityHashMap<Value, Boolean>();
        puts.forEach(p -> folds(p.value(), order, seen));
        var flatten = new Flatten(values, order);
        return puts.stream().map(p -> new Stmt.Put(p.to(), flatten.grouped(flatten.flat(p.offset())), flatten.flat(p.value()), p.adds())).toList();
    }

    private static void folds(Value v, List<Axis> order, Map<Value, Boolean> seen) {
        if (seen.put(v, true) != null) return;
        if (v.op() instanceof Scalar.Fold(_, var axes, _)) for (Axis axis : axes) if (!order.contains(axis)) order.add(axis);
        v.op().operands().forEach(o -> folds(o, order, seen));
    }

    private Value flat(Value v) {
        return values.replace(v, u -> switch (u.op()) {
            case Scalar.Load(Buffer from, var at) -> values.flat(from, grouped(values.offset(from.extents(), at.stream().map(this::flat).toList())));
            case Scalar.Flat(var from, var offset) -> values.flat(from, grouped(flat(offset)));
            case Scalar.Real _, Scalar.Whole _, Scalar.Symbol _, Scalar.Index _, Scalar.Apply _, Scalar.Convert _, Scalar.Bits _, Scalar.Choose _,
                 Scalar.Fold _ -> null;
        }, done);
    }

    private Value grouped(Value offset) {
        return Affine.of(values, offset).sum(order::indexOf);
    }
}
