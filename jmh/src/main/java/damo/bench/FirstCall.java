package damo.bench;

import static damo.Damo.*;

import damo.CompiledFunction;
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

/// The first call of W2's formula over a million elements, in a fresh JVM: all of it is cold, but made to bytecode before, by a call with two
/// elements. Every fork measures one call.
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
@Fork(value = 5, jvmArgsAppend = {"--sun-misc-unsafe-memory-access=allow", "--add-modules=jdk.incubator.vector", "-Ddamo.threads=1"})
public class FirstCall {
    @Benchmark public double[] coldDamo(OfDamo state) {
        state.f.apply(1.5, -0.5, 0.25, state.x, state.y, state.out);
        return state.out;
    }

    @Benchmark public double[] coldPlain(Data data) {
        return Plain.polynomial(1.5, -0.5, 0.25, data.x, data.y, data.out);
    }

    @State(Scope.Benchmark)
    public static class Data {
        final double[] x = Workload.uniform(1, 1_000_000);
        final double[] y = Workload.uniform(2, 1_000_000);
        final double[] out = new double[x.length];

        /// Afterwards: a check before would warm up what is measured.
        @TearDown public void check() {
            Workload.check("the first call", out, Plain.polynomial(1.5, -0.5, 0.25, x, y, new double[x.length]), 1e-10);
        }
    }

    public static class OfDamo extends Data {
        Workload.PolynomialInPlace f;

        @Setup public void compile() {
            // The compiler has run before, on other operations, and what it does in the background is done: that takes two to three seconds.
            var z = dvector("z");
            CompiledFunction other = function().in(z).out(sqrt(abs(z)).sub(tanh(z)).max()).compile();
            for (long end = System.nanoTime() + 5_000_000_000L; System.nanoTime() < end; ) other.call(x);
            f = Workload.polynomial().as(Workload.PolynomialInPlace.class);
            // Makes the bytecode, which plain Java has as well, and runs it once for each element.
            f.apply(1, 1, 1, new double[2], new double[2], new double[2]);
        }
    }
}
