package damo.gpu;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import damo.CompiledFunction;
import damo.CompilerBug;
import damo.DamoException;
import damo.RandomStreams;
import damo.graph.Variable;
import damo.value.NDArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whole functions on a device.
class FunctionsOnDeviceTest {
    @BeforeEach void aDeviceIsThere() {
        OnDevice.device();
    }

    private static CompiledFunction distance() {
        Variable x = dvector("x");
        Variable y = dvector("y");
        return function().in(x, y).out(sum(mul(sub(x, y), sub(x, y)))).on("gpu").compile();
    }

    @Test void longSumsAreCloseToTheExactOne() {
        int n = 100_003;
        double[] x = IntStream.range(0, n).mapToDouble(i -> Math.sin(i)).toArray();
        double[] zeros = new double[n];
        double exact = Arrays.stream(x).map(v -> v * v).sum();
        assertEquals(exact, distance().call(x, zeros).scalar(), 18 * Math.ulp(exact));
    }

    /// As close as two rows of a group for rows; for columns, whose items add 32 at a time, 43 ulp for a part and 9 for the parts.
    @Test void longSumsOfFewRowsAndColumnsAreCloseToTheExactOnes() {
        int n = 300_007;
        double[] x = IntStream.range(0, 3 * n).mapToDouble(i -> 1 + Math.sin(i)).toArray();
        Variable m = dmatrix("m");
        var f = function().in(m).out(m.sum(0)).out(m.transpose().sum(1)).on("gpu").compile();
        var g = function().in(m).out(m.sum(1)).out(m.sub(m.mean(true, 1)).pow(2).mean(1)).on("gpu").compile();
        List<NDArray> columns = f.callAll(NDArray.wrap(x, n, 3));
        List<NDArray> rows = g.callAll(NDArray.wrap(x, 3, n));
        assertEquals(2, f.explain().lines().filter(l -> l.matches(" *kernel \\S+_part\\d+ \\{")).count(), f::explain);
        for (int k = 0; k < 3; k++) {
            int at = k;
            double column = IntStream.range(0, n).mapToDouble(i -> x[3 * i + at]).sum();
            double row = Arrays.stream(x, k * n, (k + 1) * n).sum();
            double variance = Arrays.stream(x, k * n, (k + 1) * n).map(v -> (v - row / n) * (v - row / n)).sum() / n;
            assertEquals(column, columns.getFirst().doubleAt(k), 52 * Math.ulp(column));
            assertEquals(column, columns.getLast().doubleAt(k), 52 * Math.ulp(column));
            assertEquals(row, rows.getFirst().doubleAt(k), 18 * Math.ulp(row));
            assertEquals(variance, rows.getLast().doubleAt(k), 36 * Math.ulp(variance));
        }
    }

    /// The gradient of a layer by its weights, over a long batch: parts of a product, added where the step is done.
    @ParameterizedTest @ValueSource(strings = {"x", "xT"})
    void aLongProductWithFewResultsIsDivided(String layout) {
        int n = 30_011;
        double[] a = IntStream.range(0, 3 * n).mapToDouble(i -> i % 7 - 3).toArray();
        double[] b = IntStream.range(0, 2 * n).mapToDouble(i -> i % 5 - 2).toArray();
        double[] w = {0.5, 1.5, 2.5, 3.5, 4.5, 5.5};
        Variable x = dmatrix("x");
        Variable y = dmatrix("y");
        Variable v = dmatrix("v");
        boolean isTurned = layout.equals("xT");
        var f = function().in(x, y, v).out(v.sub(dot(isTurned ? x : x.transpose(), y).mul(0.25))).on("gpu").compile();
        var xs = new double[3 * n];
        for (int i = 0; i < n; i++) for (int k = 0; k < 3; k++) xs[isTurned ? k * n + i : 3 * i + k] = a[3 * i + k];
        NDArray got = f.call(isTurned ? NDArray.wrap(xs, 3, n) : NDArray.wrap(xs, n, 3), NDArray.wrap(b, n, 2), NDArray.wrap(w, 3, 2));
        assertTrue(f.explain().contains("contract ") && f.explain().contains("_part < 64"), f::explain);
        for (int k = 0; k < 3; k++)
            for (int j = 0; j < 2; j++) {
                double sum = 0;
                for (int i = 0; i < n; i++) sum += a[3 * i + k] * b[2 * i + j];
                assertEquals(w[2 * k + j] - 0.25 * sum, got.doubleAt(2 * k + j), "of whole numbers, so exact");
            }
    }

