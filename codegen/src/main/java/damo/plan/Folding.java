package damo.plan;

import damo.graph.ScalarOp;
import damo.interpret.FloatMeaning;
import damo.interpret.IntMeaning;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.type.DType;
import damo.value.Storage;
import java.util.List;

/// Scalar functions of numbers that are known, in part or all: what is left to compute has the same bits.
final class Folding {
    private final Values values;

    Folding(Values values) {
        this.values = values;
    }

    /// `f` of `args`.
    Value apply(ScalarOp f, List<Value> args) {
        if (f == ScalarOp.FMA && isReal(args.get(0), 1)) return apply(ScalarOp.ADD, args.subList(1, 3));
        if (f == ScalarOp.FMA && isReal(args.get(1), 1)) return apply(ScalarOp.ADD, List.of(args.get(0), args.get(2)));
        Value simple = simple(f, args);
        if (simple != null) return simple;
        DType dtype = f.signature() == ScalarOp.Signature.TEST ? DType.BOOL : args.getLast().dtype();
        if (!args.stream().allMatch(Folding::isNumber)) return values.apply(f, args.toArray(Value[]::new));
        if (!args.getLast().dtype().isFloat())
            return whole(IntMeaning.of(f, args.getLast().dtype(), args.stream().mapToLong(Folding::whole).toArray()), dtype);
        if (!isExact(f)) return values.apply(f, args.toArray(Value[]::new));
        double x = FloatMeaning.of(f, args.stream().mapToDouble(Folding::real).toArray());
        return dtype == DType.BOOL ? whole((long) x, dtype) : values.number(dtype, x);
    }

    /// `x` as `to`.
    Value convert(Value x, DType to) {
        if (x.op() instanceof Scalar.Real(var r) && to.isFloat()) return values.number(to, r);
        if (!(x.op() instanceof Scalar.Whole(var w)) || x.dtype() == to) return values.convert(x, to);
        if (to == DType.BOOL) return whole(w == 0 ? 0 : 1, to);
        if (!to.isFloat()) return whole(w, to);
        return (long) (float) w == w && w != Long.MAX_VALUE && w >= 0 ? values.number(to, w) : values.convert(x, to);
    }

    /// Whether it is a number.
    static boolean isNumber(Value v) {
        return v.op() instanceof Scalar.Real || v.op() instanceof Scalar.Whole;
    }

    private static Value simple(ScalarOp f, List<Value> args) {
        Value x = args.getFirst();
        Value y = args.getLast();
        return switch (f) {
            case ADD -> isReal(y, -0.0) || isReal(y, 0) && !mayBeNegativeZero(x) || isWhole(y, 0) ? x
                    : isReal(x, -0.0) || isReal(x, 0) && !mayBeNegativeZero(y) || isWhole(x, 0) ? y : null;
            case SUB -> isReal(y, 0) || isWhole(y, 0) ? x : null;
            case MUL -> isReal(y, 1) || isWhole(y, 1) ? x : isReal(x, 1) || isWhole(x, 1) ? y : null;
            case DIV -> isReal(y, 1) ? x : null;
            case AND -> isFalse(x) || isTrue(y) ? x : isFalse(y) || isTrue(x) ? y : null;
            case OR -> isTrue(x) || isFalse(y) ? x : isTrue(y) || isFalse(x) ? y : null;
            case WHERE -> isTrue(x) ? args.get(1) : isFalse(x) ? y : null;
            case NEG, ABS, SIGN, SQRT, CBRT, EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ASINH,
                 ACOSH, ATANH, SIGMOID, SOFTPLUS, LOG1MEXP, CEIL, FLOOR, TRUNC, ROUND, NOT, ISNAN, ISINF, FLOORDIV, MOD, POW, ATAN2, ERF, ERFC,
                 ERFCX, ERFINV, ERFCINV, LGAMMA, POLYGAMMA, MAX, MIN, LT, LE, EQ, NE, XOR, SHL, SHR, FMA -> null;
        };
    }

    /// A sum is −0 only if both its terms are.
    private static boolean mayBeNegativeZero(Value v) {
        if (v.op() instanceof Scalar.Real(var x)) return Double.doubleToRawLongBits(x) == Double.doubleToRawLongBits(-0.0);
        for (Value u = v; u.op() instanceof Scalar.Apply(var f, var args) && f == ScalarOp.ADD; u = args.getFirst())
            if (isReal(args.getFirst(), 0) || isReal(args.getLast(), 0)) return false;
        return true;
    }

    /// Whether numbers are computed here as they are at run time, in double and rounded once.
    private static boolean isExact(ScalarOp f) {
        return switch (f) {
            case NEG, ABS, SQRT, CEIL, FLOOR, ADD, SUB, MUL, DIV, MAX, MIN, LT, LE, EQ, NE, ISNAN, ISINF -> true;
            case SIGN, CBRT, EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ASINH, ACOSH, ATANH,
                 SIGMOID, SOFTPLUS, LOG1MEXP, TRUNC, ROUND, NOT, FLOORDIV, MOD, POW, ATAN2, ERF, ERFC, ERFCX, ERFINV, ERFCINV, LGAMMA, POLYGAMMA,
                 AND, OR, XOR, SHL, SHR, WHERE, FMA -> false;
        };
    }

    private static boolean isReal(Value v, double x) {
        return v.op() instanceof Scalar.Real(var r) && Double.doubleToRawLongBits(r) == Double.doubleToRawLongBits(x);
    }

    private static boolean isWhole(Value v, long n) {
        return v.dtype().isInteger() && Values.isWhole(v, n);
    }

    private static boolean isTrue(Value v) {
        return v.dtype() == DType.BOOL && Values.isWhole(v, 1);
    }

    private static boolean isFalse(Value v) {
        return v.dtype() == DType.BOOL && Values.isWhole(v, 0);
    }

    /// As an element of `dtype` holds it.
    private Value whole(long x, DType dtype) {
        Object cell = Storage.allocate(dtype, 1);
        Storage.setLong(dtype, cell, 0, x);
        return values.of(new Scalar.Whole(Storage.getLong(dtype, cell, 0)), dtype);
    }

    private static long whole(Value v) {
        return v.op() instanceof Scalar.Whole(var w) ? w : 0;
    }

    private static double real(Value v) {
        return v.op() instanceof Scalar.Real(var r) ? r : 0;
    }
}
