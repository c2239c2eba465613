package damo.fuse;

import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Scalar;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// What two kernels are when one goes into the other, or both into one loop. Whether they should, [Fusion] knows.
///
/// @param values the pool of their values
record Splice(Values values) {
    /// `reader`, which computes itself what `store` of the producer would give it at these sites.
    Kernel inlined(Kernel reader, Kernel producer, Store store, Sites sites) {
        List<Value> at = sites.positions().getFirst();
        boolean aligned = sites.positions().size() == 1 && at.size() == reader.axes().size() && isPrefix(at, reader.axes())
                && extents(reader).equals(extents(producer));
        // The reader takes the producer's loops where it can: the reader is new and small, the producer may have grown long.
        if (aligned) {
            Kernel renamed = renamed(reader, producer.axes());
            return mapped(renamed, v -> v.op() instanceof Scalar.Load(var from, _) && from.equals(store.to()) ? store.value() : null);
        }
        Map<List<Value>, Value> images = new HashMap<>();
        for (List<Value> position : sites.positions()) images.put(position, values.replace(store.value(), moving(producer.axes(), position)));
        return mapped(reader, v -> v.op() instanceof Scalar.Load(var from, var p) && from.equals(store.to()) ? images.get(p) : null);
    }

    /// Those of the axes.
    static List<Value> extents(Kernel kernel) {
        return kernel.axes().stream().map(Axis::extent).toList();
    }

    /// What [Values#replace] is to do for other positions along `axes`.
    private static Function<Value, Value> moving(List<Axis> axes, List<Value> position) {
        return v -> v.op() instanceof Scalar.Index(var axis) && axes.contains(axis) ? position.get(axes.indexOf(axis)) : null;
    }

    private Kernel renamed(Kernel kernel, List<Axis> axes) {
        Function<Value, Value> image = moving(kernel.axes(), values.indices(axes));
        Map<Value, Value> done = new IdentityHashMap<>();
        return new Kernel(kernel.name(), axes, kernel.stores().stream().map(s -> new Store(s.to(),
                s.at().stream().map(a -> values.replace(a, image, done)).toList(), values.replace(s.value(), image, done))).toList());
    }

    private Kernel mapped(Kernel kernel, Function<Value, Value> image) {
        Map<Value, Value> done = new IdentityHashMap<>();
        return new Kernel(kernel.name(), kernel.axes(),
                kernel.stores().stream().map(s -> new Store(s.to(), s.at(), values.replace(s.value(), image, done))).toList());
    }

    /// The kernel that does what both do, in the loops of the first: what that stores, the second takes from where it was computed.
    Kernel merged(Kernel first, Kernel second) {
        Kernel renamed = renamed(second, first.axes());
        Map<Buffer, Value> stored = new HashMap<>();
        for (Store store : first.stores()) stored.put(store.to(), store.value());
        Kernel direct = mapped(renamed, v -> v.op() instanceof Scalar.Load(var from, _) ? stored.get(from) : null);
        var stores = new ArrayList<>(first.stores());
        stores.addAll(direct.stores());
        return new Kernel(first.name(), first.axes(), stores);
    }

    /// Whether `at` are the positions along the first of these axes.
    boolean isPrefix(List<Value> at, List<Axis> axes) {
        return at.size() <= axes.size() && at.equals(values.indices(axes.subList(0, at.size())));
    }
}
