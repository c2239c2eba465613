package damo.value;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.DamoException;
import damo.type.DType;
import org.junit.jupiter.api.Test;

class NestedTest {
    private static void refused(String message, Runnable call) {
        assertEquals(message, assertThrows(DamoException.class, call::run).getMessage());
    }

    @Test void nestedArraysRoundTrip() {
        long[][][] cube = {{{1, 2}, {3, 4}, {5, 6}}};
        NDArray array = NDArray.of(cube);
        assertEquals("int64[1, 3, 2]", array.type().toString());
        assertTrue(array.isWhole());
        assertArrayEquals(cube, (long[][][]) array.toArray());
        cube[0][0][0] = 99;
        assertEquals(1, array.getLong(0, 0, 0), "the argument was copied");
        assertArrayEquals(new float[][] {{1, 3}, {2, 4}},
            (float[][]) NDArray.of(new float[][] {{1, 2}, {3, 4}}).transpose().toArray());
    }

    @Test void everyPrimitiveHasItsType() {
        assertEquals(DType.BOOL, NDArray.of(new boolean[][] {{true}}).dtype());
        assertEquals(DType.INT8, NDArray.of(new byte[1]).dtype());
        assertEquals(DType.INT16, NDArray.of(new short[1]).dtype());
        assertEquals(DType.INT32, NDArray.of(3).dtype());
        assertEquals(DType.INT64, NDArray.of(3L).dtype());
        assertEquals(DType.FLOAT32, NDArray.of(3f).dtype());
        assertEquals(DType.FLOAT64, NDArray.of(3.0).dtype());
        assertEquals(3.0, NDArray.of(3.0).toArray());
    }

    @Test void raggedRowsAreNamed() {
        refused("of: ragged: value[1] has length 1, the first of its level has 2; all rows of a level must be equally long",
            () -> NDArray.of(new double[][] {{1, 2}, {3}}));
        refused("of: ragged: value[1][0] has length 2, the first of its level has 1; all rows of a level must be equally long",
            () -> NDArray.of(new int[][][] {{{1}}, {{1, 2}}}));
        refused("of: ragged: value[1] has length 1, the first of its level has 0; all rows of a level must be equally long",
            () -> NDArray.of(new int[][][] {{}, {{1}}}));
        refused("of: value[1] is null; every row must be an array", () -> NDArray.of(new double[][] {{1}, null}));
        refused("of: value[0] is null; every row must be an array", () -> NDArray.of(new double[][] {null, {1}}));
    }

    @Test void otherClassesAreRefused() {
        refused("of: a char[]; needs an array of a primitive type other than char", () -> NDArray.of(new char[2]));
        refused("of: a String[][]; needs an array of a primitive type other than char", () -> NDArray.of(new String[1][1]));
        refused("of: a java.lang.String; needs a number, boolean, Java array, JOML value or NDArray", () -> NDArray.of("1"));
        refused("of: null; needs a number, boolean, Java array, JOML value or NDArray", () -> NDArray.of(null));
    }

    @Test void emptyRowsKeepTheirExtents() {
        assertEquals("float64[2, 0]", NDArray.of(new double[2][0]).type().toString());
        assertEquals("float64[0, 0]", NDArray.of(new double[0][3]).type().toString());
        assertEquals(2, ((double[][]) NDArray.zeros(DType.FLOAT64, 2, 0).toArray()).length);
    }

    @Test void copyToFillsFlatOrNestedArraysAndConverts() {
        NDArray array = NDArray.arange(6).reshape(2, 3).transpose();
        float[] flat = new float[6];
        array.copyTo(flat);
        assertArrayEquals(new float[] {0, 3, 1, 4, 2, 5}, flat);
        int[][] nested = new int[3][2];
        array.copyTo(nested);
        assertArrayEquals(new int[][] {{0, 3}, {1, 4}, {2, 5}}, nested);
        double[] one = new double[1];
        NDArray.of(7).copyTo(one);
        assertEquals(7, one[0]);
    }

    @Test void copyToChecksSizes() {
        NDArray array = NDArray.arange(6).reshape(2, 3);
        String needs = "; needs a flat array of length 6 or nested arrays of shape [2, 3]";
        refused("copyTo: int64[2, 3] into a int[] with length 5" + needs, () -> array.copyTo(new int[5]));
        refused("copyTo: int64[2, 3] into a int[][] with length 2 at axis 1" + needs, () -> array.copyTo(new int[2][2]));
        refused("copyTo: int64[2, 3] into a int[][] with length 3 at axis 0" + needs, () -> array.copyTo(new int[3][2]));
        refused("copyTo: int64[2, 3] into a int[][] with a null row at axis 1" + needs, () -> array.copyTo(new int[2][]));
        refused("copyTo: int64[2, 3] into a int[][][] with rank 3" + needs, () -> array.copyTo(new int[2][3][1]));
        refused("copyTo: a String; needs an array of a primitive type other than char", () -> array.copyTo("x"));
    }
}
