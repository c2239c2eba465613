package damo.rewrite;

import static damo.rewrite.Fidelity.*;
import static damo.rewrite.Rule.rule;

import damo.graph.DotAxes;
import damo.graph.Op;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/// Products of products: which of them comes first. Matrices meet the vector one by one, and an outer product is made last, whatever the extents.
final class Chains {
    private static final Set<?> DOT = Set.of(Op.Dot.class);

    private Chains() {}

    static final List<Rule> RULES = List.of(
            rule("dot-vector", "dot(dot(x, y), z) => dot(x, dot(y, z)); x: float[4, 3]; y: float[3, 4]; z: float[4]", REORDERED, DOT,
                    v -> reordered(v, true)).takingApart(),
            rule("dot-outer", "dot(dot(x, y, batch=[]:[], sum=[]:[]), z) => dot(x, dot(z, y, batch=[]:[], sum=[0]:[0]), batch=[]:[], sum=[]:[]);"
                    + " x: float[2]; y: float[3]; z: float[3, 4]", REORDERED, DOT, v -> reordered(v, false)).takingApart());

    /// The product of one factor of a product with `v`'s other operand first: with a vector, or of a factor of an outer product.
    private static Variable reordered(Variable v, boolean vector) {
        if (!(v.op() instanceof Op.Dot(var x, var y, var axes)) || !axes.xBatch().isEmpty() || axes.xSum().isEmpty()) return null;
        Variable left = x.op() instanceof Op.Dot d ? reordered(d, axes.xSum(), y, axes.ySum(), true, vector) : null;
        return left == null && y.op() instanceof Op.Dot d ? reordered(d, axes.ySum(), x, axes.xSum(), false, vector) : left;
    }

    /// As [#reordered(Variable, boolean)] for the product `inner` of `a` and `b`, which stands left or right of `y`.
    private static Variable reordered(Op.Dot inner, List<Integer> sum, Variable y, List<Integer> ySum, boolean left, boolean vector) {
        DotAxes axes = inner.axes();
        if (!axes.xBatch().isEmpty() || axes.xSum().isEmpty() == vector) return null;
        boolean isVector = y.rank() == ySum.size();
        if (vector && !isVector) return null;
        List<Integer> aFree = axes.xFree(inner.x().rank());
        List<Integer> bFree = axes.yFree(inner.y().rank());
        boolean ofB = sum.stream().allMatch(i -> i >= aFree.size());
        if (!ofB && sum.stream().anyMatch(i -> i >= aFree.size())) return null;
        if ((ofB ? aFree : bFree).isEmpty()) return null;                       // what is left is no smaller
        if (!isVector && ofB != left) return null;                              // axes would come in another order
        Variable met = ofB ? inner.y() : inner.x();
        List<Integer> own = sum.stream().map(i -> ofB ? bFree.get(i - aFree.size()) : aFree.get(i)).toList();
        boolean first = isVector || left && met.rank() > own.size();            // a vector stands right of a matrix
        Variable product = first ? dot(met, y, own, ySum) : dot(y, met, ySum, own);
        List<Integer> rest = new ArrayList<>(IntStream.range(0, met.rank()).boxed().toList());
        rest.removeAll(own);
        int before = first ? 0 : y.rank() - ySum.size();
        List<Integer> again = (ofB ? axes.ySum() : axes.xSum()).stream().map(i -> before + rest.indexOf(i)).toList();
        return ofB ? dot(inner.x(), product, axes.xSum(), again) : dot(product, inner.y(), again, axes.ySum());
    }

    private static Variable dot(Variable x, Variable y, List<Integer> xSum, List<Integer> ySum) {
        return new Variable(new Op.Dot(x, y, new DotAxes(List.of(), List.of(), xSum, ySum)));
    }
}
