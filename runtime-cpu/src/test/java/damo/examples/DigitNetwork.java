package damo.examples;

import static damo.Damo.*;
import static damo.Optimizers.momentum;

import damo.CompiledFunction;
import damo.Shared;
import damo.graph.Variable;
import damo.value.NDArray;
import java.util.List;
import java.util.Random;

/// Reads digits: 64 pixels, 64 hidden units with tanh, 10 classes. It learns by gradient descent with momentum.
final class DigitNetwork {
    static final int BATCH = 32;
    static final double RATE = 0.05;
    static final double MOMENTUM = 0.9;
    static final double DECAY = 1e-4;

    /// How wrong the network is, and which part of the images it gets right.
    record Score(double loss, double accuracy) {}

    private final int batches;
    private final CompiledFunction step;
    private final CompiledFunction score;
    private final CompiledFunction read;

    /// Builds the graph and compiles it. `images` are what it will learn from.
    DigitNetwork(DigitImages images, long seed) {
        batches = Math.ceilDiv(images.count(), BATCH);
        var random = new Random(seed);

        // The weights are state, which all functions share.
        Shared w1 = shared(glorot(64, 64, random), "w1");
        Shared b1 = shared(new float[64], "b1");
        Shared w2 = shared(glorot(64, 10, random), "w2");
        Shared b2 = shared(new float[10], "b2");

        // What is computed.
        Variable x = fmatrix("x");
        Variable labels = ivector("labels");
        Variable hidden = tanh(dot(x, w1).add(b1));
        Variable logits = dot(hidden, w2).add(b2);
        Variable digit = argmax(logits, 1);
        Variable loss = mean(softmaxCrossEntropy(logits, labels));
        Variable accuracy = mean(eq(digit, labels));

        // What is learned from: batch number `index` of data that stays where it is.
        Shared data = shared(images.pixels(), "data");
        Shared truth = shared(images.labels(), "truth");
        Variable index = lscalar("index");
        Variable from = index.mul(BATCH);
        Variable to = from.add(BATCH);
        Variable cost = loss.add(sqr(w1).sum().add(sqr(w2).sum()).mul(DECAY));
        List<Shared> parameters = List.of(w1, b1, w2, b2);

        // All parameters and their velocities change together, at the end of a step.
        step = function().name("step").in(index).out(loss, accuracy)
                .given(x, data.slice(from, to))
                .given(labels, truth.slice(from, to))
                .update(momentum(parameters, grad(cost, parameters), RATE, MOMENTUM))
                .compile();
        score = function().name("score").in(x, labels).out(loss, accuracy).compile();
        read = function().name("read").in(x).out(digit).compile();
    }

    /// How many batches all images make; the last one may be smaller.
    int batches() {
        return batches;
    }

    /// Learns from one batch.
    Score learn(int batch) {
        return asScore(step.callAll(batch));
    }

    /// How well it does on these images.
    Score score(DigitImages images) {
        return asScore(score.callAll(images.pixels(), images.labels()));
    }

    /// Which digit it sees on each image.
    long[] read(DigitImages images) {
        return read.with("x", images.pixels()).call().toLongArray();
    }

    /// What a training step was compiled to.
    CompiledFunction step() {
        return step;
    }

    private static Score asScore(List<NDArray> results) {
        return new Score(results.get(0).scalar(), results.get(1).scalar());
    }

    /// Weights that keep the size of signals, forward and back (Glorot and Bengio 2010).
    private static float[][] glorot(int in, int out, Random random) {
        double bound = Math.sqrt(6.0 / (in + out));
        var weights = new float[in][out];
        for (float[] row : weights)
            for (int i = 0; i < out; i++) row[i] = (float) random.nextDouble(-bound, bound);
        return weights;
    }
}
