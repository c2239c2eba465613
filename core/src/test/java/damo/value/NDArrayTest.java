package damo.value;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.DamoException;
import damo.type.DType;
import org.junit.jupiter.api.Test;

class NDArrayTest {
    private static void refused(String message, Runnable call) {
        assertEquals(message, assertThrows(DamoException.class, call::run).getMessage());
    }

    @Test void negativeIndicesCountFromTheEnd() {
        NDArray array = NDArray.arange(6).reshape(2, 3);
        assertEquals(5, array.get(-1, -1));
        assertEquals(3, array.getLong(1, -3));
        assertTrue(array.getBoolean(-2, 1));
        assertEquals(3, array.extent(-1));
        refused("get: index [2, 0] of [2, 3]; axis 0 needs an index from -2 to 1", () -> array.get(2, 0));
        refused("get: index [0, -4] of [2, 3]; axis 1 needs an index from -3 to 2", () -> array.get(0, -4));
        refused("get: 1 indices for int64[2, 3]; needs 2 (or at(...) for a view)", () -> array.get(1));
        refused("element 6 of [2, 3]; it has 6 elements", () -> array.doubleAt(6));
        refused("extent: axis 2 of [2, 3]; it has 2 axes", () -> array.extent(2));
    }

    @Test void wrapBorrows() {
        float[] data = new float[10];
        NDArray array = NDArray.wrap(data, 2, 3);
        data[5] = 7;
        assertEquals(7, array.get(1, 2));
        assertSame(data, array.storage());
        assertTrue(array.isContiguous());
        assertFalse(array.isWhole(), "longer than needed");
        assertTrue(array.contiguous().isWhole());
        assertEquals(DType.UINT16, NDArray.wrap(DType.UINT16, new short[] {-1}, 1).dtype());
        refused("wrap: float64[2, 6] in an array of length 10; needs 12", () -> NDArray.wrap(new double[10], 2, 6));
        refused("wrap: uint8 in a int[]; needs a byte[]", () -> NDArray.wrap(DType.UINT8, new int[3], 3));
        refused("wrap: a String; needs a flat array of a primitive type other than char", () -> NDArray.wrap("x", 3));
    }

    @Test void sizesBeyondAJavaArrayNameTheBytes() {
        refused("zeros: float64[1048576, 1048576] needs 8 TiB; a Java array holds at most 2147483647 elements",
            () -> NDArray.zeros(DType.FLOAT64, 1 << 20, 1 << 20));
        refused("ones: bool[2147483647, 2] needs 4.0 GiB; a Java array holds at most 2147483647 elements",
            () -> NDArray.ones(DType.BOOL, Integer.MAX_VALUE, 2));
        refused("zeros: axis 0 of [-1] has extent -1; extents must be 0 or more",
            () -> NDArray.zeros(DType.INT8, -1));
        assertThrows(DamoException.class, () -> NDArray.zeros(DType.INT8, Long.MAX_VALUE, Long.MAX_VALUE));
        assertThrows(DamoException.class, () -> NDArray.of(1).broadcastTo(1L << 40));
    }

    @Test void emptyArraysHaveShapesToo() {
        NDArray empty = NDArray.zeros(DType.FLOAT32, 3, 0, 1L << 40);
        assertEquals(0, empty.size());
        assertTrue(empty.isWhole());
        assertEquals(0, empty.transpose().toDoubleArray().length);
        assertEquals("float32[0, 1099511627776]", empty.at(2).type().toString());
        assertEquals(empty, empty.copy());
        assertNotEquals(empty, NDArray.zeros(DType.FLOAT32, 0));
        refused("scalar: float32[3, 0, 1099511627776] has 0 elements; needs exactly 1", empty::scalar);
    }

    @Test void makersFill() {
        assertArrayEquals(new double[] {1, 1}, NDArray.ones(DType.FLOAT64, 2).toDoubleArray());
        assertArrayEquals(new int[] {2, 2}, NDArray.full(DType.INT32, 2.9, 2).toIntArray());
        assertEquals(Long.MAX_VALUE, NDArray.scalar(DType.INT64, Long.MAX_VALUE).scalarLong());
        assertEquals(0.1f, NDArray.scalar(DType.FLOAT32, 0.1).scalar());
        assertTrue(NDArray.ones(DType.BOOL).scalarBoolean());
        assertArrayEquals(new long[] {0, 1, 2}, NDArray.arange(3).toLongArray());
        assertEquals(5, NDArray.of(new int[][] {{5}}).scalar(), "one element under any shape");
        refused("scalar: int64[2] has 2 elements; needs exactly 1", () -> NDArray.arange(2).scalarLong());
    }

    @Test void copiesAreFresh() {
        NDArray array = NDArray.of(new double[] {1, 2});
        assertSame(array, NDArray.of(array));
        assertSame(array, array.astype(DType.FLOAT64));
        assertSame(array, array.contiguous());
        assertNotSame(array.storage(), array.copy().storage());
        assertNotSame(array.storage(), array.toDoubleArray());
        array.shape()[0] = 9;
        assertEquals(2, array.extent(0));
    }

    @Test void equalityIsOfDtypeShapeAndBits() {
        assertEquals(NDArray.of(Double.NaN), NDArray.of(Double.NaN));
        assertNotEquals(NDArray.of(0.0), NDArray.of(-0.0));
        assertNotEquals(NDArray.of(1), NDArray.of(1L));
        assertNotEquals(NDArray.arange(4), NDArray.arange(4).reshape(2, 2));
        assertNotEquals(NDArray.of(DType.INT8, 1), NDArray.of(DType.UINT8, 1));
        NDArray view = NDArray.arange(4).reshape(2, 2).transpose();
        NDArray same = NDArray.of(new long[][] {{0, 2}, {1, 3}});
        assertEquals(same, view);
        assertEquals(same.hashCode(), view.hashCode());
    }

    @Test void allCloseIsNumpys() {
        NDArray one = NDArray.of(new double[] {1, Double.POSITIVE_INFINITY});
        assertTrue(one.allClose(NDArray.of(new double[] {1 + 1e-9, Double.POSITIVE_INFINITY}), 1e-8, 0));
        assertFalse(one.allClose(NDArray.of(new double[] {1 + 1e-7, Double.POSITIVE_INFINITY}), 1e-8, 0));
        assertFalse(one.allClose(NDArray.of(new double[] {1, 5}), 1, 1));
        assertFalse(one.allClose(NDArray.of(new double[] {1, Double.NEGATIVE_INFINITY}), 1, 1));
        assertFalse(NDArray.of(Double.NaN).allClose(NDArray.of(Double.NaN), 1, 1));
        assertFalse(one.allClose(NDArray.of(1.0), 1, 1), "other shape");
        assertTrue(NDArray.of(1).allClose(NDArray.of(1f), 0, 0), "other dtype");
    }
}
