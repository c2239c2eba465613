package damo.interpret;

import static damo.interpret.Sample.input;
import static damo.interpret.Sample.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.DamoException;
import damo.graph.DotAxes;
import damo.graph.Index;
import damo.graph.Ints;
import damo.graph.Op;
import damo.graph.Reduction;
import damo.graph.Variable;
import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class TensorOpsTest {
    /// 0, 1, … in this shape.
    private static NDArray counting(DType dtype, long... shape) {
        return NDArray.arange(Arrays.stream(shape).reduce(1, (a, b) -> a * b)).astype(dtype).reshape(shape);
    }

    private static NDArray of(NDArray x, Function<Variable, Op> op) {
        Variable v = input("x", x.dtype(), x.shape());
        return run(new Variable(op.apply(v)), List.of(v), x);
    }

    private static String failure(NDArray x, Function<Variable, Op> op) {
        Variable v = new Variable(new Op.Input(new Op.Input.Identity(), TensorType.ofRank(x.dtype(), x.rank())));
        return assertThrows(DamoException.class, () -> run(new Variable(op.apply(v)), List.of(v), x)).getMessage();
    }

    private static List<Variable> ints(long... values) {
        return Arrays.stream(values).mapToObj(Ints::of).toList();
    }

    @Test void slices() {
        NDArray x = counting(DType.FLOAT32, 2, 5);
        assertEquals(NDArray.of(new float[][] {{4, 2, 0}, {9, 7, 5}}), of(x, v -> new Op.Slice(v, 1, Ints.of(4), Ints.of(3), -2)));
        assertEquals(NDArray.of(new float[][] {{1, 3}, {6, 8}}), of(x, v -> new Op.Slice(v, 1, Ints.of(1), Ints.of(2), 2)));
        assertEquals(NDArray.zeros(DType.FLOAT32, 2, 0), of(x, v -> new Op.Slice(v, 1, Ints.of(5), Ints.of(0), 1)));
        String message = failure(x, v -> new Op.Slice(v, 1, Ints.of(1), Ints.of(3), -1));
        assertTrue(message.startsWith("slice: 3 positions from 1 with step -1 along axis 1 are not all within 0..4"), message);
        Variable v = input("v", DType.INT64, 5);
        UnaryOperator<Variable> reversed = a -> a.index(new Index.Range(null, null, -1));
        assertEquals(NDArray.of(new long[] {4, 3, 2, 1, 0}), run(reversed.apply(v), List.of(v), counting(DType.INT64, 5)));
        Variable any = Sample.unknown("v", DType.INT64, 1);
        assertEquals(0, run(reversed.apply(any), List.of(any), new long[0]).size());
    }

    @Test void unsliceIsTheTransposeOfSlice() {
        NDArray x = NDArray.of(new int[][] {{1, 2}, {3, 4}});
        assertEquals(NDArray.of(new int[][] {{0, 2, 0, 1, 0}, {0, 4, 0, 3, 0}}), of(x, v -> new Op.Unslice(v, 1, Ints.of(3), Ints.of(5), -2)));
        assertEquals(NDArray.of(new int[][] {{0, 0}, {1, 2}, {3, 4}}), of(x, v -> new Op.Unslice(v, 0, Ints.of(1), Ints.of(3), 1)));
        assertTrue(failure(x, v -> new Op.Unslice(v, 0, Ints.of(1), Ints.of(2), 1)).startsWith("unslice: 2 positions from 1"));
    }

    @Test void movement() {
        NDArray x = counting(DType.INT16, 2, 1, 3);
        NDArray turned = of(x, v -> new Op.Dimshuffle(v, List.of(2, Op.Dimshuffle.NEW, 0)));
        assertEquals(NDArray.of(new short[][][] {{{0, 3}}, {{1, 4}}, {{2, 5}}}), turned);
        assertTrue(failure(x, v -> new Op.Dimshuffle(v, List.of(0, 1))).startsWith("dimshuffle: axis 2 of extent 3 is dropped"));
        assertEquals(counting(DType.INT16, 3, 2), of(x, v -> new Op.Reshape(v, ints(3, 2))));
        assertEquals(NDArray.of(new short[][] {{0, 1, 2}, {0, 1, 2}}), of(counting(DType.INT16, 3), v -> new Op.Broadcast(v, ints(2, 3))));
        assertTrue(failure(x, v -> new Op.Broadcast(v, ints(2, 2, 4))).startsWith("broadcast: [2, 1, 3] cannot become [2, 2, 4]: axis 2 is 3 and 4"));
        assertEquals(NDArray.of(new short[][] {{0, 1, 0, 1}, {2, 3, 2, 3}}), of(counting(DType.INT16, 2, 2), v -> new Op.Join(1, List.of(v, v))));
        assertEquals(NDArray.arange(4), of(NDArray.of(4L), Op.Iota::new));
        assertTrue(failure(NDArray.of(-4L), Op.Iota::new).startsWith("iota: "));
        assertEquals(NDArray.of(new byte[] {-1, 0, 3}), of(NDArray.of(new double[] {-1.9, 0, 3.5}), v -> new Op.Cast(v, DType.INT8)));
    }

    @Test void gatherAndScatter() {
        NDArray x = counting(DType.FLOAT64, 3, 2);
        var at = new Variable(new Op.Constant(NDArray.of(new long[][] {{2, 0}, {0, 0}})));
        NDArray rows = of(x, v -> new Op.Gather(v, at, 0));
        assertEquals(NDArray.of(new double[][][] {{{4, 5}, {0, 1}}, {{0, 1}, {0, 1}}}), rows);
        assertEquals(NDArray.of(new double[][] {{0, 3}, {0, 0}, {4, 5}}), of(rows, v -> new Op.Scatter(v, at, 0, Ints.of(3))));
        var columns = new Variable(new Op.Constant(NDArray.of(new long[] {1, 1, 0})));
        assertEquals(NDArray.of(new double[][] {{1, 1, 0}, {3, 3, 2}, {5, 5, 4}}), of(x, v -> new Op.Gather(v, columns, 1)));
        assertEquals(NDArray.of(new byte[][] {{2, 1}, {5, 7}}),
                of(NDArray.of(new byte[][] {{0, 1, 2}, {3, 4, 5}}), v -> new Op.Scatter(v, columns, 1, Ints.of(2))));
        assertTrue(failure(x, v -> new Op.Gather(v, at, 1)).startsWith("gather: index 2 is out of range for axis 1 of extent 2"));
        assertTrue(failure(x, v -> new Op.Scatter(v, columns, 0, Ints.of(1))).startsWith("scatter: index 1 is out of range for axis 0 of extent 1"));
    }

    @Test void reductions() {
        NDArray x = NDArray.of(new double[][] {{1, 1e100, 1, -1e100}, {2, 3, Double.NaN, 4}});
        assertEquals(NDArray.of(new double[] {2, Double.NaN}), of(x, v -> new Op.Reduce(Reduction.SUM, v, List.of(1))));
        assertEquals(NDArray.of(new double[] {1e100, Double.NaN}), of(x, v -> new Op.Reduce(Reduction.MAX, v, List.of(1))));
        assertEquals(NDArray.of(new double[] {1, 3, Double.NaN, -1e100}), of(x, v -> new Op.Reduce(Reduction.MIN, v, List.of(0))));
        assertEquals(NDArray.of(Double.NaN), of(x, v -> new Op.Reduce(Reduction.PROD, v, List.of(0, 1))));
        assertEquals(NDArray.of((byte) 44), of(NDArray.of(new byte[] {100, 100, 100}), v -> new Op.Reduce(Reduction.SUM, v, List.of(0))));
        NDArray large = NDArray.of(new long[] {-1, 5}).astype(DType.UINT64);
        assertEquals(-1, of(large, v -> new Op.Reduce(Reduction.MAX, v, List.of(0))).scalarLong());
        assertEquals(5, of(large, v -> new Op.Reduce(Reduction.MIN, v, List.of(0))).scalarLong());
        NDArray flags = NDArray.of(new boolean[][] {{true, false}, {true, true}});
        assertEquals(NDArray.of(new boolean[] {true, true}), of(flags, v -> new Op.Reduce(Reduction.SUM, v, List.of(1))));
        assertEquals(NDArray.of(new boolean[] {false, true}), of(flags, v -> new Op.Reduce(Reduction.PROD, v, List.of(1))));
    }

    @Test void reductionsOfNothing() {
        NDArray none = NDArray.zeros(DType.FLOAT64, 2, 0);
        assertEquals(NDArray.zeros(DType.FLOAT64, 2), of(none, v -> new Op.Reduce(Reduction.SUM, v, List.of(1))));
        assertEquals(NDArray.ones(DType.FLOAT64, 2), of(none, v -> new Op.Reduce(Reduction.PROD, v, List.of(1))));
        assertEquals(NDArray.zeros(DType.FLOAT64, 0), of(none, v -> new Op.Reduce(Reduction.MAX, v, List.of(0))));
        String message = failure(none, v -> new Op.Reduce(Reduction.MAX, v, List.of(1)));
        assertTrue(message.startsWith("max: there is no maximum of nothing: of the axes [1] of float64[2, 0], axis 1 has extent 0\n"), message);
    }

    @Test void sumToUndoesBroadcasting() {
        NDArray x = counting(DType.FLOAT64, 2, 3, 4);
        assertEquals(NDArray.of(new double[][] {{60}, {92}, {124}}), of(x, v -> new Op.SumTo(v, ints(3, 1))));
        assertEquals(NDArray.of(276.0), of(x, v -> new Op.SumTo(v, ints())));
        assertEquals(x, of(x, v -> new Op.SumTo(v, ints(2, 3, 4))));
        assertTrue(failure(x, v -> new Op.SumTo(v, ints(2, 4))).startsWith("sumto: [2, 3, 4] cannot be summed to [2, 4]: axis 1 is 3 and 2"));
    }

    @Test void contractions() {
        for (DType dtype : new DType[] {DType.FLOAT64, DType.FLOAT32, DType.INT64}) {
            NDArray x = counting(dtype, 2, 3, 4);
            NDArray y = counting(dtype, 4, 5, 2);
            NDArray batched = dot(x, y, new DotAxes(List.of(0), List.of(2), List.of(2), List.of(0)));      // [2, 3, 5]
            for (int b = 0; b < 2; b++) for (int i = 0; i < 3; i++) for (int j = 0; j < 5; j++) {
                double sum = 0;
                for (int k = 0; k < 4; k++) sum += x.get(b, i, k) * y.get(k, j, b);
                assertEquals(sum, batched.get(b, i, j));
            }
            NDArray two = dot(x, y, new DotAxes(List.of(), List.of(), List.of(2, 0), List.of(0, 2)));      // [3, 5]
            for (int i = 0; i < 3; i++) for (int j = 0; j < 5; j++) {
                double sum = 0;
                for (int k = 0; k < 4; k++) for (int l = 0; l < 2; l++) sum += x.get(l, i, k) * y.get(k, j, l);
                assertEquals(sum, two.get(i, j));
            }
            NDArray outer = dot(x, y, new DotAxes(List.of(), List.of(), List.of(), List.of()));
            assertEquals(List.of(2L, 3L, 4L, 4L, 5L, 2L), outer.type().extents());
            assertEquals(x.get(1, 2, 3) * y.get(2, 3, 1), outer.get(1, 2, 3, 2, 3, 1));
            NDArray elementwise = dot(x, x, new DotAxes(List.of(1, 0, 2), List.of(1, 0, 2), List.of(), List.of()));
            assertEquals(x.get(1, 2, 3) * x.get(1, 2, 3), elementwise.get(2, 1, 3));
        }
        NDArray none = dot(NDArray.zeros(DType.FLOAT64, 2, 0), NDArray.zeros(DType.FLOAT64, 0, 3),
                new DotAxes(List.of(), List.of(), List.of(1), List.of(0)));
        assertEquals(NDArray.zeros(DType.FLOAT64, 2, 3), none);
    }

    private static NDArray dot(NDArray x, NDArray y, DotAxes axes) {
        return Interpreter.apply(new Op.Dot(new Variable(new Op.Constant(x)), new Variable(new Op.Constant(y)), axes), List.of(x, y));
    }
}
