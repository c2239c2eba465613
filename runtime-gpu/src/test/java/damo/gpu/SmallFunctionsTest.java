package damo.gpu;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.FunctionBuilder;
import damo.graph.Variable;
import damo.value.NDArray;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// One small function of each family of kernels, against the interpreter. `.ci/run` runs this in Oclgrind, which looks for races and for what is
/// read before it is written.
class SmallFunctionsTest {
    private static final double[][] X = {{1, 2, 3}, {4, 5, 7}, {-1, 0.5, 2}, {3, 3, 3}};
    private final Variable x = dmatrix("x");

    @BeforeEach void aDeviceIsThere() {
        OnDevice.device();
    }

    private void check(Variable... results) {
        Supplier<FunctionBuilder> f = () -> function().in(x).out(results);
        List<NDArray> want = f.get().on("interpreter").compile().callAll((Object) X);
        List<NDArray> got = f.get().on("gpu").compile().callAll((Object) X);
        for (int i = 0; i < want.size(); i++) assertTrue(got.get(i).allClose(want.get(i), 1e-13, 1e-13), want.get(i) + " " + got.get(i));
    }

    @Test void elementwise() {
        check(exp(x).mul(x).add(x.sum(0)), where(x.gt(2), x, x.neg()));
    }

    @Test void reductions() {
        check(x.sum(), x.sum(0), x.sum(1), x.max(1), x.max());
    }

    @Test void rows() {
        check(softmax(x), x.sub(x.mean(true, 1)));
    }

    /// What a group stores outside of a loop has values in common.
    @Test void shortRowsOfKnownExtents() {
        Variable known = x.reshape(4, 3);
        check(known.sub(known.sum(true, 1)), known.mul(known.sum(true, 1)));
    }

    @Test void products() {
        check(dot(x, x.transpose()), dot(x.transpose(), x), dot(x, x.transpose().sum(1)));
    }

    @Test void gathersAndScatters() {
        Variable rows = constant(new long[] {2, 0, 2});
        check(x.take(0, rows), grad(x.take(0, rows).sum(), x), join(0, x, x));
    }

    @Test void loops() {
        var loop = scan();
        var row = loop.sequence(x);
        var s = loop.state(x.sum(0));
        loop.next(s, s.mul(0.5).add(row));
        check(loop.last(s), loop.trace(s));
    }

    @Test void numbers() {
        check(random(3).uniform(5).add(x.sum()));
    }
}
