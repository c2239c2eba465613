package damo.value;

import damo.type.DType;
import java.lang.reflect.Array;

/// Reads and writes elements of the flat Java arrays that store tensors: the one place that knows how a dtype lies in them.
public final class Storage {
    private Storage() {}

    /// A zeroed array for `length` elements of `dtype`.
    public static Object allocate(DType dtype, int length) {
        return Array.newInstance(dtype.storage().componentType(), length);
    }

    /// Element `i` as a double. Unsigned types are never negative, bool is 0 or 1, 64-bit integers round to nearest.
    public static double getDouble(DType dtype, Object storage, int i) {
        return switch (dtype) {
            case BOOL -> ((boolean[]) storage)[i] ? 1 : 0;
            case INT8 -> ((byte[]) storage)[i];
            case INT16 -> ((short[]) storage)[i];
            case INT32 -> ((int[]) storage)[i];
            case INT64 -> ((long[]) storage)[i];
            case UINT8 -> ((byte[]) storage)[i] & 0xFF;
            case UINT16 -> ((short[]) storage)[i] & 0xFFFF;
            case UINT32 -> ((int[]) storage)[i] & 0xFFFF_FFFFL;
            case UINT64 -> unsignedToDouble(((long[]) storage)[i]);
            case FLOAT32 -> ((float[]) storage)[i];
            case FLOAT64 -> ((double[]) storage)[i];
        };
    }

    /// Element `i` as a long. uint64 gives its 64 bits; floats are narrowed as Java does: truncated, saturated, NaN is 0.
    public static long getLong(DType dtype, Object storage, int i) {
        return switch (dtype) {
            case BOOL -> ((boolean[]) storage)[i] ? 1 : 0;
            case INT8 -> ((byte[]) storage)[i];
            case INT16 -> ((short[]) storage)[i];
            case INT32 -> ((int[]) storage)[i];
            case INT64, UINT64 -> ((long[]) storage)[i];
            case UINT8 -> ((byte[]) storage)[i] & 0xFF;
            case UINT16 -> ((short[]) storage)[i] & 0xFFFF;
            case UINT32 -> ((int[]) storage)[i] & 0xFFFF_FFFFL;
            case FLOAT32 -> (long) ((float[]) storage)[i];
            case FLOAT64 -> (long) ((double[]) storage)[i];
        };
    }

    /// Writes `value` to element `i`. Integers truncate toward zero: 8 and 16 bits wrap an int and uint32 wraps a long, as Java
    /// narrows; int32, int64 and uint64 saturate at their far ends, -1 in an unsigned type is its largest value, NaN is 0.
    /// Bool is `value != 0`, so NaN is true.
    public static void setDouble(DType dtype, Object storage, int i, double value) {
        switch (dtype) {
            case BOOL -> ((boolean[]) storage)[i] = value != 0;
            case INT8, UINT8 -> ((byte[]) storage)[i] = (byte) value;
            case INT16, UINT16 -> ((short[]) storage)[i] = (short) value;
            case INT32 -> ((int[]) storage)[i] = (int) value;
            case INT64 -> ((long[]) storage)[i] = (long) value;
            case UINT32 -> ((int[]) storage)[i] = (int) (long) value;
            case UINT64 -> ((long[]) storage)[i] = doubleToUnsigned(value);
            case FLOAT32 -> ((float[]) storage)[i] = (float) value;
            case FLOAT64 -> ((double[]) storage)[i] = value;
        }
    }

    /// Writes `value` to element `i`. Narrower integers keep the low bits, floats round to nearest, bool is `value != 0`.
    public static void setLong(DType dtype, Object storage, int i, long value) {
        switch (dtype) {
            case BOOL -> ((boolean[]) storage)[i] = value != 0;
            case INT8, UINT8 -> ((byte[]) storage)[i] = (byte) value;
            case INT16, UINT16 -> ((short[]) storage)[i] = (short) value;
            case INT32, UINT32 -> ((int[]) storage)[i] = (int) value;
            case INT64, UINT64 -> ((long[]) storage)[i] = value;
            case FLOAT32 -> ((float[]) storage)[i] = value;
            case FLOAT64 -> ((double[]) storage)[i] = value;
        }
    }

    /// Copies `count` elements, `stride` apart in `source` and adjacent in `target`, converting as [#setDouble] from floats
    /// and as [#setLong] from integers and bool.
    static void copy(DType from, Object source, int at, int stride, DType to, Object target, int targetAt, int count) {
        if (from.storage() != to.storage()) convert(from, source, at, stride, to, target, targetAt, count);
        else if (stride == 1) System.arraycopy(source, at, target, targetAt, count);
        else gather(from, source, at, stride, target, targetAt, count);
    }

    private static void convert(DType from, Object source, int at, int stride, DType to, Object target, int targetAt, int count) {
        for (int k = 0; k < count; k++) {
            int i = at + k * stride;
            int j = targetAt + k;
            if (from == DType.UINT64 && to == DType.FLOAT32)     // through double would round twice
                ((float[]) target)[j] = unsignedToFloat(((long[]) source)[i]);
            else if (from.isFloat() || from == DType.UINT64 && to == DType.FLOAT64)
                setDouble(to, target, j, getDouble(from, source, i));
            else
                setLong(to, target, j, getLong(from, source, i));
        }
    }

    private static void gather(DType dtype, Object source, int at, int stride, Object target, int targetAt, int count) {
        switch (dtype) {
            case BOOL -> {
                boolean[] s = (boolean[]) source, t = (boolean[]) target;
                for (int k = 0; k < count; k++) t[targetAt + k] = s[at + k * stride];
            }
            case INT8, UINT8 -> {
                byte[] s = (byte[]) source, t = (byte[]) target;
                for (int k = 0; k < count; k++) t[targetAt + k] = s[at + k * stride];
            }
            case INT16, UINT16 -> {
                short[] s = (short[]) source, t = (short[]) target;
                for (int k = 0; k < count; k++) t[targetAt + k] = s[at + k * stride];
            }
            case INT32, UINT32 -> {
                int[] s = (int[]) source, t = (int[]) target;
                for (int k = 0; k < count; k++) t[targetAt + k] = s[at + k * stride];
            }
            case INT64, UINT64 -> {
                long[] s = (long[]) source, t = (long[]) target;
                for (int k = 0; k < count; k++) t[targetAt + k] = s[at + k * stride];
            }
            case FLOAT32 -> {
                float[] s = (float[]) source, t = (float[]) target;
                for (int k = 0; k < count; k++) t[targetAt + k] = s[at + k * stride];
            }
            case FLOAT64 -> {
                double[] s = (double[]) source, t = (double[]) target;
                for (int k = 0; k < count; k++) t[targetAt + k] = s[at + k * stride];
            }
        }
    }

    // Halved with the lost bit kept as sticky, so that the one rounding is the conversion's.
    private static double unsignedToDouble(long bits) {
        return bits >= 0 ? bits : (double) (bits >>> 1 | bits & 1) * 2;
    }

    private static float unsignedToFloat(long bits) {
        return bits >= 0 ? bits : (float) (bits >>> 1 | bits & 1) * 2;
    }

    private static long doubleToUnsigned(double value) {
        if (value < 0x1p63) return (long) value;
        if (value >= 0x1p64) return -1;
        return value >= 0x1p63 ? (long) (value - 0x1p63) + Long.MIN_VALUE : 0;   // 0 for NaN
    }
}
