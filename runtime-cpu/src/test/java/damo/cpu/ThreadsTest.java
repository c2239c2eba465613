package damo.cpu;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.*;

import com.sun.management.ThreadMXBean;
import damo.CompiledFunction;
import damo.graph.Lambda;
import damo.graph.Variable;
import damo.rewrite.Phases;
import damo.spi.Executable;
import damo.type.DType;
import damo.value.NDArray;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Kernels that several threads do.
@Timeout(120)
class ThreadsTest {
    /// With so small a grain they divide whatever can be divided.
    private static final List<Workers> WORKERS = List.of(new Workers(1, 1), new Workers(2, 1), new Workers(3, 1));

    private static final int[] ONE = {0};
    private static final boolean[] SUMS = {false};

    private static NDArray[] run(Executable f, int results, NDArray... arguments) {
        var out = new NDArray[results];
        f.run(arguments, new NDArray[results], out);
        return out;
    }

    /// Expressions of a matrix and a vector of its rows' length, piled up at random.
    private static Lambda random(Random random) {
        Variable m = random.nextBoolean() ? dmatrix("m") : fmatrix("m");
        Variable v = tensor(m.dtype(), "v", -1);
        var matrices = new ArrayList<>(List.of(m));
        var vectors = new ArrayList<>(List.of(v));
        for (int i = 0; i < 8; i++) {
            Variable a = matrices.get(random.nextInt(matrices.size()));
            Variable b = vectors.get(random.nextInt(vectors.size()));
            switch (random.nextInt(10)) {
                case 0 -> matrices.add(a.add(b));
                case 1 -> matrices.add(a.mul(matrices.get(random.nextInt(matrices.size()))));
                case 2 -> matrices.add(a.tanh());
                case 3 -> matrices.add(a.sub(a.max(true, -1)).exp());
                case 4 -> matrices.add(a.div(a.pow(2).sum(true, -1).add(1)));
                case 5 -> vectors.add(a.mean(0));
                case 6 -> vectors.add(b.mul(b.sum()).sin());
                case 7 -> vectors.add(a.transpose().dot(a.dot(b)).sigmoid());
                case 8 -> matrices.add(a.dot(a.transpose()).dot(a).tanh());
                case 9 -> matrices.add(where(a.gt(0), a, a.mul(b)));
                default -> throw new AssertionError();
            }
        }
        List<Variable> all = List.of(matrices.getLast(), vectors.getLast(), matrices.getLast().sum(), matrices.getLast().sum(1));
        return Phases.rewrite(new Lambda("random", List.of(m, v), all), Set.of());
    }

    @Test void theBitsAreTheSameForEveryNumberOfThreads() {
        long seed = Long.getLong("damo.seed", new Random().nextLong());
        var random = new Random(seed);
        for (int i = 0; i < 60; i++) {
            Lambda f = random(random);
            DType t = f.parameters().getFirst().dtype();
            List<Executable> all = WORKERS.stream().map(w -> CpuBackend.executable(f, w)).toList();
            for (int shape = 0; shape < 3; shape++) {
                int rows = 1 + random.nextInt(shape == 2 ? 300 : 20);
                int columns = 1 + random.nextInt(200);
                NDArray m = NDArray.wrap(random.doubles((long) rows * columns, -2, 2).toArray(), rows, columns).astype(t);
                NDArray v = NDArray.wrap(random.doubles(columns, -2, 2).toArray(), columns).astype(t);
                NDArray[] one = run(all.getFirst(), 4, m, v);
                for (Executable other : all) assertArrayEquals(one, run(other, 4, m, v), () -> "seed %d: %s".formatted(seed, other.explain()));
            }
        }
    }

    @Test void longReductionsHaveTheSameBitsForEveryNumberOfThreads() {
        var x = dvector("x");
        Lambda f = Phases.rewrite(new Lambda("f", List.of(x), List.of(x.sum(), x.max(), x.pow(2).mean())), Set.of());
        int size = (1 << 20) + 77;
        NDArray at = NDArray.wrap(new Random(1).doubles(size).toArray(), size);
        NDArray[] one = run(CpuBackend.executable(f, WORKERS.getFirst()), 3, at);
        for (Workers w : WORKERS) {
            Executable other = CpuBackend.executable(f, w);
            assertArrayEquals(one, run(other, 3, at), other::explain);
            assertTrue(other.explain().contains("threads share"), other::explain);
            NDArray few = NDArray.ones(DType.FLOAT64, 5);
            assertEquals(NDArray.of(5.0), run(other, 3, few)[0]);
        }
        double sum = 0;
        for (double each : at.toDoubleArray()) sum += each;
        assertEquals(sum, (double) one[0].scalar(), 1e-7);
    }

