package damo.cpu;

import damo.jvm.KernelCode;
import damo.kernel.Kernel;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Runs kernels on scratch memory, without vectors and with, until HotSpot has compiled both, and tells which are faster with. It goes by short
/// steps, so that several functions can be warmed up at a time, and leaves the processor to HotSpot's compiler between them.
final class Warmup {
    private static final int CALLS = 2000;                             // some of 256 elements, and they are compiled
    private static final int A_STEP = 1000, A_LOOK = 10;               // calls at a time before that and after
    private static final long STEP = 20_000_000, AT_LEAST = 300_000_000, AT_MOST = 30_000_000_000L;    // nanoseconds
    private static final int MOST_LOOKS = 20;

    private final KernelCode scalar;
    private final KernelCode wide;
    private final Scratch scratch;
    private final long[] evaluated;
    private final List<Candidate> candidates = new ArrayList<>();
    private final BitSet better = new BitSet();

    /// @param wide the same as `scalar`, with vectors
    /// @param evaluated the extents of a call
    Warmup(Loader.Loaded scalar, Loader.Loaded wide, Scratch scratch, long[] evaluated) {
        this.scalar = scalar.code();
        this.wide = wide.code();
        this.scratch = scratch;
        this.evaluated = evaluated;
        wide.kernels().forEach((kernel, entry) -> {
            if (wide.vectors().contains(kernel.name())) candidates.add(new Candidate(kernel, entry));
        });
    }

    /// The numbers of the kernels that are faster with vectors, as far as is known.
    BitSet better() {
        return (BitSet) better.clone();
    }

    /// Goes on for a while; whether there is more to do.
    boolean step() {
        candidates.removeIf(Candidate::isDone);
        return !candidates.isEmpty();
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

        Candidate(Kernel kernel, int entry) {
            this.entry = entry;
            ofCall = () -> scratch.of(kernel, evaluated).filter(this::fits);
            small = scratch.small(kernel).filter(this::fits).or(ofCall).orElse(null);
            others = new ArrayList<>(scratch.others(kernel));
        }

        /// Extents that were made up may not fit each other: one might be the sum of others.
        private boolean fits(Scratch.Arguments with) {
            try {
                scalar.run(entry, with.buffers(), with.symbols());
                return true;
            } catch (IndexOutOfBoundsException e) {
                return false;
            }
        }

        boolean isDone() {
            if (small == null) return true;
            others.removeIf(with -> !fits(with));
            for (Scratch.Arguments with : others) wide.run(entry, with.buffers(), with.symbols());
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
            long now = System.nanoTime(), without = Long.MAX_VALUE, vector = Long.MAX_VALUE;
            for (int i = 0; i < most && System.nanoTime() - now < STEP; i++) {
                without = Math.min(without, time(scalar, with));
                vector = Math.min(vector, time(wide, with));
                calls++;
            }
            return vector < without;
        }

        private long time(KernelCode code, Scratch.Arguments with) {
            long from = System.nanoTime();
            code.run(entry, with.buffers(), with.symbols());
            return System.nanoTime() - from;
        }
    }
}
