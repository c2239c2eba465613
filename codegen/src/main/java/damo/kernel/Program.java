package damo.kernel;

import damo.value.NDArray;
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

    /// How many kernels the steps run.
    public int kernels() {
        return (int) Step.all(steps).filter(Step.Compute.class::isInstance).count();
    }

    /// The indices of all loops, in the order of the text: symbols that the program itself sets.
    public List<String> counters() {
        return Step.all(steps).filter(Step.Loop.class::isInstance).map(step -> ((Step.Loop) step).index()).toList();
    }

    /// The checks, in the order of the text.
    public List<Step.Check> checks() {
        return Step.all(steps).filter(Step.Check.class::isInstance).map(Step.Check.class::cast).toList();
    }

    @Override public String toString() {
        return KernelText.print(this);
    }
}
