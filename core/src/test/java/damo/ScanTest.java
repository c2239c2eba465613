package damo;

import static damo.Damo.*;
import static damo.Refused.refused;
import static org.junit.jupiter.api.Assertions.*;

import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a loop described by its parts computes, and which descriptions are refused.
class ScanTest {
    private static final Variable ONES_TO_FIVE = constant(new double[] {1, 2, 3, 4, 5});

    private static NDArray run(Variable v) {
        return function().out(v).on("interpreter").compile().call();
    }

    /// The result, as an array.
    private static void gives(Object expected, Variable v) {
        NDArray want = NDArray.of(expected);
        NDArray got = run(v);
        assertEquals(want.type(), got.type());
        assertTrue(want.allClose(got, 1e-14, 0), () -> "%s, expected %s".formatted(got, want));
    }

    // ---- what there is to read

    @Test void eachSequenceGivesItsElementAndTheShortestDecides() {
        var loop = scan();
        var x = loop.sequence(ONES_TO_FIVE);
        var y = loop.sequence(constant(new double[][] {{1, 1}, {2, 0}, {0, 3}}));
        var z = loop.emit(y.mul(x));
        gives(new double[][] {{1, 1}, {4, 0}, {0, 9}}, z);
        gives(3L, loop.steps());
        assertEquals(2, z.rank());
    }

    @Test void lengthsMayBeKnownInTheCallOnly() {
        var xs = dvector("xs");
        var ys = dvector("ys");
        var loop = scan();
        var z = loop.emit(loop.sequence(xs).sub(loop.sequence(ys)));
        CompiledFunction f = function().in(xs, ys).out(z).out(loop.steps()).on("interpreter").compile();
        assertArrayEquals(new double[] {0, 2}, f.callAll(new double[] {1, 5, 9}, new double[] {1, 3}).get(0).toDoubleArray());
        assertEquals(3, f.callAll(new double[] {1, 5, 9}, new double[4]).get(1).scalarLong());
        assertEquals(0, f.callAll(new double[0], new double[4]).get(0).size());
    }

    @Test void tapsLookIntoPastAndFuture() {
        var loop = scan();
        var x = loop.sequence(ONES_TO_FIVE, -1, 0, 2);
        gives(new double[] {124, 235}, loop.emit(x.tap(-1).mul(100).add(x.mul(10)).add(x.tap(2))));
        var past = scan();
        var p = past.sequence(ONES_TO_FIVE, -2);
        gives(new double[] {1, 2, 3}, past.emit(p));
        var tooShort = scan();
        gives(new double[0], tooShort.emit(tooShort.sequence(constant(new double[] {1}), -3, 0)));
    }

    @Test void backwardsReadsFromTheEndAndResultsAreInTheOrderOfSteps() {
        var loop = scan();
        var x = loop.backwards(ONES_TO_FIVE);
        var y = loop.sequence(constant(new double[] {10, 20}));
        gives(new double[] {15, 24}, loop.emit(x.add(y)));
    }

    @Test void theNumberOfTheStepIsKnown() {
        var loop = scan();
        loop.times(4);
        gives(new long[] {0, 1, 4, 9}, loop.emit(loop.index().mul(loop.index())));
    }

    // ---- states

    @Test void statesAreCarriedTogether() {
        var loop = scan();
        loop.times(6);
        var a = loop.state(constant(0L));
        var b = loop.state(constant(1L));
        loop.next(a, b);
        loop.next(b, a.add(b));                                          // of the old ones
        gives(new long[] {1, 1, 2, 3, 5, 8}, loop.trace(a));
        gives(13L, loop.last(b));
    }

    @Test void tapsOfAStateAreStepsAgo() {
        var loop = scan();
        loop.times(5);
        var a = loop.state(constant(new double[] {1, 10, 100}), -3, -1);
        var b = loop.state(constant(new double[] {0, 1}), -2, -1);
        loop.next(a, a.tap(-3).add(a));
        loop.next(b, b.tap(-2).add(b.tap(-1)));
        gives(new double[] {101, 111, 211, 312, 423}, loop.trace(a));
        gives(new double[] {1, 2, 3, 5, 8}, loop.trace(b));
        gives(423.0, loop.last(a));
        assertSame(a, a.tap(-1));
    }

    @Test void aStateMayBeAMatrix() {
        var loop = scan();
        loop.times(5);
        var m = loop.state(eye(2));
        loop.next(m, m.dot(constant(new double[][] {{1, 1}, {1, 0}})));
        gives(new double[][] {{8, 5}, {5, 3}}, loop.last(m));
        assertArrayEquals(new long[] {5, 2, 2}, run(loop.trace(m)).shape());
    }

