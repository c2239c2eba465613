package damo.verify;

import damo.graph.Graph;
import damo.graph.Lambda;
import damo.graph.Variable;
import damo.spi.Backend;
import damo.spi.Executable;
import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import java.util.ArrayList;
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

    /// The results of `f`, compiled without rewriting. Code with vectors, short ones so that few elements fill them, must give the same bits.
    static List<NDArray> compiled(Lambda f, List<NDArray> arguments) {
        List<NDArray> scalar = compiled(f, arguments, "off"), vector = compiled(f, arguments, "128");
        for (int i = 0; i < scalar.size(); i++)
            if (!bits(scalar.get(i)).equals(bits(vector.get(i))))
                throw new IllegalStateException("result %d is %s with vectors, %s without".formatted(i, vector.get(i), scalar.get(i)));
        return scalar;
    }

    /// The results of `f` with vectors as `-Ddamo.vector` would have them; the same bits if they may lie where arguments were.
    static List<NDArray> compiled(Lambda f, List<NDArray> arguments, String vectors) {
        String before = System.setProperty("damo.vector", vectors);
        try {
            Executable executable = CPU.prepare(f);
            var results = new NDArray[f.results().size()];
            executable.run(arguments.toArray(NDArray[]::new), new NDArray[results.length], results);
            for (int first = 0; first < arguments.size(); first++) overwrite(executable, arguments, first, results);
            return List.of(results);
        } finally {
            if (before == null) System.clearProperty("damo.vector");
            else System.setProperty("damo.vector", before);
        }
    }

    /// Offers results the memory of arguments of their types, one each, from the argument `first` on.
    private static void overwrite(Executable executable, List<NDArray> arguments, int first, NDArray[] want) {
        NDArray[] own = arguments.stream().map(NDArray::copy).toArray(NDArray[]::new);
        var offered = new boolean[own.length];
        var results = new NDArray[want.length];
        for (int i = 0; i < want.length; i++)
            for (int j = 0; j < own.length; j++) {
                int at = (first + j) % own.length;
                if (results[i] != null || offered[at] || !own[at].type().equals(want[i].type())) continue;
                results[i] = own[at];
                offered[at] = true;
            }
        executable.run(own, new NDArray[want.length], results);
        for (int i = 0; i < want.length; i++)
            if (!bits(results[i]).equals(bits(want[i])))
                throw new IllegalStateException("result %d is %s where an argument may be overwritten, else %s".formatted(i, results[i], want[i]));
        for (int i = 0; i < own.length; i++)
            if (!isAmong(results, own[i]) && !bits(own[i]).equals(bits(arguments.get(i))))
                throw new IllegalStateException("argument %d is %s, but was %s".formatted(i, own[i], arguments.get(i)));
    }

    private static boolean isAmong(NDArray[] all, NDArray x) {
        for (NDArray y : all) if (x == y) return true;
        return false;
    }

    /// The results of `f`, compiled without rewriting by this back end.
    static List<NDArray> compiled(Backend backend, Lambda f, List<NDArray> arguments) {
        var results = new NDArray[f.results().size()];
        backend.prepare(f).run(arguments.toArray(NDArray[]::new), new NDArray[results.length], results);
        return List.of(results);
    }

    /// All elements, in boxes: those of floats compare by bits, save that all NaNs are one.
    static List<Object> bits(NDArray x) {
        var all = new ArrayList<Object>();
        for (int i = 0; i < x.size(); i++) all.add(x.dtype().isFloat() ? (Object) x.doubleAt(i) : x.longAt(i));
        return all;
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
