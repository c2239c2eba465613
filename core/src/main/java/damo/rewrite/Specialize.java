package damo.rewrite;

import static damo.graph.ScalarOp.*;
import static damo.rewrite.Fidelity.*;
import static damo.rewrite.Match.arg;
import static damo.rewrite.Rule.rule;

import damo.graph.Variable;
import damo.value.NDArray;
import java.util.List;
import java.util.Set;

/// The cheaper of two ways to say the same.
final class Specialize {
    private Specialize() {}

    static final List<Rule> RULES = List.of(
            rule("pow-two", "x ** 2 => x * x; x: number", ROUNDING),
            rule("pow-three", "x ** 3 => (x * x) * x; x: number", ROUNDING),
            rule("pow-four", "x ** 4 => (x * x) * (x * x); x: number", ROUNDING),
            rule("pow-minus-two", "x ** -2 => 1 / (x * x); x: float", FINITE),
            rule("div-power-of-two", "x / 2 => 0.5 * x; x: float", BITWISE, Set.of(DIV), Specialize::divPowerOfTwo));

    // The reciprocal is exact.
    private static Variable divPowerOfTwo(Variable v) {
        NDArray c = Match.splat(arg(v, 1));
        if (c == null) return null;
        double d = Math.abs(c.scalar());
        boolean exact = d >= 0x1p-60 && d <= 0x1p60 && d == Double.longBitsToDouble(Double.doubleToLongBits(d) & 0x7FF0_0000_0000_0000L);
        return exact ? Match.constant(v.dtype(), 1 / c.scalar()).mul(arg(v, 0)) : null;
    }
}
