package damo.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class DevicesTest {

    @Test
    void thereAreNoDevicesYet() {
        assertEquals(List.of(), Devices.names());
    }

    @Test
    void theMessageIsOneLineAndNamesWhatServesInstead() {
        assertEquals(1, Devices.NONE.lines().count());
        assertTrue(Devices.NONE.contains("CPU back end"), Devices.NONE);
    }
}
