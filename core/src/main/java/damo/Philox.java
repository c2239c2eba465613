package damo;

import damo.graph.Variable;
import damo.type.DType;
import java.util.List;

/// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC11), as
/// elementwise ops: 128 random bits are a function of a 128-bit counter and a 64-bit key.
final class Philox {
    private static final int ROUNDS = 10;
    private static final long[] MULTIPLIERS = {0xD2511F53L, 0xCD9E8D57L};
    private static final long[] WEYL = {0x9E3779B9L, 0xBB67AE85L};
    private static final long WORD = 0xFFFF_FFFFL;

    private Philox() {}

    /// Four random words for each counter.
    ///
    /// @param counter four uint32 words, the lowest first, which broadcast
    /// @param key two uint32 words
    static List<Variable> block(List<Variable> counter, List<Variable> key) {
        List<Variable> c = counter;
        for (int round = 0; round < ROUNDS; round++) {
            Variable a = product(c.get(0), 0);
            Variable b = product(c.get(2), 1);
            c = List.of(high(b).xor(c.get(1)).xor(roundKey(key, round, 0)), low(b),
                    high(a).xor(c.get(3)).xor(roundKey(key, round, 1)), low(a));
        }
        return c;
    }

    private static Variable roundKey(List<Variable> key, int round, int word) {
        return round == 0 ? key.get(word) : key.get(word).add(round * WEYL[word] & WORD);
    }

    private static Variable product(Variable word, int multiplier) {
        return word.cast(DType.UINT64).mul(MULTIPLIERS[multiplier]);
    }

    /// The low word of a 64-bit integer.
    static Variable low(Variable x) {
        return x.cast(DType.UINT32);
    }

    /// The high word of a 64-bit integer.
    static Variable high(Variable x) {
        return x.shiftRight(32).cast(DType.UINT32);
    }

    /// Uniform in [0, 1): the 53 highest of 64 random bits.
    static Variable fraction(Variable high, Variable low) {
        return high.shiftRight(5).cast(DType.FLOAT64).mul(0x1p26).add(low.shiftRight(6).cast(DType.FLOAT64)).mul(0x1p-53);
    }
}
