package damo.rewrite;

import static damo.graph.ScalarOp.*;
import static damo.rewrite.Fidelity.*;
import static damo.rewrite.Match.arg;
import static damo.rewrite.Match.is;
import static damo.rewrite.Rule.rule;

import damo.graph.Op;
import damo.graph.Reduction;
import damo.graph.Variable;
import damo.value.NDArray;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/// The cheaper of two ways to say the same.
final class Specialize {
    private Specialize() {}

    static final List<Rule> RULES = List.of(
            rule("pow-two", "x ** 2 => x * x; x: number", ROUNDING),
            rule("pow-three", "x ** 3 => (x * x) * x; x: number", ROUNDING),
            rule("pow-four", "x ** 4 => (x * x) * (x * x); x: number", ROUNDING),
            rule("pow-minus-two", "x ** -2 => 1 / (x * x); x: float", FINITE),
            rule("div-power-of-two", "x / 2 => 0.5 * x; x: float", BITWISE, Set.of(DIV), Specialize::divPowerOfTwo),
            // What a softmax, and its derivatives, divide by; other quotients stay.
            rule("softmax-reciprocal", "y / sum(exp(x - max(x, axes=[0])), axes=[0]) => y * (1 / sum(exp(x - max(x, axes=[0])), axes=[0]));"
                    + " x: float[5]", ROUNDING, Set.of(DIV), Specialize::softmaxReciprocal));

    // The reciprocal is exact.
    private static Variable divPowerOfTwo(Variable v) {
        NDArray c = Match.splat(arg(v, 1));
        if (c == null) return null;
        double d = Math.abs(c.scalar());
        boolean exact = d >= 0x1p-60 && d <= 0x1p60 && d == Double.longBitsToDouble(Double.doubleToLongBits(d) & 0x7FF0_0000_0000_0000L);
        return exact ? Match.constant(v.dtype(), 1 / c.scalar()).mul(arg(v, 0)) : null;
    }

    // The largest term is exp(0): the sum lies between 1 and the number of terms, so its reciprocal neither overflows nor is subnormal.
    private static Variable softmaxReciprocal(Variable v) {
        Variable sum = shuffled(arg(v, 1));
        if (!(sum.op() instanceof Op.Reduce(var f, var e, var axes)) || f != Reduction.SUM || !is(e, EXP) || !is(arg(e, 0), SUB)) return null;
        if (!isTop(arg(arg(e, 0), 1), arg(arg(e, 0), 0), axes)) return null;
        if (v.rank() == sum.rank()) return null;                       // one quotient for each sum
        Variable inverse = Match.constant(v.dtype(), 1).div(sum);
        return arg(v, 0).mul(arg(v, 1).op() instanceof Op.Dimshuffle(_, var pattern) ? new Variable(new Op.Dimshuffle(inverse, pattern)) : inverse);
    }

    /// Whether `v` is the maximum of `x` over `axes` and stands where it was found: `x - x.max(1)` of a square matrix subtracts that of other rows.
    private static boolean isTop(Variable v, Variable x, List<Integer> axes) {
        if (!(shuffled(v).op() instanceof Op.Reduce(var f, var y, var over)) || f != Reduction.MAX || y != x || !over.equals(axes)) return false;
        List<Integer> pattern = v.op() instanceof Op.Dimshuffle(_, var p) ? p : IntStream.range(0, v.rank()).boxed().toList();
        int missing = x.rank() - pattern.size();
        for (int axis = 0, next = 0; axis < x.rank(); axis++) {
            int from = axis < missing ? Op.Dimshuffle.NEW : pattern.get(axis - missing);
            if (from != (axes.contains(axis) ? Op.Dimshuffle.NEW : next++)) return false;
        }
        return true;
    }

    /// What `v` is a dimshuffle of, or `v`.
    private static Variable shuffled(Variable v) {
        return v.op() instanceof Op.Dimshuffle(var x, _) ? x : v;
    }
}
