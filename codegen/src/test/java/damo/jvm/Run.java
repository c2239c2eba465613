package damo.jvm;

import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Listing;
import damo.kernel.Step;
import damo.kernel.Values;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.util.CheckClassAdapter;

/// Compiles kernels, verifies them and runs them on Java arrays: without vectors, with vectors of every width, and with the extents of the first call
/// as constants, which must give the same.
final class Run {
    private static final int[] WIDTHS = {128, 256, 512};
    private static final boolean HAS_VECTORS = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();   // else they are emitted only

    final KernelClass type;
    final KernelClass[] vectors = new KernelClass[WIDTHS.length];
    final KernelCode code;
    private final KernelCode[] wide = new KernelCode[WIDTHS.length];
    private final Function<int[], KernelClass> ofExtents;
    private int[] first;
    private KernelCode exact;

    private Run(Values values, List<Kernel> kernels, Map<Kernel, Step.Compute> steps, Map<Buffer, Integer> places, Symbols extents) {
        type = type(values, kernels, steps, places, extents, 0);
        ofExtents = known -> type(values, kernels, steps, places, extents.at(known), HAS_VECTORS ? WIDTHS[0] : 0);
        code = (KernelCode) instance(type.bytes());
        for (int w = 0; w < WIDTHS.length; w++) {
            vectors[w] = type(values, kernels, steps, places, extents, WIDTHS[w]);
            if (HAS_VECTORS && !vectors[w].vectors().isEmpty()) wide[w] = (KernelCode) instance(vectors[w].bytes());
        }
    }

    private static KernelClass type(Values values, List<Kernel> kernels, Map<Kernel, Step.Compute> steps, Map<Buffer, Integer> places,
            Symbols extents, int bits) {
        return KernelClass.of("damo/jvm/Generated", values, kernels, steps, KernelClass.Loops.NONE, places, extents,
                new Listing("", Map.of()), bits);
    }

    /// One kernel; its buffers and symbols are numbered in this order.
    static Run of(Values values, List<Kernel> kernels, List<Buffer> buffers, String... symbols) {
        return of(values, kernels, Map.of(), buffers, symbols);
    }

    /// The same; these steps run some of the kernels.
    static Run of(Values values, List<Kernel> kernels, Map<Kernel, Step.Compute> steps, List<Buffer> buffers, String... symbols) {
        var places = new LinkedHashMap<Buffer, Integer>();
        for (Buffer b : buffers) places.put(b, places.size());
        return new Run(values, kernels, steps, places, Symbols.of(List.of(symbols)));
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

    /// Whether every width has vectors.
    boolean isVector() {
        for (KernelClass v : vectors) if (v.vectors().isEmpty()) return false;
        return true;
    }

    void run(int[] symbols, Object... arrays) {
        run(0, symbols, arrays);
    }

    void run(int kernel, int[] symbols, Object... arrays) {
        run(kernel, 0, Integer.MAX_VALUE, symbols, arrays);
    }

    /// For these positions of the axis that is divided.
    void run(int kernel, int from, int to, int[] symbols, Object... arrays) {
        if (exact == null) {
            first = symbols.clone();
            exact = (KernelCode) instance(ofExtents.apply(first).bytes());
        }
        boolean isFirst = Arrays.equals(first, symbols);
        Object[] known = copy(arrays);
        Object[][] copies = new Object[WIDTHS.length][];
        for (int w = 0; w < WIDTHS.length; w++) copies[w] = copy(arrays);
        code.run(kernel, arrays, symbols, from, to);
        if (isFirst) {
            exact.run(kernel, known, symbols, from, to);
            for (int i = 0; i < arrays.length; i++) same(arrays[i], known[i], "with extents as constants, array " + i);
        }
        for (int w = 0; w < WIDTHS.length; w++) {
            if (wide[w] == null) continue;
            wide[w].run(kernel, copies[w], symbols, from, to);
            for (int i = 0; i < arrays.length; i++) same(arrays[i], copies[w][i], "with vectors of %d bits, array %d".formatted(WIDTHS[w], i));
        }
    }

    /// What is one array stays one.
    private static Object[] copy(Object[] arrays) {
        var copies = new IdentityHashMap<Object, Object>();
        return Stream.of(arrays).map(array -> copies.computeIfAbsent(array, _ -> {
            int length = Array.getLength(array);
            Object copy = Array.newInstance(array.getClass().componentType(), length);
            System.arraycopy(array, 0, copy, 0, length);
            return copy;
        })).toArray();
    }

    /// The same bits, save that one NaN is as good as another: so boxes compare.
    private static void same(Object want, Object got, String where) {
        for (int i = 0; i < Array.getLength(want); i++)
            if (!Array.get(want, i).equals(Array.get(got, i)))
                throw new AssertionError("%s: element %d is %s, not %s".formatted(where, i, Array.get(got, i), Array.get(want, i)));
    }
}
