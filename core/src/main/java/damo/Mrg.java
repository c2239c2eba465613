package damo;

import damo.value.NDArray;

/// The generator MRG31k3p: two recurrences modulo primes near 2³¹, whose difference is the output. A state is (x[n−1], x[n−2], x[n−3]) of
/// the first, then of the second. A step, or many at once, is a product with a matrix.
///
/// - **Source** L'Ecuyer and Touzin, Fast combined multiple recursive generators with multipliers of the form a = ±2^q ± 2^r, WSC 2000:
///   period about 2^185, streams 2^134 apart, substreams 2^72 apart
final class Mrg {
    /// The moduli.
    static final long[] M = {(1L << 31) - 1, (1L << 31) - 21069};

    /// The matrices of one step.
    static final long[][][] STEP = {
        {{0, 1 << 22, (1 << 7) + 1}, {1, 0, 0}, {0, 1, 0}},
        {{1 << 15, 0, (1 << 15) + 1}, {1, 0, 0}, {0, 1, 0}}};

    private static final long[][][] SUBSTREAM = {doubled(0, 72), doubled(1, 72)};
    private static final long[][][] STREAM = {doubled(0, 134), doubled(1, 134)};

    private Mrg() {}

    /// The state with which `seed` starts: the seed, six times, if it is in 1..2147462578; others are reduced to that.
    static long[] seeded(long seed) {
        long word = 1 + Math.floorMod(seed - 1, M[1] - 1);
        return new long[] {word, word, word, word, word, word};
    }

    /// The state after as many steps as there are between two substreams.
    static long[] nextSubstream(long[] state) {
        return jumped(SUBSTREAM, state);
    }

    /// The state after as many steps as there are between two streams.
    static long[] nextStream(long[] state) {
        return jumped(STREAM, state);
    }

    /// Powers of the step of recurrence `which`, with the exponents `0, step, 2·step, …`: `count` matrices.
    static NDArray powers(int which, int step, int count) {
        long[][] base = identity();
        for (int i = 0; i < step; i++) base = product(base, STEP[which], M[which]);
        long[][][] all = new long[count][][];
        all[0] = identity();
        for (int i = 1; i < count; i++) all[i] = product(all[i - 1], base, M[which]);
        return NDArray.of(all);
    }

    private static long[][] identity() {
        return new long[][] {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    }

    /// The matrix of 2^`doublings` steps.
    private static long[][] doubled(int which, int doublings) {
        long[][] a = STEP[which];
        for (int i = 0; i < doublings; i++) a = product(a, a, M[which]);
        return a;
    }

    private static long[] jumped(long[][][] by, long[] state) {
        long[] next = new long[6];
        for (int i = 0; i < 6; i++)
            for (int j = 0; j < 3; j++) next[i] = (next[i] + by[i / 3][i % 3][j] * state[i / 3 * 3 + j] % M[i / 3]) % M[i / 3];
        return next;
    }

    private static long[][] product(long[][] a, long[][] b, long m) {
        long[][] c = new long[3][3];
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++)
                for (int k = 0; k < 3; k++) c[i][j] = (c[i][j] + a[i][k] * b[k][j] % m) % m;
        return c;
    }
}
