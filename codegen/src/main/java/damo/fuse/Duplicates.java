package damo.fuse;

import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Loads;
import damo.kernel.Store;
import damo.kernel.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Buffers into which a kernel would store what it stores into others too, at the same places: whoever reads them reads the others instead. A
/// derivative of a loop has them, one for each product that comes after it.
final class Duplicates {
    private final Values values;
    private final Uses uses;
    private final Map<Buffer, Buffer> others = new HashMap<>();

    /// Finds them in a program with these uses, which it keeps up to date.
    Duplicates(Values values, Uses uses) {
        this.values = values;
        this.uses = uses;
    }

    /// The kernel without such stores; its readers come later.
    Kernel without(Kernel kernel) {
        var stores = new ArrayList<Store>();
        for (Store store : kernel.stores()) twin(store, stores).ifPresentOrElse(twin -> replace(store.to(), twin), () -> stores.add(store));
        return stores.size() == kernel.stores().size() ? kernel : new Kernel(kernel.name(), kernel.axes(), stores);
    }

    private Optional<Buffer> twin(Store store, List<Store> before) {
        return before.stream().filter(b -> b.value() == store.value() && b.at().equals(store.at()) && areAlike(b.to(), store.to()))
                .map(Store::to).findFirst();
    }

    private boolean areAlike(Buffer a, Buffer b) {
        return a.dtype() == b.dtype() && a.extents().equals(b.extents()) && uses.isOfKernels(a) && uses.isOfKernels(b);
    }

    private void replace(Buffer buffer, Buffer other) {
        others.put(buffer, other);
        uses.move(buffer, other);
    }

    /// The kernel as it reads now.
    Kernel reading(Kernel kernel) {
        Set<Buffer> before = Loads.of(kernel), now = new HashSet<>();
        if (before.stream().noneMatch(others::containsKey)) return kernel;
        for (Buffer buffer : before) {
            Buffer other = others.getOrDefault(buffer, buffer);
            if (!now.add(other)) uses.drop(other);                     // it was read under both names
        }
        return Loads.from(values, kernel, others);
    }
}
