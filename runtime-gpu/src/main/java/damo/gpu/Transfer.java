package damo.gpu;

import damo.type.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Copies between Java arrays and mapped memory of a device.
final class Transfer {
    private Transfer() {}

    /// How many bytes so many elements are.
    static long bytes(DType dtype, long elements) {
        return elements * dtype.bits() / 8;
    }

    /// The first `count` elements of `array` to the device.
    static void write(Session session, Session.Memory to, DType dtype, Object array, int count) {
        if (count == 0) return;
        MemorySegment mapped = map(session, to, OpenCl.MAP_OVERWRITE, bytes(dtype, count));
        if (array instanceof boolean[] bools) for (int i = 0; i < count; i++) mapped.set(ValueLayout.JAVA_BYTE, i, (byte) (bools[i] ? 1 : 0));
        else MemorySegment.copy(segment(array), 0, mapped, 0, bytes(dtype, count));
        OpenCl.unmap(session.queue, to.handle, mapped);
        session.moved(bytes(dtype, count));
    }

    /// `count` elements from the device into `array`.
    static void read(Session session, Session.Memory from, DType dtype, Object array, int count) {
        if (count == 0) return;
        MemorySegment mapped = map(session, from, OpenCl.MAP_READ, bytes(dtype, count));
        if (array instanceof boolean[] bools) for (int i = 0; i < count; i++) bools[i] = mapped.get(ValueLayout.JAVA_BYTE, i) != 0;
        else MemorySegment.copy(mapped, 0, segment(array), 0, bytes(dtype, count));
        OpenCl.unmap(session.queue, from.handle, mapped);
        session.moved(bytes(dtype, count));
    }

    private static MemorySegment map(Session session, Session.Memory memory, long flags, long bytes) {
        try {
            return OpenCl.map(session.queue, memory.handle, flags, bytes);
        } catch (OpenClError e) {
            throw e.isMemory() ? session.outOfMemory(bytes, e) : e;
        }
    }

    private static MemorySegment segment(Object array) {
        return switch (array) {
            case byte[] a -> MemorySegment.ofArray(a);
            case short[] a -> MemorySegment.ofArray(a);
            case int[] a -> MemorySegment.ofArray(a);
            case long[] a -> MemorySegment.ofArray(a);
            case float[] a -> MemorySegment.ofArray(a);
            case double[] a -> MemorySegment.ofArray(a);
            default -> throw new IllegalArgumentException(array.getClass().getName());   // no dtype is stored so
        };
    }
}
