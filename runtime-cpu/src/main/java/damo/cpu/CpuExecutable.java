package damo.cpu;

import damo.DamoException;
import damo.graph.Graph;
import damo.graph.Lambda;
import damo.lower.CheckFailed;
import damo.lower.Specialization;
import damo.spi.Entry;
import damo.spi.Executable;
import damo.type.TensorType;
import damo.value.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A program with one compiled form for each pattern of extents that it has met.
final class CpuExecutable implements Executable {
    /// Elements of all arguments, and variables, beyond which nobody need look whether a program is straight-line code.
    private static final int LARGE = 1 << 11;

    private final Lambda program;
    private final Workers workers;
    private final Forms shared;
    private final Forms own = Forms.own();
    private final List<String> entries = new CopyOnWriteArrayList<>();
    private volatile Compiled latest;

    /// @param workers who helps with large kernels
    /// @param shared forms that others may have compiled
    CpuExecutable(Lambda program, Workers workers, Forms shared) {
        this.program = program;
        this.workers = workers;
        this.shared = shared;
    }

    @Override public void run(NDArray[] arguments, NDArray[] destinations, NDArray[] results) {
        NDArray[] whole = whole(arguments);
        try {
            Compiled form = latest;
            if (form != null && form.run(whole, destinations, results)) return;
            form = form(whole);
            latest = form;
            form.run(whole, destinations, results);
        } catch (CheckFailed e) {
            throw e.error(program, whole);
        }
    }

    private static NDArray[] whole(NDArray[] arguments) {
        NDArray[] whole = arguments;
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].isWhole()) continue;
            if (whole == arguments) whole = arguments.clone();
            whole[i] = arguments[i].copy();
        }
        return whole;
    }

    private Compiled form(NDArray[] arguments) {
        Compiled known = own.serving(arguments);
        if (known != null) return known;
        synchronized (shared) {
            Compiled form = own.serving(arguments);                    // by another thread meanwhile
            if (form != null) return form;
            form = shared.serving(arguments);
            if (form == null) {
                Specialization lowered = Specialization.of(program, arguments);
                form = Compiler.compile(lowered, lowered.extents().evaluate(arguments), workers);
                if (!form.mayFail) shared.add(form);                   // what may fail names the lines of this program
            }
            own.add(form);
            return form;
        }
    }

    @Override public <T> Optional<T> implementation(Entry<T> entry) {
        NDArray[] like = like(entry);
        if (like == null || !Loader.sees(entry.type()) || !entry.passings().map(Entry.Passing::type).allMatch(Loader::sees)) return Optional.empty();
        try {
            Optional<Compiler.Entered<T>> made = Compiler.enter(Specialization.ofExtents(program, like), entry);
            made.ifPresent(e -> entries.add(e.text()));
            return made.map(Compiler.Entered::implementation);
        } catch (DamoException e) {
            return Optional.empty();                      // the shapes do not fit, which the first call will say
        }
    }

    /// Arguments of the shapes that all arguments have, or `null` if they may differ or all is too large.
    private NDArray[] like(Entry<?> entry) {
        if (Graph.order(program.results()).size() > LARGE) return null;
        var like = new NDArray[program.parameters().size()];
        double size = 0;
        for (int i = 0; i < like.length; i++) {
            TensorType type = program.parameters().get(i).type();
            long[] shape = new long[type.rank()];
            for (int axis = 0; axis < shape.length; axis++) {
                shape[axis] = type.extent(axis);
                if (!(entry.inputs().get(i) instanceof Entry.Fields(_, var kind))) continue;
                if (shape[axis] != TensorType.UNKNOWN && shape[axis] != kind.shape().get(axis)) return null;
                shape[axis] = kind.shape().get(axis);
            }
            if (Arrays.stream(shape).anyMatch(n -> n == TensorType.UNKNOWN)) return null;
            size += Arrays.stream(shape).asDoubleStream().reduce(1, (a, b) -> a * b);
            if (size > LARGE) return null;
            like[i] = NDArray.zeros(type.dtype(), shape);
        }
        return like;
    }

    @Override public String explain() {
        if (own.all().isEmpty() && entries.isEmpty()) return "nothing is compiled before the first call";
        return Stream.concat(own.all().stream().map(Compiled::explain), entries.stream()).collect(Collectors.joining("\n"));
    }

    @Override public String text() {
        return own.all().stream().map(Compiled::text).collect(Collectors.joining("\n"));
    }

    @Override public List<byte[]> classFiles() {
        return own.all().stream().flatMap(form -> form.classFiles().stream()).toList();
    }

    @Override public int[] kernels() {
        Compiled form = latest;
        return form == null ? new int[] {0, 0} : form.kernels();
    }

    /// Whether some kernel of the most recent form runs with vectors by now.
    boolean isVector() {
        Compiled form = latest;
        return form != null && form.isVector();
    }

    /// Whether some kernel of the most recent form has code for just the extents that calls usually bring.
    boolean isExact() {
        Compiled form = latest;
        return form != null && form.isExact();
    }

    @Override public String toString() {
        return "%s on cpu, %d forms %s".formatted(program.name(), own.all().size(), Arrays.toString(kernels()));
    }
}
