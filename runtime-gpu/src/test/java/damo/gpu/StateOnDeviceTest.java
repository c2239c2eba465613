package damo.gpu;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.CompiledFunction;
import damo.DamoException;
import damo.MrgRandomStreams;
import damo.Optimizers;
import damo.RandomStreams;
import damo.Shared;
import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Shared variables live on the device: what moves, what is held, and what is left when something fails or closes.
@Timeout(300)
class StateOnDeviceTest {
    private Device device;

    @BeforeEach void aDeviceIsThere() {
        device = OnDevice.device();
        closeDevices();
    }

    /// What moved while this ran: how many arrays, how many bytes.
    private List<Long> moved(Runnable call) {
        Session session = Devices.session(device);
        long moves = session.moves();
        long bytes = session.movedBytes();
        call.run();
        assertSame(session, Devices.session(device));
        return List.of(session.moves() - moves, session.movedBytes() - bytes);
    }

    private static double[] noise(int n) {
        return new Random(n).doubles(n, -1, 1).toArray();
    }

    /// Logistic regression with momentum: three variables of state.
    private static final class Training {
        final Shared w = shared(noise(20), "w");
        final Shared b = shared(0.0, "b");
        final CompiledFunction step;

        Training(String backend) {
            Variable x = dmatrix("x");
            Variable t = dvector("t");
            Variable p = dot(x, w).add(b);
            Variable cost = softplus(p).sub(p.mul(t)).mean();
            step = function().name("step").in(x, t).out(cost).update(Optimizers.momentum(List.of(w, b), grad(cost, List.of(w, b)), 0.1, 0.9))
                    .on(backend).compile();
        }

        double step(int i) {
            double[] t = IntStream.range(0, 8).mapToDouble(k -> (i + k) % 2).toArray();
            return step.call(NDArray.wrap(noise(160), 8, 20), t).scalar();
        }
    }

    @Test void aTrainingStepMovesItsArgumentsAndItsCost() {
        var gpu = new Training("gpu");
        var cpu = new Training("interpreter");
        assertEquals(cpu.step(0), gpu.step(0), 1e-12);
        for (int i = 1; i < 20; i++) {
            int n = i;
            assertEquals(List.of(3L, (160 + 8 + 1) * 8L), moved(() -> assertEquals(cpu.step(n), gpu.step(n), 1e-12)));
        }
        assertTrue(gpu.step.explain().contains(" 3 transfers, 1,352 bytes"), gpu.step::explain);
        assertEquals(List.of(1L, 160L), moved(() -> assertTrue(gpu.w.value().allClose(cpu.w.value(), 1e-12, 1e-12))));
        assertEquals(List.of(0L, 0L), moved(() -> assertTrue(gpu.w.borrow().allClose(cpu.w.value(), 1e-12, 1e-12))), "it was fetched");
        assertEquals(List.of(3L, 1352L), moved(() -> gpu.step(20)), "it is still on the device");
        gpu.w.set(new double[20]);
        assertEquals(List.of(4L, 1352L + 160), moved(() -> gpu.step(21)), "a value of the host goes there once");
        assertEquals(List.of(3L, 1352L), moved(() -> gpu.step(22)));
    }

    @Test void whatIsOnlyReadGoesToTheDeviceOnceForAllFunctions() {
        var data = shared(noise(1000), "data");
        Variable i = lscalar("i");
        var f = function().in(i).out(data.mul(i).sum()).on("gpu").compile();
        var g = function().in(i).out(data.sub(i).max()).on("gpu").compile();
        f.call(1);
        assertEquals(List.of(2L, 16L), moved(() -> f.call(2)));
        g.call(1);
        assertEquals(List.of(2L, 16L), moved(() -> g.call(3)));
    }

    @Test void whatWasBorrowedStaysAsItWas() {
        var s = shared(new double[] {1, 2});
        var f = function().update(s, s.mul(2)).on("gpu").compile();
        f.run();
        NDArray first = s.borrow();
        f.run();
        f.run();
        assertArrayEquals(new double[] {2, 4}, first.toDoubleArray());
        assertArrayEquals(new double[] {8, 16}, s.value().toDoubleArray());
    }

