package damo.cpu;

import damo.jvm.KernelCode;
import damo.kernel.Kernel;
import java.util.Optional;

/// Runs a kernel on scratch memory, without vectors and with, until HotSpot has compiled both, and tells which is faster.
final class Warmup {
    private static final int CALLS = 2000;                             // some of 256 elements, and they are compiled
    private static final long AT_LEAST = 300_000_000, AT_MOST = 3_000_000_000L, TURN = 2_000_000;       // nanoseconds

    private Warmup() {}

    /// Whether `wide` is faster than `scalar`. A kernel that fails on small extents, because they do not fit each other, is tried with those of a call.
    static boolean isWorth(Scratch scratch, Kernel kernel, int entry, KernelCode scalar, KernelCode wide, long[] evaluated) {
        Optional<Scratch.Arguments> small = scratch.small(kernel);
        try {
            if (small.isPresent()) return isFaster(small.get(), entry, scalar, wide);
        } catch (IndexOutOfBoundsException e) {
            // Then those of the call.
        }
        return scratch.of(kernel, evaluated).map(arguments -> isFaster(arguments, entry, scalar, wide)).orElse(false);
    }

    private static boolean isFaster(Scratch.Arguments arguments, int entry, KernelCode scalar, KernelCode wide) {
        long start = System.nanoTime();
        int calls = 0;
        while (true) {
            long[] best = {Long.MAX_VALUE, Long.MAX_VALUE};
            for (int turn = 0; turn < 5; turn++) {
                long of = System.nanoTime();
                int most = 0;
                do {
                    best[0] = Math.min(best[0], time(scalar, entry, arguments));
                    best[1] = Math.min(best[1], time(wide, entry, arguments));
                    most++;
                } while (System.nanoTime() - of < (most < CALLS / 20 ? 25 * TURN : TURN));
                calls += most;
            }
            long spent = System.nanoTime() - start;
            if (best[1] < best[0] && (calls >= CALLS || spent > AT_LEAST)) return true;
            if (spent > AT_MOST) return false;
        }
    }

    private static long time(KernelCode code, int entry, Scratch.Arguments arguments) {
        long start = System.nanoTime();
        code.run(entry, arguments.buffers(), arguments.symbols());
        return System.nanoTime() - start;
    }
}
