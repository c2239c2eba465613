package damo.grad;

import damo.graph.Ints;
import damo.graph.LoopBody;
import damo.graph.Loops;
import damo.graph.Op;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/// The transpose of a loop: a loop from the last step to the first. It carries the cotangents of the states, and a sum for everything
/// captured; it reads the cotangents of what was emitted, and emits those of the sequences' elements.
final class LoopReverse {
    private final Shapes shapes;
    private final Linear linear;
    private final Op.Loop loop;
    private final LoopBody body;
    private final List<Variable> elements = new ArrayList<>();
    private final List<Variable> sequences = new ArrayList<>();
    private final Map<Integer, Variable> emitted = new TreeMap<>();  // cotangents in a step, by result
    private final Map<Integer, Variable> carried = new TreeMap<>();  // and those of the states, of which nothing else is known to be zero

    private LoopReverse(Shapes shapes, Linear linear, Op.Loop loop) {
        this.shapes = shapes;
        this.linear = linear;
        this.loop = loop;
        this.body = loop.body();
    }

    /// Passes what the cotangents of results of `loop`, which nothing ends early, contribute to each operand that is wanted. A cotangent is
    /// a scalar or has the shape of its result.
    static void pull(Shapes shapes, Linear linear, LoopFlow flow, Op.Loop loop, Map<Integer, Variable> cotangents, Predicate<Variable> wanted,
            BiConsumer<Variable, Variable> contribute) {
        new LoopReverse(shapes, linear, loop).pull(flow, cotangents, wanted, contribute);
    }

    private void pull(LoopFlow flow, Map<Integer, Variable> cotangents, Predicate<Variable> wanted, BiConsumer<Variable, Variable> contribute) {
        BitSet by = active(flow, wanted);
        cotangents.forEach((result, g) -> {
            if (result < body.states()) carry(result);
            else emitted.put(result, inStep(g));
        });
        Map<Integer, Variable> step = step(by);
        if (step.isEmpty() && cotangents.keySet().stream().noneMatch(r -> r < body.states())) return;
        Variable index = Loops.index();
        var initial = new ArrayList<Variable>();
        var own = new ArrayList<Variable>();
        var next = new ArrayList<Variable>();
        var targets = new ArrayList<Variable>();                    // operands whose cotangents the results are
        carried.forEach((state, g) -> {
            Variable first = loop.initial().get(state);
            own.add(g);
            initial.add(cotangents.containsKey(state) ? linear.full(cotangents.get(state), first) : linear.zeros(first));
            next.add(step.getOrDefault(1 + body.sequences() + state, linear.zeros(first)));
            targets.add(first);
        });
        int fixed = 1 + body.sequences() + body.states();
        step.forEach((at, g) -> {
            if (at < fixed) return;
            Variable x = loop.operands().get(at);
            Variable sum = Loops.parameter(x.name(), x.type());
            own.add(sum);
            initial.add(linear.zeros(x));
            next.add(sum.add(g));
            targets.add(x);
        });
        List<Integer> read = step.keySet().stream().filter(at -> at <= body.sequences()).toList();
        var results = new ArrayList<>(next);
        for (int at : read) results.add(step.get(at));
        List<Variable> recalled = LoopStore.recalled(loop, results, index, elements, sequences);
        List<Variable> all = Loops.of(new Loops.Parts(body.step().name(), loop.steps(), index, elements, sequences, own, initial,
                recalled.subList(0, own.size()), recalled.subList(own.size(), recalled.size()), null));
        for (int i = 0; i < own.size(); i++) to(targets.get(i), all.get(i), wanted, contribute);
        for (int i = 0; i < read.size(); i++) {
            Variable x = loop.operands().get(read.get(i));
            to(x, padded(all.get(own.size() + i), x), wanted, contribute);
        }
    }

    private void to(Variable x, Variable g, Predicate<Variable> wanted, BiConsumer<Variable, Variable> contribute) {
        if (wanted.test(x)) contribute.accept(x, shapes.assume(g, x));
    }

    /// The parameters by which derivatives are taken: those that stand for what is wanted, and states that come to depend on it.
    private BitSet active(LoopFlow flow, Predicate<Variable> wanted) {
        var active = new BitSet();
        for (int i = 1; i < loop.operands().size(); i++) if (wanted.test(loop.operands().get(i))) active.set(i);
        BitSet outer = (BitSet) active.clone();
        List<BitSet> through = flow.of(body);
        for (int i = 0; i < body.states(); i++) if (through.get(i).intersects(outer)) active.set(1 + body.sequences() + i);
        return active;
    }

    /// The cotangents of the parameters in `by` that one step gives, as expressions in its body; what is surely zero is left out.
    private Map<Integer, Variable> step(BitSet by) {
        List<Variable> wrt = by.stream().mapToObj(body.step().parameters()::get).toList();
        for (;;) {
            var results = new ArrayList<Variable>();
            var given = new ArrayList<Variable>();
            for (var seeds : List.of(carried, emitted))
                seeds.forEach((result, g) -> {
                    results.add(body.step().results().get(result));
                    given.add(g);
                });
            List<Optional<Variable>> found = Reverse.sparse(results, given, wrt);
            var step = new TreeMap<Integer, Variable>();
            int[] at = by.stream().toArray();
            IntStream.range(0, at.length).forEach(i -> found.get(i).ifPresent(g -> step.put(at[i], g)));
            int before = carried.size();
            for (int parameter : step.keySet()) {
                int state = parameter - 1 - body.sequences();
                if (state >= 0 && state < body.states()) carry(state);
            }
            if (carried.size() == before) return step;
        }
    }

    private void carry(int state) {
        carried.computeIfAbsent(state, _ -> Loops.parameter(body.carried().get(state).name(), body.carried().get(state).type()));
    }

    /// The part of the cotangent `g` of an emission that belongs to the step. A mask stays one.
    private Variable inStep(Variable g) {
        if (g.rank() == 0) return g;
        if (linear.isWholeMask(g)) return linear.mask(inStep(Linear.arg(g, 0)), Linear.taken(g), inStep(Linear.inner(g)));
        Variable element = Loops.parameter("", g.type().withExtents(g.type().extents().subList(1, g.rank())));
        elements.add(element);
        sequences.add(LoopStore.reversed(g, loop.steps()));
        return element;
    }

    /// The cotangents of the elements, which come the last first, as the cotangent of the sequence, which may be longer.
    private Variable padded(Variable backwards, Variable sequence) {
        if (shapes.of(sequence).getFirst().equals(shapes.of(backwards).getFirst())) return LoopStore.reversed(backwards, loop.steps());
        Variable last = Ints.sub(loop.steps(), Ints.of(1));
        return new Variable(new Op.Unslice(backwards, 0, last, shapes.extents(sequence).getFirst(), -1));
    }
}
