package damo.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import damo.kernel.KernelInterpreter;
import damo.kernel.KernelText;
import damo.kernel.Program;
import damo.kernel.Values;
import damo.kernel.Verifier;
import damo.value.NDArray;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReorderTest {
    /// Sums that grow from row to row, and with the last row first.
    private static final String PROGRAM = """
            program turned(n: int32, m: int32; %x: float64[n, m]) -> (%z: float64[m]) {
              var %s: float64[m]
              var %t: float64[m]
              var %rows: float64[n, m]
              var %turned: float64[n, m]
              kernel s { for a < m { s[a] = 0.0 } }
              loop i < n {
                kernel t {
                  for b < m {
                    %1 = s[b] + x[i, b]
                    t[b] = %1
                    rows[i, b] = %1
                  }
                }
                carry %s = %t
              }
              kernel turned { for c < n, d < m { turned[c, d] = rows[n - 1 + c * -1, d] } }
              kernel z { for e < m { z[e] = sum f < n { turned[f, e] * x[f, e] } } }
            }
            """;

    private static void agree(String text, int kernels) {
        var values = new Values();
        Program program = KernelText.parse(text, values);
        Program after = Reorder.of(program, values);
        Verifier.check(after, "reorder");
        assertEquals(kernels, after.kernels(), () -> KernelText.print(after));
        NDArray[] x = {NDArray.wrap(new Random(1).doubles(15).toArray(), 5, 3)};
        NDArray[] want = KernelInterpreter.run(program, new int[] {5, 3}, x), got = KernelInterpreter.run(after, new int[] {5, 3}, x);
        for (int i = 0; i < want.length; i++) assertEquals(want[i], got[i]);
    }

    @Test void stepsStoreWhereTheirRowsAreRead() {
        agree(PROGRAM, 3);
    }

    @Test void allWhoTurnTheRowsReadTheSame() {
        agree(PROGRAM.replace("  var %turned", "  var %again: float64[n, m]\n  var %turned")
                .replace("  kernel z", "  kernel again { for g < n, h < m { again[g, h] = rows[n - 1 + g * -1, h] } }\n  kernel z")
                .replace("turned[f, e] * x", "turned[f, e] * again[f, e] * x"), 3);
    }

    @Test void rowsThatSomebodyReadsAsTheyAreStay() {
        agree(PROGRAM.replace("turned[f, e] * x", "turned[f, e] * rows[f, e] * x"), 4);
    }

    @Test void rowsOfAnotherOrderStay() {
        agree(PROGRAM.replace("rows[n - 1 + c * -1, d]", "rows[c, m - 1 + d * -1]"), 4);
    }

    @Test void whatIsAskedForIsStoredByItself() {
        agree(PROGRAM.replace("(%z: float64[m])", "(%turned: float64[n, m], %z: float64[m])").replace("  var %turned: float64[n, m]\n", ""), 4);
    }
}
