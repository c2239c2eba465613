package damo.jvm;

import damo.kernel.Kernel;
import damo.kernel.Order;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.plan.Needs;
import java.util.Set;

/// A kernel's bytecode is longer than what HotSpot compiles; smaller kernels are needed.
public final class MethodTooLarge extends RuntimeException {
    private static final long serialVersionUID = 1L;
    /// HotSpot's `HugeMethodLimit`.
    public static final int LIMIT = 8000;
    private final String kernel;
    private final int bytes;

    MethodTooLarge(String kernel, int bytes) {
        super("kernel '%s' is %d bytes of bytecode, but HotSpot compiles at most %d; split it".formatted(kernel, bytes, LIMIT));
        this.kernel = kernel;
        this.bytes = bytes;
    }

    /// Before a kernel is scheduled, which recurses over its depth: whether it is surely too large, at some seven bytes a value.
    static void check(Kernel kernel) {
        Set<Value> all = Needs.identitySet();
        for (Store store : kernel.stores())
            for (Value v : Order.of(store.value(), all::contains)) if (!ValueCode.isTrivial(v)) all.add(v);
        if (all.size() > LIMIT / 4) throw new MethodTooLarge(kernel.name(), 7 * all.size());
    }

    /// The kernel's name.
    public String kernel() {
        return kernel;
    }

    /// The size of its method.
    public int bytes() {
        return bytes;
    }
}