    /// The same function, for small and for large arguments: two programs, since which is best depends on the extents.
    @Test void aFunctionServesShortAndLongReductions() {
        CompiledFunction f = distance();
        for (int n : new int[] {10, 100_000, 11, 200_000}) {
            double[] ones = new double[n];
            Arrays.fill(ones, 1);
            assertEquals(n, f.call(ones, new double[n]).scalar());
        }
        assertEquals(2, f.explain().lines().filter(l -> l.startsWith("program ")).count(), f::explain);
    }

    @Test void explainShowsWhoDoesAKernelAndWhatItMoves() {
        Variable x = dmatrix("x");
        var f = function().in(x).out(softmax(x)).on("gpu").compile();
        f.callAll((Object) new double[2][100]);
        f.callAll((Object) new double[2][10]);
        String what = "; reads 8 n0 n1 bytes, writes 8 n0 n1; \\d+ n0 n1 \\+ n0 flops";
        for (String how : new String[] {"a group for each position along \\w+ shares \\w+", "an item for each position along \\w+ goes along \\w+"})
            assertTrue(f.explain().lines().anyMatch(l -> l.matches("k\\d+: " + how + what)), f::explain);
    }

    @Test void explainShowsEachTransferWithItsBytes() {
        CompiledFunction f = distance();
        f.call(new double[10], new double[10]);
        String text = f.explain();
        for (String line : new String[] {"1 launches, 3 transfers, 168 bytes", "in %x: 80 bytes", "in %y: 80 bytes", "8 bytes"})
            assertTrue(text.contains(line), text);
    }

    @Test void whatHasNoKernelRunsOnTheHostAndIsShown() {
        var f = function().out(new RandomStreams(7).uniform(4)).on("gpu").compile();
        var same = function().out(new RandomStreams(7).uniform(4)).on("interpreter").compile();
        assertEquals(same.call(), f.call());
        assertTrue(f.explain().contains("the host computes draw"), f::explain);
    }

    @Test void keyedNumbersAreThoseOfEveryBackEnd() {
        Variable bits = random(42).uniform(1000);
        NDArray want = function().out(bits).on("interpreter").compile().call();
        assertEquals(want, function().out(bits).on("gpu").compile().call());
    }

    @Test void aCountedLoopIsEnqueuedWithoutReadingAnything() {
        Variable x = dvector("x");
        Variable n = lscalar("n");
        var loop = scan();
        var s = loop.state(x);
        loop.next(s, s.mul(0.5).add(1));
        loop.times(n);
        var f = function().in(x, n).out(loop.last(s)).on("gpu").compile();
        assertEquals(2, f.call(new double[] {0, 4}, 60).doubleAt(0), 1e-12);
        assertTrue(f.explain().contains(" 3 transfers") || f.explain().contains(" 2 transfers"), f::explain);
    }

    @Test void threadsShareADevice() throws Exception {
        CompiledFunction f = distance();
        try (var pool = Executors.newFixedThreadPool(4)) {
            List<Callable<Double>> tasks = IntStream.range(1, 40).<Callable<Double>>mapToObj(i -> () ->
                f.call(new double[] {i, 0}, new double[] {0, i}).scalar()).toList();
            var results = pool.invokeAll(tasks);
            for (int i = 1; i < 40; i++) assertEquals(2.0 * i * i, results.get(i - 1).get());
        }
    }

