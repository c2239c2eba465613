package damo;

import static damo.Damo.*;
import static damo.Refused.refused;
import static org.junit.jupiter.api.Assertions.*;

import damo.value.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// MRG31k3p, beside a plain one that goes step by step.
class MrgRandomStreamsTest {
    // From the authors' code: the powers 2^72 and 2^134 of the matrices of one step.
    private static final long[][][] P72 = {
        {{1516919229, 758510237, 499121365}, {1884998244, 1516919229, 335398200}, {601897748, 1884998244, 358115744}},
        {{1228857673, 1496414766, 954677935}, {1133297478, 1407477216, 1496414766}, {2002613992, 1639496704, 1407477216}}};
    private static final long[][][] P134 = {
        {{1702500920, 1849582496, 1656874625}, {828554832, 1702500920, 1512419905}, {1143731069, 828554832, 102237247}},
        {{796789021, 1464208080, 607337906}, {1241679051, 1431130166, 1464208080}, {1401213391, 1178684362, 1431130166}}};
    private static final long M1 = 2147483647, M2 = 2147462579;

    /// The generator, one number after the other.
    private static final class Plain {
        long[] s;

        Plain(long... state) {
            s = state.clone();
        }

        double next() {
            long x = ((s[1] << 22) % M1 + 129 * s[2] % M1) % M1;
            long y = ((s[3] << 15) % M2 + 32769 * s[5] % M2) % M2;
            s = new long[] {x, s[0], s[1], y, s[3], s[4]};
            return (x <= y ? x - y + M1 : x - y) / 2147483648.0;
        }

        Plain jumped(long[][][] by) {
            long[] next = new long[6];
            for (int i = 0; i < 6; i++) {
                long m = i < 3 ? M1 : M2;
                for (int j = 0; j < 3; j++) next[i] = (next[i] + by[i / 3][i % 3][j] * s[i < 3 ? j : 3 + j] % m) % m;
            }
            return new Plain(next);
        }
    }

    /// What `calls` draws of `n` numbers over so many substreams give, one list for each call.
    private static List<double[]> plain(Plain start, int substreams, int n, int calls) {
        var streams = new ArrayList<Plain>();
        streams.add(start);
        while (streams.size() < substreams) streams.add(streams.getLast().jumped(P72));
        var all = new ArrayList<double[]>();
        for (int call = 0; call < calls; call++) {
            double[] drawn = new double[n];
            int steps = (n + substreams - 1) / substreams;
            for (int i = 0; i < steps * substreams; i++) {
                double u = streams.get(i % substreams).next();
                if (i < n) drawn[i] = u;
            }
            all.add(drawn);
        }
        return all;
    }

    private static Plain seeded(long seed) {
        return new Plain(seed, seed, seed, seed, seed, seed);
    }

    @Test void oneSubstreamForEachNumber() {
        var streams = new MrgRandomStreams(123);
        CompiledFunction f = function().out(streams.uniform(2, 3)).compile();
        for (double[] row : plain(seeded(123), 6, 6, 3)) assertArrayEquals(row, f.call().toDoubleArray());
    }

    @Test void manyNumbersTakeSeveralStepsOfEachSubstream() {
        var streams = new MrgRandomStreams(77);
        CompiledFunction f = function().out(streams.uniform(5000)).compile();
        for (double[] row : plain(seeded(77), 2048, 5000, 2)) assertArrayEquals(row, f.call().toDoubleArray());
    }

    @Test void extentsKnownAtRunTimeTakeAsManyStepsAsTheyNeed() {
        var n = lscalar("n");
        CompiledFunction f = function().in(n).out(new MrgRandomStreams(77).uniform(n)).compile();
        var together = plain(seeded(77), 2048, 3 * 2048, 1).getFirst();
        assertArrayEquals(Arrays.copyOf(together, 10), f.call(10).toDoubleArray());
        assertEquals(0, f.call(0).size());                              // takes no step
        assertArrayEquals(Arrays.copyOfRange(together, 2048, 2048 + 4000), f.call(4000).toDoubleArray());
    }

