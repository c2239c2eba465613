package damo.rewrite;

import damo.graph.Op;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import damo.type.DType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A product as a coefficient and powers of atoms. It is written anew only where powers of equal atoms meet and make the product
/// shorter, so that the rounding of other products stays.
final class Products {
    private static final int LARGEST = 32;

    /// A variable, perhaps with new axes of extent 1 (`null`: none).
    record Atom(Variable base, List<Integer> pattern) {
        Variable variable() {
            return pattern == null ? base : new Variable(new Op.Dimshuffle(base, pattern));
        }
    }

    private record Factor(Variable v, List<Integer> pattern, double exponent) {}

    private final DType dtype;
    final Map<Atom, Double> powers = new LinkedHashMap<>();
    private final Set<Atom> raised = new HashSet<>();     // to a power that is written: x·x·x is no shorter as x³
    private double coefficient = 1;
    private boolean shorter;

    private Products(DType dtype) {
        this.dtype = dtype;
    }

    static Variable collect(Variable v) {
        Products p = of(v);
        return p != null && p.shorter ? p.build() : null;
    }

    /// The product that `v` is; `null` if it is too long or not of floats.
    static Products of(Variable root) {
        if (!root.dtype().isFloat()) return null;
        var p = new Products(root.dtype());
        var pending = new ArrayDeque<Factor>();
        pending.push(new Factor(root, null, 1));
        for (int count = 0; !pending.isEmpty(); count++) {
            if (count + pending.size() > 2 * LARGEST) return null;
            p.take(pending.pop(), pending);
        }
        boolean usable = Double.isFinite(p.coefficient) && p.coefficient != 0;
        return usable ? p : null;
    }

    private void take(Factor t, ArrayDeque<Factor> pending) {
        switch (t.v.op()) {
            case Op.Elementwise(var f, var args) when f == ScalarOp.MUL || f == ScalarOp.DIV -> {
                int rank = t.v.rank();
                double second = f == ScalarOp.MUL ? t.exponent : -t.exponent;
                pending.push(new Factor(args.get(1), aligned(t.pattern, args.get(1).rank(), rank), second));
                pending.push(new Factor(args.get(0), aligned(t.pattern, args.get(0).rank(), rank), t.exponent));
            }
            case Op.Elementwise(var f, var args) when f == ScalarOp.NEG -> {
                coefficient = -coefficient;                                // the exponent is 1 or −1
                pending.push(new Factor(args.getFirst(), t.pattern, t.exponent));
            }
            case Op.Elementwise(var f, var args) when f == ScalarOp.POW && args.get(0).rank() == t.v.rank() && Match.isScalar(args.get(1)) ->
                put(args.getFirst(), t.pattern, t.exponent * ((Op.Constant) args.get(1).op()).value().scalar());
            case Op.Elementwise(var f, var args) when f == ScalarOp.SQRT -> put(args.getFirst(), t.pattern, 0.5 * t.exponent);
            case Op.Constant(var c) when c.rank() == 0 -> coefficient *= Math.pow(c.scalar(), t.exponent);
            case Op.Dimshuffle(var x, var pattern) when expands(pattern, x.rank()) ->
                pending.push(new Factor(x, compose(t.pattern, pattern), t.exponent));
            case Op _ -> put(t.v, t.pattern, t.exponent);
        }
    }

    private void put(Variable v, List<Integer> pattern, double exponent) {
        var atom = new Atom(v, significant(pattern));
        Double before = powers.get(atom);
        double after = before == null ? exponent : before + exponent;
        powers.put(atom, after);
        if (before == null && Math.abs(exponent) != 1) raised.add(atom);
        if (before == null) return;
        boolean opposed = before * exponent < 0;
        shorter |= opposed || after == Math.rint(after) && (Math.abs(exponent) != 1 || raised.contains(atom));
    }

    /// Whether a dimshuffle only adds axes.
    private static boolean expands(List<Integer> pattern, int rank) {
        var kept = new ArrayList<>(pattern);
        kept.removeIf(p -> p == Op.Dimshuffle.NEW);
        if (kept.size() != rank) return false;
        for (int i = 0; i < rank; i++) if (kept.get(i) != i) return false;
        return true;
    }

    private static List<Integer> compose(List<Integer> outer, List<Integer> inner) {
        return outer == null ? inner : outer.stream().map(p -> p == Op.Dimshuffle.NEW ? p : inner.get(p)).toList();
    }

    /// The pattern for an operand that broadcasts to the rank that `pattern` is for.
    private static List<Integer> aligned(List<Integer> pattern, int own, int rank) {
        if (pattern == null || own == rank) return pattern;
        int missing = rank - own;
        return pattern.stream().map(p -> p < missing ? (Integer) Op.Dimshuffle.NEW : (Integer) (p - missing)).toList();
    }

    // Leading new axes come by broadcasting anyway.
    private static List<Integer> significant(List<Integer> pattern) {
        if (pattern == null) return null;
        int first = 0;
        while (first < pattern.size() && pattern.get(first) == Op.Dimshuffle.NEW) first++;
        List<Integer> rest = pattern.subList(first, pattern.size());
        return rest.contains(Op.Dimshuffle.NEW) ? List.copyOf(rest) : null;
    }

    /// The product, written as a quotient.
    Variable build() {
        Variable above = null;
        Variable below = null;
        for (Map.Entry<Atom, Double> e : powers.entrySet()) {
            double exponent = e.getValue();
            if (exponent == 0) continue;
            Variable base = e.getKey().variable();
            Variable power = Math.abs(exponent) == 1 ? base : base.pow(Math.abs(exponent));
            if (exponent > 0) above = above == null ? power : above.mul(power);
            else below = below == null ? power : below.mul(power);
        }
        if (above == null) above = Match.constant(dtype, coefficient);
        else if (coefficient == -1) above = above.neg();
        else if (coefficient != 1) above = Match.constant(dtype, coefficient).mul(above);
        return below == null ? above : above.div(below);
    }
}
