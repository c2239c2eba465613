package damo;

import static damo.Damo.*;
import static damo.Refused.refused;
import static org.junit.jupiter.api.Assertions.*;

import damo.graph.Graph;
import damo.graph.Op;
import damo.graph.Variable;
import damo.interpret.Interpreter;
import damo.interpret.Twister;
import damo.type.DType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/// The classic streams: their numbers, and their state.
class RandomStreamsTest {
    private static NDArray draw(Variable v) {
        return function().out(v).compile().call();
    }

    @Test void theTwisterIsThePublishedOne() {
        long[] state = Twister.seeded(5489).toLongArray();
        long[] words = new long[10_000];
        Arrays.setAll(words, _ -> Twister.next(state));
        assertArrayEquals(new long[] {3499211612L, 581869302L, 3890346734L, 3586334585L, 545404204L}, Arrays.copyOf(words, 5));
        assertEquals(4123659995L, words[9999]);                         // as the C++ standard says, [rand.predef]
    }

    @Test void aSeedGivesTheNumbersThatNumPyDraws() {
        var streams = new RandomStreams(1);
        var u = streams.uniform(3);
        var n = streams.normal(5);
        streams.state(u).seed(0);
        streams.state(n).seed(0);
        assertArrayEquals(new double[] {0.5488135039273248, 0.7151893663724195, 0.6027633760716439}, draw(u).toDoubleArray(), 1e-16);
        double[] normals = {1.764052345967664, 0.4001572083672233, 0.9787379841057392, 2.240893199201458, 1.8675579901499675};
        assertArrayEquals(normals, draw(n).toDoubleArray(), 1e-15);
    }

    @Test void theOtherNormalOfAPairIsKeptForTheNextCall() {
        var one = new RandomStreams(7);
        var two = new RandomStreams(7);
        double[] all = draw(one.normal(6)).toDoubleArray();
        CompiledFunction f = function().out(two.normal(3)).compile();
        assertArrayEquals(Arrays.copyOfRange(all, 0, 3), f.call().toDoubleArray());
        assertArrayEquals(Arrays.copyOfRange(all, 3, 6), f.call().toDoubleArray());
    }

    @Test void stateIsSavedAndRestoredInTheMiddleOfAPair() {
        var streams = new RandomStreams(234);
        var n = streams.normal(3);
        CompiledFunction f = function().out(n).compile();
        f.call();
        NDArray saved = streams.state(n).get();
        NDArray next = f.call();
        assertNotEquals(next, f.call());
        streams.state(n.mul(2).named("m")).set(saved);                  // found through what is computed from it
        assertEquals(next, f.call());
    }

    @Test void whatIsMadeOfSeveralDrawsHasTheStatesOfAll() {
        var streams = new RandomStreams(234);
        var sum = streams.uniform(3).add(streams.normal(3));
        CompiledFunction f = function().out(sum).compile();
        NDArray saved = streams.state(sum).get();
        NDArray first = f.call();
        assertNotEquals(first, f.call());
        streams.state(sum).set(saved);
        assertEquals(first, f.call());
        streams.state(sum).seed(5);
        var fresh = new RandomStreams(5);
        assertEquals(draw(fresh.uniform(3).add(fresh.normal(3))), f.call());
        refused(() -> streams.state(sum).set(NDArray.of(new long[627])), "[twister_uniform, twister_normal]", "1254", "627");
    }

    @Test void drawsOfOneObjectAreDifferentAndReproducible() {
        var one = new RandomStreams(5);
        var a = draw(one.uniform(4));
        var b = draw(one.uniform(4));
        assertNotEquals(a, b);
        var two = new RandomStreams(5);
        assertEquals(a, draw(two.uniform(4)));
        assertEquals(b, draw(two.uniform(4)));
    }

    @Test void functionsShareTheStreamOfADraw() {
        var streams = new RandomStreams(5);
        var u = streams.uniform(2);
        CompiledFunction f = function().out(u).compile();
        CompiledFunction g = function().out(u.neg()).compile();
        double[] first = f.call().toDoubleArray();
        double[] second = g.call().toDoubleArray();
        double[] both = draw(new RandomStreams(5).uniform(4)).toDoubleArray();
        assertArrayEquals(both, new double[] {first[0], first[1], -second[0], -second[1]});
    }

