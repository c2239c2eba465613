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

    private static Program strips(String program, long rows, long columns) {
        var values = new Values();
        Program p = KernelText.parse(program, values);
        Verifier.check(p, "parse");
        Program joined = Strips.of(p, values, new Sizes(p.symbols(), new long[] {rows, columns}));
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
        return order(value, 400, 784);
    }

    private static String order(String value, long rows, long columns) {
        return order(strips(PROGRAM.replace("VALUE", value), rows, columns).steps());
    }

    @Test void fromTheFirstReadingToTheSecondItGoesByStrips() {
        assertEquals("k3 (k0 k4 k5_part) k1 k2 k5_left k5", order(SOME));
        assertEquals("k3 k4 (k0 k5_part) k1 k2 k5_left k5", order("t[]"), "what needs nothing of the first kernel is not between");
        Program joined = strips(PROGRAM.replace("VALUE", SOME), 400, 784);
        assertEquals(joined.toString(), KernelText.parse(joined.toString(), new Values()).toString());
        assertTrue(joined.toString().contains("sum k5_part kernel k5_part"), joined::toString);
    }

    /// With extents that a call brings, and that are known; with as many rows as the parts have, and more.
    @Test void thePartsAndWhatIsLeftMakeTheWhole() {
        String program = PROGRAM.replace("VALUE", SOME), some = "k3 (k0 k4 k5_part) k1 k2 ";
        for (int rows : new int[] {448, 400, 449, 511}) assertEquals(some + "k5_left k5", orderOfSame(program, rows, rows, 784));
        String known = program.replace("n: int32, m: int32; ", "").replaceAll("\\bm\\b", "784");
        assertEquals(some + "k5", orderOfSame(known.replaceAll("\\bn\\b", "448"), 448));
        assertEquals(some + "k5_left k5", orderOfSame(known.replaceAll("\\bn\\b", "451"), 451));
    }

    private static String orderOfSame(String program, int rows, int... extents) {
        NDArray[] at = {NDArray.of(IntStream.range(0, rows * 784).mapToDouble(p -> p * 7 % 5 - 2.5).toArray()).reshape(rows, 784),
            NDArray.ones(DType.FLOAT64, 784), NDArray.of(0.25)};
        Program joined = strips(program, 448, 784);
        NDArray[] want = KernelInterpreter.run(KernelText.parse(program, new Values()), extents, at);
        NDArray[] got = KernelInterpreter.run(joined, extents, at);
        for (int r = 0; r < want.length; r++) assertTrue(got[r].allClose(want[r], 1e-12, 1e-12), got[r] + ", not " + want[r]);
        return order(joined.steps());
    }

    @Test void whatNeedsOtherRowsIsInPartsAndWhatIsSmallStays() {
        String apart = "k0 k1 k2 k3 k4 k5_part k5_left k5";
        assertEquals(apart, order("z[i] / c[]"));
        assertEquals(apart, order("z[n - 1 - i]"));
        assertEquals("k0 k1 k2 k3 k4 k5", order(SOME, 167, 784), "less than a megabyte");
        assertEquals("k3 (k0 k4 k5_part) k1 k2 k5_left k5", order(SOME, 168, 784));
        assertEquals("k0 k1 k2 k3 k4 k5", order(SOME, 31, 1 << 20), "too few rows");
        assertEquals("k3 (k0 k4 k5_part) k1 k2 k5_left k5", order(SOME, 32, 1 << 20));
    }

    @Test void aCallWithOtherExtentsMayNeedAnotherProgram() {
        var values = new Values();
        Program p = KernelText.parse(PROGRAM.replace("VALUE", SOME), values);
        var sizes = new Sizes(p.symbols(), new long[] {400, 784});
        Strips.of(p, values, sizes);
        assertTrue(sizes.hold(new long[] {500, 784}));
        assertEquals(false, sizes.hold(new long[] {800, 784}), "needs more parts");
        assertEquals(false, sizes.hold(new long[] {200, 784}));
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
        assertEquals("k0", order(Strips.of(p, values, new Sizes(p.symbols(), new long[] {1000})).steps()));
    }

    @Test void theVerifierKnowsWhatMayBeInStrips() {
        String strips = strips(PROGRAM.replace("VALUE", SOME), 400, 784).toString();
        for (String wrong : List.of(strips.replace("tanh(z[i])", "tanh(z[0])"), strips.replace("sum k5_part kernel", "sum j kernel"),
                strips.replace("sum k5_part kernel", "strip k5_part kernel"), strips.replace("strips n // 64 * 8", "strips n // 32 * 8")))
            assertThrows(CompilerBug.class, () -> Verifier.check(KernelText.parse(wrong, new Values()), "wrong"), wrong);
    }
}
