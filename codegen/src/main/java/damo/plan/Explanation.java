package damo.plan;

import damo.CompilerBug;
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

    /// What a kernel moves and computes each time that it runs.
    ///
    /// @param read bytes
    /// @param written bytes
    /// @param flops operations on floats, functions spelled out
    public record Work(Estimate read, Estimate written, Estimate flops) {
        /// That of `step`.
        public static Work of(Values values, Step.Compute step) {
            return of(step, Expansions.expand(values, step.kernel()));
        }

        private static Work of(Step.Compute step, Kernel expanded) {
            return new Work(Estimate.read(expanded), Estimate.written(expanded),
                    Estimate.flops(expanded, step instanceof Step.Repeat(_, var steps, _, _) ? List.of(steps) : List.of()));
        }

        @Override public String toString() {
            return "reads %s bytes, writes %s; %s flops".formatted(read, written, flops);
        }
    }

    /// One line: the loops that have lanes and why others have none, how threads share it, what it moves and computes.
    ///
    /// @param bits of a vector; 0 if there are none
    /// @param isAlone whether the kernel is part of a loop that one thread does
    public static String of(Values values, Step.Compute step, int bits, boolean isAlone) {
        boolean contracts = step instanceof Step.Contract;
        Kernel kernel = Expansions.expand(values, step.kernel());
        List<Stmt> statements = switch (step) {
            case Step.Launch _, Step.Strip _ -> Schedule.joined(values, kernel, true);
            case Step.Contract _ -> Contraction.of(values, kernel);
            case Step.Repeat repeat -> Repeated.inRegisters(values, repeat, kernel);
        };
        var parts = new ArrayList<String>();
        if (contracts) parts.add("products of matrices by tiles");
        var vectorization = Vectorization.of(values, statements, bits);
        vectorization.forms().stream().map(f -> "%d lanes along %s".formatted(f.lanes(), f.axis().name())).distinct().forEach(parts::add);
        vectorization.obstacles().forEach((axis, why) -> parts.add("no lanes along %s: %s".formatted(axis.name(), why)));
        String shared = Division.of(step.kernel(), statements).map(d -> "threads share " + d.axis().name()).orElse("one thread");
        parts.add(step instanceof Step.Strip strip ? "threads share strips of rows, by " + strip.axis().name() : isAlone ? "one thread" : shared);
        parts.add(Work.of(step, kernel).toString());
        return parts.stream().collect(Collectors.joining("; ", kernel.name() + ": ", ""));
    }

    /// One line: who does what of it on a device, what it moves and computes.
    public static String onDevice(Values values, Step.Compute step, Sizes sizes) {
        Kernel kernel = Expansions.expand(values, step.kernel());
        String who = switch (step) {
            case Step.Contract _ -> "groups do tiles of products of matrices";
            case Step.Launch _ -> Mapping.of(values, kernel, sizes).toString();
            case Step.Repeat _, Step.Strip _ -> throw new CompilerBug("explain", "devices do no such steps", kernel.toString());
        };
        return "%s: %s; %s".formatted(kernel.name(), who, Work.of(step, kernel));
    }
}
