package damo.rewrite;

import damo.graph.Graph;
import damo.graph.Ints;
import damo.graph.Loops;
import damo.graph.Op;
import damo.graph.Variable;
import damo.type.TensorType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/// Removes what a loop need not do: what is the same twice, what never changes, what nobody uses.
final class Pruning {
    private static final int ROUNDS = 16;               // of telling states apart; then they are different

    private final Op.Loop loop;
    private final TreeSet<Integer> used;
    private final Extents extents;
    private final Loops.Parts p;
    private final Map<Variable, Variable> outer;                    // grows by what turns out to be the same in every step
    private final int[] twin;                                       // of each state: the first one that equals it in every step
    private List<Variable> results;
    private boolean changed;

    private Pruning(Op.Loop loop, TreeSet<Integer> used, Extents extents) {
        this.loop = loop;
        this.used = used;
        this.extents = extents;
        OpenLoop open = OpenLoop.of(loop);
        this.p = open.parts();
        this.outer = open.outer();
        this.results = open.results();
        this.twin = new int[p.carried().size()];
    }

    static List<Variable> prune(Op.Loop loop, TreeSet<Integer> used, Extents extents) {
        return new Pruning(loop, used, extents).pruned();
    }

    private List<Variable> pruned() {
        results = interned(Graph.substitute(results, equalOperands()));
        identify();
        Set<Integer> constant = unchanging();
        Set<Variable> alive = alive();
        var states = new ArrayList<Integer>();
        for (int i = 0; i < twin.length; i++) if (twin[i] == i && !constant.contains(i) && alive.contains(p.carried().get(i))) states.add(i);
        var elements = new ArrayList<Integer>();
        for (int i = 0; i < p.elements().size(); i++) if (alive.contains(p.elements().get(i))) elements.add(i);

        int old = p.carried().size();
        List<Variable> replaced = new ArrayList<>(Collections.nCopies(loop.body().results(), null));
        Map<Variable, Integer> emissions = new IdentityHashMap<>();
        var emitted = new ArrayList<Variable>();
        for (int r : used) {
            if (r < old || p.until() != null) continue;
            Variable outside = withoutLoop(results.get(r));
            if (outside != null) {
                replaced.set(r, outside);
                changed = true;
            } else if (emissions.putIfAbsent(results.get(r), emitted.size()) == null) {
                emitted.add(results.get(r));
            }
        }
        changed |= states.size() < old || elements.size() < p.elements().size() || emitted.size() < p.emitted().size()
                || loop.body().captured().stream().anyMatch(c -> !alive.contains(c));
        if (!changed) return null;
        for (int r : used) if (r < old && (constant.contains(r) || constant.contains(twin[r]))) replaced.set(r, p.initial().get(r));
        boolean left = p.until() != null || used.stream().anyMatch(r -> replaced.get(r) == null);
        if (!left) return replaced;
        Op.Loop after = new OpenLoop(new Loops.Parts(p.name(), p.steps(), p.index(), pick(p.elements(), elements), pick(p.sequences(), elements),
                pick(p.carried(), states), pick(p.initial(), states), pick(results, states), emitted,
                p.until() == null ? null : results.getLast()), outer).closed();
        for (int r : used) {
            if (replaced.get(r) != null) continue;
            int now = r < old ? states.indexOf(twin[r]) : p.until() != null ? states.size() : states.size() + emissions.get(results.get(r));
            replaced.set(r, new Variable(after.result(now)));
        }
        return replaced;
    }

    private static List<Variable> pick(List<Variable> all, List<Integer> which) {
        return which.stream().map(all::get).toList();
    }

    /// Parameters that have the value of another one, or of a constant.
    private Map<Variable, Variable> equalOperands() {
        Map<Variable, Variable> images = new IdentityHashMap<>();
        Map<Variable, Variable> known = new IdentityHashMap<>();
        for (Variable c : loop.body().captured()) same(images, known, c, outer.get(c));
        known.clear();
        for (int i = 0; i < p.elements().size(); i++) {
            Variable x = p.elements().get(i);
            Variable xs = p.sequences().get(i);
            if (xs.op() instanceof Op.Iota && isWhole(xs)) images.put(x, p.index());
            else if (isWhole(xs) && row(xs) instanceof Variable row) outer.put(addTo(images, x), row);
            else same(images, known, x, xs);
        }
        changed |= !images.isEmpty();
        return images;
    }

    private static void same(Map<Variable, Variable> images, Map<Variable, Variable> known, Variable parameter, Variable operand) {
        Variable first = known.putIfAbsent(operand, parameter);
        if (operand.op() instanceof Op.Constant && operand.rank() == 0 && parameter.rank() == 0) images.put(parameter, operand);
        else if (first != null && first.type().equals(parameter.type())) images.put(parameter, first);
    }

    private static Variable addTo(Map<Variable, Variable> images, Variable x) {
        Variable stub = Loops.parameter(x.name(), x.type());
        images.put(x, stub);
        return stub;
    }

