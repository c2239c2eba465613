package damo.cpu;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.DamoException;
import damo.graph.Lambda;
import damo.graph.Variable;
import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BinaryOperator;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Vectors give the bits of scalar code, come when code is worth it, and are not missed where the module is not.
class VectorsTest {
    private static final String MODULE = "jdk.incubator.vector";

    @AfterEach void asBefore() {
        System.clearProperty("damo.vector");
    }

    private static CpuExecutable prepare(String vectors, BinaryOperator<Variable> f, DType t, int rank) {
        System.setProperty("damo.vector", vectors);
        long[] unknown = rank == 1 ? new long[] {TensorType.UNKNOWN} : new long[] {TensorType.UNKNOWN, TensorType.UNKNOWN};
        Variable x = tensor(t, "x", unknown), y = tensor(t, "y", unknown);
        return new CpuExecutable(new Lambda("f", List.of(x, y), List.of(f.apply(x, y))), Workers.SHARED, Forms.own());
    }

    private static NDArray run(CpuExecutable f, NDArray... arguments) {
        NDArray[] results = new NDArray[1];
        f.run(arguments, new NDArray[1], results);
        return results[0];
    }

    private static NDArray samples(DType t, int seed, long... shape) {
        double[] edges = {0, -0.0, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MIN_VALUE, 1e-41, -1e30, 1e300, 0.5, -2.5,
            1e12};
        var random = new Random(seed);
        NDArray x = NDArray.zeros(DType.FLOAT64, shape);
        double[] data = (double[]) x.storage();
        boolean odd = seed % 2 == 0;
        for (int i = 0; i < data.length; i++)
            data[i] = odd && random.nextInt(6) == 0 ? edges[random.nextInt(edges.length)] : random.nextGaussian();
        return x.astype(t);
    }

    private static List<Double> bits(NDArray x) {
        var all = new ArrayList<Double>();
        for (int i = 0; i < x.size(); i++) all.add(x.doubleAt(i));
        return all;
    }

    private static final List<BinaryOperator<Variable>> OF_VECTORS = List.of(
        (x, y) -> x.mul(y).add(x).div(y.mul(y).add(1)),
        (x, y) -> where(x.lt(y), x.exp(), y.sin()),
        (x, y) -> x.sub(y).pow(2).sum(),
        (x, y) -> x.tanh().mul(y.sigmoid()).add(x.abs().log()),
        (x, y) -> x.maximum(y).minimum(x.mul(2)),
        (x, y) -> x.floor().sub(y.ceil()).add(x.round()),
        (x, y) -> x.mean().add(y.var()),
        (x, y) -> x.le(y).or(x.eq(y)).any(),
        (x, y) -> x.cast(DType.INT32).mul(arange(x.shape(0)).cast(DType.INT32)),
        (x, y) -> x.cast(DType.INT64).cast(DType.FLOAT32).add(y.cast(DType.FLOAT32)));
    private static final List<BinaryOperator<Variable>> NOT_OF_NOTHING = List.of(
        (x, y) -> x.max().sub(y.min()),
        (x, y) -> softmax(x.add(y), 0));
    private static final List<BinaryOperator<Variable>> OF_MATRICES = List.of(
        Variable::dot,
        (x, y) -> x.dot(y.transpose()),
        (x, y) -> x.transpose().dot(y),
        (x, y) -> x.sum(0).add(y.sum(1)),
        (x, y) -> x.add(y.transpose()),
        (x, y) -> x.add(exp(y.transpose())),
        (x, y) -> softmax(x.mul(y), 1),
        (x, y) -> x.max(0).mul(y.min(1)),
        (x, y) -> x.lt(y).max(1).eq(x.lt(y).min(1)),
        (x, y) -> x.cast(DType.INT32).min(1).add(y.cast(DType.INT64).max(1)).add(x.cast(DType.INT32).prod(1)));

