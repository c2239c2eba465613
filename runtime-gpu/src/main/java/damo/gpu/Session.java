package damo.gpu;

import damo.DamoException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/// What is open on a device: a context, a queue that runs commands one after another, and memory. Threads share it: each is between [#enter] and
/// [#leave] while it uses handles, and nothing is closed before all have left.
///
/// Memory that is given back is kept for the next who asks; since the queue is in order, who takes it writes after all who read it before.
final class Session {
    private static final long LEAST = 256;                             // bytes of a buffer
    /// `-Ddamo.gpu.exact=true` takes no more memory than is asked for, so that a tool which watches a device sees what goes beyond an array.
    private static final boolean EXACT = Boolean.getBoolean("damo.gpu.exact");
    private static final long KEPT = 128;                              // calls, after which idle memory goes back to the device
    private static final int MOST_WAITING = 1024;                      // launches that are enqueued before somebody waits for them

    final Device device;
    final MemorySegment context;
    final MemorySegment queue;
    final boolean isProfiled = Boolean.getBoolean("damo.gpu.profile");
    private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();
    private final Set<Tenant> tenants = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<Long, Deque<Memory>> idle = new HashMap<>();     // by size, what was used last first
    private final AtomicLong enqueued = new AtomicLong();
    private final AtomicLong moves = new AtomicLong();
    private final AtomicLong movedBytes = new AtomicLong();
    private long memories;
    private long calls;
    private long heldBytes;
    private boolean isClosed;                                          // changes when nobody is in

    Session(Device device) {
        this.device = device;
        context = OpenCl.context(device.handle());
        queue = OpenCl.queue(context, device.handle(), isProfiled);
    }

    /// Memory of the device. Each has another `number`, while a handle may come again.
    static final class Memory {
        final MemorySegment handle;
        final long bytes;
        final long number;
        private long idleSince;

        private Memory(MemorySegment handle, long bytes, long number) {
            this.handle = handle;
            this.bytes = bytes;
            this.number = number;
        }
    }

    /// What has memory or programs here for longer than a call.
    interface Tenant {
        /// Gives all of it back, because the session closes.
        void evict(Session from);
    }

    /// Keeps this open until [#leave], unless it is closed. One thread may enter more than once.
    boolean enter() {
        use.readLock().lock();
        if (!isClosed) return true;
        use.readLock().unlock();
        return false;
    }

    void leave() {
        use.readLock().unlock();
    }

    synchronized void add(Tenant tenant) {
        tenants.add(tenant);
    }

    synchronized void remove(Tenant tenant) {
        tenants.remove(tenant);
    }

    /// How many programs and values of state live here.
    synchronized int tenants() {
        return tenants.size();
    }

    /// How many bytes are held, idle ones among them.
    synchronized long heldBytes() {
        return heldBytes;
    }

    /// How many arrays went to the device or came back, so far.
    long moves() {
        return moves.get();
    }

    /// How many bytes they had in all.
    long movedBytes() {
        return movedBytes.get();
    }

    void moved(long bytes) {
        moves.incrementAndGet();
        movedBytes.addAndGet(bytes);
    }

    /// Says that a call begins.
    synchronized void begin() {
        if (++calls % KEPT == 0) release(calls - KEPT);
    }

    /// Says that a kernel was enqueued, and now and then waits for all: no driver need hold any number of them.
    void enqueued() {
        if (enqueued.incrementAndGet() % MOST_WAITING == 0) OpenCl.finish(queue);
    }

    /// Memory of at least so many bytes.
    ///
    /// @throws DamoException if the device has not got it
    synchronized Memory take(long bytes) {
        long size = rounded(bytes);
        Deque<Memory> same = idle.get(size);
        if (same != null && !same.isEmpty()) return same.pop();
        Memory fresh = create(bytes, size);
        heldBytes += size;
        return fresh;
    }

    private Memory create(long bytes, long size) {
        try {
            return new Memory(OpenCl.buffer(context, size), size, memories++);
        } catch (OpenClError first) {
            if (!first.isMemory()) throw first;
            if (bytes <= device.memoryBytes()) collect();
            release(Long.MAX_VALUE);
            try {
                return new Memory(OpenCl.buffer(context, size), size, memories++);
            } catch (OpenClError second) {
                throw outOfMemory(bytes, second);
            }
        }
    }

    /// Memory of state that nobody can reach comes back when the collector has found it; usually nobody waits for that.
    private void collect() {
        System.gc();
        try {
            wait(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// The user's error if a command needs more than there is.
    synchronized DamoException outOfMemory(long bytes, OpenClError why) {
        return new DamoException("gpu: out of memory: %,d bytes were asked for; %,d are held already, of the %,d that %s has (%s); use smaller arrays"
                .formatted(bytes, heldBytes, device.memoryBytes(), device.name(), why.getMessage()), why);
    }

    /// Takes memory back.
    synchronized void give(Memory memory) {
        if (isClosed) {
            OpenCl.releaseBuffer(memory.handle);
            return;
        }
        memory.idleSince = calls;
        idle.computeIfAbsent(memory.bytes, _ -> new ArrayDeque<>()).push(memory);
    }

    /// Gives memory back to the device that nobody has wanted since that call.
    private void release(long call) {
        for (Deque<Memory> same : idle.values())
            while (!same.isEmpty() && same.getLast().idleSince < call) {
                Memory memory = same.removeLast();
                OpenCl.releaseBuffer(memory.handle);
                heldBytes -= memory.bytes;
            }
    }

    /// Four sizes between a power of two and the next, so that a size that changes a little finds what it gave back.
    private static long rounded(long bytes) {
        if (EXACT) return Math.max(bytes, 1);
        if (bytes <= LEAST) return LEAST;
        long step = Long.highestOneBit(bytes - 1) >> 2;
        return (bytes + step - 1) / step * step;
    }

    /// Waits until all have left, lets tenants go, and gives everything back. To close twice does no harm.
    void close() {
        use.writeLock().lock();
        try {
            if (isClosed) return;
            List<Tenant> leaving;
            synchronized (this) {
                leaving = List.copyOf(tenants);
            }
            leaving.forEach(tenant -> tenant.evict(this));
            try {
                OpenCl.finish(queue);
            } catch (OpenClError e) {
                // a device that is lost has nothing to finish
            }
            synchronized (this) {
                isClosed = true;
                release(Long.MAX_VALUE);
            }
            OpenCl.releaseQueue(queue);
            OpenCl.releaseContext(context);
        } finally {
            use.writeLock().unlock();
        }
    }
}
