package damo.gpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import damo.opencl.OpenClText;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// A kernel that was built. Its arguments are its own and stay from launch to launch, so one thread at a time may use it.
final class BuiltKernel {
    private static final MemorySegment GROUP = Arena.global().allocateFrom(JAVA_LONG, OpenClText.GROUP);

    private final MemorySegment handle;
    private final MemorySegment value = Arena.ofAuto().allocate(JAVA_LONG);
    private final long[] buffers;                                      // by argument, the number of the memory that is set; −1 for none
    private final long[] numbers;                                      // by argument; what is no int for none

    BuiltKernel(MemorySegment handle, int arguments) {
        this.handle = handle;
        buffers = new long[arguments];
        numbers = new long[arguments];
        Arrays.fill(buffers, -1);
        Arrays.fill(numbers, Long.MIN_VALUE);
    }

    void set(int argument, Session.Memory memory) {
        if (buffers[argument] == memory.number) return;
        value.set(ADDRESS, 0, memory.handle);
        OpenCl.argument(handle, argument, ADDRESS.byteSize(), value);
        buffers[argument] = memory.number;
    }

    void set(int argument, int number) {
        if (numbers[argument] == number) return;
        value.set(JAVA_INT, 0, number);
        OpenCl.argument(handle, argument, JAVA_INT.byteSize(), value);
        numbers[argument] = number;
    }

    /// Enqueues it with the arguments that are set.
    ///
    /// @param event where its event goes, or null
    void launch(MemorySegment queue, long groups, MemorySegment event) {
        value.set(JAVA_LONG, 0, groups * OpenClText.GROUP);
        OpenCl.launch(queue, handle, value, GROUP, event);
    }

    void release() {
        OpenCl.releaseKernel(handle);
    }
}
