package damo.plan;

import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Order;
import damo.kernel.Scalar;
import damo.kernel.Step;
import damo.kernel.Value;
import damo.kernel.Values;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The statements of a kernel that is repeated.
public final class Repeated {
    private static final int SHORT = 20, LONG = 80;                    // values of a step, above which fewer vectors are done side by side

    private final Values values;
    private final Schedule schedule;
    private final Kernel kernel;
    private final Axis times;
    private final Map<Buffer, Buffer> states = new HashMap<>();        // by the next one

    /// @param kernel the kernel of `step`, its functions spelled out
    private Repeated(Values values, Step.Repeat step, Kernel kernel) {
        this.values = values;
        this.kernel = kernel;
        schedule = new Schedule(values);
        times = new Axis(step.index(), step.steps());
        step.carries().forEach(c -> states.put(c.next(), c.state()));
    }

    /// With states in memory, for code without vectors: the first states are copied, then for each step all positions.
    public static List<Stmt> inMemory(Values values, Step.Repeat step, Kernel kernel) {
        return new Repeated(values, step, kernel).inMemory();
    }

    /// With states in registers: for a position, or for as many as vectors have, all steps ([Stmt.Repeat]).
    public static List<Stmt> inRegisters(Values values, Step.Repeat step, Kernel kernel) {
        return new Repeated(values, step, kernel).inRegisters();
    }

    private List<Stmt> guarded(Schedule.Block root) {
        return List.of(new Stmt.Guard(kernel.axes().stream().map(Axis::extent).toList(), root.statements));
    }

    private Value timed(Value v, Map<Value, Value> done) {
        Value index = values.symbol(times.name());
        return values.replace(v, u -> u == index ? values.index(times) : null, done);
    }

    private List<Stmt> inMemory() {
        var root = new Schedule.Block(null, null);
        Map<Value, Value> done = new IdentityHashMap<>();
        List<Stmt.Put> copies = kernel.stores().stream().map(s -> new Stmt.Put(s.to(), values.offset(s.to().extents(), s.at()),
                values.load(states.get(s.to()), s.at()), false)).toList();
        nest(kernel.axes(), root, Flatten.puts(values, copies, kernel.axes()));
        List<Stmt.Put> puts = kernel.stores().stream().map(s -> new Stmt.Put(s.to(), values.offset(s.to().extents(), s.at()),
                timed(values.replace(s.value(), this::stored), done), false)).toList();
        var axes = new ArrayList<>(List.of(times));
        axes.addAll(kernel.axes());
        nest(axes, root, Flatten.puts(values, puts, axes));
        return guarded(root);
    }

    private Value stored(Value v) {
        if (!(v.op() instanceof Scalar.Load(var from, var at))) return null;
        for (var e : states.entrySet()) if (e.getValue().equals(from)) return values.load(e.getKey(), at);
        return null;
    }

    /// All states are read before one is stored.
    private void nest(List<Axis> axes, Schedule.Block root, List<Stmt.Put> puts) {
        var nest = new ArrayList<Schedule.Block>();
        Schedule.Block block = root;
        for (Axis axis : axes) nest.add(block = schedule.loop(axis, block));
        for (Stmt.Put put : puts) {
            schedule.place(put.offset(), block, false);
            schedule.place(put.value(), block, false);
        }
        if (puts.size() > 1) for (Stmt.Put put : puts) if (!Schedule.isTrivial(put.value())) block.statements.add(new Stmt.Let(put.value()));
        block.statements.addAll(puts);
        for (Schedule.Block b : nest.reversed()) b.outer.statements.add(Schedule.loop(b.axis, values.whole(0), b.axis.extent(), b));
    }

    private List<Stmt> inRegisters() {
        var root = new Schedule.Block(null, null);
        Map<Value, Value> done = new IdentityHashMap<>();
        List<Stmt.Put> first = Flatten.puts(values, kernel.stores().stream().map(s -> new Stmt.Put(s.to(), values.offset(s.to().extents(), s.at()),
                values.load(states.get(s.to()), s.at()), false)).toList(), kernel.axes());
        List<Stmt.Put> next = Flatten.puts(values, kernel.stores().stream().map(s -> new Stmt.Put(s.to(), values.offset(s.to().extents(), s.at()),
                timed(s.value(), done), false)).toList(), kernel.axes());
        List<Axis> outer = kernel.axes().subList(0, kernel.axes().size() - 1);
        Axis last = kernel.axes().getLast();
        var nest = new ArrayList<Schedule.Block>();
        Schedule.Block block = root;
        for (Axis axis : outer) nest.add(block = schedule.loop(axis, block));
        schedule.place(last.extent(), block, false);
        schedule.place(times.extent(), block, false);
        Set<Value> known = Collections.newSetFromMap(new IdentityHashMap<>());
        first.forEach(p -> known.add(p.value()));
        Set<Value> before = new LinkedHashSet<>();
        for (Stmt.Put p : next) before(p.value(), known, before);
        var body = new Schedule.Block(block, last);
        for (Value v : before) schedule.place(v, body, false);
        for (Stmt.Put p : first) schedule.place(p.value(), body, false);
        var carried = new ArrayList<Stmt.State>();
        for (int i = 0; i < first.size(); i++) {
            Stmt.Put put = next.get(i);
            carried.add(new Stmt.State(first.get(i).value(), put.value(), put.to(), put.offset()));
        }
        int size = Unroll.size(next.stream().map(Stmt.Put::value).toList());
        block.statements.add(new Stmt.Repeat(last, times, size <= SHORT ? 4 : size <= LONG ? 2 : 1, List.copyOf(before), carried));
        for (Schedule.Block b : nest.reversed()) b.outer.statements.add(Schedule.loop(b.axis, values.whole(0), b.axis.extent(), b));
        return guarded(root);
    }

    /// Adds what is the same in all steps, as large as it can be; not what is in a branch.
    private void before(Value root, Set<Value> states, Set<Value> into) {
        Value index = values.index(times);
        Map<Value, Boolean> changes = new IdentityHashMap<>();
        for (Value v : Order.of(root, _ -> false))
            changes.put(v, states.contains(v) || v == index || v.op().operands().stream().anyMatch(changes::get));
        Set<Value> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        var todo = new ArrayList<>(List.of(root));
        while (!todo.isEmpty()) {
            Value v = todo.removeLast();
            if (!seen.add(v) || states.contains(v)) continue;
            if (!changes.get(v)) {
                if (!Schedule.isTrivial(v)) into.add(v);
            } else if (v.op() instanceof Scalar.Choose(var condition, _, _)) todo.add(condition);
            else todo.addAll(v.op().operands());
        }
    }
}
