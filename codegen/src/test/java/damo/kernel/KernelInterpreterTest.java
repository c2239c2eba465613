package damo.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.CompilerBug;
import damo.DamoException;
import damo.graph.ScalarOp;
import damo.interpret.FloatMeaning;
import damo.type.DType;
import damo.value.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class KernelInterpreterTest {
    private static NDArray run(String text, int[] symbols, NDArray... inputs) {
        Program p = KernelText.parse(text);
        Verifier.check(p, "test");
        return KernelInterpreter.run(p, symbols, inputs)[0];
    }

    /// `z[] = value`, for x and y of one axis of extent n.
    private static NDArray scalar(String dtype, String value, NDArray x, NDArray y) {
        return run("program f(n: int32; %x: X[n], %y: Y[n]) -> (%z: Z[]) { kernel k { z[] = ".replace("X", x.dtype().toString())
                .replace("Y", y.dtype().toString()).replace("Z", dtype) + value + " } }", new int[] {(int) x.size()}, x, y);
    }

    @Test void softmax() {
        double[][] x = {{1, 2, 3}, {-1000, 0, 1000}};
        NDArray z = KernelInterpreter.run(Samples.softmax(), new int[] {2, 3}, new NDArray[] {NDArray.of(x)})[0];
        double sum = Math.exp(-2) + Math.exp(-1) + 1;
        assertArrayEquals(new double[] {Math.exp(-2) / sum, Math.exp(-1) / sum, 1 / sum, 0, 0, 1}, z.toDoubleArray(), 1e-15);
    }

    @Test void inputsMayBeViews() {
        NDArray x = NDArray.of(new double[][] {{1, 2}, {3, 4}, {5, 6}});
        NDArray all = KernelInterpreter.run(Samples.softmax(), new int[] {2, 3}, new NDArray[] {x.transpose()})[0];
        NDArray copy = KernelInterpreter.run(Samples.softmax(), new int[] {2, 3}, new NDArray[] {x.transpose().copy()})[0];
        assertEquals(copy, all);
    }

    @Test void foldsInFoldsAndSharedValues() {
        // with n = 2, x = [2, 3]: k < 4, l < 2; products of (p² + k·l) for p = x[i]·x[j]
        NDArray z = KernelInterpreter.run(Samples.folds(), new int[] {2}, new NDArray[] {NDArray.of(new int[] {2, 3})})[0];
        int[] expected = new int[2];
        int[] x = {2, 3};
        for (int i = 0; i < 2; i++) {
            int min = Integer.MAX_VALUE, max = Integer.MIN_VALUE;
            for (int j = 0; j < 2; j++) {
                int p = x[i] * x[j], product = 1;
                for (int k = 0; k < 4; k++) for (int l = 0; l < 2; l++) product *= p * p + k * l;
                min = Math.min(min, product + p);
                max = Math.max(max, p - x[j]);
            }
            expected[i] = min - (max - x[i]) + max;
        }
        assertArrayEquals(expected, z.toIntArray());
    }

    @ParameterizedTest @CsvSource(delimiter = ';', quoteCharacter = '¦', textBlock = """
            sum k < n { x[k] };                             6
            prod k < n { x[k] };                            6
            max k < n { x[k] };                             3
            min k < n { x[k] };                             1
            sum k < n, j < n { x[k] * y[j] };               90
            sum k < n { x[k] * (sum j < 2 { y[j] }) };      54
            sum k < 0 { x[k] };                             0
            prod k < 0 { x[k] };                            1
            max k < 0 { x[k] };                             -Infinity
            float64(max k < 0 { int8(x[k]) });              -128
            float64(min k < 0 { uint8(x[k]) });             255
            float64(max k < 0 { int64(x[k]) });             -9223372036854775808
            float64(sum k < n { int8(x[k] * 50.0) });       44
            float64(n * 3 // 2);                            4
            x.flat[2] - x[1];                               1
            """)
    void folds(String value, double expected) {
        NDArray x = NDArray.of(new double[] {1, 2, 3}), y = NDArray.of(new double[] {4, 5, 6});
        assertEquals(expected, scalar("float64", value, x, y).scalar());
    }

    @Test void conversionsFollowStorage() {
        NDArray x = NDArray.of(new double[] {-1.9}), y = NDArray.wrap(DType.UINT64, new long[] {-1}, 1);
        assertEquals(-1, scalar("int32", "int32(x[0])", x, y).scalarLong());
        assertEquals(255, scalar("uint8", "uint8(int32(x[0]))", x, y).scalarLong());
        assertEquals(0x1p64, scalar("float64", "float64(y[0])", x, y).scalar());
        assertEquals(1, scalar("bool", "bool(x[0])", x, y).scalarLong());
        assertEquals((float) 0.1, scalar("float64", "float64(float32(x[0] + 2.0))", x, y).scalar(), 1e-7);
        assertEquals(1, scalar("bool", "0.1f + 0.2f == 0.3f", x, y).scalarLong());
    }

    @Test void unsignedIntegersAreComparedAndDividedAsSuch() {
        NDArray x = NDArray.wrap(DType.UINT64, new long[] {-1}, 1), y = NDArray.wrap(DType.UINT64, new long[] {2}, 1);
        assertEquals(Long.MAX_VALUE, scalar("uint64", "x[0] // y[0]", x, y).scalarLong());
        assertEquals(1, scalar("bool", "y[0] < x[0]", x, y).scalarLong());
        assertEquals(-1, scalar("uint64", "max k < 2 { where(k < 1, x[0], y[0]) }", x, y).scalarLong());
    }

    @Test void whatIsNotChosenIsNotLoaded() {
        NDArray x = NDArray.of(new double[] {1, 2, 3}), y = NDArray.of(new double[] {0, 0, 0});
        String padded = "program f(n: int32; %x: float64[n], %y: float64[n]) -> (%z: float64[n + 2]) { kernel k { for i < n + 2 {\n"
                + "z[i] = ~(i < 1) & i <= n VALUE } } }";
        NDArray z = run(padded.replace("VALUE", "? x[i - 1] * 2.0 : -1.0"), new int[] {3}, x, y);
        assertArrayEquals(new double[] {-1, 2, 4, 6, -1}, z.toDoubleArray());
        String where = padded.replace("z[i] = ", "z[i] = where(").replace("VALUE", ", x[i - 1], -1.0)");
        assertTrue(assertThrows(CompilerBug.class, () -> run(where, new int[] {3}, x, y)).getMessage().contains("position -1 of axis 0"));
    }

    @Test void branchesRunOneSideAndChecksFailWithTheirMessage() {
        String text = """
                program f(%x: float64[]) -> (%z: float64[]) {
                  var %positive: bool[]
                  var %small: bool[]
                  var %t: float64[]
                  kernel test {
                    positive[] = 0.0 < x[]
                    small[] = x[] < 10.0
                  }
                  check %small "x must be small"
                  if %positive {
                    kernel a { t[] = x[] }
                  } else {
                    kernel b { t[] = -x[] }
                  }
                  kernel c { z[] = t[] + 1.0 }
                }
                """;
        assertEquals(3, run(text, new int[0], NDArray.scalar(DType.FLOAT64, 2.0)).scalar());
        assertEquals(4, run(text, new int[0], NDArray.scalar(DType.FLOAT64, -3.0)).scalar());
        assertEquals("x must be small", assertThrows(DamoException.class,
                () -> run(text, new int[0], NDArray.scalar(DType.FLOAT64, 10.0))).getMessage());
    }

    @ParameterizedTest @EnumSource(ScalarOp.class)
    void everyFunctionMeansWhatTheTableSays(ScalarOp f) {
        Program p = Samples.function(f);
        NDArray[] inputs = p.inputs().stream().map(b -> NDArray.scalar(b.dtype(), 1L)).toArray(NDArray[]::new);
        NDArray[] outputs = KernelInterpreter.run(p, new int[0], inputs);
        if (inputs[inputs.length - 1].dtype() != DType.FLOAT64) return;
        double[] ones = new double[f.arity()];
        Arrays.fill(ones, 1);
        assertEquals(FloatMeaning.of(f, ones), outputs[outputs.length - 1].scalar());
    }

    @Test void numbersAreWhatTheyAre() {
        NDArray[] numbers = KernelInterpreter.run(Samples.numbers(), new int[0], new NDArray[0]);
        assertArrayEquals(new double[] {0, 1, 0, 1, 100}, Arrays.stream(numbers).limit(5).mapToDouble(NDArray::scalar).toArray());
        assertEquals(Double.POSITIVE_INFINITY, numbers[numbers.length - 1].scalar());
        assertEquals(-3.5, numbers[numbers.length - 2].scalar());
        assertEquals(-3, numbers[numbers.length - 3].scalar());
    }

    @Test void oneCheckOfTheOddProgramFails() {
        NDArray x = NDArray.wrap(new float[] {1, 2, 3, 4}, 4);
        assertEquals("it's \"bad\"\n\\", assertThrows(DamoException.class,
                () -> KernelInterpreter.run(Samples.odd(), new int[] {2}, new NDArray[] {x})).getMessage());
    }

    @Test void deepValuesDoNotOverflowTheStack() {
        Values v = new Values();
        Buffer x = new Buffer("x", DType.FLOAT64, List.of()), z = new Buffer("z", DType.FLOAT64, List.of());
        Value sum = v.load(x, List.of());
        for (int i = 0; i < 20_000; i++) sum = v.apply(ScalarOp.ADD, sum, v.number(DType.FLOAT64, i));
        Program p = new Program("deep", List.of(), List.of(x), Map.of(), List.of(z),
                List.of(new Step.Launch(new Kernel("k", List.of(), List.of(new Store(z, List.of(), sum))))));
        Verifier.check(p, "test");
        NDArray zero = NDArray.scalar(DType.FLOAT64, 0.0);
        assertEquals(19_999.0 * 10_000, KernelInterpreter.run(p, new int[0], new NDArray[] {zero})[0].scalar());
        assertEquals(p.toString(), KernelText.parse(p.toString()).toString());
    }

    @Test void inputsThatDoNotFitAreRefused() {
        NDArray x = NDArray.zeros(DType.FLOAT64, 2, 2);
        assertThrows(DamoException.class, () -> KernelInterpreter.run(Samples.softmax(), new int[] {2, 3}, new NDArray[] {x}));
        assertThrows(DamoException.class, () -> KernelInterpreter.run(Samples.softmax(), new int[] {2}, new NDArray[] {x}));
    }
}
