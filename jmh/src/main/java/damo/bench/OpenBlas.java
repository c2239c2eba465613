package damo.bench;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/// OpenBLAS on as many threads as Damo, from JavaCPP's presets, which the build puts beside the jar on Linux. Called through `java.lang.foreign`,
/// which passes Java's arrays as they are: JavaCPP itself would copy them in each call. Arguments as in [Product].
@SuppressWarnings("restricted")
final class OpenBlas {
    private static final String FOLDER = "/org/bytedeco/openblas/linux-x86_64/";
    static final String LIBRARY = FOLDER + "libopenblas.so.0";

    private static final int ROW_MAJOR = 101;
    private static final int AS_IT_IS = 111;
    private static final int TRANSPOSED = 112;

    private static final SymbolLookup LOOKUP = load();
    // order, transposed?, transposed?, m, n, k, alpha, x, its stride, y, its stride, beta, out, its stride
    private static final MethodHandle SGEMM = handle("cblas_sgemm", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
            JAVA_FLOAT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_FLOAT, ADDRESS, JAVA_INT);
    private static final MethodHandle DGEMM = handle("cblas_dgemm", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
            JAVA_DOUBLE, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_DOUBLE, ADDRESS, JAVA_INT);
    // order, transposed?, m, n, alpha, x, its stride, y, its step, beta, out, its step
    private static final MethodHandle DGEMV = handle("cblas_dgemv", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
            JAVA_DOUBLE, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_DOUBLE, ADDRESS, JAVA_INT);

    private OpenBlas() {}

    static double[] of(double[] x, double[] y, double[] out, int n) {
        int k = y.length / n;
        try {
            DGEMM.invokeExact(ROW_MAJOR, AS_IT_IS, AS_IT_IS, out.length / n, n, k, 1.0, MemorySegment.ofArray(x), k, MemorySegment.ofArray(y), n,
                    0.0, MemorySegment.ofArray(out), n);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        return out;
    }

    static float[] of(float[] x, float[] y, float[] out, int n) {
        Arrays.fill(out, 0);
        add(x, y, out, n);
        return out;
    }

    static void add(float[] x, float[] y, float[] out, int n) {
        add(AS_IT_IS, x, y.length / n, y, out, n);
    }

    static void addTransposed(float[] x, float[] y, float[] out, int n) {
        add(TRANSPOSED, x, out.length / n, y, out, n);
    }

    private static void add(int transposed, float[] x, int stride, float[] y, float[] out, int n) {
        try {
            SGEMM.invokeExact(ROW_MAJOR, transposed, AS_IT_IS, out.length / n, n, y.length / n, 1f, MemorySegment.ofArray(x), stride,
                    MemorySegment.ofArray(y), n, 1f, MemorySegment.ofArray(out), n);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /// `out += x y`, a matrix by a vector.
    static void addVector(double[] x, double[] y, double[] out) {
        addVector(AS_IT_IS, x, out.length, y.length, y, out);
    }

    /// `out += xᵀ y`.
    static void addTransposedVector(double[] x, double[] y, double[] out) {
        addVector(TRANSPOSED, x, y.length, out.length, y, out);
    }

    private static void addVector(int transposed, double[] x, int rows, int columns, double[] y, double[] out) {
        try {
            DGEMV.invokeExact(ROW_MAJOR, transposed, rows, columns, 1.0, MemorySegment.ofArray(x), columns, MemorySegment.ofArray(y), 1,
                    1.0, MemorySegment.ofArray(out), 1);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static MethodHandle handle(String name, MemoryLayout... arguments) {
        return Linker.nativeLinker().downcallHandle(LOOKUP.findOrThrow(name), FunctionDescriptor.ofVoid(arguments), Linker.Option.critical(true));
    }

    private static SymbolLookup load() {
        try {
            Path folder = Files.createTempDirectory("openblas");
            // The library finds the others beside itself.
            for (String name : new String[] {"libgcc_s.so.1", "libquadmath.so.0", "libgfortran.so.5", "libopenblas.so.0"}) {
                Path file = folder.resolve(name);
                try (InputStream in = OpenBlas.class.getResourceAsStream(FOLDER + name)) {
                    if (in == null) throw new IllegalStateException("no " + FOLDER + name + " in the class path: builds on x86-64 Linux have it");
                    Files.copy(in, file);
                }
                file.toFile().deleteOnExit();
            }
            folder.toFile().deleteOnExit();
            SymbolLookup lookup = SymbolLookup.libraryLookup(folder.resolve("libopenblas.so.0"), Arena.global());
            Linker.nativeLinker().downcallHandle(lookup.findOrThrow("openblas_set_num_threads"), FunctionDescriptor.ofVoid(JAVA_INT))
                    .invokeExact(Integer.getInteger("damo.threads", 1).intValue());
            return lookup;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
