package damo.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.DamoException;
import damo.graph.ScalarOp;
import damo.type.DType;
import damo.value.NDArray;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class KernelTextTest {
    private static void roundTrips(Program program) {
        Verifier.check(program, "samples");
        String text = KernelText.print(program);
        Program parsed = KernelText.parse(text);
        assertEquals(text, KernelText.print(parsed));
        Verifier.check(parsed, "parse");
        assertEquals(program.constants(), parsed.constants());
    }

    @Test void softmaxIsPrintedAsInTheDocumentation() {
        assertEquals("""
                program softmax(n: int32, m: int32; %x: float64[n, m]) -> (%z: float64[n, m]) {
                  kernel k0 {
                    for i < n, j < m {
                      %1 = max k < m { x[i, k] }
                      %2 = sum l < m { exp(x[i, l] - %1) }
                      z[i, j] = exp(x[i, j] - %1) / %2
                    }
                  }
                }
                """, KernelText.print(Samples.softmax()));
        roundTrips(Samples.softmax());
    }

    @ParameterizedTest @EnumSource(ScalarOp.class)
    void everyFunctionRoundTrips(ScalarOp f) {
        roundTrips(Samples.function(f));
    }

    @Test void numbersRoundTrip() {
        roundTrips(Samples.numbers());
    }

    @Test void namesConstantsBranchesAndChecksRoundTrip() {
        roundTrips(Samples.odd());
    }

    @Test void namedValuesAreLocalToTheFoldThatKnowsTheirAxes() {
        roundTrips(Samples.folds());
        assertEquals("""
                kernel k0 {
                  for i < n {
                    %1 = x[i]
                    %5 = min j < n {
                      %2 = x[j]
                      %3 = %1 * %2
                      %4 = prod k < n * n, l < n { %3 * %3 + k * l }
                      %4 + %3
                    }
                    %8 = max j < n {
                      %6 = x[j]
                      %7 = %1 * %6
                      %7 - %6
                    }
                    z[i] = %5 - (%8 - %1) + %8
                  }
                }""", kernelOf(Samples.folds()).toString());
    }

    private static Kernel kernelOf(Program p) {
        return ((Step.Launch) p.steps().getFirst()).kernel();
    }

    @Test void parsingIntoThePoolThatWasPrintedGivesTheSameValues() {
        Values pool = new Values();
        Program first = KernelText.parse(KernelText.print(Samples.folds()), pool);
        assertEquals(kernelOf(first), kernelOf(KernelText.parse(KernelText.print(first), pool)));
    }

    @Test void printingIsLinearInTheDag() {
        Values v = new Values();
        Value x = v.load(new Buffer("x", DType.FLOAT64, List.of()), List.of());
        for (int i = 0; i < 20_000; i++) x = v.apply(ScalarOp.ADD, x, x);
        assertTrue(x.toString().length() < 1_000_000);
    }

    @Test void operatorsBindAsInJava() {
        for (String value : List.of("a[] - (b[] - a[])", "(a[] + b[]) * a[]", "-(a[] * b[])", "-a[] * b[]", "-(-a[])", "a[] / (b[] * a[])",
                "a[] // b[]", "mod(a[], b[])", "a[] < b[] ? a[] : b[] < a[] ? b[] : 1.0", "(a[] < b[] ? a[] : b[]) + 1.0",
                "a[] < b[] == (b[] < a[]) ? 1.0 : 2.0", "a[] < b[] & a[] != b[] | ~(a[] <= b[]) ? 1.0 : 2.0",
                "maximum(a[], minimum(b[], -1.0))", "float64(a[] < b[])", "where(isnan(a[]), a[], b[])",
                "float64(a[] == b[] ^ true ? 1.0f : float32(a[]))")) {
            String text = """
                    program f(%%a: float64[], %%b: float64[]) -> (%%z: float64[]) {
                      kernel k {
                        z[] = %s
                      }
                    }
                    """.formatted(value).replace("%%", "%");
            String printed = KernelText.print(KernelText.parse(text));
            assertEquals(printed, KernelText.print(KernelText.parse(printed)));
            if (!value.contains("== ") && value.chars().filter(c -> c == '[').count() <= 2) assertEquals(text, printed);
        }
    }

    @Test void callsRoundTrip() {
        String text = """
                program f(n: int32; %s: int64[627], %x: float64[n], const %c: int64[] = [3]) -> (%u: float64[3], %r: int64[627], %z: float64[2]) {
                  call "draw generator=twister_normal, result=0"(%s, %c) -> (%u, %r)
                  call "slice axis=0, step=-1"(%x, %c, %c) -> (%z)
                }
                """;
        assertEquals(text, KernelText.print(KernelText.parse(text)));
        for (String[] wrong : new String[][] {{"slice axis=0", "2:6: op:1:1: 'slice' needs the attribute step"}, {"slic axis=0", "slic"},
            {"slice axis=0, step=1 2", "2:6: op:1:22: found '2', expected an attribute or the end"}}) {
            String program = "program f(%x: float64[3], %c: int64[]) -> (%z: float64[2]) {\ncall \"" + wrong[0] + "\"(%x, %c, %c) -> (%z) }";
            String message = assertThrows(DamoException.class, () -> KernelText.parse(program)).getMessage();
            assertTrue(message.startsWith("kernel text: 2:6: ") && message.contains(wrong[1]), message);
        }
    }

    @Test void commentsAndSpaceAreSkipped() {
        Program p = KernelText.parse("// test\nprogram f() ->\n(%z: int32[])\n  // what\n{ kernel k { z[] = 3 } }\n");
        assertEquals("program f() -> (%z: int32[]) {\n  kernel k {\n    z[] = 3\n  }\n}\n", p.toString());
    }

    @Test void longConstantsAreShortenedAndThenNotParsed() {
        Buffer c = new Buffer("c", DType.INT8, List.of(new Values().whole(2000)));
        String text = new Program("f", List.of(), List.of(), Map.of(c, NDArray.zeros(DType.INT8, 2000)), List.of(), List.of()).toString();
        assertTrue(text.length() < 200, text);
        assertTrue(assertThrows(DamoException.class, () -> KernelText.parse(text)).getMessage().contains("shortened"));
    }

    @ParameterizedTest @CsvSource(delimiter = ';', quoteCharacter = '¦', textBlock = """
            z[i] = ;               2:8: found '}', expected a value
            z[i] = q[i];           2:8: found 'q', expected a declared buffer, one of [x, z]
            z[i] = n + m;          2:12: found 'm', expected a value: a symbol (there are [n])
            z[i] = %1;             2:8: found '%1', expected a value that is named before, here or around
            z[i] = pow(x[i]);      2:8: found 'pow', expected 2 operands, got 1
            z[i] x[i];             2:6: found 'x', expected '='
            z[i] = 3000000000;     2:8: found '3000000000', expected a number in the range of int32
            z[i] = x[i] @ 2.0;     2:13: found '@', expected a name, a number or an operator
            """)
    void errorsSayWhereAndWhatWasFoundAndExpected(String body, String error) {
        String text = "program f(n: int32; %x: float64[n]) -> (%z: float64[n]) { kernel k { for i < n {\n" + body + " } } }";
        String message = assertThrows(DamoException.class, () -> KernelText.parse(text)).getMessage();
        assertTrue(message.startsWith("kernel text: " + error), message + " | " + error);
    }
}
