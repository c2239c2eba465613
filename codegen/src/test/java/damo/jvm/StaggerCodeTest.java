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
import java.lang.reflect.Array;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Rows that overlap against rows one after the other: only code with vectors has the former.
class StaggerCodeTest {
    private static final int[] ROWS = {0, 1, 2, 3, 8}, COLUMNS = {1, 7, 16, 33, 64, 100, 2100, 4200};

    private final Values v = new Values();
    private final Value m = v.symbol("m"), n = v.symbol("n");
    private final Axis i = new Axis("i", m), j = new Axis("j", n), a = new Axis("a", n), b = new Axis("b", n);
    private Buffer x, y, z;

    StaggerCodeTest() {
        buffers(DType.FLOAT32);
    }

    private void buffers(DType t) {
        x = new Buffer("x", t, List.of(m, n));
        y = new Buffer("y", t, List.of(m));
        z = new Buffer("z", t, List.of(m, n));
    }

    private Value at(Buffer buffer, Axis... axes) {
        return v.load(buffer, v.indices(List.of(axes)));
    }

    private void check(Value value) {
        var kernel = new Kernel("f", List.of(i, j), List.of(new Store(z, v.indices(List.of(i, j)), value)));
        Run run = Run.of(v, List.of(kernel), List.of(z, x, y), "m", "n");
        for (int rows : ROWS)
            for (int columns : COLUMNS) {
                Object result = array(rows * columns), same = array(rows * columns);
                run.run(new int[] {rows, columns}, result, array(rows * columns), array(rows));
                for (int from = 0; from <= rows; from++)
                    run.run(0, from, from + 2, new int[] {rows, columns}, result, array(rows * columns), array(rows));
                run.run(new int[] {rows, columns}, same, same, array(rows));
            }
    }

    /// Of all kinds, 64 at a time: a maximum of what is all negative, and NaN, are found in other ways, and exponentials of what is far below it.
    private Object array(int size) {
        var random = new Random(size);
        Object array = Array.newInstance(x.dtype() == DType.FLOAT32 ? float.class : double.class, size);
        int kind = 0;
        for (int k = 0; k < size; k++) {
            if (k % 64 == 0) kind = random.nextInt(8);
            float any = (float) random.nextGaussian();
            boolean isOdd = random.nextInt(20) == 0;
            float value = switch (kind) {
                case 0 -> isOdd ? Float.NEGATIVE_INFINITY : any;
                case 1 -> isOdd ? Float.POSITIVE_INFINITY : any;
                case 2 -> isOdd ? Float.NEGATIVE_INFINITY : -Math.abs(any);
                case 3 -> Math.abs(any);
                case 4 -> isOdd ? Float.NaN : any;
                case 5 -> isOdd ? Float.intBitsToFloat(-1) : any;
                case 6 -> isOdd ? 100 * any : any;
                default -> isOdd ? 0f : -0f;
            };
            if (array instanceof double[] doubles) doubles[k] = value;
            else Array.set(array, k, value);
        }
        return array;
    }

    @Test void softmax() {
        Value max = v.fold(Reduction.MAX, List.of(a), at(x, i, a));
        Value sum = v.fold(Reduction.SUM, List.of(b), v.apply(EXP, v.apply(SUB, at(x, i, b), max)));
        check(v.apply(DIV, v.apply(EXP, v.apply(SUB, at(x, i, j), max)), sum));
    }

    @Test void softmin() {
        Value min = v.fold(Reduction.MIN, List.of(a), at(x, i, a));
        Value sum = v.fold(Reduction.SUM, List.of(b), v.apply(EXP, v.apply(SUB, min, at(x, i, b))));
        check(v.apply(DIV, v.apply(EXP, v.apply(SUB, min, at(x, i, j))), sum));
    }

    @Test void distancesFromTheExtremesOfDoubles() {
        for (Reduction f : List.of(Reduction.MAX, Reduction.MIN)) {
            buffers(DType.FLOAT64);
            Value extreme = v.fold(f, List.of(a), at(x, i, a));
            Value sum = v.fold(Reduction.SUM, List.of(b), v.apply(SUB, at(x, i, b), extreme));
            check(v.apply(DIV, v.apply(SUB, at(x, i, j), extreme), sum));
        }
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
