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
import java.util.Optional;
import java.util.stream.Collectors;

/// A program with one compiled form for each pattern of extents that it has met.
final class CpuExecutable implements Executable {
    private final Lambda program;
    private final Workers workers;
    private final Forms shared;
    private final Forms own = Forms.own();
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
                form = Compiler.compile(Specialization.of(program, arguments), workers);
                if (!form.mayFail) shared.add(form);                   // what may fail names the lines of this program
            }
            own.add(form);
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
        if (own.all().isEmpty()) return "nothing is compiled before the first call";
        return own.all().stream().map(Compiled::explain).collect(Collectors.joining("\n"));
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
        return "%s on cpu, %d forms %s".formatted(program.name(), own.all().size(), Arrays.toString(kernels()));
    }
}
