package damo.examples;

import static damo.Damo.*;
import static damo.Optimizers.adam;
import static damo.Optimizers.clipNorm;
import static damo.type.DType.FLOAT32;

import damo.CompiledFunction;
import damo.Scan;
import damo.Shared;
import damo.examples.DigitNetwork.Score;
import damo.graph.Variable;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Reads digits line by line, as a sequence of eight rows of eight pixels: a gated recurrent unit (Cho et al. 2014) keeps in mind what it
/// has seen, and says after the last row which digit it was. It learns with Adam, back through all rows.
final class RecurrentNetwork {
    static final int BATCH = 32;
    static final double RATE = 0.003;
    static final double MOST = 1;                                        // the norm at which gradients are clipped

    /// What turns a row and the memory into a layer: `row · w + memory · u + b`.
    private record Layer(Shared w, Shared u, Shared b) {
        Variable of(Variable row, Variable memory) {
            return dot(row, w).add(dot(memory, u)).add(b);
        }
    }

    private final List<Shared> parameters = new ArrayList<>();
    private final Random random;
    private final int batches;
    private final CompiledFunction step;
    private final CompiledFunction score;
    private final CompiledFunction guess;

    /// Builds the graph and compiles it. `images` are what it will learn from, `units` how much it can keep in mind.
    RecurrentNetwork(DigitImages images, int units, long seed) {
        batches = Math.ceilDiv(images.count(), BATCH);
        random = new Random(seed);
        Layer update = layer("update", units);
        Layer reset = layer("reset", units);
        Layer candidate = layer("candidate", units);
        Shared w = weights("w", units, 10);
        Shared b = weights("b", 10);

        // One row of all images after the other: the gates say what of its memory it keeps, and which part the new one looks at.
        Variable x = fmatrix("x");
        Scan loop = scan();
        Variable row = loop.sequence(x.reshape(x.shape(0), 8, 8).swapAxes(0, 1));
        Variable memory = loop.state(zeros(FLOAT32, x.shape(0), units));
        Variable renewed = sigmoid(update.of(row, memory));
        Variable looked = sigmoid(reset.of(row, memory)).mul(memory);
        Variable proposed = tanh(candidate.of(row, looked));
        loop.next(memory, memory.add(renewed.mul(proposed.sub(memory))));

        Variable labels = ivector("labels");
        Variable logits = dot(loop.last(memory), w).add(b);
        Variable digit = argmax(logits, 1);
        Variable loss = mean(softmaxCrossEntropy(logits, labels));
        Variable accuracy = mean(eq(digit, labels));

        // Gradients through time may explode: their direction stays, their length is bounded.
        Shared data = shared(images.pixels(), "data");
        Shared truth = shared(images.labels(), "truth");
        Variable index = lscalar("index");
        Variable from = index.mul(BATCH);
        Variable to = from.add(BATCH);
        List<Variable> gradients = clipNorm(grad(loss, parameters), MOST);
        step = function().name("step").in(index).out(loss, accuracy)
                .given(x, data.slice(from, to))
                .given(labels, truth.slice(from, to))
                .update(adam(parameters, gradients, RATE))
                .compile();
        score = function().name("score").in(x, labels).out(loss, accuracy).compile();

        // What it would say after each row.
        Variable guesses = argmax(dot(loop.trace(memory), w).add(b), 2);
        guess = function().name("guess").in(x).out(guesses.transpose()).compile();
    }

    private Layer layer(String name, int units) {
        return new Layer(weights(name + "_w", 8, units), weights(name + "_u", units, units), weights(name + "_b", units));
    }

    /// Weights that keep the size of signals (Glorot and Bengio 2010), to be learned.
    private Shared weights(String name, int in, int out) {
        double bound = Math.sqrt(6.0 / (in + out));
        var weights = new float[in][out];
        for (float[] row : weights)
            for (int i = 0; i < out; i++) row[i] = (float) random.nextDouble(-bound, bound);
        return learned(shared(weights, name));
    }

    private Shared weights(String name, int out) {
        return learned(shared(new float[out], name));
    }

    private Shared learned(Shared parameter) {
        parameters.add(parameter);
        return parameter;
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

    /// For each image, what it takes it for after one row, two rows, …, all eight.
    long[][] guess(DigitImages images) {
        return (long[][]) guess.with("x", images.pixels()).call().toArray();
    }

    private static Score asScore(List<NDArray> results) {
        return new Score(results.get(0).scalar(), results.get(1).scalar());
    }
}
