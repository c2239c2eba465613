package damo.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
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
import org.openjdk.jmh.annotations.Warmup;

/// Every [Workload], by Damo and by plain Java; the other ways of a task with `-p task=W2 -p way=VECTOR`. JMH takes methods, then parameters by
/// their names: so the ways of a task take turns.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = {"--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED",
        "--add-modules=jdk.incubator.vector"})
public class Workloads {
    private static final int MOST_LOOKS = 40, LITTLE = 1 << 18;        // bytes
    private static final long A_LOOK = 500_000_000;                    // nanoseconds

    @Param Workload task;
    @Param({"DAMO", "PLAIN"}) Way way;
    private Supplier<Object> work;

    @Setup public void check() {
        System.setProperty("damo.threads", String.valueOf(task.threads));
        work = task.checked(way);
        if (way == Way.DAMO) settle();
    }

    /// Lets the threads that warm up vectors be done: what they allocate meanwhile would count as the calls'.
    private void settle() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int i = 0; i < MOST_LOOKS; i++) {
            long before = threads.getTotalThreadAllocatedBytes() - threads.getCurrentThreadAllocatedBytes();
            for (long start = System.nanoTime(); System.nanoTime() - start < A_LOOK;) work.get();
            if (threads.getTotalThreadAllocatedBytes() - threads.getCurrentThreadAllocatedBytes() - before < LITTLE) return;
        }
    }

    @Benchmark public Object run() {
        return work.get();
    }
}
