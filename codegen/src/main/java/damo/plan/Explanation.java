package damo.plan;

import damo.kernel.Kernel;
import damo.kernel.Step;
import damo.kernel.Values;
import damo.math.Expansions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// How a kernel is done, in words.
public final class Explanation {
    private Explanation() {}

    /// One line: the loops that have lanes and why others have none, how threads share it, what it moves and computes.
    ///
    /// @param bits of a vector; 0 if there are none
    /// @param isAlone whether the kernel is part of a loop that one thread does
    public static String of(Values values, Step.Compute step, int bits, boolean isAlone) {
        boolean contracts = step instanceof Step.Contract;
        Kernel kernel = Expansions.expand(values, step.kernel());
        List<Stmt> statements = switch (step) {
            case Step.Launch _ -> Together.of(values, Reuse.of(values, Schedule.of(values, kernel)));
            case Step.Contract _ -> Contraction.of(values, kernel);
            case Step.Repeat repeat -> Repeated.inRegisters(values, repeat, kernel);
        };
        var parts = new ArrayList<String>();
        if (contracts) parts.add("products of matrices by tiles");
        var vectorization = Vectorization.of(values, statements, bits);
        vectorization.forms().stream().map(f -> "%d lanes along %s".formatted(f.lanes(), f.axis().name())).distinct().forEach(parts::add);
        vectorization.obstacles().forEach((axis, why) -> parts.add("no lanes along %s: %s".formatted(axis.name(), why)));
        String shared = Division.of(step.kernel(), statements).map(d -> "threads share " + d.axis().name()).orElse("one thread");
        parts.add(isAlone ? "one thread" : shared);
        parts.add("reads %s bytes, writes %s".formatted(Estimate.read(kernel), Estimate.written(kernel)));
        parts.add(Estimate.flops(kernel, step instanceof Step.Repeat(_, var steps, _, _) ? List.of(steps) : List.of()) + " flops");
        return parts.stream().collect(Collectors.joining("; ", kernel.name() + ": ", ""));
    }
}
