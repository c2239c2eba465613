package damo.cpu;

import damo.DamoException;
import damo.graph.Lambda;
import damo.jvm.MethodTooLarge;
import damo.lower.CheckFailed;
import damo.lower.Specialization;
import damo.spi.Executable;
import damo.value.NDArray;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/// A program with one compiled form for each pattern of extents that it has met.
final class CpuExecutable implements Executable {
    /// Beyond this many patterns the oldest form is dropped: memory stays bounded however wild the shapes are.
    private static final int MOST_FORMS = 64;

    private final Lambda program;
    private final Workers workers;
    private final List<Compiled> forms = new CopyOnWriteArrayList<>();
    private volatile Compiled latest;

    /// @param workers who helps with large kernels
    CpuExecutable(Lambda program, Workers workers) {
        this.program = program;
        this.workers = workers;
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
        for (Compiled form : forms) if (form.serves(arguments)) return form;
        synchronized (forms) {
            for (Compiled form : forms) if (form.serves(arguments)) return form;
            Compiled form = Compiler.compile(Specialization.of(program, arguments), workers);
            if (forms.size() == MOST_FORMS) forms.removeFirst();
            forms.add(form);
            return form;
        }
    }

    @Override public <T> Optional<T> scalarFunction(Class<T> type) {
        boolean numbers = program.results().size() == 1 && program.results().getFirst().rank() == 0
                && program.parameters().stream().allMatch(p -> p.rank() == 0);
        Optional<Method> method = Arrays.stream(type.getMethods()).filter(m -> Modifier.isAbstract(m.getModifiers())).findFirst();
        if (!numbers || method.isEmpty() || !Loader.sees(type)) return Optional.empty();
        NDArray[] zeros = program.parameters().stream().map(p -> NDArray.zeros(p.dtype())).toArray(NDArray[]::new);
        try {
            return form(zeros).scalarFunction(type, method.get());
        } catch (DamoException | MethodTooLarge e) {
            return Optional.empty();                      // it depends on the arguments after all, as an extent might; or needs many methods
        }
    }

    @Override public String explain() {
        if (forms.isEmpty()) return "nothing is compiled before the first call";
        return forms.stream().map(Compiled::explain).collect(Collectors.joining("\n"));
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

    @Override public String toString() {
        return "%s on cpu, %d forms %s".formatted(program.name(), forms.size(), Arrays.toString(kernels()));
    }
}
