package damo.examples;

import static damo.Damo.*;
import static damo.Optimizers.sgd;
import static damo.type.DType.FLOAT32;

import damo.CompiledFunction;
import damo.Distributions;
import damo.RandomStreams;
import damo.Scan;
import damo.Shared;
import damo.graph.Index;
import damo.graph.Variable;
import java.util.List;

/// A restricted Boltzmann machine: visible units, the pixels, and hidden units, the features, that are on or off by chance, each with a
/// probability that the units of the other layer decide. It learns which images are likely, by persistent contrastive divergence
/// (Tieleman 2008): images of the data get a lower energy, images that it makes up by itself a higher one.
final class BoltzmannMachine {
    static final int BATCH = 20;

    private final Distributions random;
    private final Shared weights;
    private final Shared visibleBias;
    private final Shared hiddenBias;

    private final int batches;
    private final CompiledFunction step;
    private final CompiledFunction energy;
    private final CompiledFunction reconstruct;
    private final CompiledFunction dream;

    /// Builds the graph and compiles it. `images` are what it will learn from, `steps` how far its chains go before each step of learning.
    BoltzmannMachine(DigitImages images, int units, int steps, double rate, long seed) {
        batches = images.count() / BATCH;
        random = new RandomStreams(seed);

        int pixels = images.pixels()[0].length;
        weights = shared(eval(random.normal(pixels, units).mul(0.1).cast(FLOAT32)), "weights");
        visibleBias = shared(new float[pixels], "visible_bias");
        hiddenBias = shared(new float[units], "hidden_bias");
        List<Shared> parameters = List.of(weights, visibleBias, hiddenBias);

        // Data pulls the energy down where it is; what the machine makes up pushes it up. Its images are samples: no derivative flows through them.
        Variable v = fmatrix("v");
        Shared particles = shared(new float[BATCH][pixels], "particles");
        Variable chainEnd = gibbs(particles, constant(steps));
        Variable cost = mean(freeEnergy(v)).sub(mean(freeEnergy(chainEnd)));
        List<Variable> gradients = grad(cost, parameters, considerConstant(chainEnd));

        // Each step flips another pixel: its probability, given the others, stands for that of all of them.
        Shared pixel = shared(0L, "pixel");
        Variable rounded = round(v);
        Variable flipped = set(rounded, sub(1, rounded.index(Index.ALL, Index.at(pixel))), Index.ALL, Index.at(pixel));
        Variable pseudoLikelihood = mean(log(sigmoid(freeEnergy(flipped).sub(freeEnergy(rounded))))).mul(pixels);

        // The data stays where it is; a step says which part of it comes next. The chains go on where they stopped.
        Shared data = shared(images.pixels(), "data");
        Variable index = lscalar("index");
        step = function().name("step").in(index).out(pseudoLikelihood)
                .given(v, data.slice(index.mul(BATCH), index.add(1).mul(BATCH)))
                .update(sgd(parameters, gradients, rate))
                .update(particles, chainEnd)
                .update(pixel, mod(pixel.add(1), pixels))
                .compile();

        Variable count = lscalar("count");
        energy = function().name("energy").in(v).out(mean(freeEnergy(v))).compile();
        reconstruct = function().name("reconstruct").in(v).out(visible(hidden(v))).compile();
        dream = function().name("dream").in(v, count).out(visible(sample(hidden(gibbs(v, count))))).compile();
    }

    /// How probable it is that each hidden unit is on.
    private Variable hidden(Variable visible) {
        return sigmoid(dot(visible, weights).add(hiddenBias));
    }

    /// How probable it is that each visible unit is on.
    private Variable visible(Variable hidden) {
        return sigmoid(dot(hidden, weights.transpose()).add(visibleBias));
    }

    /// 1 with these probabilities, else 0.
    private Variable sample(Variable probabilities) {
        return random.uniform(probabilities.shape(0), probabilities.shape(1)).lt(probabilities).cast(FLOAT32);
    }

    /// The end of a Gibbs chain from these images: the two layers in turn, each drawn anew from the other.
    private Variable gibbs(Variable images, Variable steps) {
        Scan loop = scan();
        Variable v = loop.state(images);
        loop.next(v, sample(visible(sample(hidden(v)))));
        loop.times(steps);
        return loop.last(v);
    }

    /// For each image the energy, less the entropy of the hidden units: an image is the likelier, the lower it is.
    private Variable freeEnergy(Variable v) {
        return neg(dot(v, visibleBias)).sub(softplus(dot(v, weights).add(hiddenBias)).sum(1));
    }

    /// How many whole batches all images make.
    int batches() {
        return batches;
    }

    /// Learns from one batch; the logarithm of its pseudo-likelihood before that.
    double learn(int batch) {
        return step.call(batch).scalar();
    }

    /// The mean free energy of these images.
    double energy(float[][] images) {
        return energy.with("v", images).call().scalar();
    }

    /// What it sees in these images: up to the hidden units and back, with probabilities in the place of chance.
    float[][] reconstruct(float[][] images) {
        return (float[][]) reconstruct.with("v", images).call().toArray();
    }

    /// What becomes of these images when chains run on from them for so many steps: the last time, probabilities in the place of chance.
    float[][] dream(float[][] images, int steps) {
        return (float[][]) dream.call(images, steps).toArray();
    }

    /// For each hidden unit what it looks for in an image.
    float[][] filters() {
        return (float[][]) weights.value().transpose().toArray();
    }
}