    @Test void emissionsMayHaveAnotherDtypeThanStates() {
        var loop = scan();
        var x = loop.sequence(ONES_TO_FIVE);
        var s = loop.state(constant(0.0));
        loop.next(s, s.add(x));
        gives(new boolean[] {false, false, true, true, true}, loop.emit(s.gt(2)));
        gives(new double[] {0, 1, 3, 6, 10}, loop.emit(s));
        gives(new double[] {1, 3, 6, 10, 15}, loop.trace(s));
    }

    // ---- the end

    @Test void timesTakesConstantsAndVariables() {
        var n = tensor(DType.INT32, "n");
        var loop = scan();
        loop.times(n);
        var s = loop.state(constant(1.0));
        loop.next(s, s.mul(2));
        CompiledFunction f = function().in(n).out(loop.last(s)).out(loop.trace(s)).on("interpreter").compile();
        assertEquals(32, f.callAll(5).get(0).scalar());
        assertEquals(1, f.callAll(0).get(0).scalar());
        assertEquals(0, f.callAll(0).get(1).size());
        refused(() -> f.call(-3), "scan (ScanTest.java:", "the number of steps is -3; it must not be negative");
    }

    @Test void untilEndsAfterTheStepInWhichItHolds() {
        var loop = scan();
        var s = loop.state(constant(1.0));
        loop.next(s, s.mul(2));
        loop.until(s.gt(3));
        gives(8.0, loop.last(s));
        gives(new double[] {2, 4, 8}, loop.trace(s));
        gives(new double[] {1, 2, 4}, loop.emit(s));
        gives(3L, loop.steps());
        var never = scan();
        var x = never.sequence(ONES_TO_FIVE);
        never.until(x.gt(10));
        gives(new double[] {2, 4, 6, 8, 10}, never.emit(x.mul(2)));
        gives(5L, never.steps());
    }

    @Test void theFirstOfSeveralEndsDecides() {
        var loop = scan();
        var x = loop.sequence(ONES_TO_FIVE);
        loop.times(4);
        loop.until(x.ge(5));
        loop.until(x.ge(2));
        gives(2L, loop.steps());
        var shorter = scan();
        shorter.sequence(ONES_TO_FIVE);
        shorter.times(4);
        gives(4L, shorter.steps());
    }

    @Test void noStepLeavesTheInitialValues() {
        var loop = scan();
        var x = loop.sequence(zeros(DType.FLOAT64, 0, 3));
        var s = loop.state(constant(new double[] {1, 2, 3}));
        var t = loop.state(constant(new double[] {7, 8}), -2, -1);
        loop.next(s, s.add(x));
        loop.next(t, t.tap(-2));
        gives(new double[] {1, 2, 3}, loop.last(s));
        gives(8.0, loop.last(t));
        assertArrayEquals(new long[] {0, 3}, run(loop.trace(s)).shape());
        assertArrayEquals(new long[] {0, 3, 2}, run(loop.emit(Damo.stack(1, List.of(x, s)))).shape());
        gives(0L, loop.steps());
    }

    // ---- what a step may mention

    @Test void whatIsOutsideIsCaptured() {
        var w = dscalar("w");
        var b = shared(0.5, "b");
        var loop = scan();
        var z = loop.emit(loop.sequence(ONES_TO_FIVE).mul(w).add(b));
        CompiledFunction f = function().in(w).out(z).update(b, b.add(z.at(0))).on("interpreter").compile();
        assertArrayEquals(new double[] {2.5, 4.5, 6.5, 8.5, 10.5}, f.call(2).toDoubleArray());
        assertEquals(3, b.value().scalar());
    }

    @Test void loopsNest() {
        var rows = constant(new double[][] {{1, 2, 3}, {4, 5, 6}});
        var outer = scan();
        var row = outer.sequence(rows);
        var total = outer.state(constant(0.0));
        var inner = scan();
        var x = inner.sequence(row);
        var s = inner.state(total);
        inner.next(s, s.mul(0.5).add(x).add(outer.index()));
        outer.next(total, inner.last(s));
        double expected = 0;
        double[] all = {1, 2, 3, 5, 6, 7};
        for (double v : all) expected = expected * 0.5 + v;
        gives(expected, outer.last(total));
        var traces = scan();
        var r = traces.sequence(rows);
        gives(new double[][] {{1, 3, 6}, {4, 9, 15}}, traces.emit(cumulated(r)));
    }

