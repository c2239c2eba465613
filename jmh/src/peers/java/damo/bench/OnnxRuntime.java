package damo.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/// ONNX Runtime. Inputs and outputs lie in buffers outside of the heap, made once, as it wants them for speed.
public final class OnnxRuntime implements Peer {
    @Override public Way way() {
        return Way.ONNX;
    }

    @Override public Supplier<Object> logistic(double[] x) {
        return work("Sigmoid", new long[] {x.length}, x);
    }

    @Override public Supplier<Object> softmax(float[] x, int n) {
        // Without an attribute, of the last axis.
        return work("Softmax", new long[] {x.length / n, n}, x);
    }

    @Override public Supplier<Object> product(float[] x, float[] y, int n) {
        return work("MatMul", new long[] {n, n}, x, y);
    }

    private static Supplier<Object> work(String operation, long[] shape, double[] x) {
        return tried(() -> {
            var in = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), bytes(8 * x.length).asDoubleBuffer().put(x).rewind(), shape);
            var buffer = bytes(8 * x.length).asDoubleBuffer();
            var out = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), buffer, shape);
            double[] read = new double[x.length];
            return work(OnnxModel.of(operation, 1, OnnxModel.DOUBLE, shape), Map.of("x0", in), out, () -> {
                buffer.get(0, read);
                return read;
            });
        });
    }

    private static Supplier<Object> work(String operation, long[] shape, float[]... xs) {
        return tried(() -> {
            var in = new HashMap<String, OnnxTensor>();
            for (int i = 0; i < xs.length; i++) {
                var buffer = bytes(4 * xs[i].length).asFloatBuffer().put(xs[i]).rewind();
                in.put("x" + i, OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), buffer, shape));
            }
            var buffer = bytes(4 * xs[0].length).asFloatBuffer();
            var out = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), buffer, shape);
            float[] read = new float[xs[0].length];
            return work(OnnxModel.of(operation, xs.length, OnnxModel.FLOAT, shape), in, out, () -> {
                buffer.get(0, read);
                return read;
            });
        });
    }

    private static Supplier<Object> work(byte[] model, Map<String, OnnxTensor> in, OnnxTensor out, Supplier<Object> read) throws OrtException {
        var options = new OrtSession.SessionOptions();
        options.setIntraOpNumThreads(1);
        options.setInterOpNumThreads(1);
        OrtSession session = OrtEnvironment.getEnvironment().createSession(model, options);
        var results = Map.of("y", out);
        return () -> tried(() -> {
            session.run(in, results).close();
            return read;
        });
    }

    private static ByteBuffer bytes(int n) {
        return ByteBuffer.allocateDirect(n).order(ByteOrder.nativeOrder());
    }

    private interface Try<T> { T get() throws OrtException; }

    private static <T> T tried(Try<T> work) {
        try {
            return work.get();
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }
}
