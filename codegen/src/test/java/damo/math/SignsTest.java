package damo.math;

import static damo.graph.ScalarOp.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.graph.Reduction;
import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.type.DType;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignsTest {
    private final Values v = new Values();
    private final Value m = v.symbol("m"), n = v.symbol("n");
    private final Axis i = new Axis("i", m), j = new Axis("j", n), a = new Axis("a", m), b = new Axis("b", n);
    private final Buffer x = new Buffer("x", DType.FLOAT32, List.of(m, n)), y = new Buffer("y", DType.FLOAT32, List.of(m, n));

    private Value at(Buffer buffer, Axis row, Axis column) {
        return v.load(buffer, v.indices(List.of(row, column)));
    }

    private boolean isNeverPositive(Value value) {
        return Signs.isNeverPositive(v, value);
    }

    private boolean isBelow(Value value, Value max) {
        return isNeverPositive(v.apply(SUB, value, max));
    }

    @Test void nothingIsAboveTheMaximumOfAllThatIsLikeIt() {
        Value row = v.fold(Reduction.MAX, List.of(b), at(x, i, b)), all = v.fold(Reduction.MAX, List.of(a, b), at(x, a, b));
        assertTrue(isBelow(at(x, i, j), row));
        assertTrue(isBelow(at(x, i, j), all));
        assertFalse(isBelow(at(y, i, j), row));
        assertFalse(isBelow(at(x, a, j), row));                        // of another row
        assertFalse(isBelow(row, at(x, i, j)));
        assertFalse(isBelow(at(x, i, j), v.fold(Reduction.MIN, List.of(b), at(x, i, b))));
    }

    @Test void anotherExtentIsAnotherMaximum() {
        Axis few = new Axis("few", v.symbol("k"));
        assertFalse(isBelow(at(x, i, j), v.fold(Reduction.MAX, List.of(few), at(x, i, few))));
    }

    @Test void negativesOfSquaresAndMagnitudes() {
        Value u = at(x, i, j), w = at(y, i, j), square = v.apply(MUL, u, u);
        assertTrue(isNeverPositive(v.apply(NEG, v.apply(ABS, u))));
        assertTrue(isNeverPositive(v.apply(MUL, v.number(DType.FLOAT32, -0.5), square)));
        assertTrue(isNeverPositive(v.apply(NEG, square)));
        assertFalse(isNeverPositive(v.apply(NEG, u)));
        assertFalse(isNeverPositive(v.apply(NEG, v.apply(MUL, u, w))));
        assertFalse(isNeverPositive(v.apply(MUL, v.number(DType.FLOAT32, 0.5), square)));
        assertFalse(isNeverPositive(u));
    }
}
