package damo.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.CompilerBug;
import damo.kernel.KernelInterpreter;
import damo.kernel.KernelText;
import damo.kernel.Program;
import damo.kernel.Step;
import damo.kernel.Values;
import damo.kernel.Verifier;
import damo.type.DType;
import damo.value.NDArray;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StripsTest {
    private static final String PROGRAM = """
            program p(n: int32, m: int32; %x: float64[n, m], %w: float64[m], %s: float64[]) -> (%g: float64[m], %c: float64[]) {
              var %z: float64[n]
              var %e: float64[n]
              var %t: float64[]
              var %d: float64[n]
              kernel k0 {
                for i < n {
                  z[i] = sum j < m { x[i, j] * w[j] }
                }
              }
              kernel k1 {
                for i < n {
                  e[i] = exp(z[i])
                }
              }
              kernel k2 {
                c[] = sum i < n { e[i] }
              }
              kernel k3 {
                t[] = 2.0 * s[]
              }
              kernel k4 {
                for i < n {
                  d[i] = VALUE
                }
              }
              kernel k5 {
                for j < m {
                  g[j] = w[j] - sum i < n { x[i, j] * d[i] }
                }
              }
            }
            """;
    private static final String SOME = "t[] * tanh(z[i])";

    private static Program strips(String value, long rows, long columns, long shared) {
        var values = new Values();
        Program p = KernelText.parse(PROGRAM.replace("VALUE", value), values);
        Verifier.check(p, "parse");
        Program joined = Strips.of(p, values, new Sizes(p.symbols(), new long[] {rows, columns}), shared);
        Verifier.check(joined, "strips");
        return joined;
    }

    private static String order(List<? extends Step> steps) {
        return steps.stream().map(step -> switch (step) {
            case Step.Compute compute -> compute.kernel().name();
            case Step.Strips strips -> "(" + order(strips.kernels()) + ")";
            case Step.Branch _, Step.Loop _, Step.Check _, Step.Call _ -> "?";
        }).collect(Collectors.joining(" "));
    }

    private static String order(String value) {
        return order(strips(value, 400, 784, Long.MAX_VALUE).steps());
    }

    @Test void fromTheFirstReadingToTheSecondItGoesByRows() {
        assertEquals("k3 (k0 k4 k5) k1 k2", order(SOME));
        assertEquals("k3 k4 (k0 k5) k1 k2", order("t[]"), "what needs nothing of the first kernel is not between");
        Program joined = strips(SOME, 400, 784, Long.MAX_VALUE);
        assertEquals(joined.toString(), KernelText.parse(joined.toString(), new Values()).toString());
        assertTrue(joined.toString().contains("strip i kernel k5"), joined::toString);
        NDArray[] at = {NDArray.of(IntStream.range(0, 35).mapToDouble(p -> p * 7 % 5 - 2.5).toArray()).reshape(7, 5),
            NDArray.ones(DType.FLOAT64, 5), NDArray.of(0.25)};
        NDArray[] want = KernelInterpreter.run(KernelText.parse(PROGRAM.replace("VALUE", SOME), new Values()), new int[] {7, 5}, at);
        NDArray[] got = KernelInterpreter.run(joined, new int[] {7, 5}, at);
        for (int r = 0; r < want.length; r++) assertEquals(want[r], got[r]);
    }

    @Test void whatNeedsOtherRowsOrIsSmallStays() {
        String apart = "k0 k1 k2 k3 k4 k5";
        assertEquals(apart, order("z[i] / c[]"));
        assertEquals(apart, order("z[n - 1 - i]"));
        assertEquals(apart, order(strips(SOME, 100, 100, Long.MAX_VALUE).steps()));
        assertEquals(apart, order(strips(SOME, 400, 784, 400 * 784).steps()), "threads share the rows");
        assertEquals("k3 (k0 k4 k5) k1 k2", order(strips(SOME, 400, 784, 400 * 784 + 1).steps()));
    }

    @Test void aKernelThatReadsRowsAndColumnsIsAlone() {
        var values = new Values();
        Program p = KernelText.parse("""
                program p(n: int32; %x: float64[n, n]) -> (%g: float64[n]) {
                  kernel k0 {
                    for j < n {
                      g[j] = sum i < n { x[j, i] * x[i, j] }
                    }
                  }
                }
                """, values);
        assertEquals("k0", order(Strips.of(p, values, new Sizes(p.symbols(), new long[] {1000}), Long.MAX_VALUE).steps()));
    }

    @Test void theVerifierKnowsWhatMayBeInStrips() {
        String strips = strips(SOME, 400, 784, Long.MAX_VALUE).toString();
        for (String wrong : List.of(strips.replace("tanh(z[i])", "tanh(z[0])"), strips.replace("strip i kernel k5", "strip j kernel k5")))
            assertThrows(CompilerBug.class, () -> Verifier.check(KernelText.parse(wrong, new Values()), "wrong"), wrong);
    }
}
