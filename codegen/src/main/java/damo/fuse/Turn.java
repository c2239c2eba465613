package damo.fuse;

import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Program;
import damo.kernel.Scalar;
import damo.kernel.Step;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/// Matrices that do not change in a loop, but whose transposes are the right operands of products there (the weights, in the derivative of a
/// recurrent network): they are transposed once before the loop, not packed across their rows in each step.
public final class Turn {
    private final Values values;
    private final Set<Buffer> changing = new HashSet<>();
    private final Map<List<Object>, Buffer> turned = new HashMap<>();
    private final List<Step> before = new ArrayList<>();

    private Turn(Values values, Step.Loop loop) {
        this.values = values;
        for (Step step : loop.all().toList())
            switch (step) {
                case Step.Compute compute -> compute.kernel().stores().forEach(s -> changing.add(s.to()));
                case Step.Call call -> changing.addAll(call.stores());
                case Step.Loop inner -> changes(inner);
                case Step.Branch _, Step.Check _, Step.Strips _ -> {}
            }
        changes(loop);
    }

    private void changes(Step.Loop loop) {
        for (Step.Carry carry : loop.carries()) changing.addAll(List.of(carry.state(), carry.next()));
    }

    /// The program with such matrices transposed before loops.
    public static Program turn(Program program, Values values) {
        return program.withSteps(steps(program.steps(), values));
    }

    private static List<Step> steps(List<Step> steps, Values values) {
        var result = new ArrayList<Step>();
        for (Step step : steps)
            switch (step) {
                case Step.Compute _, Step.Strips _, Step.Check _, Step.Call _ -> result.add(step);
                case Step.Branch(var condition, var then, var otherwise) ->
                    result.add(new Step.Branch(condition, steps(then, values), steps(otherwise, values)));
                case Step.Loop loop -> {
                    var turn = new Turn(values, loop);
                    List<Step> body = steps(loop.body(), values).stream().map(turn::of).toList();
                    result.addAll(turn.before);
                    result.add(new Step.Loop(loop.index(), loop.steps(), body, loop.carries(), loop.until()));
                }
            }
        return result;
    }

    private Step of(Step step) {
        if (!(step instanceof Step.Contract(var kernel)) || kernel.axes().isEmpty()) return step;
        Axis column = kernel.axes().getLast();
        List<Store> stores = kernel.stores().stream().map(s -> s.with(s.at(), values.replace(s.value(),
                v -> v.op() instanceof Scalar.Fold fold ? values.of(fold.with(List.of(product(kernel, fold, column))), v.dtype()) : null))).toList();
        return new Step.Contract(new Kernel(kernel.name(), kernel.axes(), stores));
    }

    private Value product(Kernel kernel, Scalar.Fold fold, Axis column) {
        Value product = fold.body();
        List<Value> factors = product.op().operands();
        return values.of(product.op().with(factors.stream()
                .map(v -> v.op() instanceof Scalar.Load load && isAcross(load, column, fold.axes()) ? turned(kernel, load, column) : v).toList()),
                product.dtype());
    }

    /// Whether it is read along its rows by the sum, and by the loop over columns along something else.
    private boolean isAcross(Scalar.Load load, Axis column, List<Axis> terms) {
        List<Value> at = load.at();
        return !changing.contains(load.from()) && at.size() > 1 && at.stream().allMatch(v -> v.op() instanceof Scalar.Index)
                && at.contains(values.index(column)) && terms.stream().anyMatch(t -> values.index(t) == at.getLast());
    }

    private Value turned(Kernel kernel, Scalar.Load load, Axis column) {
        int place = load.at().indexOf(values.index(column));
        var order = new ArrayList<>(IntStream.range(0, load.at().size()).boxed().toList());
        order.add(order.remove(place));
        Buffer from = load.from();
        Buffer to = turned.computeIfAbsent(List.of(from, order), _ -> {
            String name = "%s_turned%d".formatted(kernel.name(), turned.size());
            List<Value> extents = order.stream().map(from.extents()::get).toList();
            List<Axis> axes = IntStream.range(0, extents.size()).mapToObj(i -> new Axis(name + "_" + i, extents.get(i))).toList();
            List<Value> at = IntStream.range(0, axes.size()).mapToObj(i -> values.index(axes.get(order.indexOf(i)))).toList();
            var buffer = new Buffer(name, from.dtype(), extents);
            before.add(new Step.Launch(new Kernel(name, axes, List.of(new Store(buffer, values.indices(axes), values.load(from, at))))));
            return buffer;
        });
        return values.load(to, order.stream().map(load.at()::get).toList());
    }
}
