package damo.cpu;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.DamoException;
import damo.graph.Index;
import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Copies with other elements, and products by letters, on the CPU: extents and positions are open.
class IndexedTest {
    private static NDArray both(List<Variable> inputs, Variable z, Object... arguments) {
        NDArray interpreted = function().in(inputs).out(z).allowUnused().on("interpreter").compile().call(arguments);
        assertEquals(interpreted, function().in(inputs).out(z).allowUnused().on("cpu").compile().call(arguments));
        return interpreted;
    }

    @Test void theLastOfRepeatedPositionsStays() {
        var x = dvector("x");
        var v = dvector("v");
        var at = lvector("at");
        Variable z = set(x, v, Index.take(at));
        double[] three = {7, 8, 9};
        assertEquals(NDArray.of(new double[] {3, 8, 2}), both(List.of(x, v, at), z, three, new double[] {1, 2, 3}, new long[] {0, 2, 0}));
        assertEquals(NDArray.of(new double[] {1, 3, 2}), both(List.of(x, v, at), z, three, new double[] {1, 2, 3}, new long[] {0, 2, 1}));
        assertEquals(NDArray.of(three), both(List.of(x, v, at), z, three, new double[0], new long[0]));
        Variable gradient = grad(z.mul(z).sum(), v);
        assertEquals(NDArray.of(new double[] {0, 4, 6}), both(List.of(x, v, at), gradient, three, new double[] {1, 2, 3}, new long[] {0, 2, 0}));
        assertEquals(NDArray.of(new double[][] {{0, 0, 1}, {0, 0, 0}, {0, 1, 0}}),
                both(List.of(x, v, at), jacobian(z, v), three, new double[] {1, 2, 3}, new long[] {0, 2, 0}));
    }

    @Test void slicesMayBeEmptyOrRunBackwards() {
        var x = dmatrix("x");
        var from = lscalar("from");
        Variable rows = set(x, x.sum(0).slice(0, 2), Index.range(from, null, -2), Index.range(null, 2));
        NDArray ones = NDArray.ones(DType.FLOAT64, 3, 3);
        assertEquals(NDArray.of(new double[][] {{3, 3, 1}, {1, 1, 1}, {3, 3, 1}}), both(List.of(x, from), rows, ones, 2));
        Variable later = inc(x, x, Index.range(from, null));
        assertThrows(DamoException.class, () -> both(List.of(x, from), later, ones, 1));                // 3 rows for 2
        Variable none = inc(x, 1, Index.range(from, null));
        assertEquals(ones, both(List.of(x, from), none, ones, 5));
        assertEquals(NDArray.ones(DType.FLOAT64, 0, 3), both(List.of(x, from), none, NDArray.ones(DType.FLOAT64, 0, 3), 0));
    }

    @Test void positionsOfEachAxisAreChecked() {
        var x = dmatrix("x");
        var i = lvector("i");
        var j = lvector("j");
        Variable z = x.index(Index.take(i), Index.take(j));
        double[][] values = {{1, 2, 3}, {4, 5, 6}};
        assertEquals(NDArray.of(new double[] {3, 4}), both(List.of(x, i, j), z, values, new long[] {0, -1}, new long[] {-1, 0}));
        var f = function().in(x, i, j).out(z).compile();
        String message = assertThrows(DamoException.class, () -> f.call(values, new long[] {0}, new long[] {3})).getMessage();
        assertTrue(message.contains("out of range for axis 1"), message);
    }

    @Test void diagonalsOfOpenExtentsAreChecked() {
        var x = dmatrix("x");
        assertEquals(NDArray.of(new double[] {1, 4}), both(List.of(x), einsum("ii->i", x), (Object) new double[][] {{1, 2}, {3, 4}}));
        var f = function().in(x).out(einsum("ii->i", x)).compile();
        String message = assertThrows(DamoException.class, () -> f.call((Object) new double[][] {{1, 2}})).getMessage();
        assertTrue(message.contains("the extents of 'i' differ"), message);
    }
}
