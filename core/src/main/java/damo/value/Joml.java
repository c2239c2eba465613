package damo.value;

import damo.DamoException;
import java.util.Arrays;
import org.joml.*;

/// JOML vectors, quaternions (x, y, z, w) and matrices in and out. JOML's arrays are column-major and its `mXY` is column X,
/// row Y; here element `[row, column]` is the mathematical one, so matrices pass through a transposition.
final class Joml {
    private Joml() {}

    /// A fresh copy of a JOML value, or null if `value` is none.
    static NDArray read(Object value) {
        return switch (value) {
            case Vector2fc v -> vector(new float[] {v.x(), v.y()});
            case Vector3fc v -> vector(new float[] {v.x(), v.y(), v.z()});
            case Vector4fc v -> vector(new float[] {v.x(), v.y(), v.z(), v.w()});
            case Vector2dc v -> vector(new double[] {v.x(), v.y()});
            case Vector3dc v -> vector(new double[] {v.x(), v.y(), v.z()});
            case Vector4dc v -> vector(new double[] {v.x(), v.y(), v.z(), v.w()});
            case Vector2ic v -> vector(new int[] {v.x(), v.y()});
            case Vector3ic v -> vector(new int[] {v.x(), v.y(), v.z()});
            case Vector4ic v -> vector(new int[] {v.x(), v.y(), v.z(), v.w()});
            case Quaternionfc q -> vector(new float[] {q.x(), q.y(), q.z(), q.w()});
            case Quaterniondc q -> vector(new double[] {q.x(), q.y(), q.z(), q.w()});
            case Matrix2fc m -> columns(m.get(new float[4]), 2, 2);
            case Matrix3fc m -> columns(m.get(new float[9]), 3, 3);
            case Matrix4fc m -> columns(m.get(new float[16]), 4, 4);
            case Matrix2dc m -> columns(m.get(new double[4]), 2, 2);
            case Matrix3dc m -> columns(m.get(new double[9]), 3, 3);
            case Matrix4dc m -> columns(m.get(new double[16]), 4, 4);
            case Matrix3x2fc m -> columns(m.get(new float[6]), 2, 3);
            case Matrix3x2dc m -> columns(m.get(new double[6]), 2, 3);
            case Matrix4x3fc m -> columns(m.get(new float[12]), 3, 4);
            case Matrix4x3dc m -> columns(m.get(new double[12]), 3, 4);
            default -> null;
        };
    }

    private static NDArray vector(Object elements) {
        return NDArray.of(elements);
    }

    private static NDArray columns(Object columnMajor, int rows, int columns) {
        return NDArray.wrap(columnMajor, columns, rows).transpose().copy();
    }

    /// Sets `target`, a mutable JOML value of the same shape, and returns it.
    static <T> T write(NDArray from, T target) {
        switch (target) {
            case Vector2f v -> v.set(floats(from, v, 2));
            case Vector3f v -> v.set(floats(from, v, 3));
            case Vector4f v -> v.set(floats(from, v, 4));
            case Vector2d v -> v.set(doubles(from, v, 2));
            case Vector3d v -> v.set(doubles(from, v, 3));
            case Vector4d v -> v.set(doubles(from, v, 4));
            case Vector2i v -> v.set(ints(from, v, 2));
            case Vector3i v -> v.set(ints(from, v, 3));
            case Vector4i v -> v.set(ints(from, v, 4));
            case Quaternionf q -> {
                float[] e = floats(from, q, 4);
                q.set(e[0], e[1], e[2], e[3]);
            }
            case Quaterniond q -> {
                double[] e = doubles(from, q, 4);
                q.set(e[0], e[1], e[2], e[3]);
            }
            case Matrix2f m -> {                                 // its set(float[]) reads one past the end (JOML 1.10.8)
                float[] e = floats(from, m, 2, 2);
                m.set(e[0], e[1], e[2], e[3]);
            }
            case Matrix3f m -> m.set(floats(from, m, 3, 3));
            case Matrix4f m -> m.set(floats(from, m, 4, 4));
            case Matrix2d m -> {
                double[] e = doubles(from, m, 2, 2);
                m.set(e[0], e[1], e[2], e[3]);
            }
            case Matrix3d m -> m.set(doubles(from, m, 3, 3));
            case Matrix4d m -> m.set(doubles(from, m, 4, 4));
            case Matrix3x2f m -> m.set(floats(from, m, 2, 3));
            case Matrix3x2d m -> m.set(doubles(from, m, 2, 3));
            case Matrix4x3f m -> m.set(floats(from, m, 3, 4));
            case Matrix4x3d m -> m.set(doubles(from, m, 3, 4));
            default -> throw new DamoException("to: a %s; needs a JOML vector, quaternion or matrix (for Java arrays: copyTo)"
                .formatted(target.getClass().getSimpleName()));
        }
        return target;
    }

    // transpose() leaves a vector as it is and puts a matrix's columns where JOML has them
    private static float[] floats(NDArray from, Object target, long... shape) {
        return checked(from, target, shape).transpose().toFloatArray();
    }

    private static double[] doubles(NDArray from, Object target, long... shape) {
        return checked(from, target, shape).transpose().toDoubleArray();
    }

    private static int[] ints(NDArray from, Object target, long... shape) {
        return checked(from, target, shape).transpose().toIntArray();
    }

    private static NDArray checked(NDArray from, Object target, long... shape) {
        if (Arrays.equals(from.shape(), shape)) return from;
        throw new DamoException("to: %s into a %s; needs shape %s"
            .formatted(from.type(), target.getClass().getSimpleName(), Arrays.toString(shape)));
    }
}
