package damo;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.graph.Lambda;
import damo.graph.Variable;
import damo.interpret.Interpreter;
import damo.type.DType;
import damo.value.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RandomTest {
    private static final RandomKey KEY = random(20260101);
    private static final int MANY = 5000;
    private static final double INFINITY = Double.POSITIVE_INFINITY;

    private static NDArray value(Variable... xs) {
        return function().out(xs).compile().call();
    }

    private static List<Variable> words(String hex) {
        return List.of(hex.split(" ")).stream().map(w -> constant(DType.UINT32, Long.parseLong(w, 16))).toList();
    }

    /// The known answers of Random123.
    @ParameterizedTest @CsvSource({
        "00000000 00000000 00000000 00000000, 00000000 00000000, 6627e8d5 e169c58d bc57ac4c 9b00dbd8",
        "ffffffff ffffffff ffffffff ffffffff, ffffffff ffffffff, 408f276d 41c83b0e a20bc7c6 6d5451fd",
        "243f6a88 85a308d3 13198a2e 03707344, a4093822 299f31d0, d16cfe09 94fdcceb 5001e420 24126ea1"})
    void philoxHasItsKnownAnswers(String counter, String key, String expected) {
        var in = List.of(scalar("a"), scalar("b"), scalar("c"), scalar("d"), scalar("k"), scalar("l"));
        var f = function().in(in).out(Philox.block(in.subList(0, 4), in.subList(4, 6))).compile();
        Object[] at = Stream.concat(words(counter).stream(), words(key).stream()).map(Variable::eval).toArray();
        var answer = f.callAll(at).stream().map(w -> "%08x".formatted(w.longAt(0))).toList();
        assertEquals(expected, String.join(" ", answer));
        var interpreted = Interpreter.run(new Lambda("f", List.of(), Philox.block(words(counter), words(key))), List.of());
        assertEquals(expected, String.join(" ", interpreted.stream().map(w -> "%08x".formatted(w.longAt(0))).toList()));
    }

    private static Variable scalar(String name) {
        return tensor(DType.UINT32, name);
    }

    @Test void uniformNumbers() {
        Laws.fits("uniform", value(KEY.uniform(MANY)), x -> x);
        Laws.fits("float32", value(KEY.uniform(DType.FLOAT32, MANY)), x -> x);
        Laws.fits("uniformOf", value(KEY.uniformOf(-2, 3, MANY)), x -> (x + 2) / 5);
        Laws.fits("exponential", value(KEY.exponential(0.5, MANY)), x -> 1 - Math.exp(-2 * x));
    }

    @Test void normalNumbers() {
        Laws.fits("normal", value(KEY.normal(MANY)), Laws::normalBelow);
        Laws.fits("normalOf", value(KEY.normalOf(-3, 2, 100, 200)), x -> Laws.normalBelow((x + 3) / 2));
    }

    @Test void truncatedNormalNumbers() {
        Variable low = dscalar("low");
        Variable high = dscalar("high");
        var f = function().in(low, high).out(KEY.truncatedNormal(1, 2, low, high, MANY)).compile();
        for (double[] at : new double[][] {{-1, 2}, {0.5, INFINITY}, {-INFINITY, -1}, {4, INFINITY}, {-INFINITY, INFINITY}, {-0.1, 0.1}}) {
            double from = below(at[0]);
            double to = below(at[1]);
            Laws.fits("truncated " + at[0], f.call(1 + 2 * at[0], 1 + 2 * at[1]), y -> (below((y - 1) / 2) - from) / (to - from));
        }
        // Where the distribution function is 1 to all digits, its differences are known by the ratio of Mills.
        Laws.fits("far", f.call(61.0, INFINITY), y -> tail(30, (y - 1) / 2));
        Laws.fits("far below", f.call(-INFINITY, -59.0), y -> 1 - tail(30, -(y - 1) / 2));
    }

    private static double below(double x) {
        return Double.isInfinite(x) ? x > 0 ? 1 : 0 : x < -3 ? upper(-x) : x > 3 ? 1 - upper(x) : Laws.normalBelow(x);
    }

    /// The probability above, by Laplace's continued fraction, but for the density's factor.
    private static double mills(double x) {
        double f = x;
        for (int k = 200; k > 0; k--) f = x + k / f;
        return 1 / f;
    }

    private static double upper(double x) {
        return mills(x) * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    private static double tail(double low, double x) {
        return 1 - mills(x) / mills(low) * Math.exp((low - x) * (low + x) / 2);
    }

    @Test void gammaNumbers() {
        Variable shape = dscalar("shape");
        var f = function().in(shape).out(KEY.gamma(shape, 2, MANY)).compile();
        for (double a : new double[] {0.1, 0.7, 1, 2.5, 40}) Laws.fits("gamma " + a, f.call(a), x -> Laws.gammaBelow(a, x / 2));
        Laws.fits("many", f.call(0x1p46), x -> Laws.normalBelow((x / 2 - 0x1p46) / 0x1p23));
    }

    @Test void betaNumbers() {
        Variable first = dscalar("first");
        Variable second = dscalar("second");
        var f = function().in(first, second).out(KEY.beta(first, second, MANY)).compile();
        for (double[] at : new double[][] {{0.5, 0.5}, {2, 3}, {0.2, 4}, {30, 1}})
            Laws.fits("beta " + at[0], f.call(at[0], at[1]), x -> Laws.betaBelow(at[0], at[1], x));
    }

    @Test void poissonNumbers() {
        Variable rate = dscalar("rate");
        var f = function().in(rate).out(KEY.poisson(rate, MANY)).compile();
        for (double r : new double[] {0, 0.3, 8, 15.9, 16, 47.5, 900})
            Laws.fits("poisson " + r, f.call(r), 0, 2000, k -> r == 0 ? k == 0 ? 1 : 0 : Laws.poisson(r, k));
        // In the limit, normal: the steps of the counts are 1e−7 deviations.
        Laws.fits("many", f.call(0x1p46), x -> Laws.normalBelow((x - 0x1p46) / 0x1p23));
    }

    @Test void binomialNumbers() {
        Variable n = lscalar("n");
        Variable p = dscalar("p");
        var f = function().in(n, p).out(KEY.binomial(n, p, MANY)).compile();
        double[][] at = {{0, 0.5}, {1, 0.3}, {12, 0.5}, {20, 0.5}, {100, 0.05}, {100, 0.95}, {1000, 0.3}, {1000, 0.7}, {100000, 0.0005}};
        for (double[] a : at)
            Laws.fits("binomial " + a[0] + ", " + a[1], f.call((long) a[0], a[1]), 0, (int) Math.min(a[0], 2000), k -> Laws.binomial(a[0], a[1], k));
        Laws.fits("many", f.call(1L << 48, 0.5), x -> Laws.normalBelow((x - 0x1p47) / 0x1p23));
    }

    @Test void knownAndComputedParametersDrawTheSame() {
        Variable rate = dvector("rate");
        double[] rates = {3, 100, 15, 16};
        assertEquals(value(KEY.poisson(constant(rates))), function().in(rate).out(KEY.poisson(rate)).compile().call(rates));
        assertEquals(value(KEY.poisson(100, 4)).longAt(1), value(KEY.poisson(constant(rates))).longAt(1));
        assertEquals(value(KEY.poisson(3, 4)).longAt(0), value(KEY.poisson(constant(rates))).longAt(0));
    }

    @Test void bernoulliNumbers() {
        Laws.fits("bernoulli", value(KEY.bernoulli(0.3, MANY)), 0, 1, k -> k == 1 ? 0.3 : 0.7);
    }

    @Test void integers() {
        Laws.fits("integers", value(KEY.integers(-3, 9, MANY)), -3, 8, _ -> 1 / 12.0);
    }

    @Test void weighted() {
        double[] w = {0, 3, 1, 0, 4, 0};
        Variable weights = constant(w);
        Laws.fits("categorical", value(KEY.categorical(weights, MANY)), 0, 5, k -> w[k] / 8);
        Variable from = constant(new long[] {5, 4, 3, 2, 1, 0});
        Laws.fits("weightedChoice", value(KEY.weightedChoice(from, weights, MANY)), 0, 5, k -> w[5 - k] / 8);
        Laws.fits("choice", value(KEY.choice(from, MANY)), 0, 5, _ -> 1 / 6.0);
        NDArray counts = value(KEY.multinomial(20, weights, 1000));
        long[] all = new long[6];
        for (int i = 0; i < 6000; i++) all[i % 6] += counts.longAt(i);
        assertEquals(20000, Arrays.stream(all).sum());
        for (int k = 0; k < 6; k++) assertEquals(20000 * w[k] / 8, all[k], 4 * Math.sqrt(20000 * w[k] / 8 * (1 - w[k] / 8)), "position " + k);
    }

    /// The order of three things, in each of many draws, from keys folded with the number of the draw.
    @Test void ordersAreEquallyLikely() {
        Variable i = lscalar("i");
        Variable x = constant(new double[] {0, 1, 2});
        var f = function().in(i).out(KEY.fold(i).permutation(3), KEY.fold(i).sample(x, 2), KEY.fold(i).shuffle(x),
                KEY.fold(i).weightedSample(x, constant(new double[] {1, 0, 3}), 2)).compile();
        long[] orders = new long[4000];
        long[] pairs = new long[4000];
        long first = 0;
        for (int n = 0; n < orders.length; n++) {
            var r = f.callAll((long) n);
            orders[n] = r.get(0).longAt(0) * 2 + (r.get(0).longAt(1) > r.get(0).longAt(2) ? 1 : 0);
            pairs[n] = r.get(1).longAt(0) * 2 + (r.get(1).longAt(1) > 3 - r.get(1).longAt(0) - r.get(1).longAt(1) ? 1 : 0);
            assertEquals(3, r.get(2).doubleAt(0) + r.get(2).doubleAt(1) + r.get(2).doubleAt(2));
            assertEquals(2, r.get(3).doubleAt(0) + r.get(3).doubleAt(1));
            first += r.get(3).longAt(0);
        }
        Laws.fits("permutation", NDArray.of(orders), 0, 5, _ -> 1 / 6.0);
        Laws.fits("sample", NDArray.of(pairs), 0, 5, _ -> 1 / 6.0);
        assertEquals(6000, first, 4 * 2 * Math.sqrt(4000 * 0.75 * 0.25));
    }

    // ---- keys

    /// Every law once, small.
    private static List<Variable> everyLaw(Distributions d) {
        Variable weights = constant(new double[][] {{1, 0, 2}, {3, 1, 1}});
        Variable x = constant(new double[][] {{1, 2}, {3, 4}, {5, 6}});
        return List.of(d.uniform(2, 3), d.normal(2, 3), d.uniformOf(1, constant(new double[] {2, 3})), d.normalOf(1, 2, 3, 2),
                d.truncatedNormal(0, 1, -1, 2, 5), d.exponential(2, 5), d.gamma(constant(new double[] {0.3, 4}), 1), d.beta(0.5, 2, 3),
                d.bernoulli(0.5, 9), d.binomial(50, constant(new double[] {0.1, 0.5, 0.9})), d.poisson(constant(new double[] {2, 40})),
                d.integers(-5, 5, 2, 2), d.categorical(weights), d.categorical(weights, 4, 2), d.multinomial(7, weights), d.permutation(6),
                d.shuffle(x), d.choice(x, 4), d.weightedChoice(x, constant(new double[] {1, 0, 3}), 4), d.sample(x, 2),
                d.weightedSample(x, constant(new double[] {1, 0, 3}), 2));
    }

    @Test void compiledAndInterpretedDrawTheSame() {
        var all = everyLaw(KEY);
        var compiled = function().out(all).compile().callAll();
        var interpreted = Interpreter.run(new Lambda("f", List.of(), all), List.of());
        for (int i = 0; i < all.size(); i++) {
            NDArray a = compiled.get(i);
            NDArray b = interpreted.get(i);
            assertArrayEquals(b.shape(), a.shape());
            assertEquals(all.get(i).dtype(), a.dtype());
            for (long j = 0; j < a.size(); j++) assertEquals(b.doubleAt(j), a.doubleAt(j), Math.abs(b.doubleAt(j)) * 1e-13, "law " + i);
        }
        String shapes = compiled.stream().map(v -> Arrays.toString(v.shape())).reduce("", String::concat);
        assertEquals("[2, 3][2, 3][2][3, 2][5][5][2][3][9][3][2][2, 2][2][4, 2][2, 3][6][3, 2][4, 2][4, 2][2, 2][2, 2]", shapes);
    }

    @Test void extentsMayBeComputedAndEmpty() {
        Variable n = lscalar("n");
        Variable m = iscalar("m");
        var f = function().in(n, m).out(KEY.normal(n, m.add(1))).compile();
        NDArray x = f.call(3L, 1);
        assertArrayEquals(new long[] {3, 2}, x.shape());
        NDArray folded = value(KEY.normal(3, 2));                      // by the interpreter, whose logarithm rounds on its own
        for (int i = 0; i < 6; i++) assertEquals(folded.doubleAt(i), x.doubleAt(i), 4 * Math.ulp(x.doubleAt(i)));
        assertEquals(0, f.call(0L, 1).size());
        assertEquals(value(KEY.uniform(1)).doubleAt(0), value(KEY.uniform()).scalar());
        assertEquals(value(KEY.uniform(2, 3)).doubleAt(4), value(KEY.uniform(6)).doubleAt(4));
    }

    @Test void float32() {
        assertEquals(DType.FLOAT32, KEY.normal(DType.FLOAT32, 2).dtype());
        Variable mean = fvector("mean");
        assertEquals(DType.FLOAT32, KEY.normalOf(mean, 1).dtype());
        assertEquals(DType.FLOAT32, KEY.gamma(mean, 1).dtype());
        assertEquals(DType.FLOAT64, KEY.normalOf(mean, constant(1.0)).dtype());
        assertEquals(DType.FLOAT64, KEY.normalOf(0, 1).dtype());
    }

    @Test void keysAreIndependent() {
        Variable i = lscalar("i");
        var f = function().in(i).out(KEY.fold(i).normal(MANY)).compile();
        NDArray[] draws = new NDArray[4];
        for (int n = 0; n < 4; n++) draws[n] = f.call(n - 1L);
        for (int a = 0; a < 4; a++)
            for (int b = 0; b < a; b++) {
                double sum = 0;
                for (int j = 0; j < MANY; j++) sum += draws[a].doubleAt(j) * draws[b].doubleAt(j);
                assertTrue(Math.abs(sum) < 4 * Math.sqrt(MANY), "correlated by " + sum / MANY);
            }
        var split = KEY.split(2);
        assertEquals(draws[1], value(split.get(0).normal(MANY)));
        assertEquals(draws[2], value(KEY.fold(1).normal(MANY)));
        assertNotEquals(value(KEY.fold(1).fold(2).uniform(3)), value(KEY.fold(2).fold(1).uniform(3)));
        Variable seed = lscalar("seed");
        assertEquals(value(KEY.uniform(3)), function().in(seed).out(random(seed).uniform(3)).compile().call(20260101L));
    }

    @Test void streamsDrawAnew() {
        var streams = KEY.streams();
        Variable a = streams.uniform(3);
        Variable b = streams.gamma(2, 1, 3);
        var f = function().out(a, b).compile();
        var g = function().out(a.mul(2)).compile();
        NDArray first = f.callAll().getFirst();
        assertEquals(value(KEY.fold(0).fold(0).uniform(3)), first);
        assertEquals(value(KEY.fold(0).fold(1).uniform(3).mul(2)), g.call());
        NDArray third = f.callAll().getFirst();
        assertEquals(value(KEY.fold(0).fold(2).uniform(3)), third);
        assertEquals(function().out(a).withoutDefaultUpdates().compile().call(), function().out(a).withoutDefaultUpdates().compile().call());
        streams.restart();
        assertEquals(first, f.callAll().getFirst());
    }

    // ---- derivatives and errors

    @Test void reparameterisedGradients() {
        check(p -> KEY.uniformOf(p.get(0), p.get(1)), 1, 2.5);
        check(p -> KEY.normalOf(p.get(0), p.get(1)), 1, 2.5);
        check(p -> KEY.exponential(p.get(0)), 2);
        check(p -> KEY.gamma(3, p.get(0)), 2);
        check(p -> KEY.truncatedNormal(p.get(0), p.get(1), p.get(2), p.get(3)), 0.3, 1.5, -1, 2);
        check(p -> KEY.truncatedNormal(p.get(0), p.get(1), 6, INFINITY), 0.3, 1.5);
        check(p -> KEY.truncatedNormal(p.get(0), p.get(1), -INFINITY, -1), 0.3, 1.5);
    }

    private static void check(Function<List<Variable>, Variable> f, double... at) {
        verifyGradient(f, Arrays.stream(at).mapToObj(x -> NDArray.of(new double[] {x, x * 1.01})).toList(), 5);
    }

    @Test void otherParametersHaveNoDerivative() {
        Variable shape = dvector("shape");
        Variable g = grad(KEY.gamma(shape, 1).sum(), shape, zeroIfDisconnected());
        assertEquals(NDArray.of(new double[2]), g.eval(Map.of(shape, new double[] {1, 2})));
    }

    @Test void impossibleParametersAreRefused() {
        String known = assertThrows(DamoException.class, () -> KEY.gamma(-1, 1, 3)).getMessage();
        assertTrue(known.startsWith("gamma: the shape must be positive and finite, not -1"), known);
        assertTrue(known.contains("RandomTest.java"), known);
        assertThrows(DamoException.class, () -> KEY.binomial(3, constant(new double[] {0.5, 1.5})));
        assertThrows(DamoException.class, () -> KEY.binomial(0.5, 0.5));
        assertThrows(DamoException.class, () -> KEY.integers(3, 3));
        assertThrows(DamoException.class, () -> KEY.categorical(constant(new double[] {0, 0})));
        assertThrows(DamoException.class, () -> KEY.truncatedNormal(0, 1, 2, 1));
        assertThrows(DamoException.class, () -> KEY.truncatedNormal(0, 1, 50, 60));
        assertThrows(DamoException.class, () -> KEY.sample(constant(new double[2]), 3));
        assertThrows(DamoException.class, () -> KEY.weightedSample(constant(new double[2]), constant(new double[] {1, 0}), 2));
        assertThrows(DamoException.class, () -> KEY.normal(DType.INT32, 3));
        assertTrue(assertThrows(DamoException.class, () -> KEY.normal(-3)).getMessage().contains("RandomTest.java"));
    }

    @Test void aFailingCallChangesNothing() {
        var streams = KEY.streams();
        Variable rate = dscalar("rate");
        var f = function().in(rate).out(streams.poisson(rate, 3), streams.uniform(2)).compile();
        NDArray first = f.callAll(2.0).getLast();
        String message = assertThrows(DamoException.class, () -> f.callAll(-1.0)).getMessage();
        assertTrue(message.contains("poisson: the rate must be in 0..2⁵³") &&
                message.contains("RandomTest.java") && message.contains("-1.0"), message);
        NDArray second = f.callAll(2.0).getLast();
        assertNotEquals(first, second);
        streams.restart();
        f.callAll(2.0);
        assertEquals(second, f.callAll(2.0).getLast());
    }
}
