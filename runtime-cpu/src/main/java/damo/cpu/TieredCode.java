package damo.cpu;

import damo.jvm.KernelCode;
import damo.kernel.Step;
import java.lang.System.Logger.Level;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Code that begins without vectors, which are slow until HotSpot has compiled them (seconds for the first million elements), and gets them
/// when it was used for a while. They are warmed up on scratch memory by a thread of their own; the numbers stay the same bit for bit.
final class TieredCode implements KernelCode {
    /// Elements, and so many more for each call, after which vectors are worth it.
    private static final int HOT = 200_000, CALL = 32;
    private static final int WAITING = 256, PAUSE = 5;                 // functions; milliseconds
    private static final System.Logger LOGGER = System.getLogger("damo.cpu");
    private static final ThreadPoolExecutor THREAD = thread();

    private final Loader.Loaded scalar;
    private final Supplier<Loader.Loaded> vectors;
    private final Scratch scratch;
    private volatile KernelCode[] current;                             // by entry
    private volatile boolean isVector;
    private volatile boolean asked;
    private long heat;                                                 // of several threads, and not exact
    private Loader.Loaded wide;                                        // this and the next: of the thread that warms up
    private Warmup warmup;

    /// @param first what runs the scalar code at first
    /// @param vectors the same code with vectors
    /// @param scratch memory for its kernels
    TieredCode(Loader.Loaded scalar, KernelCode first, Supplier<Loader.Loaded> vectors, Scratch scratch) {
        this.scalar = scalar;
        this.vectors = vectors;
        this.scratch = scratch;
        int entries = 1 + Stream.concat(scalar.kernels().values().stream(), scalar.loops().values().stream()).max(Integer::compare).orElse(-1);
        current = new KernelCode[entries];
        Arrays.fill(current, first);
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

    /// A call had so many elements and these extents.
    void used(long elements, long[] evaluated) {
        if (asked) return;
        heat += elements + CALL;
        if (heat < HOT) return;
        asked = true;
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
            if (alive != null) alive.cool();
        }
    }

    private void cool() {
        heat = 0;
        asked = false;
    }

    /// Whether there is more to do. Whatever happens here is not the caller's business: the code that runs is right.
    private boolean step(long[] evaluated) {
        try {
            if (wide == null) {
                wide = vectors.get();
                if (wide.vectors().isEmpty() || !agree(wide.kernels(), scalar.kernels()) || !agree(wide.loops(), scalar.loops())) return false;
                warmup = new Warmup(scalar, wide, scratch, evaluated);
            }
            boolean more = warmup.step();
            use(warmup.better());
            if (!more) warmup = null;
            else if (THREAD.getQueue().isEmpty()) Thread.sleep(PAUSE);
            return more;
        } catch (Throwable e) {
            LOGGER.log(Level.DEBUG, "cpu: no vectors for this function", e);
            return false;
        }
    }

    private void use(BitSet better) {
        if (better.isEmpty()) return;
        wide.loops().forEach((loop, entry) -> {
            if (isBetter(loop, better)) better.set(entry);
        });
        var next = new KernelCode[current.length];
        for (int entry = 0; entry < next.length; entry++) next[entry] = better.get(entry) ? wide.code() : scalar.code();
        current = next;
        isVector = true;
    }

    /// Whether both run the same things by the same numbers.
    private static <K> boolean agree(Map<K, Integer> a, Map<K, Integer> b) {
        return a.size() == b.size() && a.entrySet().stream().allMatch(e -> e.getValue().equals(b.get(e.getKey())));
    }

    /// A loop calls kernels of its own class, so either all of them have vectors or none.
    private boolean isBetter(Step.Loop loop, BitSet better) {
        var within = loop.all().filter(s -> s instanceof Step.Launch || s instanceof Step.Repeat).map(s -> ((Step.Compute) s).kernel())
                .filter(k -> wide.vectors().contains(k.name())).toList();
        return !within.isEmpty() && within.stream().allMatch(k -> better.get(wide.kernels().get(k)));
    }
}
