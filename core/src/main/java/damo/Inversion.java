package damo;

import damo.graph.Variable;
import damo.type.DType;

/// Discrete laws by inversion: the number of probabilities, added up one after the other, that do not exceed a uniform number.
final class Inversion {
    private Inversion() {}

    /// Poisson of a rate of at most 16, from a uniform number. Beyond 59, 2⁻⁵³ is not left.
    static Variable poisson(Variable uniform, Variable rate) {
        Variable p = rate.neg().exp();
        Variable sum = p;
        Variable count = sum.le(uniform).cast(DType.FLOAT64);
        for (int k = 1; k <= 60; k++) {
            p = p.mul(rate.mul(1.0 / k));
            sum = sum.add(p);
            count = count.add(sum.le(uniform).cast(DType.FLOAT64));
        }
        return count;
    }

    /// Binomial with `p` of ½ or less and `n p` of at most 10, from a uniform number. Beyond 46, 2⁻⁵³ is not left.
    static Variable binomial(Variable uniform, Variable n, Variable p) {
        Variable odds = p.div(Damo.sub(1, p));
        Variable next = n.mul(Damo.sub(0, p).log1p()).exp();
        Variable sum = next;
        Variable count = sum.le(uniform).cast(DType.FLOAT64);
        for (int k = 1; k <= 47; k++) {
            next = next.mul(n.sub(k - 1).maximum(0).mul(odds).mul(1.0 / k));
            sum = sum.add(next);
            count = count.add(sum.le(uniform).cast(DType.FLOAT64));
        }
        return count.minimum(n);
    }

    /// For weights along the last axis, the position that each uniform number falls on, int64. A position of weight 0 is never taken.
    static Variable position(Variable uniform, Variable weights) {
        Variable i = Damo.arange(weights.shape(-1));
        Variable sums = Damo.where(i.le(i.expandDims(1)), weights.expandDims(-2), 0).sum(-1);
        Variable total = sums.max(-1);
        // A number next to 1 could round to the total, and then no position would be left.
        Variable level = uniform.minimum(1 - 0x1p-52).mul(total);
        return sums.le(level.expandDims(-1)).sum(-1);
    }
}
