package damo.math;

import static damo.graph.ScalarOp.*;

import damo.graph.ScalarOp;
import damo.kernel.Kernel;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.type.DType;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// Scalar functions in terms of arithmetic, comparisons, choices and bits: what every lane has. One expansion serves scalar and vector code,
/// so that both compute the same bits.
///
/// Functions of float32 are computed in float32. The bounds, in ulp of the result, stand with the functions; `AccuracyTest` measures them over
/// the whole range. Subnormal results are within 1 ulp of them too.
public final class Expansions {
    private final Values values;
    private final Map<Value, Value> done = new IdentityHashMap<>();

    private Expansions(Values values) {
        this.values = values;
    }

    /// The same kernel, without functions that lanes lack.
    public static Kernel expand(Values values, Kernel kernel) {
        var expansions = new Expansions(values);
        return new Kernel(kernel.name(), kernel.axes(), kernel.stores().stream()
                .map(s -> s.with(s.at().stream().map(expansions::expand).toList(), expansions.expand(s.value()))).toList());
    }

    private Value expand(Value v) {
        return values.replace(v, u -> u.op() instanceof Scalar.Apply(var f, var args)
                ? of(f, args.stream().map(this::expand).toArray(Value[]::new)) : null, done);
    }

    private Value of(ScalarOp f, Value... args) {
        Value x = args[0];
        boolean floats = x.dtype().isFloat();
        return switch (f) {
            case EXP -> Exponentials.exp(term(x)).value();
            case EXP2 -> Exponentials.exp2(term(x)).value();
            case EXPM1 -> Exponentials.expm1(term(x)).value();
            case SIGMOID -> Exponentials.sigmoid(term(x)).value();
            case LOG -> Logarithms.log(term(x)).value();
            case LOG2 -> Logarithms.log2(term(x)).value();
            case LOG10 -> Logarithms.log10(term(x)).value();
            case LOG1P -> Logarithms.log1p(term(x)).value();
            case SOFTPLUS -> Logarithms.softplus(term(x)).value();
            case LOG1MEXP -> Logarithms.log1mexp(term(x)).value();
            case ERF -> ErrorFunctions.erf(term(x)).value();
            case ERFC -> ErrorFunctions.erfc(term(x)).value();
            case ERFCX -> ErrorFunctions.erfcx(term(x)).value();
            case ERFINV -> ErrorFunctions.erfinv(term(x)).value();
            case ERFCINV -> ErrorFunctions.erfcinv(term(x)).value();
            case LGAMMA -> Gammas.lgamma(term(x)).value();
            case SINH -> Hyperbolics.sinh(term(x)).value();
            case COSH -> Hyperbolics.cosh(term(x)).value();
            case TANH -> Hyperbolics.tanh(term(x)).value();
            case ASINH -> Hyperbolics.asinh(term(x)).value();
            case ACOSH -> Hyperbolics.acosh(term(x)).value();
            case ATANH -> Hyperbolics.atanh(term(x)).value();
            case SIN -> Trigonometry.sin(term(x)).value();
            case COS -> Trigonometry.cos(term(x)).value();
            case TAN -> Trigonometry.tan(term(x)).value();
            case ASIN -> Arcs.asin(term(x)).value();
            case ACOS -> Arcs.acos(term(x)).value();
            case ATAN -> Arcs.atan(term(x)).value();
            case ATAN2 -> Arcs.atan2(term(x), term(args[1])).value();
            case CBRT -> Roots.cbrt(term(x)).value();
            // Exact.
            case TRUNC -> floats ? where(lt(x, number(x, 0)), values.apply(CEIL, x), values.apply(FLOOR, x)) : x;
            case ISNAN -> floats ? values.apply(NE, x, x) : values.number(DType.BOOL, 0);
            case ISINF -> floats ? values.apply(EQ, values.apply(ABS, x), number(x, Double.POSITIVE_INFINITY)) : values.number(DType.BOOL, 0);
            case POW -> power(x, args[1]);
            case POLYGAMMA -> isZero(x) ? Gammas.digamma(term(args[1])).value() : apply(f, args);
            case NEG, ABS, SIGN, SQRT, CEIL, FLOOR, ROUND, NOT, ADD, SUB, MUL, DIV, FLOORDIV, MOD, MAX, MIN, LT, LE, EQ, NE, AND, OR, XOR, SHL,
                 SHR, WHERE, FMA ->
                apply(f, args);
        };
    }

    private Value apply(ScalarOp f, Value... args) {
        return values.of(new Scalar.Apply(f, List.of(args)), f.signature() == Signature.TEST ? DType.BOOL : args[args.length - 1].dtype());
    }

    private static boolean isZero(Value x) {
        return x.op() instanceof Scalar.Real(var r) && r == 0;
    }

    private Term term(Value x) {
        return new Term(values, x);
    }

    /// Small constant exponents, as it is: ½ ulp for each product or quotient. `x^0.5` is `sqrt(x)`, as NumPy has it (they differ at −0
    /// and −∞).
    private Value power(Value x, Value exponent) {
        double n = switch (exponent.op()) {
            case Scalar.Real(var r) -> r;
            case Scalar.Whole(var w) -> w;
            case Scalar.Symbol _, Scalar.Index _, Scalar.Load _, Scalar.Flat _, Scalar.Apply _, Scalar.Convert _, Scalar.Bits _, Scalar.Choose _,
                 Scalar.Fold _ -> Double.NaN;
        };
        if (n == 0) return number(x, 1);
        if (n == 1) return x;
        if (n == 2) return mul(x, x);
        if (n == 3) return mul(mul(x, x), x);
        if (n == 4) return mul(mul(x, x), mul(x, x));
        if (n == 0.5) return sqrt(x);
        if (n == -1 && x.dtype().isFloat()) return div(number(x, 1), x);
        if (n == -2 && x.dtype().isFloat()) return div(number(x, 1), mul(x, x));
        return x.dtype().isFloat() ? Powers.pow(term(x), term(exponent)).value() : values.apply(POW, x, exponent);
    }

    private Value number(Value like, double value) {
        return values.number(like.dtype(), value);
    }

    private Value where(Value condition, Value then, Value otherwise) {
        return values.apply(WHERE, condition, then, otherwise);
    }

    private Value lt(Value a, Value b) {
        return values.apply(LT, a, b);
    }

    private Value mul(Value a, Value b) {
        return values.apply(MUL, a, b);
    }

    private Value div(Value a, Value b) {
        return values.apply(DIV, a, b);
    }

    private Value sqrt(Value x) {
        return values.apply(SQRT, x);
    }
}
