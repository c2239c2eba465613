package damo.cpu;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.CompiledFunction;
import damo.DamoException;
import damo.Shared;
import damo.graph.Variable;
import damo.kernel.KernelText;
import damo.type.DType;
import damo.value.NDArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the CPU back end promises beyond right numbers.
class CompiledTest {
    private static int forms(CompiledFunction f) {
        return f.explain().split("before fusion", -1).length - 1;
    }

    @Test void newShapesOfTheSamePatternDoNotRecompile() {
        var x = dmatrix("x");
        var y = dvector("y");
        CompiledFunction f = function().in(x, y).out(x.add(y).exp().sum(1)).compile();
        for (int n = 2; n < 12; n++) f.call(NDArray.ones(DType.FLOAT64, n, n + 1), NDArray.ones(DType.FLOAT64, n + 1));
        assertEquals(1, forms(f));
        f.call(NDArray.ones(DType.FLOAT64, 5, 5), NDArray.ones(DType.FLOAT64, 5));       // n = m by accident: nothing relied on n ≠ m
        assertEquals(1, forms(f));
        f.call(NDArray.ones(DType.FLOAT64, 5, 4), NDArray.ones(DType.FLOAT64, 1));       // an extent of 1 that broadcasts is another pattern
        assertEquals(2, forms(f));
    }

    @Test void whatWasEmittedCanBeLookedAt(@TempDir Path folder) throws IOException {
        var x = dvector("x");
        CompiledFunction f = function().name("look").in(x).out(x.exp().sum()).compile();
        assertThrows(DamoException.class, f::toText);
        assertThrows(DamoException.class, () -> f.toClassFile(folder));
        f.call(new double[3]);
        assertEquals(f.toText(), KernelText.print(KernelText.parse(f.toText())));
        List<Path> files = f.toClassFile(folder);
        assertEquals(Vectors.bits() > 0 ? 2 : 1, files.size());
        for (Path file : files) assertEquals(0xcafebabe, ByteBuffer.wrap(Files.readAllBytes(file)).getInt());
    }

    @Test void extentsMayDependOnScalarArguments() {
        var n = lscalar("n");
        CompiledFunction f = function().in(n).out(arange(n).sum()).compile();
        for (int i = 0; i < 20; i++) assertEquals(i * (i - 1) / 2, f.call(i).scalar());
        assertEquals(1, forms(f));
    }

    @Test void aSoftmaxIsOneKernelAndSoIsAChain() {
        var x = dmatrix("x");
        CompiledFunction rows = function().in(x).out(softmax(x, 1)).compile();
        rows.call(NDArray.ones(DType.FLOAT64, 3, 4));
        assertEquals(1, rows.kernels()[1], rows.explain());
        CompiledFunction loss = function().in(x).out(softmaxCrossEntropy(x, x.mul(2))).compile();
        loss.call(NDArray.ones(DType.FLOAT64, 3, 4));
        assertEquals(1, loss.kernels()[1], loss.explain());
        CompiledFunction chain = function().in(x).out(x.sin().mul(2).add(x).tanh().sum()).compile();
        chain.call(NDArray.ones(DType.FLOAT64, 3, 4));
        assertEquals(1, chain.kernels()[1], chain.explain());
    }

    @Test void aSoftmaxMultipliesByAReciprocalAndOtherQuotientsAreDivided() {
        var x = dmatrix("x");
        CompiledFunction rows = function().in(x).out(softmax(x, 1)).compile();
        double[][] certain = {{0, 1, 0}, {1, 0, 0}, {0.5, 0, 0.5}};
        assertEquals(NDArray.of(certain), rows.call((Object) new double[][] {{-900, 900, -900}, {1e300, 0, -1e300}, {7, -800, 7}}));
        assertTrue(rows.explain().contains("1.0 / "), rows::explain);
        Variable ofOtherRows = x.sub(x.max(1)).exp();
        for (Variable y : List.of(x.div(x.sum(true, 1)), ofOtherRows.div(ofOtherRows.sum(true, 1)))) {
            CompiledFunction shares = function().in(x).out(y).compile();
            shares.call(NDArray.ones(DType.FLOAT64, 3, 3));
            assertFalse(shares.explain().contains("1.0 / "), shares::explain);
        }
        CompiledFunction gradient = function().in(x).out(grad(softmax(x, 1).pow(2).sum(), x)).compile();
        gradient.call(NDArray.ones(DType.FLOAT64, 3, 4));
        assertEquals(3, gradient.kernels()[1], gradient.explain());
    }

    @Test void explainTellsLanesThreadsBytesFlopsAndWhatWasFused() {
        var x = dmatrix("x");
        var v = dvector("v");
        CompiledFunction f = function().in(x, v).out(x.exp().sub(dot(x, v).tanh().dimshuffle(new int[] {0, -1})).sum(0), cumsum(v, 0)).compile();
        f.call(NDArray.ones(DType.FLOAT64, 3, 4), NDArray.ones(DType.FLOAT64, 4));
        String text = f.explain();
        var line = Pattern.compile("k\\d+: (\\d+ lanes along i\\d+; )+threads share i\\d+; reads 8 n0 n1 \\+ 8 n1 bytes, writes 8 n0 n1;"
                + " \\d+ n0 n1 \\+ \\d+ n0 flops; was \\d kernels").matcher(text);
        assertTrue(line.find(), text);
        assertTrue(Pattern.compile("  t\\d+ stays in memory: \\w+").matcher(text).find(), text);
        assertTrue(Pattern.compile("k\\d+: .*one thread; ").matcher(text).find(), text);
    }

