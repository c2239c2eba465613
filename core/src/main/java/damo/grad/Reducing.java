package damo.grad;

import damo.graph.Build;
import damo.graph.Op;
import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import damo.type.DType;
import java.util.List;

/// The derivatives of reductions.
final class Reducing {
    private Reducing() {}

    /// The derivative by the elements of `x` of a reduction over `axes`, whose value is `wide` with these axes put back.
    static Partial partial(Reduction f, Variable x, List<Integer> axes, Variable wide) {
        return switch (f) {
            case SUM -> Partial.ONE;
            case PROD -> new Partial.Times(others(x, axes));
            case MAX, MIN -> new Partial.Where(x.eq(wide), true);      // every tied element counts in full
        };
    }

    /// For each element the product of the others.
    ///
    /// A quotient would be 0/0 at a zero. So the non-zeros are multiplied apart, and the zeros enter as the elementary symmetric
    /// polynomial of those other than the element: of value 1 or 0, but with the right derivatives, up to the third of the product.
    private static Variable others(Variable x, List<Integer> axes) {
        Variable isZero = x.eq(0);
        Variable rest = wide(Reduction.PROD, where(isZero, 1.0, x), axes);
        Variable zero = where(isZero, x, 0.0);
        Variable square = zero.mul(zero);
        Variable one = isZero.cast(DType.INT64);
        Variable n = wide(Reduction.SUM, one, axes).sub(one);
        Variable sum = wide(Reduction.SUM, zero, axes).sub(zero);
        Variable pairs = sum.mul(sum).sub(wide(Reduction.SUM, square, axes).sub(square)).div(2);
        Variable product = where(n.eq(0), 1.0, where(n.eq(1), sum, where(n.eq(2), pairs, Linear.constant(x.dtype(), 0))));
        return product.cast(x.dtype()).mul(rest).div(where(isZero, 1.0, x));
    }

    private static Variable wide(Reduction f, Variable x, List<Integer> axes) {
        Variable z = new Variable(new Op.Reduce(f, x, axes));
        return Linear.shuffle(z, Linear.expanded(x, axes));
    }

    private static Variable where(Variable condition, Object a, Object b) {
        return Build.elementwise(ScalarOp.WHERE, condition, a, b);
    }
}
