package damo.verify;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import damo.Damo;

/// Whether, and how much, to test on an OpenCL device.
final class OnGpu {
    /// Whether to test everything, as `mvn -Pgpu` does: minutes instead of seconds, since a device's compiler takes its time for each kernel.
    static final boolean ALL = Boolean.getBoolean("damo.gpu.all");

    private OnGpu() {}

    /// Skips the test, and says why, where no device is.
    static void needed() {
        assumeFalse(Damo.devices().isEmpty(), "no OpenCL device (or damo-gpu is not on the path)");
    }
}
