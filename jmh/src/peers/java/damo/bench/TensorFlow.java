package damo.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/// TensorFlow's graphs. Arguments are tensors of its own, made once; training's parameters are variables that the graph itself changes;
/// results stay in its memory until the next run.
public final class TensorFlow implements Peer {
    @Override public Way way() {
        return Way.TENSORFLOW;
    }

    @Override public Supplier<Object> softmax(float[] x, int n) {
        var graph = new TensorGraph();
        var in = graph.argument(TFloat32.class, floats(x, x.length / n, n));
        return graph.fetch(List.of(graph.tf().nn.softmax(in)));
    }

    @Override public Supplier<Object> product(double[] x, double[] y, int n) {
        var graph = new TensorGraph();
        var a = graph.argument(TFloat64.class, doubles(x, n, n));
        var b = graph.argument(TFloat64.class, doubles(y, n, n));
        return graph.fetch(List.of(graph.tf().linalg.matMul(a, b)));
    }

    @Override public Supplier<Object> product(float[] x, float[] y, int n) {
        var graph = new TensorGraph();
        var a = graph.argument(TFloat32.class, floats(x, n, n));
        var b = graph.argument(TFloat32.class, floats(y, n, n));
        return graph.fetch(List.of(graph.tf().linalg.matMul(a, b)));
    }

    @Override public Supplier<Object> regression(double[] x, double[] y, double[] weights) {
        var graph = new TensorGraph();
        Ops tf = graph.tf();
        var xs = graph.argument(TFloat64.class, doubles(x, y.length, weights.length));
        var ys = graph.argument(TFloat64.class, doubles(y, y.length, 1));
        var w = graph.variable(doubles(weights, weights.length, 1));
        var b = graph.variable(doubles(new double[1], 1));
        var z = tf.nn.biasAdd(tf.linalg.matMul(xs, w), b);
        // −y log p − (1 − y) log(1 − p) of p = 1/(1 + exp(−z)).
        var entropy = tf.math.mean(tf.math.sub(tf.math.softplus(z), tf.math.mul(ys, z)), tf.constant(new int[] {0, 1}));
        // The derivative of a square of a variable itself ends the JVM.
        var squares = tf.reduceSum(tf.math.square(tf.identity(w)), tf.constant(new int[] {0, 1}));
        return graph.descend(tf.math.add(entropy, tf.math.mul(squares, tf.constant(0.01))), tf.constant(0.1), List.of(w, b));
    }

    @Override public Supplier<Object> perceptron(float[] x, float[] labels, float[] weights1, float[] weights2) {
        var graph = new TensorGraph();
        Ops tf = graph.tf();
        var xs = graph.argument(TFloat32.class, floats(x, Perceptron.BATCH, Perceptron.FEATURES));
        var ys = graph.argument(TFloat32.class, floats(labels, Perceptron.BATCH, Perceptron.CLASSES));
        var w1 = graph.variable(floats(weights1, Perceptron.FEATURES, Perceptron.HIDDEN));
        var b1 = graph.variable(floats(new float[Perceptron.HIDDEN], Perceptron.HIDDEN));
        var w2 = graph.variable(floats(weights2, Perceptron.HIDDEN, Perceptron.CLASSES));
        var b2 = graph.variable(floats(new float[Perceptron.CLASSES], Perceptron.CLASSES));
        var hidden = tf.math.tanh(tf.nn.biasAdd(tf.linalg.matMul(xs, w1), b1));
        var logits = tf.nn.biasAdd(tf.linalg.matMul(hidden, w2), b2);
        var cost = tf.math.mean(tf.nn.softmaxCrossEntropyWithLogits(logits, ys).loss(), tf.constant(0));
        return graph.descend(cost, tf.constant(Perceptron.RATE), List.of(w1, b1, w2, b2));
    }

    /// Steps are unrolled, which is faster than TensorFlow's own loops; products that do not wait for the step before are one.
    @Override public Supplier<Object> recurrent(float[] x, float[] w, float[] u, float[] b) {
        var graph = new TensorGraph();
        Ops tf = graph.tf();
        int hidden = Recurrent.HIDDEN;
        var xs = graph.argument(TFloat32.class, floats(x, Recurrent.STEPS * Recurrent.BATCH, Recurrent.FEATURES));
        var ws = graph.argument(TFloat32.class, floats(w, Recurrent.FEATURES, hidden));
        var us = graph.argument(TFloat32.class, floats(u, hidden, hidden));
        var bs = graph.argument(TFloat32.class, floats(b, hidden));
        var z = tf.nn.biasAdd(tf.linalg.matMul(xs, ws), bs);
        Operand<TFloat32> h = null;
        for (Output<TFloat32> now : tf.split(tf.constant(0), z, (long) Recurrent.STEPS).output())
            h = tf.math.tanh(h == null ? now : tf.math.add(now, tf.linalg.matMul(h, us)));
        Operand<TFloat32> loss = tf.reduceSum(tf.math.square(h), tf.constant(new int[] {0, 1}));
        var results = new ArrayList<Operand<?>>(List.of(loss));
        results.addAll(graph.gradients(loss, List.of(ws, us, bs)));
        return graph.fetch(results);
    }

    private static TFloat32 floats(float[] x, long... shape) {
        return TFloat32.tensorOf(Shape.of(shape), DataBuffers.of(x));
    }

    private static TFloat64 doubles(double[] x, long... shape) {
        return TFloat64.tensorOf(Shape.of(shape), DataBuffers.of(x));
    }
}
