package damo.bench;

import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.Warmup;

/// Calls of every [DeviceWorkload] by both back ends, what is moved to the device and back included. [DeviceTable] shows them beside what the
/// kernels take.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED",
        "--add-modules=jdk.incubator.vector"})
public class DeviceWorkloads {
    @Param DeviceWorkload task;
    @Param({"cpu", "gpu"}) String backEnd;
    private DeviceWorkload.Work work;

    @Setup public void make() {
        work = task.on(backEnd);
        work.run();
    }

    @Benchmark public Object run() {
        return work.run();
    }
}
