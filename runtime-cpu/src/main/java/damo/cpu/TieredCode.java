package damo.cpu;

import damo.jvm.KernelCode;
import damo.kernel.Step;
import java.lang.System.Logger.Level;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/// Code that begins without vectors, which are slow until HotSpot has compiled them (seconds for the first million elements), and gets them
/// when it was used for a while. When calls go on to bring the same extents, it gets code for just those, of which HotSpot can make more. Both are
/// warmed up on scratch memory by a thread of their own; the numbers stay the same bit for bit.
final class TieredCode implements KernelCode {
    /// Elements, and so many more for each call, after which vectors are worth it, and after which code for the extents of all these calls is.
    private static final int HOT = 200_000, USUAL = 10_000_000, CALL = 32;
    private static final int MOST_EXACT = 4;                           // extents that get code of their own
    private static final long NEVER = Long.MIN_VALUE / 2;
    private static final int WAITING = 256, PAUSE = 5;                 // functions; milliseconds
    private static final long FRESH = 1_000_000_000;                   // nanoseconds
    private static final System.Logger LOGGER = System.getLogger("damo.cpu");
    private static final ThreadPoolExecutor THREAD = thread();
    private static volatile long newest = System.nanoTime() - FRESH;   // when some code began

    /// Emits the same code with vectors, for calls with just these extents if there are any.
    interface Emitter {
        Loader.Loaded emit(int... extents);
    }

    private final Loader.Loaded scalar;
    private final Emitter vectors;
    private final Scratch scratch;
    private volatile KernelCode[] current;                             // by entry
    private volatile boolean isVector;
    private volatile Exact[] exact = {};
    private final AtomicBoolean isBusy = new AtomicBoolean();          // or has nothing more to get
    private final long[] latest;                                       // extents; this and the next: of several threads, and not exact
    private long heat;
    private Stage stage;                                               // of the thread that warms up

    /// Code for calls with just these extents, by entry; where that is no faster, the code for all.
    private record Exact(long[] extents, KernelCode[] codes) implements KernelCode {
        boolean isFor(long[] evaluated) {
            return Arrays.equals(extents, 0, extents.length, evaluated, 0, extents.length);
        }

        @Override public void run(int kernel, Object[] buffers, int[] symbols, int from, int to) {
            codes[kernel].run(kernel, buffers, symbols, from, to);
        }
    }

    /// Code that is warmed up.
    private record Stage(Loader.Loaded next, Warmup warmup) {
        /// By entry, what is better as far as is known.
        KernelCode[] or(KernelCode[] others) {
            KernelCode[] codes = others.clone();
            BitSet better = warmup.better();
            next.loops().forEach((loop, entry) -> {
                if (isBetter(loop, better)) better.set(entry);
            });
            better.stream().forEach(entry -> codes[entry] = next.code());
            return codes;
        }

        /// A loop calls kernels of its own class, so either all of them are better or none.
        private boolean isBetter(Step.Loop loop, BitSet better) {
            var within = loop.all().filter(s -> s instanceof Step.Launch || s instanceof Step.Repeat).map(s -> ((Step.Compute) s).kernel())
                    .filter(k -> next.vectors().contains(k.name())).toList();
            return !within.isEmpty() && within.stream().allMatch(k -> better.get(next.kernels().get(k)));
        }
    }

    /// @param scalar the code without vectors
    /// @param first what runs it at first
    /// @param scratch memory for its kernels
    TieredCode(Loader.Loaded scalar, KernelCode first, Emitter vectors, Scratch scratch) {
        this.scalar = scalar;
        this.vectors = vectors;
        this.scratch = scratch;
        latest = new long[scratch.known()];
        int entries = 1 + Stream.concat(scalar.kernels().values().stream(), scalar.loops().values().stream()).max(Integer::compare).orElse(-1);
        current = new KernelCode[entries];
        Arrays.fill(current, first);
        newest = System.nanoTime();
    }

