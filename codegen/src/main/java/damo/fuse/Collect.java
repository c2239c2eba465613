package damo.fuse;

import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.kernel.Axis;
import damo.kernel.Kernel;
import damo.kernel.Program;
import damo.kernel.Step;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import java.util.ArrayList;
import java.util.List;

/// Kernels whose stores add, for devices whose threads have no order: each element collects what would be added to it. The work grows with the
/// number of elements times that of what is added; the sums are the same for any number of threads.
public final class Collect {
    private Collect() {}

    /// The program without stores that add.
    public static Program collect(Program program, Values values) {
        return program.withSteps(steps(program.steps(), values));
    }

    private static List<Step> steps(List<Step> steps, Values values) {
        return steps.stream().<Step>map(step -> switch (step) {
            case Step.Launch(var kernel) when kernel.adds() -> new Step.Launch(collected(kernel, values));
            case Step.Compute _, Step.Strips _, Step.Check _, Step.Call _ -> step;
            case Step.Branch(var condition, var then, var otherwise) -> new Step.Branch(condition, steps(then, values), steps(otherwise, values));
            case Step.Loop(var index, var count, var body, var carries, var until) ->
                new Step.Loop(index, count, steps(body, values), carries, until);
        }).toList();
    }

    private static Kernel collected(Kernel kernel, Values values) {
        Store store = kernel.stores().getFirst();
        var axes = new ArrayList<Axis>();
        for (Value extent : store.to().extents()) axes.add(new Axis(kernel.name() + "_" + axes.size(), extent));
        List<Value> here = values.indices(axes);
        Value added = store.value();
        for (int i = 0; i < here.size(); i++)
            added = values.choose(values.apply(ScalarOp.EQ, store.at().get(i), here.get(i)), added, values.number(added.dtype(), 0));
        Value sum = kernel.axes().isEmpty() ? added : values.fold(Reduction.SUM, kernel.axes(), added);
        return new Kernel(kernel.name(), axes, List.of(new Store(store.to(), here, sum)));
    }
}
