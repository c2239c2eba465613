package damo;

import static damo.Damo.*;
import static damo.Refused.refused;
import static org.junit.jupiter.api.Assertions.*;

import damo.graph.Index;
import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Indices by several arrays, and copies with other elements.
class IndexedTest {
    private static final Variable X = constant(new double[] {0, 1, 2, 3, 4});
    private static final Variable CUBE = arange(24).reshape(2, 3, 4);

    private static void assertValue(Object expected, Variable v) {
        assertEquals(NDArray.of(expected), v.eval());
    }

    @Test void setsWhatABasicIndexChooses() {
        assertValue(new double[] {0, 9, 2, 3, 4}, set(X, 9, Index.at(1)));
        assertValue(new double[] {0, 1, 2, 3, 9}, set(X, 9, Index.at(-1)));
        assertValue(new double[] {0, 7, 7, 3, 4}, set(X, constant(7.0), Index.range(1, 3)));
        assertValue(new double[] {9, 1, 8, 3, 7}, set(X, constant(new double[] {7, 8, 9}), Index.range(null, null, -2)));
        assertValue(new double[] {0, 1, 2, 3, 4}, set(X, constant(new double[0]), Index.range(3, 1)));
        assertValue(new double[] {0, 1, 2, 3, 4}, set(X, 9, Index.range(9, 12)));
        assertValue(new double[] {9, 9, 9, 9, 9}, set(X, 9));
        assertValue(new double[] {6, 6, 6, 6, 6}, set(X, constant(new double[][] {{6}}), Index.NEW_AXIS, Index.ALL));
        assertValue(new double[][] {{1, 5}, {1, 6}}, set(ones(DType.FLOAT64, 2, 2), constant(new double[] {5, 6}), Index.ELLIPSIS, Index.at(1)));
        assertValue(new double[][] {{1, 5}, {1, 6}}, set(ones(DType.FLOAT64, 2, 2), constant(new double[][] {{5}, {6}}), Index.ALL,
                Index.range(1, 2)));
        assertValue(new boolean[] {true, false}, set(constant(new boolean[] {true, true}), constant(false), Index.at(1)));
        Variable n = lscalar("n");
        assertEquals(NDArray.of(new double[] {0, 1, 9, 9, 4}), set(X, 9, Index.range(n, -1)).eval(Map.of(n, 2)));
    }

    @Test void incAddsToWhatAnIndexChooses() {
        assertValue(new double[] {0, 1, 12, 3, 4}, inc(X, 10, Index.at(2)));
        assertValue(new double[] {0, 21, 2, 13, 4}, inc(X, constant(new double[] {10, 20}), Index.range(3, 0, -2)));
        assertValue(new double[] {0, 1, 2, 3, 4}, inc(X, 10, Index.range(2, 2)));
        assertValue(new double[] {0, 31, 2, 3, 8}, inc(X, constant(new double[] {10, 20, 4}), Index.take(new int[] {1, 1, -1})));
        assertValue(new double[] {0, 1, 2, 3, 4}, inc(X, 10, Index.take(new long[0])));
        assertValue(new long[][] {{0, 0, 2}, {0, 1, 0}}, inc(zeros(DType.INT64, 2, 3), 1, Index.take(new int[] {0, 0, 1}),
                Index.take(new int[] {2, 2, 1})));
    }

    @Test void whatIsNotANumberStaysWhereItIs() {
        Variable x = constant(new double[] {Double.NaN, 1, Double.POSITIVE_INFINITY});
        assertValue(new double[] {Double.NaN, 2, Double.POSITIVE_INFINITY}, set(x, 2, Index.at(1)));
        assertValue(new double[] {0, 1, 0}, set(x, 0, Index.range(null, null, 2)));
        assertValue(new double[] {5, Double.NaN, Double.POSITIVE_INFINITY}, set(x, constant(new double[] {5, Double.NaN}),
                Index.take(new int[] {0, 1})));
    }

