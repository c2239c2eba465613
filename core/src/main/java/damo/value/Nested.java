package damo.value;

import damo.DamoException;
import damo.type.DType;
import java.lang.reflect.Array;
import java.util.Arrays;

/// Nested Java arrays (`double[][]`) in and out.
final class Nested {
    private Nested() {}

    /// The signed dtype stored in flat arrays of this class, or null if there is none.
    static DType dtype(Class<?> flatArray) {
        for (DType dtype : DType.values())                       // the signed types come first
            if (dtype.storage() == flatArray) return dtype;
        return null;
    }

    /// A fresh copy of a nested array whose rows have equal lengths.
    static NDArray read(Object value) {
        DType dtype = dtype(flatClass(value.getClass()));
        if (dtype == null)
            throw new DamoException("of: a %s; needs an array of a primitive type other than char"
                .formatted(value.getClass().getSimpleName()));
        long[] shape = new long[depth(value.getClass())];
        Object row = value;
        for (int axis = 0; axis < shape.length; axis++) {        // the first row of each level sets the extents
            shape[axis] = row == null ? 0 : Array.getLength(row);
            if (axis < shape.length - 1) row = shape[axis] == 0 ? null : Array.get(row, 0);
        }
        Object storage = Storage.allocate(dtype, Shape.size("of", dtype, shape));
        read(value, shape, 0, "value", storage, 0);
        return NDArray.wrap(dtype, storage, shape);
    }

    private static int read(Object row, long[] shape, int axis, String place, Object storage, int at) {
        if (row == null) throw new DamoException("of: %s is null; every row must be an array".formatted(place));
        int length = Array.getLength(row);
        if (length != shape[axis])
            throw new DamoException(("of: ragged: %s has length %d, the first of its level has %d; "
                + "all rows of a level must be equally long")
                .formatted(place, length, shape[axis]));
        if (axis == shape.length - 1) {
            System.arraycopy(row, 0, storage, at, length);
            return at + length;
        }
        for (int i = 0; i < length; i++)
            at = read(((Object[]) row)[i], shape, axis + 1, place + "[" + i + "]", storage, at);
        return at;
    }

    /// The elements as nested arrays of the storage's element type; in a box if there are no axes.
    static Object write(NDArray from) {
        Object flat = from.contiguous().storage();
        if (from.rank() == 0) return Array.get(flat, 0);
        int[] extents = new int[from.rank()];
        for (int axis = 0; axis < extents.length; axis++) extents[axis] = Math.toIntExact(from.extent(axis));
        Object result = Array.newInstance(from.dtype().storage().componentType(), extents);
        write(flat, from.dtype(), 0, result, from.dtype());
        return result;
    }

    /// Copies into `target`: a flat array as long as there are elements, or nested arrays of the same shape.
    static void write(NDArray from, Object target) {
        Class<?> type = target.getClass();
        DType to = type.isArray() ? dtype(flatClass(type)) : null;
        if (to == null)
            throw new DamoException("copyTo: a %s; needs an array of a primitive type other than char"
                .formatted(type.getSimpleName()));
        boolean flat = depth(type) == 1;
        if (!flat && depth(type) != from.rank()) throw mismatch(from, target, "rank " + depth(type));
        if (flat && Array.getLength(target) != from.size()) throw mismatch(from, target, "length " + Array.getLength(target));
        if (!flat) checkExtents(from, target, target, 0);
        write(from.contiguous().storage(), from.dtype(), 0, target, to);
    }

    private static void checkExtents(NDArray from, Object target, Object row, int axis) {
        if (row == null) throw mismatch(from, target, "a null row at axis " + axis);
        if (Array.getLength(row) != from.extent(axis))
            throw mismatch(from, target, "length %d at axis %d".formatted(Array.getLength(row), axis));
        if (row instanceof Object[] rows) for (Object inner : rows) checkExtents(from, target, inner, axis + 1);
    }

    private static int write(Object source, DType from, int at, Object row, DType to) {
        if (row instanceof Object[] rows) {
            for (Object inner : rows) at = write(source, from, at, inner, to);
            return at;
        }
        int length = Array.getLength(row);
        Storage.copy(from, source, at, 1, to, row, 0, length);
        return at + length;
    }

    private static DamoException mismatch(NDArray from, Object target, String got) {
        return new DamoException("copyTo: %s into a %s with %s; needs a flat array of length %d or nested arrays of shape %s"
            .formatted(from.type(), target.getClass().getSimpleName(), got, from.size(), Arrays.toString(from.shape())));
    }

    private static int depth(Class<?> type) {
        int depth = 0;
        for (Class<?> c = type; c.isArray(); c = c.componentType()) depth++;
        return depth;
    }

    private static Class<?> flatClass(Class<?> type) {
        Class<?> c = type;
        while (c.componentType().isArray()) c = c.componentType();
        return c;
    }
}
