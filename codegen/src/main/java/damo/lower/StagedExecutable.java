package damo.lower;

import damo.graph.Lambda;
import damo.spi.Executable;
import damo.value.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// A program some of whose extents another one computes first.
public final class StagedExecutable implements Executable {
    private final int extents;
    private final Executable first;
    private final Executable second;

    /// Prepares a stage, as [damo.spi.Backend#prepare(Lambda, int)] does.
    public interface Preparation {
        /// `stage` without further stages.
        Executable prepare(Lambda stage, int outputs);
    }

    private StagedExecutable(Staging stages, int outputs, Preparation preparation) {
        extents = stages.first().results().size();
        first = of(stages.first(), extents, preparation);
        second = of(stages.second(), outputs, preparation);
    }

    /// `program` in as many stages as it needs.
    ///
    /// @param outputs how many results are no state
    public static Executable of(Lambda program, int outputs, Preparation preparation) {
        return Staging.of(program).<Executable>map(stages -> new StagedExecutable(stages, outputs, preparation))
                .orElseGet(() -> preparation.prepare(program, outputs));
    }

    @Override public NDArray adopt(NDArray state) {
        return second.adopt(state);
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

    @Override public String text() {
        return "%s\n%s".formatted(first.text(), second.text()).strip();
    }

    @Override public List<byte[]> classFiles() {
        return Stream.of(first, second).flatMap(e -> e.classFiles().stream()).toList();
    }

    @Override public int[] kernels() {
        int[] a = first.kernels();
        int[] b = second.kernels();
        return new int[] {a[0] + b[0], a[1] + b[1]};
    }
}
