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
import java.util.function.UnaryOperator;

/// Scalar functions in terms of the ones that lanes have.
///
/// Bounds are in ulp of the result's dtype, for float64, given functions `exp`, `log`, `log1p`, `expm1`, `pow` within 1 ulp. A float32 is
/// computed in float64 and rounded once, so that its bound is 0.51, save where the table says "as it is".
public final class Expansions {
    private static final double LN2 = 0.6931471805599453;
    private static final double HUGE = 0x1p28;                         // from here on, x² + 1 is x²

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
            case SIGMOID -> inDouble(x, this::sigmoid);
            case SOFTPLUS -> inDouble(x, this::softplus);
            case LOG1MEXP -> inDouble(x, this::log1mexp);
            case ASINH -> inDouble(x, this::asinh);
            case ACOSH -> inDouble(x, this::acosh);
            case ATANH -> inDouble(x, this::atanh);
            // 1 ulp, and exact at integers: so Math.pow promises.
            case EXP2 -> inDouble(x, y -> values.apply(POW, number(y, 2), y));
            // As it is, exact.
            case TRUNC -> floats ? where(lt(x, number(x, 0)), values.apply(CEIL, x), values.apply(FLOOR, x)) : x;
            case ISNAN -> floats ? values.apply(NE, x, x) : values.number(DType.BOOL, 0);
            case ISINF -> floats ? values.apply(EQ, values.apply(ABS, x), number(x, Double.POSITIVE_INFINITY)) : values.number(DType.BOOL, 0);
            case POW -> power(x, args[1]);
            case NEG, ABS, SIGN, SQRT, CBRT, EXP, EXPM1, LOG, LOG2, LOG10, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, CEIL, FLOOR,
                 ROUND, NOT, ADD, SUB, MUL, DIV, FLOORDIV, MOD, ATAN2, MAX, MIN, LT, LE, EQ, NE, AND, OR, XOR, SHL, SHR,
                 WHERE ->
                    values.of(new Scalar.Apply(f, List.of(args)),
                            f.signature() == Signature.TEST ? DType.BOOL : args[args.length - 1].dtype());
        };
    }

    private Value inDouble(Value x, UnaryOperator<Value> f) {
        return values.convert(f.apply(values.convert(x, DType.FLOAT64)), x.dtype());
    }

    // The textbook's. 2 ulp: 1 + exp(−x) and the quotient round once each. Below −709.8, where the result is subnormal, 0.
    private Value sigmoid(Value x) {
        Value one = number(x, 1);
        return div(one, add(one, exp(neg(x))));
    }

    // log(1 + exp(x)) = max(x, 0) + log1p(exp(−|x|)), Mächler, "Accurately computing log(1 − exp(−|a|))", 2012. 2 ulp.
    private Value softplus(Value x) {
        return add(values.apply(MAX, x, number(x, 0)), log1p(exp(neg(abs(x)))));
    }

    // The same note, equation 7: the branches meet at −ln 2, where both lose one bit. 3 ulp.
    private Value log1mexp(Value x) {
        return where(lt(number(x, -LN2), x), log(neg(values.apply(EXPM1, x))), log1p(neg(exp(x))));
    }

    // As fdlibm's s_asinh.c for |x| <= 2, with log1p up to 2²⁸: its argument is above 0, so no cancellation. 2 ulp.
    private Value asinh(Value x) {
        Value one = number(x, 1);
        Value a = abs(x);
        Value square = mul(a, a);
        Value near = log1p(add(a, div(square, add(one, sqrt(add(square, one))))));
        return mul(values.apply(SIGN, x), where(lt(number(x, HUGE), a), add(log(a), number(x, LN2)), near));
    }

    // fdlibm's e_acosh.c with t = x − 1; √t·√(t + 2) is NaN wherever x < 1. 3 ulp.
    private Value acosh(Value x) {
        Value t = sub(x, number(x, 1));
        Value near = log1p(add(t, mul(sqrt(t), sqrt(add(t, number(x, 2))))));
        return where(lt(number(x, HUGE), x), add(log(x), number(x, LN2)), near);
    }

    // fdlibm's e_atanh.c: ½ log1p(2|x| / (1 − |x|)), odd. 2.5 ulp.
    private Value atanh(Value x) {
        Value a = abs(x);
        return mul(mul(values.apply(SIGN, x), number(x, 0.5)), log1p(div(add(a, a), sub(number(x, 1), a))));
    }

    /// Small constant exponents, as it is: ½ ulp for each product or quotient. `x^0.5` is `sqrt(x)`, as NumPy has it (they differ at −0
    /// and −∞).
    private Value power(Value x, Value exponent) {
        double n = switch (exponent.op()) {
            case Scalar.Real(var r) -> r;
            case Scalar.Whole(var w) -> w;
            case Scalar.Symbol _, Scalar.Index _, Scalar.Load _, Scalar.Flat _, Scalar.Apply _, Scalar.Convert _, Scalar.Choose _,
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
        return values.apply(POW, x, exponent);
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

    private Value add(Value a, Value b) {
        return values.apply(ADD, a, b);
    }

    private Value sub(Value a, Value b) {
        return values.apply(SUB, a, b);
    }

    private Value mul(Value a, Value b) {
        return values.apply(MUL, a, b);
    }

    private Value div(Value a, Value b) {
        return values.apply(DIV, a, b);
    }

    private Value neg(Value x) {
        return values.apply(NEG, x);
    }

    private Value abs(Value x) {
        return values.apply(ABS, x);
    }

    private Value sqrt(Value x) {
        return values.apply(SQRT, x);
    }

    private Value exp(Value x) {
        return values.apply(EXP, x);
    }

    private Value log(Value x) {
        return values.apply(LOG, x);
    }

    private Value log1p(Value x) {
        return values.apply(LOG1P, x);
    }
}
