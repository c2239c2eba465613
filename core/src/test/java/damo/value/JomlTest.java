package damo.value;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.DamoException;
import java.util.Random;
import java.util.stream.Stream;
import org.joml.*;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JomlTest {
    private final Random random = new Random(3);

    private double[] numbers(int n) {
        return random.doubles(n, -1, 1).toArray();
    }

    /// The product of matrix and vector by definition: row by row.
    private static double[] times(NDArray m, NDArray v) {
        double[] result = new double[(int) m.extent(0)];
        for (int i = 0; i < result.length; i++)
            for (int j = 0; j < m.extent(1); j++) result[i] += m.get(i, j) * v.get(j);
        return result;
    }

    @Test void matricesTransformAsJomlDoes() {
        var v2 = new Vector2d(numbers(2));
        var v3 = new Vector3d(numbers(3));
        var v4 = new Vector4d(numbers(4));
        var m2 = new Matrix2d(random.nextDouble(), random.nextDouble(), random.nextDouble(), random.nextDouble());
        var m3 = new Matrix3d().set(numbers(9));
        var m4 = new Matrix4d().set(numbers(16));
        var m3x2 = new Matrix3x2d().set(numbers(6));
        var m4x3 = new Matrix4x3d().set(numbers(12));
        double[][] expected = {
            NDArray.of(m2.transform(v2, new Vector2d())).toDoubleArray(),
            NDArray.of(m3.transform(v3, new Vector3d())).toDoubleArray(),
            NDArray.of(m4.transform(v4, new Vector4d())).toDoubleArray(),
            NDArray.of(m3x2.transformPosition(v2, new Vector2d())).toDoubleArray(),
            NDArray.of(m4x3.transformPosition(v3, new Vector3d())).toDoubleArray()};
        double[][] got = {
            times(NDArray.of(m2), NDArray.of(v2)),
            times(NDArray.of(m3), NDArray.of(v3)),
            times(NDArray.of(m4), NDArray.of(v4)),
            times(NDArray.of(m3x2), NDArray.of(new double[] {v2.x, v2.y, 1})),
            times(NDArray.of(m4x3), NDArray.of(new double[] {v3.x, v3.y, v3.z, 1}))};
        for (int i = 0; i < got.length; i++) assertArrayEquals(expected[i], got[i], 1e-15);
    }

    @Test void translationIsInTheLastColumn() {
        NDArray m = NDArray.of(new Matrix4f().translation(1, 2, 3));
        assertEquals("[[1. 0. 0. 1.]\n [0. 1. 0. 2.]\n [0. 0. 1. 3.]\n [0. 0. 0. 1.]]", m.toString());
        assertTrue(m.isWhole());
    }

    static Stream<Object[]> pairs() {
        return Stream.of(new Object[][] {
            {new Vector2f(1, 2), new Vector2f()}, {new Vector3f(1, 2, 3), new Vector3f()}, {new Vector4f(1, 2, 3, 4), new Vector4f()},
            {new Vector2d(1, 2), new Vector2d()}, {new Vector3d(1, 2, 3), new Vector3d()}, {new Vector4d(1, 2, 3, 4), new Vector4d()},
            {new Vector2i(1, 2), new Vector2i()}, {new Vector3i(1, 2, 3), new Vector3i()}, {new Vector4i(1, 2, 3, 4), new Vector4i()},
            {new Quaternionf(1, 2, 3, 4), new Quaternionf()}, {new Quaterniond(1, 2, 3, 4), new Quaterniond()},
            {new Matrix2f(1, 2, 3, 4), new Matrix2f()}, {new Matrix2d(1, 2, 3, 4), new Matrix2d()},
            {new Matrix3f(1, 2, 3, 4, 5, 6, 7, 8, 9), new Matrix3f()}, {new Matrix3d(1, 2, 3, 4, 5, 6, 7, 8, 9), new Matrix3d()},
            {new Matrix4f().perspective(1, 2, 3, 4).rotateX(1), new Matrix4f()},
            {new Matrix4d().perspective(1, 2, 3, 4).rotateX(1), new Matrix4d()},
            {new Matrix3x2f(1, 2, 3, 4, 5, 6), new Matrix3x2f()}, {new Matrix3x2d(1, 2, 3, 4, 5, 6), new Matrix3x2d()},
            {new Matrix4x3f().rotationX(1).translate(1, 2, 3), new Matrix4x3f()},
            {new Matrix4x3d().rotationX(1).translate(1, 2, 3), new Matrix4x3d()}});
    }

    @ParameterizedTest @MethodSource("pairs")
    void everyValueRoundTrips(Object value, Object fresh) {
        assertEquals(value, NDArray.of(value).to(fresh));
    }

    @Test void jomlKnowsTheKindOfMatrixThatCameOut() {
        Matrix4f translation = NDArray.of(new Matrix4f().translation(1, 2, 3)).to(new Matrix4f().perspective(1, 1, 1, 2));
        assertTrue((translation.properties() & Matrix4fc.PROPERTY_TRANSLATION) != 0);
        assertEquals(new Vector3f(2, 3, 4), translation.transformPosition(new Vector3f(1, 1, 1)));
    }

    @Test void quaternionsAreXyzw() {
        assertArrayEquals(new float[] {0, 0, 0, 1}, NDArray.of(new Quaternionf()).toFloatArray());
    }

    @Test void viewsComeOutInLogicalOrderAndConvert() {
        NDArray array = NDArray.arange(9).reshape(3, 3);
        assertEquals(new Matrix3f(0, 1, 2, 3, 4, 5, 6, 7, 8), array.transpose().to(new Matrix3f()));
        assertEquals(new Vector3d(1, 4, 7), array.slice(1, 1, 1, 1).reshape(-1).to(new Vector3d()));
    }

    @Test void shapesAreChecked() {
        var wrongShape = assertThrows(DamoException.class, () -> NDArray.arange(9).to(new Matrix3f()));
        assertEquals("to: int64[9] into a Matrix3f; needs shape [3, 3]", wrongShape.getMessage());
        var wrongClass = assertThrows(DamoException.class, () -> NDArray.arange(2).to("x"));
        assertEquals("to: a String; needs a JOML vector, quaternion or matrix (for Java arrays: copyTo)", wrongClass.getMessage());
    }
}
