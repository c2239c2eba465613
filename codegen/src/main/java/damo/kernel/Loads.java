package damo.kernel;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a kernel reads.
public final class Loads {
    private Loads() {}

    /// The buffers that `kernel` loads from.
    public static Set<Buffer> of(Kernel kernel) {
        Set<Buffer> found = new LinkedHashSet<>();
        Set<Value> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Store store : kernel.stores()) {
            store.at().forEach(v -> collect(v, seen, found));
            collect(store.value(), seen, found);
        }
        return found;
    }

    /// The buffers that the value of `store` loads from.
    public static Set<Buffer> of(Store store) {
        Set<Buffer> found = new LinkedHashSet<>();
        collect(store.value(), Collections.newSetFromMap(new IdentityHashMap<>()), found);
        return found;
    }

    /// The loads in `kernel`.
    public static Set<Value> all(Kernel kernel) {
        Set<Value> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Store store : kernel.stores()) seen.addAll(Order.of(store.value(), seen::contains));
        seen.removeIf(v -> !(v.op() instanceof Scalar.Load) && !(v.op() instanceof Scalar.Flat));
        return seen;
    }

    /// The kernel that loads from the buffers that `others` has for some.
    public static Kernel from(Values values, Kernel kernel, Map<Buffer, Buffer> others) {
        Map<Value, Value> done = new IdentityHashMap<>();
        List<Store> stores = kernel.stores().stream()
                .map(s -> s.with(s.at().stream().map(a -> from(values, a, others, done)).toList(), from(values, s.value(), others, done))).toList();
        return new Kernel(kernel.name(), kernel.axes(), stores);
    }

    private static Value from(Values values, Value value, Map<Buffer, Buffer> others, Map<Value, Value> done) {
        return values.replace(value, v -> {
            if (v.op() instanceof Scalar.Load(var from, var at) && others.containsKey(from))      // and perhaps at a position that is loaded
                return values.load(others.get(from), at.stream().map(a -> from(values, a, others, done)).toList());
            return v.op() instanceof Scalar.Flat(var from, var offset) && others.containsKey(from)
                    ? values.flat(others.get(from), from(values, offset, others, done)) : null;
        }, done);
    }

    private static void collect(Value root, Set<Value> seen, Set<Buffer> into) {
        for (Value v : Order.of(root, seen::contains)) {
            seen.add(v);
            if (v.op() instanceof Scalar.Load(var from, _)) into.add(from);
            if (v.op() instanceof Scalar.Flat(var from, _)) into.add(from);
        }
    }
}
