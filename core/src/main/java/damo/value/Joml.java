package damo.value;

import damo.CompilerBug;
import damo.DamoException;
import damo.type.DType;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.joml.*;

/// A kind of JOML values: vectors, quaternions (x, y, z, w) and matrices. JOML's `mXY` is column X, row Y, and its setters go by columns; here
/// element `[row, column]` is the mathematical one.
///
/// @param read the interface that all such values have
/// @param type the class of those that can be set
/// @param dtype the dtype of the elements
/// @param shape the extents: of a matrix the rows and the columns
public record Joml(Class<?> read, Class<?> type, DType dtype, List<Integer> shape) {
    private static final List<Joml> ALL = List.of(
            new Joml(Vector2fc.class, Vector2f.class, DType.FLOAT32, List.of(2)),
            new Joml(Vector3fc.class, Vector3f.class, DType.FLOAT32, List.of(3)),
            new Joml(Vector4fc.class, Vector4f.class, DType.FLOAT32, List.of(4)),
            new Joml(Vector2dc.class, Vector2d.class, DType.FLOAT64, List.of(2)),
            new Joml(Vector3dc.class, Vector3d.class, DType.FLOAT64, List.of(3)),
            new Joml(Vector4dc.class, Vector4d.class, DType.FLOAT64, List.of(4)),
            new Joml(Vector2ic.class, Vector2i.class, DType.INT32, List.of(2)),
            new Joml(Vector3ic.class, Vector3i.class, DType.INT32, List.of(3)),
            new Joml(Vector4ic.class, Vector4i.class, DType.INT32, List.of(4)),
            new Joml(Quaternionfc.class, Quaternionf.class, DType.FLOAT32, List.of(4)),
            new Joml(Quaterniondc.class, Quaterniond.class, DType.FLOAT64, List.of(4)),
            new Joml(Matrix2fc.class, Matrix2f.class, DType.FLOAT32, List.of(2, 2)),
            new Joml(Matrix3fc.class, Matrix3f.class, DType.FLOAT32, List.of(3, 3)),
            new Joml(Matrix4fc.class, Matrix4f.class, DType.FLOAT32, List.of(4, 4)),
            new Joml(Matrix2dc.class, Matrix2d.class, DType.FLOAT64, List.of(2, 2)),
            new Joml(Matrix3dc.class, Matrix3d.class, DType.FLOAT64, List.of(3, 3)),
            new Joml(Matrix4dc.class, Matrix4d.class, DType.FLOAT64, List.of(4, 4)),
            new Joml(Matrix3x2fc.class, Matrix3x2f.class, DType.FLOAT32, List.of(2, 3)),
            new Joml(Matrix3x2dc.class, Matrix3x2d.class, DType.FLOAT64, List.of(2, 3)),
            new Joml(Matrix4x3fc.class, Matrix4x3f.class, DType.FLOAT32, List.of(3, 4)),
            new Joml(Matrix4x3dc.class, Matrix4x3d.class, DType.FLOAT64, List.of(3, 4)));

    // Made when a kind is first met.
    private static final Map<Joml, MethodHandle> READERS = new ConcurrentHashMap<>();
    private static final Map<Joml, MethodHandle> WRITERS = new ConcurrentHashMap<>();

    /// The kind of the values of this class, or `null` if it has none.
    public static Joml of(Class<?> c) {
        for (Joml kind : ALL) if (kind.read.isAssignableFrom(c)) return kind;
        return null;
    }

    /// The number of elements.
    public int size() {
        return shape.stream().reduce(1, (a, b) -> a * b);
    }

    /// The names of the methods of [#read] that give the elements, row-major.
    public List<String> getters() {
        return IntStream.range(0, size()).mapToObj(i -> shape.size() == 1 ? "xyzw".substring(i, i + 1)
                : "m%d%d".formatted(i % shape.get(1), i / shape.get(1))).toList();
    }

    /// Which element, row-major, each parameter of the method `set` of [#type] is that takes all of them.
    public int[] setting() {
        int rows = shape.getFirst();
        return IntStream.range(0, size()).map(i -> shape.size() == 1 ? i : i % rows * shape.get(1) + i / rows).toArray();
    }

    /// The type of that method.
    public MethodType setter() {
        return MethodType.methodType(type, Collections.nCopies(size(), element()));
    }

    private Class<?> element() {
        return dtype.storage().componentType();
    }

    // ---- in and out

    /// A fresh copy of a JOML value, or null if `value` is none.
    static NDArray read(Object value) {
        Joml kind = of(value.getClass());
        if (kind == null) return null;
        try {
            Object elements = (Object) READERS.computeIfAbsent(kind, Joml::reader).invokeExact(value);
            return NDArray.wrap(kind.dtype, elements, kind.extents());
        } catch (RuntimeException | Error e) {
            throw e;                                                   // of a class that somebody else wrote
        } catch (Throwable e) {
            throw new CompilerBug("joml", e, kind.toString());
        }
    }

    /// Sets `target`, a mutable JOML value of the same shape, and returns it.
    static <T> T write(NDArray from, T target) {
        Joml kind = of(target.getClass());
        if (kind == null || !kind.type.isInstance(target))
            throw new DamoException("to: a %s; needs a JOML vector, quaternion or matrix (for Java arrays: copyTo)"
                .formatted(target.getClass().getSimpleName()));
        if (!Arrays.equals(from.shape(), kind.extents()))
            throw new DamoException("to: %s into a %s; needs shape %s"
                .formatted(from.type(), target.getClass().getSimpleName(), Arrays.toString(kind.extents())));
        try {
            WRITERS.computeIfAbsent(kind, Joml::writer).invokeExact((Object) target, from.astype(kind.dtype).contiguous().storage());
            return target;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new CompilerBug("joml", e, kind.toString());
        }
    }

    private long[] extents() {
        return shape.stream().mapToLong(n -> n).toArray();
    }

    /// From a value to an array of its elements, row-major.
    private MethodHandle reader() {
        try {
            MethodHandle all = MethodHandles.identity(dtype.storage()).asCollector(dtype.storage(), size());
            var elements = new MethodHandle[size()];
            for (int i = 0; i < elements.length; i++)
                elements[i] = MethodHandles.publicLookup().findVirtual(read, getters().get(i), MethodType.methodType(element()));
            MethodHandle each = MethodHandles.filterArguments(all, 0, elements);
            MethodHandle one = MethodHandles.permuteArguments(each, MethodType.methodType(dtype.storage(), read), new int[size()]);
            return one.asType(MethodType.methodType(Object.class, Object.class));
        } catch (ReflectiveOperationException e) {
            throw new CompilerBug("joml", e, toString());
        }
    }

    /// From a value and an array of elements, row-major, to nothing.
    private MethodHandle writer() {
        try {
            MethodHandle set = MethodHandles.publicLookup().findVirtual(type, "set", setter());
            var order = new int[size() + 1];
            for (int i = 0; i < size(); i++) order[i + 1] = setting()[i] + 1;
            MethodHandle rows = MethodHandles.permuteArguments(set, set.type(), order);
            return rows.asSpreader(dtype.storage(), size()).asType(MethodType.methodType(void.class, Object.class, Object.class));
        } catch (ReflectiveOperationException e) {
            throw new CompilerBug("joml", e, toString());
        }
    }
}
