package damo.fuse;

import static org.junit.jupiter.api.Assertions.*;

import damo.kernel.KernelInterpreter;
import damo.kernel.KernelText;
import damo.kernel.Program;
import damo.kernel.Step;
import damo.kernel.Values;
import damo.kernel.Verifier;
import damo.value.NDArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Loops of elements become kernels that are repeated, and mean the same.
class RepetitionTest {
    private static final String LOOP = """
            program f(n: int32, m: int32; %x: float64[n], %r: float64[m]) -> (%z: float64[n]) {
              var %p: float64[n]
              var %q: float64[n]
              var %p1: float64[n]
              var %q1: float64[n]
              kernel k0 {
                for i0 < n {
                  p[i0] = x[i0]
                  q[i0] = 0.0
                }
              }
              loop t < m {
                kernel k1 {
                  for i1 < n {
                    p1[i1] = p[i1] + q[i1] * POSITION
                    q1[i1] = q[i1] - p[i1] * x[i1] + float64(t)
                  }
                }
                carry %p = %p1
                carry %q = %q1
              }
              kernel k2 {
                for i2 < n {
                  z[i2] = p[i2] - q[i2]
                }
              }
            }
            """;

    private static Program repeated(String text, Values values) {
        Program program = KernelText.parse(text, values);
        Program result = Repetition.of(program, values);
        Verifier.check(program, "parse");
        Verifier.check(result, "repeat");
        assertEquals(result.toString(), KernelText.parse(result.toString(), new Values()).toString());
        return result;
    }

    @ParameterizedTest @ValueSource(ints = {0, 1, 2, 5})
    void theyMeanTheSame(int steps) {
        var values = new Values();
        String text = LOOP.replace("POSITION", "0.5");
        Program repeated = repeated(text, values);
        assertTrue(repeated.steps().get(1) instanceof Step.Repeat, repeated::toString);
        NDArray[] in = {NDArray.of(new double[] {1, -2, 0.25}), NDArray.of(new double[steps])};
        int[] extents = {3, steps};
        NDArray[] want = KernelInterpreter.run(KernelText.parse(text, new Values()), extents, in);
        assertArrayEquals(want[0].toDoubleArray(), KernelInterpreter.run(repeated, extents, in)[0].toDoubleArray());
    }

    @ParameterizedTest @ValueSource(strings = {"q[n - 1 - i1]", "x[n - 1 - i1]", "(sum j < m { r[j] })"})
    void notWhatDependsOnOtherPositionsOrMayBeOutOfRange(String position) {
        assertTrue(repeated(LOOP.replace("POSITION", position), new Values()).steps().get(1) instanceof Step.Loop);
    }

    @Test void notSingleElements() {
        String single = LOOP.replace("POSITION", "0.5").replace("< n", "< 1").replaceAll("\\[i[012]\\]", "[0]").replace("float64[n]", "float64[1]");
        assertTrue(repeated(single, new Values()).steps().get(1) instanceof Step.Loop);
    }

    @Test void notWhatIsReadARowAStep() {
        String rows = LOOP.replace("%r: float64[m]", "%r: float64[m, n]").replace("POSITION", "r[t, i1]");
        assertTrue(repeated(rows, new Values()).steps().get(1) instanceof Step.Loop);
    }

    @Test void aNumberAStepIsReadWhereItIs() {
        Program p = repeated(LOOP.replace("POSITION", "r[0]").replace("t < m", "t < 3"), new Values());
        assertTrue(p.steps().get(1) instanceof Step.Repeat, p::toString);
    }
}
