package damo.rewrite;

import static damo.Damo.scan;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.graph.Ints;
import damo.graph.LoopBody;
import damo.graph.Op;
import damo.graph.Variable;
import damo.text.Pretty;
import damo.type.DType;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LoopPruningTest {
    private final Variable x = Loop.input("x", -1);
    private final Variable y = Loop.input("y", -1);
    private final Variable c = Loop.input("c");

    @Test void rulesApplyWithinBodies() {
        var loop = scan();
        var e = loop.sequence(x);
        var s = loop.state(c);
        loop.next(s, s.mul(e).neg().neg().add(0.0).exp().add(1).log());
        LoopBody body = Loop.of(List.of(x, c), loop.last(s), loop.trace(s)).check().loop().body();
        assertEquals("softplus((x * c))", Pretty.print(body.next()).replace("(c * x)", "(x * c)"));
    }

    @Test void disabledRulesDoNothingWithinBodies() {
        var loop = scan();
        var s = loop.state(c);
        loop.times(x.shape(0));
        loop.next(s, s.sin().neg().neg());
        assertEquals("--sin(c)", Pretty.print(Loop.of(Set.of("neg-neg"), List.of(x, c), loop.last(s)).check().loop().body().next()));
    }

    @Test void innerLoopsAreRewrittenToo() {
        var outer = scan();
        var e = outer.sequence(x);
        var s = outer.state(c);
        var inner = scan();
        var t = inner.state(s);
        inner.sequence(y);
        inner.times(y.shape(0));
        inner.next(t, t.neg().neg().mul(e).sin());
        inner.emit(t.exp());
        outer.next(s, inner.last(t));
        LoopBody body = Loop.of(List.of(x, y, c), outer.last(s)).check().loop().body();
        LoopBody in = Loop.loops(body.step()).getFirst().body();
        assertEquals(0, in.emissions());
        assertEquals(0, in.sequences());
        assertFalse(Pretty.print(in.next()).contains("-"), Pretty.print(in.next()));
    }

    @Test void whatRewritingMakesInvariantMovesOut() {
        var loop = scan();
        var e = loop.sequence(x);
        var s = loop.state(c);
        loop.next(s, s.mul(e).tanh().add(e.sub(e).add(c).exp()));
        var f = Loop.of(List.of(x, c), loop.trace(s)).check();
        assertEquals(1, f.outside("exp"));
        assertEquals(0, Loop.count(f.loop().body().step(), "exp"));
        var kept = Loop.of(Set.of("loops"), List.of(x, c), loop.trace(s)).check();
        assertEquals(0, kept.outside("exp"));
    }

    @Test void whatNobodyUsesVanishes() {
        var loop = scan();
        var e = loop.sequence(x);
        var unread = loop.sequence(y);
        var s = loop.state(c);
        var dead = loop.state(c.exp());
        loop.next(s, s.mul(e).sin());
        loop.next(dead, dead.mul(unread).add(s));
        loop.emit(dead.exp());
        loop.times(x.shape(0));
        LoopBody body = Loop.of(List.of(x, y, c), loop.last(s)).check().loop().body();
        assertEquals(List.of(1, 1, 0, 0), List.of(body.sequences(), body.states(), body.emissions(), body.captured().size()));
        LoopBody whole = Loop.of(Set.of("loops"), List.of(x, y, c), loop.last(s)).check().loop().body();
        assertEquals(List.of(2, 2, 1), List.of(whole.sequences(), whole.states(), whole.emissions()));
    }

    @Test void whatIsThereTwiceIsThereOnce() {
        var loop = scan();
        var e = loop.sequence(x);
        var f = loop.sequence(x);
        var s = loop.state(c);
        var t = loop.state(c);
        var u = loop.state(c);
        loop.next(s, t.mul(e).sin());
        loop.next(t, s.mul(f).sin());
        loop.next(u, u.mul(f).cos());
        LoopBody body = Loop.of(List.of(x, c), loop.trace(s), loop.trace(t), loop.last(t), loop.last(u)).check().loop().body();
        assertEquals(List.of(1, 2, 1), List.of(body.sequences(), body.states(), body.emissions()));
    }

    @Test void aStateThatNeverChangesIsNoState() {
        var loop = scan();
        var e = loop.sequence(x);
        var s = loop.state(c);
        var t = loop.state(c.exp());
        var u = loop.state(c.exp());
        loop.next(s, s.mul(e).add(t).sub(u.exp()).sin());
        loop.next(t, t);
        loop.next(u, t);
        var f = Loop.of(List.of(x, c), loop.last(s), loop.last(t), loop.last(u), loop.trace(u)).check();
        LoopBody body = f.loop().body();
        assertEquals(List.of(1, 0), List.of(body.states(), body.emissions()));
    }

    @Test void whatIsEmittedWithoutAStepNeedsNoLoop() {
        var loop = scan();
        var e = loop.sequence(x);
        var s = loop.state(c);
        loop.next(s, s.mul(e).sin());
        var f = Loop.of(List.of(x, c), loop.trace(s), loop.emit(e), loop.emit(loop.index()), loop.emit(c)).check();
        assertEquals(1, f.loop().body().emissions());
    }

    @Test void repeatedRowsAndIotaAreNoSequences() {
        var loop = scan();
        var one = loop.sequence(c.exp().broadcastTo(x.shape(0)));
        var i = loop.sequence(new Variable(new Op.Iota(x.shape(0))));
        var e = loop.sequence(x);
        var s = loop.state(c);
        loop.next(s, s.mul(e).sin().add(one).add(i.cast(DType.FLOAT64)));
        LoopBody body = Loop.of(List.of(x, c), loop.trace(s)).check().loop().body();
        assertEquals(1, body.sequences());
    }

    @Test void theEndIsKept() {
        var loop = scan();
        var s = loop.state(c);
        var dead = loop.state(c);
        var count = loop.state(Ints.of(0));
        loop.times(x.shape(0));
        loop.next(s, s.add(1));
        loop.next(dead, dead.mul(2));
        loop.next(count, count.add(1));
        loop.until(count.ge(3));
        var f = Loop.of(List.of(x, c), loop.last(s), loop.steps()).check();
        assertEquals(2, f.loop().body().states());
        assertTrue(Phases.names().contains("loop-prune"));
    }

    @Test void aShortSequenceStillFails() {
        var loop = scan();
        var e = loop.sequence(x);
        var s = loop.state(c);
        loop.times(3);
        loop.next(s, s.mul(e).sin());
        Loop.of(List.of(x, c), loop.last(s)).check();
        Loop.of(List.of(x, c), loop.trace(s)).check();
    }
}
