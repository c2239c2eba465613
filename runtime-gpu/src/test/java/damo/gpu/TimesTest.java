package damo.gpu;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TimesTest {
    private static final String PROPERTY = "damo.gpu.profile";

    @BeforeEach void begin() {
        OnDevice.device();
        Devices.close();
        System.setProperty(PROPERTY, "true");
    }

    @AfterEach void end() {
        System.clearProperty(PROPERTY);
        Devices.close();
    }

    @Test void explainShowsHowLongEachKernelTook() {
        var x = dvector("x");
        var loop = scan();
        var s = loop.state(x);
        loop.next(s, s.mul(0.5).add(1));
        loop.times(5000);                                              // more launches than events are kept
        var f = function().in(x).out(loop.last(s)).on("gpu").compile();
        f.call(new double[10]);
        assertTrue(f.explain().lines().anyMatch(l -> l.matches("  kernel \\S+: 5000 launches, \\d+ ns, 800000 bytes, 100000 flops")), f::explain);
    }
}
