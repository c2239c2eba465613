package damo.bench;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.recurrent.RNN;
import ai.djl.training.GradientCollector;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.util.List;
import java.util.function.Supplier;

/// PyTorch, by DJL. Arguments and parameters are made once; what a run makes is freed at its end, but for its results, freed in the next run.
public final class PyTorch implements Peer {
    private NDManager manager;
    private List<NDArray> last = List.of();

    @Override public Way way() {
        return Way.PYTORCH;
    }

    @Override public Supplier<Object> softmax(float[] x, int n) {
        var in = array(x, x.length / n, n);
        Supplier<Object> read = () -> last.getFirst().toFloatArray();
        return () -> {
            keep(List.of(in.softmax(1)));
            return read;
        };
    }

    @Override public Supplier<Object> perceptron(float[] x, float[] labels, float[] weights1, float[] weights2) {
        var xs = array(x, Perceptron.BATCH, Perceptron.FEATURES);
        var ys = array(labels, Perceptron.BATCH, Perceptron.CLASSES);
        var w1 = parameter(weights1, Perceptron.FEATURES, Perceptron.HIDDEN);
        var b1 = parameter(new float[Perceptron.HIDDEN], Perceptron.HIDDEN);
        var w2 = parameter(weights2, Perceptron.HIDDEN, Perceptron.CLASSES);
        var b2 = parameter(new float[Perceptron.CLASSES], Perceptron.CLASSES);
        var parameters = List.of(w1, b1, w2, b2);
        var optimizer = Optimizer.sgd().setLearningRateTracker(Tracker.fixed(Perceptron.RATE)).build();
        return () -> {
            try (var scope = new NDScope()) {
                NDArray cost;
                try (GradientCollector gradients = Engine.getEngine("PyTorch").newGradientCollector()) {
                    var hidden = xs.matMul(w1).add(b1).tanh();
                    var logits = hidden.matMul(w2).add(b2);
                    cost = logits.logSoftmax(1).mul(ys).sum().mul(-1f / Perceptron.BATCH);
                    gradients.backward(cost);
                }
                for (int i = 0; i < parameters.size(); i++) optimizer.update("p" + i, parameters.get(i), parameters.get(i).getGradient());
                return cost.getFloat();
            }
        };
    }

    /// By PyTorch's own operation for such networks, which has matrices transposed and two biases.
    @Override public Supplier<Object> recurrent(float[] x, float[] w, float[] u, float[] b) {
        int hidden = Recurrent.HIDDEN;
        var xs = array(x, Recurrent.STEPS, Recurrent.BATCH, Recurrent.FEATURES);
        var start = array(new float[Recurrent.BATCH * hidden], 1, Recurrent.BATCH, hidden);
        var ws = parameter(transposed(w, hidden), hidden, Recurrent.FEATURES);
        var us = parameter(transposed(u, hidden), hidden, hidden);
        var bs = parameter(b, hidden);
        var parameters = new NDList(ws, us, bs, array(new float[hidden], hidden));
        Supplier<Object> read = () -> List.of(last.get(0).getFloat(), transposed(last.get(1).toFloatArray(), Recurrent.FEATURES),
                transposed(last.get(2).toFloatArray(), hidden), last.get(3).toFloatArray());
        return () -> {
            try (var scope = new NDScope()) {
                NDArray loss;
                try (GradientCollector gradients = Engine.getEngine("PyTorch").newGradientCollector()) {
                    gradients.zeroGradients();
                    NDList states = xs.getNDArrayInternal().rnn(xs, start, parameters, true, 1, RNN.Activation.TANH, 0, true, false, false);
                    loss = states.get(1).square().sum();
                    gradients.backward(loss);
                }
                keep(List.of(loss, ws.getGradient(), us.getGradient(), bs.getGradient()));
                return read;
            }
        };
    }

    private void keep(List<NDArray> results) {
        last.forEach(NDArray::close);
        results.forEach(NDScope::unregister);
        last = results;
    }

    private static float[] transposed(float[] x, int columns) {
        float[] out = new float[x.length];
        Product.transpose(x, out, x.length / columns);
        return out;
    }

    private NDArray parameter(float[] x, long... shape) {
        NDArray made = array(x, shape);
        made.setRequiresGradient(true);
        return made;
    }

    private NDArray array(float[] x, long... shape) {
        if (manager == null) {
            // What it needs is in the class path.
            System.setProperty("ai.djl.offline", "true");
            System.setProperty("ai.djl.pytorch.num_threads", "1");
            System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
            manager = Engine.getEngine("PyTorch").newBaseManager();
        }
        return manager.create(x, new Shape(shape));
    }
}
