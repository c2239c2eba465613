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

/// Rows that overlap against rows one after the other: only code with vectors has the former.
class StaggerCodeTest {
    private static final int[] ROWS = {0, 1, 2, 3, 8}, COLUMNS = {1, 7, 16, 33, 64, 100, 2100, 4200};

    private final Values v = new Values();
    private final Value m = v.symbol("m"), n = v.symbol("n");
    private final Axis i = new Axis("i", m), j = new Axis("j", n), a = new Axis("a", n), b = new Axis("b", n);
    private final Buffer x = new Buffer("x", DType.FLOAT32, List.of(m, n)), y = new Buffer("y", DType.FLOAT32, List.of(m));
    private final Buffer z = new Buffer("z", DType.FLOAT32, List.of(m, n));

    private Value at(Buffer buffer, Axis... axes) {
        return v.load(buffer, v.indices(List.of(axes)));
    }

    private void check(Value value) {
        var kernel = new Kernel("f", List.of(i, j), List.of(new Store(z, v.indices(List.of(i, j)), value)));
        Run run = Run.of(v, List.of(kernel), List.of(z, x, y), "m", "n");
        for (int rows : ROWS)
            for (int columns : COLUMNS) {
                run.run(new int[] {rows, columns}, new float[rows * columns], floats(rows * columns), floats(rows));
                for (int from = 0; from <= rows; from++)
                    run.run(0, from, from + 2, new int[] {rows, columns}, new float[rows * columns], floats(rows * columns), floats(rows));
                float[] same = floats(rows * columns);
                run.run(new int[] {rows, columns}, same, same, floats(rows));
            }
    }

    private static float[] floats(int size) {
        var random = new Random(size);
        var floats = new float[size];
        for (int k = 0; k < size; k++) floats[k] = random.nextInt(20) == 0 ? Float.NEGATIVE_INFINITY : (float) random.nextGaussian();
        return floats;
    }

    @Test void softmax() {
        Value max = v.fold(Reduction.MAX, List.of(a), at(x, i, a));
        Value sum = v.fold(Reduction.SUM, List.of(b), v.apply(EXP, v.apply(SUB, at(x, i, b), max)));
        check(v.apply(DIV, v.apply(EXP, v.apply(SUB, at(x, i, j), max)), sum));
    }

    @Test void smallestAndThenSum() {
        Value min = v.fold(Reduction.MIN, List.of(a), v.apply(MUL, at(x, i, a), at(y, i)));
        Value sum = v.fold(Reduction.SUM, List.of(b), v.apply(MAX, at(x, i, b), min));
        check(v.apply(DIV, v.apply(SUB, at(x, i, j), min), sum));
    }

    @Test void deviationsFromTheMean() {
        Value count = v.convert(n, DType.FLOAT32);
        Value mean = v.apply(DIV, v.fold(Reduction.SUM, List.of(a), at(x, i, a)), count);
        Value deviation = v.apply(SUB, at(x, i, b), mean);
        Value variance = v.apply(DIV, v.fold(Reduction.SUM, List.of(b), v.apply(MUL, deviation, deviation)), count);
        check(v.apply(DIV, v.apply(SUB, at(x, i, j), mean), v.apply(SQRT, variance)));
    }

    @Test void sharesOfASumTimesANumberOfTheRow() {
        check(v.apply(MUL, v.apply(DIV, at(x, i, j), v.fold(Reduction.SUM, List.of(a), at(x, i, a))), at(y, i)));
    }
}
