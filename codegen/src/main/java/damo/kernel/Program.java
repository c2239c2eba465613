package damo.kernel;

import damo.value.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What one call does, for one pattern of extents.
///
/// @param name the function's name
/// @param symbols the names of the extents that each call brings, in order
/// @param inputs what the caller brings
/// @param constants what the program brings
/// @param outputs what the caller takes: stored by the steps, each once
/// @param steps what is done, in order
public record Program(String name, List<String> symbols, List<Buffer> inputs, Map<Buffer, NDArray> constants, List<Buffer> outputs,
        List<Step> steps) {
    /// The same program with other steps.
    public Program withSteps(List<Step> other) {
        return new Program(name, symbols, inputs, constants, outputs, other);
    }

    /// How many kernels the steps launch, branches included.
    public int kernels() {
        return count(steps);
    }

    /// The indices of all loops, in the order of the text: symbols that the program itself sets.
    public List<String> counters() {
        var all = new ArrayList<String>();
        counters(steps, all);
        return all;
    }

    private static void counters(List<Step> steps, List<String> into) {
        for (Step step : steps)
            switch (step) {
                case Step.Launch _, Step.Check _, Step.Call _ -> {}
                case Step.Branch(_, var then, var otherwise) -> {
                    counters(then, into);
                    counters(otherwise, into);
                }
                case Step.Loop(var index, _, var body, _, _) -> {
                    into.add(index);
                    counters(body, into);
                }
            }
    }

    private static int count(List<Step> steps) {
        int n = 0;
        for (Step step : steps)
            n += switch (step) {
                case Step.Launch _ -> 1;
                case Step.Branch(_, var then, var otherwise) -> count(then) + count(otherwise);
                case Step.Loop loop -> count(loop.body());
                case Step.Check _, Step.Call _ -> 0;
            };
        return n;
    }

    @Override public String toString() {
        return KernelText.print(this);
    }
}
