package damo;

import static damo.Damo.*;
import static damo.Optimizers.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.graph.Variable;
import damo.value.NDArray;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/// Each optimiser against its own formula, written out for one number.
class OptimizersTest {
    private static final double RATE = 0.1;
    private static final double START = 3;

    /// The parameter after `steps` steps down `(p − 1)² · 2`, whose gradient is `4·(p − 1)`.
    private static double run(BiFunction<List<Shared>, List<Variable>, Map<Shared, Variable>> optimizer, int steps) {
        Shared p = shared(new double[] {START}, "p");
        Variable cost = sqr(p.sub(1)).mul(2).sum();
        CompiledFunction step = function().out(cost).update(optimizer.apply(List.of(p), List.of(grad(cost, p)))).compile();
        for (int i = 0; i < steps; i++) step.call();
        return p.value().get(0);
    }

    private static double slope(double p) {
        return 4 * (p - 1);
    }

    @Test void gradientDescent() {
        double p = START;
        for (int i = 0; i < 5; i++) p -= RATE * slope(p);
        assertEquals(p, run((ps, gs) -> sgd(ps, gs, RATE), 5), 1e-14);
    }

    @Test void momentumAndNesterov() {
        double p = START;
        double v = 0;
        double q = START;
        double w = 0;
        for (int i = 0; i < 5; i++) {
            v = 0.9 * v - RATE * slope(p);
            p += v;
            double g = slope(q);
            w = 0.9 * w - RATE * g;
            q += 0.9 * w - RATE * g;
        }
        assertEquals(p, run((ps, gs) -> momentum(ps, gs, RATE, 0.9), 5), 1e-13);
        assertEquals(q, run((ps, gs) -> nesterov(ps, gs, RATE, 0.9), 5), 1e-13);
    }

    @Test void adagradAndRmsprop() {
        double p = START;
        double sum = 0;
        double q = START;
        double mean = 0;
        for (int i = 0; i < 5; i++) {
            sum += slope(p) * slope(p);
            p -= RATE * slope(p) / (Math.sqrt(sum) + 1e-8);
            mean = 0.9 * mean + 0.1 * slope(q) * slope(q);
            q -= RATE * slope(q) / (Math.sqrt(mean) + 1e-8);
        }
        assertEquals(p, run((ps, gs) -> adagrad(ps, gs, RATE, 1e-8), 5), 1e-13);
        assertEquals(q, run((ps, gs) -> rmsprop(ps, gs, RATE, 0.9, 1e-8), 5), 1e-13);
    }

    @Test void adamWithAndWithoutDecay() {
        for (double decay : new double[] {0, 0.01}) {
            double p = START;
            double m = 0;
            double s = 0;
            for (int t = 1; t <= 5; t++) {
                m = 0.9 * m + 0.1 * slope(p);
                s = 0.999 * s + 0.001 * slope(p) * slope(p);
                p -= RATE * (m / (1 - Math.pow(0.9, t)) / (Math.sqrt(s / (1 - Math.pow(0.999, t))) + 1e-8) + decay * p);
            }
            assertEquals(p, run((ps, gs) -> adamW(ps, gs, RATE, 0.9, 0.999, 1e-8, decay), 5), 1e-12);
        }
    }

    @Test void allOfThemArrive() {
        for (BiFunction<List<Shared>, List<Variable>, Map<Shared, Variable>> optimizer : List
                .<BiFunction<List<Shared>, List<Variable>, Map<Shared, Variable>>>of((p, g) -> sgd(p, g, RATE),
                        (p, g) -> momentum(p, g, 0.05, 0.5), (p, g) -> nesterov(p, g, 0.05, 0.5), (p, g) -> adagrad(p, g, 1, 1e-8),
                        (p, g) -> rmsprop(p, g, 0.01, 0.9, 1e-8), (p, g) -> adam(p, g, RATE)))
            assertEquals(1, run(optimizer, 500), 0.02);
    }

    @Test void clippingScalesAllGradientsTogether() {
        List<Variable> clipped = clipNorm(List.of(constant(new double[] {3, 0}), constant(4.0)), 1);
        assertArrayEquals(new double[] {0.6, 0}, clipped.get(0).eval().toDoubleArray(), 1e-15);
        assertEquals(0.8, clipped.get(1).eval().scalar(), 1e-15);
        assertEquals(4.0, clipNorm(List.of(constant(4.0)), 5).getFirst().eval().scalar());
        assertEquals(0.0, clipNorm(List.of(constant(0.0)), 5).getFirst().eval().scalar());
    }

    @Test void schedulesFollowTheStep() {
        var step = lscalar("step");
        assertEquals(0.05, exponentialDecay(step, 0.1, 0.5, 10).eval(Map.of(step, 10)).scalar(), 1e-15);
        assertEquals(0.055, cosineDecay(step, 0.1, 0.01, 100).eval(Map.of(step, 50)).scalar(), 1e-15);
        assertEquals(0.01, cosineDecay(step, 0.1, 0.01, 100).eval(Map.of(step, 1000)).scalar(), 1e-15);
        assertEquals(0.2, warmUp(step, constant(1.0), 10).eval(Map.of(step, 1)).scalar(), 1e-15);
    }

    @Test void aScheduleDrivesAnOptimizerInFloat32() {
        Shared p = shared(new float[] {3}, "p");
        Shared steps = counter();
        Variable cost = sqr(p).sum();
        CompiledFunction step = function().out(cost).update(momentum(List.of(p), List.of(grad(cost, p)), exponentialDecay(steps, 0.1, 0.5, 100), 0.5))
                .update(steps, steps.add(1)).compile();
        for (int i = 0; i < 200; i++) step.call();
        assertEquals(200, steps.value().scalarLong());
        assertEquals(0, p.value().get(0), 1e-4);
    }

    @Test void mistakesAreNamed() {
        Shared p = shared(1.0, "p");
        var e = assertThrows(DamoException.class, () -> sgd(List.of(p), List.of(), 0.1));
        assertTrue(e.getMessage().contains("1 parameters need as many gradients"), e.getMessage());
        var f = assertThrows(DamoException.class, () -> sgd(List.of(p), List.of(dvector("g")), 0.1));
        assertTrue(f.getMessage().contains("g is float64[?]"), f.getMessage());
        assertThrows(DamoException.class, () -> sgd(List.of(p), List.of(dscalar("g")), "fast"));
        assertEquals(NDArray.scalar(damo.type.DType.FLOAT64, 1.0), p.value());
    }
}
