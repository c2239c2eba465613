package damo.rewrite;

import damo.graph.Op;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import damo.type.DType;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;

/// A sum as coefficients of atoms. It is written anew only where equal atoms meet, so that the rounding of other sums stays.
final class Sums {
    private static final int LARGEST = 32;               // terms; so that a long chain of sums is not flattened from every place
    private static final Object ONE = new Object();      // the atom of constant terms

    private record Term(Variable v, double sign) {}

    private Sums() {}

    static Variable collect(Variable v) {
        if (!v.dtype().isFloat() && v.dtype() != DType.INT64) return null;
        Map<Object, Double> terms = new LinkedHashMap<>();
        return flatten(v, terms) ? build(v.dtype(), terms) : null;
    }

    /// Whether equal atoms met.
    private static boolean flatten(Variable root, Map<Object, Double> terms) {
        boolean met = false;
        int count = 0;
        var pending = new ArrayDeque<Term>();
        pending.push(new Term(root, 1));
        while (!pending.isEmpty()) {
            Term t = pending.pop();
            switch (t.v.op()) {
                case Op.Elementwise(var f, var args) when f == ScalarOp.ADD -> {
                    pending.push(new Term(args.get(1), t.sign));
                    pending.push(new Term(args.get(0), t.sign));
                }
                case Op.Elementwise(var f, var args) when f == ScalarOp.SUB -> {
                    pending.push(new Term(args.get(1), -t.sign));
                    pending.push(new Term(args.get(0), t.sign));
                }
                case Op.Elementwise(var f, var args) when f == ScalarOp.NEG -> pending.push(new Term(args.getFirst(), -t.sign));
                case Op.Elementwise(var f, var args) when f == ScalarOp.MUL && Match.isScalar(args.getFirst()) ->
                    met |= put(terms, args.get(1), t.sign * value(args.getFirst()));
                case Op.Constant(var c) when c.rank() == 0 -> met |= put(terms, ONE, t.sign * c.scalar());
                case Op _ -> met |= put(terms, t.v, t.sign);
            }
            if (++count + pending.size() > 2 * LARGEST) return false;
        }
        for (double c : terms.values())
            if (!Double.isFinite(c) || !root.dtype().isFloat() && Math.abs(c) > Integer.MAX_VALUE) return false;
        return met;
    }

    private static double value(Variable constant) {
        return ((Op.Constant) constant.op()).value().scalar();
    }

    // A sum that equals the new coefficient had 0 before: nothing met, or it cancelled and `met` is already set.
    private static boolean put(Map<Object, Double> terms, Object atom, double coefficient) {
        return terms.merge(atom, coefficient, Double::sum) != coefficient;
    }

    private static Variable build(DType dtype, Map<Object, Double> terms) {
        double constant = terms.getOrDefault(ONE, 0.0);
        Variable sum = constant == 0 ? null : Match.constant(dtype, constant);
        for (boolean positive : new boolean[] {true, false}) {          // so that a difference starts with what is not subtracted
            for (Map.Entry<Object, Double> e : terms.entrySet()) {
                double c = e.getValue();
                if (e.getKey() == ONE || c == 0 || c > 0 != positive) continue;
                Variable atom = (Variable) e.getKey();
                Variable size = Math.abs(c) == 1 ? atom : Match.constant(dtype, Math.abs(c)).mul(atom);
                sum = sum == null ? positive ? size : Match.constant(dtype, c).mul(atom) : positive ? sum.add(size) : sum.sub(size);
            }
        }
        return sum == null ? Match.constant(dtype, 0) : sum;
    }
}
