package damo.rewrite;

import static damo.Damo.scan;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.Damo;
import damo.graph.Graph;
import damo.graph.Loops;
import damo.graph.Op;
import damo.graph.Source;
import damo.graph.Variable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LoopMovingTest {
    private final Variable xs = Loop.input("xs", -1, 4);
    private final Variable ys = Loop.input("ys", -1, 3);
    private final Variable w = Loop.input("w", 4, 3);
    private final Variable u = Loop.input("u", 3, 3);
    private final Variable h0 = Loop.input("h0", 3);
    private final Variable c = Loop.input("c");
    private final List<Variable> all = List.of(xs, ys, w, u, h0, c);

    @Test void aMapIsNoLoop() {
        Loop f = Loop.of(all, Damo.map(x -> x.dot(w).tanh().sum(), xs), Damo.map((x, y) -> x.sum().mul(y).softmax(), xs, ys)).check();
        assertEquals(0, f.loops().size());
    }

    @Test void aMapWhoseStepsTakeBranchesIsALoop() {
        Loop f = Loop.of(all, Damo.map(x -> new Variable(new Op.If(x.sum().lt(0), x.exp(), x)), xs)).check();
        assertEquals(1, f.loops().size());
    }

    @Test void productsOfElementsMoveBefore() {
        var loop = scan();
        var x = loop.sequence(xs);
        var h = loop.state(h0);
        loop.next(h, x.exp().dot(w).add(h.dot(u)).tanh());
        Loop f = Loop.of(all, loop.trace(h), loop.last(h)).check();
        assertEquals(1, Loop.count(f.loop().body().step(), "dot"));
        assertEquals(1, f.outside("dot"));
        assertEquals(1, f.loop().body().sequences());
        assertEquals(2, Loop.count(Loop.of(Set.of("loop-before"), all, loop.trace(h)).check().loop().body().step(), "dot"));
    }

    @Test void aLongerSequenceIsCutBefore() {
        var loop = scan();
        var x = loop.sequence(xs);
        var y = loop.sequence(ys.slice(1, 9));
        var h = loop.state(h0);
        loop.next(h, x.dot(w).add(h.dot(u)).add(y).tanh());
        assertEquals(1, Loop.count(Loop.of(all, loop.trace(h)).check().loop().body().step(), "dot"));
    }

    @Test void productsOfWhatIsEmittedMoveAfter() {
        var loop = scan();
        var y = loop.sequence(ys);
        var h = loop.state(h0);
        loop.next(h, y.add(h.dot(u)).tanh());
        Variable out = loop.emit(y.add(h.dot(u)).tanh().dot(w.transpose()).add(y.sum()).softmax());
        Loop f = Loop.of(all, out, loop.trace(h)).check();
        assertEquals(1, Loop.count(f.loop().body().step(), "dot"));
        assertEquals(1, f.loop().body().emissions());
        assertEquals(1, f.outside("dot"));
    }

    @Test void sumsOfProductsAreOneProduct() {
        var loop = scan();
        var y = loop.sequence(ys);
        var h = loop.state(h0);
        var sum = loop.state(u);
        var bias = loop.state(h0);
        var total = loop.state(c);
        Variable next = y.add(h.dot(u)).tanh();
        loop.next(h, next);
        loop.next(sum, sum.sub(h.outer(next)));
        loop.next(bias, next.add(bias));
        loop.next(total, total.add(next.sum()));
        Loop f = Loop.of(all, loop.last(sum), loop.last(bias), loop.last(total), loop.last(h)).check();
        assertEquals(1, f.loop().body().states());
        assertEquals(1, f.outside("dot"));
    }

    @Test void sumsOfProductsReadBackwardsSequencesForwards() {
        var loop = scan();
        var x = loop.backwards(xs);
        var h = loop.state(h0);
        var sum = loop.state(w);
        Variable next = x.sum().add(h.dot(u)).tanh();
        loop.next(h, next);
        loop.next(sum, sum.add(x.outer(next)));
        Loop f = Loop.of(all, loop.last(sum)).check();
        assertEquals(1, f.outside("dot"));
        for (Variable v : Graph.order(f.after().results()))
            if (v.op() instanceof Op.Dot dot) assertTrue(dot.operands().contains(xs), dot::toString);
    }

    @Test void aLargeSumStays() {
        var loop = scan();
        var y = loop.sequence(ys);
        var h = loop.state(h0);
        var sum = loop.state(u);
        loop.next(h, y.add(h.dot(u)).tanh());
        loop.next(sum, sum.add(h.mul(u).sin()));
        assertEquals(2, Loop.of(all, loop.last(sum), loop.last(h)).check().loop().body().states());
    }

    @Test void aSumThatIsSeenOnTheWayStays() {
        var loop = scan();
        var y = loop.sequence(ys);
        var total = loop.state(c);
        loop.next(total, total.add(y.sum()));
        assertEquals(1, Loop.of(all, loop.trace(total), loop.last(total)).check().loop().body().states());
        assertEquals(0, Loop.of(all, loop.last(total)).check().loops().size());
    }

    @Test void shortLoopsAreWrittenOut() {
        var loop = scan();
        var h = loop.state(h0);
        loop.times(4);
        loop.next(h, h.dot(u).add(loop.index().cast(h0.dtype())).tanh());
        assertEquals(0, Loop.of(all, loop.trace(h), loop.last(h)).check().loops().size());
        assertEquals(1, Loop.of(Set.of("loop-unroll"), all, loop.trace(h), loop.last(h)).check().loops().size());
    }

    @Test void noStepsLeaveTheFirstStates() {
        var loop = scan();
        var h = loop.state(h0);
        loop.times(0);
        loop.next(h, h.dot(u).tanh());
        assertEquals(0, Loop.of(all, loop.last(h)).check().loops().size());
        Loop.of(all, loop.trace(h)).check();
    }

    @Test void longLoopsStay() {
        var loop = scan();
        var h = loop.state(h0);
        loop.times(9);
        loop.next(h, h.dot(u).tanh());
        assertEquals(1, Loop.of(all, loop.last(h)).check().loops().size());
    }

    @Test void loopsOverTheSameStepsBecomeOne() {
        Loop f = Loop.of(all, recurrence(true), recurrence(false), backwards()).check();
        assertEquals(1, f.loops().size());
        assertEquals(2, f.loop().body().states());
        assertEquals(3, Loop.of(Set.of("loop-merge"), all, recurrence(true), recurrence(false), backwards()).check().loops().size());
    }

    private Variable recurrence(boolean last) {
        var loop = scan();
        var y = loop.sequence(ys);
        var h = loop.state(h0);
        loop.next(h, y.add(h.dot(u)).tanh());
        return last ? loop.last(h) : loop.emit(h.mul(y).sin());
    }

    private Variable backwards() {
        var loop = scan();
        var y = loop.backwards(xs);
        var h = loop.state(c);
        loop.times(ys.shape(0));
        loop.next(h, h.mul(y.sum()).tanh());
        return loop.trace(h);
    }

    @Test void loopsThatWaitForEachOtherDoNotMerge() {
        var loop = scan();
        var y = loop.sequence(recurrence(false));
        var h = loop.state(h0);
        loop.next(h, y.add(h.dot(u)).sin());
        Loop f = Loop.of(all, loop.trace(h), recurrence(true)).check();
        assertEquals(2, f.loops().size());
        assertTrue(f.loops().stream().allMatch(l -> l.body().states() == 1));
    }

    @Test void equalLoopsThatEndByThemselvesAreOne() {
        Loop f = Loop.of(all, ending(0.5), ending(0.5).mul(2), ending(0.75)).check();
        assertEquals(2, f.loops().size());
    }

    private Variable ending(double limit) {
        var loop = scan();
        var y = loop.sequence(ys);
        var h = loop.state(c);
        loop.next(h, y.sum().add(h).sin().mul(c.exp()));
        loop.until(h.gt(limit));
        return loop.last(h);
    }

    @Test void innerLoopsMergeToo() {
        var outer = scan();
        var x = outer.sequence(xs);
        var s = outer.state(c);
        var a = scan();
        var p = a.state(s);
        a.next(p, p.mul(a.sequence(ys).sum()).tanh());
        var b = scan();
        var q = b.state(s);
        b.next(q, q.mul(b.sequence(ys).sum()).tanh().add(x.sum()).sin());
        outer.next(s, a.last(p).add(b.last(q)));
        Loop f = Loop.of(all, outer.last(s)).check();
        assertEquals(1, Loop.loops(f.loop().body().step()).size());
    }

    @Test void aLoopAndTheSameWithMoreEmissionsAreOne() {
        var loop = scan();
        var y = loop.sequence(ys);
        var h = loop.state(h0);
        loop.next(h, y.add(h.dot(u)).tanh());
        Op.Loop plain = (Op.Loop) loop.last(h).op();
        Loops.Parts p = Loops.opened(plain);
        List<Variable> augmented = Loops.of(new Loops.Parts(p.name(), p.steps(), p.index(), p.elements(), p.sequences(), p.carried(), p.initial(),
                p.next(), List.of(p.carried().getFirst(), p.next().getFirst().mul(2)), null));
        Loop f = Loop.of(all, loop.last(h), augmented.get(1), augmented.get(2), augmented.get(0)).check();
        assertEquals(List.of(1, 1, 2), List.of(f.loop().body().sequences(), f.loop().body().states(), f.loop().body().emissions()));
    }

    @Test void manyLoopsTakeSeconds() {
        List<Variable> results = new Source("Many.java:1").during(() -> {         // so that building them does not walk the stack
            var last = new ArrayList<Variable>();
            Variable state = h0;
            for (int i = 0; i < 400; i++) {
                var loop = scan();
                var h = loop.state(i % 2 == 0 ? h0.add(i) : state);
                loop.next(h, loop.sequence(ys).add(h.dot(u)).tanh());
                last.add(state = loop.last(h));
            }
            return last;
        });
        Loop f = assertTimeout(Duration.ofSeconds(20), () -> Loop.of(all, results.toArray(Variable[]::new)));
        assertEquals(2, f.loops().size());
    }
}
