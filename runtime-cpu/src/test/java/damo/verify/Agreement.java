package damo.verify;

import damo.graph.Graph;
import damo.graph.Lambda;
import damo.graph.Variable;
import damo.spi.Backend;
import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;

/// Runs graphs as they are on a back end, and says where two values differ.
final class Agreement {
    /// The back end of the CPU.
    static final Backend CPU = backend("cpu");

    private Agreement() {}

    static Backend backend(String name) {
        return ServiceLoader.load(Backend.class).stream().map(ServiceLoader.Provider::get).filter(b -> b.name().equals(name)).findFirst()
                .orElseThrow();
    }

    /// The results of `f`, compiled without rewriting.
    static List<NDArray> compiled(Lambda f, List<NDArray> arguments) {
        return compiled(CPU, f, arguments);
    }

    /// As [#compiled(Lambda, List)], for another back end.
    static List<NDArray> compiled(Backend backend, Lambda f, List<NDArray> arguments) {
        return List.of(backend.prepare(f).run(arguments.toArray(NDArray[]::new), new NDArray[f.results().size()]));
    }

    /// Where `got` is not `want`, or `null`. Floats may differ by `tolerance` times the expected value or `scale`, whichever is larger; NaN
    /// is NaN, and what is no float is equal.
    static String difference(NDArray want, NDArray got, double tolerance, double scale) {
        if (want.dtype() != got.dtype()
                || !Arrays.equals(want.shape(), got.shape())) return "type %s, expected %s".formatted(got.type(), want.type());
        for (int i = 0; i < want.size(); i++) {
            boolean same = !want.dtype().isFloat() ? want.longAt(i) == got.longAt(i)
                    : isClose(got.doubleAt(i), want.doubleAt(i), tolerance, scale);
            if (!same)
                return want.dtype().isFloat() ? "element %d is %s, expected %s".formatted(i, got.doubleAt(i), want.doubleAt(i))
                        : "element %d is %d, expected %d".formatted(i, got.longAt(i), want.longAt(i));
        }
        return null;
    }

    private static boolean isClose(double a, double e, double tolerance, double scale) {
        if (a == e || Double.isNaN(a) && Double.isNaN(e)) return true;
        return !Double.isInfinite(e) && Math.abs(a - e) <= tolerance * Math.max(Math.abs(e), scale);
    }

    /// An error of a few units in the last place, for results of this dtype.
    static double ulps(DType dtype, double count) {
        return count * (dtype == DType.FLOAT32 ? 0x1p-23 : 0x1p-52);
    }

    /// An input with all extents open but those that `isStatic` keeps.
    static Variable input(String name, NDArray value, boolean isStatic) {
        long[] extents = value.shape();
        if (!isStatic) Arrays.fill(extents, TensorType.UNKNOWN);
        return damo.Damo.tensor(value.dtype(), name, extents);
    }

    /// How many variables `v` depends on.
    static int size(Variable v) {
        return Graph.order(List.of(v)).size();
    }
}
