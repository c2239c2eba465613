package damo.cpu;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.*;

import com.sun.management.ThreadMXBean;
import damo.Call;
import damo.CompiledFunction;
import damo.DamoException;
import damo.Optimizers;
import damo.Shared;
import damo.graph.Index;
import damo.graph.Op;
import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// State that is updated in its own memory: nobody can tell.
class UpdatesTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @AfterEach void vectorsAsUsual() {
        System.clearProperty("damo.vector");
    }

    private static NDArray uniform(long... shape) {
        int size = (int) NDArray.zeros(DType.BOOL, shape).size();
        return NDArray.wrap(new Random(size).doubles(size).map(u -> u - 0.5).toArray(), shape).astype(DType.FLOAT32);
    }

    private static Variable reversed(Variable x) {
        return x.index(new Index.Range(null, null, -1));
    }

    interface Optimizer {
        Map<Shared, Variable> updates(List<Shared> parameters, List<Variable> gradients);
    }

    static Stream<Optimizer> optimizers() {
        return Stream.of((p, g) -> Optimizers.sgd(p, g, 0.1), (p, g) -> Optimizers.momentum(p, g, 0.1, 0.9),
                (p, g) -> Optimizers.nesterov(p, g, 0.1, 0.9), (p, g) -> Optimizers.adagrad(p, g, 0.1, 1e-6), (p, g) -> Optimizers.adam(p, g, 0.01));
    }

    /// With fewer and more terms than one block of a product has; for several threads.
    @ParameterizedTest @MethodSource("optimizers") void trainingGivesTheSameBits(Optimizer optimizer) {
        for (String vectors : List.of("off", "force"))
            for (int batch : new int[] {20, 700}) {
                System.setProperty("damo.vector", vectors);
                List<List<NDArray>> all = new ArrayList<>();
                for (boolean lend : new boolean[] {true, false}) {
                    var x = fmatrix("x");
                    List<Shared> p = List.of(shared(uniform(301, 203)), shared(uniform(203)), shared(uniform(203, 7)));
                    var cost = sqr(dot(tanh(dot(x, p.get(0)).add(p.get(1))), p.get(2))).sum().add(p.get(1).mean());
                    CompiledFunction step = function().in(x).out(cost).update(optimizer.updates(p, grad(cost, p))).compile();
                    for (int i = 0; i < 4; i++) {
                        if (lend) step.updated().forEach(Shared::borrow);
                        step.call(uniform(batch, 301));
                    }
                    all.add(step.updated().stream().map(Shared::value).toList());
                }
                assertEquals(all.getFirst(), all.getLast());
            }
    }

    @Test void statesThatReadEachOther() {
        var a = shared(new double[] {1, 2, 3});
        var b = shared(new double[] {4, 5, 6});
        var c = shared(new double[] {7, 8, 9});
        CompiledFunction turn = function().out(a.add(b)).update(a, b).update(b, c).update(c, a.add(c.mul(0))).compile();
        for (int i = 0; i < 7; i++) turn.run();
        assertArrayEquals(new double[] {4, 5, 6}, a.value().toDoubleArray());
        assertArrayEquals(new double[] {7, 8, 9}, b.value().toDoubleArray());
        assertArrayEquals(new double[] {1, 2, 3}, c.value().toDoubleArray());
        CompiledFunction reversed = function().update(a, a.sub(reversed(a))).compile();
        for (int i = 0; i < 2; i++) reversed.run();
        assertArrayEquals(new double[] {-4, 0, 4}, a.value().toDoubleArray());
    }

    @Test void aCallThatFailsAfterIt() {
        var n = shared(0.0);
        var w = shared(new double[] {1, 2});
        var v = shared(new double[] {1, 2});
        Variable next = w.add(1);
        Variable few = new Variable(new Op.Assert(next.sum(), n.lt(3), "three is enough"));
        CompiledFunction f = function().update(n, n.add(1)).update(w, next).update(v, v.add(few)).compile();
        for (int i = 0; i < 3; i++) f.run();
        List<NDArray> before = List.of(n.value(), w.value(), v.value());
        for (int i = 0; i < 3; i++) assertThrows(DamoException.class, f::run);
        assertEquals(before, List.of(n.value(), w.value(), v.value()));
    }

    @Test void anOutputThatCannotBeDelivered() {
        var x = dvector("x");
        var w = shared(new double[] {1, 2});
        CompiledFunction f = function().in(x).out(x.expandDims(0)).update(w, w.add(1)).compile();
        Call call = f.into((Object) new double[1][2]);
        for (int i = 0; i < 2; i++) call.call(new double[] {3, 4});
        assertThrows(DamoException.class, () -> call.call(new double[] {3, 4, 5}));
        assertArrayEquals(new double[] {3, 4}, w.value().toDoubleArray());
    }

    @Test void memoryOfTheCallersThatIsReadToo() {
        var x = dvector("x");
        var y = dvector("y");
        double[] a = {1, 2, 3};
        double[] b = {4, 5, 6};
        function().in(x, y).out(y, x.mul(2)).compile().into(a, b).call(a, b);
        assertArrayEquals(new double[] {4, 5, 6}, a);
        assertArrayEquals(new double[] {2, 4, 6}, b);
        CompiledFunction difference = function().in(x, y).out(x.sub(y)).compile();
        difference.into(a).call(a, a);
        assertArrayEquals(new double[3], a);
        CompiledFunction reversed = function().in(x, y).out(x.sub(reversed(y))).compile();
        reversed.into(b).call(b, b);
        assertArrayEquals(new double[] {-4, 0, 4}, b);
    }

    @Test void oneArrayIsEnough() {
        int n = 1 << 20;
        var w = shared(new double[10]);
        var x = dvector("x");
        Call step = function().in(x).update(w, w.sub(x.mul(0.5))).compile().into();
        step.with(x, new double[10]).run();
        w.set(new double[n]);
        Call large = step.with(x, NDArray.ones(DType.FLOAT64, n));
        assertTrue(bytes(large) < n, "as other memory was taken");
        assertTrue(bytes(large) < n);
        NDArray kept = w.borrow();
        assertEquals(-1, kept.get(n - 1));
        assertTrue(bytes(large) > 8 * n, "somebody has it");
        assertTrue(bytes(large) < n);
        assertEquals(-1, kept.get(n - 1));
        assertEquals(-2, w.value().get(n - 1));
    }

    private static long bytes(Call call) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        call.run();
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    @Test void whoReadsMeanwhileSeesAllOrNothing() throws InterruptedException {
        var w = shared(new double[50_000]);
        var v = shared(new double[50_000]);
        CompiledFunction step = function().update(w, w.add(1)).update(v, v.add(1)).compile();
        CompiledFunction both = function().out(abs(w.sub(v)).max()).compile();
        var goesOn = new AtomicBoolean(true);
        Thread updates = Thread.ofPlatform().start(() -> {
            while (goesOn.get()) step.run();
        });
        try {
            for (int i = 0; i < 300; i++) {
                NDArray copy = w.value();
                NDArray borrowed = i % 7 == 0 ? w.borrow() : copy;
                assertEquals(0, both.call().scalar());
                for (NDArray seen : List.of(copy, borrowed)) {
                    double[] all = (double[]) seen.storage();
                    for (double e : all) assertEquals(all[0], e);
                }
            }
        } finally {
            goesOn.set(false);
            updates.join();
        }
    }
}
