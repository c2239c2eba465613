package damo.value;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import damo.type.DType;
import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StorageTest {
    @ParameterizedTest @EnumSource(DType.class)
    void smallNumbersSurviveEveryType(DType dtype) {
        Object storage = Storage.allocate(dtype, 3);
        assertSame(dtype.storage(), storage.getClass());
        Storage.setDouble(dtype, storage, 1, 1);
        Storage.setLong(dtype, storage, 2, 1);
        for (int i = 0; i < 3; i++) {
            assertEquals(i == 0 ? 0 : 1, Storage.getDouble(dtype, storage, i));
            assertEquals(i == 0 ? 0 : 1, Storage.getLong(dtype, storage, i));
        }
    }

    @ParameterizedTest @EnumSource(value = DType.class, names = "UINT.*", mode = EnumSource.Mode.MATCH_ALL)
    void allBitsSetIsTheLargestUnsignedNumber(DType dtype) {
        NDArray max = NDArray.scalar(dtype, -1L);
        assertEquals(Math.scalb(1.0, dtype.bits()) - (dtype.bits() < 64 ? 1 : 0), max.scalar());
        assertEquals(dtype.bits() < 64 ? (1L << dtype.bits()) - 1 : -1, max.scalarLong());
        assertEquals(max, NDArray.scalar(dtype, -1.0), "a float -1 wraps too");
    }

    @Test void uint64RoundsOnceToEitherFloat() {
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            long bits = random.nextLong() >>> random.nextInt(64) | random.nextInt(2);
            var exact = new BigDecimal(Long.toUnsignedString(bits));
            NDArray x = NDArray.scalar(DType.UINT64, bits);
            assertEquals(exact.doubleValue(), x.scalar());
            assertEquals(exact.doubleValue(), x.astype(DType.FLOAT64).scalar());
            assertEquals(exact.floatValue(), x.toFloatArray()[0]);
        }
    }

    @Test void floatsToUint64CoverItsRange() {
        double[] values = {0x1p63, 0x1p64 - 2048, 0x1p64, 1e30, 5.9, -1, Double.NaN, -0.5};
        long[] expected = {Long.MIN_VALUE, -2048, -1, -1, 5, -1, 0, 0};
        assertArrayEquals(expected, (long[]) NDArray.of(DType.UINT64, values).storage());
    }

    @Test void floatsTruncateTowardZeroAndFollowJavaCastsOutOfRange() {
        double[] values = {2.9, -2.9, Double.NaN, 1e20, -1e20, 300};
        assertArrayEquals(new int[] {2, -2, 0, Integer.MAX_VALUE, Integer.MIN_VALUE, 300}, NDArray.of(values).toIntArray());
        assertArrayEquals(new long[] {2, -2, 0, Long.MAX_VALUE, Long.MIN_VALUE, 300}, NDArray.of(values).toLongArray());
        assertArrayEquals(new byte[] {2, -2, 0, -1, 0, 44}, (byte[]) NDArray.of(DType.INT8, values).storage());
        assertArrayEquals(new boolean[] {true, true, true, true, true, true}, NDArray.of(values).toBooleanArray());
        assertArrayEquals(new double[] {3e9}, NDArray.of(DType.UINT32, 3e9).toDoubleArray());
    }

    @Test void integersKeepTheirLowBits() {
        assertArrayEquals(new byte[] {(byte) 0x34, -1}, (byte[]) NDArray.of(DType.UINT8, new int[] {0x1234, -1}).storage());
        assertArrayEquals(new long[] {0xFFFF_FFFFL}, NDArray.of(DType.UINT32, -1).toLongArray());
        assertArrayEquals(new boolean[] {false, true}, NDArray.of(new int[] {0, 256}).toBooleanArray());
    }

    @Test void longsAboveTwoToThe53ConvertWithoutPassingThroughDouble() {
        long odd = (1L << 53) + 1;
        assertEquals(odd, NDArray.of(odd).astype(DType.UINT64).scalarLong());
        long tie = (1L << 62) + (1L << 38) + 1;                  // double would drop the 1, and then tie to even
        assertEquals((float) tie, NDArray.of(tie).toFloatArray()[0]);
    }
}
