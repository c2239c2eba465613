package damo.cpu;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import damo.CompiledFunction;
import damo.DamoException;
import damo.RandomStreams;
import damo.Shared;
import damo.graph.Variable;
import damo.type.DType;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoopsTest {
    private static long allocated(Runnable work) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        work.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    @Test void lastOverAMillionStepsNeedsConstantMemory() {
        var n = lscalar("n");
        var x = dvector("x");
        var loop = scan();
        var s = loop.state(x);
        loop.next(s, s.mul(0.5).add(1));
        loop.times(n);
        CompiledFunction f = function().in(x, n).out(loop.last(s)).compile();
        double[] at = {1, 2, 3};
        for (int i = 0; i < 3; i++) f.call(at, 1000L);
        long few = allocated(() -> f.call(at, 10L));
        long many = allocated(() -> assertArrayEquals(new double[] {2, 2, 2}, f.call(at, 1_000_000L).toDoubleArray(), 1e-12));
        assertTrue(many < few + 10_000, "10 steps allocate %d bytes, a million %d".formatted(few, many));
    }

    @Test void aStateThatBroadcastsToAnotherShapeIsRefusedAlsoWhereTheLoopBecomesASum() {
        var x = dmatrix("x");
        var b = dvector("b");
        var loop = scan();
        var e = loop.sequence(x);
        var s = loop.state(b);
        loop.next(s, s.add(e));
        CompiledFunction f = function().in(x, b).out(loop.last(s)).compile();
        double[][] rows = {{1, 2, 3, 4}, {5, 6, 7, 8}};
        assertArrayEquals(new double[] {6, 8, 10, 12}, f.call(rows, new double[4]).toDoubleArray());
        var refused = assertThrows(DamoException.class, () -> f.call(rows, new double[1]));
        assertTrue(refused.getMessage().contains("keeps its shape"), refused.getMessage());
    }

    @Test void scalarsOfNestedLoopsAreLocalVariables() {
        var n = lscalar("n");
        var outer = scan();
        var a = outer.state(constant(1.0));
        var inner = scan();
        var b = inner.state(a);
        inner.next(b, b.mul(0.5).add(inner.index().cast(DType.FLOAT64)));
        inner.times(n);
        outer.next(a, inner.last(b).add(1));
        outer.times(n);
        double want = 1;
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 5; j++) want = want * 0.5 + j;
            want += 1;
        }
        assertEquals(want, function().in(n).out(outer.last(a)).compile().call(5L).scalar());
    }

    @Test void aCheckInALoopFailsInTheStepThatBreaksItAndNothingChanges() {
        Shared total = shared(1.0, "total");
        var x = dvector("x");
        var loop = scan();
        var i = loop.index();
        var s = loop.state(total);
        loop.next(s, s.add(x.at(i)));
        loop.times(4);
        CompiledFunction f = function().in(x).out(loop.last(s)).update(total, loop.last(s)).compile();
        assertEquals(11, f.call((Object) new double[] {1, 2, 3, 4}).scalar());
        String message = assertThrows(DamoException.class, () -> f.call((Object) new double[] {1, 2, 3})).getMessage();
        assertTrue(message.contains("LoopsTest.java"), message);
        assertEquals(11, total.value().scalar());
    }

    @Test void aBranchInALoopIsTakenStepByStep() {
        var n = lscalar("n");
        var loop = scan();
        var s = loop.state(constant(27L));
        var steps = loop.state(constant(0L));
        loop.next(s, ifelse(s.mod(2).eq(0), s.floorDiv(2), s.mul(3).add(1)));
        loop.next(steps, steps.add(1));
        loop.times(n);
        loop.until(s.eq(2));
        assertEquals(111, function().in(n).out(loop.last(steps)).compile().call(1000L).scalarLong());
        assertEquals(111, function().in(n).out(loop.steps()).compile().call(1000L).scalarLong());
        assertEquals(9232, function().in(n).out(loop.trace(s).max()).compile().call(1000L).scalarLong());
    }

    @Test void stepsBeyondASequenceAreRefusedAtTheCall() {
        var n = lscalar("n");
        var x = dvector("x");
        var loop = scan();
        var e = loop.emit(loop.sequence(x).mul(2));
        loop.times(n);
        CompiledFunction f = function().in(x, n).out(e).compile();
        assertArrayEquals(new double[] {2, 4}, f.call(new double[] {1, 2, 3}, 2L).toDoubleArray());
        String longer = assertThrows(DamoException.class, () -> f.call(new double[] {1, 2, 3}, 4L)).getMessage();
        assertTrue(longer.contains("fewer elements than there are steps") && longer.contains("n (4) <= 3 is false"), longer);
        String negative = assertThrows(DamoException.class, () -> f.call(new double[] {1, 2, 3}, -1L)).getMessage();
        assertTrue(negative.contains("-1") && negative.contains("negative"), negative);
    }

    @ParameterizedTest @ValueSource(ints = {3, 100})
    void aStateThatChangesItsShapeIsRefusedAtTheCall(int steps) {
        var x = dvector("x");
        var y = dvector("y");
        var loop = scan();
        var s = loop.state(x);
        loop.next(s, y.mul(2));
        loop.times(steps);
        CompiledFunction f = function().in(x, y).out(loop.last(s)).compile();
        String message = assertThrows(DamoException.class, () -> f.call(new double[] {1, 2}, new double[] {1, 2, 3})).getMessage();
        assertTrue(message.contains("keeps its shape"), message);
    }

    /// Its derivative has products of what the loop leaves, whose shapes nobody knows then.
    @Test void extentsThatDisagreeInAStepAreToldAsTheUserWroteThem() {
        var x = dtensor3("x");
        var u = dmatrix("u");
        var loop = scan();
        var row = loop.sequence(x);
        var h = loop.state(zeros(DType.FLOAT64, 2, 3));
        loop.next(h, tanh(row.add(dot(h, u))));
        var loss = loop.last(h).pow(2).sum();
        CompiledFunction f = function().in(x, u).out(loss, grad(loss, u)).compile();
        assertEquals(0, f.callAll(new double[5][2][3], new double[3][3]).get(0).scalar());
        String message = assertThrows(DamoException.class, () -> f.callAll(new double[5][7][3], new double[3][3])).getMessage();
        assertTrue(message.startsWith("add: cannot broadcast: axis 0 is 7 and 2"), message);
    }

    @Test void rowsOfGrowingLengthAreSummedOnTheHost() {
        var x = dvector("x");
        var loop = scan();
        var sums = loop.emit(x.slice(0, loop.index()).sum());
        loop.times(x.shape(0));
        CompiledFunction f = function().in(x).out(sums).compile();
        assertArrayEquals(new double[] {0, 1, 3, 6}, f.call((Object) new double[] {1, 2, 3, 4}).toDoubleArray());
        assertTrue(f.explain().contains("call"), f.explain());
    }

    @Test void howOftenALoopRanIsAnExtentThatCompiledCodeFinds() {
        var limit = dscalar("limit");
        var loop = scan();
        var v = loop.state(constant(1.0));
        loop.next(v, v.mul(2));
        loop.times(1000);
        loop.until(v.mul(2).gt(limit));
        CompiledFunction f = function().in(limit).out(loop.trace(v)).compile();
        assertEquals(6, f.call(45.0).size());
        assertEquals(1, f.call(0.5).size());
        assertTrue(f.explain().startsWith("f") && f.explain().contains("first, extents:"), f.explain());
    }

    @Test void drawsInALoopAreNewInEachStepAndGoOnAfterIt() {
        var streams = new RandomStreams(7);
        Variable before = streams.uniform(2);
        var loop = scan();
        Variable within = streams.uniform(2);
        var each = loop.emit(within);
        var same = loop.emit(before);
        loop.times(3);
        CompiledFunction f = function().out(each, same).compile();
        var first = f.callAll();
        double[] rows = first.get(0).toDoubleArray();
        assertNotEquals(rows[0], rows[2]);
        double[] alike = first.get(1).toDoubleArray();
        assertEquals(alike[0], alike[2]);
        var second = f.callAll();
        assertNotEquals(first.get(0), second.get(0));
        var again = new RandomStreams(7);
        again.uniform(2);
        Variable plain = again.uniform(2);
        CompiledFunction g = function().out(plain).compile();
        for (int i = 0; i < 3; i++) assertArrayEquals(new double[] {rows[2 * i], rows[2 * i + 1]}, g.call().toDoubleArray());
        assertArrayEquals(second.get(0).at(0).toDoubleArray(), g.call().toDoubleArray());
        assertFalse(f.explain().isEmpty());
    }

    @Test void keyedStreamsInALoopAreNewInEachStepToo() {
        var streams = random(7).streams();
        var loop = scan();
        var rows = loop.emit(streams.normal(2));
        loop.times(3);
        CompiledFunction f = function().out(rows).compile();
        double[] first = f.call().toDoubleArray();
        double[] second = f.call().toDoubleArray();
        assertEquals(12, DoubleStream.concat(Arrays.stream(first), Arrays.stream(second)).distinct().count());
    }

    @Test void derivativesThroughDrawsInALoopUseTheNumbersThatWereDrawn() {
        for (var streams : List.of(random(3).streams(), new RandomStreams(3))) {
            var sigma = dscalar("sigma");
            var loop = scan();
            var h = loop.state(constant(0.0));
            Variable noise = streams.normal();
            loop.next(h, h.mul(0.5).add(noise.mul(sigma)));
            var e = loop.emit(noise);
            loop.times(4);
            CompiledFunction f = function().in(sigma).out(grad(loop.last(h), sigma), e).compile();
            for (int call = 0; call < 2; call++) {
                var out = f.callAll(2.0);
                double want = 0;
                for (double z : out.get(1).toDoubleArray()) want = want * 0.5 + z;
                assertEquals(want, out.get(0).scalar(), 1e-14);
            }
        }
    }
}
