package damo.rewrite;

/// How much of the left side's behaviour a rule keeps.
public enum Fidelity {
    /// The same bits, whatever the operands.
    BITWISE,
    /// The same function of real numbers, computed no worse; overflow and NaN stay where they are. The sign of a zero may change.
    ROUNDING,
    /// As [#ROUNDING] where the left side neither overflows nor leaves its domain; elsewhere the right side may have a value.
    FINITE,
    /// As [#FINITE], but sums have another order: the error is no larger beside the sum of the absolute values.
    REORDERED
}
