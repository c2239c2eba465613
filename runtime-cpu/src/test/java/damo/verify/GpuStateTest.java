package damo.verify;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import damo.CompiledFunction;
import damo.value.NDArray;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// State that functions of the CPU and of a device share. Skipped where no device is.
class GpuStateTest {
    @BeforeEach void aDeviceIsThere() {
        OnGpu.needed();
    }

    @Test void bothTakeTurns() {
        var s = shared(new double[] {1, -2, 3}, "s");
        double[] want = {1, -2, 3};
        List<CompiledFunction> all = Stream.of("cpu", "gpu", "interpreter").map(b ->
            function().out(s.sum()).update(s, s.mul(0.5).add(1)).on(b).compile()).toList();
        var random = new Random(3);
        for (int i = 0; i < 300; i++) {
            CompiledFunction f = all.get(random.nextInt(3));
            for (int n = random.nextInt(5); n >= 0; n--) {             // several times the same, so that each has its two buffers
                assertEquals(want[0] + want[1] + want[2], f.call().scalar(), 1e-12);
                for (int k = 0; k < 3; k++) want[k] = want[k] * 0.5 + 1;
            }
            if (i % 7 == 0) assertArrayEquals(want, s.value().toDoubleArray(), 1e-12);
            if (i % 50 == 0) closeDevices();
            if (i % 20 == 0) s.set(want = new double[] {i, -2, 3});
            want = want.clone();
        }
    }

    @Test void threadsOfBothCountEveryUpdate() throws Exception {
        var s = shared(new long[2], "s");
        List<Callable<Void>> tasks = Stream.of("cpu", "gpu", "cpu", "gpu").<Callable<Void>>map(b -> {
            CompiledFunction f = function().out(s.max().sub(s.min())).update(s, s.add(1)).on(b).compile();
            return () -> {
                for (int i = 0; i < 200; i++) {
                    assertEquals(0, f.call().scalarLong());
                    NDArray seen = s.borrow();
                    assertEquals(seen.longAt(0), seen.longAt(1));
                }
                return null;
            };
        }).toList();
        try (var pool = Executors.newFixedThreadPool(4)) {
            for (Future<Void> done : pool.invokeAll(tasks)) done.get();
        }
        assertArrayEquals(new long[] {800, 800}, s.value().toLongArray());
    }
}
