package damo.examples;

import static damo.Damo.*;
import static damo.Optimizers.sgd;

import damo.CompiledFunction;
import damo.Shared;
import damo.graph.Variable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import me.tongfei.progressbar.ProgressBar;

/// The smallest network that needs a hidden layer: it learns XNOR, whether two bits are equal, which no single neuron can tell.
/// Two hidden neurons look at the bits, a third at these two; gradient descent finds what each of them is good for.
///
/// From the root of the project: `mvn -q -Pdigits -Dexample=XnorExample test`.
public final class XnorExample {
    static final double[][] BITS = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
    static final double[] EQUAL = {1, 0, 0, 1};

    private final CompiledFunction step;
    private final CompiledFunction predict;

    XnorExample(double rate) {
        Variable x = dmatrix("x");
        Variable target = dvector("target");

        // A neuron weighs its inputs; all hidden neurons share one bias, as in the classic tutorial.
        Shared w1 = shared(new double[] {0.55, 0.72}, "w1");
        Shared w2 = shared(new double[] {0.60, 0.54}, "w2");
        Shared w3 = shared(new double[] {0.42, 0.65}, "w3");
        Shared b1 = shared(1.0, "b1");
        Shared b2 = shared(1.0, "b2");

        Variable first = sigmoid(dot(x, w1).add(b1));
        Variable second = sigmoid(dot(x, w2).add(b1));
        Variable equal = sigmoid(dot(stack(1, first, second), w3).add(b2));
        Variable cost = binaryCrossEntropy(equal, target).sum();
        List<Shared> parameters = List.of(w1, w2, w3, b1, b2);

        step = function().name("step").in(x, target).out(cost).update(sgd(parameters, grad(cost, parameters), rate)).compile();
        predict = function().name("predict").in(x).out(equal).compile();
    }

    /// Learns from all four cases once; the cost before that.
    double learn() {
        return step.call(BITS, EQUAL).scalar();
    }

    /// How sure it is, for each of the four cases, that the bits are equal.
    double[] predict() {
        return predict.with("x", BITS).call().toDoubleArray();
    }

    /// Takes the number of steps (default: 30,000). The picture goes to the folder that the property `damo.out` names.
    public static void main(String... arguments) throws IOException {
        int steps = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 30_000;
        Path picture = Pictures.folder("xnor").resolve("cost.png");

        var network = new XnorExample(0.05);
        var costs = new double[steps];
        try (ProgressBar bar = Progress.bar("learning", steps)) {
            for (int i = 0; i < steps; i++) {
                costs[i] = network.learn();
                bar.step();
            }
        }

        Pictures.curves("Learning XNOR", "step", "cross entropy", picture, new Pictures.Curve("cost", costs));
        double[] predicted = network.predict();
        System.out.println();
        for (int i = 0; i < 4; i++)
            System.out.printf("%.0f xnor %.0f = %.0f   the network says %.4f%n", BITS[i][0], BITS[i][1], EQUAL[i], predicted[i]);
        System.out.printf("%ncost %.4f at first, %.4f after %,d steps%n%s%n", costs[0], costs[steps - 1], steps, picture);
    }
}
