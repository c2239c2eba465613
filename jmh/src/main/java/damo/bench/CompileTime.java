package damo.bench;

import damo.value.NDArray;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// From nothing to the first result of the training step of W5: variables, gradients, rewrites, kernels, bytecode, one call.
@State(Scope.Benchmark)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class CompileTime {
    private final double[] w = Workload.weights();
    private final double[] y = Workload.labels();
    private double[] x;
    private Object result;
    private int count;

    @Setup public void data() {
        x = Workload.uniform(1, Workload.SAMPLES * Workload.FEATURES);
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
        // Under another name each time: what is built again is not compiled again.
        return result = Workload.regressionStep("step" + count++, w).call(NDArray.wrap(x, Workload.SAMPLES, Workload.FEATURES), y);
    }

    /// Afterwards: a check before would load what `fresh` wants to load.
    @TearDown public void check() {
        Workload.check("W5", result, new Plain.Regression(w).step(x, y), 1e-10);
    }
}
