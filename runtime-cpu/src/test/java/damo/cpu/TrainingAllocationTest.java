package damo.cpu;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.Call;
import damo.Distributions;
import damo.FunctionBuilder;
import damo.MrgRandomStreams;
import damo.RandomStreams;
import damo.Shared;
import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Steps of training allocate nothing either, random numbers included.
class TrainingAllocationTest {
    private static final long PATIENCE = 30_000_000_000L;              // nanoseconds

    /// Vectors are objects until HotSpot has compiled the code that has them.
    private static void assertNothingAllocated(Runnable step, String what) {
        long start = System.nanoTime();
        long bytes = AllocationTest.bytes(step);
        while (bytes > 0 && System.nanoTime() - start < PATIENCE) bytes = AllocationTest.bytes(step);
        assertEquals(0, bytes, what);
    }

    private static NDArray uniform(DType dtype, int seed, long... shape) {
        int size = (int) NDArray.zeros(dtype, shape).size();
        return NDArray.wrap(new Random(seed).doubles(size).map(u -> u - 0.5).toArray(), shape).astype(dtype);
    }

    private static FunctionBuilder descent(FunctionBuilder builder, Variable cost, List<Shared> parameters, double rate) {
        List<Variable> g = grad(cost, parameters);
        for (int i = 0; i < g.size(); i++) builder.update(parameters.get(i), parameters.get(i).sub(g.get(i).mul(rate)));
        return builder;
    }

    @Test void classesBySoftmax() {
        var x = fmatrix("x");
        var labels = fmatrix("labels");
        List<Shared> p = Stream.of(uniform(DType.FLOAT32, 1, 33, 17), uniform(DType.FLOAT32, 2, 17), uniform(DType.FLOAT32, 3, 17, 5),
                uniform(DType.FLOAT32, 4, 5)).map(v -> shared(v)).toList();
        var h = tanh(dot(x, p.get(0)).add(p.get(1)));
        var cost = labels.mul(logSoftmax(dot(h, p.get(2)).add(p.get(3)), 1)).sum(1).mean().neg();
        NDArray loss = NDArray.zeros(DType.FLOAT32);
        Call step = descent(function().in(x, labels).out(cost), cost, p, 0.05).compile().into(loss)
                .with(x, uniform(DType.FLOAT32, 5, 20, 33)).with(labels, NDArray.full(DType.FLOAT32, 0.2, 20, 5));
        step.run();
        double first = loss.scalar();
        assertNothingAllocated(step::run, "a step");
        assertTrue(loss.scalar() < first);
    }

    @Test void aRecurrentNetwork() {
        var x = ftensor3("x");
        List<Shared> p = Stream.of(uniform(DType.FLOAT32, 1, 8, 16), uniform(DType.FLOAT32, 2, 16, 16), uniform(DType.FLOAT32, 3, 16))
                .map(v -> shared(v)).toList();
        var loop = scan();
        var now = loop.sequence(x);
        var h = loop.state(zeros(DType.FLOAT32, 4, 16));
        loop.next(h, tanh(dot(now, p.get(0)).add(dot(h, p.get(1))).add(p.get(2))));
        var cost = sqr(loop.last(h)).mean();
        NDArray loss = NDArray.zeros(DType.FLOAT32);
        Call step = descent(function().in(x).out(cost), cost, p, 0.05).compile().into(loss).with(x, uniform(DType.FLOAT32, 4, 10, 4, 8));
        step.run();
        double first = loss.scalar();
        assertNothingAllocated(step::run, "a step");
        assertTrue(loss.scalar() < first);
    }

    static Stream<Distributions> streams() {
        return Stream.of(random(1).streams(), new MrgRandomStreams(1), new RandomStreams(1));
    }

    /// A restricted Boltzmann machine: two steps of Gibbs's chain, in a loop or written out.
    @ParameterizedTest @MethodSource("streams") void contrastiveDivergence(Distributions draws) {
        for (boolean isLoop : new boolean[] {false, true}) {
            var x = dmatrix("x");
            var w = shared(uniform(DType.FLOAT64, 1, 30, 20));
            var b = shared(new double[20]);
            var a = shared(new double[30]);
            Variable end = x;
            if (isLoop) {
                var loop = scan();
                var v = loop.state(x);
                loop.next(v, gibbs(v, w, b, a, draws));
                loop.times(2);
                end = loop.last(v);
            } else for (int i = 0; i < 2; i++) end = gibbs(end, w, b, a, draws);
            var cost = energy(x, w, b, a).sub(energy(stopGradient(end), w, b, a));
            NDArray loss = NDArray.zeros(DType.FLOAT64);
            Call step = descent(function().in(x).out(cost), cost, List.of(w, b, a), 0.1).compile().into(loss)
                    .with(x, NDArray.wrap(IntStream.range(0, 10 * 30).mapToDouble(i -> i * 7 % 5 / 4).toArray(), 10, 30));
            step.run();
            double first = loss.scalar();
            step.run();
            assertNotEquals(first, loss.scalar());
            assertNothingAllocated(step::run, draws.getClass().getSimpleName() + (isLoop ? ", in a loop" : ""));
        }
    }

    private static Variable gibbs(Variable v, Variable w, Variable b, Variable a, Distributions draws) {
        var h = draws.bernoulli(sigmoid(dot(v, w).add(b))).cast(DType.FLOAT64);
        return draws.bernoulli(sigmoid(dot(h, w.transpose()).add(a))).cast(DType.FLOAT64);
    }

    private static Variable energy(Variable v, Variable w, Variable b, Variable a) {
        return softplus(dot(v, w).add(b)).sum(1).add(dot(v, a)).neg().mean();
    }
}
