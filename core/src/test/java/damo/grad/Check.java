package damo.grad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import damo.graph.Lambda;
import damo.graph.Op;
import damo.graph.Source;
import damo.graph.Variable;
import damo.interpret.Interpreter;
import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/// Values of expressions, and derivatives checked in every way there is.
final class Check {
    private Check() {}

    static Variable input(DType dtype, int rank) {
        return new Variable(new Op.Input(new Op.Input.Identity(), TensorType.ofRank(dtype, rank)), "x" + rank, Source.NONE);
    }

    static Variable scalar() {
        return input(DType.FLOAT64, 0);
    }

    static Variable vector() {
        return input(DType.FLOAT64, 1);
    }

    static Variable matrix() {
        return input(DType.FLOAT64, 2);
    }

    static Variable constant(Object value) {
        return new Variable(new Op.Constant(NDArray.of(value)));
    }

    static NDArray run(Variable result, List<Variable> parameters, Object... arguments) {
        return Interpreter.run(new Lambda("f", parameters, List.of(result)), Arrays.stream(arguments).map(NDArray::of).toList()).getFirst();
    }

    static NDArray random(long seed, long... shape) {
        var random = new Random(seed);
        int n = 1;
        for (long e : shape) n *= (int) e;
        return NDArray.wrap(random.doubles(n, 0.3, 1.7).toArray(), shape);
    }

    /// Against differences, forward against reverse, and the same again for the gradient itself.
    static void derivatives(Function<List<Variable>, Variable> f, NDArray... point) {
        List<NDArray> at = List.of(point);
        VerifyGradient.verifyGradient(f, at, 7);
        duality(f, at);
        for (int i = 0; i < at.size(); i++) {
            int by = i;
            if (!at.get(i).dtype().isFloat()) continue;
            VerifyGradient.verifyGradient(xs -> {
                Variable z = f.apply(xs);
                return Gradient.grad(z.mul(z).sum(), List.of(xs.get(by)), GradOption.Disconnected.ZERO).getFirst();
            }, at, 8);
        }
    }

    /// ⟨v, J u⟩ = ⟨Jᵀ v, u⟩.
    static void duality(Function<List<Variable>, Variable> f, List<NDArray> point) {
        var inputs = new ArrayList<Variable>();
        for (NDArray a : point) inputs.add(input(a.dtype(), a.rank()));
        Variable z = f.apply(inputs);
        NDArray value = Interpreter.run(new Lambda("f", inputs, List.of(z)), point).getFirst();
        List<Variable> floats = inputs.stream().filter(x -> x.dtype().isFloat()).toList();
        var parameters = new ArrayList<>(inputs);
        var arguments = new ArrayList<>(point);
        Variable v = input(z.dtype(), z.rank());
        parameters.add(v);
        arguments.add(random(99, value.shape()));
        var tangents = new ArrayList<Variable>();
        for (int i = 0; i < point.size(); i++) {
            if (!point.get(i).dtype().isFloat()) continue;
            Variable t = input(point.get(i).dtype(), point.get(i).rank());
            tangents.add(t);
            parameters.add(t);
            arguments.add(random(100 + i, point.get(i).shape()));
        }
        Variable right = Gradient.rop(List.of(z), floats, tangents).getFirst();
        List<Variable> left = Gradient.lop(List.of(z), floats, List.of(v), GradOption.Disconnected.ZERO);
        Variable sum = constant(0.0);
        for (int i = 0; i < left.size(); i++) sum = sum.add(left.get(i).mul(tangents.get(i)).sum());
        var results = new ArrayList<>(List.of(right.mul(v).sum(), sum, right));
        results.addAll(left);
        List<NDArray> got = Interpreter.run(new Lambda("duality", parameters, results), arguments);
        assertEquals(got.get(0).scalar(), got.get(1).scalar(), 1e-9 * Math.max(1, Math.abs(got.get(0).scalar())));
        assertArrayEquals(value.shape(), got.get(2).shape());
        for (int i = 0; i < left.size(); i++) assertEquals(floats.get(i).rank(), got.get(3 + i).rank());
        List<NDArray> at = point.stream().filter(a -> a.dtype().isFloat()).toList();
        for (int i = 0; i < left.size(); i++) assertArrayEquals(at.get(i).shape(), got.get(3 + i).shape());
    }
}