    private void run(int calls) {
        var training = new Training("gpu");
        var extents = shared(new float[1]);
        Variable n = lscalar("n");
        var other = function().in(n).update(extents, zeros(DType.FLOAT32, n).add(extents.sum())).on("gpu").compile();
        long held = 0;
        for (int i = 0; i < calls; i++) {
            training.step(i);
            if (i % 10 == 0) other.callAll(1 + i / 10 % 40);
            if (i % 100 == 0) training.w.value();
            if (i == 1000) held = Devices.session(device).heldBytes();
            if (i > 1000) assertTrue(Devices.session(device).heldBytes() <= held + 1024, "call " + i);
        }
    }

    @Test void manyCallsHoldNoMoreMemory() {
        run(3_000);
    }

    @Test @Tag("fuzz") void aHundredThousandCallsHoldNoMoreMemory() {
        run(100_000);
    }

    @Test void idleMemoryGoesBackAfterAWhile() {
        var large = function().out(random(1).uniform(100_000).sum()).on("gpu").compile();
        large.call();
        var small = new Training("gpu");
        for (int i = 0; i < 300; i++) small.step(i);
        assertTrue(Devices.session(device).heldBytes() < 100_000, () -> "" + Devices.session(device).heldBytes());
    }

    @Test void memoryOfStateThatNobodyCanReachComesBack() throws InterruptedException {
        new Training("gpu").step(0);
        Supplier<Session> session = () -> Devices.session(device);
        for (int i = 0; i < 100 && session.get().tenants() > 0; i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertEquals(0, session.get().tenants());
    }

    @Test void closingLosesNothing() {
        var gpu = new Training("gpu");
        var cpu = new Training("interpreter");
        for (int i = 0; i < 6; i++) {
            assertEquals(cpu.step(i), gpu.step(i), 1e-12);
            if (i % 2 == 1) closeDevices();
            if (i % 3 == 2) closeDevices();
        }
        Session before = Devices.session(device);
        closeDevices();
        assertFalse(before.enter());
        assertTrue(gpu.w.value().allClose(cpu.w.value(), 1e-12, 1e-12));
        assertEquals(cpu.step(7), gpu.step(7), 1e-12);
    }

    @Test void threadsUpdateOneVariableWhileTheDeviceCloses() throws Exception {
        var s = shared(new double[3], "s");
        var ones = function().out(s.sum()).update(s, s.add(1)).on("gpu").compile();
        var threes = function().update(s, s.add(3)).on("gpu").compile();
        var tens = function().update(s, s.add(10)).on("interpreter").compile();
        var read = function().out(s.max().sub(s.min())).on("gpu").compile();
        List<Callable<Void>> tasks = new ArrayList<>();
        for (CompiledFunction f : List.of(ones, threes, tens, ones)) tasks.add(() -> {
            for (int i = 0; i < 200; i++) f.run();
            return null;
        });
        tasks.add(() -> {
            for (int i = 0; i < 100; i++) {
                assertEquals(0, read.call().scalar());
                double[] now = s.value().toDoubleArray();
                assertEquals(now[0], now[2]);
            }
            return null;
        });
        tasks.add(() -> {
            for (int i = 0; i < 10; i++) {
                Thread.sleep(5);
                closeDevices();
            }
            return null;
        });
        try (var pool = Executors.newFixedThreadPool(tasks.size())) {
            for (Future<Void> done : pool.invokeAll(tasks)) done.get();
        }
        assertArrayEquals(new double[] {3000, 3000, 3000}, s.value().toDoubleArray());
    }

    @Test void functionsOfBothSidesTakeTurns() {
        var s = shared(noise(50), "s");
        double[] want = noise(50);
        var gpu = function().update(s, s.mul(1.5).sub(0.1)).on("gpu").compile();
        var host = function().update(s, s.mul(1.5).sub(0.1)).on("interpreter").compile();
        var same = function().out(s.sum()).update(s, s).on("gpu").compile();
        var random = new Random(5);
        for (int i = 0; i < 100; i++) {
            switch (random.nextInt(4)) {
                case 0 -> gpu.run();
                case 1 -> host.run();
                case 2 -> {
                    same.call();
                    continue;
                }
                default -> {
                    assertArrayEquals(want, s.value().toDoubleArray(), 1e-9);
                    s.set(noise(50));
                    want = noise(50);
                    continue;
                }
            }
            for (int k = 0; k < 50; k++) want[k] = want[k] * 1.5 - 0.1;
        }
        assertArrayEquals(want, s.value().toDoubleArray(), 1e-9 * 1e3);
    }

    @Test void aCallThatFailsLeavesTheStateAndNoMemory() {
        var a = shared(new double[] {1, 2}, "a");
        var b = shared(new double[] {3}, "b");
        Variable i = lvector("i");
        Variable x = dvector("x");
        var checked = function().in(i).out(a.take(0, i)).update(a, a.mul(2)).update(b, b.add(a.take(0, i).sum())).on("gpu").compile();
        var shaped = function().in(x).update(a, a.add(x)).on("gpu").compile();
        var delivered = function().out(a.expandDims(0)).update(a, a.add(1)).on("gpu").compile();
        checked.callAll(new long[] {0, 1});
        long held = 0;
        for (int n = 0; n < 50; n++) {
            assertThrows(DamoException.class, () -> checked.call(new long[] {2}));
            assertThrows(DamoException.class, () -> shaped.callAll((Object) new double[3]));
            assertThrows(DamoException.class, () -> delivered.into((Object) new double[2][2]).call());
            if (n == 0) held = Devices.session(device).heldBytes();
        }
        assertEquals(held, Devices.session(device).heldBytes());
        assertArrayEquals(new double[] {2, 4}, a.value().toDoubleArray());
        assertArrayEquals(new double[] {6}, b.value().toDoubleArray());
    }

    @Test void statesOfRandomStreamsDoNotMove() {
        var classic = function().out(new RandomStreams(7).uniform(4)).on("gpu").compile();
        var classicWant = function().out(new RandomStreams(7).uniform(4)).on("interpreter").compile();
        assertEquals(classicWant.call(), classic.call());
        for (int i = 0; i < 5; i++) assertEquals(List.of(0L, 0L), moved(() -> assertEquals(classicWant.call(), classic.call())), "the host draws");
        var mrg = function().out(new MrgRandomStreams(7).uniform(4)).on("gpu").compile();
        var mrgWant = function().out(new MrgRandomStreams(7).uniform(4)).on("interpreter").compile();
        var keyed = function().out(random(7).streams().uniform(4)).on("gpu").compile();
        var keyedWant = function().out(random(7).streams().uniform(4)).on("interpreter").compile();
        assertEquals(mrgWant.call(), mrg.call());
        assertEquals(keyedWant.call(), keyed.call());
        for (int i = 0; i < 5; i++) {
            assertEquals(List.of(1L, 32L), moved(() -> assertEquals(mrgWant.call(), mrg.call())));
            assertEquals(List.of(1L, 32L), moved(() -> assertEquals(keyedWant.call(), keyed.call())));
        }
    }

    @Test void stateMaySayExtentsAndBranches() {
        var n = shared(1L, "n");
        var s = shared(new double[] {1}, "s");
        var f = function().out(s.sum()).update(n, n.add(1)).update(s, ones(DType.FLOAT64, n).mul(ifelse(n.gt(3), s.sum(), n.cast(DType.FLOAT64))))
                .on("gpu").compile();
        var g = function().out(s.sum()).on("interpreter").compile();
        double want = 1;
        for (int i = 1; i < 8; i++) {
            assertEquals(want, f.call().scalar());
            want = i * (i > 3 ? want : i);
            assertEquals(want, g.call().scalar());
            if (i == 5) closeDevices();
        }
        assertTrue(f.explain().contains("to the host for extents %n: 8 bytes"), f::explain);
        assertEquals(8, n.value().scalarLong());
    }
}
