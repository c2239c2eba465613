package damo.verify;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import damo.Damo;
import damo.DamoException;

/// Whether, and how much, to test on an OpenCL device.
final class OnGpu {
    /// Whether to test everything, as `mvn -Pgpu` does: minutes instead of seconds, since a device's compiler takes its time for each kernel.
    static final boolean ALL = Boolean.getBoolean("damo.gpu.all");

    /// Why there is none, or `null`.
    private static final String MISSING = Damo.devices().isEmpty() ? missing() : null;

    private OnGpu() {}

    private static String missing() {
        String why = "gpu: no device";
        try {
            Damo.function().out(Damo.constant(1)).on("gpu").compile().call();
        } catch (DamoException e) {
            why = e.getMessage();
        }
        System.out.println("tests on devices are skipped: " + why);
        return why;
    }

    /// Skips the test, and says why, where no device is; `mvn -Pgpu` fails there.
    static void needed() {
        if (ALL) assertNull(MISSING, MISSING);
        assumeTrue(MISSING == null, MISSING);
    }
}
