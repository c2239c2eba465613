package damo.jvm;

import static damo.graph.ScalarOp.*;

import damo.graph.Reduction;
import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.type.DType;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Rows that go together against rows one after the other: only code with vectors has the former.
class JamCodeTest {
    private static final int[] ROWS = {0, 1, 3, 4, 5, 11}, COLUMNS = {0, 1, 64, 255, 256, 300, 2100, 4200};

    private final Values v = new Values();
    private final Value m = v.symbol("m"), n = v.symbol("n");
    private final Axis i = new Axis("i", m), a = new Axis("a", n);

    private Value at(Buffer buffer, Axis... axes) {
        return v.load(buffer, v.indices(List.of(axes)));
    }

    private interface Term {
        Value of(Value x, Value w);
    }

    /// `z[i] = exp(sum of terms) + z[i]`.
    private void check(DType t, Term term) {
        Buffer x = new Buffer("x", t, List.of(m, n)), w = new Buffer("w", t, List.of(n)), z = new Buffer("z", t, List.of(m));
        Value sum = v.fold(Reduction.SUM, List.of(a), term.of(at(x, i, a), at(w, a)));
        var kernel = new Kernel("f", List.of(i), List.of(new Store(z, v.indices(List.of(i)), v.apply(ADD, v.apply(EXP, sum), at(z, i)))));
        Run run = Run.of(v, List.of(kernel), List.of(z, x, w), "m", "n");
        for (int rows : ROWS)
            for (int columns : COLUMNS) {
                run.run(new int[] {rows, columns}, numbers(t, rows), numbers(t, rows * columns), numbers(t, columns));
                for (int from = 0; from <= rows; from++)
                    run.run(0, from, from + 6, new int[] {rows, columns}, numbers(t, rows), numbers(t, rows * columns), numbers(t, columns));
            }
    }

    private static Object numbers(DType t, int size) {
        var random = new Random(size);
        double[] doubles = random.doubles(size, -1, 1).map(d -> random.nextInt(500) == 0 ? Double.POSITIVE_INFINITY : d).toArray();
        if (t == DType.FLOAT64) return doubles;
        var floats = new float[size];
        for (int k = 0; k < size; k++) floats[k] = (float) doubles[k];
        return floats;
    }

    @ParameterizedTest @EnumSource(value = DType.class, names = {"FLOAT32", "FLOAT64"}) void productsWithAVector(DType t) {
        check(t, (x, w) -> v.apply(MUL, x, w));
    }

    @ParameterizedTest @EnumSource(value = DType.class, names = {"FLOAT32", "FLOAT64"}) void distancesFromAPoint(DType t) {
        check(t, (x, w) -> v.apply(MUL, v.apply(SUB, x, w), v.apply(SUB, x, w)));
    }

    @Test void asManyPositionsAsAProductSays() {
        var row = new Axis("row", v.mul(m, v.symbol("k")));
        Buffer x = new Buffer("x", DType.FLOAT64, List.of(row.extent(), n)), w = new Buffer("w", DType.FLOAT64, List.of(n));
        Buffer z = new Buffer("z", DType.FLOAT64, List.of(row.extent()));
        Value sum = v.fold(Reduction.SUM, List.of(a), v.apply(MUL, at(x, row, a), at(w, a)));
        var kernel = new Kernel("f", List.of(row), List.of(new Store(z, v.indices(List.of(row)), sum)));
        Run run = Run.of(v, List.of(kernel), List.of(z, x, w), "m", "n", "k");
        for (int columns : COLUMNS)
            run.run(new int[] {3, columns, 3}, new double[9], numbers(DType.FLOAT64, 9 * columns), numbers(DType.FLOAT64, columns));
    }

    @Test void termsOfThePositionItself() {
        Value row = v.convert(v.index(i), DType.FLOAT64);
        check(DType.FLOAT64, (x, w) -> v.apply(MUL, v.apply(MUL, row, x), w));
    }
}