    /// One daemon, which ends when it has had nothing to do for a while.
    private static ThreadPoolExecutor thread() {
        var thread = new ThreadPoolExecutor(1, 1, 5, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING),
                task -> Thread.ofPlatform().daemon().priority(Thread.MIN_PRIORITY).name("damo-vectors").unstarted(task));
        thread.allowCoreThreadTimeOut(true);
        return thread;
    }

    @Override public void run(int kernel, Object[] buffers, int[] symbols, int from, int to) {
        current[kernel].run(kernel, buffers, symbols, from, to);
    }

    /// Whether some kernel runs with vectors by now.
    boolean isVector() {
        return isVector;
    }

    /// Whether there is code for the extents of most calls by now.
    boolean isExact() {
        return exact.length > 0 && Stream.of(exact[0].codes).anyMatch(code -> code != this);
    }

    /// The code for a call with these extents.
    KernelCode of(long[] evaluated) {
        for (Exact code : exact) if (code.isFor(evaluated)) return code;
        return this;
    }

    /// A call had so many elements and these extents.
    void used(long elements, long[] evaluated) {
        if (isBusy.get()) return;
        if (isVector && !Arrays.equals(latest, 0, latest.length, evaluated, 0, latest.length)) {
            System.arraycopy(evaluated, 0, latest, 0, latest.length);
            heat = of(evaluated) == this ? 0 : NEVER;
        }
        heat += elements + CALL;
        if (heat < (isVector ? USUAL : HOT) || !isBusy.compareAndSet(false, true)) return;
        if (Vectors.bits() > 0) ask(new WeakReference<>(this), evaluated.clone());
    }

    /// A function that is dropped meanwhile is not kept alive.
    private static void ask(WeakReference<TieredCode> code, long[] evaluated) {
        try {
            THREAD.execute(() -> {
                TieredCode alive = code.get();
                if (alive != null && alive.step(evaluated)) ask(code, evaluated);
            });
        } catch (RejectedExecutionException e) {
            TieredCode alive = code.get();                             // many wait already: later, then
            if (alive != null) alive.cool(0);
        }
    }

    private void cool(long to) {
        heat = to;
        isBusy.set(false);
    }

    /// Whether there is more to do. Whatever happens here is not the caller's business: the code that runs is right.
    private boolean step(long[] evaluated) {
        try {
            boolean isExact = stage == null ? isVector : exact.length > 0;
            if (isExact && System.nanoTime() - newest < FRESH) {       // what has just begun needs HotSpot's compiler more
                Thread.sleep(PAUSE);
                return true;
            }
            if (stage == null) stage = isExact ? exact(Arrays.copyOf(evaluated, latest.length)) : general(evaluated);
            boolean more = stage.next.agrees(scalar) && stage.warmup.step();
            if (!stage.warmup.better().isEmpty()) use();
            if (more && THREAD.getQueue().isEmpty()) Thread.sleep(PAUSE);
            if (more) return true;
        } catch (Throwable e) {
            LOGGER.log(Level.DEBUG, "cpu: no vectors for this function", e);
        }
        stage = null;
        if (isVector && latest.length > 0 && exact.length < MOST_EXACT) cool(exact.length == 0 ? 0 : NEVER);
        return false;
    }

    private Stage general(long[] evaluated) {
        Loader.Loaded wide = vectors.emit();
        return new Stage(wide, new Warmup(scalar.code(), wide, scratch, evaluated));
    }

    private Stage exact(long[] extents) {
        var codes = new KernelCode[current.length];
        Arrays.fill(codes, this);
        Exact[] all = Arrays.copyOf(exact, exact.length + 1);
        all[exact.length] = new Exact(extents, codes);
        exact = all;
        Loader.Loaded code = vectors.emit(Arrays.stream(extents).mapToInt(Math::toIntExact).toArray());
        return new Stage(code, new Warmup(this, code, scratch.at(extents), extents));
    }

    private void use() {
        if (exact.length > 0) {
            Exact[] all = exact.clone();
            Exact last = all[all.length - 1];
            all[all.length - 1] = new Exact(last.extents, stage.or(last.codes));
            exact = all;
        } else {
            current = stage.or(current);
            isVector = true;
        }
    }
}
