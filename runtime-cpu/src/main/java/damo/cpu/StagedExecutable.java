package damo.cpu;

import damo.lower.Staging;
import damo.spi.Executable;
import damo.value.NDArray;
import java.util.Arrays;
import java.util.Optional;

/// A program some of whose extents another one computes first.
final class StagedExecutable implements Executable {
    private final int extents;
    private final Executable first;
    private final Executable second;

    StagedExecutable(Staging stages, Workers workers) {
        extents = stages.first().results().size();
        first = CpuBackend.executable(stages.first(), workers);
        second = CpuBackend.executable(stages.second(), workers);
    }

    @Override public void run(NDArray[] arguments, NDArray[] destinations, NDArray[] results) {
        NDArray[] all = Arrays.copyOf(arguments, arguments.length + extents);
        NDArray[] known = new NDArray[extents];
        first.run(arguments, new NDArray[extents], known);
        System.arraycopy(known, 0, all, arguments.length, extents);
        second.run(all, destinations, results);
    }

    @Override public <T> Optional<T> scalarFunction(Class<T> type) {
        return Optional.empty();                                       // more than one expression
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
