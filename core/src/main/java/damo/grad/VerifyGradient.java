package damo.grad;

import damo.DamoException;
import damo.graph.Lambda;
import damo.graph.Op;
import damo.graph.Source;
import damo.graph.Variable;
import damo.interpret.Interpreter;
import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/// Compares derivatives with differences of values.
public final class VerifyGradient {
    private VerifyGradient() {}

    /// Compares the gradient of a random projection of `f` (the sum of its elements with random weights) by each element of each
    /// float argument with central differences, extrapolated to step 0. The differences are taken in float64.
    ///
    /// @throws DamoException naming the argument, the position and both values, if they differ by more than the dtype explains
    public static void verifyGradient(Function<List<Variable>, Variable> f, List<NDArray> point, long seed) {
        List<NDArray> wide = point.stream().map(a -> a.dtype() == DType.FLOAT32 ? a.astype(DType.FLOAT64) : a).toList();
        Projection exact = Projection.of(f, wide, seed);
        Projection given = Projection.of(f, point, seed);
        double tolerance = point.stream().anyMatch(a -> a.dtype() == DType.FLOAT32) ? 2e-4 : 1e-7;
        List<Variable> inputs = given.inputs.stream().filter(x -> x.dtype().isFloat()).toList();
        List<Variable> gradients = Gradient.grad(given.cost, inputs, GradOption.Disconnected.ZERO);
        List<NDArray> values = Interpreter.run(given.lambda("gradient", gradients), given.arguments(point));
        for (int i = 0, next = 0; i < point.size(); i++) {
            if (!point.get(i).dtype().isFloat()) continue;
            NDArray gradient = values.get(next++);
            for (int at = 0; at < gradient.size(); at++) {
                double want = exact.derivative(wide, i, at);
                double got = gradient.doubleAt(at);
                if (!(Math.abs(got - want) <= tolerance * Math.max(1, Math.abs(want)))) throw mismatch(i, at, point.get(i), got, want, seed);
            }
        }
    }

    private static DamoException mismatch(int argument, int at, NDArray x, double got, double want, long seed) {
        var position = new ArrayList<Long>();
        long rest = at;
        for (int axis = x.rank() - 1; axis >= 0; axis--) {
            position.addFirst(rest % x.extent(axis));
            rest /= x.extent(axis);
        }
        return new DamoException(("gradient mismatch: by argument %d at %s (where it is %s) the gradient is %s, but differences give %s (seed %d);"
                + " look at the ops between them, or move the point away from a kink")
                .formatted(argument, position, x.doubleAt(at), got, want, seed));
    }

    /// `f` of fresh inputs, and the scalar made of it with random weights.
    private record Projection(List<Variable> inputs, Variable weights, NDArray weight, Variable cost) {
        static Projection of(Function<List<Variable>, Variable> f, List<NDArray> point, long seed) {
            var inputs = new ArrayList<Variable>();
            for (NDArray a : point) inputs.add(input("argument" + inputs.size(), TensorType.ofRank(a.dtype(), a.rank())));
            Variable z = f.apply(inputs);
            if (!z.dtype().isFloat()) throw Variable.error("verifyGradient", "the function must give a float, but gives " + z.dtype(), List.of(z));
            NDArray shape = Interpreter.run(new Lambda("f", inputs, List.of(z)), point).getFirst();
            var random = new Random(seed);
            double[] weights = random.doubles(shape.size(), 0.5, 1.5).map(w -> random.nextBoolean() ? w : -w).toArray();
            Variable w = input("weights", TensorType.ofRank(z.dtype(), z.rank()));
            return new Projection(inputs, w, NDArray.wrap(weights, shape.shape()).astype(z.dtype()), z.mul(w).sum());
        }

        private static Variable input(String name, TensorType type) {
            return new Variable(new Op.Input(new Op.Input.Identity(), type), name, Source.NONE);
        }

        Lambda lambda(String name, List<Variable> results) {
            var parameters = new ArrayList<>(inputs);
            parameters.add(weights);
            return new Lambda(name, parameters, results);
        }

        List<NDArray> arguments(List<NDArray> point) {
            var all = new ArrayList<>(point);
            all.add(weight);
            return all;
        }

        /// By Richardson's extrapolation: the difference quotient for step h errs by c·h² + O(h⁴).
        double derivative(List<NDArray> point, int argument, int at) {
            double h = 1e-3 * Math.max(0.1, Math.min(10, Math.abs(point.get(argument).doubleAt(at))));
            double coarse = quotient(point, argument, at, h);
            double fine = quotient(point, argument, at, h / 2);
            double finest = quotient(point, argument, at, h / 4);
            double first = (4 * fine - coarse) / 3;
            double second = (4 * finest - fine) / 3;
            return (16 * second - first) / 15;
        }

        private double quotient(List<NDArray> point, int argument, int at, double h) {
            return (value(point, argument, at, h) - value(point, argument, at, -h)) / (2 * h);
        }

        private double value(List<NDArray> point, int argument, int at, double step) {
            NDArray x = point.get(argument);
            double[] moved = x.toDoubleArray();
            moved[at] += step;
            var arguments = arguments(point);
            arguments.set(argument, NDArray.wrap(moved, x.shape()));
            return Interpreter.run(lambda("cost", List.of(cost)), arguments).getFirst().scalar();
        }
    }
}
