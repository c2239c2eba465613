package damo.bench;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// From nothing to the first result: variables, gradients, rewrites, kernels, bytecode, one call.
@State(Scope.Benchmark)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class CompileTime {
    private static final Map<Workload, Supplier<Program>> PROGRAMS = Map.of(
            Workload.W5, Workload::regressionProgram, Workload.W6, Perceptron::program, Workload.W8, Recurrent::program);

    @Param({"W5", "W6", "W8"}) Workload task;
    private Program program;
    private Object result;
    private int count;

    @Setup public void data() {
        program = PROGRAMS.get(task).get();
    }

    /// The compiler itself is warm.
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @Warmup(iterations = 5, time = 3)
    @Measurement(iterations = 5, time = 1)
    @Fork(value = 1, jvmArgsAppend = {"--sun-misc-unsafe-memory-access=allow", "--add-modules=jdk.incubator.vector"})
    public Object warm() {
        return first();
    }

    /// Nothing of Damo is even loaded: every fork measures one run.
    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @Warmup(iterations = 0)
    @Measurement(iterations = 1)
    @Fork(value = 10, jvmArgsAppend = {"--sun-misc-unsafe-memory-access=allow", "--add-modules=jdk.incubator.vector"})
    public Object fresh() {
        return first();
    }

    private Object first() {
        return result = program.first("step" + count++);
    }

    /// Afterwards: a check before would load what `fresh` wants to load.
    @TearDown public void check() {
        task.checkFirst(result);
    }
}
