package damo.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import damo.kernel.Buffer;
import damo.kernel.KernelInterpreter;
import damo.kernel.KernelText;
import damo.kernel.Program;
import damo.kernel.Step;
import damo.kernel.Values;
import damo.kernel.Verifier;
import damo.value.NDArray;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
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

    /// A loop over rows of what is computed before it; two more buffers get what it computes.
    private static String scan(String row, String state) {
        return """
                program scan(n: int32, m: int32; %%x: float64[n, m]) -> (%%z: float64[m], %%y: float64[m]) {
                  var %%d: float64[n, m]
                  var %%s: float64[m]
                  var %%t: float64[m]
                  var %%u: float64[m]
                  var %%v: float64[n, m]
                  var %%w: float64[n, m]
                  kernel d { for a < n, b < m { d[a, b] = 2.0 * x[a, b] } }
                  kernel s { for c < m { s[c] = 1.0 } }
                  kernel u { for o < m { u[o] = -%s } }
                  loop i < n {
                    kernel t { for e < m { t[e] = s[e] * exp(%s) } }
                    kernel v { for f < m { v[i, f] = t[f] } }
                    kernel w { for g < m { w[i, g] = t[g] } }
                    carry %%s = %%t
                  }
                  kernel z { for h < m { z[h] = u[h] + (sum k < n { v[k, h] * w[k, h] }) } }
                  kernel y { for p < m { y[p] = sum q < n { w[q, p] } } }
                }
                """.formatted(state, row);
    }

    @Test void aStepComputesTheRowThatItReadsAndStoresWhatItLeavesOnce() {
        var values = new Values();
        Program program = KernelText.parse(scan("d[i, e]", "2.0"), values);
        Program fused = Fusion.fuse(program, values, LIMIT);
        agree(fused, program, 4);
        assertEquals(Set.of("s", "t", "v"), Step.all(fused.steps()).filter(Step.Compute.class::isInstance)
                .flatMap(k -> ((Step.Compute) k).kernel().stores().stream()).map(s -> s.to().name()).filter(n -> !fused.outputs().stream()
                        .map(Buffer::name).toList().contains(n)).collect(Collectors.toSet()));
    }

    @Test void rowsThatAreColumnsAreTurnedBeforeTheLoop() {
        var values = new Values();
        String turned = scan("d[i, e]", "2.0").replace("d[a, b] = 2.0 * x[a, b]", "d[a, b] = x[b, a]");
        Program program = KernelText.parse(turned, values);
        agree(Fusion.fuse(program, values, LIMIT), program, 5, 4, 4);
    }

    @Test void whatEveryStepReadsIsComputedBeforeTheLoop() {
        var values = new Values();
        Program program = KernelText.parse(scan("d[0, e]", "2.0"), values);
        agree(Fusion.fuse(program, values, LIMIT), program, 5);
    }

    @Test void whatReadsAStateDoesNotMoveAcrossTheLoop() {
        var values = new Values();
        Program program = KernelText.parse(scan("d[i, e]", "s[o]"), values);
        agree(Fusion.fuse(program, values, LIMIT), program, 4);
    }

    @Test void whatBothBranchesStoreIsNotWhatOneOfThemStoresTwice() {
        var values = new Values();
        Program program = KernelText.parse("""
                program branches(n: int32; %x: float64[n]) -> (%z: float64[n]) {
                  var %c: bool[]
                  var %s: float64[n]
                  var %t: float64[n]
                  kernel c { c[] = n < 3 }
                  if %c {
                    kernel s { for a < n { s[a] = exp(x[a]) } }
                    kernel t { for b < n { t[b] = -x[b] } }
                  } else {
                    kernel u { for d < n { s[d] = exp(x[d]) } }
                    kernel v { for e < n { t[e] = exp(x[e]) } }
                  }
                  kernel z { for h < n { z[h] = s[h] + t[h] } }
                }
                """, values);
        for (int n : new int[] {2, 4}) agree(Fusion.fuse(program, values, LIMIT), program, 4, n);
    }

    @Test void aPositionMayBeOneOfSeveralEqualNumbers() {
        var values = new Values();
        Program program = KernelText.parse("""
                program positions(n: int32; %x: float64[n]) -> (%y: float64[n], %z: float64[n]) {
                  var %a: int32[]
                  var %b: int32[]
                  var %s: float64[n]
                  var %t: float64[n]
                  kernel a { a[] = int32(x[0] * 0.5) }
                  kernel b { b[] = int32(x[0] * 0.5) }
                  kernel s { for i < n { s[i] = exp(x[i]) } }
                  kernel t { for j < n { t[j] = exp(x[j]) } }
                  kernel y { for k < n { y[k] = exp(s[a[]]) } }
                  kernel z { for m < n { z[m] = exp(t[b[]]) * x[m] } }
                }
                """, values);
        agree(Fusion.fuse(program, values, LIMIT), program, 2, 5);
    }
}
