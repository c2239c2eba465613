package damo.gpu;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.DamoException;
import damo.graph.Lambda;
import damo.graph.Variable;
import damo.spi.Executable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Where a device is missing, or cannot do what is asked. `damo.verify.NoDeviceTest` has another back end, which serves.
class FallbackTest {
    private static Lambda doubled(DType dtype) {
        Variable x = tensor(dtype, "x", -1);
        return new Lambda("doubled", List.of(x), List.of(x.mul(2)));
    }

    /// A device like the one that is there, but without float64.
    private static Device narrow() {
        Device d = OnDevice.device();
        return new Device(d.handle(), d.name(), d.kind(), d.version(), d.driver(), d.platform(), d.memoryBytes(), false, d.isExactFloat32(),
                d.groupSize(), d.units());
    }

    private static NDArray run(Executable executable, NDArray x) {
        NDArray[] results = new NDArray[1];
        executable.run(new NDArray[] {x}, new NDArray[1], results);
        return results[0];
    }

    @AfterEach void forget() {
        System.clearProperty(GpuBackend.FALLBACK);
        closeDevices();
    }

    @Test void withoutADeviceOneMessageSaysWhyUnlessAnotherBackEndMayServe() {
        var error = assertThrows(DamoException.class, () -> GpuBackend.fallback(doubled(DType.FLOAT64), 1, Devices.missing()));
        assertEquals(Devices.missing(), error.getMessage());
        System.setProperty(GpuBackend.FALLBACK, "nowhere");
        error = assertThrows(DamoException.class, () -> GpuBackend.fallback(doubled(DType.FLOAT64), 1, Devices.missing()));
        assertTrue(error.getMessage().endsWith("; the back end 'nowhere' that -Ddamo.gpu.fallback names is not there"), error.getMessage());
    }

    @Test void aDeviceWithoutFloat64ServesFloat32() {
        var float32 = new GpuExecutable(doubled(DType.FLOAT32), 1, narrow());
        assertEquals(NDArray.of(new float[] {2, 4}), run(float32, NDArray.of(new float[] {1, 2})));
        var float64 = new GpuExecutable(doubled(DType.FLOAT64), 1, narrow());
        var error = assertThrows(DamoException.class, () -> run(float64, NDArray.of(new double[] {1, 2})));
        for (String word : new String[] {"computes no float64, and doubled needs it", "use float32", "on(cpu())", "-Ddamo.gpu.fallback=cpu"})
            assertTrue(error.getMessage().contains(word), error.getMessage());
    }
}