    private static Variable steps(Variable x, Variable y, Variable times) {
        var loop = scan();
        Variable p = loop.state(x), q = loop.state(zerosLike(y));
        loop.next(p, where(p.lt(q), p.mul(0.5), p.sub(q.mul(y))));
        loop.next(q, q.add(p).add(exp(y)).add(loop.index().cast(x.dtype())));
        loop.times(times);
        return loop.last(p).sub(loop.last(q));
    }

    @Test void loopsOfElementsStayInRegisters() {
        for (long times : new long[] {0, 1, 2, 9})
            same((x, y) -> steps(x, y, constant(times)), 1, 0, 1, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 67, 131);
        same((x, y) -> steps(x, y, x.shape(0)), 1, 0, 1, 7, 8, 9, 17, 33, 67);
        same((x, y) -> steps(x, y, constant(5L)), 2, 0, 1, 3, 8, 9, 17, 33);
        same((x, y) -> steps(x, y.sum(0).add(zerosLike(x)), constant(5L)), 2, 1, 3, 8, 9, 17, 33);
        CpuExecutable f = prepare("force", (x, y) -> steps(x, y, constant(5L)), DType.FLOAT64, 1);
        run(f, samples(DType.FLOAT64, 1, 3), samples(DType.FLOAT64, 2, 3));
        assertTrue(f.explain().contains("repeat "), f::explain);
    }

    private static void same(BinaryOperator<Variable> f, int rank, int... sizes) {
        for (DType t : List.of(DType.FLOAT64, DType.FLOAT32)) {
            CpuExecutable scalar = prepare("off", f, t, rank), vector = prepare("force", f, t, rank);
            for (int n : sizes) {
                long[] shape = rank == 1 ? new long[] {n} : new long[] {n, n};
                NDArray x = samples(t, n, shape), y = samples(t, n + 2, shape);
                System.setProperty("damo.vector", "off");
                NDArray want = run(scalar, x, y);
                System.setProperty("damo.vector", "force");
                assertEquals(bits(want), bits(run(vector, x, y)), () -> "%d of %s: %s".formatted(n, t, scalar.explain()));
            }
        }
    }

    @Test void everySizeGivesTheSameBits() {
        for (BinaryOperator<Variable> f : OF_VECTORS) same(f, 1, 0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 67, 1021, 4159);
        for (BinaryOperator<Variable> f : NOT_OF_NOTHING) same(f, 1, 1, 7, 8, 9, 15, 16, 17, 1021, 4159);
        for (BinaryOperator<Variable> f : OF_MATRICES) same(f, 2, 1, 8, 16, 17, 31);
    }

    private static void await(BooleanSupplier what) throws InterruptedException {
        for (long end = System.nanoTime() + 60_000_000_000L; !what.getAsBoolean() && System.nanoTime() < end;) Thread.sleep(20);
        assertTrue(what.getAsBoolean());
    }

    @Test void codeThatIsUsedGetsVectorsAndTheSameResult() throws InterruptedException {
        if (Vectors.bits() == 0) return;
        CpuExecutable f = prepare("on", (x, y) -> x.tanh().sub(y.exp()).pow(2).sum(), DType.FLOAT64, 1);
        NDArray x = samples(DType.FLOAT64, 1, 50_001), y = samples(DType.FLOAT64, 3, 50_001);
        double before = run(f, x, y).scalar();
        assertFalse(f.isVector());                                     // what was called once with little is not worth it
        for (int i = 0; i < 10; i++) assertEquals(before, run(f, x, y).scalar());
        await(f::isVector);
        for (int i = 0; i < 10; i++) assertEquals(before, run(f, x, y).scalar());
    }

    @Test void callsWithTheSameExtentsGetCodeForThemAndTheSameResult() throws InterruptedException {
        if (Vectors.bits() == 0) return;
        CpuExecutable f = prepare("on", (x, y) -> steps(softmax(x, 1), y, constant(3L)).add(x.dot(y)), DType.FLOAT64, 2);
        NDArray[] usual = {samples(DType.FLOAT64, 1, 64, 64), samples(DType.FLOAT64, 3, 64, 64)};
        NDArray[] others = {samples(DType.FLOAT64, 1, 9, 9), samples(DType.FLOAT64, 3, 9, 9)};
        List<Double> want = bits(run(f, usual)), wantOfOthers = bits(run(f, others));
        await(() -> {
            for (int i = 0; i < 100; i++) run(f, usual);
            return f.isExact();
        });
        for (int i = 0; i < 10; i++) {
            assertEquals(want, bits(run(f, usual)));
            assertEquals(wantOfOthers, bits(run(f, others)));
        }
    }

