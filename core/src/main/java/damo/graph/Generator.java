package damo.graph;

import java.util.Locale;

/// What draws random numbers, and of which distribution.
///
/// The state of the twisters is one int64 vector of 627 numbers: the 624 words of the Mersenne Twister (each in 0..2³² − 1), how many
/// of them are used up, whether a normal is kept (0 or 1), and the bits of the kept one.
public enum Generator {
    /// Float64 in [0, 1): 53 bits, the upper 27 of one word and the upper 26 of the next.
    TWISTER_UNIFORM,
    /// The standard normal distribution by Marsaglia's polar method: of a pair, the one of the second uniform comes first, and the other
    /// is kept for the next draw.
    TWISTER_NORMAL;

    /// The name in IR text.
    @Override public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
