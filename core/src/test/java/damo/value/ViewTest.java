package damo.value;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.DamoException;
import damo.type.DType;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ViewTest {
    private final NDArray cube = NDArray.arange(24).reshape(2, 3, 4);

    private static void refused(String message, Runnable call) {
        assertEquals(message, assertThrows(DamoException.class, call::run).getMessage());
    }

    @Test void viewsShareTheStorage() {
        double[] data = {1, 2, 3, 4, 5, 6};
        NDArray column = NDArray.wrap(data, 2, 3).slice(1, 1, 1, 1).reshape(-1, 1).transpose();
        NDArray row = NDArray.wrap(data, 2, 3).at(1);
        data[5] = 60;
        assertSame(data, row.storage());
        assertEquals(60, row.get(2));
        assertEquals(3, row.offset());
        assertTrue(row.isContiguous());
        assertFalse(row.isWhole());
        assertArrayEquals(new double[] {2, 5}, column.toDoubleArray());
    }

    @Test void viewsOfViewsCompose() {
        NDArray view = cube.permute(2, 0, 1).slice(0, 3, 2, -2).at(1).transpose().slice(0, -1, 3, -1);
        assertEquals("int64[3, 2]", view.type().toString());
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 2; j++) assertEquals(cube.getLong(j, 2 - i, 1), view.getLong(i, j));
    }

    @Test void randomChainsOfViewsReadWhatCopiesRead() {
        Random random = new Random(11);
        for (int round = 0; round < 300; round++) {
            NDArray view = cube;
            NDArray copy = cube;
            for (int step = 0; step < 6; step++) {
                int seed = random.nextInt();
                view = step(view, new Random(seed));
                copy = step(copy, new Random(seed)).copy();
                assertEquals(copy, view);
                assertEquals(copy.hashCode(), view.hashCode());
                for (int i = 0; i < view.size(); i++) assertEquals(copy.longAt(i), view.longAt(i));
                assertArrayEquals(copy.toDoubleArray(), view.toDoubleArray());
            }
        }
    }

    private static NDArray step(NDArray a, Random random) {
        int axis = random.nextInt(a.rank());
        long extent = a.extent(axis);
        return switch (random.nextInt(5)) {
            case 0 -> a.transpose();
            case 1 -> a.slice(axis, extent - 1, extent, -1);
            case 2 -> a.slice(axis, 0, (extent + 1) / 2, 2);
            case 3 -> a.size() > 1000 ? a.reshape(-1) : a.reshape(withOne(a.shape())).broadcastTo(withTwo(a.shape()));
            case 4 -> a.rank() > 1 && extent > 0 ? a.at(extent - 1 - extent) : a.reshape(1, -1);
            default -> throw new AssertionError();
        };
    }

    private static long[] withOne(long[] shape) {
        long[] result = Arrays.copyOf(shape, shape.length + 1);
        result[shape.length] = 1;
        return result;
    }

    private static long[] withTwo(long[] shape) {
        long[] result = withOne(shape);
        result[shape.length] = 2;
        return result;
    }

    @Test void sliceChecksBothEnds() {
        assertArrayEquals(new long[] {4, 2, 0}, NDArray.arange(5).slice(0, 4, 3, -2).toLongArray());
        assertArrayEquals(new long[] {3, 4}, NDArray.arange(5).slice(-1, -2, 2, 1).toLongArray());
        assertEquals(0, NDArray.arange(5).slice(0, 5, 0, 1).size());
        assertArrayEquals(new long[] {4}, NDArray.arange(5).slice(0, 4, 1, Long.MIN_VALUE).toLongArray());
        NDArray a = NDArray.arange(5);
        refused("slice: 3 elements from 3, step 1, along axis 0 of [5]; the step must not be 0 and every element must lie in 0..4",
            () -> a.slice(0, 3, 3, 1));
        for (long step : new long[] {0, 5, -2, Long.MAX_VALUE, Long.MIN_VALUE})
            assertThrows(DamoException.class, () -> a.slice(0, 1, 2, step));
        assertThrows(DamoException.class, () -> a.slice(0, 0, -1, 1));
        assertThrows(DamoException.class, () -> a.slice(0, 0, Long.MAX_VALUE, 1));
        refused("slice: axis 1 of [5]; it has 1 axes", () -> a.slice(1, 0, 1, 1));
    }

    @Test void reshapeIsAViewOnlyOfContiguousElements() {
        assertSame(cube.storage(), cube.reshape(4, 6).storage());
        assertSame(cube.storage(), cube.at(1).reshape(-1).storage());
        NDArray flat = cube.transpose().reshape(-1);
        assertNotSame(cube.storage(), flat.storage());
        assertArrayEquals(cube.transpose().toLongArray(), flat.toLongArray());
        assertEquals("int64[2, 12]", cube.reshape(2, -1).type().toString());
        refused("reshape: [2, 3, 4] to [5, -1]; there are 24 elements, the -1 has no value", () -> cube.reshape(5, -1));
        refused("reshape: [2, 3, 4] to [5, 5]; there are 24 elements, the new shape has 25", () -> cube.reshape(5, 5));
        refused("reshape: axis 1 of [1, -1] has extent -1; extents must be 0 or more", () -> cube.reshape(-1, -1));
        refused("reshape: [0] to [0, -1]; there are 0 elements, the -1 has no value", () -> NDArray.arange(0).reshape(0, -1));
    }

    @Test void broadcastRepeatsWithoutCopying() {
        NDArray wide = NDArray.of(new int[][] {{1}, {2}}).broadcastTo(3, 2, 2);
        assertEquals(0, wide.stride(0));
        assertEquals(0, wide.stride(2));
        assertFalse(wide.isContiguous());
        assertArrayEquals(new int[] {1, 1, 2, 2, 1, 1, 2, 2, 1, 1, 2, 2}, wide.toIntArray());
        assertEquals(5, NDArray.of(5).broadcastTo(7).get(-1));
        assertEquals(0, NDArray.of(5).broadcastTo(2, 0).size());
        refused("broadcastTo: cannot broadcast [2, 3] to [2, 2]; axis 1 is 3 and 2 (equal or 1 needed)",
            () -> NDArray.zeros(DType.BOOL, 2, 3).broadcastTo(2, 2));
        refused("broadcastTo: [2, 3] has 2 axes, [3] only 1; axes cannot be dropped",
            () -> NDArray.zeros(DType.BOOL, 2, 3).broadcastTo(3));
    }

    @Test void permuteNeedsEachAxisOnce() {
        assertEquals("int64[4, 2, 3]", cube.permute(-1, 0, 1).type().toString());
        refused("permute: axes [0, 0, 1] of [2, 3, 4]; each of its 3 axes is needed once", () -> cube.permute(0, 0, 1));
        refused("permute: axes [0, 1] of [2, 3, 4]; each of its 3 axes is needed once", () -> cube.permute(0, 1));
    }

    @Test void axesOfExtentOneDoNotSpoilContiguity() {
        assertTrue(NDArray.arange(4).reshape(4, 1).transpose().isContiguous());
        assertFalse(NDArray.arange(4).slice(0, 3, 4, -1).isContiguous());
    }
}
