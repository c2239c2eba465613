package damo.bench;

import static damo.Damo.*;

import damo.CompiledFunction;
import damo.type.DType;
import damo.value.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// W8: a recurrent network, `h ← tanh(x w + h u + b)` in each step; the sum of squares of the last `h`, and its derivatives by `w`, `u` and `b`.
final class Recurrent {
    private static final int STEPS = 100;
    private static final int BATCH = 16;
    private static final int FEATURES = 64;
    private static final int HIDDEN = 128;

    private Recurrent() {}

    static Workload.Pair pair() {
        float[] xs = uniform(1, STEPS * BATCH * FEATURES, 1);
        // The usual start: bounds of one over the root of the hidden size keep states and derivatives from growing.
        float bound = (float) (1 / Math.sqrt(HIDDEN));
        float[] ws = uniform(2, FEATURES * HIDDEN, bound);
        float[] us = uniform(3, HIDDEN * HIDDEN, bound);
        float[] bs = uniform(4, HIDDEN, bound);
        var f = lossAndGradients();
        Object[] arguments = {NDArray.wrap(xs, STEPS, BATCH, FEATURES), NDArray.wrap(ws, FEATURES, HIDDEN), NDArray.wrap(us, HIDDEN, HIDDEN), bs};
        float[][] steps = new float[STEPS][];
        for (int t = 0; t < STEPS; t++) steps[t] = Arrays.copyOfRange(xs, t * BATCH * FEATURES, (t + 1) * BATCH * FEATURES);
        var plain = new ByHand(ws, us, bs);
        return new Workload.Pair(() -> f.callAll(arguments), () -> plain.lossAndGradients(steps), 1e-3);
    }

    private static CompiledFunction lossAndGradients() {
        var x = ftensor3("x");
        var w = fmatrix("w");
        var u = fmatrix("u");
        var b = fvector("b");
        var loop = scan();
        var now = loop.sequence(x);
        var h = loop.state(zeros(DType.FLOAT32, BATCH, HIDDEN));
        loop.next(h, tanh(dot(now, w).add(dot(h, u)).add(b)));
        var loss = sqr(loop.last(h)).sum();
        return function().in(x, w, u, b).out(loss).out(grad(loss, List.of(w, u, b))).compile();
    }

    private static float[] uniform(long seed, int n, float bound) {
        var random = new Random(seed);
        float[] out = new float[n];
        for (int i = 0; i < n; i++) out[i] = bound * (2 * random.nextFloat() - 1);
        return out;
    }

    /// By hand: forward keeps all states, and the derivatives go back through time; buffers are used again.
    private static final class ByHand {
        private final float[] w;
        private final float[] u;
        private final float[] b;
        private final float[] gw;
        private final float[] gu;
        private final float[] gb;
        private final float[] transposed;
        private final float[][] h = new float[STEPS + 1][BATCH * HIDDEN];
        private final float[] dh = new float[BATCH * HIDDEN];
        private final float[] dz = new float[BATCH * HIDDEN];

        ByHand(float[] w, float[] u, float[] b) {
            this.w = w;
            this.u = u;
            this.b = b;
            gw = new float[w.length];
            gu = new float[u.length];
            gb = new float[b.length];
            transposed = new float[u.length];
        }

        List<Object> lossAndGradients(float[][] x) {
            for (int t = 0; t < STEPS; t++) forward(x[t], h[t], h[t + 1]);
            for (float[] g : List.of(gw, gu, gb)) Arrays.fill(g, 0);
            Product.transpose(u, transposed, HIDDEN);
            float loss = 0;
            for (int i = 0; i < dh.length; i++) {
                loss += h[STEPS][i] * h[STEPS][i];
                dh[i] = 2 * h[STEPS][i];
            }
            for (int t = STEPS - 1; t >= 0; t--) backward(x[t], h[t], h[t + 1]);
            return List.of(loss, gw, gu, gb);
        }

        private void forward(float[] x, float[] before, float[] after) {
            for (int i = 0; i < BATCH; i++) System.arraycopy(b, 0, after, i * HIDDEN, HIDDEN);
            Product.add(x, w, after, HIDDEN);
            Product.add(before, u, after, HIDDEN);
            for (int i = 0; i < after.length; i++) after[i] = (float) Math.tanh(after[i]);
        }

        private void backward(float[] x, float[] before, float[] after) {
            for (int i = 0; i < BATCH; i++)
                for (int j = 0; j < HIDDEN; j++) {
                    int at = i * HIDDEN + j;
                    dz[at] = dh[at] * (1 - after[at] * after[at]);
                    gb[j] += dz[at];
                }
            Product.addTransposed(x, dz, gw, HIDDEN);
            Product.addTransposed(before, dz, gu, HIDDEN);
            Product.of(dz, transposed, dh, HIDDEN);
        }
    }
}
