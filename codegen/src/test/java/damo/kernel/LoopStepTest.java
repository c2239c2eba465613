package damo.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.CompilerBug;
import damo.value.NDArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoopStepTest {
    private static final String FIBONACCI = """
            program fibonacci(n: int32; %limit: float64[]) -> (%all: float64[n], %z: float64[]) {
              var %a: float64[]
              var %b: float64[]
              var %c: float64[]
              var %d: bool[]
              kernel k0 {
                a[] = 0.0
              }
              kernel k1 {
                b[] = 1.0
              }
              loop i < n {
                kernel k2 {
                  %1 = a[] + b[]
                  c[] = %1
                  all[i] = %1
                }
                kernel k3 {
                  d[] = limit[] < c[]
                }
                carry %a = %b
                carry %b = %c
                until %d
              }
              kernel k4 {
                z[] = b[]
              }
            }
            """;

    private static Program parsed(String text) {
        Program p = KernelText.parse(text);
        Verifier.check(p, "test");
        return p;
    }

    private static NDArray[] run(int n, double limit) {
        return KernelInterpreter.run(parsed(FIBONACCI), new int[] {n}, new NDArray[] {NDArray.of(limit)});
    }

    @Test void textReadsBack() {
        assertEquals(FIBONACCI, KernelText.print(parsed(FIBONACCI)));
    }

    @Test void statesChangePlacesAllAtOnce() {
        assertArrayEquals(new double[] {1, 2, 3, 5, 8, 13}, run(6, 1000)[0].toDoubleArray());
        assertEquals(13, run(6, 1000)[1].scalar());
    }

    @Test void noStepLeavesTheFirstStates() {
        assertEquals(1, run(0, 1000)[1].scalar());
    }

    @Test void aLoopEndsAfterTheStepThatSaysSo() {
        assertEquals(8, run(100, 5)[1].scalar());
    }

    @Test void anExchangeGivesEveryBufferMemory() {
        Step.Loop loop = (Step.Loop) parsed(FIBONACCI).steps().get(2);
        Step.Exchange exchange = Step.Exchange.of(loop.carries());
        assertEquals("[a, b, c]", exchange.to().stream().map(Buffer::name).toList().toString());
        assertEquals("[b, c, a]", exchange.from().stream().map(Buffer::name).toList().toString());
    }

    @ParameterizedTest @CsvSource(delimiter = ';', textBlock = """
            carry %b = %c; carry %b = %c carry %b = %a;                   state b is carried twice
            carry %b = %c; carry %c = %c;                                 state c is not stored before its loop
            carry %b = %c; carry %b = %limit;                             limit, which a loop carries, is not stored
            carry %a = %b; carry %a = %c;                                 c is carried twice
            until %d; until %a;                                           condition a is not a single bool
            loop i < n; loop n < n;                                       a symbol that is not declared yet
            """)
    void brokenLoopsAreRefused(String what, String by, String rule) {
        String message = assertThrows(RuntimeException.class, () -> parsed(FIBONACCI.replace(what, by))).getMessage();
        assertTrue(message.contains(rule), message);
    }

    @Test void aStoreThatAddsBeginsWithZero() {
        String text = """
                program scatter(n: int32; %x: float32[n], %i: int64[n]) -> (%z: float32[3]) {
                  kernel k0 {
                    for a < n {
                      z[int32(i[a])] += x[a]
                    }
                  }
                }
                """;
        assertEquals(text, KernelText.print(parsed(text)));
        NDArray[] inputs = {NDArray.of(new float[] {1, 2, 4, 8}), NDArray.of(new long[] {0, 2, 2, 0})};
        assertArrayEquals(new double[] {9, 0, 6}, KernelInterpreter.run(parsed(text), new int[] {4}, inputs)[0].toDoubleArray());
    }

    @Test void whatAStepStoresIsNotKnownBefore() {
        String early = FIBONACCI.replace("b[] = 1.0", "b[] = c[]");
        assertTrue(assertThrows(CompilerBug.class, () -> parsed(early)).getMessage().contains("k1 loads c, which is not stored before"));
    }
}
