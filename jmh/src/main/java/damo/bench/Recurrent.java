package damo.bench;

import static damo.Damo.*;

import damo.CompiledFunction;
import damo.type.DType;
import damo.value.NDArray;
import java.util.Arrays;
import java.util.List;

/// W8: a recurrent network, `h ← tanh(x w + h u + b)` in each step; the sum of squares of the last `h`, and its derivatives by `w`, `u` and `b`.
final class Recurrent {
    static final int STEPS = 100;
    static final int BATCH = 16;
    static final int FEATURES = 64;
    static final int HIDDEN = 128;

    private Recurrent() {}

    static Ways ways() {
        float[] xs = inputs();
        float[] ws = weights(2, FEATURES);
        float[] us = weights(3, HIDDEN);
        float[] bs = weights(4, 1);
        List<Object> results = List.of(NDArray.zeros(DType.FLOAT32), NDArray.zeros(DType.FLOAT32, FEATURES, HIDDEN),
                NDArray.zeros(DType.FLOAT32, HIDDEN, HIDDEN), NDArray.zeros(DType.FLOAT32, HIDDEN));
        var f = lossAndGradients("loss").into(results.toArray()).with("x", NDArray.wrap(xs, STEPS, BATCH, FEATURES))
                .with("w", NDArray.wrap(ws, FEATURES, HIDDEN)).with("u", NDArray.wrap(us, HIDDEN, HIDDEN)).with("b", bs);
        var plain = new ByHand(Tools.plain(), ws, us, bs);
        var vector = new ByHand(Tools.vector(), ws, us, bs);
        var openBlas = new ByHand(Tools.openBlas(), ws, us, bs);
        return new Ways(() -> {
            f.run();
            return results;
        }, () -> plain.lossAndGradients(xs), 1e-3)
                .with(Way.VECTOR, () -> vector.lossAndGradients(xs)).with(Way.OPENBLAS, () -> openBlas.lossAndGradients(xs))
                .with(peer -> peer.recurrent(xs, ws, us, bs));
    }

    static Program program() {
        float[] xs = inputs();
        float[] ws = weights(2, FEATURES);
        float[] us = weights(3, HIDDEN);
        float[] bs = weights(4, 1);
        return new Program(Recurrent::lossAndGradients, () -> new Object[] {NDArray.wrap(xs, STEPS, BATCH, FEATURES),
                NDArray.wrap(ws, FEATURES, HIDDEN), NDArray.wrap(us, HIDDEN, HIDDEN), bs});
    }

    private static float[] inputs() {
        return Perceptron.uniform(1, STEPS * BATCH * FEATURES, 1);
    }

    /// The usual start: bounds of one over the root of the hidden size keep states and derivatives from growing.
    private static float[] weights(long seed, int rows) {
        return Perceptron.uniform(seed, rows * HIDDEN, (float) (1 / Math.sqrt(HIDDEN)));
    }

    private static CompiledFunction lossAndGradients(String name) {
        var x = ftensor3("x");
        var w = fmatrix("w");
        var u = fmatrix("u");
        var b = fvector("b");
        var loop = scan();
        var now = loop.sequence(x);
        var h = loop.state(zeros(DType.FLOAT32, BATCH, HIDDEN));
        loop.next(h, tanh(dot(now, w).add(dot(h, u)).add(b)));
        var loss = sqr(loop.last(h)).sum();
        return function().name(name).in(x, w, u, b).out(loss).out(grad(loss, List.of(w, u, b))).compile();
    }

    /// By hand: forward keeps all states, and the derivatives go back through time; buffers are used again. Products that do not wait for
    /// the step before are made at once for all steps.
    private static final class ByHand {
        private static final int STATE = BATCH * HIDDEN;

        private final Tools tools;
        private final float[] w;
        private final float[] u;
        private final float[] b;
        private final float[] gw;
        private final float[] gu;
        private final float[] gb = new float[HIDDEN];
        private final float[] transposed;
        /// Of each step; what comes before the first one is 0.
        private final float[] before = new float[STEPS * STATE];
        private final float[] z = new float[STEPS * STATE];
        private final float[] dz = new float[STEPS * STATE];
        private final float[] h = new float[STATE];
        private final float[] dh = new float[STATE];
        private final float[] now = new float[STATE];

        ByHand(Tools tools, float[] w, float[] u, float[] b) {
            this.tools = tools;
            this.w = w;
            this.u = u;
            this.b = b;
            gw = new float[w.length];
            gu = new float[u.length];
            transposed = new float[u.length];
        }

        List<Object> lossAndGradients(float[] x) {
            for (int row = 0; row < z.length; row += HIDDEN) System.arraycopy(b, 0, z, row, HIDDEN);
            tools.add().apply(x, w, z, HIDDEN);
            Arrays.fill(h, 0);
            for (int t = 0; t < STEPS; t++) forward(t);
            float loss = 0;
            for (int i = 0; i < STATE; i++) {
                loss += h[i] * h[i];
                dh[i] = 2 * h[i];
            }
            Product.transpose(u, transposed, HIDDEN);
            for (int t = STEPS - 1; t >= 0; t--) backward(t);
            for (float[] g : List.of(gw, gu, gb)) Arrays.fill(g, 0);
            tools.addTransposed().apply(x, dz, gw, HIDDEN);
            tools.addTransposed().apply(before, dz, gu, HIDDEN);
            for (int row = 0; row < dz.length; row += HIDDEN)
                for (int j = 0; j < HIDDEN; j++) gb[j] += dz[row + j];
            return List.of(loss, gw, gu, gb);
        }

        /// From `h` to the next `h`.
        private void forward(int t) {
            System.arraycopy(h, 0, before, t * STATE, STATE);
            System.arraycopy(z, t * STATE, now, 0, STATE);
            tools.add().apply(h, u, now, HIDDEN);
            tools.tanh().accept(now);
            System.arraycopy(now, 0, h, 0, STATE);
        }

        /// From the derivatives by the `h` after a step, in `dh`, to those by the `h` before it; `h` goes back with them.
        private void backward(int t) {
            for (int i = 0; i < STATE; i++) now[i] = dh[i] * (1 - h[i] * h[i]);
            System.arraycopy(now, 0, dz, t * STATE, STATE);
            System.arraycopy(before, t * STATE, h, 0, STATE);
            Arrays.fill(dh, 0);
            tools.add().apply(now, transposed, dh, HIDDEN);
        }
    }
}
