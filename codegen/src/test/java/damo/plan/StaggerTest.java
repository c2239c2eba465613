package damo.plan;

import static damo.graph.ScalarOp.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.graph.Reduction;
import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Scalar;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.type.DType;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StaggerTest {
    private final Values v = new Values();
    private final Value m = v.symbol("m"), n = v.symbol("n");
    private final Axis i = new Axis("i", m), j = new Axis("j", n), a = new Axis("a", n), b = new Axis("b", n);
    private final Buffer x = new Buffer("x", DType.FLOAT64, List.of(m, n)), z = new Buffer("z", DType.FLOAT64, List.of(m, n));

    private Value at(Buffer buffer, Axis... axes) {
        return v.load(buffer, v.indices(List.of(axes)));
    }

    private Optional<Stagger> of(Value value) {
        var kernel = new Kernel("f", List.of(i, j), List.of(new Store(z, v.indices(List.of(i, j)), value)));
        var guard = (Stmt.Guard) Schedule.joined(v, kernel, true).getFirst();
        return Stagger.of((Stmt.Loop) guard.body().getFirst());
    }

    private static Reduction reduction(Stmt stmt) {
        return ((Scalar.Fold) ((Stmt.Fold) stmt).fold().op()).f();
    }

    @Test void aRowBeginsWithItsFirstReductionAndEndsWithLoopsAfterTheLast() {
        Value max = v.fold(Reduction.MAX, List.of(a), at(x, i, a));
        Value sum = v.fold(Reduction.SUM, List.of(b), v.apply(EXP, v.apply(SUB, at(x, i, b), max)));
        Stagger softmax = of(v.apply(DIV, v.apply(EXP, v.apply(SUB, at(x, i, j), max)), sum)).orElseThrow();
        assertEquals(Reduction.MAX, reduction(softmax.first().getLast()));
        assertEquals(List.of(Reduction.SUM), softmax.then().stream().map(StaggerTest::reduction).toList());
        assertInstanceOf(Stmt.Loop.class, softmax.last().getLast());
        assertTrue(softmax.carried().contains(((Stmt.Fold) softmax.then().getFirst()).fold()));
    }

    @Test void oneReductionIsEnough() {
        Stagger shares = of(v.apply(DIV, at(x, i, j), v.fold(Reduction.SUM, List.of(a), at(x, i, a)))).orElseThrow();
        assertEquals(List.of(), shares.then());
    }

    @Test void whatWaitsForNothingStays() {
        assertTrue(of(v.apply(EXP, at(x, i, j))).isEmpty());
    }

    @Test void aRowThatLoadsWhatOthersStoreStays() {
        assertTrue(of(v.apply(DIV, at(x, i, j), v.fold(Reduction.SUM, List.of(a), at(z, i, a)))).isEmpty());
    }
}
