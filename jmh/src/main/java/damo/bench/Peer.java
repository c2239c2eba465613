package damo.bench;

import java.util.ServiceLoader;
import java.util.function.Supplier;

/// A library that is here only with `mvn -Ppeers`, on one thread. Each method takes a workload's data, prepares all that can be prepared once,
/// and gives what does the work. Its results may stay where the library has them: then it gives a [Supplier] that reads them, for the check.
///
/// A library has those methods for which [Workload] names its [Way].
public interface Peer {
    Way way();

    default Supplier<Object> logistic(double[] x) {
        throw hasNone("logistic");
    }

    /// Of rows of `n`.
    default Supplier<Object> softmax(float[] x, int n) {
        throw hasNone("softmax");
    }

    /// Of square matrices of `n` rows.
    default Supplier<Object> product(double[] x, double[] y, int n) {
        throw hasNone("product of doubles");
    }

    default Supplier<Object> product(float[] x, float[] y, int n) {
        throw hasNone("product of floats");
    }

    /// As [Plain.Regression]; the derivatives are the library's own.
    default Supplier<Object> regression(double[] x, double[] y, double[] w) {
        throw hasNone("regression");
    }

    /// As [Perceptron], from biases of 0; the derivatives are the library's own.
    default Supplier<Object> perceptron(float[] x, float[] labels, float[] w1, float[] w2) {
        throw hasNone("perceptron");
    }

    /// As [Recurrent]; the derivatives are the library's own.
    default Supplier<Object> recurrent(float[] x, float[] w, float[] u, float[] b) {
        throw hasNone("recurrent");
    }

    private IllegalArgumentException hasNone(String work) {
        return new IllegalArgumentException("%s has no %s here; ask for a way that the workload names".formatted(way(), work));
    }

    static Peer of(Way way) {
        return ServiceLoader.load(Peer.class).stream().map(ServiceLoader.Provider::get).filter(peer -> peer.way() == way).findFirst()
                .orElseThrow(() -> new IllegalStateException("no class of jmh/src/peers for " + way + ": build with mvn -Ppeers"));
    }
}