    private static Variable cumulated(Variable xs) {
        var loop = scan();
        var x = loop.sequence(xs);
        var s = loop.state(constant(0.0));
        loop.next(s, s.add(x));
        return loop.trace(s);
    }

    @Test void handlesUnderAnotherNameAreTheSame() {
        var loop = scan();
        Variable x = loop.sequence(ONES_TO_FIVE).named("x");
        Variable s = loop.state(constant(0.0)).named("sum");
        loop.next(s, s.add(x));
        gives(15.0, loop.last(s).named("total"));
    }

    @Test void partsComeInAnyOrder() {
        var loop = scan();
        var s = loop.state(constant(0.0));
        Variable trace = loop.trace(s);
        Variable last = loop.last(s).add(100);
        Variable steps = loop.steps();
        var x = loop.sequence(ONES_TO_FIVE);
        loop.until(x.ge(4));
        loop.next(s, s.add(x));
        gives(new double[] {1, 3, 6, 10}, trace);
        gives(110.0, last);
        gives(4L, steps);
        gives(new double[] {2, 4, 6, 8}, loop.emit(x.mul(2)));          // also after results are in use
    }

    @Test void whatDerivativesKeepDoesNotChangeValues() {
        for (int every : new int[] {1, 2, 3, 5, 7})
            for (boolean truncates : new boolean[] {false, true}) {
                var loop = scan();
                var x = loop.sequence(ONES_TO_FIVE);
                var s = loop.state(constant(new double[] {1, 2}), -2, -1);
                loop.next(s, s.tap(-2).mul(0.5).add(s).add(x.mul(loop.index())));
                if (truncates) loop.truncateGradient(every);
                else loop.checkpointEvery(every);
                gives(new double[] {2.5, 5.5, 12.75, 27.5, 53.875}, loop.trace(s));
                gives(53.875, loop.last(s));
                gives(new double[] {0, 2, 6, 12, 20}, loop.emit(x.mul(loop.index())));
            }
        var both = scan();
        var s = both.state(constant(1.0));
        both.next(s, s.mul(2));
        both.until(s.ge(100));
        both.truncateGradient(3);
        both.checkpointEvery(2);
        gives(256.0, both.last(s));
        gives(8L, both.steps());
    }

    // ---- what is refused

    @Test void aStateKeepsItsDtypeAndShape() {
        var loop = scan();
        loop.times(3);
        var s = loop.state(zeros(DType.FLOAT64, 2).named("s"));
        refused(() -> loop.next(s, s.cast(DType.FLOAT32)), "scan (ScanTest.java:", "next: a state keeps its dtype and shape", "float64[2]",
                "float32[2], created at ScanTest.java:");
        refused(() -> loop.next(s, zeros(DType.FLOAT64, 3)), "must be float64[2]", "float64[3]");
        refused(() -> loop.next(s, s.sum()), "must be float64[2]", "is float64, created at ScanTest.java:");
        var v = dvector("v");
        var grows = scan();
        grows.times(3);
        var g = grows.state(v);
        grows.next(g, Damo.join(0, g, g));
        CompiledFunction f = function().in(v).out(grows.last(g)).on("interpreter").compile();
        refused(() -> f.call(new double[] {1}), "scan (ScanTest.java:", "the state v has another shape in the next step; a state keeps its shape");
    }

    @Test void everyStateNeedsOneNextValue() {
        var loop = scan();
        loop.times(3);
        var s = loop.state(constant(0.0).named("s"));
        refused(() -> run(loop.last(s)), "scan (ScanTest.java:", "this state has no next value; say next(state, value)", "s is float64");
        var twice = scan();
        var t = twice.state(constant(0.0).named("t"));
        twice.next(t, t.add(1));
        refused(() -> twice.next(t, t.add(2)), "scan (ScanTest.java:", "next: the next value of t was given already");
    }

    @Test void aLoopNeedsAnEnd() {
        var loop = scan();
        var s = loop.state(constant(0.0));
        loop.next(s, s.add(1));
        refused(() -> run(loop.last(s)), "scan (ScanTest.java:", "the loop has no end; give it a sequence, times(…) or until(…)");
        refused(() -> loop.times(-1), "times: the number of steps must not be negative", "-1 is int64, created at ScanTest.java:");
        refused(() -> loop.times(constant(2.5)), "times: the number of steps must be an integer scalar", "2.5 is float64");
        refused(() -> loop.times(constant(new long[] {2})), "integer scalar", "int64[1]");
        refused(() -> loop.until(s), "scan (ScanTest.java:", "until: the condition must be a bool scalar", "float64");
        refused(() -> loop.until(constant(new boolean[] {true})), "all or any", "bool[1]");
    }

