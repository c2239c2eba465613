package damo.value;

import damo.DamoException;
import damo.type.DType;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Locale;

/// Checks of extents. An array has at most 2^31-1 elements, because one Java array stores them.
final class Shape {
    private static final String[] UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Shape() {}

    /// The number of elements of `shape`.
    ///
    /// @throws DamoException if an extent is negative or a Java array cannot hold that many
    static int size(String asked, DType dtype, long... shape) {
        for (int axis = 0; axis < shape.length; axis++)
            if (shape[axis] < 0)
                throw new DamoException("%s: axis %d of %s has extent %d; extents must be 0 or more"
                    .formatted(asked, axis, Arrays.toString(shape), shape[axis]));
        for (long extent : shape) if (extent == 0) return 0;
        long size = 1;
        for (long extent : shape) {
            if (extent > Integer.MAX_VALUE || size * extent > Integer.MAX_VALUE) throw tooLarge(asked, dtype, shape);
            size *= extent;
        }
        return (int) size;
    }

    private static DamoException tooLarge(String asked, DType dtype, long[] shape) {
        BigInteger bytes = BigInteger.valueOf(dtype.bits() / 8);
        for (long extent : shape) bytes = bytes.multiply(BigInteger.valueOf(extent));
        return new DamoException("%s: %s%s needs %s; a Java array holds at most %d elements"
            .formatted(asked, dtype, Arrays.toString(shape), bytes(bytes), Integer.MAX_VALUE));
    }

    private static String bytes(BigInteger bytes) {
        double amount = bytes.doubleValue();
        int unit = 0;
        while (amount >= 1024 && unit < UNITS.length - 1) {
            amount /= 1024;
            unit++;
        }
        String digits = amount == Math.rint(amount) ? "%.0f" : "%.1f";
        return String.format(Locale.ROOT, digits, amount) + " " + UNITS[unit];
    }
}
