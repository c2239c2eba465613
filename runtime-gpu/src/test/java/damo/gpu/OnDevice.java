package damo.gpu;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Program;
import damo.kernel.Step;
import damo.kernel.Values;
import damo.lower.Specialization;
import damo.value.NDArray;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/// Runs kernels on the chosen device.
final class OnDevice {
    private static final boolean ALL = Boolean.getBoolean("damo.gpu.all");
    private static final AtomicBoolean SAID = new AtomicBoolean();

    private OnDevice() {}

    /// Skips the test, and says why, where no device is; `mvn -Pgpu` fails there.
    static Device device() {
        Optional<Device> device = Devices.chosen();
        if (device.isEmpty() && !SAID.getAndSet(true)) System.out.println("tests on devices are skipped: " + Devices.missing());
        if (ALL) assertTrue(device.isPresent(), Devices::missing);
        assumeTrue(device.isPresent(), Devices::missing);
        return device.get();
    }

    /// Skips the test where no device is, and without `mvn -Pgpu`: it takes a device's compiler some ten seconds.
    static void onlyIfAll() {
        device();
        assumeTrue(ALL, "only with mvn -Pgpu (damo.gpu.all)");
    }

    /// What kernels without symbols store into `outputs`.
    static NDArray[] run(Values values, List<Kernel> kernels, List<Buffer> inputs, List<Buffer> outputs, NDArray... arguments) {
        List<Step> steps = kernels.stream().<Step>map(Step.Launch::new).toList();
        var program = new Program("test", List.of(), inputs, Map.of(), outputs, steps);
        var form = new Specialization(program, values, null /* no symbols */, new boolean[0], _ -> true);
        var results = new NDArray[outputs.size()];
        GpuProgram.of(form, device()).run(new long[0], arguments, new boolean[arguments.length], new NDArray[results.length], results,
                results.length);
        return results;
    }
}