    @Test void theLastOfRepeatedPositionsStays() {
        Variable v = constant(new double[] {10, 20, 30});
        assertValue(new double[] {0, 30, 2, 3, 20}, set(X, v, Index.take(new int[] {1, -1, 1})));
        assertValue(new double[] {0, 1, 30, 3, 4}, set(X, v, Index.take(new int[] {2, 2, -3})));
        assertValue(new double[] {30, 20, 10, 3, 4}, set(X, v, Index.take(new int[] {2, 1, 0})));
        assertValue(new double[] {0, 1, 2, 3, 4}, set(X, 9, Index.take(new long[0])));
        assertValue(new double[] {9, 1, 2, 9, 4}, set(X, 9, Index.take(new int[][] {{0, 3}, {3, 0}})));
        assertValue(new double[] {0, 1, 9, 3, 4}, set(X, 9, Index.take(2)));
        Variable open = dvector("x");
        Variable at = lvector("at");
        Variable set = set(open, v, Index.take(at));
        assertEquals(NDArray.of(new double[] {30, 1, 20}), set.eval(Map.of(open, new double[] {0, 1, 2}, at, new long[] {0, 2, 0})));
        assertEquals(NDArray.of(new double[] {10, 30, 20}), set.eval(Map.of(open, new double[] {0, 1, 2}, at, new long[] {0, 2, 1})));
        assertEquals(NDArray.of(new double[] {0, 1, 0}), grad(set.sum(), open).eval(Map.of(open, new double[3], at, new long[] {0, 2, 0})));
        assertEquals(NDArray.of(new double[3]), set(open, 1, Index.take(at)).eval(Map.of(open, new double[3], at, new long[0])));
    }

    @Test void setsThroughSlicesAndArraysTogether() {
        Variable z = set(zeros(DType.INT64, 3, 4), constant(new long[][] {{1, 2}, {3, 4}}), Index.range(1, null), Index.take(new int[] {3, 0}));
        assertValue(new long[][] {{0, 0, 0, 0}, {2, 0, 0, 1}, {4, 0, 0, 3}}, z);
        Variable pairs = set(zeros(DType.INT64, 2, 3), constant(new long[] {5, 6, 7}), Index.take(new int[] {0, 1, 0}),
                Index.take(new int[] {2, 1, 2}));
        assertValue(new long[][] {{0, 0, 7}, {0, 6, 0}}, pairs);
        Variable apart = set(zeros(DType.INT64, 2, 2, 2), constant(new long[][] {{1, 2}, {3, 4}}),
                Index.take(new int[] {0, 1}), Index.ALL, Index.take(new int[] {1, 0}));
        assertValue(new long[][][] {{{0, 1}, {0, 2}}, {{3, 0}, {4, 0}}}, apart);
    }

    @Test void severalArraysChooseTogether() {
        assertValue(new long[] {2, 13}, CUBE.index(Index.take(new int[] {0, 1}), Index.at(0), Index.take(new int[] {2, 1})));
        assertValue(new long[][] {{1, 5, 9}, {14, 18, 22}}, CUBE.index(Index.take(new int[] {0, 1}), Index.ALL, Index.take(new int[] {1, 2})));
        assertValue(new long[][] {{1, 10}, {13, 22}}, CUBE.index(Index.ALL, Index.take(new int[] {0, -1}), Index.take(new int[] {1, 2})));
        assertValue(new long[][] {{1, 5, 9}, {2, 6, 10}}, CUBE.index(Index.at(0), Index.ALL, Index.take(new int[] {1, 2})));
        assertValue(new long[][] {{0, 3}, {8, 11}}, CUBE.at(0).index(Index.take(new int[][] {{0}, {2}}), Index.take(new int[] {0, 3})));
        assertArrayEquals(new long[] {2, 1, 3}, CUBE.index(Index.take(new int[] {0, 1}), Index.NEW_AXIS, Index.ALL, Index.take(0)).eval().shape());
        assertArrayEquals(new long[] {0, 3}, CUBE.index(Index.take(new int[0]), Index.ALL, Index.take(new int[0])).eval().shape());
    }

    @Test void refusedIndicesAndValues() {
        refused(() -> CUBE.index(Index.take(new int[] {0, 1}), Index.take(new int[] {0, 3})).eval(), "out of range for axis 1");
        refused(() -> CUBE.index(Index.take(new int[] {0, 1}), Index.take(new int[] {0, 1, 2})), "2 and 3");
        refused(() -> X.index(Index.take(new boolean[] {true, false})), "mask", "where");
        refused(() -> X.index(Index.take(new double[] {1})), "integers");
        refused(() -> set(X, 1, Index.at(5)), "index 5 is out of range", "extent 5");
        refused(() -> set(X, 1, Index.take(new int[] {5})).eval(), "out of range for axis 0");
        refused(() -> set(X, 1, Index.at(0), Index.at(0)), "too many");
        refused(() -> set(X, constant(new double[] {1, 2}), Index.range(0, 3)), "extent 2", "3");
        refused(() -> set(X, constant(new double[][] {{1}}), Index.range(0, 3)), "rank 2", "rank 1 at most");
        refused(() -> set(arange(3), constant(1.5), Index.at(0)), "float64", "int64", "cast");
        refused(() -> inc(arange(3), 1.5, Index.at(0)), "1.5", "int64");
        refused(() -> inc(constant(new byte[] {1}), 300, Index.at(0)), "300", "int8");
    }
}
