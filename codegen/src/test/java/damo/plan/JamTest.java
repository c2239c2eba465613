package damo.plan;

import static damo.graph.ScalarOp.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.graph.Reduction;
import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.type.DType;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JamTest {
    private final Values v = new Values();
    private final Value m = v.symbol("m"), n = v.symbol("n");
    private final Axis i = new Axis("i", m), a = new Axis("a", n), b = new Axis("b", n);
    private final Buffer x = new Buffer("x", DType.FLOAT64, List.of(m, n)), w = new Buffer("w", DType.FLOAT64, List.of(n));
    private final Buffer z = new Buffer("z", DType.FLOAT64, List.of(m));

    private Value at(Buffer buffer, Axis... axes) {
        return v.load(buffer, v.indices(List.of(axes)));
    }

    private Value sum(Axis axis, Value term) {
        return v.fold(Reduction.SUM, List.of(axis), term);
    }

    private Optional<Jam> of(Value value) {
        var kernel = new Kernel("f", List.of(i), List.of(new Store(z, v.indices(List.of(i)), value)));
        var guard = (Stmt.Guard) Schedule.joined(v, kernel, true).getFirst();
        return Jam.of((Stmt.Loop) guard.body().getLast());
    }

    @Test void rowsThatAreMultipliedByOneVectorGoTogether() {
        Value dot = sum(a, v.apply(MUL, at(x, i, a), at(w, a)));
        Jam jam = of(v.apply(TANH, dot)).orElseThrow();
        assertInstanceOf(Stmt.Put.class, jam.after().getLast());
    }

    @Test void whatIsStoredOverWhatThePositionAddsMayBeReadThen() {
        assertTrue(of(v.apply(ADD, at(z, i), sum(a, v.apply(MUL, at(x, i, a), at(w, a))))).isPresent());
    }

    @Test void rowsThatHaveNothingInCommonStay() {
        assertTrue(of(sum(a, v.apply(MUL, at(x, i, a), at(x, i, a)))).isEmpty());
    }

    @Test void aPositionThatReducesWhatOthersStoreStays() {
        assertTrue(of(sum(a, v.apply(MUL, at(x, i, a), v.apply(MUL, at(z, i), at(w, a))))).isEmpty());
    }

    @Test void twoReductionsStay() {
        assertTrue(of(v.apply(ADD, sum(a, v.apply(MUL, at(x, i, a), at(w, a))), sum(b, at(x, i, b)))).isEmpty());
    }

    @Test void longComputationsStay() {
        Value far = at(w, a);
        for (int k = 0; k < 20; k++) far = v.apply(MUL, v.apply(ADD, far, at(x, i, a)), far);
        assertTrue(of(sum(a, far)).isEmpty());
    }
}
