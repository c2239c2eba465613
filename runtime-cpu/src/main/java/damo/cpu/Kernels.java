package damo.cpu;

import damo.kernel.Kernel;
import damo.kernel.Program;
import damo.kernel.Step;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/// Walks over the kernels of a program, in branches too.
final class Kernels {
    private Kernels() {}

    /// The program with every kernel replaced by its image.
    static Program map(Program program, UnaryOperator<Kernel> image) {
        return program.withSteps(map(program.steps(), image));
    }

    private static List<Step> map(List<Step> steps, UnaryOperator<Kernel> image) {
        return steps.stream().<Step>map(step -> switch (step) {
            case Step.Launch(var kernel) -> new Step.Launch(image.apply(kernel));
            case Step.Contract(var kernel) -> new Step.Contract(image.apply(kernel));
            case Step.Repeat(var index, var count, var kernel, var carries) -> new Step.Repeat(index, count, image.apply(kernel), carries);
            case Step.Branch(var condition, var then, var otherwise) -> new Step.Branch(condition, map(then, image), map(otherwise, image));
            case Step.Loop(var index, var count, var body, var carries, var until) -> new Step.Loop(index, count, map(body, image), carries, until);
            case Step.Strip strip -> map(strip, image);
            case Step.Strips(var kernels, var each) -> new Step.Strips(kernels.stream().map(s -> map(s, image)).toList(), each);
            case Step.Check _, Step.Call _ -> step;
        }).toList();
    }

    private static Step.Strip map(Step.Strip strip, UnaryOperator<Kernel> image) {
        return new Step.Strip(image.apply(strip.kernel()), strip.axis(), strip.isSum());
    }

    /// All loops, the outer ones first.
    static List<Step.Loop> loops(Program program) {
        return Step.all(program.steps()).filter(Step.Loop.class::isInstance).map(Step.Loop.class::cast).toList();
    }

    /// All kernels, in order.
    static List<Kernel> of(Program program) {
        return Step.all(program.steps()).filter(Step.Compute.class::isInstance).map(step -> ((Step.Compute) step).kernel()).toList();
    }

    /// The steps that run them, by identity.
    static Map<Kernel, Step.Compute> steps(Program program) {
        Map<Kernel, Step.Compute> found = new IdentityHashMap<>();
        Step.all(program.steps()).forEach(step -> {
            if (step instanceof Step.Compute compute) found.put(compute.kernel(), compute);
        });
        return found;
    }
}