    @Test void extentsThatAreNoneFailTheCallAndChangeNothing() {
        var n = lscalar("n");
        var streams = new MrgRandomStreams(77);
        for (var drawn : List.of(streams.uniform(n), streams.normal(n), streams.uniform(n, 0))) {
            CompiledFunction f = function().in(n).out(drawn).compile();
            NDArray before = streams.state(drawn).get();
            if (drawn.rank() == 1) for (long wrong : new long[] {-1, -5000, -10_000_000}) refused(() -> f.call(wrong), String.valueOf(wrong));
            assertEquals(before, streams.state(drawn).get());
            assertEquals(drawn.rank() == 1 ? 3 : 0, f.call(3).size());
        }
    }

    @Test void powersOfManyStepsAreThose() {
        long[][][] steps = new long[2][][];
        for (int i = 0; i < 2; i++) {
            NDArray blocks = Mrg.powers(i, 1024, 3);
            steps[i] = (long[][]) blocks.at(2).toArray();
        }
        var jumped = seeded(5).jumped(steps);
        var walked = seeded(5);
        for (int i = 0; i < 2048; i++) walked.next();
        assertArrayEquals(walked.s, jumped.s);
    }

    @Test void drawsAreStreamsApart() {
        var streams = new MrgRandomStreams(123);
        streams.uniform(2);
        CompiledFunction second = function().out(streams.uniform(4)).compile();
        assertArrayEquals(plain(seeded(123).jumped(P134), 4, 4, 1).getFirst(), second.call().toDoubleArray());
    }

    @Test void normalsAreThoseOfBoxAndMuller() {
        for (int n : new int[] {1, 5, 3001}) {
            var streams = new MrgRandomStreams(9);
            int half = (n + 1) / 2;
            double[] u = plain(seeded(9), 2 * half <= 2048 ? 2 * half : 2048, 2 * half, 1).getFirst();
            double[] want = new double[n];
            for (int i = 0; i < n; i++) {
                double radius = Math.sqrt(-2 * Math.log(u[i % half]));
                double angle = 2 * Math.PI * u[half + i % half];
                want[i] = radius * (i < half ? Math.cos(angle) : Math.sin(angle));
            }
            assertArrayEquals(want, function().out(streams.normal(n)).compile().call().toDoubleArray(), 1e-12);
        }
    }

    @Test void momentsAreThoseOfTheDistributions() {
        var streams = new MrgRandomStreams(42);
        var u = streams.uniform(100_000);
        var z = streams.normal(100_000);
        List<NDArray> m = function().out(u.mean(), u.var(), z.mean(), z.var(), u.min(), u.max()).compile().callAll();
        assertEquals(0.5, m.get(0).scalar(), 0.005);
        assertEquals(1 / 12.0, m.get(1).scalar(), 0.002);
        assertEquals(0, m.get(2).scalar(), 0.015);
        assertEquals(1, m.get(3).scalar(), 0.02);
        assertTrue(m.get(4).scalar() > 0 && m.get(5).scalar() < 1);
    }

    @Test void stateIsSavedSeededAndCopied() {
        var one = new MrgRandomStreams(1);
        var u = one.uniform(3);
        CompiledFunction f = function().out(u).compile();
        f.call();
        NDArray saved = one.state(u).get();
        NDArray next = f.call();
        one.state(u).set(saved);
        assertEquals(next, f.call());
        one.seed(8);
        assertArrayEquals(plain(seeded(8), 3, 3, 1).getFirst(), f.call().toDoubleArray());
        one.state(u).seed(9);
        assertArrayEquals(plain(seeded(9), 3, 3, 1).getFirst(), f.call().toDoubleArray());
        var two = new MrgRandomStreams(2);
        two.uniform(4);
        refused(() -> two.copyStateFrom(one), "mrg_uniform (4 substreams)", "mrg_uniform (3 substreams)");
        refused(() -> one.state(u).set(NDArray.of(new long[4][6])), "extent 3", "4");
        refused(() -> one.state(u).set(NDArray.of(new long[3][6])), "only zeros");
        refused(() -> one.uniform(-2), "negative");
    }

    @Test void anySeedGivesAState() {
        for (long seed : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, M2, M2 - 1, M1}) {
            long word = Mrg.seeded(seed)[0];
            assertTrue(word >= 1 && word < M2, "seed " + seed);
        }
    }
}
