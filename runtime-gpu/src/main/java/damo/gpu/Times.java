package damo.gpu;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// How long the kernels of a call take, by the device's own clock: `-Ddamo.gpu.profile=true`.
final class Times implements AutoCloseable {
    private static final int MOST = 4096;                              // events that are kept before the queue is waited for

    private final Session session;
    private final Traffic traffic;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment events = arena.allocate(ADDRESS, MOST);
    private final int[] kernels = new int[MOST];
    private int count;

    Times(Session session, Traffic traffic) {
        this.session = session;
        this.traffic = traffic;
    }

    /// Where to put the event of a launch of this kernel.
    MemorySegment next(int kernel) {
        if (count == MOST) finish();
        kernels[count] = kernel;
        return events.asSlice(ADDRESS.byteSize() * count++, ADDRESS);
    }

    /// Waits for all launches, and tells how long each took.
    void finish() {
        OpenCl.finish(session.queue);
        for (int i = 0; i < count; i++) traffic.ran(kernels[i], OpenCl.nanos(events.getAtIndex(ADDRESS, i)));
        release();
    }

    private void release() {
        for (int i = 0; i < count; i++) {
            MemorySegment event = events.getAtIndex(ADDRESS, i);
            if (!event.equals(MemorySegment.NULL)) OpenCl.releaseEvent(event);        // a launch that failed has none
            events.setAtIndex(ADDRESS, i, MemorySegment.NULL);
        }
        count = 0;
    }

    @Override public void close() {
        release();
        arena.close();
    }
}
