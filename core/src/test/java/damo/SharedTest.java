package damo;

import static damo.Damo.*;
import static damo.Refused.refused;
import static org.junit.jupiter.api.Assertions.*;

import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// State: its values, its updates, its threads.
class SharedTest {
    @Test void dtypeAndRankStayAndExtentsMayChange() {
        var s = shared(new double[] {1, 2}, "s");
        assertEquals(TensorType.ofRank(DType.FLOAT64, 1), s.type());
        s.set(new double[] {1, 2, 3});
        assertEquals(3, s.value().size());
        refused(() -> s.set(1.0), "set: the shared variable s", "float64[?]", "1 axes");
        refused(() -> s.set(new double[1][1]), "2");
        refused(() -> shared(new float[1], "w").set(new double[1]), "float32[?]", "float64[1]");
        refused(() -> shared(0, "n").set(0.5), "int32", "0.5");
        refused(() -> shared("text"), "String");
    }

    @Test void valuesAreCopiedInAndOutButBorrowed() {
        double[] mine = {1};
        var s = shared(NDArray.wrap(mine, 1));
        mine[0] = 2;
        assertEquals(1, s.value().get(0));
        s.set(mine);
        mine[0] = 3;
        assertEquals(2, s.get().get(0));
        ((double[]) s.value().storage())[0] = 4;
        assertEquals(2, s.value().get(0));
        assertSame(s.borrow(), s.borrow());
    }

    @Test void anotherNameIsTheSameState() {
        var s = shared(1.0, "s");
        var t = s.named("t");
        function().update(s, t.add(s)).compile().callAll();
        assertEquals(2, t.value().scalar());
        t.set(5);
        assertEquals(5, s.value().scalar());
    }

    @Test void updatesSeeTheValuesFromBefore() {
        var a = shared(1.0);
        var b = shared(2.0);
        CompiledFunction f = function().out(a, b).update(a, b).update(b, a).compile();
        assertEquals(List.of(NDArray.of(1.0), NDArray.of(2.0)), f.callAll());
        assertEquals(List.of(NDArray.of(2.0), NDArray.of(1.0)), f.callAll());
    }

    @Test void aDestinationThatDoesNotFitChangesNoState() {
        var v = shared(new double[] {1, 2});
        CompiledFunction f = function().out(v.expandDims(0)).update(v, v.add(1)).compile();
        refused(() -> f.into((Object) new double[2][2]).call(), "double[][]");
        assertArrayEquals(new double[] {1, 2}, v.value().toDoubleArray());
        f.call();
        assertArrayEquals(new double[] {2, 3}, v.value().toDoubleArray());
    }

    @Test void stateMayUpdateItself() {
        var key = shared(1L, "key");
        key.updatedBy(key.add(1));
        CompiledFunction draw = function().out(key.mul(10)).compile();
        assertEquals(10, draw.call().scalar());
        assertEquals(20, draw.call().scalar());
        CompiledFunction still = function().out(key.mul(10)).withoutDefaultUpdates().compile();
        assertEquals(still.call(), still.call());
        assertEquals(30, draw.copy().withoutUpdates().compile().call().scalar());
        assertEquals(3, key.value().scalar());
        function().out(key).update(key, constant(7L)).compile().call();                 // what the user says goes first
        assertEquals(7, key.value().scalar());
    }

    @Test void copiesSwapStateOfTheSameType() {
        var a = shared(0.0, "a");
        var b = shared(0.0, "b");
        var x = dscalar("x");
        CompiledFunction f = function().in(x).out(a).update(a, a.add(x)).compile();
        refused(() -> f.copy().swap(a, shared(0f, "c")), "swap", "float32", "float64");
        refused(() -> f.copy().swap(b, a), "does not use the shared variable b", "[a]");
        refused(() -> f.copy().swap(a, b).swap(a, b), "already");
        CompiledFunction both = function().update(a, a.add(1)).update(b, b.add(2)).compile();
        refused(() -> both.copy().swap(a, b).compile(), "twice");
        both.copy().swap(a, b).swap(b, a).compile().callAll();
        assertEquals(2, a.value().scalar());
        assertEquals(1, b.value().scalar());
        assertEquals("g", f.copy().name("g").compile().name());
    }

    @Test void noUpdateIsLostBetweenThreadsAndNoneIsHalfSeen() throws Exception {
        var a = shared(0L);
        var b = shared(0L);
        CompiledFunction up = function().update(a, a.add(1)).update(b, b.sub(1)).compile();
        CompiledFunction down = function().update(b, b.add(1)).update(a, a.sub(1)).compile();
        CompiledFunction sum = function().out(a.add(b)).compile();
        try (var threads = Executors.newFixedThreadPool(4)) {
            var jobs = IntStream.range(0, 4).mapToObj(t -> threads.submit(() -> {
                for (int i = 0; i < 500; i++) {
                    if (t == 0) down.callAll();
                    else up.callAll();
                    assertEquals(0, sum.call().scalar());
                }
            })).toList();
            for (var job : jobs) job.get();
        }
        assertEquals(1000, a.value().scalar());
        assertEquals(-1000, b.value().scalar());
    }
}
