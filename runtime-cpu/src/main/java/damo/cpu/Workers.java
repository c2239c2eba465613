package damo.cpu;

import damo.CompilerBug;
import damo.DamoException;
import damo.jvm.KernelCode;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;

/// Threads that help with large kernels. Who calls does parts of the work too, and waits only for parts that somebody is doing, so calls from
/// many threads, and from these, never wait for each other. How many threads do one kernel at most, the caller included, is said by
/// `-Ddamo.threads`; without it, as many as there are processors.
final class Workers {
    /// Those of all functions.
    static final Workers SHARED = new Workers(number(), 1 << 19);

    private static final int JOBS = 16;          // helped with at once; further ones are done by their callers alone
    private static final int SPINS = 5000;       // before sleeping: some 100 µs, twice what it takes to wake

    private final AtomicReferenceArray<Job> jobs = new AtomicReferenceArray<>(JOBS);
    private final AtomicIntegerArray asleep;     // by thread: 1 if it is, or is about to be
    private final int grain;
    private volatile Thread[] threads;

    /// @param count how many threads do one kernel, the caller included
    /// @param grain how many values a part computes at least: less than some 20 µs are gone before another thread wakes
    Workers(int count, int grain) {
        this.grain = grain;
        asleep = new AtomicIntegerArray(count - 1);
    }

    private static int number() {
        String given = System.getProperty("damo.threads", "");
        if (given.isEmpty()) return Runtime.getRuntime().availableProcessors();
        if (!given.matches("[1-9][0-9]{0,3}")) throw new DamoException("damo.threads: '%s' is no number of threads; pass 1 to 9999".formatted(given));
        return Integer.parseInt(given);
    }

    /// How many threads do one kernel, the caller included.
    int count() {
        return asleep.length() + 1;
    }

    /// How many values a part computes at least.
    int grain() {
        return grain;
    }

    /// Does all parts of `job`, and throws what one of them threw.
    ///
    /// @param most how many threads are to do it, the caller included; others that are not asleep help as well
    void run(Job job, int most) {
        int place = 0;
        while (place < JOBS && !jobs.compareAndSet(place, null, job)) place++;
        if (place < JOBS) wake(Math.min(job.count, most) - 1);
        job.help();
        if (place < JOBS) jobs.set(place, null);
        job.finish();
    }

    private void wake(int most) {
        if (threads == null) start();
        Thread[] all = threads;
        for (int i = 0, woken = 0; i < all.length && woken < most; i++)
            if (asleep.get(i) == 1) {
                LockSupport.unpark(all[i]);
                woken++;
            }
    }

    private synchronized void start() {
        if (threads != null) return;
        var all = new Thread[asleep.length()];
        for (int i = 0; i < all.length; i++) {
            int number = i;
            all[i] = Thread.ofPlatform().daemon().name("damo-" + (i + 1)).inheritInheritableThreadLocals(false).unstarted(() -> work(number));
            all[i].setContextClassLoader(Workers.class.getClassLoader());
        }
        threads = all;
        for (Thread thread : all) thread.start();
    }

    private void work(int number) {
        while (true) {
            int spins = 0;
            while (spins < SPINS) {
                if (help()) spins = 0;
                else spins++;
                Thread.onSpinWait();
            }
            asleep.set(number, 1);
            if (!help()) LockSupport.park(this);                       // who puts a job there looks for sleepers afterwards
            asleep.set(number, 0);
        }
    }

    private boolean help() {
        for (int i = 0; i < JOBS; i++) {
            Job job = jobs.get(i);
            if (job != null && job.help()) return true;
        }
        return false;
    }

    /// A kernel, or several that go together, and their parts. Used again and again, one launch at a time: threads that come late find no part left,
    /// or parts of the next launch, which are as good. Every launch goes the opposite way to the one before, for what that did last is still in a
    /// cache.
    static final class Job {
        private final AtomicInteger left = new AtomicInteger();        // parts that nobody has taken; set last, so that a part is seen whole
        private final AtomicInteger undone = new AtomicInteger();
        private volatile Thread caller;
        private volatile Throwable failure;
        private KernelCode code;
        private int[] kernels;
        private boolean[] areSums;
        private Object[] buffers;
        private int[] symbols;
        private int extent;
        private int size;
        private int count;
        private boolean isBackwards;

        /// Divides kernels into parts of `size` of so many positions of their axes.
        ///
        /// @param areSums for each kernel, whether it has one position for all of a part
        void prepare(KernelCode code, int[] kernels, boolean[] areSums, Object[] buffers, int[] symbols, int extent, int size) {
            this.code = code;
            this.kernels = kernels;
            this.areSums = areSums;
            this.buffers = buffers;
            this.symbols = symbols;
            this.extent = extent;
            this.size = size;
            count = Math.ceilDiv(extent, size);
            isBackwards = !isBackwards;
            caller = Thread.currentThread();
            undone.set(count);
            left.set(count);
        }

        /// Does parts until none is left, and tells whether it did any.
        private boolean help() {
            boolean helped = false;
            while (left.get() > 0) {
                int part = left.getAndDecrement();
                if (part <= 0) break;
                helped = true;
                Thread waiting = caller;
                try {
                    run(isBackwards ? part - 1 : count - part);
                } catch (Throwable e) {
                    failure = e;
                }
                if (undone.decrementAndGet() == 0 && waiting != Thread.currentThread()) LockSupport.unpark(waiting);
            }
            return helped;
        }

        private void run(int part) {
            int from = part * size, to = from + Math.min(size, extent - from);
            for (int i = 0; i < kernels.length; i++)
                if (areSums[i]) code.run(kernels[i], buffers, symbols, part, part + 1);
                else code.run(kernels[i], buffers, symbols, from, to);
        }

        private void finish() {
            for (int spins = 0; undone.get() > 0; spins++) {
                if (spins < SPINS) Thread.onSpinWait();
                else LockSupport.park(this);
            }
            caller = null;
            Throwable e = failure;
            failure = null;
            switch (e) {
                case null -> {}
                case RuntimeException known -> throw known;
                case Error known -> throw known;
                default -> throw new CompilerBug("run", e, "kernels " + Arrays.toString(kernels));
            }
        }
    }
}