    private boolean isWhole(Variable xs) {
        return extents.of(xs).getFirst().equals(extents.computed(p.steps()));
    }

    /// The row that `xs` repeats, or `null`.
    private static Variable row(Variable xs) {
        if (!(xs.op() instanceof Op.Broadcast(var x, var e)) || x.rank() == xs.rank()) return null;
        return e.size() == 1 ? x : new Variable(new Op.Broadcast(x, e.subList(1, e.size())));
    }

    private List<Variable> interned(List<Variable> roots) {
        var graph = new Graph();
        graph.intern(p.index());
        Stream.of(p.elements(), p.carried(), List.copyOf(outer.keySet())).flatMap(List::stream).forEach(graph::intern);
        return graph.add(roots);
    }

    /// States that begin equal and stay so become one: all that begin equal are taken for equal until a step tells them apart.
    private void identify() {
        var first = new HashMap<Object, Integer>();
        for (int i = 0; i < twin.length; i++) {
            Variable v = p.initial().get(i);
            twin[i] = first.computeIfAbsent(List.of(v.op() instanceof Op.Constant c ? c : v, p.carried().get(i).type()), at(i));
        }
        for (int round = 0, count = first.size(); count < twin.length; round++, count = first.size()) {
            if (round == ROUNDS) {
                Arrays.setAll(twin, i -> i);
                return;
            }
            Map<Variable, Variable> images = new IdentityHashMap<>();
            for (int i = 0; i < twin.length; i++) if (twin[i] != i) images.put(p.carried().get(i), p.carried().get(twin[i]));
            List<Variable> now = interned(Graph.substitute(results, images));
            first.clear();
            int[] finer = new int[twin.length];
            for (int i = 0; i < twin.length; i++) finer[i] = first.computeIfAbsent(List.of(twin[i], now.get(i)), at(i));
            System.arraycopy(finer, 0, twin, 0, finer.length);
            if (first.size() == count) {
                results = now;
                return;
            }
        }
    }

    private static Function<Object, Integer> at(int i) {
        return _ -> i;
    }

    /// The states that are in every step what they were at first; their parameters become stubs.
    private Set<Integer> unchanging() {
        var found = new TreeSet<Integer>();
        for (int before = -1; before != found.size();) {
            before = found.size();
            for (int i = 0; i < twin.length; i++) {
                if (twin[i] != i || found.contains(i)) continue;
                Variable next = results.get(i);
                Variable first = p.initial().get(i);
                boolean same = next == p.carried().get(i) || outer.get(next) == first || next.op() instanceof Op.Constant c && c.equals(first.op());
                if (!same) continue;
                found.add(i);
                outer.put(p.carried().get(i), first);
            }
        }
        return found;
    }

    /// What the results that are in use depend on, within the body.
    private Set<Variable> alive() {
        Map<Variable, Integer> state = new IdentityHashMap<>();
        for (int i = 0; i < twin.length; i++) if (!outer.containsKey(p.carried().get(i))) state.put(p.carried().get(i), i);
        var pending = new ArrayDeque<Variable>();
        if (p.until() != null) pending.add(results.getLast());
        for (int r : used) {
            if (r < twin.length) pending.add(p.carried().get(twin[r]));
            else if (p.until() == null) pending.add(results.get(r));
        }
        Set<Variable> alive = OpenLoop.set(List.of());
        while (!pending.isEmpty()) {
            Variable v = pending.pop();
            if (!alive.add(v)) continue;
            v.op().operands().forEach(pending::push);
            if (state.containsKey(v)) pending.push(results.get(state.get(v)));
        }
        return alive;
    }

    /// All the steps of an emission that needs no step: what is the same in all of them, an element, the number of the step; or `null`.
    private Variable withoutLoop(Variable emission) {
        if (emission == p.index()) return new Variable(new Op.Iota(p.steps()));
        int element = p.elements().indexOf(emission);
        if (element >= 0) return cut(p.sequences().get(element), p.steps(), extents);
        Variable same = outer.containsKey(emission) ? outer.get(emission) : emission.op() instanceof Op.Constant ? emission : null;
        if (same == null) return null;
        return new Variable(new Op.Broadcast(same, Stream.concat(Stream.of(p.steps()), Ints.extents(same).stream()).toList()));
    }

    /// The first `steps` elements of `xs`.
    static Variable cut(Variable xs, Variable steps, Extents extents) {
        boolean whole = extents.of(xs).getFirst().equals(extents.computed(steps));
        return whole ? xs : new Variable(new Op.Slice(xs, 0, Ints.of(0), steps, 1));
    }

    /// A type that is sure to hold `type`, of one more axis.
    static TensorType rows(TensorType type) {
        var all = new ArrayList<>(type.extents());
        all.addFirst(TensorType.UNKNOWN);
        return type.withExtents(all);
    }
}
