package damo.fuse;

import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Loads;
import damo.kernel.Store;
import java.util.HashSet;
import java.util.Set;

/// A kernel in the list of steps that is being built, and what is known of it; the counts add up as kernels are joined, so that no
/// kernel is walked again because another one grew.
final class Slot {
    Kernel kernel;
    Cost cost;
    boolean isFull;                                      // with a kernel that wanted to join, it was too much
    boolean contracts;
    final Set<Buffer> reads;
    final Set<String> members = new HashSet<>();         // the kernels that it was

    Slot(Kernel kernel, boolean contracts) {
        this.kernel = kernel;
        this.contracts = contracts;
        this.cost = Cost.of(kernel);
        this.reads = Loads.of(kernel);
        members.add(kernel.name());
    }

    Store store(Buffer buffer) {
        return kernel.stores().stream().filter(s -> s.to().equals(buffer)).findFirst().orElseThrow();
    }

    Cost cost(Store store) {
        return kernel.stores().size() == 1 ? cost : Cost.of(store.value());
    }
}
