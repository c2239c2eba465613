package damo.rewrite;

import damo.graph.Graph;
import damo.graph.Ints;
import damo.graph.Lambda;
import damo.graph.Loops;
import damo.graph.Op;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// A trace of which only the last rows are read is not kept: the last row is the last state, and those before it are carried along.
final class Tails {
    private static final int MOST = 8;                              // rows that are carried along

    /// A slice of a trace: from `back` rows before the end, or from the first row if there are fewer and it is `clamped`; else `checked` fails.
    private record Tail(Variable slice, int back, boolean clamped, Op.Assert checked) {}

    private final Lambda f;
    private final List<Variable> order;
    private final Map<Variable, List<Variable>> users = new IdentityHashMap<>();
    private final Extents extents = new Extents();

    private Tails(Lambda f) {
        this.f = f;
        this.order = Graph.order(f.results());
    }

    static Lambda keep(Lambda f) {
        return new Tails(f).kept();
    }

    private Lambda kept() {
        Map<Op.Loop, TreeSet<Integer>> used = LoopPass.used(order);
        if (used.isEmpty()) return f;
        for (Variable v : order) for (Variable o : v.op().operands()) users.computeIfAbsent(o, _ -> new ArrayList<>()).add(v);
        f.results().forEach(r -> users.computeIfAbsent(r, _ -> new ArrayList<>()).add(r));
        var plans = new LinkedHashMap<Op.Loop, TreeMap<Integer, List<Tail>>>();         // of each trace that is not needed: its slices
        for (Variable v : order)
            if (v.op() instanceof Op.Loop loop && trace(loop) >= 0 && tails(v, loop) instanceof List<Tail> tails)
                plans.computeIfAbsent(loop.result(0), _ -> new TreeMap<>()).put(loop.result(), tails);
        // A result that two variables are is rare; then the trace stays.
        var variables = new HashMap<Op, Integer>();
        for (Variable v : order) if (v.op() instanceof Op.Loop) variables.merge(v.op(), 1, Integer::sum);
        plans.forEach((loop, traces) -> traces.keySet().removeIf(r -> variables.get(loop.result(r)) > 1));
        plans.values().removeIf(Map::isEmpty);
        return plans.isEmpty() ? f : rebuilt(plans, used);
    }

    /// The state whose values this result of `loop` has, or −1.
    private static int trace(Op.Loop loop) {
        int states = loop.body().states();
        return loop.result() < states || loop.body().until() ? -1 : loop.body().next().indexOf(loop.body().step().results().get(loop.result()));
    }

    private List<Tail> tails(Variable v, Op.Loop loop) {
        var tails = new ArrayList<Tail>();
        for (Variable user : users.getOrDefault(v, List.of())) {
            Tail tail = tail(user, v, loop);
            if (tail == null) return null;
            tails.add(tail);
        }
        return tails;
    }

    private Tail tail(Variable user, Variable trace, Op.Loop loop) {
        if (!(user.op() instanceof Op.Slice(var x, var axis, var start, var length, var step)) || x != trace || axis != 0 || step != 1) return null;
        if (start == trace || length == trace) return null;
        Op.Assert checked = start.op() instanceof Op.Assert a ? a : null;
        Variable from = checked == null ? start : checked.x();
        boolean clamped = false;
        for (int i = 0; i < 2; i++) {
            if (Match.is(from, ScalarOp.MAX) && Ints.isConstant(Match.arg(from, i), 0)) {
                from = Match.arg(from, 1 - i);
                clamped = true;
            }
        }
        for (int i = 0; i < 2; i++) if (Match.is(from, ScalarOp.MIN) && isSteps(Match.arg(from, i), loop)) from = Match.arg(from, 1 - i);
        long offset = offset(from, loop);
        boolean known = Ints.isConstant(loop.steps());
        if (known && Ints.value(loop.steps()) + offset < 0) return null;
        return offset >= -MOST && offset < 0 && (clamped || known || checked != null) ? new Tail(user, (int) -offset, clamped, checked) : null;
    }

    private boolean isSteps(Variable v, Op.Loop loop) {
        return extents.computed(v).equals(extents.computed(loop.steps()));
    }

    /// What `from` is more than the number of steps; 0 if that is not known.
    private long offset(Variable from, Op.Loop loop) {
        if (Ints.isConstant(from) && Ints.isConstant(loop.steps())) return Ints.value(from) - Ints.value(loop.steps());
        if (Match.is(from, ScalarOp.SUB) && isSteps(Match.arg(from, 0), loop) && Ints.isConstant(Match.arg(from, 1)))
            return -Ints.value(Match.arg(from, 1));
        if (Match.is(from, ScalarOp.ADD))
            for (int i = 0; i < 2; i++)
                if (Ints.isConstant(Match.arg(from, i)) && isSteps(Match.arg(from, 1 - i), loop)) return Ints.value(Match.arg(from, i));
        return 0;
    }