    /// Of matrices that are large enough to be summed in parts, and others.
    @Test void sumsOfColumnsHaveTheSameBitsForEveryNumberOfThreads() {
        long seed = Long.getLong("damo.seed", new Random().nextLong());
        var random = new Random(seed);
        for (DType t : List.of(DType.FLOAT32, DType.FLOAT64, DType.INT32, DType.INT64)) {
            Variable x = tensor(t, "x", -1, -1), v = tensor(t, "v", -1), u = tensor(t, "u", -1);
            Variable scaled = x.mul(v.reshape(-1, 1)).add(u);
            List<Variable> sums = List.of(x.sum(0), u.sub(scaled.sum(0)), x.add(u).sum(0).mul(3), x.mean(0), x.max(0));
            Lambda f = Phases.rewrite(new Lambda("f", List.of(x, v, u), sums), Set.of());
            List<Executable> all = WORKERS.stream().map(w -> CpuBackend.executable(f, w)).toList();
            for (int shape = 0; shape < 6; shape++) {
                int rows = 1 + random.nextInt(900), columns = 1 + random.nextInt(1200);
                NDArray matrix = whole(random, t, rows * columns).reshape(rows, columns);
                NDArray factors = whole(random, t, rows), terms = whole(random, t, columns);
                NDArray[] one = run(all.getFirst(), 5, matrix, factors, terms);
                for (Executable other : all)
                    for (int call = 0; call < 2; call++)
                        assertArrayEquals(one, run(other, 5, matrix, factors, terms), () -> "seed %d: %s".formatted(seed, other.explain()));
                for (int c = 0; c < columns; c += 37) {
                    double sum = 0, product = 0, term = terms.doubleAt(c);
                    for (int r = 0; r < rows; r++) {
                        double element = matrix.doubleAt((long) r * columns + c);
                        sum += element;
                        product += element * factors.doubleAt(r) + term;
                    }
                    assertEquals(sum, one[0].doubleAt(c), "seed " + seed);
                    assertEquals(term - product, one[1].doubleAt(c), "seed " + seed);
                    assertEquals(3 * (sum + rows * term), one[2].doubleAt(c), "seed " + seed);
                }
            }
        }
    }

    /// Small integers, whose sums are exact.
    private static NDArray whole(Random random, DType t, int size) {
        return NDArray.wrap(random.ints(size, -9, 10).asDoubleStream().toArray(), size).astype(t);
    }

    /// In one order and the other, by turns.
    @Test void stripsOfRowsHaveTheSameBitsForEveryNumberOfThreads() {
        Variable x = dmatrix("x"), w = dvector("w");
        Variable d = x.dot(w).tanh();
        Lambda f = Phases.rewrite(new Lambda("f", List.of(x, w), List.of(w.sub(d.dot(x).mul(0.1)), d.sum())), Set.of());
        for (String vectors : List.of("off", "128", "force")) {
            System.setProperty("damo.vector", vectors);
            try {
                Executable one = CpuBackend.executable(f, WORKERS.getFirst()), two = CpuBackend.executable(f, WORKERS.get(1));
                for (int columns : List.of(700, 5_001, 40_000)) {
                    int rows = (1 << 18) / columns + 13;
                    NDArray at = NDArray.wrap(new Random(columns).doubles((long) rows * columns, -1, 1).toArray(), rows, columns);
                    NDArray by = NDArray.wrap(new Random(1).doubles(columns, -1, 1).toArray(), columns);
                    NDArray[] first = run(one, 2, at, by);
                    for (int call = 0; call < 3; call++) {
                        assertArrayEquals(first, run(one, 2, at, by), one::explain);
                        assertArrayEquals(first, run(two, 2, at, by), two::explain);
                    }
                    double sum = 0;
                    for (int r = 0; r < rows; r++) sum += factor(at, by, r) * at.doubleAt(r * columns + 7L);
                    assertEquals(by.doubleAt(7) - 0.1 * sum, first[0].doubleAt(7), 1e-10, one::explain);
                }
                assertTrue(one.explain().contains("threads share strips of rows"), one::explain);
            } finally {
                System.clearProperty("damo.vector");
            }
        }
    }

