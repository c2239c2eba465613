package damo.fuse;

import damo.graph.ScalarOp;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Loads;
import damo.kernel.Program;
import damo.kernel.Scalar;
import damo.kernel.Step;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What each step of a loop leaves, if it is only read with the last step first, is stored with the last step first: a derivative's loop goes from
/// the last step to the first, and the products that come after it do not.
public final class Reorder {
    private final Values values;
    private final Map<Buffer, Row> rows = new HashMap<>();             // what a step of a loop stores
    private final Map<Buffer, List<Copy>> copies = new LinkedHashMap<>();       // of that, the last step first
    private final Map<Buffer, Buffer> turned = new HashMap<>();        // what is the same now
    private final List<String> symbols;
    private final Uses uses;

    private Reorder(Program program, Values values) {
        this.values = values;
        symbols = program.symbols();
        uses = new Uses(program);
        find(program.steps(), null);
        copies.entrySet().removeIf(e -> !isAll(e.getKey(), e.getValue()));
        copies.values().forEach(all -> all.forEach(copy -> turned.put(copy.to, all.getFirst().to)));
    }

    /// Where the place of the step is in its position.
    private record Row(int axis, Value step) {}

    /// A store to `to` of something with the last step first; `at` is where a step that stores there itself finds its place.
    private record Copy(Buffer to, Value at) {}

    /// The program with such loops changed; its values are of this pool.
    public static Program of(Program program, Values values) {
        var reorder = new Reorder(program, values);
        return reorder.copies.isEmpty() ? program : program.withSteps(reorder.steps(program.steps()));
    }

    private void find(List<Step> steps, Value step) {
        for (Step each : steps)
            switch (each) {
                case Step.Compute compute -> {
                    for (Store s : compute.kernel().stores()) {
                        if (step != null && s.at().indexOf(step) >= 0) rows.put(s.to(), new Row(s.at().indexOf(step), step));
                        copied(compute.kernel(), s);
                    }
                }
                case Step.Branch(_, var then, var otherwise) -> {
                    find(then, null);
                    find(otherwise, null);
                }
                case Step.Loop loop -> find(loop.body(), values.symbol(loop.index()));
                case Step.Strips _, Step.Check _, Step.Call _ -> {}
            }
    }

    private void copied(Kernel kernel, Store store) {
        if (!(store.value().op() instanceof Scalar.Load(var from, var at)) || !rows.containsKey(from) || store.adds()) return;
        Row row = rows.get(from);
        List<Value> here = values.indices(kernel.axes());
        if (!store.at().equals(here) || !store.to().extents().equals(from.extents()) || store.to().dtype() != from.dtype()) return;
        for (int i = 0; i < at.size(); i++) if (i != row.axis && at.get(i) != here.get(i)) return;
        Value place = at.get(row.axis), index = here.get(row.axis);
        List<Store> others = kernel.stores().stream().filter(s -> s != store).toList();
        if (!isBackwards(place, index) || Loads.of(new Kernel(kernel.name(), kernel.axes(), others)).contains(from)) return;
        copies.computeIfAbsent(from, _ -> new ArrayList<>()).add(new Copy(store.to(), values.replace(place, v -> v == index ? row.step : null)));
    }

    /// Whether `place` is a number that a call brings less `index`. All places are within the buffer, so that number is the last place.
    private boolean isBackwards(Value place, Value index) {
        if (!(place.op() instanceof Scalar.Apply(var f, var sum)) || f != ScalarOp.ADD) return false;
        if (!(sum.getLast().op() instanceof Scalar.Apply(var g, var less)) || g != ScalarOp.MUL) return false;
        return less.getFirst() == index && Values.isWhole(less.getLast(), -1) && isBrought(sum.getFirst());
    }

    private boolean isBrought(Value v) {
        return v.op() instanceof Scalar.Symbol(var name) ? symbols.contains(name)
                : !(v.op() instanceof Scalar.Index || v.op() instanceof Scalar.Load || v.op() instanceof Scalar.Flat)
                && v.op().operands().stream().allMatch(this::isBrought);
    }

    /// Whether nobody else reads `row`, and all find the steps at the same places.
    private boolean isAll(Buffer row, List<Copy> all) {
        Set<Value> places = new HashSet<>(all.stream().map(Copy::at).toList());
        return places.size() == 1 && uses.of(row) == all.size() && all.stream().allMatch(copy -> uses.isOfKernels(copy.to));
    }

    private List<Step> steps(List<Step> steps) {
        var result = new ArrayList<Step>();
        for (Step step : steps)
            switch (step) {
                case Step.Launch(var kernel) -> {
                    Kernel left = reordered(kernel);
                    if (!left.stores().isEmpty()) result.add(new Step.Launch(left));
                }
                case Step.Contract(var kernel) -> result.add(new Step.Contract(reordered(kernel)));
                case Step.Branch(var condition, var then, var otherwise) ->
                    result.add(new Step.Branch(condition, steps(then), steps(otherwise)));
                case Step.Loop(var index, var count, var body, var carries, var until) ->
                    result.add(new Step.Loop(index, count, steps(body), carries, until));
                case Step.Repeat _, Step.Strip _, Step.Strips _, Step.Check _, Step.Call _ -> result.add(step);
            }
        return result;
    }

    private Kernel reordered(Kernel before) {
        Kernel kernel = Loads.from(values, before, turned);
        var stores = new ArrayList<Store>();
        for (Store s : kernel.stores()) {
            if (s.value().op() instanceof Scalar.Load(var from, _) && copies.containsKey(from)) continue;
            if (!copies.containsKey(s.to())) stores.add(s);
            else {
                Copy copy = copies.get(s.to()).getFirst();
                var at = new ArrayList<>(s.at());
                at.set(rows.get(s.to()).axis, copy.at);
                stores.add(new Store(copy.to, at, s.value()));
            }
        }
        return new Kernel(kernel.name(), kernel.axes(), stores);
    }
}