    @Test void aStepMentionsNoResultOfItsLoop() {
        var loop = scan();
        loop.times(3);
        var s = loop.state(constant(0.0));
        loop.next(s, s.add(loop.last(s)));
        refused(() -> run(loop.trace(s)), "scan (ScanTest.java:", "a step mentions a result of its own loop");
    }

    @Test void sequencesMustBeLongEnough() {
        var loop = scan();
        loop.times(6);
        refused(() -> run(loop.emit(loop.sequence(ONES_TO_FIVE))), "scan (ScanTest.java:", "6 steps are asked for", "for 5 only");
        var xs = dvector("xs");
        var open = scan();
        open.times(3);
        CompiledFunction f = function().in(xs).out(open.emit(open.sequence(xs))).on("interpreter").compile();
        refused(() -> f.call(new double[2]), "scan (ScanTest.java:", "the sequence xs has fewer elements than there are steps", "3 <= 2 is false");
        refused(() -> open.sequence(constant(1.0)), "scan (ScanTest.java:", "sequence: a sequence needs an axis to run over", "1.0 is float64");
        refused(() -> open.backwards(constant(1.0)), "backwards: a sequence needs an axis");
    }

    @Test void tapsAreThoseThatWereAskedFor() {
        var loop = scan();
        var x = loop.sequence(ONES_TO_FIVE.named("x"), -1, 0);
        refused(() -> x.tap(1), "scan (ScanTest.java:", "tap: x has the taps [-1, 0], not 1");
        refused(() -> loop.sequence(ONES_TO_FIVE, 0, 0), "scan (ScanTest.java:", "sequence: a tap is named twice in [0, 0]");
        refused(() -> loop.state(ONES_TO_FIVE, -1, 0), "state: the taps of a state are steps ago, so negative, not [-1, 0]");
        refused(() -> loop.state(ONES_TO_FIVE, -2, -1), "needs 2 rows along its first axis", "float64[5]");
        refused(() -> loop.state(constant(1.0), -1), "needs 1 rows");
        var v = dvector("v");
        var open = scan();
        open.times(2);
        var s = open.state(v, -2, -1);
        open.next(s, s.tap(-2));
        CompiledFunction f = function().in(v).out(open.last(s)).on("interpreter").compile();
        refused(() -> f.call(new double[3]), "scan (ScanTest.java:", "needs 2 rows along its first axis");
    }

    @Test void handlesBelongToTheirLoop() {
        var one = scan();
        var other = scan();
        var s = one.state(constant(0.0).named("s"));
        refused(() -> other.next(s, s.add(1)), "scan (ScanTest.java:", "next: this is no state of this loop", "s is float64");
        refused(() -> other.last(s), "last: this is no state of this loop");
        refused(() -> other.trace(other.sequence(ONES_TO_FIVE)), "trace: this is no state of this loop");
        refused(() -> run(s.add(1)), "s is float64", "has a value only within the steps of scan (ScanTest.java:", "last(…)");
        refused(() -> run(one.index()), "i is int64", "only within the steps of scan (ScanTest.java:");
        refused(() -> run(one.sequence(ONES_TO_FIVE, -1, 0).tap(-1)), "only within the steps of scan (ScanTest.java:");
    }

    @Test void aLoopInUseStaysAsItIs() {
        var loop = scan();
        var x = loop.sequence(ONES_TO_FIVE);
        var s = loop.state(constant(0.0));
        loop.next(s, s.add(x));
        run(loop.last(s));
        for (Runnable change : List.<Runnable>of(() -> loop.sequence(ONES_TO_FIVE), () -> loop.backwards(ONES_TO_FIVE),
                () -> loop.state(constant(0.0)), () -> loop.times(2), () -> loop.until(x.gt(1)), () -> loop.truncateGradient(1),
                () -> loop.checkpointEvery(1)))
            refused(change::run, "scan (ScanTest.java:", "a result of the loop is in use already");
        refused(() -> scan().truncateGradient(0), "truncateGradient: a positive number of steps is needed, not 0");
        refused(() -> scan().checkpointEvery(-2), "checkpointEvery: a positive number of steps is needed, not -2");
    }
}
