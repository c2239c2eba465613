package damo.fuse;

import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.FreeAxes;
import damo.kernel.Kernel;
import damo.kernel.Loads;
import damo.kernel.Order;
import damo.kernel.Program;
import damo.kernel.Scalar;
import damo.kernel.Step;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Loops whose steps are one kernel, in which each position depends on itself alone, become a kernel that is repeated ([Step.Repeat]): its states
/// need not leave the registers. What a step reads besides is a number, or the same in all steps: else memory is better read a step at a time.
public final class Repetition {
    private final Values values;

    private Repetition(Values values) {
        this.values = values;
    }

    /// The program with such loops changed; its values are of this pool.
    public static Program of(Program program, Values values) {
        return program.withSteps(new Repetition(values).steps(program.steps()));
    }

    private List<Step> steps(List<Step> steps) {
        var result = new ArrayList<Step>();
        for (Step step : steps)
            switch (step) {
                case Step.Compute _, Step.Strips _, Step.Check _, Step.Call _ -> result.add(step);
                case Step.Branch(var condition, var then, var otherwise) -> result.add(new Step.Branch(condition, steps(then), steps(otherwise)));
                case Step.Loop(var index, var count, var body, var carries, var until) -> {
                    var loop = new Step.Loop(index, count, steps(body), carries, until);
                    if (!isPointwise(loop) || !repeat(loop, result)) result.add(loop);
                }
            }
        return result;
    }

    private boolean isPointwise(Step.Loop loop) {
        if (loop.until().isPresent() || loop.body().size() != 1) return false;
        if (!(loop.body().getFirst() instanceof Step.Launch(var k))) return false;
        Set<Buffer> states = loop.carries().stream().map(Step.Carry::state).collect(Collectors.toSet());
        Set<Buffer> next = loop.carries().stream().map(Step.Carry::next).collect(Collectors.toSet());
        Set<Buffer> stored = k.stores().stream().map(Store::to).collect(Collectors.toSet());
        List<Value> here = values.indices(k.axes());
        List<Value> extents = k.axes().stream().map(Axis::extent).toList();
        if (extents.stream().allMatch(e -> Values.isWhole(e, 1)) || !next.equals(stored)) return false;
        for (Store s : k.stores()) if (s.adds() || !s.at().equals(here) || !s.to().extents().equals(extents)) return false;
        Value index = values.symbol(loop.index());
        boolean happens = loop.steps().op() instanceof Scalar.Whole(var n) && n > 0;
        var free = new FreeAxes();
        for (Store s : k.stores())
            for (Value v : Order.of(s.value(), _ -> false)) {
                boolean isRow = !free.of(v).isEmpty() && Order.of(v, _ -> false).contains(index);
                boolean fits = switch (v.op()) {
                    case Scalar.Load(var from, var at) -> states.contains(from) ? at.equals(here) : !isRow && (happens || isWithin(from, at));
                    case Scalar.Flat(var from, _) -> !states.contains(from) && !isRow && happens;
                    case Scalar.Fold _ -> false;
                    case Scalar.Real _, Scalar.Whole _, Scalar.Symbol _, Scalar.Index _, Scalar.Apply _, Scalar.Convert _, Scalar.Bits _,
                         Scalar.Choose _ -> true;
                };
                if (!fits) return false;
            }
        return true;
    }

    /// Whether that can be read even if there are no steps.
    private static boolean isWithin(Buffer from, List<Value> at) {
        for (int i = 0; i < at.size(); i++) {
            Value extent = from.extents().get(i);
            if (!(at.get(i).op() instanceof Scalar.Index(var axis) && axis.extent().equals(extent))
                    && !(Values.isWhole(at.get(i), 0) && Values.isWhole(extent, 1))) return false;
        }
        return true;
    }

    /// Adds `loop` as a kernel to what is `before` it, if the kernels that store the first states are there: they store them elsewhere then, and the
    /// states are what the repeated kernel stores.
    private boolean repeat(Step.Loop loop, List<Step> before) {
        Kernel body = ((Step.Launch) loop.body().getFirst()).kernel();
        Map<Buffer, Buffer> first = new HashMap<>();
        Map<Buffer, Buffer> states = new HashMap<>();                  // by what is next
        for (Step.Carry c : loop.carries()) {
            if (before.stream().noneMatch(s -> s instanceof Step.Launch(var k) && stores(k, c.state()))) return false;
            if (before.stream().anyMatch(s -> !(s instanceof Step.Compute) && mentions(s, c.state()))) return false;
            first.put(c.state(), new Buffer(c.state().name() + "_first", c.state().dtype(), c.state().extents()));
            states.put(c.next(), c.state());
        }
        before.replaceAll(s -> switch (s) {
            case Step.Launch(var k) -> new Step.Launch(renamed(k, first));
            case Step.Contract(var k) -> new Step.Contract(renamed(k, first));
            case Step.Repeat(var index, var steps, var k, var carries) -> new Step.Repeat(index, steps, renamed(k, first), carries.stream()
                    .map(c -> new Step.Carry(first.getOrDefault(c.state(), c.state()), first.getOrDefault(c.next(), c.next()))).toList());
            case Step.Strip _, Step.Strips _, Step.Branch _, Step.Loop _, Step.Check _, Step.Call _ -> s;
        });
        Kernel repeated = renamed(renamed(body, first), states);
        List<Step.Carry> carries = repeated.stores().stream().map(s -> new Step.Carry(first.get(s.to()), s.to())).toList();
        before.add(new Step.Repeat(loop.index(), loop.steps(), repeated, carries));
        return true;
    }

    private static boolean stores(Kernel kernel, Buffer b) {
        return kernel.stores().stream().anyMatch(s -> s.to().equals(b));
    }

    private static boolean mentions(Step step, Buffer b) {
        return Step.all(List.of(step)).anyMatch(s -> switch (s) {
            case Step.Compute compute -> Loads.of(compute.kernel()).contains(b) || stores(compute.kernel(), b);
            case Step.Branch(var condition, _, _) -> condition.equals(b);
            case Step.Loop loop -> loop.until().filter(b::equals).isPresent()
                    || loop.carries().stream().anyMatch(c -> c.state().equals(b) || c.next().equals(b));
            case Step.Strips strips -> strips.kernels().stream().anyMatch(strip -> mentions(strip, b));
            case Step.Check(var condition, _) -> condition.equals(b);
            case Step.Call(_, var reads, var stores) -> reads.contains(b) || stores.contains(b);
        });
    }

    private Kernel renamed(Kernel kernel, Map<Buffer, Buffer> names) {
        Map<Value, Value> done = new IdentityHashMap<>();
        List<Store> stores = kernel.stores().stream().map(s -> new Store(names.getOrDefault(s.to(), s.to()), s.at(), values.replace(s.value(),
                v -> v.op() instanceof Scalar.Load(var from, var at) && names.containsKey(from) ? values.load(names.get(from), at) : null, done),
                s.adds())).toList();
        return new Kernel(kernel.name(), kernel.axes(), stores);
    }
}