    @Test void whatIsBuiltAgainIsNotWarmedUpAgain() throws InterruptedException {
        if (Vectors.bits() == 0) return;
        CpuExecutable first = again(Variable::exp), second = again(Variable::exp), other = again(Variable::log);
        NDArray x = samples(DType.FLOAT64, 1, 50_001);
        for (int i = 0; i < 10; i++) run(first, x);
        await(first::isVector);
        run(second, x);
        run(other, x);
        assertTrue(second.isVector());
        assertFalse(other.isVector());
    }

    private static CpuExecutable again(UnaryOperator<Variable> f) {
        Variable x = dvector("x");
        return (CpuExecutable) CpuBackend.executable(new Lambda("again", List.of(x), List.of(f.apply(x).sum())), Workers.SHARED);
    }

    @Test void extentsThatDoNotFitEachOtherAreTakenFromACall() throws InterruptedException {
        if (Vectors.bits() == 0) return;
        CpuExecutable f = prepare("on", (x, y) -> x.slice(100, 20_000).exp().add(y), DType.FLOAT64, 1);
        NDArray x = samples(DType.FLOAT64, 1, 30_001), y = samples(DType.FLOAT64, 3, 19_900);
        List<Double> before = bits(run(f, x, y));
        for (int i = 0; i < 20; i++) run(f, x, y);
        await(f::isVector);
        assertEquals(before, bits(run(f, x, y)));
    }

    @Test void whoWaitsForVectorsIsNotKept() throws InterruptedException {
        var dropped = new ArrayList<WeakReference<CpuExecutable>>();
        for (int i = 0; i < 20; i++) {
            int count = i;
            CpuExecutable f = prepare("on", (x, y) -> x.exp().add(y.mul(count)), DType.FLOAT64, 1);
            NDArray x = samples(DType.FLOAT64, 1, 300_000);
            run(f, x, x);
            dropped.add(new WeakReference<>(f));
        }
        await(() -> {
            System.gc();
            return dropped.stream().allMatch(f -> f.get() == null);
        });
    }

    @Test void aWordThatIsNoneIsSaid() {
        var error = assertThrows(DamoException.class, () -> run(prepare("maybe", Variable::add, DType.FLOAT64, 1), samples(DType.FLOAT64, 1, 2),
                samples(DType.FLOAT64, 1, 2)));
        assertTrue(error.getMessage().startsWith("damo.vector: 'maybe' is none of on, off, force"), error.getMessage());
    }

    /// Run by the next test, in a JVM of its own.
    static final class WithoutModule {
        public static void main(String[] arguments) {
            CpuExecutable f = prepare("on", (x, y) -> x.sub(y).pow(2).sum(), DType.FLOAT64, 1);
            NDArray x = samples(DType.FLOAT64, 1, 300_000), y = samples(DType.FLOAT64, 3, 300_000);
            for (int i = 0; i < 3; i++) System.out.println("sum " + run(f, x, y).scalar());
        }
    }

    @Test void withoutTheModuleAllWorksAndOneLineSaysSo() throws IOException, InterruptedException {
        Process java = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "--sun-misc-unsafe-memory-access=allow",
                "-cp", System.getProperty("java.class.path"), WithoutModule.class.getName()).redirectErrorStream(true).start();
        String said = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, java.waitFor(), said);
        assertEquals(3, said.lines().filter(l -> l.startsWith("sum ")).count(), said);
        assertEquals(1, said.lines().filter(l -> l.startsWith("sum ")).distinct().count(), said);
        String hint = "cpu: vector module not found, using scalar kernels; add --add-modules " + MODULE + " for speed";
        assertEquals(1, said.lines().filter(l -> l.contains(hint)).count(), said);
    }
}
