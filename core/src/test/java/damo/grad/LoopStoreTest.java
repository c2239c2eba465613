package damo.grad;

import static damo.Damo.scan;
import static damo.grad.Check.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.graph.*;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What derivatives of loops keep of the forward steps, and how many loops they are.
class LoopStoreTest {
    private static List<Op.Loop> loops(List<Variable> roots) {
        Set<Op> all = new LinkedHashSet<>();
        for (Variable v : Graph.order(roots)) if (v.op() instanceof Op.Loop) all.add(v.op().group());
        return all.stream().map(op -> (Op.Loop) op).toList();
    }

    @Test void aRecurrentNetworkKeepsItsStatesOnly() {
        Variable xs = matrix();
        Variable w = matrix();
        Variable u = matrix();
        Variable b = vector();
        var loop = scan();
        var x = loop.sequence(xs);
        var h = loop.state(vector());
        loop.next(h, x.dot(w).add(h.dot(u)).add(b).tanh());
        List<Op.Loop> found = loops(Gradient.grad(loop.last(h).sum(), List.of(w, u, b)));
        assertEquals(2, found.size());
        assertEquals(2, found.get(0).body().emissions());           // before and after the step
        assertEquals(4, found.get(1).body().states());              // the state's cotangent and three sums
        assertEquals(3, found.get(1).body().sequences());
        assertEquals(0, found.get(1).body().emissions());
    }

    @Test void checkpointsKeepAStateASegment() {
        Variable a = scalar();
        var loop = scan();
        var h = loop.state(scalar());
        loop.next(h, h.mul(a).sin());
        loop.times(12);
        loop.checkpointEvery(4);
        for (Op.Loop found : loops(List.of(Gradient.grad(loop.last(h), a)))) {
            assertTrue(Ints.value(found.steps()) <= 3);
            for (Variable e : found.body().emitted()) assertEquals(0, e.rank());
        }
    }

    @Test void whatIsNotDifferentiatedIsNeitherCarriedNorRead() {
        Variable xs = vector();
        Variable ys = vector();
        Variable a = scalar();
        var loop = scan();
        var x = loop.sequence(xs);
        var y = loop.sequence(ys);
        var h = loop.state(a);
        var k = loop.state(scalar());
        loop.next(h, h.mul(x));
        loop.next(k, k.mul(y));
        Variable z = loop.last(h).add(loop.last(k));
        Op.Loop backward = loops(List.of(Gradient.grad(z, a))).getLast();
        assertEquals(1, backward.body().states());
        assertEquals(1, backward.body().sequences());
        Op.Loop forward = loops(List.of(Gradient.rop(z, a, constant(1.0)))).getLast();
        assertEquals(1, forward.body().states());
        assertEquals(1, forward.body().sequences());
    }

    @Test void noCotangentNoLoop() {
        Variable a = scalar();
        var loop = scan();
        var h = loop.state(a);
        loop.next(h, h.mul(a));
        loop.times(3);
        assertEquals(List.of(), loops(List.of(Gradient.grad(loop.last(h).floor(), a))));
    }
}
