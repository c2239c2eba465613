package damo.kernel;

import java.util.List;

/// A loop nest: for every position of `axes`, in any order, the stores. Values hold everything else, reductions too, as one DAG;
/// where each is computed is decided by the schedule. A kernel does not load what it stores.
public record Kernel(String name, List<Axis> axes, List<Store> stores) {
    /// A kernel with these loops and stores.
    public Kernel {
        axes = List.copyOf(axes);
        stores = List.copyOf(stores);
    }

    /// Whether what it stores is a sum over iterations, so that they need their order.
    public boolean adds() {
        return stores.stream().anyMatch(Store::adds);
    }

    @Override public String toString() {
        return KernelText.print(this);
    }
}