    @Test void noNumberIsLostOrDrawnTwiceBetweenThreads() throws Exception {
        CompiledFunction f = function().out(new RandomStreams(5).uniform(1)).compile();
        var drawn = new ConcurrentSkipListSet<Double>();
        try (var threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 400; i++) threads.submit(() -> drawn.add(f.call().get(0)));
        }
        double[] want = draw(new RandomStreams(5).uniform(400)).toDoubleArray();
        Arrays.sort(want);
        assertArrayEquals(want, drawn.stream().mapToDouble(d -> d).toArray());
    }

    @Test void extentsMayBeDrawn() {
        var streams = new RandomStreams(5);
        var n = streams.uniform().mul(100).cast(DType.INT64);
        CompiledFunction f = function().out(n, streams.uniform(n), new MrgRandomStreams(6).uniform(n.mul(50))).compile();
        for (int i = 0; i < 5; i++) {
            List<NDArray> drawn = f.callAll();
            assertEquals(drawn.get(0).scalarLong(), drawn.get(1).size());
            assertEquals(drawn.get(0).scalarLong() * 50, drawn.get(2).size());
        }
    }

    @Test void aDrawIsOneHoweverOftenItIsMentioned() {
        var u = new RandomStreams(5).uniform(3);
        for (NDArray d : function().out(u.sub(u), u.named("v").sub(u), u.exp().log().sub(u)).compile().callAll())
            for (double x : d.toDoubleArray()) assertEquals(0, x, 1e-15);
        long draws = Graph.order(List.of(u, new Variable(u.op().results().getLast()))).stream().filter(v -> v.op() instanceof Op.Draw)
                .map(v -> v.op().group()).distinct().count();
        assertEquals(1, draws);
    }

    @Test void aCallThatFailsAdvancesNothing() {
        var streams = new RandomStreams(5);
        var u = streams.uniform(3);
        var x = dvector("x");
        CompiledFunction f = function().in(x).out(u.add(x)).compile();
        NDArray before = streams.state(u).get();
        refused(() -> f.call((Object) new double[2]), "3");
        assertEquals(before, streams.state(u).get());
        f.call((Object) new double[3]);
        assertNotEquals(before, streams.state(u).get());
    }

    @Test void seedingStartsAllAnewAsIfMadeWithThatSeed() {
        var streams = new RandomStreams(1);
        var u = streams.uniform(2);
        var n = streams.normal(2);
        function().out(u, n).compile().callAll();
        streams.seed(2);
        var fresh = new RandomStreams(2);
        assertEquals(function().out(fresh.uniform(2), fresh.normal(2)).compile().callAll(), function().out(u, n).compile().callAll());
        assertEquals(draw(fresh.uniform(2)), draw(streams.uniform(2)));     // new draws as well
    }

    @Test void stateIsCopiedOnlyToTheSameDraws() {
        var one = new RandomStreams(1);
        var two = new RandomStreams(2);
        var a = one.uniform(2);
        var b = two.uniform(2);
        var c = two.normal(2);
        NDArray before = two.state(b).get();
        refused(() -> two.copyStateFrom(one), "copyStateFrom", "[twister_uniform, twister_normal]", "[twister_uniform]");
        assertEquals(before, two.state(b).get());
        var d = one.normal(2);
        two.copyStateFrom(one);
        assertEquals(function().out(a, d).compile().callAll(), function().out(b, c).compile().callAll());
        assertEquals(draw(one.uniform(1)), draw(two.uniform(1)));
    }

    @Test void extentsMayBeComputed() {
        var x = dmatrix("x");
        var streams = new RandomStreams(3);
        CompiledFunction f = function().in(x).out(streams.uniform(x.shape(0), 2)).compile();
        assertArrayEquals(new long[] {3, 2}, f.call((Object) new double[3][1]).shape());
        assertArrayEquals(new long[] {0, 2}, f.call(NDArray.zeros(x.dtype(), 0, 1)).shape());
        assertArrayEquals(new long[0], draw(streams.uniform()).shape());
        assertArrayEquals(new long[] {2, 3}, draw(streams.normal(new int[] {2, 3})).shape());
    }

    @Test void whatIsNoDrawOrNoStateIsRefused() {
        var streams = new RandomStreams(3);
        var u = streams.uniform(2);
        refused(() -> streams.state(dscalar("x")), "state", "x", "does not depend on a draw");
        refused(() -> streams.state(new RandomStreams(3).uniform(2)), "does not depend");
        NDArray before = streams.state(u).get();
        refused(() -> streams.state(u).set(NDArray.of(new long[5])), "627", "5");
        refused(() -> streams.state(u).set(NDArray.of(new double[627])), "int64");
        long[] wrong = before.toLongArray();
        wrong[624] = 625;
        refused(() -> streams.state(u).set(NDArray.of(wrong)), "count of used words is 625", "0..624");
        assertEquals(before, streams.state(u).get());
        refused(() -> streams.uniform(-1), "negative");
        refused(() -> streams.uniform(2.5), "integer");
    }

    @Test void aRefusedDrawLeavesTheOrderOfSeeds() {
        var one = new RandomStreams(3);
        refused(() -> one.uniform(-1), "negative");
        assertEquals(draw(new RandomStreams(3).uniform(2)), draw(one.uniform(2)));
    }

    @Test void noDerivativeFlowsAndABatchDrawsOnce() {
        var u = new RandomStreams(3).uniform(2);
        var x = dvector("x");
        CompiledFunction f = function().in(x).out(u, grad(u.mul(x).sum(), x)).compile();
        List<NDArray> drawn = f.callAll((Object) new double[] {1, 2});
        assertEquals(drawn.get(0), drawn.get(1));
        var y = dmatrix("y");
        Variable batch = damo.grad.Batch.vectorize(List.of(u.mul(x)), Map.of(x, y)).getFirst();
        NDArray rows = function().in(y).out(batch).compile().call((Object) new double[][] {{1, 1}, {1, 1}});
        assertEquals(rows.at(0), rows.at(1));
        Variable state = u.op().operands().getFirst();
        refused(() -> damo.grad.Batch.vectorize(List.of(u), Map.of(state, lmatrix("states"))), "vectorize", "batched");
    }

    @Test void bothResultsAreComputedTogether() {
        Variable state = constant(Twister.seeded(9));
        var draw = new Op.Draw(damo.graph.Generator.TWISTER_NORMAL, state, List.of(constant(2L)), 1);
        var results = new ArrayList<NDArray>();
        for (Op op : draw.results()) results.add(Interpreter.apply(op, List.of(Twister.seeded(9), NDArray.of(2L))));
        assertEquals(results, Interpreter.results(draw, List.of(Twister.seeded(9), NDArray.of(2L))));
        assertEquals(draw.results().getFirst(), draw.group());
        refused(() -> new Variable(new Op.Draw(draw.generator(), dvector("s"), List.of(), 0)), "int64 vector");
        refused(() -> new Variable(new Op.Draw(draw.generator(), state, List.of(), 2)), "no result 2");
    }
}
