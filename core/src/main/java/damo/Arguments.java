package damo;

import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import java.lang.reflect.Array;

/// Java values as values of a type: dtypes are strict, but numbers are weak and widening without loss is free.
final class Arguments {
    private Arguments() {}

    /// `value` as a value of `type`. It may share memory with `value`.
    ///
    /// @param what names the place in messages: `f: the input x`
    /// @param narrow whether floats may be rounded, and integers narrowed if they fit
    static NDArray convert(String what, TensorType type, Object value, boolean narrow) {
        if (value instanceof Number || value instanceof Boolean) return number(what, type, value);
        NDArray array = array(what, type, value);
        if (array.rank() != type.rank())
            throw new DamoException("%s is %s, but got %s; it needs rank %d, not %d".formatted(what, type, array.type(), type.rank(), array.rank()));
        for (int axis = 0; axis < type.rank(); axis++)
            if (type.extent(axis) != TensorType.UNKNOWN && type.extent(axis) != array.extent(axis))
                throw new DamoException("%s is %s, but got %s; axis %d needs the extent %d, not %d"
                        .formatted(what, type, array.type(), axis, type.extent(axis), array.extent(axis)));
        return array.dtype() == type.dtype() ? array : converted(what, type, array, narrow);
    }

    private static NDArray array(String what, TensorType type, Object value) {
        try {
            if (value instanceof NDArray array) return array;
            if (value != null && value.getClass().isArray() && value.getClass().componentType().isPrimitive() && value.getClass() != char[].class) {
                long length = Array.getLength(value);
                // The array of its width serves an unsigned type as well, bit for bit.
                return value.getClass() == type.dtype().storage() ? NDArray.wrap(type.dtype(), value, length) : NDArray.wrap(value, length);
            }
            NDArray read = NDArray.of(value);
            return type.dtype().isUnsigned() && read.storage().getClass() == type.dtype().storage()
                    ? NDArray.wrap(type.dtype(), read.storage(), read.shape()) : read;
        } catch (DamoException e) {
            String got = value == null ? "null" : value.getClass().getTypeName();
            throw new DamoException("%s is %s, but got %s; %s".formatted(what, type, got, reason(e)), e);
        }
    }

    /// What [NDArray#of] says, without what was passed to it.
    private static String reason(DamoException e) {
        return e.getMessage().replaceFirst("^of: (null; |a \\S+; )?", "");
    }

    private static NDArray converted(String what, TensorType type, NDArray array, boolean narrow) {
        DType from = array.dtype();
        DType to = type.dtype();
        if (widens(from, to)) return array.astype(to);
        String needs = "%s is %s, but got %s".formatted(what, type, array.type());
        boolean alike = to.isFloat() && from != DType.BOOL || to.isInteger() && from.isInteger();
        if (!alike)
            throw new DamoException("%s; no %s becomes %s by itself: convert the value, or declare %s and cast".formatted(needs, from, to, from));
        if (!narrow)
            throw new DamoException("%s, which may lose digits; convert the value, allow it with allowDowncast(), or declare %s and cast"
                    .formatted(needs, from));
        NDArray result = array.astype(to);
        if (to.isInteger())
            for (long i = 0; i < array.size(); i++)
                if (!sameInteger(from, array.longAt(i), to, result.longAt(i)))
                    throw new DamoException("%s; the element %s does not fit into %s".formatted(needs, array.longAt(i), to));
        return result;
    }

    private static boolean sameInteger(DType from, long a, DType to, long b) {
        return a == b && (a >= 0 || from.isUnsigned() == to.isUnsigned());
    }

    /// A Java number takes the dtype, if it fits: integers into anything numeric, fractions only into floats.
    private static NDArray number(String what, TensorType type, Object value) {
        DType to = type.dtype();
        NDArray exact;
        try {
            exact = NDArray.of(value);
        } catch (DamoException e) {
            throw new DamoException("%s is %s, but got %s; %s".formatted(what, type, value.getClass().getName(), reason(e)), e);
        }
        if (type.rank() != 0)
            throw new DamoException("%s is %s, but got the number %s; it needs an array with %d axes".formatted(what, type, value, type.rank()));
        DType from = exact.dtype();
        if (from == to) return exact;
        if (from == DType.BOOL || to == DType.BOOL || from.isFloat() && !to.isFloat())
            throw new DamoException("%s is %s, but got the %s %s; no %s becomes %s by itself: convert the value, or declare %s"
                    .formatted(what, type, value.getClass().getSimpleName(), value, from, to, from));
        NDArray result = exact.astype(to);
        boolean fits = to.isFloat() ? Double.isFinite(result.scalar()) || !Double.isFinite(exact.scalar())
                : sameInteger(from, exact.scalarLong(), to, result.scalarLong());
        if (!fits) throw new DamoException("%s is %s, but got %s, which does not fit into %s".formatted(what, type, value, to));
        return result;
    }

    /// Whether every value of `from` is exactly one of `to`.
    static boolean widens(DType from, DType to) {
        if (from == to) return true;
        if (to == DType.BOOL || from == DType.BOOL) return false;
        if (to.isFloat()) return from.isFloat() ? from.bits() <= to.bits() : from.bits() <= to.bits() / 2;
        if (from.isFloat()) return false;
        if (from.isUnsigned() == to.isUnsigned()) return from.bits() <= to.bits();
        return from.isUnsigned() && from.bits() < to.bits();
    }

    /// The arguments of a variadic call. A lone `double[][]` arrives as the whole array of arguments, but is one argument.
    static Object[] spread(Object[] arguments) {
        if (arguments == null) return new Object[] {null};
        if (arguments.getClass() == Object[].class) return arguments;
        return JavaTypes.leaf(arguments.getClass()).isPrimitive() ? new Object[] {arguments} : arguments;
    }
}
