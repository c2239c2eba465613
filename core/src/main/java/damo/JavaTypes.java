package damo;

import damo.type.DType;
import damo.value.NDArray;
import java.lang.invoke.MethodType;

/// Java classes of values: which dtype they have, and results as one of them.
final class JavaTypes {
    private JavaTypes() {}

    /// Whether a parameter of this class takes every value.
    static boolean isOpen(Class<?> c) {
        return c == Object.class || c == NDArray.class;
    }

    static boolean isJoml(Class<?> c) {
        return c.getPackageName().equals("org.joml");
    }

    /// The dtype whose storage has elements of this class (the signed one), or `null`.
    static DType dtype(Class<?> primitive) {
        for (DType t : DType.values()) if (t.storage().componentType() == primitive) return t;
        return null;
    }

    /// The class of the elements of nested arrays; of anything else, itself.
    static Class<?> leaf(Class<?> c) {
        while (c.isArray()) c = c.componentType();
        return c;
    }

    /// How deep arrays are nested.
    static int depth(Class<?> c) {
        int depth = 0;
        for (; c.isArray(); c = c.componentType()) depth++;
        return depth;
    }

    /// The primitive of a box; of anything else, itself.
    static Class<?> unboxed(Class<?> c) {
        return MethodType.methodType(c).unwrap().returnType();
    }

    /// `value` as a `wanted`, which was found to fit.
    static Object result(NDArray value, Class<?> wanted) {
        if (isOpen(wanted)) return value;
        if (isJoml(wanted)) return value.to(fresh(wanted));
        if (wanted.isArray()) return array(value, wanted);
        Class<?> c = unboxed(wanted);
        if (c == double.class) return value.scalar();
        if (c == float.class) return (float) value.scalar();
        if (c == long.class) return value.scalarLong();
        if (c == int.class) return (int) value.scalarLong();
        if (c == short.class) return (short) value.scalarLong();
        if (c == byte.class) return (byte) value.scalarLong();
        return value.scalarBoolean();
    }

    private static Object array(NDArray value, Class<?> wanted) {
        Class<?> leaf = leaf(wanted);
        NDArray typed = leaf == value.dtype().storage().componentType() ? value : value.astype(dtype(leaf));
        return depth(wanted) == 1 ? typed.contiguous().storage() : typed.toArray();
    }

    private static Object fresh(Class<?> joml) {
        try {
            return joml.getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new DamoException("as: a %s cannot be made; return a mutable JOML class with a constructor that takes nothing"
                    .formatted(joml.getName()), e);
        }
    }
}
