package damo.gpu;

import damo.DamoException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.TreeMap;

/// What is open on a device: a context, a queue that runs commands one after another, and memory. Threads share it.
///
/// Memory that is given back is kept for the next who asks; since the queue is in order, who takes it writes after all who read it before.
final class Session {
    private static final long LEAST = 256;                             // bytes of a buffer

    final Device device;
    final MemorySegment context;
    final MemorySegment queue;
    final boolean isProfiled = Boolean.getBoolean("damo.gpu.profile");
    private final TreeMap<Long, Deque<Memory>> idle = new TreeMap<>();
    private long heldBytes;
    private long idleBytes;
    private boolean isClosed;

    Session(Device device) {
        this.device = device;
        context = OpenCl.context(device.handle());
        queue = OpenCl.queue(context, device.handle(), isProfiled);
    }

    /// Memory of the device.
    record Memory(MemorySegment handle, long bytes) {}

    synchronized boolean isClosed() {
        return isClosed;
    }

    /// How many bytes are held, idle ones among them.
    synchronized long heldBytes() {
        return heldBytes;
    }

    /// Memory of at least so many bytes.
    ///
    /// @throws DamoException if the device has not got it
    synchronized Memory take(long bytes) {
        if (isClosed) throw new DamoException("gpu: the device was closed while a function ran on it; call the function again");
        long size = rounded(bytes);
        Deque<Memory> same = idle.get(size);
        if (same != null && !same.isEmpty()) {
            idleBytes -= size;
            return same.pop();
        }
        Memory fresh;
        try {
            fresh = new Memory(OpenCl.buffer(context, size), size);
        } catch (OpenClError first) {
            if (!first.isMemory()) throw first;
            releaseIdle();
            try {
                fresh = new Memory(OpenCl.buffer(context, size), size);
            } catch (OpenClError second) {
                throw outOfMemory(bytes, second);
            }
        }
        heldBytes += size;
        return fresh;
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
        idle.computeIfAbsent(memory.bytes, _ -> new ArrayDeque<>()).push(memory);
        idleBytes += memory.bytes;
        if (idleBytes > Math.max(1L << 26, heldBytes - idleBytes << 1)) releaseIdle();
    }

    private void releaseIdle() {
        idle.values().forEach(all -> all.forEach(m -> OpenCl.releaseBuffer(m.handle)));
        idle.clear();
        heldBytes -= idleBytes;
        idleBytes = 0;
    }

    /// Four sizes between a power of two and the next, so that a size that changes a little finds what it gave back.
    private static long rounded(long bytes) {
        if (bytes <= LEAST) return LEAST;
        long step = Long.highestOneBit(bytes - 1) >> 2;
        return (bytes + step - 1) / step * step;
    }

    synchronized void close() {
        if (isClosed) return;
        isClosed = true;
        OpenCl.finish(queue);
        releaseIdle();
        OpenCl.releaseQueue(queue);
        OpenCl.releaseContext(context);
    }
}
