package damo.bench;

import static damo.Damo.*;

import damo.CompiledFunction;
import damo.Distributions;
import damo.Shared;
import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/// W11: a training step of a restricted Boltzmann machine by contrastive divergence with one step of the chain (CD-1).
/// Hinton, Training Products of Experts by Minimizing Contrastive Divergence, 2002.
final class Boltzmann {
    private static final int BATCH = 20;
    private static final int VISIBLE = 784;
    private static final int HIDDEN = 500;
    private static final double RATE = 0.1;

    private Boltzmann() {}

    /// The two ways draw different numbers, so only the errors of reconstruction can be compared, roughly; but with the same numbers given to
    /// both, all must agree.
    static Ways ways() {
        double[] data = new Random(1).doubles(BATCH * VISIBLE).map(u -> u < 0.2 ? 1 : 0).toArray();
        checkWithGivenNumbers(data);
        Distributions draws = random(1).streams();
        NDArray error = NDArray.zeros(DType.FLOAT64);
        var f = new Step(draws.uniform(BATCH, HIDDEN), draws.uniform(BATCH, VISIBLE)).compile().into(error)
                .with("data", NDArray.wrap(data, BATCH, VISIBLE));
        var plain = new ByHand();
        var random = new SplittableRandom(1);
        double[] forHidden = new double[BATCH * HIDDEN];
        double[] forVisible = new double[BATCH * VISIBLE];
        return new Ways(() -> {
            f.run();
            return error;
        }, () -> {
            for (int i = 0; i < forHidden.length; i++) forHidden[i] = random.nextDouble();
            for (int i = 0; i < forVisible.length; i++) forVisible[i] = random.nextDouble();
            return plain.step(data, forHidden, forVisible);
        }, 0.01);
    }

    private static void checkWithGivenNumbers(double[] data) {
        var u = dmatrix("u");
        var v = dmatrix("v");
        var step = new Step(u, v);
        CompiledFunction f = step.compile(u, v);
        var plain = new ByHand();
        for (int run = 0; run < 3; run++) {
            double[] us = new Random(2 * run).doubles(BATCH * HIDDEN).toArray();
            double[] vs = new Random(2 * run + 1).doubles(BATCH * VISIBLE).toArray();
            Object error = f.call(NDArray.wrap(data, BATCH, VISIBLE), NDArray.wrap(us, BATCH, HIDDEN), NDArray.wrap(vs, BATCH, VISIBLE));
            Workload.check("W11 with given numbers", error, plain.step(data, us, vs), 1e-10);
            Workload.check("W11's parameters", step.parameters.stream().map(Shared::value).toList(), List.of(plain.w, plain.b, plain.a), 1e-10);
        }
    }

    private static double[] weights() {
        return new Random(3).doubles(VISIBLE * HIDDEN).map(u -> 0.02 * u - 0.01).toArray();
    }

    /// Damo's way: the derivatives are those of the difference of two mean free energies, the chain's end held fixed.
    private static final class Step {
        private final Variable data = dmatrix("data");
        private final Shared w = shared(NDArray.wrap(weights(), VISIBLE, HIDDEN), "w");
        private final Shared b = shared(new double[HIDDEN], "b");
        private final Shared a = shared(new double[VISIBLE], "a");
        private final List<Shared> parameters = List.of(w, b, a);
        private final Variable forHidden;
        private final Variable forVisible;

        /// @param forHidden uniform numbers: a unit is on where its number is below its probability
        /// @param forVisible as `forHidden`
        Step(Variable forHidden, Variable forVisible) {
            this.forHidden = forHidden;
            this.forVisible = forVisible;
        }

        CompiledFunction compile(Variable... given) {
            var hidden = forHidden.lt(sigmoid(dot(data, w).add(b))).cast(data.dtype());
            var p = sigmoid(dot(hidden, w.transpose()).add(a));
            var end = stopGradient(forVisible.lt(p).cast(data.dtype()));
            List<Variable> g = grad(freeEnergy(data).mean().sub(freeEnergy(end).mean()), parameters);
            var step = function().in(data).in(given).out(sqr(data.sub(p)).mean());
            for (int i = 0; i < g.size(); i++) step.update(parameters.get(i), parameters.get(i).sub(g.get(i).mul(RATE)));
            return step.compile();
        }

        private Variable freeEnergy(Variable v) {
            return softplus(dot(v, w).add(b)).sum(1).add(dot(v, a)).neg();
        }
    }

    /// By hand; buffers are used again.
    private static final class ByHand {
        private final double[] w = weights();
        private final double[] b = new double[HIDDEN];
        private final double[] a = new double[VISIBLE];
        private final double[] transposed = new double[HIDDEN * VISIBLE];
        private final double[] first = new double[BATCH * HIDDEN];
        private final double[] hidden = new double[BATCH * HIDDEN];
        private final double[] p = new double[BATCH * VISIBLE];
        private final double[] end = new double[BATCH * VISIBLE];
        private final double[] last = new double[BATCH * HIDDEN];

        /// The mean squared error of the reconstruction, before the step.
        double step(double[] data, double[] forHidden, double[] forVisible) {
            layer(data, w, b, first);
            for (int i = 0; i < hidden.length; i++) hidden[i] = forHidden[i] < first[i] ? 1 : 0;
            Product.transpose(w, transposed, VISIBLE);
            layer(hidden, transposed, a, p);
            for (int i = 0; i < end.length; i++) end[i] = forVisible[i] < p[i] ? 1 : 0;
            layer(end, w, b, last);
            double error = 0;
            for (int i = 0; i < BATCH; i++)
                for (int k = 0; k < VISIBLE; k++) {
                    int at = i * VISIBLE + k;
                    error += (data[at] - p[at]) * (data[at] - p[at]);
                    a[k] += RATE / BATCH * (data[at] - end[at]);
                }
            for (int i = 0; i < BATCH; i++)
                for (int j = 0; j < HIDDEN; j++) {
                    int at = i * HIDDEN + j;
                    first[at] *= RATE / BATCH;
                    last[at] *= -RATE / BATCH;
                    b[j] += first[at] + last[at];
                }
            Product.addTransposed(data, first, w, HIDDEN);
            Product.addTransposed(end, last, w, HIDDEN);
            return error / p.length;
        }

        /// The probabilities `out = sigmoid(x weights + bias)`.
        private static void layer(double[] x, double[] weights, double[] bias, double[] out) {
            for (int i = 0; i < BATCH; i++) System.arraycopy(bias, 0, out, i * bias.length, bias.length);
            Product.add(x, weights, out, bias.length);
            for (int i = 0; i < out.length; i++) out[i] = Plain.sigmoid(out[i]);
        }
    }
}
