package damo.gpu;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A device that OpenCL knows.
///
/// @param handle what OpenCL calls it
/// @param name its name
/// @param kind what it is
/// @param version what it says of itself: the OpenCL version and more
/// @param driver the version of its driver
/// @param platform the platform that drives it
/// @param memoryBytes the size of its memory
/// @param hasFloat64 whether it computes in float64
/// @param isExactFloat32 whether it rounds float32 quotients and roots correctly if it is told to
/// @param groupSize the most items of a work group
/// @param units how many processors it has, each of which does one group after another
record Device(MemorySegment handle, String name, Kind kind, String version, String driver, String platform, long memoryBytes, boolean hasFloat64,
        boolean isExactFloat32, long groupSize, long units) {
    /// What a device is, the best first.
    enum Kind { GPU, ACCELERATOR, CPU }

    private static final int TYPE = 0x1000, UNITS = 0x1002, MAX_GROUP = 0x1004, SINGLE_CONFIG = 0x101B, MEMORY = 0x101F, AVAILABLE = 0x1027,
        COMPILER = 0x1028, NAME = 0x102B, DRIVER = 0x102D, VERSION = 0x102F, EXTENSIONS = 0x1030, PLATFORM_VERSION = 0x0901, PLATFORM_NAME = 0x0902;
    private static final long GPU = 4, ACCELERATOR = 8, CORRECTLY_ROUNDED = 1 << 7;

    /// A device that is there and compiles OpenCL C, or nothing.
    static Optional<Device> of(MemorySegment platform, MemorySegment device) {
        if (OpenCl.deviceNumber(device, AVAILABLE) == 0 || OpenCl.deviceNumber(device, COMPILER) == 0) return Optional.empty();
        long type = OpenCl.deviceNumber(device, TYPE);
        return Optional.of(new Device(device, OpenCl.deviceText(device, NAME),
                (type & GPU) != 0 ? Kind.GPU : (type & ACCELERATOR) != 0 ? Kind.ACCELERATOR : Kind.CPU,
                OpenCl.deviceText(device, VERSION), OpenCl.deviceText(device, DRIVER),
                OpenCl.platformText(platform, PLATFORM_NAME) + " " + OpenCl.platformText(platform, PLATFORM_VERSION),
                OpenCl.deviceNumber(device, MEMORY), List.of(OpenCl.deviceText(device, EXTENSIONS).split("\\s+")).contains("cl_khr_fp64"),
                (OpenCl.deviceNumber(device, SINGLE_CONFIG) & CORRECTLY_ROUNDED) != 0, OpenCl.deviceNumber(device, MAX_GROUP),
                OpenCl.deviceNumber(device, UNITS)));
    }

    /// What programs are built with; `-Ddamo.gpu.options=…` adds to it, for who looks for a fault of a driver.
    String options() {
        return (isExactFloat32 ? "-cl-std=CL1.2 -cl-fp32-correctly-rounded-divide-sqrt " : "-cl-std=CL1.2 ")
                + System.getProperty("damo.gpu.options", "");
    }

    /// One line for users.
    @Override public String toString() {
        return "%s (%s, %,d MB%s; %s, driver %s)".formatted(name, kind.name().toLowerCase(Locale.ROOT), memoryBytes >> 20,
                hasFloat64 ? "" : ", no float64", version, driver);
    }
}