    private static double factor(NDArray x, NDArray w, int row) {
        double sum = 0;
        for (int c = 0; c < w.size(); c++) sum += x.doubleAt(row * w.size() + c) * w.doubleAt(c);
        return Math.tanh(sum);
    }

    @Test void kernelsAreDividedAndNothingIsAllocatedForIt() {
        var x = dvector("x");
        Lambda f = new Lambda("f", List.of(x), List.of(x.sin().mul(x)));
        Executable two = CpuBackend.executable(f, WORKERS.get(1));
        NDArray[] at = {NDArray.wrap(new Random(1).doubles(5_000).toArray(), 5_000)};
        NDArray[] to = {NDArray.zeros(DType.FLOAT64, 5_000)};
        NDArray[] out = new NDArray[1];
        for (int i = 0; i < 1_000; i++) two.run(at, to, out);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 3; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1_000; i++) two.run(at, to, out);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertEquals(0, least);
        assertTrue(Thread.getAllStackTraces().keySet().stream().anyMatch(t -> t.getName().equals("damo-1") && t.isDaemon()));
        assertEquals(at[0].doubleAt(77) * Math.sin(at[0].doubleAt(77)), to[0].doubleAt(77), 1e-15);
    }

    @Test void manyCallersShareTwoThreads() throws Exception {
        var x = dvector("x");
        Executable f = CpuBackend.executable(new Lambda("f", List.of(x), List.of(x.exp().add(1).log())), WORKERS.get(1));
        try (var callers = Executors.newFixedThreadPool(24)) {          // more than jobs that are helped with
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < 24; t++) {
                int n = 500 + 37 * t;
                NDArray at = NDArray.wrap(new Random(t).doubles(n).toArray(), n);
                all.add(callers.submit(() -> {
                    NDArray want = run(f, 1, at)[0];
                    NDArray[] out = new NDArray[1];
                    for (int i = 0; i < 200; i++) {
                        f.run(new NDArray[] {at}, new NDArray[1], out);
                        assertEquals(want, out[0]);
                    }
                }));
            }
            for (Future<?> one : all) one.get();
        }
    }

    @Test void stateStaysWholeWhenManyUpdateIt() throws Exception {
        int n = 60_000;                                                // large enough for the threads of all functions
        var s = shared(new double[n]);
        CompiledFunction up = function().out(s.sum()).update(s, s.add(sin(s).pow(2).add(cos(s).pow(2)).round())).compile();
        try (var callers = Executors.newFixedThreadPool(4)) {
            List<Future<?>> all = IntStream.range(0, 4).<Future<?>>mapToObj(t -> callers.submit(() -> {
                for (int i = 0; i < 25; i++) {
                    if (t == 0) assertEquals(0, up.call().scalar() % n);
                    else up.run();
                    NDArray seen = s.borrow();                         // while others go on
                    double first = seen.doubleAt(0);
                    for (int k = 0; k < n; k += 997) assertEquals(first, seen.doubleAt(k));
                }
            })).toList();
            for (Future<?> one : all) one.get();
        }
        double[] expected = new double[n];
        Arrays.fill(expected, 100);
        assertArrayEquals(expected, s.value().toDoubleArray());
    }

    @Test void partsMayDivideWorkThemselvesAndMayFail() {
        Workers workers = WORKERS.get(1);
        var done = new AtomicInteger();
        var outer = new Workers.Job();
        for (int round = 0; round < 50; round++) {
            outer.prepare((_, _, _, from, to) -> {
                var inner = new Workers.Job();
                inner.prepare((_, _, _, a, b) -> done.addAndGet((b - a) * (to - from)), ONE, SUMS, null, null, 10, 3);
                workers.run(inner, 2);
            }, ONE, SUMS, null, null, 7, 2);
            workers.run(outer, 2);
        }
        assertEquals(50 * 70, done.get());
        outer.prepare((_, _, _, from, _) -> {
            if (from == 4) throw new IllegalStateException("part 2");
            done.incrementAndGet();
        }, ONE, SUMS, null, null, 7, 2);
        assertEquals("part 2", assertThrows(IllegalStateException.class, () -> workers.run(outer, 2)).getMessage());
        assertEquals(50 * 70 + 3, done.get());
        outer.prepare((_, _, _, _, _) -> done.incrementAndGet(), ONE, SUMS, null, null, Integer.MAX_VALUE, Integer.MAX_VALUE / 2);
        workers.run(outer, 2);
        assertEquals(50 * 70 + 6, done.get());
    }
}
