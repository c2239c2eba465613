package damo.verify;

import damo.graph.Graph;
import damo.graph.Lambda;
import damo.graph.Op;
import damo.graph.Variable;
import damo.interpret.Interpreter;
import damo.type.DType;
import damo.value.NDArray;
import java.util.List;

/// How closely other ways to compute a graph must come to the interpreter's.
///
/// @param scale the largest number of all that is computed on the way: where large numbers cancel, their last places stay
/// @param tolerance how much may be lost, of the scale
record Expected(Lambda f, List<NDArray> arguments, double scale, double tolerance) {
    private static final double LARGE = 1e12;
    private static final double[] FREQUENCIES = {1e3, 3e5};
    private static final double MARGIN = 16;

    static Expected of(Lambda f, List<NDArray> arguments) {
        double scale = 1;
        for (NDArray x : Interpreter.run(f.withResults(unconditional(f)), arguments))
            if (x.dtype().isFloat()) scale = Math.max(scale, RandomGraph.magnitude(x));
        return new Expected(f, arguments, scale, isSingle(f) ? 1e-4 : 1e-11);
    }

    /// Whether numbers are so large that nothing can be said of what is left when they cancel.
    boolean isVague() {
        return scale > LARGE;
    }

    /// Where `got` is not `want`, or `null`; both begin with results of the graph, in order. What rounding may move further than the tolerance, as
    /// in a loop that multiplies each step's error, is measured by [Noise].
    String difference(List<NDArray> want, List<NDArray> got) {
        for (int i = 0; i < want.size(); i++) {
            String wrong = Agreement.difference(want.get(i), got.get(i), tolerance, scale);
            if (wrong == null) continue;
            double moved = want.get(i).dtype().isFloat() ? moved(i) : 0;
            if (Agreement.difference(want.get(i), got.get(i), tolerance, Math.max(scale, MARGIN * moved / tolerance)) != null)
                return "result %d: %s (rounding moves it by %.1e)".formatted(i, wrong, moved);
        }
        return null;
    }

    /// How far noise in the last places moves elements of a result, at most.
    private double moved(int result) {
        Lambda g = f.withResults(List.of(f.results().get(result)));
        NDArray still = Interpreter.run(g, arguments).getFirst();
        double most = 0;
        for (double frequency : FREQUENCIES) {
            NDArray moved = Interpreter.run(Noise.in(g, isSingle(f) ? 0x1p-22 : 0x1p-51, frequency), arguments).getFirst();
            for (int i = 0; i < still.size(); i++) most = Math.max(most, Math.abs(still.doubleAt(i) - moved.doubleAt(i)));
        }
        return most;
    }

    private static boolean isSingle(Lambda f) {
        return Graph.order(f.results()).stream().anyMatch(v -> v.dtype() == DType.FLOAT32);
    }

    /// Everything that is computed whichever branch is taken.
    private static List<Variable> unconditional(Lambda f) {
        return Graph.order(f.results(), v -> v.op() instanceof Op.If
                || v.op() instanceof Op.Assert).stream().filter(v -> !(v.op() instanceof Op.Input)).toList();
    }
}
