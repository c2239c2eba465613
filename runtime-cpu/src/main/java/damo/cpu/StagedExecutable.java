package damo.cpu;

import damo.lower.Staging;
import damo.spi.Executable;
import damo.value.NDArray;
import java.util.Optional;
import java.util.stream.Stream;

/// A program some of whose extents another one computes first.
final class StagedExecutable implements Executable {
    private final int extents;
    private final Executable first;
    private final Executable second;

    StagedExecutable(Staging stages) {
        extents = stages.first().results().size();
        first = CpuBackend.executable(stages.first());
        second = CpuBackend.executable(stages.second());
    }

    @Override public NDArray[] run(NDArray[] arguments, NDArray[] destinations) {
        NDArray[] known = first.run(arguments, new NDArray[extents]);
        return second.run(Stream.concat(Stream.of(arguments), Stream.of(known)).toArray(NDArray[]::new), destinations);
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
