package damo.gpu;

import static damo.gpu.Library.function;
import static java.lang.foreign.MemorySegment.NULL;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.LongStream;

/// The functions of OpenCL 1.2 that Damo calls. Handles are addresses. A function that fails throws [OpenClError].
final class OpenCl {
    private static final MethodHandle GET_PLATFORMS = function("clGetPlatformIDs", "IIPP");
    private static final MethodHandle PLATFORM_INFO = function("clGetPlatformInfo", "IPILPP");
    private static final MethodHandle GET_DEVICES = function("clGetDeviceIDs", "IPLIPP");
    private static final MethodHandle DEVICE_INFO = function("clGetDeviceInfo", "IPILPP");
    private static final MethodHandle CREATE_CONTEXT = function("clCreateContext", "PPIPPPP");
    private static final MethodHandle RELEASE_CONTEXT = function("clReleaseContext", "IP");
    private static final MethodHandle CREATE_QUEUE = function("clCreateCommandQueue", "PPPLP");
    private static final MethodHandle RELEASE_QUEUE = function("clReleaseCommandQueue", "IP");
    private static final MethodHandle CREATE_BUFFER = function("clCreateBuffer", "PPLLPP");
    private static final MethodHandle RELEASE_BUFFER = function("clReleaseMemObject", "IP");
    private static final MethodHandle PROGRAM_OF_SOURCE = function("clCreateProgramWithSource", "PPIPPP");
    private static final MethodHandle PROGRAM_OF_BINARY = function("clCreateProgramWithBinary", "PPIPPPPP");
    private static final MethodHandle BUILD = function("clBuildProgram", "IPIPPPP");
    private static final MethodHandle BUILD_INFO = function("clGetProgramBuildInfo", "IPPILPP");
    private static final MethodHandle PROGRAM_INFO = function("clGetProgramInfo", "IPILPP");
    private static final MethodHandle RELEASE_PROGRAM = function("clReleaseProgram", "IP");
    private static final MethodHandle CREATE_KERNEL = function("clCreateKernel", "PPPP");
    private static final MethodHandle RELEASE_KERNEL = function("clReleaseKernel", "IP");
    private static final MethodHandle SET_ARGUMENT = function("clSetKernelArg", "IPILP");
    private static final MethodHandle LAUNCH = function("clEnqueueNDRangeKernel", "IPPIPPPIPP");
    private static final MethodHandle MAP = function("clEnqueueMapBuffer", "PPPILLLIPPP");
    private static final MethodHandle UNMAP = function("clEnqueueUnmapMemObject", "IPPPIPP");
    private static final MethodHandle FLUSH = function("clFlush", "IP");
    private static final MethodHandle FINISH = function("clFinish", "IP");
    private static final MethodHandle EVENT_PROFILE = function("clGetEventProfilingInfo", "IPILPP");
    private static final MethodHandle RELEASE_EVENT = function("clReleaseEvent", "IP");

    /// What [#map] is for.
    static final long MAP_READ = 1, MAP_OVERWRITE = 4;

    private static final int BUILD_LOG = 0x1183, BINARY_SIZES = 0x1165, BINARIES = 0x1166, STARTED = 0x1282, ENDED = 0x1283,
            NO_PLATFORMS = -1001, NO_DEVICES = -1;

    private OpenCl() {}

    /// All platforms; none where no driver is installed.
    static List<MemorySegment> platforms() {
        return list("clGetPlatformIDs", NO_PLATFORMS, (count, into, found) -> (int) GET_PLATFORMS.invokeExact(count, into, found));
    }

    /// All devices of a platform.
    static List<MemorySegment> devices(MemorySegment platform) {
        return list("clGetDeviceIDs", NO_DEVICES, (count, into, found) ->
            (int) GET_DEVICES.invokeExact(platform, 0xFFFF_FFFFL, count, into, found));
    }

    private interface Lister {
        int list(int count, MemorySegment into, MemorySegment found) throws Throwable;
    }

