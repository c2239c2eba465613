package acceptance;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.*;
import org.junit.jupiter.api.Test;

/** Random streams: state that functions share, seeds that reproduce, numbers that do not depend on the machine. */
class RandomTest {

    @Test void drawsAdvanceUnlessToldNotTo() {
        var streams = new RandomStreams(234);
        var u = streams.uniform(2, 2);
        var n = streams.normal(2, 2);
        CompiledFunction f = function().out(u).compile();
        CompiledFunction g = function().out(n).withoutDefaultUpdates().compile();
        assertNotEquals(f.call(), f.call());
        assertEquals(g.call(), g.call());
        CompiledFunction nearlyZeros = function().out(u.add(u).sub(u.mul(2))).compile();   // one draw, used three times
        for (double d : nearlyZeros.call().toDoubleArray()) assertEquals(0.0, d, 1e-15);
    }

    @Test void classicSeedsGiveTheClassicNumbers() {
        assertEquals(0.72803009, function().out(new RandomStreams(123).uniform(1)).compile().call().get(0), 5e-9);
        assertEquals(0.55056769, function().out(new RandomStreams(987).uniform(1)).compile().call().get(0), 5e-9);
        var streams = new RandomStreams(234);
        var u = streams.uniform(2, 2);
        var n = streams.normal(2, 2);
        assertArrayEquals(new double[] {0.12672381, 0.97091597, 0.13989098, 0.88754825},
                function().out(u).compile().call().toDoubleArray(), 5e-9);
        assertArrayEquals(new double[] {0.37328447, -0.65746672, -0.36302373, -0.97484625},
                function().out(n).compile().call().toDoubleArray(), 5e-9);
    }

    @Test void stateCanBeSavedRestoredAndReseeded() {
        var streams = new RandomStreams(234);
        var u = streams.uniform(2, 2);
        CompiledFunction f = function().out(u).compile();
        CompiledFunction nearlyZeros = function().out(u.add(u).sub(u.mul(2))).compile();
        f.call();
        var saved = streams.state(u).get();
        nearlyZeros.call();                       // shares the stream: advances it too
        var v1 = f.call();
        streams.state(u).set(saved);
        var v2 = f.call();
        var v3 = f.call();
        assertNotEquals(v1, v2);
        assertEquals(v1, v3);
        streams.state(u).seed(89234);
        var a = f.call();
        streams.state(u).seed(89234);
        assertEquals(a, f.call());
        streams.seed(902340);                     // every stream
        var b = f.call();
        streams.seed(902340);
        assertEquals(b, f.call());
    }

    @Test void stateCopiesBetweenGraphs() {
        var one = new MrgRandomStreams(123);
        var two = new MrgRandomStreams(987);
        CompiledFunction f1 = function().out(one.uniform(1)).compile();
        CompiledFunction f2 = function().out(two.uniform(1)).compile();
        assertNotEquals(f1.call(), f2.call());
        two.copyStateFrom(one);
        assertEquals(f1.call(), f2.call());
    }
}
