package damo.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.Damo;
import org.junit.jupiter.api.Test;

class DevicesTest {
    @Test void everyDeviceIsListedWithItsBackEnd() {
        assertEquals(Devices.names().stream().map(d -> "gpu: " + d).toList(), Damo.devices());
    }

    @Test void theMessageSaysWhatWasLookedForAndWhatToDo() {
        String message = Devices.missing();
        assertEquals(1, message.lines().count());
        for (String word : new String[] {"gpu: ", "OpenCL", "on(cpu())", "-Ddamo.gpu.fallback=cpu"}) assertTrue(message.contains(word), message);
    }
}
