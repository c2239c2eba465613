package damo;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.graph.Graph;
import damo.graph.Lambda;
import damo.graph.Variable;
import damo.interpret.Interpreter;
import damo.type.DType;
import damo.value.NDArray;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RandomTest {
    private static final RandomKey KEY = random(20260101);
    private static final int MANY = 20000;

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
        Object[] at = java.util.stream.Stream.concat(words(counter).stream(), words(key).stream()).map(Variable::eval).toArray();
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

    @ParameterizedTest @CsvSource({"-1,2", "0.5,Infinity", "-Infinity,-1", "4,Infinity", "-Infinity,Infinity", "30,31", "-0.1,0.1"})
    void truncatedNormalNumbers(double low, double high) {
        NDArray x = value(KEY.truncatedNormal(1, 2, 1 + 2 * low, 1 + 2 * high, MANY));
        // Beyond 4, where the exact function here would cancel, the density is cut off after exp(−x²/2) falls as it does there.
        if (low > 20) {
            Laws.fits("truncated", x, y -> tail(low, (y - 1) / 2));
            return;
        }
        double from = below(low);
        double to = below(high);
        Laws.fits("truncated", x, y -> (below((y - 1) / 2) - from) / (to - from));
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

    @ParameterizedTest @CsvSource({"0.1", "0.7", "1", "2.5", "40"})
    void gammaNumbers(double shape) {
        Laws.fits("gamma", value(KEY.gamma(shape, 2, MANY)), x -> Laws.gammaBelow(shape, x / 2));
    }

    @ParameterizedTest @CsvSource({"0.5,0.5", "2,3", "0.2,4", "30,1"})
    void betaNumbers(double a, double b) {
        Laws.fits("beta", value(KEY.beta(a, b, MANY)), x -> Laws.betaBelow(a, b, x));
    }

    @ParameterizedTest @CsvSource({"0", "0.3", "8", "15.9", "16", "47.5", "900"})
    void poissonNumbers(double rate) {
        Laws.fits("poisson", value(KEY.poisson(rate, MANY)), 0, 2000, k -> rate == 0 ? k == 0 ? 1 : 0 : Laws.poisson(rate, k));
    }

    @ParameterizedTest @CsvSource({"0,0.5", "1,0.3", "12,0.5", "20,0.5", "100,0.05", "100,0.95", "1000,0.3", "1000,0.7", "100000,0.0005"})
    void binomialNumbers(int n, double p) {
        Laws.fits("binomial", value(KEY.binomial(n, p, MANY)), 0, Math.min(n, 2000), k -> Laws.binomial(n, p, k));
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
        assertEquals(20000, java.util.Arrays.stream(all).sum());
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
}
