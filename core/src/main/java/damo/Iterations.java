package damo;

import damo.graph.Build;
import damo.graph.Ints;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// Loops, and what is commonly made of them.
class Iterations extends Arrangements {
    Iterations() {}

    /// A new loop, to be described by its parts: sequences, states, emissions, and when it ends.
    public static Scan scan() {
        return new Scan();
    }

    /// `f` of each element of `xs` along its first axis: what it gives, stacked.
    public static Variable map(UnaryOperator<Variable> f, Variable xs) {
        var loop = scan();
        return loop.emit(f.apply(loop.sequence(xs)));
    }

    /// `f` of each pair of elements; the shorter sequence decides how many.
    public static Variable map(BinaryOperator<Variable> f, Variable xs, Variable ys) {
        var loop = scan();
        return loop.emit(f.apply(loop.sequence(xs), loop.sequence(ys)));
    }

    /// `f(…f(f(initial, x₀), x₁)…, xₙ₋₁)` over the elements of `xs` along its first axis; `initial` if there is none.
    public static Variable foldl(BinaryOperator<Variable> f, Variable initial, Variable xs) {
        var loop = scan();
        var x = loop.sequence(xs);
        var sum = loop.state(initial);
        loop.next(sum, f.apply(sum, x));
        return loop.last(sum);
    }

    /// As [#foldl], from the last element to the first: `f(…f(f(initial, xₙ₋₁), xₙ₋₂)…, x₀)`.
    public static Variable foldr(BinaryOperator<Variable> f, Variable initial, Variable xs) {
        var loop = scan();
        var x = loop.backwards(xs);
        var sum = loop.state(initial);
        loop.next(sum, f.apply(sum, x));
        return loop.last(sum);
    }

    /// Another name of [#foldl].
    public static Variable reduce(BinaryOperator<Variable> f, Variable initial, Variable xs) {
        return foldl(f, initial, xs);
    }

    /// `step` of the states again and again while `condition` (a bool scalar) holds of them; the states are `initial` if it does not hold
    /// at first.
    public static List<Variable> whileLoop(Function<List<Variable>, Variable> condition, UnaryOperator<List<Variable>> step,
            List<Variable> initial) {
        var loop = scan();
        List<Variable> states = initial.stream().<Variable>map(loop::state).toList();
        Variable begins = Ending.checked("whileLoop", condition.apply(initial));
        List<Variable> next = step.apply(states);
        if (next.size() != states.size())
            throw new DamoException("whileLoop: %d states were given, but the step returns %d values; it must return one for each state"
                    .formatted(states.size(), next.size()));
        for (int i = 0; i < next.size(); i++) loop.next(states.get(i), next.get(i));
        loop.times(Build.elementwise(ScalarOp.WHERE, begins, Ints.of(Ending.MOST), Ints.of(0)));
        loop.until(condition.apply(next).not());
        return states.stream().map(loop::last).toList();
    }

    /// As [#whileLoop(Function, UnaryOperator, List)] with one state.
    public static Variable whileLoop(UnaryOperator<Variable> condition, UnaryOperator<Variable> step, Variable initial) {
        return whileLoop(states -> condition.apply(states.getFirst()), states -> List.of(step.apply(states.getFirst())), List.of(initial))
                .getFirst();
    }
}
