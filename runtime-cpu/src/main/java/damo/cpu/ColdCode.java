package damo.cpu;

import damo.jvm.KernelCode;

/// Code that HotSpot has not compiled yet. It compiles what is called often sooner and better than one long loop, so kernels that can be divided
/// are done in short ranges at first; what is computed does not depend on the ranges.
final class ColdCode implements KernelCode {
    private static final int RANGE = 32;                               // rounds of a loop, about; more would have it compiled for entry within first
    private static final int RANGES = 1 << 14;                         // as many as HotSpot may want, and those that run while it compiles

    private final KernelCode code;
    private final Parts[] parts;                                       // by kernel; null for one that is not divided
    private final int[] left;                                          // by kernel; of several threads, and not exact

    ColdCode(KernelCode code, Parts[] parts) {
        this.code = code;
        this.parts = parts;
        left = new int[parts.length];
        for (int i = 0; i < left.length; i++) left[i] = parts[i] == null ? 0 : RANGES;
    }

    @Override public void run(int kernel, Object[] buffers, int[] symbols, int from, int to) {
        int at = from;
        if (kernel < left.length && left[kernel] > 0) {
            int end = Math.min(to, (int) parts[kernel].extent().of(symbols));
            int step = parts[kernel].positions(RANGE, symbols);
            for (; end - at > step && left[kernel] > 0; at += step) {
                left[kernel]--;
                code.run(kernel, buffers, symbols, at, at + step);
            }
        }
        code.run(kernel, buffers, symbols, at, to);
    }
}
