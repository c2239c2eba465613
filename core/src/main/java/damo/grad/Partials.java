package damo.grad;

import damo.graph.Build;
import damo.graph.Op;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import java.util.List;

/// The partial derivatives of the scalar functions: one table for both modes.
final class Partials {
    private static final double TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

    private Partials() {}

    /// The derivative of `z = f(args)` by operand `i`.
    static Partial of(Variable z, ScalarOp f, List<Variable> args, int i) {
        if (!z.dtype().isFloat()) return Partial.ZERO;
        Variable x = args.getFirst();
        Variable y = args.getLast();
        boolean first = i == 0;
        return switch (f) {
            case NEG -> Partial.MINUS;
            case ABS -> times(x.sign());
            case SIGN, CEIL, FLOOR, TRUNC, ROUND, FLOORDIV -> Partial.ZERO;
            case NOT, ISNAN, ISINF, LT, LE, EQ, NE, AND, OR, XOR, SHL, SHR -> Partial.ZERO;
            case SQRT -> over(z.mul(2));
            case CBRT -> over(z.mul(z).mul(3));
            case EXP -> times(z);
            case EXP2 -> times(z.mul(Math.log(2)));
            case EXPM1 -> times(x.exp());                           // z + 1 would cancel for x far below 0
            case LOG -> over(x);
            case LOG2 -> over(x.mul(Math.log(2)));
            case LOG10 -> over(x.mul(Math.log(10)));
            case LOG1P -> over(x.add(1));
            case SIN -> times(x.cos());
            case COS -> times(x.sin().neg());
            case TAN -> times(z.mul(z).add(1));
            case ASIN -> over(root(less(1, x), x.add(1)));          // (1 − x)(1 + x) does not cancel near ±1, 1 − x² does
            case ACOS -> over(root(less(1, x), x.add(1)).neg());
            case ATAN -> over(x.mul(x).add(1));
            case SINH -> times(x.cosh());
            case COSH -> times(x.sinh());
            case TANH -> times(less(1, z.mul(z)));
            case ASINH -> over(x.mul(x).add(1).sqrt());
            case ACOSH -> over(root(x.sub(1), x.add(1)));
            case ATANH -> over(less(1, x).mul(x.add(1)));
            case SIGMOID -> times(z.mul(x.neg().sigmoid()));        // 1 − z would cancel for large x
            case SOFTPLUS -> times(x.sigmoid());
            case LOG1MEXP -> over(x.neg().expm1().neg());
            case ERF -> times(bell(x));
            case ERFC -> times(bell(x).neg());
            case ERFCX -> times(scaledComplement(x, z));
            case ERFINV -> times(z.mul(z).exp().mul(1 / TWO_OVER_ROOT_PI));
            case ERFCINV -> times(z.mul(z).exp().mul(-1 / TWO_OVER_ROOT_PI));
            case LGAMMA -> times(x.digamma());
            case ADD -> Partial.ONE;
            case SUB -> first ? Partial.ONE : Partial.MINUS;
            case MUL -> times(first ? y : x);
            case DIV -> first ? over(y) : times(z.div(y).neg());
            case MOD -> first ? Partial.ONE : times(Build.elementwise(ScalarOp.FLOORDIV, x, y).neg());
            case POW -> first ? powerByBase(x, y) : times(where(x.eq(0), 0, z.mul(x.log())));
            case ATAN2 -> first ? times(y.div(x.mul(x).add(y.mul(y)))) : times(x.div(x.mul(x).add(y.mul(y))).neg());
            case POLYGAMMA -> {
                if (first) throw Variable.error("polygamma", "it has no derivative by its order; take the order through stopGradient", args);
                yield times(y.polygamma(x.add(1)));
            }
            case MAX -> first ? new Partial.Where(Build.elementwise(ScalarOp.LE, y, x), true) : new Partial.Where(x.lt(y), true);
            case MIN -> first ? new Partial.Where(Build.elementwise(ScalarOp.LE, x, y), true) : new Partial.Where(y.lt(x), true);
            case FMA -> i == 2 ? Partial.ONE : times(first ? args.get(1) : x);
            case WHERE -> first ? Partial.ZERO : new Partial.Where(x, i == 1);
        };
    }

    /// The derivative of erf.
    private static Variable bell(Variable x) {
        return x.mul(x).neg().exp().mul(TWO_OVER_ROOT_PI);
    }

    /// The derivative of `z = erfcx(x)`, `2xz − 2/√π`; where that would cancel, its asymptotic series, of which two terms less are 10⁻¹⁴.
    private static Variable scaledComplement(Variable x, Variable z) {
        Variable u = less(0, Build.elementwise(ScalarOp.DIV, 0.5, x.mul(x)));
        Variable series = u.mul(15).add(1);
        for (int odd = 13; odd > 1; odd -= 2) series = u.mul(odd).mul(series).add(1);
        return where(x.gt(12), u.mul(series).mul(TWO_OVER_ROOT_PI), x.mul(z).mul(2).sub(TWO_OVER_ROOT_PI));
    }

    // Without a logarithm, and 0 for the exponent 0, even at base 0.
    private static Partial powerByBase(Variable x, Variable y) {
        if (!(y.op() instanceof Op.Constant(var c) && c.rank() == 0)) return times(where(y.eq(0), 0, y.mul(x.pow(y.sub(1)))));
        double n = c.doubleAt(0);
        if (n == 0) return Partial.ZERO;
        if (n == 1) return Partial.ONE;
        return times(Build.elementwise(ScalarOp.MUL, n, n == 2 ? x : x.pow(n - 1)));
    }

    private static Partial times(Variable factor) {
        return new Partial.Times(factor);
    }

    private static Partial over(Variable divisor) {
        return new Partial.Over(divisor);
    }

    private static Variable less(Number a, Variable b) {
        return Build.elementwise(ScalarOp.SUB, a, b);
    }

    private static Variable root(Variable a, Variable b) {
        return a.mul(b).sqrt();
    }

    private static Variable where(Variable condition, Object a, Object b) {
        return Build.elementwise(ScalarOp.WHERE, condition, a, b);
    }
}
