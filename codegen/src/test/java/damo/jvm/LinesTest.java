package damo.jvm;

import static org.junit.jupiter.api.Assertions.*;

import damo.kernel.Kernel;
import damo.kernel.KernelText;
import damo.kernel.Listing;
import damo.kernel.Program;
import damo.kernel.Step;
import damo.kernel.Values;
import damo.plan.MemoryPlan;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Stack traces of kernels show lines of their text.
class LinesTest {
    private static final String TEXT = """
            program f(n: int32, m: int32; %x: float64[n, m], %y: float64[m]) -> (%z: float64[n], %c: float64[m], %e: float64[m]) {
              kernel rows {
                for i < n {
                  %2 = sum j < m {
                    %1 = x[i, j] - 1.0
                    %1 * %1
                  }
                  z[i] = %2 * (%2 + y[0])
                }
              }
              kernel columns {
                for k < m {
                  c[k] = sum l < n { exp2(x[l, k]) }
                  e[k] = exp2(y[k])
                }
              }
            }
            """;

    private final Values values = new Values();
    private final Program program = KernelText.parse(TEXT, values);
    private final Listing listing = Listing.of(program);
    private final List<Kernel> kernels = program.steps().stream().map(s -> ((Step.Launch) s).kernel()).toList();
    private final KernelCode code = code();

    private KernelCode code() {
        byte[] bytes = KernelClass.of("damo/jvm/Traced", values, kernels, KernelClass.Loops.NONE,
                MemoryPlan.of(values, program).positions(), Symbols.of(program.symbols()), listing, 0).bytes();
        // Not hidden: hidden classes are left out of stack traces.
        var loader = new ClassLoader(LinesTest.class.getClassLoader()) {
            Class<?> define() {
                return defineClass("damo.jvm.Traced", bytes, 0, bytes.length);
            }
        };
        try {
            return (KernelCode) loader.define().getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /// The line of the listing where a kernel fails, for arrays x, y, z, c, e of these lengths.
    private String failure(int kernel, int... lengths) {
        var arrays = new Object[lengths.length];
        for (int i = 0; i < lengths.length; i++) arrays[i] = new double[lengths[i]];
        var error = assertThrows(ArrayIndexOutOfBoundsException.class, () -> code.run(kernel, arrays, new int[] {3, 4}));
        StackTraceElement top = error.getStackTrace()[0];
        assertEquals("Traced.kernel", top.getFileName());
        return listing.text().lines().toList().get(top.getLineNumber() - 1).strip();
    }

    @Test void aStoreThatFailsIsOnItsLine() {
        assertEquals("z[i] = %2 * (%2 + y[0])", failure(0, 12, 4, 2, 4, 4));
        assertEquals("c[k] = sum l < n { exp2(x[l, k]) }", failure(1, 12, 4, 3, 3, 4));
        assertEquals("e[k] = exp2(y[k])", failure(1, 12, 4, 3, 4, 3));
    }

    @Test void aFoldThatFailsIsOnItsLine() {
        assertEquals("%2 = sum j < m {", failure(0, 11, 4, 3, 4, 4));
        assertEquals("c[k] = sum l < n { exp2(x[l, k]) }", failure(1, 11, 4, 3, 4, 4));
    }

    @Test void theListingIsTheText() {
        assertEquals(TEXT, listing.text());
    }
}
