package damo.examples;

import static damo.Damo.*;

import damo.CompiledFunction;
import damo.Shared;
import damo.graph.Variable;
import java.io.PrintStream;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/// The classic first program: logistic regression. Its points are random and so are their classes, so all it can do is learn them by heart.
public final class LogisticRegressionExample {
    static final int POINTS = 400;
    static final int FEATURES = 784;

    private LogisticRegressionExample() {}

    /// How it went: the first and the last cost, and how many points it gets wrong at the end.
    record Result(double firstCost, double lastCost, int wrong) {}

    /// Trains for 2,000 steps and prints the program, its gradient, and what it was compiled to.
    public static void main(String... arguments) {
        System.out.println(train(2_000, System.out));
    }

    static Result train(int steps, PrintStream out) {
        var random = new Random(3);
        double[][] points = Stream.generate(() -> gaussians(FEATURES, random)).limit(POINTS).toArray(double[][]::new);
        double[] classes = random.ints(POINTS, 0, 2).asDoubleStream().toArray();

        // The model: how likely is it that a point is of class 1?
        Variable x = dmatrix("x");
        Variable y = dvector("y");
        Shared w = shared(gaussians(FEATURES, random), "w");
        Shared b = shared(0.0, "b");
        Variable p = sigmoid(dot(x, w).add(b));
        Variable prediction = gt(p, 0.5);
        Variable surprise = neg(y.mul(log(p)).add(sub(1, y).mul(log(sub(1, p)))));
        Variable cost = mean(surprise).add(sqr(w).sum().mul(0.01));
        List<Variable> gradients = grad(cost, List.of(w, b));
        Variable gw = gradients.get(0);
        Variable gb = gradients.get(1);

        out.println("cost       = " + pp(cost));
        out.println("d cost/d w = " + pp(gw));
        out.println("d cost/d b = " + pp(gb));

        CompiledFunction train = function().name("train").in(x, y).out(cost)
                .update(w, w.sub(gw.mul(0.1)))
                .update(b, b.sub(gb.mul(0.1)))
                .compile();
        CompiledFunction predict = function().name("predict").in(x).out(prediction).compile();

        double first = train.call(points, classes).scalar();
        double last = first;
        for (int i = 1; i < steps; i++) last = train.call(points, classes).scalar();

        out.println("\nAfter rewriting:\n" + train.pretty());
        out.println("\n" + train.explain());

        boolean[] predicted = predict.with(x, points).call().toBooleanArray();
        int wrong = 0;
        for (int i = 0; i < POINTS; i++) if (predicted[i] != (classes[i] == 1)) wrong++;
        return new Result(first, last, wrong);
    }

    private static double[] gaussians(int n, Random random) {
        return DoubleStream.generate(random::nextGaussian).limit(n).toArray();
    }
}