    @Test void closingTwiceIsHarmlessAndAFunctionBeginsAnew() {
        CompiledFunction f = distance();
        f.call(new double[3], new double[3]);
        Devices.close();
        Devices.close();
        assertEquals(3.0, f.call(new double[] {1, 1, 1}, new double[3]).scalar());
    }

    @Test void tooMuchMemoryIsRefusedWithWhatWasAskedForAndIsHeld() {
        Session session = Devices.session(OnDevice.device());
        var error = assertThrows(DamoException.class, () -> session.take(1L << 50));
        assertTrue(error.getMessage().contains("1,125,899,906,842,624 bytes were asked for"), error.getMessage());
        assertTrue(error.getMessage().contains("are held already"), error.getMessage());
    }

    @Test void aCallThatFindsNoMemoryLeavesTheStateAsItWas() {
        long largest = OpenCl.deviceNumber(OnDevice.device().handle(), 0x1010 /* CL_DEVICE_MAX_MEM_ALLOC_SIZE */);
        assumeTrue(largest < 8L * Integer.MAX_VALUE, () -> "the device might have room for the largest array: %,d bytes".formatted(largest));
        var w = shared(new double[] {1, 2});
        Variable n = lscalar("n");
        var f = function().in(n).out(arange(n).mul(2)).update(w, w.mul(2)).on("gpu").compile();
        f.call(3L);
        var error = assertThrows(DamoException.class, () -> f.call(2_147_483_000L));
        assertTrue(error.getMessage().contains("out of memory: 17,179,864,000 bytes were asked for"), error.getMessage());
        assertArrayEquals(new double[] {2, 4}, w.value().toDoubleArray());
        assertEquals(6, f.call(4L).longAt(3));
        assertArrayEquals(new double[] {4, 8}, w.value().toDoubleArray());
    }

    @Test void aKernelThatDoesNotBuildIsShownWithItsLineAndTheLog() {
        String before = System.getProperty("damo.gpu.options", "");
        System.setProperty("damo.gpu.options", "-Dv1=3");              // "const double 3 = …"
        try {
            Variable y = dvector("x").mul(5);
            var f = function().in(y.op().operands().getFirst()).out(y.mul(y)).on("gpu").compile();
            var bug = assertThrows(CompilerBug.class, () -> f.call(new double[] {1, 2, 4}));
            assertTrue(bug.getMessage().matches("(?s).*for line \\d+ of the program: t\\d+\\[i0] = %1 \\* %1\\R.*error.*const double v1 = .*"),
                    bug.getMessage());
        } finally {
            System.setProperty("damo.gpu.options", before);
        }
    }

    @Test void aDamagedBinaryIsIgnoredAndRewritten(@TempDir Path folder) throws IOException {
        String before = System.getProperty("damo.gpu.cache", "");
        System.setProperty("damo.gpu.cache", folder.toString());
        try {
            double[] x = {1, 2};
            double[] y = {3, 5};
            distance().call(x, y);
            Path file;
            try (var files = Files.list(folder)) {
                file = files.findFirst().orElseThrow();
            }
            byte[] whole = Files.readAllBytes(file);
            assertTrue(Binaries.read(file).isPresent());
            byte[] damaged = whole.clone();
            damaged[damaged.length / 2] ^= 1;
            Files.write(file, damaged);
            assertTrue(Binaries.read(file).isEmpty());
            assertEquals(13.0, distance().call(x, y).scalar());
            assertTrue(Binaries.read(file).isPresent());
            Files.write(file, new byte[5]);
            assertEquals(13.0, distance().call(x, y).scalar());
            assertEquals(13.0, distance().call(x, y).scalar());
        } finally {
            System.setProperty("damo.gpu.cache", before);
        }
    }
}
