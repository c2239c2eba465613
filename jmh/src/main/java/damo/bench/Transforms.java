package damo.bench;

import static damo.Damo.*;

import damo.graph.Variable;
import damo.type.DType;
import java.util.List;
import org.joml.Matrix4f;
import org.joml.Matrix4fc;
import org.joml.Vector4f;
import org.joml.Vector4fc;

/// W13: `(M1 M2 M3) v` of JOML's matrices of floats, and the derivatives of the squared length of this by `M1`.
final class Transforms {
    private static final Matrix4f M1 = new Matrix4f().rotateXYZ(0.1f, 0.2f, 0.3f).translate(1, 2, 3);
    private static final Matrix4f M2 = new Matrix4f().perspective(1, 1.5f, 0.1f, 10);
    private static final Matrix4f M3 = new Matrix4f().scale(0.5f, 2, 1).rotateY(0.7f);
    private static final Vector4f V = new Vector4f(1, -2, 3, 1);

    private Transforms() {}

    public interface Transform { void apply(Matrix4fc m1, Matrix4fc m2, Matrix4fc m3, Vector4fc v, Vector4f out); }

    public interface Slope { void apply(Matrix4fc m1, Matrix4fc m2, Matrix4fc m3, Vector4fc v, Matrix4f out); }

    static Ways value() {
        var in = inputs();
        Transform f = function().in(in.toArray(Variable[]::new)).out(product(in)).compile().as(Transform.class);
        var out = new Vector4f();
        var plain = new float[4];
        var byJoml = new Vector4f();
        var between = new Matrix4f();
        float[] m1 = rows(M1);
        float[] m2 = rows(M2);
        float[] m3 = rows(M3);
        float[] v = {V.x, V.y, V.z, V.w};
        float[] m12 = new float[16];
        float[] m123 = new float[16];
        return new Ways(() -> {
            f.apply(M1, M2, M3, V, out);
            return out;
        }, () -> {
            product(m1, m2, m12, 4);
            product(m12, m3, m123, 4);
            return product(m123, v, plain, 1);
        }, 1e-5).with(Way.JOML, () -> M1.mul(M2, between).mul(M3).transform(V, byJoml));
    }

    static Ways slope() {
        var in = inputs();
        var g = grad(sqr(product(in)).sum(), in.getFirst());
        Slope f = function().in(in.toArray(Variable[]::new)).out(g).compile().as(Slope.class);
        var out = new Matrix4f();
        float[] m1 = rows(M1);
        float[] m2 = rows(M2);
        float[] m3 = rows(M3);
        float[] v = {V.x, V.y, V.z, V.w};
        float[] m3v = new float[4];
        float[] m23v = new float[4];
        float[] m123v = new float[4];
        float[] plain = new float[16];
        return new Ways(() -> {
            f.apply(M1, M2, M3, V, out);
            return out;
        }, () -> {
            product(m3, v, m3v, 1);
            product(m2, m3v, m23v, 1);
            product(m1, m23v, m123v, 1);
            for (int i = 0; i < 4; i++)
                for (int j = 0; j < 4; j++) plain[i * 4 + j] = 2 * m123v[i] * m23v[j];
            return plain;
        }, 1e-5);
    }

    private static List<Variable> inputs() {
        return List.of(tensor(DType.FLOAT32, "m1", 4, 4), tensor(DType.FLOAT32, "m2", 4, 4), tensor(DType.FLOAT32, "m3", 4, 4),
                tensor(DType.FLOAT32, "v", 4));
    }

    private static Variable product(List<Variable> in) {
        return dot(dot(dot(in.get(0), in.get(1)), in.get(2)), in.get(3));
    }

    /// Of a matrix of 4×4 and one of `n` columns.
    private static float[] product(float[] x, float[] y, float[] out, int n) {
        for (int i = 0; i < 4; i++)
            for (int j = 0; j < n; j++) {
                float sum = 0;
                for (int k = 0; k < 4; k++) sum += x[i * 4 + k] * y[k * n + j];
                out[i * n + j] = sum;
            }
        return out;
    }

    /// Row-major; JOML's own order is by columns.
    private static float[] rows(Matrix4f m) {
        return new Matrix4f(m).transpose().get(new float[16]);
    }
}