    private Lambda rebuilt(Map<Op.Loop, TreeMap<Integer, List<Tail>>> plans, Map<Op.Loop, TreeSet<Integer>> used) {
        var image = new IdentityHashMap<Variable, Variable>();
        Map<Variable, Runnable> slices = new IdentityHashMap<>();
        var loops = new LinkedHashMap<Op.Loop, Op.Loop>();
        for (Variable v : order) {
            if (v.op() instanceof Op.Loop loop && plans.containsKey(loop.result(0))) {
                Op.Loop before = loop.result(0);
                TreeMap<Integer, List<Tail>> traces = plans.get(before);
                Op.Loop after = loops.computeIfAbsent(before, _ -> v.source().during(() -> carrying((Op.Loop) v.rebuilt(image).op(), traces)));
                int added = after.body().states() - before.body().states();
                if (traces.containsKey(loop.result())) {
                    Variable rows = v.source().during(() -> rows(before.result(loop.result()), traces, after));
                    traces.get(loop.result()).forEach(t -> slices.put(t.slice, () -> image.put(t.slice, part(t, rows, after.steps(), image))));
                } else {
                    int earlier = loop.result() < before.body().states() ? 0 : added - traces.headMap(loop.result()).size();
                    image.put(v, new Variable(after.result(loop.result() + earlier), v.name(), v.source()));
                }
            } else if (slices.containsKey(v)) {
                v.source().during(() -> {
                    slices.get(v).run();
                    return v;
                });
            } else {
                image.put(v, v.rebuilt(image));
            }
        }
        return f.withResults(f.results().stream().<Variable>map(image::get).toList());
    }

    private static int depth(List<Tail> tails) {
        return tails.stream().mapToInt(Tail::back).max().orElseThrow();
    }

    /// `loop` without these traces, but with the states of the steps before the last ones.
    private static Op.Loop carrying(Op.Loop loop, TreeMap<Integer, List<Tail>> traces) {
        OpenLoop open = OpenLoop.of(loop);
        Loops.Parts p = open.parts();
        var carried = new ArrayList<>(p.carried());
        var initial = new ArrayList<>(p.initial());
        var next = new ArrayList<>(p.next());
        traces.forEach((r, tails) -> {
            int state = trace(loop.result(r));
            for (int k = 1; k < depth(tails); k++) {
                Variable before = k == 1 ? p.carried().get(state) : carried.getLast();
                next.add(before);
                carried.add(Loops.parameter(before.name(), before.type()));
                initial.add(p.initial().get(state));
            }
        });
        var emitted = new ArrayList<Variable>();
        for (int e = 0; e < p.emitted().size(); e++) if (!traces.containsKey(p.carried().size() + e)) emitted.add(p.emitted().get(e));
        return new OpenLoop(new Loops.Parts(p.name(), p.steps(), p.index(), p.elements(), p.sequences(), carried, initial, next, emitted, null),
                open.outer()).closed();
    }

    /// The last rows of a trace, the oldest first.
    private static Variable rows(Op.Loop trace, TreeMap<Integer, List<Tail>> traces, Op.Loop after) {
        int at = trace.body().states();
        for (List<Tail> tails : traces.headMap(trace.result()).values()) at += depth(tails) - 1;
        var rows = new ArrayList<Variable>();
        for (int k = depth(traces.get(trace.result())) - 1; k > 0; k--) rows.add(Unrolling.expanded(new Variable(after.result(at + k - 1))));
        rows.add(Unrolling.expanded(new Variable(after.result(trace(trace)))));
        return rows.size() == 1 ? rows.getFirst() : new Variable(new Op.Join(0, rows));
    }

    private static Variable part(Tail tail, Variable rows, Variable steps, Map<Variable, Variable> image) {
        Op.Slice slice = (Op.Slice) tail.slice.op();
        Variable length = image.getOrDefault(slice.length(), slice.length());
        long depth = rows.type().extent(0);
        Variable start = Ints.of(depth - tail.back);
        if (tail.clamped) start = Ints.max(start, Ints.sub(Ints.of(depth), steps));
        Variable part = new Variable(new Op.Slice(rows, 0, start, length, 1));
        if (tail.checked == null) return part;
        Variable condition = tail.checked.condition();
        return new Variable(new Op.Assert(part, image.getOrDefault(condition, condition), tail.checked.message()));
    }
}
