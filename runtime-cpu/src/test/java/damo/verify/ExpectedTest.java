package damo.verify;

import static damo.Damo.dscalar;
import static damo.Damo.dvector;
import static damo.Damo.scan;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import damo.graph.Lambda;
import damo.graph.Variable;
import damo.interpret.Interpreter;
import damo.value.NDArray;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What checks everything else is checked itself: rounding is told from an error.
class ExpectedTest {
    private static String whenOffBy(double error, Lambda f, NDArray... arguments) {
        NDArray want = Interpreter.run(f, List.of(arguments)).getFirst();
        NDArray got = NDArray.of(want.doubleAt(0) + error);
        return Expected.of(f, List.of(arguments)).difference(List.of(want), List.of(got));
    }

    @Test void aSmallErrorOfAnOrdinaryResultIsFound() {
        Variable x = dvector("x");
        var f = new Lambda("f", List.of(x), List.of(x.tanh().sum()));
        assertNull(whenOffBy(1e-13, f, NDArray.of(new double[] {1, -2, 3})));
        assertNotNull(whenOffBy(1e-10, f, NDArray.of(new double[] {1, -2, 3})));
    }

    @Test void aLoopThatMultipliesErrorsMayErrByAsMuch() {
        Variable x = dvector("x");
        var loop = scan();
        Variable s = loop.state(x);
        loop.next(s, x.add(s.tanh().sum().tanh().mul(30)));
        loop.times(4);
        var f = new Lambda("f", List.of(x), List.of(loop.last(s).sum()));
        NDArray opposite = NDArray.of(new double[] {-2, 1, -1, 2, 0});
        assertNull(whenOffBy(1e-8, f, opposite));
        assertNotNull(whenOffBy(1e-2, f, opposite));
    }

    @Test void whatIsExactIsNotMovedAndJumpsNowhere() {
        Variable x = dvector("x"), y = dscalar("y");
        var f = new Lambda("f", List.of(x, y), List.of(x.mul(y).add(1).floor().sum(), x.dot(x).eq(14).cast(damo.type.DType.FLOAT64)));
        List<NDArray> arguments = List.of(NDArray.of(new double[] {1, -2, 3}), NDArray.of(3.0));
        List<NDArray> noisy = Interpreter.run(Noise.in(f, 1e-3, 1e3), arguments);
        for (int i = 0; i < 2; i++) assertEquals(Interpreter.run(f, arguments).get(i), noisy.get(i));
    }
}
