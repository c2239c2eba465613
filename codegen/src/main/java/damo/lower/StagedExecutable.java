package damo.lower;

import damo.graph.Lambda;
import damo.spi.Executable;
import damo.value.NDArray;
import java.util.Arrays;
import java.util.function.Function;

/// A program some of whose extents another one computes first.
public final class StagedExecutable implements Executable {
    private final int extents;
    private final Executable first;
    private final Executable second;

    private StagedExecutable(Staging stages, Function<Lambda, Executable> prepare) {
        extents = stages.first().results().size();
        first = of(stages.first(), prepare);
        second = of(stages.second(), prepare);
    }

    /// `program` in as many stages as it needs, each prepared by `prepare`.
    public static Executable of(Lambda program, Function<Lambda, Executable> prepare) {
        return Staging.of(program).<Executable>map(stages -> new StagedExecutable(stages, prepare)).orElseGet(() -> prepare.apply(program));
    }

    @Override public void run(NDArray[] arguments, NDArray[] destinations, NDArray[] results) {
        NDArray[] all = Arrays.copyOf(arguments, arguments.length + extents);
        NDArray[] known = new NDArray[extents];
        first.run(arguments, new NDArray[extents], known);
        System.arraycopy(known, 0, all, arguments.length, extents);
        second.run(all, destinations, results);
    }

    @Override public String explain() {
        return "first, extents:\n%s\nthen:\n%s".formatted(first.explain(), second.explain());
    }

    @Override public int[] kernels() {
        int[] a = first.kernels();
        int[] b = second.kernels();
        return new int[] {a[0] + b[0], a[1] + b[1]};
    }
}
