package damo.verify;

import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.graph.Index;
import damo.graph.Lambda;
import damo.graph.Op;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import damo.interpret.Interpreter;
import damo.spi.Backend;
import damo.type.DType;
import damo.value.NDArray;
import damo.verify.OpSamples.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// OpenCL against the interpreter: the walk over all ops, and random graphs; and against the CPU, where bits must be the same. Skipped where no
/// device is.
class GpuAgreementTest {
    private static final int TOGETHER = 60;                            // samples in one program
    private static final int MOST = OnGpu.ALL ? 10 : 2;                      // samples of an op: a device's compiler takes its time for each
    private static final double[] AWKWARD = {0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 3, -3, 1e-3, 1e-20, 1e-40, -1e-310, 36, -36, 88, -88,
            700, -700,
        30_000, -30_000, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN};

    @BeforeEach void aDeviceIsThere() {
        OnGpu.needed();
    }

    /// But those that damo.gpu.ScalarsTest tries, many in a kernel: a device's compiler takes its time for each.
    @SuppressWarnings("unchecked")
    static Stream<Class<? extends Op>> kinds() {
        return Stream.of(Op.class.getPermittedSubclasses()).filter(c -> c != Op.Elementwise.class && c != Op.Cast.class)
                .map(c -> (Class<? extends Op>) c);
    }

    @ParameterizedTest @MethodSource("kinds")
    void opsAgreeWithTheInterpreter(Class<? extends Op> kind) {
        var failures = new ArrayList<String>();
        List<Sample> every = OpSamples.of(kind);
        int step = (every.size() + MOST - 1) / MOST;
        List<Sample> all = IntStream.range(0, every.size()).filter(i -> i % step == 0).mapToObj(every::get).toList();
        for (int from = 0; from < all.size(); from += TOGETHER) check(kind, all.subList(from, Math.min(all.size(), from + TOGETHER)), failures);
        assertTrue(failures.isEmpty(), () -> "%d of %d samples fail:%n%s".formatted(failures.size(), all.size(),
                String.join("\n", failures.subList(0, Math.min(40, failures.size())))));
    }

    private static void check(Class<? extends Op> kind, List<Sample> samples, List<String> failures) {
        Backend gpu = Agreement.backend("gpu");
        var inputs = new ArrayList<Variable>();
        var results = new ArrayList<Variable>();
        var arguments = new ArrayList<NDArray>();
        for (Sample sample : samples) {
            var own = new ArrayList<Variable>();
            for (NDArray value : sample.at()) own.add(Agreement.input("x" + (inputs.size() + own.size()), value, false));
            results.add(sample.f().apply(own));
            inputs.addAll(own);
            arguments.addAll(sample.at());
        }
        Lambda f = new Lambda("samples", inputs, results);
        List<NDArray> want = Interpreter.run(f, arguments);
        List<NDArray> got = Agreement.compiled(gpu, f, arguments);
        for (int i = 0; i < want.size(); i++) {
            DType dtype = want.get(i).dtype();
            // The functions of a device have larger bounds than ours; sums in another order differ in the last places of what was summed.
            double scale = magnitude(samples.get(i).at());
            String wrong = Agreement.difference(want.get(i), got.get(i), Agreement.ulps(dtype, 16), scale);
            if (wrong != null) failures.add("%s: %s".formatted(samples.get(i), wrong));
        }
    }

    @Test void someRandomGraphsAgree() {
        RandomGraphTest.run(OnGpu.ALL ? 60 : 4, Long.MAX_VALUE, GpuAgreementTest::wrong);
    }

    @Test @Tag("fuzz") void manyRandomGraphsAgree() {
        RandomGraphTest.run(Integer.MAX_VALUE, RandomGraphTest.end(), GpuAgreementTest::wrong);
    }

    /// What differs on the device, or `null`.
    private static String wrong(Lambda f, List<NDArray> arguments) {
        try {
            var expected = Expected.of(f, arguments);
            return expected.isVague() ? null : expected.difference(Interpreter.run(f, arguments),
                    Agreement.compiled(Agreement.backend("gpu"), f, arguments));
        } catch (RuntimeException | LinkageError e) {
            return "on the device: " + e;
        }
    }

    /// All the functions of floats are spelled out the same for both. Only polygamma, and sines and their kind of large numbers, are
    /// the device's own.
    @ParameterizedTest @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void functionsHaveTheBitsOfTheCpu(DType dtype) {
        var random = new Random(1);
        double[] x = new double[300];
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = i < AWKWARD.length ? AWKWARD[i] : Math.clamp(random.nextGaussian() * Math.exp(12 * random.nextGaussian()), -30_000, 30_000);
            y[i] = i < AWKWARD.length ? AWKWARD[(5 * i + 3) % AWKWARD.length] : random.nextGaussian() * (i % 7);
        }
        List<NDArray> arguments = List.of(NDArray.of(x).astype(dtype), NDArray.of(y).astype(dtype));
        List<Variable> inputs = List.of(Agreement.input("x", arguments.get(0), false), Agreement.input("y", arguments.get(1), false));
        List<Variable> results = Stream.of(ScalarOp.values()).filter(f -> f.arity() < 3 && f != ScalarOp.POLYGAMMA && switch (f.signature()) {
            case NUMBER, FLOAT, ORDERED -> true;
            case INTEGER, BITS, TEST, CHOICE -> false;
        }).map(f -> new Variable(new Op.Elementwise(f, inputs.subList(0, f.arity())))).toList();
        haveTheBitsOfTheCpu(new Lambda("functions", inputs, results), arguments);
    }

    /// Sums that an item does alone go in the order of a row on the CPU: every second column of a tall matrix, and short rows.
    @ParameterizedTest @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void sumsOfItemsHaveTheBitsOfTheCpu(DType dtype) {
        var random = new Random(2);
        NDArray tall = NDArray.wrap(random.doubles(3001 * 4).toArray(), 3001, 4).astype(dtype);
        NDArray wide = NDArray.wrap(random.doubles(4 * 53).toArray(), 4, 53).astype(dtype);
        Variable x = Agreement.input("x", tall, false);
        Variable y = Agreement.input("y", wide, true);
        haveTheBitsOfTheCpu(new Lambda("sums", List.of(x, y), List.of(x.index(Index.ALL, Index.range(null, null, 2)).sum(0), y.sum(1))),
                List.of(tall, wide));
    }

    private static void haveTheBitsOfTheCpu(Lambda f, List<NDArray> arguments) {
        List<NDArray> want = Agreement.compiled(f, arguments, "off");
        List<NDArray> got = Agreement.compiled(Agreement.backend("gpu"), f, arguments);
        var wrong = new ArrayList<String>();
        for (int i = 0; i < want.size(); i++) {
            List<Object> cpu = Agreement.bits(want.get(i));
            List<Object> gpu = Agreement.bits(got.get(i));
            for (int j = 0; j < cpu.size(); j++)
                if (!cpu.get(j).equals(gpu.get(j)))
                    wrong.add("element %d of %s is %s, on the CPU %s".formatted(j, f.results().get(i), gpu.get(j), cpu.get(j)));
        }
        assertTrue(wrong.isEmpty(), () -> "%d differ:%n%s".formatted(wrong.size(), String.join("\n", wrong.subList(0, Math.min(20, wrong.size())))));
    }

    private static double magnitude(List<NDArray> values) {
        double sum = 0;
        for (NDArray x : values)
            for (int i = 0; i < x.size(); i++) if (x.dtype() != DType.BOOL && Double.isFinite(x.doubleAt(i))) sum += Math.abs(x.doubleAt(i));
        return sum;
    }
}
