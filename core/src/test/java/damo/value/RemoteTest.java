package damo.value;

import static org.junit.jupiter.api.Assertions.*;

import damo.type.DType;
import org.junit.jupiter.api.Test;

/// Arrays whose elements lie elsewhere.
class RemoteTest {
    /// Counts from 0, and how often it was asked.
    private static final class Far extends Remote {
        int fetched;
        private double[] here;

        @Override public Object array() {
            if (here != null) return here;
            fetched++;
            return here = new double[] {0, 1, 2, 3, 4, 5};
        }

        @Override public int length() {
            return 6;
        }

        @Override public void release() {}
    }

    @Test void elementsAreFetchedWhenTheyAreRead() {
        var far = new Far();
        NDArray x = NDArray.remote(DType.FLOAT64, far, 2, 3);
        assertTrue(x.isWhole());
        assertSame(x, x.contiguous());
        assertEquals("float64[2, 3]", x.type().toString());
        NDArray column = x.transpose().at(1);
        assertFalse(column.isContiguous());
        assertSame(far, x.remote());
        assertEquals(0, far.fetched, "a shape is no element");
        assertEquals(4, x.get(1, 1));
        assertEquals(3, x.longAt(3));
        assertArrayEquals(new double[] {1, 4}, column.toDoubleArray());
        assertEquals(NDArray.arange(6).astype(DType.FLOAT64).reshape(2, 3), x);
        assertEquals(x.copy().hashCode(), x.hashCode());
        assertNull(x.copy().remote());
        assertSame(far.array(), x.storage());
        assertEquals(1, far.fetched);
    }
}
