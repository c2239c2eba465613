package damo.cpu;

import damo.jvm.KernelCode;
import damo.kernel.Kernel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Runs kernels on scratch memory, by code as it is and by other code, until HotSpot has compiled both, and tells which are faster by the other. It
/// goes by short steps, so that several functions can be warmed up at a time, and leaves the processor to HotSpot's compiler between them.
final class Warmup {
    private static final int CALLS = 6000;                             // some of 256 elements, and they are compiled
    private static final int A_STEP = 1000, A_LOOK = 10;               // calls at a time before that and after; of the code as it is always so few
    private static final long STEP = 20_000_000, AT_LEAST = 300_000_000, AT_MOST = 30_000_000_000L;    // nanoseconds
    private static final int MOST_LOOKS = 20;

    private final KernelCode now;
    private final Loader.Loaded next;
    private final Scratch scratch;
    private final long[] evaluated;
    private final Deque<Kernel> waiting = new ArrayDeque<>();
    private final List<Candidate> candidates = new ArrayList<>();
    private final BitSet better = new BitSet();

    /// @param next code that does the same as `now`; of the kernels with vectors it may be faster
    /// @param evaluated the extents of a call
    Warmup(KernelCode now, Loader.Loaded next, Scratch scratch, long[] evaluated) {
        this.now = now;
        this.next = next;
        this.scratch = scratch;
        this.evaluated = evaluated;
        for (Kernel kernel : next.kernels().keySet()) if (next.vectors().contains(kernel.name())) waiting.add(kernel);
    }

    /// The numbers of the kernels that are faster with vectors, as far as is known.
    BitSet better() {
        return (BitSet) better.clone();
    }

    /// Goes on for a while, with as many kernels at a time as there is memory for; whether there is more to do.
    boolean step() {
        while (!waiting.isEmpty() && candidates.stream().mapToLong(Candidate::elements).sum() < Scratch.MOST)
            candidates.add(new Candidate(waiting.poll()));
        candidates.removeIf(Candidate::isDone);
        return !candidates.isEmpty() || !waiting.isEmpty();
    }

    /// A kernel under way. Most calls are small; some have other extents, so that what HotSpot compiles has seen them, and would not be thrown away
    /// at the first call that has.
    private final class Candidate {
        private final int entry;
        private final long start = System.nanoTime();
        private final Scratch.Arguments small;
        private final List<Scratch.Arguments> others;
        private final Supplier<Optional<Scratch.Arguments>> ofCall;
        private int calls;
        private int looks;                                             // at the extents of the call

        Candidate(Kernel kernel) {
            entry = next.kernels().get(kernel);
            ofCall = () -> scratch.of(kernel, evaluated).filter(this::fits);
            small = scratch.small(kernel).filter(this::fits).or(ofCall).orElse(null);
            others = new ArrayList<>(scratch.others(kernel));
        }

        /// Extents that were made up may not fit each other: one might be the sum of others.
        private boolean fits(Scratch.Arguments with) {
            try {
                now.run(entry, with.buffers(), with.symbols());
                return true;
            } catch (IndexOutOfBoundsException e) {
                return false;
            }
        }

        long elements() {
            return small == null ? 0 : small.elements();
        }

        boolean isDone() {
            if (small == null) return true;
            others.removeIf(with -> !fits(with));
            for (Scratch.Arguments with : others) next.code().run(entry, with.buffers(), with.symbols());
            boolean isFaster = isFaster(small, calls < CALLS ? A_STEP : A_LOOK);
            long spent = System.nanoTime() - start;
            if (isFaster && (calls >= CALLS || spent > AT_LEAST)) {
                looks++;
                if (ofCall.get().map(with -> isFaster(with, A_LOOK)).orElse(true)) {
                    better.set(entry);
                    return true;
                }
            }
            return looks == MOST_LOOKS || spent > AT_MOST;
        }

        private boolean isFaster(Scratch.Arguments with, int most) {
            long begin = System.nanoTime(), asNow = Long.MAX_VALUE, asNext = Long.MAX_VALUE;
            for (int i = 0; i < most && System.nanoTime() - begin < STEP; i++) {
                if (i < A_LOOK) asNow = Math.min(asNow, time(now, with));
                asNext = Math.min(asNext, time(next.code(), with));
                calls++;
            }
            return asNext < asNow;
        }

        private long time(KernelCode code, Scratch.Arguments with) {
            long from = System.nanoTime();
            code.run(entry, with.buffers(), with.symbols());
            return System.nanoTime() - from;
        }
    }
}
