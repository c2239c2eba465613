package damo.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.CompilerBug;
import damo.value.NDArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContractTest {
    private static String product(String element) {
        return """
                program f(n: int32, m: int32; %%x: float64[n, m], %%y: float64[n, m]) -> (%%z: float64[n, n]) {
                  contract k0 {
                    for i < n, j < n {
                      z[i, j] = %s
                    }
                  }
                }
                """.formatted(element);
    }

    private static final String SUM = "sum k < m { x[i, k] * y[j, k] }";

    @Test void textReadsBack() {
        Program p = KernelText.parse(product(SUM));
        Verifier.check(p, "test");
        assertEquals(product(SUM), KernelText.print(p));
        assertEquals(1, p.kernels());
    }

    @Test void itMeansWhatItsKernelSays() {
        NDArray x = NDArray.of(new double[][] {{1, 2, 3}, {4, 5, 6}});
        NDArray z = KernelInterpreter.run(KernelText.parse(product(SUM)), new int[] {2, 3}, new NDArray[] {x, x})[0];
        assertArrayEquals(new double[] {14, 32, 32, 77}, z.toDoubleArray());
    }

    @ParameterizedTest @ValueSource(strings = {"1.0 + (%s)", "tanh(%s) * x[i, 0]", "where((%s) < y[j, 0], (%s), 0.0)"})
    void expressionsOfTheSumAreAnEpilogue(String element) {
        Verifier.check(KernelText.parse(product(element.replace("%s", SUM))), "test");
    }

    @ParameterizedTest @ValueSource(strings = {"x[i, 0] * y[j, 0]", "max k < m { x[i, k] * y[j, k] }", "sum k < m { x[i, k] + y[j, k] }",
        "sum k < m { x[i, k] * 2.0 }", "sum k < m { x[i, k * k] * y[j, k] }",
        "(sum k < m { x[i, k] * y[j, k] }) - (max l < m { x[i, l] })"})
    void otherKernelsAreNoContractions(String element) {
        Program p = KernelText.parse(product(element));
        String message = assertThrows(CompilerBug.class, () -> Verifier.check(p, "test")).getMessage();
        assertTrue(message.contains("k0 is no contraction"), message);
    }
}
