package damo;

import damo.graph.Graph;
import damo.graph.Ints;
import damo.graph.Loops;
import damo.graph.Op;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What a [Scan] means: strict loops, and which of their results is which.
///
/// A loop with `until` becomes two: one that carries the states and counts, and one over that number of steps which emits. What derivatives are to
/// keep or to cut is a matter of how the loop is divided: into segments within segments, or into a head that is constant and a tail.
///
/// @param last the last value of each state
/// @param emissions in the order in which they were asked for
/// @param steps how many steps are done
record Unfolding(Map<Variable, Variable> last, List<Variable> emissions, Variable steps) {
    static Unfolding of(Loops.Parts parts, List<? extends Scan.Tapped> states, int truncate, int checkpoint) {
        List<Variable> counted = null;
        Loops.Parts p = parts;
        if (p.until() != null) {
            counted = Loops.of(new Loops.Parts(p.name(), p.steps(), p.index(), p.elements(), p.sequences(), p.carried(), p.initial(), p.next(),
                    List.of(), p.until()));
            p = over(p, Ints.of(0), counted.getLast(), p.sequences(), p.initial());
        }
        List<Variable> results = truncate > 0 ? truncated(p, truncate, checkpoint) : divided(p, checkpoint);
        List<Variable> lasts = counted != null && truncate == 0 && checkpoint == 0 ? counted : results;
        var last = new IdentityHashMap<Variable, Variable>();
        for (Scan.Tapped state : states) last.put(state, lasts.get(position(p.carried(), state)));
        return new Unfolding(last, results.subList(p.carried().size(), results.size()), p.steps());
    }

    private static int position(List<Variable> carried, Scan.Tapped state) {
        return carried.indexOf(state.tap(-1));
    }

    /// The steps from `start` on, `count` of them.
    private static Loops.Parts over(Loops.Parts p, Variable start, Variable count, List<Variable> sequences, List<Variable> initial) {
        Variable index = Loops.index();
        Map<Variable, Variable> moved = Map.of(p.index(), Ints.add(index, start));
        return new Loops.Parts(p.name(), count, index, p.elements(), sequences, p.carried(), initial, Graph.substitute(p.next(), moved),
                Graph.substitute(p.emitted(), moved), null);
    }

    private static List<Variable> truncated(Loops.Parts p, int keep, int checkpoint) {
        Variable cut = Ints.max(Ints.sub(p.steps(), Ints.of(keep)), Ints.of(0));
        List<Variable> head = Loops.of(over(p, Ints.of(0), cut, p.sequences(), p.initial())).stream()
                .<Variable>map(v -> new Variable(new Op.StopGradient(v))).toList();
        Variable rest = Ints.sub(p.steps(), cut);
        List<Variable> tail = divided(over(p, cut, rest, sliced(p.sequences(), cut, rest), head.subList(0, p.carried().size())), checkpoint);
        return joined(p, head, tail);
    }

    private static List<Variable> divided(Loops.Parts p, int every) {
        if (every == 0) return Loops.of(p);
        Variable segments = Ints.floorDiv(p.steps(), Ints.of(every));
        Variable whole = Ints.mul(segments, Ints.of(every));
        Variable segment = Loops.index();
        var rows = p.sequences().stream().map(s -> Loops.parameter(s.name(), s.type().withExtents(
                Stream.concat(Stream.of((long) every), s.type().extents().stream().skip(1)).toList()))).toList();
        var states = p.carried().stream().map(s -> Loops.parameter(s.name(), s.type())).toList();
        List<Variable> inner = Loops.of(over(p, Ints.mul(segment, Ints.of(every)), Ints.of(every), rows, states));
        int count = states.size();
        List<Variable> outer = Loops.of(new Loops.Parts(p.name(), segments, segment, rows,
                sliced(p.sequences(), Ints.of(0), whole).stream().map(s -> regrouped(s, 1, segments, Ints.of(every))).toList(),
                states, p.initial(), inner.subList(0, count), inner.subList(count, inner.size()), null));
        List<Variable> head = Stream.concat(outer.stream().limit(count), outer.stream().skip(count).map(e -> regrouped(e, 2, whole))).toList();
        Variable rest = Ints.sub(p.steps(), whole);
        return joined(p, head, Loops.of(over(p, whole, rest, sliced(p.sequences(), whole, rest), head.subList(0, count))));
    }

    private static List<Variable> sliced(List<Variable> sequences, Variable start, Variable length) {
        return sequences.stream().map(s -> new Variable(new Op.Slice(s, 0, start, length, 1))).toList();
    }

    /// With these extents for the first axes.
    private static Variable regrouped(Variable x, int first, Variable... extents) {
        var all = new ArrayList<>(List.of(extents));
        all.addAll(Ints.extents(x).subList(first, x.rank()));
        return new Variable(new Op.Reshape(x, all));
    }

    /// The results of a loop whose steps were done by two: the last states of the second, the emissions of both.
    private static List<Variable> joined(Loops.Parts p, List<Variable> head, List<Variable> tail) {
        var all = new ArrayList<>(tail.subList(0, p.carried().size()));
        for (int i = all.size(); i < tail.size(); i++) all.add(new Variable(new Op.Join(0, List.of(head.get(i), tail.get(i)))));
        return all;
    }
}
