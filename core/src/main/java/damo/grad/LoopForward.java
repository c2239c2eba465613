package damo.grad;

import damo.graph.Graph;
import damo.graph.LoopBody;
import damo.graph.Loops;
import damo.graph.Op;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The derivative of a loop forward: a loop that carries the tangents of the states beside those states that they depend on.
final class LoopForward {
    private final Linear linear;
    private final Op.Loop loop;
    private final LoopBody body;
    private final List<Variable> elements = new ArrayList<>();
    private final List<Variable> sequences = new ArrayList<>();
    private final Map<Integer, Variable> given = new TreeMap<>();   // tangents in a step, by parameter
    private final Map<Integer, Variable> first = new TreeMap<>();   // and of the states before the loop, by state

    private LoopForward(Linear linear, Op.Loop loop) {
        this.linear = linear;
        this.loop = loop;
        this.body = loop.body();
    }

    /// The tangents of the results of `loop`, which nothing ends early, by result; what is surely zero is left out.
    static Map<Integer, Variable> push(Linear linear, Op.Loop loop, Function<Variable, Optional<Variable>> tangent) {
        return new LoopForward(linear, loop).push(tangent);
    }

    private Map<Integer, Variable> push(Function<Variable, Optional<Variable>> tangent) {
        int states = 1 + body.sequences();
        for (int i = 1; i < loop.operands().size(); i++) {
            int at = i;
            Variable x = loop.operands().get(i);
            tangent.apply(x).ifPresent(t -> {
                if (at < states) given.put(at, t.rank() == 0 ? t : element(linear.full(t, x)));
                else if (at < states + body.states()) carry(at - states, linear.full(t, x));
                else given.put(at, t.rank() == 0 ? t : linear.full(t, x));
            });
        }
        Map<Integer, Variable> step = step();
        if (step.isEmpty() && first.isEmpty()) return Map.of();
        var own = new ArrayList<Variable>();
        var initial = new ArrayList<Variable>();
        var next = new ArrayList<Variable>();
        first.forEach((state, t) -> {
            own.add(given.get(states + state));
            initial.add(t);
            next.add(step.getOrDefault(state, linear.zeros(loop.initial().get(state))));
        });
        List<Integer> emitted = step.keySet().stream().filter(r -> r >= body.states()).toList();
        List<Variable> all = closed(own, initial, next, emitted.stream().map(step::get).toList());
        var results = new TreeMap<Integer, Variable>();
        List<Integer> last = List.copyOf(first.keySet());
        for (int i = 0; i < last.size(); i++) results.put(last.get(i), all.get(i));
        for (int i = 0; i < emitted.size(); i++) results.put(emitted.get(i), all.get(all.size() - emitted.size() + i));
        return results;
    }

    private Variable element(Variable sequence) {
        elements.add(Loops.parameter("", sequence.type().withExtents(sequence.type().extents().subList(1, sequence.rank()))));
        sequences.add(sequence);
        return elements.getLast();
    }

    private void carry(int state, Variable tangent) {
        first.put(state, tangent);
        Variable carried = body.carried().get(state);
        given.put(1 + body.sequences() + state, Loops.parameter(carried.name(), carried.type()));
    }

    /// The tangents of the body's results, by result, with all states carried that come to have one.
    private Map<Integer, Variable> step() {
        List<Variable> results = body.step().results();
        for (;;) {
            List<Variable> wrt = given.keySet().stream().map(body.step().parameters()::get).toList();
            List<Optional<Variable>> found = Forward.sparse(results, wrt, List.copyOf(given.values()));
            var step = new TreeMap<Integer, Variable>();
            IntStream.range(0, results.size()).forEach(i -> found.get(i).ifPresent(t -> step.put(i, t)));
            List<Integer> more = step.keySet().stream().filter(i -> i < body.states() && !first.containsKey(i)).toList();
            if (more.isEmpty()) return step;
            for (int state : more) carry(state, linear.zeros(loop.initial().get(state)));
        }
    }

    /// The results of the loop over the tangents, in which the states and elements that they mention are what they are in `loop`: first the
    /// last values of `own`, at the end the emissions.
    private List<Variable> closed(List<Variable> own, List<Variable> initial, List<Variable> next, List<Variable> emitted) {
        Set<Variable> mentioned = Collections.newSetFromMap(new IdentityHashMap<>());
        Set<Integer> states = new TreeSet<>();
        for (int before = -1; before != states.size();) {
            before = states.size();
            mentioned.addAll(Graph.order(Stream.of(next, emitted, states.stream().map(body.next()::get).toList()).flatMap(List::stream).toList()));
            for (int i = 0; i < body.states(); i++) if (mentioned.contains(body.carried().get(i))) states.add(i);
        }
        var carried = new ArrayList<>(own);
        for (int state : states) {
            carried.add(body.carried().get(state));
            initial.add(loop.initial().get(state));
            next.add(body.next().get(state));
        }
        for (int i = 0; i < body.sequences(); i++)
            if (mentioned.contains(body.elements().get(i))) {
                elements.add(body.elements().get(i));
                sequences.add(loop.sequences().get(i));
            }
        Map<Variable, Variable> outer = new IdentityHashMap<>();
        for (int i = 0; i < body.captured().size(); i++) outer.put(body.captured().get(i), loop.captured().get(i));
        return Loops.of(new Loops.Parts(body.step().name(), loop.steps(), body.index(), elements, sequences, carried, initial,
                Graph.substitute(next, outer), Graph.substitute(emitted, outer), null));
    }
}
