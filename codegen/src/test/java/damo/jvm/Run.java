package damo.jvm;

import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Listing;
import damo.kernel.Values;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.invoke.MethodHandles;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.util.CheckClassAdapter;

/// Compiles kernels, verifies them and runs them on Java arrays.
final class Run {
    final KernelClass type;
    final KernelCode code;

    private Run(KernelClass type) {
        this.type = type;
        this.code = (KernelCode) instance(type.bytes());
    }

    /// One kernel; its buffers and symbols are numbered in this order.
    static Run of(Values values, List<Kernel> kernels, List<Buffer> buffers, String... symbols) {
        var places = new LinkedHashMap<Buffer, Integer>();
        for (Buffer b : buffers) places.put(b, places.size());
        Map<String, Integer> extents = new LinkedHashMap<>();
        for (String s : symbols) extents.put(s, extents.size());
        return new Run(KernelClass.of("damo/jvm/Generated", values, kernels, KernelClass.Loops.NONE, places, extents, new Listing("", Map.of())));
    }

    static Object instance(byte[] bytes) {
        var errors = new StringWriter();
        CheckClassAdapter.verify(new ClassReader(bytes), false, new PrintWriter(errors));
        if (!errors.toString().isEmpty()) throw new AssertionError(errors);
        try {
            return MethodHandles.lookup().defineHiddenClass(bytes, true).lookupClass().getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    void run(int[] symbols, Object... arrays) {
        code.run(0, arrays, symbols);
    }
}
