package damo.jvm;

import java.util.concurrent.atomic.AtomicReferenceArray;

/// Where the elements of a vector are that is gathered, for kernels that read with strides or by indices.
public final class Strides {
    private static final int MOST_LANES = 16;                          // of a vector of 512 bits
    private static final int KNOWN = 64;                               // strides that were asked for lately are kept, so that calls allocate nothing
    private static final AtomicReferenceArray<int[]> LATELY = new AtomicReferenceArray<>(KNOWN);

    private static final ThreadLocal<int[]> OWN = ThreadLocal.withInitial(() -> new int[MOST_LANES]);

    private Strides() {}

    /// Room for indices, which belongs to this thread.
    public static int[] own() {
        return OWN.get();
    }

    /// `0, stride, 2 stride, …`, which is shared: nobody writes to it.
    public static int[] of(int stride) {
        int at = Math.floorMod(stride, KNOWN);
        int[] known = LATELY.getAcquire(at);
        if (known != null && known[1] == stride) return known;
        int[] all = new int[MOST_LANES];
        for (int lane = 1; lane < MOST_LANES; lane++) all[lane] = lane * stride;
        LATELY.setRelease(at, all);
        return all;
    }
}