    @Test void theBranchNotTakenIsNotRunEvenIfBothShareWork() {
        var x = dvector("x");
        var i = lscalar("i");
        var element = x.at(i);                                                          // throws if i is out of range
        CompiledFunction f = function().in(x, i).out(ifelse(lt(i, x.shape(0)), element.exp(), constant(-1.0)),
                ifelse(lt(i, x.shape(0)), element.mul(2), constant(-2.0))).compile();
        assertEquals(6.0, f.callAll(new double[] {1, 2, 3}, 2).get(1).scalar());
        assertEquals(-1.0, f.callAll(new double[] {1, 2, 3}, 7).get(0).scalar());
    }

    @Test void shapesThatDoNotFitMatterOnlyInTheBranchTaken() {
        var c = dscalar("c");
        var p = dvector("p");
        var q = dvector("q");
        CompiledFunction f = function().in(c, p, q).out(ifelse(gt(c, 0), p.mul(2), p.add(q).exp())).compile();
        assertArrayEquals(new double[] {2, 4}, f.call(1.0, new double[] {1, 2}, new double[3]).toDoubleArray());
        var e = assertThrows(DamoException.class, () -> f.call(-1.0, new double[] {1, 2}, new double[3]));
        assertTrue(e.getMessage().contains("add: cannot broadcast"), e.getMessage());
        assertArrayEquals(new double[] {1, 1}, f.call(-1.0, new double[2], new double[2]).toDoubleArray());
        CompiledFunction largest = function().in(p).out(ifelse(gt(p.shape(0), 0), p.max(), constant(0.0))).compile();
        assertEquals(0.0, largest.call(new double[0]).scalar());
        assertEquals(3.0, largest.call(new double[] {1, 3}).scalar());
        var sum = p.add(q);
        CompiledFunction outside = function().in(c, p, q)                                // a shape that is also wanted elsewhere
                .out(ifelse(gt(c, 0), p.sum(), sum.sum()), ones(DType.FLOAT64, sum.shape(0)))
                .disable("canonicalize", "stabilize", "specialize").compile();
        assertThrows(DamoException.class, () -> outside.call(1.0, new double[2], new double[3]));
    }

    @Test void aFailedCheckWritesNothing() {
        var x = dvector("x");
        var i = lscalar("i");
        CompiledFunction f = function().in(x, i).out(x.mul(2), x.at(i)).compile();
        double[] out = {7, 7};
        assertThrows(DamoException.class, () -> f.into(out, new double[1]).call(new double[] {1, 2}, 5));
        assertArrayEquals(new double[] {7, 7}, out);
    }

    @Test void aDestinationMayBeTheArgumentItself() {
        var x = dvector("x");
        CompiledFunction f = function().in(x).out(x.sub(x.max()).exp().div(2)).compile();
        double[] memory = {1, 3, 2};
        f.into((Object) memory).call(memory);
        assertArrayEquals(new double[] {Math.exp(-2) / 2, 0.5, Math.exp(-1) / 2}, memory, 1e-15);
    }

    @Test void manyThreadsShareOneFunction() throws Exception {
        var x = dmatrix("x");
        CompiledFunction f = function().in(x).out(softmax(dot(x, x.transpose()), 1).sum(0)).compile();
        List<NDArray> arguments = IntStream.range(1, 40).mapToObj(n -> random(n)).toList();
        List<NDArray> want = arguments.stream().map(a -> f.call(a)).toList();
        try (var pool = Executors.newFixedThreadPool(8)) {
            var jobs = new ArrayList<Future<NDArray>>();
            for (int round = 0; round < 20; round++) for (NDArray a : arguments) jobs.add(pool.submit(() -> f.call(a)));
            for (int i = 0; i < jobs.size(); i++) assertEquals(want.get(i % want.size()), jobs.get(i).get());
        }
    }

    @Test void updatesOfManyThreadsAreAllCounted() throws Exception {
        Shared total = shared(0L);
        var x = lscalar("x");
        CompiledFunction add = function().in(x).update(total, total.add(x)).compile();
        try (var pool = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 1000; i++) pool.submit(() -> add.callAll(1));
        }
        assertEquals(1000, total.value().scalarLong());
    }

    @Test void theMaximumOfNothingIsAnErrorOnlyWhereOneIsAskedFor() {
        var x = dmatrix("x");
        CompiledFunction f = function().in(x).out(x.max(1)).compile();
        assertArrayEquals(new long[] {0}, f.call(NDArray.zeros(DType.FLOAT64, 0, 0)).shape());
        assertThrows(DamoException.class, () -> f.call(NDArray.zeros(DType.FLOAT64, 2, 0)));
    }

    @Test void aKernelTooLongForHotSpotIsSplit() {
        Variable x = dvector("x");
        Variable y = x;
        for (int i = 0; i < 400; i++) y = y.softplus().add(x.mul(1.0 / (i + 1))).asinh();
        CompiledFunction f = function().in(x).out(y).compile();
        CompiledFunction slow = function().in(x).out(y).on("interpreter").compile();
        assertTrue(slow.call(new double[] {0.5, -2}).allClose(f.call(new double[] {0.5, -2}), 1e-12, 0));
        assertTrue(f.kernels()[1] > 1);
    }

    private static NDArray random(int n) {
        var r = new Random(n);
        return NDArray.wrap(r.doubles(3L * n).toArray(), n, 3);
    }
}