    private static List<MemorySegment> list(String function, int none, Lister lister) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment found = arena.allocate(JAVA_INT);
            int status = run(() -> lister.list(0, NULL, found));
            if (status == none) return List.of();
            OpenClError.check(function, status);
            int count = found.get(JAVA_INT, 0);
            if (count == 0) return List.of();
            MemorySegment into = arena.allocate(ADDRESS, count);
            OpenClError.check(function, run(() -> lister.list(count, into, NULL)));
            return LongStream.range(0, count).mapToObj(i -> into.getAtIndex(ADDRESS, i)).toList();
        }
    }

    static String platformText(MemorySegment platform, int what) {
        return text(info("clGetPlatformInfo", (size, into, needed) -> (int) PLATFORM_INFO.invokeExact(platform, what, size, into, needed)));
    }

    static String deviceText(MemorySegment device, int what) {
        return text(deviceInfo(device, what));
    }

    /// A number that a device tells of itself, of 4 or 8 bytes.
    static long deviceNumber(MemorySegment device, int what) {
        MemorySegment bytes = MemorySegment.ofArray(deviceInfo(device, what));
        return bytes.byteSize() == 4 ? bytes.get(JAVA_INT.withByteAlignment(1), 0) : bytes.get(JAVA_LONG.withByteAlignment(1), 0);
    }

    private static byte[] deviceInfo(MemorySegment device, int what) {
        return info("clGetDeviceInfo", (size, into, needed) -> (int) DEVICE_INFO.invokeExact(device, what, size, into, needed));
    }

    private interface Teller {
        int tell(long size, MemorySegment into, MemorySegment needed) throws Throwable;
    }

    private static byte[] info(String function, Teller teller) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment needed = arena.allocate(JAVA_LONG);
            OpenClError.check(function, run(() -> teller.tell(0, NULL, needed)));
            long size = needed.get(JAVA_LONG, 0);
            MemorySegment into = arena.allocate(Math.max(size, 1));
            OpenClError.check(function, run(() -> teller.tell(size, into, NULL)));
            return into.asSlice(0, size).toArray(JAVA_BYTE);
        }
    }

    private static String text(byte[] bytes) {
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) length++;
        return new String(bytes, 0, length, StandardCharsets.UTF_8).strip();
    }

    static MemorySegment context(MemorySegment device) {
        return create("clCreateContext", (arena, status) ->
            (MemorySegment) CREATE_CONTEXT.invokeExact(NULL, 1, arena.allocateFrom(ADDRESS, device), NULL, NULL, status));
    }

    /// A queue whose commands run one after another; if `isProfiled`, their events know how long they took.
    static MemorySegment queue(MemorySegment context, MemorySegment device, boolean isProfiled) {
        return create("clCreateCommandQueue", (_, status) -> (MemorySegment) CREATE_QUEUE.invokeExact(context, device, isProfiled ? 2L : 0L, status));
    }

    static MemorySegment buffer(MemorySegment context, long bytes) {
        return create("clCreateBuffer", (_, status) -> (MemorySegment) CREATE_BUFFER.invokeExact(context, 1L, bytes, NULL, status));
    }

    static MemorySegment program(MemorySegment context, String source) {
        return create("clCreateProgramWithSource", (arena, status) -> (MemorySegment) PROGRAM_OF_SOURCE.invokeExact(context, 1,
                arena.allocateFrom(ADDRESS, arena.allocateFrom(source)), NULL, status));
    }

    static MemorySegment program(MemorySegment context, MemorySegment device, byte[] binary) {
        return create("clCreateProgramWithBinary", (arena, status) -> {
            MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, binary);
            return (MemorySegment) PROGRAM_OF_BINARY.invokeExact(context, 1, arena.allocateFrom(ADDRESS, device),
                    arena.allocateFrom(JAVA_LONG, (long) binary.length), arena.allocateFrom(ADDRESS, bytes), NULL, status);
        });
    }

    /// @throws OpenClError if the compiler refuses it; [#buildLog] says why
    static void build(MemorySegment program, MemorySegment device, String options) {
        try (Arena arena = Arena.ofConfined()) {
            OpenClError.check("clBuildProgram", run(() -> (int) BUILD.invokeExact(program, 1, arena.allocateFrom(ADDRESS, device),
                    arena.allocateFrom(options), NULL, NULL)));
        }
    }

    static String buildLog(MemorySegment program, MemorySegment device) {
        return text(info("clGetProgramBuildInfo", (size, into, needed) ->
            (int) BUILD_INFO.invokeExact(program, device, BUILD_LOG, size, into, needed)));
    }

    /// What was built, for the one device of the program.
    static byte[] binary(MemorySegment program) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(JAVA_LONG);
            OpenClError.check("clGetProgramInfo", run(() -> (int) PROGRAM_INFO.invokeExact(program, BINARY_SIZES, 8L, size, NULL)));
            MemorySegment bytes = arena.allocate(Math.max(1, size.get(JAVA_LONG, 0)));
            MemorySegment pointer = arena.allocateFrom(ADDRESS, bytes);
            OpenClError.check("clGetProgramInfo", run(() -> (int) PROGRAM_INFO.invokeExact(program, BINARIES, 8L, pointer, NULL)));
            return bytes.asSlice(0, size.get(JAVA_LONG, 0)).toArray(JAVA_BYTE);
        }
    }

    static MemorySegment kernel(MemorySegment program, String name) {
        return create("clCreateKernel", (arena, status) ->
            (MemorySegment) CREATE_KERNEL.invokeExact(program, arena.allocateFrom(name), status));
    }

    /// Sets an argument of a kernel to the `bytes` bytes at `value`.
    static void argument(MemorySegment kernel, int number, long bytes, MemorySegment value) {
        OpenClError.check("clSetKernelArg", run(() -> (int) SET_ARGUMENT.invokeExact(kernel, number, bytes, value)));
    }

    /// Enqueues a kernel in one dimension; both sizes are at the address of a 64-bit number.
    ///
    /// @param event where to put an event of it, or `NULL`
    static void launch(MemorySegment queue, MemorySegment kernel, MemorySegment items, MemorySegment group, MemorySegment event) {
        OpenClError.check("clEnqueueNDRangeKernel", run(() -> (int) LAUNCH.invokeExact(queue, kernel, 1, NULL, items, group, 0, NULL, event)));
    }

    /// How many nanoseconds of the device a finished command took.
    static long nanos(MemorySegment event) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment time = arena.allocate(JAVA_LONG);
            long[] at = new long[2];
            for (int i = 0; i < 2; i++) {
                int what = i == 0 ? STARTED : ENDED;
                OpenClError.check("clGetEventProfilingInfo", run(() -> (int) EVENT_PROFILE.invokeExact(event, what, 8L, time, NULL)));
                at[i] = time.get(JAVA_LONG, 0);
            }
            return at[1] - at[0];
        }
    }

    static void releaseEvent(MemorySegment event) {
        OpenClError.check("clReleaseEvent", run(() -> (int) RELEASE_EVENT.invokeExact(event)));
    }

    /// Waits for what was enqueued and makes the buffer's first bytes reachable, until [#unmap].
    static MemorySegment map(MemorySegment queue, MemorySegment buffer, long flags, long bytes) {
        return create("clEnqueueMapBuffer", (_, status) ->
            (MemorySegment) MAP.invokeExact(queue, buffer, 1, flags, 0L, bytes, 0, NULL, NULL, status)).reinterpret(bytes);
    }

    static void unmap(MemorySegment queue, MemorySegment buffer, MemorySegment mapped) {
        OpenClError.check("clEnqueueUnmapMemObject", run(() -> (int) UNMAP.invokeExact(queue, buffer, mapped, 0, NULL, NULL)));
    }

    /// Sees to it that what was enqueued begins.
    static void flush(MemorySegment queue) {
        OpenClError.check("clFlush", run(() -> (int) FLUSH.invokeExact(queue)));
    }

    static void finish(MemorySegment queue) {
        OpenClError.check("clFinish", run(() -> (int) FINISH.invokeExact(queue)));
    }

    static void releaseContext(MemorySegment context) {
        OpenClError.check("clReleaseContext", run(() -> (int) RELEASE_CONTEXT.invokeExact(context)));
    }

    static void releaseQueue(MemorySegment queue) {
        OpenClError.check("clReleaseCommandQueue", run(() -> (int) RELEASE_QUEUE.invokeExact(queue)));
    }

    static void releaseBuffer(MemorySegment buffer) {
        OpenClError.check("clReleaseMemObject", run(() -> (int) RELEASE_BUFFER.invokeExact(buffer)));
    }

    static void releaseProgram(MemorySegment program) {
        OpenClError.check("clReleaseProgram", run(() -> (int) RELEASE_PROGRAM.invokeExact(program)));
    }

    static void releaseKernel(MemorySegment kernel) {
        OpenClError.check("clReleaseKernel", run(() -> (int) RELEASE_KERNEL.invokeExact(kernel)));
    }

    private interface Creator {
        MemorySegment create(Arena arena, MemorySegment status) throws Throwable;
    }

    private static MemorySegment create(String function, Creator creator) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(JAVA_INT);
            MemorySegment created = run(() -> creator.create(arena, status));
            OpenClError.check(function, status.get(JAVA_INT, 0));
            return created;
        }
    }

    private interface Body<T> {
        T run() throws Throwable;
    }

    private static <T> T run(Body<T> body) {
        try {
            return body.run();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);                        // a call into C throws nothing
        }
    }
}
