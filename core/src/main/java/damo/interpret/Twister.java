package damo.interpret;

import damo.DamoException;
import damo.graph.Generator;
import damo.value.NDArray;

/// The Mersenne Twister MT19937, and what is drawn with it. The state is that of [Generator].
///
/// - **Source** Matsumoto and Nishimura, Mersenne Twister, ACM TOMACS 8 (1998), with the initialisation of 2002 (`init_genrand`);
///   normals: Marsaglia and Bray, A convenient method for generating normal variables, SIAM Review 6 (1964)
public final class Twister {
    private static final int N = 624, M = 397, USED = N, KEEPS = N + 1, KEPT = N + 2, SIZE = N + 3;

    private Twister() {}

    /// The state that the lowest 32 bits of `seed` initialise.
    public static NDArray seeded(long seed) {
        long[] state = new long[SIZE];
        state[0] = seed & 0xFFFF_FFFFL;
        for (int i = 1; i < N; i++) state[i] = 1_812_433_253L * (state[i - 1] ^ state[i - 1] >>> 30) + i & 0xFFFF_FFFFL;
        state[USED] = N;
        return NDArray.wrap(state, SIZE);
    }

    /// The next word, in 0..2³² − 1, and the state after it, which `state` becomes.
    public static long next(long[] state) {
        return word(state);
    }

    /// `state`, if it is one.
    ///
    /// @throws DamoException if its length, a word or the position is none
    public static NDArray checked(NDArray state) {
        if (state.size() != SIZE)
            throw new DamoException("the state of a Mersenne Twister has %d numbers, but this has %d".formatted(SIZE, state.size()));
        for (int i = 0; i < N; i++) inRange("word %d", i, state.longAt(i), 0xFFFF_FFFFL);
        inRange("the count of used words", USED, state.longAt(USED), N);
        inRange("whether a normal is kept", KEEPS, state.longAt(KEEPS), 1);
        return state;
    }

    private static void inRange(String what, int at, long value, long most) {
        if (value < 0 || value > most)
            throw new DamoException("in the state of a Mersenne Twister, %s is %d; it must be in 0..%d".formatted(what.formatted(at), value, most));
    }

    /// Puts a sample into `sample`, and the state after it into `next`; both [NDArray#isWhole], but their storage may be longer.
    ///
    /// @throws DamoException if `state` is none; nothing is stored then
    static void draw(Generator generator, NDArray state, NDArray sample, NDArray next) {
        long[] words = (long[]) next.storage();
        double[] drawn = (double[]) sample.storage();
        checked(state);
        for (int i = 0; i < SIZE; i++) words[i] = state.longAt(i);
        int size = (int) sample.size();
        for (int i = 0; i < size; i++)
            drawn[i] = switch (generator) {
                case TWISTER_UNIFORM -> uniform(words);
                case TWISTER_NORMAL -> normal(words);
            };
    }

    private static double uniform(long[] state) {
        long high = word(state) >>> 5;
        return (high * 0x1p26 + (word(state) >>> 6)) * 0x1p-53;
    }

    private static double normal(long[] state) {
        if (state[KEEPS] == 1) {
            state[KEEPS] = 0;
            double kept = Double.longBitsToDouble(state[KEPT]);
            state[KEPT] = 0;
            return kept;
        }
        double x;
        double y;
        double square;
        do {
            x = 2 * uniform(state) - 1;
            y = 2 * uniform(state) - 1;
            square = x * x + y * y;
        } while (square >= 1 || square == 0);
        double f = Math.sqrt(-2 * StrictMath.log(square) / square);     // the same numbers on every machine
        state[KEEPS] = 1;
        state[KEPT] = Double.doubleToRawLongBits(f * x);
        return f * y;
    }

    private static long word(long[] state) {
        if (state[USED] == N) twist(state);
        long y = state[(int) state[USED]++];
        y ^= y >>> 11;
        y ^= y << 7 & 0x9D2C_5680L;
        y ^= y << 15 & 0xEFC6_0000L;
        return y ^ y >>> 18;
    }

    private static void twist(long[] state) {
        for (int i = 0; i < N; i++) {
            long y = state[i] & 0x8000_0000L | state[(i + 1) % N] & 0x7FFF_FFFFL;
            state[i] = state[(i + M) % N] ^ y >>> 1 ^ ((y & 1) == 0 ? 0 : 0x9908_B0DFL);
        }
        state[USED] = 0;
    }
}
