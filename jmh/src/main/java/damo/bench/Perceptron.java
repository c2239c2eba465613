package damo.bench;

import static damo.Damo.*;

import damo.CompiledFunction;
import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// W6: a training step of a network with one hidden layer, 784 → 512 (tanh) → 10, softmax and cross entropy, by gradient descent.
final class Perceptron {
    static final int BATCH = 64;
    static final int FEATURES = 784;
    static final int HIDDEN = 512;
    static final int CLASSES = 10;
    static final float RATE = 0.01f;
    private static final double WEIGHTS = FEATURES * HIDDEN, MORE_WEIGHTS = HIDDEN * CLASSES;

    /// What a step has to move at least: the inputs, and all weights there and back.
    static final double BYTES = 4.0 * (BATCH * (FEATURES + CLASSES) + 2 * (WEIGHTS + MORE_WEIGHTS + HIDDEN + CLASSES));
    /// Of the products of matrices, next to which the rest is little: two with the weights of the first layer, three with those of the second.
    static final double OPERATIONS = 2.0 * BATCH * (2 * WEIGHTS + 3 * MORE_WEIGHTS);

    private Perceptron() {}

    static Ways ways() {
        float[] x = inputs();
        float[] labels = labels();
        NDArray cost = NDArray.zeros(DType.FLOAT32);
        var f = step("step", "cpu", weights(3, FEATURES, HIDDEN), weights(4, HIDDEN, CLASSES)).into(cost)
                .with("x", NDArray.wrap(x, BATCH, FEATURES)).with("labels", NDArray.wrap(labels, BATCH, CLASSES));
        var plain = new ByHand(Tools.plain());
        var vector = new ByHand(Tools.vector());
        var openBlas = new ByHand(Tools.openBlas());
        return new Ways(() -> {
            f.run();
            return cost;
        }, () -> plain.step(x, labels), 1e-4)
                .with(Way.VECTOR, () -> vector.step(x, labels)).with(Way.OPENBLAS, () -> openBlas.step(x, labels))
                .with(peer -> peer.perceptron(x, labels, weights(3, FEATURES, HIDDEN), weights(4, HIDDEN, CLASSES)));
    }

    /// A step by a back end.
    static DeviceWorkload.Work work(String backEnd) {
        return new DeviceWorkload.Work(step("step", backEnd, weights(3, FEATURES, HIDDEN), weights(4, HIDDEN, CLASSES)),
                NDArray.wrap(inputs(), BATCH, FEATURES), NDArray.wrap(labels(), BATCH, CLASSES));
    }

    static Program program() {
        float[] x = inputs();
        float[] labels = labels();
        float[] w1 = weights(3, FEATURES, HIDDEN);
        float[] w2 = weights(4, HIDDEN, CLASSES);
        return new Program(name -> step(name, "cpu", w1, w2),
                () -> new Object[] {NDArray.wrap(x, BATCH, FEATURES), NDArray.wrap(labels, BATCH, CLASSES)});
    }

    private static float[] inputs() {
        return uniform(1, BATCH * FEATURES, 1);
    }

    private static float[] labels() {
        float[] labels = new float[BATCH * CLASSES];
        var random = new Random(2);
        for (int i = 0; i < BATCH; i++) labels[i * CLASSES + random.nextInt(CLASSES)] = 1;
        return labels;
    }

    private static CompiledFunction step(String name, String backEnd, float[] weights1, float[] weights2) {
        var x = fmatrix("x");
        var labels = fmatrix("labels");
        var w1 = shared(NDArray.wrap(weights1, FEATURES, HIDDEN), "w1");
        var b1 = shared(new float[HIDDEN], "b1");
        var w2 = shared(NDArray.wrap(weights2, HIDDEN, CLASSES), "w2");
        var b2 = shared(new float[CLASSES], "b2");
        var logits = dot(tanh(dot(x, w1).add(b1)), w2).add(b2);
        var cost = softmaxCrossEntropy(logits, labels).mean();
        var parameters = List.of(w1, b1, w2, b2);
        List<Variable> g = grad(cost, parameters);
        var step = function().name(name).in(x, labels).out(cost);
        for (int i = 0; i < g.size(); i++) step.update(parameters.get(i), parameters.get(i).sub(g.get(i).mul(RATE)));
        return step.on(backEnd).compile();
    }

    private static float[] weights(long seed, int from, int to) {
        return uniform(seed, from * to, (float) Math.sqrt(6.0 / (from + to)));
    }

    static float[] uniform(long seed, int n, float bound) {
        var random = new Random(seed);
        float[] out = new float[n];
        for (int i = 0; i < n; i++) out[i] = bound * (2 * random.nextFloat() - 1);
        return out;
    }

    /// By hand; buffers are used again, and weights change in the products that make their derivatives.
    private static final class ByHand {
        private final Tools tools;
        private final float[] w1 = weights(3, FEATURES, HIDDEN);
        private final float[] b1 = new float[HIDDEN];
        private final float[] w2 = weights(4, HIDDEN, CLASSES);
        private final float[] b2 = new float[CLASSES];
        private final float[] h = new float[BATCH * HIDDEN];
        private final float[] z = new float[BATCH * CLASSES];
        private final float[] transposed = new float[CLASSES * HIDDEN];
        private final float[] dh = new float[BATCH * HIDDEN];

        ByHand(Tools tools) {
            this.tools = tools;
        }

        /// The cost before the step.
        float step(float[] x, float[] labels) {
            layer(x, w1, b1, h);
            tools.tanh().accept(h);
            layer(h, w2, b2, z);
            float cost = 0;
            for (int row = 0; row < z.length; row += CLASSES) cost += crossEntropy(labels, row);
            // From here on, z and dh are derivatives times −RATE: what is added to the parameters.
            Product.transpose(w2, transposed, HIDDEN);
            Arrays.fill(dh, 0);
            tools.add().apply(z, transposed, dh, HIDDEN);
            for (int i = 0; i < dh.length; i++) dh[i] *= 1 - h[i] * h[i];
            tools.addTransposed().apply(h, z, w2, CLASSES);
            tools.addTransposed().apply(x, dh, w1, HIDDEN);
            addRows(z, b2);
            addRows(dh, b1);
            return cost / BATCH;
        }

        private void layer(float[] x, float[] w, float[] b, float[] out) {
            for (int i = 0; i < BATCH; i++) System.arraycopy(b, 0, out, i * b.length, b.length);
            tools.add().apply(x, w, out, b.length);
        }

        /// Of one sample; leaves its derivative by `z`, times −RATE, in `z`.
        private float crossEntropy(float[] labels, int row) {
            float max = Float.NEGATIVE_INFINITY;
            for (int j = row; j < row + CLASSES; j++) max = Math.max(max, z[j]);
            float sum = 0;
            for (int j = row; j < row + CLASSES; j++) sum += (float) Math.exp(z[j] - max);
            float logOfSum = max + (float) Math.log(sum);
            float cost = 0;
            for (int j = row; j < row + CLASSES; j++) {
                cost += labels[j] * (logOfSum - z[j]);
                z[j] = -RATE / BATCH * ((float) Math.exp(z[j] - logOfSum) - labels[j]);
            }
            return cost;
        }

        private static void addRows(float[] x, float[] out) {
            for (int row = 0; row < x.length; row += out.length)
                for (int j = 0; j < out.length; j++) out[j] += x[row + j];
        }
    }
}
