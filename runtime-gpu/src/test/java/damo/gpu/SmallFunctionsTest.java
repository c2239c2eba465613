package damo.gpu;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.FunctionBuilder;
import damo.graph.Index;
import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Small functions of each family of kernels, against the interpreter. `.ci/run` runs this in Oclgrind, which looks for races and for what is
/// read before it is written.
class SmallFunctionsTest {
    private static final double[][] X = {{1, 2, 3}, {4, 5, 7}, {-1, 0.5, 2}, {3, 3, 3}};
    private final Variable x = dmatrix("x");

    @BeforeEach void aDeviceIsThere() {
        OnDevice.device();
    }

    private void check(Variable... results) {
        check(X, results);
    }

    private void check(double[][] at, Variable... results) {
        Supplier<FunctionBuilder> f = () -> function().in(x).out(results);
        List<NDArray> want = f.get().on("interpreter").compile().callAll((Object) at);
        List<NDArray> got = f.get().on("gpu").compile().callAll((Object) at);
        for (int i = 0; i < want.size(); i++) assertTrue(got.get(i).allClose(want.get(i), 1e-12, 1e-12), want.get(i) + " " + got.get(i));
    }

    @Test void elementwise() {
        check(exp(x).mul(x).add(x.sum(0)), where(x.gt(2), x, x.neg()));
    }

    @Test void broadcasts() {
        check(x.index(Index.ALL, Index.NEW_AXIS).mul(x), x.at(0).outer(x.at(1)), x.add(x.shape(0)));
    }

    @Test void dtypes() {
        Variable i = x.cast(DType.INT32);
        check(x.cast(DType.FLOAT32).mul(0.5).sin(), i.floorDiv(2).mod(3), x.gt(1).and(x.lt(5)), x.cast(DType.UINT8).add(250),
                i.sum(1), x.gt(2).any(1));
    }

    @Test void slicesAndStrides() {
        Variable odd = x.index(Index.range(null, null, -2), Index.range(1, null));
        check(x.transpose().mul(2), odd.exp(), x.reshape(2, 6).add(x.flatten().reshape(2, 6)), grad(odd.mul(odd).sum(), x));
    }

    @Test void reductions() {
        check(x.sum(), x.sum(0), x.sum(1), x.max(1), x.max(), x.prod(0), x.argmax(1));
    }

    /// More terms than a group has items, and more positions.
    @Test void longRows() {
        check(wide(3, 150), x.sum(1), softmax(x), x.max(0), x.sum(), x.sub(x.mean(true, 1)).pow(2).sum(1));
    }

    /// So many terms for so few results that they are done in parts.
    @Test void longReductionsInParts() {
        check(wide(16_400, 2), x.sum(0), x.sum(), x.max(0));
        check(wide(2, 16_400), x.sub(x.mean(true, 1)).pow(2).sum(1), softmax(x));
    }

    private static double[][] wide(int rows, int columns) {
        return IntStream.range(0, rows).mapToObj(i -> IntStream.range(0, columns).mapToDouble(j -> (i + 1) * j % 17 / 4.0).toArray())
                .toArray(double[][]::new);
    }

    @Test void rows() {
        check(softmax(x), x.sub(x.mean(true, 1)), logSoftmax(x), logSumExp(x, 1));
    }

    @Test void shortRowsOfKnownExtents() {
        Variable known = x.reshape(4, 3);
        check(known.sub(known.sum(true, 1)), known.mul(known.sum(true, 1)));
    }

    /// What a group stores outside of a loop has values in common.
    @Test void longSumsBesideShortRows() {
        check(wide(4, 150), x.index(Index.ALL, Index.range(0, 2)).reshape(4, 2).sub(x.sum(true, 1)).mul(2));
    }

    @Test void products() {
        check(dot(x, x.transpose()), dot(x.transpose(), x), dot(x, x.transpose().sum(1)));
    }

    @Test void batchesOfProducts() {
        Variable batch = x.reshape(2, -1, 3);
        check(matmul(batch, batch.dimshuffle(0, 2, 1)), dot(x.cast(DType.INT64), x.transpose().cast(DType.INT64)));
        check(wide(19, 21), dot(x, x.transpose()).add(x.sum(1)).maximum(0));
    }

    /// Of several tiles, with an epilogue.
    @Test void tiles() {
        Variable f = x.cast(DType.FLOAT32);
        check(wide(70, 35), dot(x, x.transpose()).add(x.sum(1)).maximum(0), dot(f.transpose(), f), dot(x, x.transpose()).dot(x));
    }

    @Test void gathersAndScatters() {
        Variable rows = constant(new long[] {2, 0, 2});
        check(x.take(0, rows), grad(x.take(0, rows).sum(), x), join(0, x, x));
    }

    @Test void updatedParts() {
        check(set(x.at(1), 0), inc(x.index(Index.take(new long[] {3, 1, 3})), x.at(0)), stack(0, x, x.neg()));
    }

    @Test void loops() {
        var loop = scan();
        var row = loop.sequence(x);
        var s = loop.state(x.sum(0));
        loop.next(s, s.mul(0.5).add(row));
        check(loop.last(s), loop.trace(s), grad(loop.last(s).sum(), x));
    }

    @Test void loopsThatEnd() {
        var loop = scan();
        var s = loop.state(x.sum());
        loop.next(s, s.mul(0.5));
        loop.until(s.lt(1));
        check(loop.last(s), x.cumsum(0));
    }

    @Test void branches() {
        check(ifelse(x.sum().gt(0), softmax(x), x), ifelse(x.sum().lt(0), x.exp(), x.transpose().dot(x).sum().add(x)));
    }

    @Test void numbers() {
        check(random(3).uniform(5).add(x.sum()), random(4).normal(4, 3).mul(x), random(5).bernoulli(0.5, 7));
    }
}
