package damo.verify;

import static damo.Damo.dvector;
import static damo.Damo.function;
import static damo.Damo.grad;
import static damo.Damo.sin;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import damo.graph.Variable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Nothing recurses over the depth of a graph, and no method grows with it.
class DeepGraphTest {
    private static final int DEPTH = Integer.getInteger("damo.depth", 100_000);
    /// A gradient has three times the ops, and 100,000 of them take a minute: see the fuzz run.
    private static final int GRADIENT_DEPTH = Integer.getInteger("damo.depth", 10_000);

    @Test void aLongChainCompilesAndRuns() {
        Variable x = dvector("x");
        var f = function().in(x).out(chain(x, DEPTH)).compile();
        double[] point = {0.1, 0.5, -2.0};
        assertArrayEquals(new double[] {value(0.1), value(0.5), value(-2.0)}, f.call(point).toDoubleArray(), 1e-9);
    }

    @Test void theGradientOfALongChainCompilesAndRuns() {
        checkGradient(GRADIENT_DEPTH);
    }

    @Test @Tag("fuzz") void theGradientOfAVeryLongChainCompilesAndRuns() {
        checkGradient(DEPTH);
    }

    private static void checkGradient(int depth) {
        Variable x = dvector("x");
        var f = function().in(x).out(grad(chain(x, depth).sum(), x)).compile();
        double[] point = {0.1, 0.5, -2.0};
        double[] want = new double[3];
        for (int i = 0; i < 3; i++) want[i] = derivative(point[i], depth);
        assertArrayEquals(want, f.call(point).toDoubleArray(), 1e-9);
    }

    private static Variable chain(Variable x, int depth) {
        Variable z = x;
        for (int i = 0; i < depth / 2; i++) z = sin(z).mul(1.25);
        return z;
    }

    private static double value(double x) {
        double z = x;
        for (int i = 0; i < DEPTH / 2; i++) z = Math.sin(z) * 1.25;
        return z;
    }

    private static double derivative(double x, int depth) {
        double z = x;
        double d = 1;
        for (int i = 0; i < depth / 2; i++) {
            d *= Math.cos(z) * 1.25;
            z = Math.sin(z) * 1.25;
        }
        return d;
    }
}
