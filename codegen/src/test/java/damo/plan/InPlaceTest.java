package damo.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import damo.kernel.KernelText;
import damo.kernel.Program;
import damo.kernel.Values;
import damo.kernel.Verifier;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class InPlaceTest {
    /// The pairs with `w` or `v` of a program that has outputs `z` and `y`, all of one shape.
    private static String pairs(String steps) {
        return pairs("%z: float64[n, m], %y: float64[n, m]", steps);
    }

    private static String pairs(String outputs, String steps) {
        var values = new Values();
        Program p = KernelText.parse("""
                program f(n: int32, m: int32, k: int32; %%w: float64[n, m], %%v: float64[n, m], %%b: float64[m], %%i: int32[n], %%x: float64[n, k],
                    %%u: float64[k, m], %%t: float64[2, k, m], %%s: float64[n, n]) -> (%s) {
                %s
                }
                """.formatted(outputs, steps), values);
        Verifier.check(p, "test");
        return InPlace.of(values, p).stream().filter(pair -> "wv".contains(pair.from().name()))
                .map(pair -> pair.from().name() + "→" + pair.to().name() + pair.few().map(f -> " if few " + f).orElse(""))
                .sorted().collect(Collectors.joining(", "));
    }

    private static String one(String value) {
        return pairs("%z: float64[n, m]", kernel("z[i0, i1] = " + value));
    }

    private static String kernel(String... statements) {
        return loop("k" + statements[0].replaceAll("\\W", ""), "i0 < n, i1 < m", statements);
    }

    private static String loop(String name, String axes, String... statements) {
        return "kernel %s {\n for %s {\n%s\n }\n}\n".formatted(name, axes, String.join("\n", statements));
    }

    @Test void whatIsReadWhereItIsStored() {
        assertEquals("v→z, w→z", one("w[i0, i1] - 0.1 * v[i0, i1]"));
        assertEquals("v→z, w→z", one("w[i0, i1] - b[i1]"), "and what is not read may go anyway");
        assertEquals("v→z, w→z", one("b[i1] < 0.0 ? w[i0, i1] : 1.0"));
    }

    @Test void whatIsReadElsewhere() {
        assertEquals("v→z", one("w[i0, m - 1 - i1]"));
        assertEquals("v→z", one("w[i0, i1] + w[0, i1]"));
        assertEquals("v→z", one("w[i[i0], i1]"));
        assertEquals("v→z", pairs("%z: float64[n, m]", loop("k0", "i1 < m, i0 < n", "z[i0, i1] = w[n - 1 - i0, i1]")));
        assertEquals("v→z, w→z", pairs("%z: float64[n, m]", loop("k0", "i1 < m, i0 < n", "z[i0, i1] = w[i0, i1]")), "whatever the order");
    }

    @Test void extentsThatDiffer() {
        assertEquals("", pairs("%z: float64[m, n]", loop("k0", "i0 < m, i1 < n", "z[i0, i1] = w[i1, i0]")));
        assertEquals("", pairs("%z: float32[n, m]", kernel("z[i0, i1] = float32(w[i0, i1])")), "and dtypes");
    }

    @Test void reductions() {
        assertEquals("", one("w[i0, i1] - (sum j < n { v[j, i1] })"), "the sum may lie in z");
        assertEquals("v→z", one("w[i0, i1] / (sum j < m { w[i0, j] })"));
    }

    @Test void severalStores() {
        assertEquals("v→y, v→z, w→z", pairs(kernel("%1 = 0.9 * v[i0, i1] + b[i1]", "y[i0, i1] = %1", "z[i0, i1] = w[i0, i1] - %1")),
                "w is read after y is stored, v before");
        assertEquals("v→z, w→y, w→z", pairs(kernel("y[i0, i1] = w[i0, i1]", "z[i0, i1] = w[i0, i1] * v[i0, i1]")));
        assertEquals("v→z", pairs(kernel("y[i0, i1] = w[i0, i1]", "z[i0, i1] = w[0, i1] * v[i0, i1]")));
        for (String branch : List.of("b[i1] < 0.0 ? w[i0, i1] : 1.0", "where(b[i1] < 0.0, w[i0, i1], 1.0)"))
            assertEquals("v→y, v→z, w→z", pairs(kernel("y[i0, i1] = " + branch, "z[i0, i1] = w[i0, i1]")),
                    "what a branch has read is read again");
    }

    @Test void whatReadsNothingAfterAll() {
        String program = "program f(%x: int32[]) -> (%y: int32[], %z: bool[]) {\nkernel k {\n%1 = x[]\n%2 = %1 * 0\ny[] = %2\nz[] = %1 != %2\n}\n}\n";
        var values = new Values();
        assertEquals("[]", InPlace.of(values, KernelText.parse(program, values)).toString(), "y is stored before x is read for z");
    }

    @Test void statesThatChangePlaces() {
        assertEquals("v→y, v→z, w→z", pairs(kernel("y[i0, i1] = v[i0, i1]", "z[i0, i1] = w[i0, i1]")), "not w→y");
        assertEquals("v→y, v→z, w→y", pairs(kernel("z[i0, i1] = v[i0, i1]") + kernel("y[i0, i1] = w[i0, i1]")), "not w→z");
    }

    @Test void whatIsReadLater() {
        String later = kernel("z[i0, i1] = w[i0, i1]") + kernel("y[i0, i1] = w[i0, i1] * v[i0, i1]");
        assertEquals("v→y, w→y", pairs(later));
    }

    @Test void whatMayFailLater() {
        String check = "var %c: bool[]\n";
        String test = "kernel k {\n c[] = b[0] < 0.0\n}\ncheck %c \"no\"\n";
        assertEquals("v→z, w→z", pairs("%z: float64[n, m]", check + test + kernel("z[i0, i1] = w[i0, i1]")));
        assertEquals("", pairs("%z: float64[n, m]", check + kernel("z[i0, i1] = w[i0, i1]") + test));
    }

    private static final String DESCENT = """
            contract k0 {
              for i0 < n, i1 < m {
                %%1 = sum %s
                z[i0, i1] = w[i0, i1] - 0.1 * %%1
              }
            }
            """;

    private static String descent(String sum) {
        return pairs("%z: float64[n, m]", DESCENT.formatted(sum));
    }

    @Test void sumsThatLieInTheOutput() {
        assertEquals("v→z, w→z if few k", descent("j < k { x[i0, j] * u[j, i1] }"));
        assertEquals("v→z, w→z", descent("j < 512 { x[i0, j] * u[j, i1] }"));
        assertEquals("v→z", descent("j < 513 { x[i0, j] * u[j, i1] }"));
        assertEquals("v→z", descent("l < 2, j < k { x[i0, j] * t[l, j, i1] }"), "two axes may be two sums");
        assertEquals("v→z", descent("j < n { w[j, i1] * s[i0, j] }"), "what is multiplied is read everywhere");
        assertEquals("v→z, w→z", pairs("%z: float64[n, m]", DESCENT.formatted("j < k { x[i0, j] * u[j, i1] }").replace("w[i0, i1] - ", "")),
                "what is not read may hold any sums");
    }

    @Test void sumsThatAreAddedInMemory() {
        assertEquals("v→z", pairs("%z: float64[n, m]", loop("k0", "i0 < n, i1 < m", "z[i[i0], i1] += w[i0, i1]")));
    }
}
