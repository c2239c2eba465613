package damo;

import static damo.Damo.*;
import static damo.Refused.refused;
import static org.junit.jupiter.api.Assertions.*;

import damo.graph.Variable;
import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Running sums and products, and their inverse.
class CumulativeTest {
    private static final Variable M = constant(new double[][] {{1, 2, 3}, {4, 5, 6}});

    private static void gives(Object expected, Variable v) {
        assertEquals(NDArray.of(expected), run(v));
    }

    private static NDArray run(Variable v) {
        return function().out(v).on("interpreter").compile().call();
    }

    @Test void runsAlongTheAxisThatIsAsked() {
        gives(new double[][] {{1, 2, 3}, {5, 7, 9}}, cumsum(M, 0));
        gives(new double[][] {{1, 3, 6}, {4, 9, 15}}, cumsum(M, -1));
        gives(new double[][] {{1, 2, 3}, {4, 10, 18}}, cumprod(M, 0));
        gives(new double[][] {{1, 2, 6}, {4, 20, 120}}, M.cumprod(1));
        gives(new double[] {1, 3, 6, 10, 15, 21}, cumsum(M));
        gives(new double[] {1, 2, 6, 24, 120, 720}, cumprod(M));
        gives(new double[] {3}, constant(3.0).cumsum());
    }

    @ParameterizedTest @EnumSource(DType.class)
    void smallIntegersAccumulateIn64Bits(DType dtype) {
        DType wide = switch (dtype.kind()) {
            case BOOL, INT -> DType.INT64;
            case UINT -> DType.UINT64;
            case FLOAT -> dtype;
        };
        Variable x = constant(NDArray.of(new long[] {1, 1, 1}).astype(dtype));
        assertEquals(NDArray.of(new long[] {1, 2, 3}).astype(wide), run(x.cumsum(0)));
        assertEquals(NDArray.of(new long[] {1, 1, 1}).astype(wide), run(x.cumprod(0)));
    }

    @Test void extentsMayBeOpenOrNone() {
        var x = dmatrix("x");
        CompiledFunction f = function().in(x).out(x.cumsum(1)).on("interpreter").compile();
        assertEquals(NDArray.of(new double[][] {{1, 3}, {3, 7}}), f.call((Object) new double[][] {{1, 2}, {3, 4}}));
        assertArrayEquals(new long[] {2, 0}, f.call(NDArray.zeros(DType.FLOAT64, 2, 0)).shape());
        assertArrayEquals(new long[] {0, 3}, f.call(NDArray.zeros(DType.FLOAT64, 0, 3)).shape());
    }

    @Test void extentsThatAreKnownStayKnown() {
        assertEquals(new TensorType(DType.FLOAT64, java.util.List.of(2L, 3L)), M.cumsum(1).type());
    }

    @Test void specialValuesGoOn() {
        double nan = Double.NaN;
        gives(new double[] {1, Double.POSITIVE_INFINITY, nan, nan}, cumsum(constant(new double[] {1, 1 / 0.0, -1 / 0.0, 2})));
        assertEquals(-1 / 0.0, 1 / run(cumsum(constant(new double[] {-0.0}))).get(0));
        gives(new double[] {-0.0, 0, nan}, cumprod(constant(new double[] {-0.0, -1, nan})));
    }

    @Test void differencesAreTheInverse() {
        gives(new double[][] {{2, 3}, {5, 6}}, M.cumsum(1).diff(1, 1));
        gives(new double[][] {{1}, {1}}, diff(M.cumsum(1), 2, -1).mul(1));
        gives(new double[][] {{1, 2, 3}, {4, 5, 6}}, M.diff(0, 0));
        gives(new boolean[] {true, false}, constant(new boolean[] {true, false, false}).diff(1, 0));
    }

    @Test void whatIsWrongIsNamed() {
        refused(() -> M.cumsum(2), "cumsum: axis 2 is out of range", "float64[2, 3], created at CumulativeTest.java:");
        refused(() -> constant(1.0).cumprod(0), "cumprod: axis 0 is out of range");
        refused(() -> M.diff(-1, 0), "diff: differences are taken 0 times or more, not -1");
    }
}
