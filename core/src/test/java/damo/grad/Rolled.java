package damo.grad;

import static damo.Damo.scan;
import static damo.grad.Check.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.Scan;
import damo.graph.*;
import damo.interpret.Interpreter;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// A step, to be done by a loop, or written out as many times as it is done.
///
/// @param sequences how many of the inputs are sequences, which come first
/// @param states how many of the inputs are first states, which come next; the rest is seen by every step
record Rolled(int sequences, int states, Step step) {
    /// The next states and what is emitted, of the number of the step, the elements, the states, and the other inputs.
    interface Step {
        List<Variable> of(Variable i, List<Variable> x, List<Variable> h, List<Variable> c);
    }

    private static final Consumer<Scan> PLAIN = _ -> {};

    /// Last states, then emissions.
    List<Variable> loop(List<Variable> in, long n, Consumer<Scan> how) {
        var loop = scan();
        List<Variable> x = in.subList(0, sequences).stream().<Variable>map(loop::sequence).toList();
        List<Variable> h = in.subList(sequences, sequences + states).stream().<Variable>map(loop::state).toList();
        List<Variable> results = step.of(loop.index(), x, h, in.subList(sequences + states, in.size()));
        loop.times(n);
        how.accept(loop);
        for (int i = 0; i < states; i++) loop.next(h.get(i), results.get(i));
        var all = new ArrayList<Variable>();
        for (Variable state : h) all.add(loop.last(state));
        for (Variable e : results.subList(states, results.size())) all.add(loop.emit(e));
        return all;
    }

    List<Variable> written(List<Variable> in, long n) {
        List<Variable> h = in.subList(sequences, sequences + states);
        var emitted = new ArrayList<List<Variable>>();
        for (int t = 0; t < n; t++) {
            int at = t;
            List<Variable> x = in.subList(0, sequences).stream().map(s -> s.at(at)).toList();
            List<Variable> results = step.of(Ints.of(t), x, h, in.subList(sequences + states, in.size()));
            h = results.subList(0, states);
            List<Variable> rest = results.subList(states, results.size());
            for (int i = 0; i < rest.size(); i++) {
                if (t == 0) emitted.add(new ArrayList<>());
                emitted.get(i).add(rest.get(i));
            }
        }
        var all = new ArrayList<>(h);
        for (List<Variable> e : emitted) all.add(Build.stack(0, e));
        return all;
    }

    /// A scalar that weighs all elements of the results differently.
    static Variable cost(List<Variable> results) {
        Variable sum = constant(0.0);
        for (int i = 0; i < results.size(); i++) {
            Variable r = results.get(i);
            if (!r.dtype().isFloat()) continue;
            Variable y = r.mul(0.3 + 0.1 * i).sin().add(r.mul(r).mul(0.2));
            Variable weights = r.rank() == 0 ? constant(1.0) : new Variable(new Op.Iota(Ints.extent(r, 0))).add(1.0)
                    .dimshuffle(IntStream.range(0, r.rank()).map(a -> a == 0 ? 0 : -1).toArray());
            sum = sum.add(y.mul(weights).sum());
        }
        return sum;
    }

    /// Values, gradients, tangents and second derivatives of the loop and of what is written out, for some numbers of steps.
    void check(NDArray... point) {
        for (long n : new long[] {0, 1, 2, 3, 5}) check(PLAIN, n, point);
        Check.derivatives(xs -> cost(loop(xs, 3, PLAIN)), point);
    }

    void check(Consumer<Scan> how, long n, NDArray... point) {
        check((in, _) -> loop(in, n, how), this::written, n, point);
    }

    void check(BiFunction<List<Variable>, Long, List<Variable>> got, BiFunction<List<Variable>, Long, List<Variable>> want, long n,
            NDArray... point) {
        var in = new ArrayList<Variable>();
        for (NDArray a : point) in.add(input(a.dtype(), a.rank()));
        List<Variable> floats = in.stream().filter(x -> x.dtype().isFloat()).toList();
        List<List<Variable>> all = new ArrayList<>();
        for (var program : List.of(got, want)) {
            Variable cost = cost(program.apply(in, n));
            var zero = GradOption.Disconnected.ZERO;
            List<Variable> gradient = Gradient.grad(cost, floats, zero);
            var results = new ArrayList<>(List.of(cost));
            results.addAll(gradient);
            List<Variable> tangents = floats.stream().map(x -> x.mul(0.5).add(0.1)).toList();
            results.addAll(Gradient.rop(List.of(cost), floats, tangents, zero));
            results.addAll(Gradient.rop(gradient, floats, tangents, zero));                    // forward over reverse
            results.addAll(Gradient.grad(gradient.stream().map(g -> g.mul(g).sum()).reduce(Variable::add).orElseThrow(), floats, zero));
            Variable forward = Gradient.rop(List.of(cost), floats, tangents, zero).getFirst();
            results.addAll(Gradient.grad(forward, floats, zero));              // reverse over forward
            for (Variable x : floats) results.add(Gradient.hessian(cost, x, zero));            // batched
            all.add(results);
        }
        List<NDArray> a = Interpreter.run(new Lambda("loop", in, all.get(0)), List.of(point));
        List<NDArray> b = Interpreter.run(new Lambda("written", in, all.get(1)), List.of(point));
        for (int i = 0; i < a.size(); i++) {
            assertArrayEquals(b.get(i).shape(), a.get(i).shape(), "shape of " + i);
            double[] expected = b.get(i).toDoubleArray();
            double[] actual = a.get(i).toDoubleArray();
            for (int k = 0; k < expected.length; k++)
                assertEquals(expected[k], actual[k], 1e-10 * Math.max(1, Math.abs(expected[k])), n + " steps, result " + i + " at " + k);
        }
    }
}
