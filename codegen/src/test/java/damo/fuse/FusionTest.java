package damo.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import damo.kernel.KernelInterpreter;
import damo.kernel.KernelText;
import damo.kernel.Program;
import damo.kernel.Values;
import damo.kernel.Verifier;
import damo.value.NDArray;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FusionTest {
    private static final int LIMIT = 256;

    /// `z = f(d) / sum(f(d))` of rows `d = x − max(x)`, kernel by kernel.
    private static String rows(String f) {
        return """
                program rows(n: int32, m: int32; %%x: float64[n, m]) -> (%%z: float64[n, m]) {
                  var %%most: float64[n]
                  var %%d: float64[n, m]
                  var %%s: float64[n]
                  kernel most { for a < n { most[a] = max b < m { x[a, b] } } }
                  kernel d { for i < n, j < m { d[i, j] = %s } }
                  kernel s { for e < n { s[e] = sum k < m { d[e, k] } } }
                  kernel z { for g < n, h < m { z[g, h] = d[g, h] / s[g] } }
                }
                """.formatted(f);
    }

    private static void agree(Program fused, Program program, int kernels) {
        agree(fused, program, kernels, 3, 5);
    }

    private static void agree(Program fused, Program program, int kernels, int... extents) {
        Verifier.check(fused, "fuse");
        assertEquals(kernels, fused.kernels(), () -> KernelText.print(fused));
        double[] x = new Random(1).doubles(Arrays.stream(extents).reduce(1, (a, b) -> a * b)).toArray();
        var arguments = new NDArray[] {NDArray.wrap(x, Arrays.stream(extents).asLongStream().toArray())};
        NDArray[] want = KernelInterpreter.run(program, extents, arguments), got = KernelInterpreter.run(fused, extents, arguments);
        for (int i = 0; i < want.length; i++) assertEquals(want[i], got[i]);
    }

    @Test void whatIsCheapIsComputedAgainForEachReductionOfARow() {
        var values = new Values();
        Program program = KernelText.parse(rows("x[i, j] - most[i]"), values);
        agree(Fusion.fuse(program, values, LIMIT), program, 1);
    }

    @Test void aRowIsReducedOnceMoreInTheSameKernel() {
        var values = new Values();
        Program program = KernelText.parse("""
                program rows(n: int32, m: int32; %x: float64[n, m]) -> (%z: float64[n]) {
                  var %s: float64[n]
                  var %d: float64[n, m]
                  kernel s { for e < n { s[e] = sum k < m { exp(x[e, k]) } } }
                  kernel d { for i < n, j < m { d[i, j] = x[i, j] * (x[i, j] - log(s[i])) } }
                  kernel z { for g < n { z[g] = sum h < m { d[g, h] } } }
                }
                """, values);
        agree(Fusion.fuse(program, values, LIMIT), program, 1);
    }

    @Test void functionsOfARowAreComputedOnceIfTheResultsHaveRoomForThem() {
        var values = new Values();
        Program program = KernelText.parse(rows("exp(x[i, j] - most[i])"), values);
        agree(Fusion.fuse(program, values, LIMIT), program, 1);
    }

    @Test void functionsOfARowAreComputedAgainOnDevicesOnly() {
        var values = new Values();
        Program program = KernelText.parse(rows("exp(x[i, j] - most[i])").replace("z: float64", "z: float32").replace("d[g, h] / s[g]",
                "float32(d[g, h] / s[g])"), values);
        agree(Fusion.fuse(program, values, LIMIT), program, 2);
        agree(Fusion.fuseAgain(program, values, LIMIT), program, 1);
    }

    /// Two loops over `t`; between them one result is reduced, and what the second loop needs is computed.
    private static String loops(String factor) {
        return """
                program loops(n: int32; %x: float64[n]) -> (%v: float64[n], %r: float64[]) {
                  var %t: float64[n]
                  var %u: float64[n]
                  var %c: float64[]
                  kernel t { for h < n { t[h] = exp(x[h]) } }
                  kernel u { for i < n { u[i] = log(t[i]) * exp(t[i]) } }
                  kernel c { c[] = exp(1.0 / float64(n)) }
                  kernel r { r[] = sum j < n { c[] * u[n - 1 - j] } }
                  kernel v { for k < n { v[k] = exp(t[k]) / FACTOR } }
                }
                """.replace("FACTOR", factor);
    }

    @Test void loopsThatShareLoadsAreOneWhateverStandsBetween() {
        var values = new Values();
        Program program = KernelText.parse(loops("c[]"), values);
        agree(Fusion.fuse(program, values, LIMIT), program, 3, 7);
    }

    @Test void loopsAreNotOneIfTheSecondWaitsForAllOfTheFirst() {
        var values = new Values();
        Program program = KernelText.parse(loops("(c[] + r[])"), values);
        agree(Fusion.fuse(program, values, LIMIT), program, 4, 7);
    }
}
