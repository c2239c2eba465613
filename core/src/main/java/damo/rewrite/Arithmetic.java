package damo.rewrite;

import static damo.graph.ScalarOp.*;
import static damo.rewrite.Fidelity.*;
import static damo.rewrite.Match.arg;
import static damo.rewrite.Match.is;
import static damo.rewrite.Match.isScalar;
import static damo.rewrite.Rule.rule;

import damo.graph.Op;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import damo.interpret.Interpreter;
import damo.value.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/// Signs, neutral elements, inverse functions, constants: what is simpler whatever comes later.
final class Arithmetic {
    private Arithmetic() {}

    static final List<Rule> RULES = List.of(
            rule("neg-neg", "-(-x) => x", BITWISE),
            rule("abs-abs", "abs(abs(x)) => abs(x)", BITWISE),
            rule("abs-neg", "abs(-x) => abs(x)", BITWISE),
            rule("sign-abs", "sign(x) * abs(x) => x", ROUNDING),

            rule("add-zero", "x + 0 => x; x: number", ROUNDING),
            rule("add-negative-zero", "x + -0.0 => x; x: float", BITWISE),
            rule("sub-zero", "x - 0 => x; x: number", BITWISE),
            rule("zero-sub", "0 - x => -x; x: number", ROUNDING),
            rule("sub-self", "x - x => 0", FINITE),
            rule("add-self", "x + x => 2 * x", BITWISE),
            rule("add-neg", "x + -y => x - y", BITWISE),
            rule("sub-neg", "x - -y => x + y", BITWISE),
            rule("neg-sub", "-(x - y) => y - x", ROUNDING),

            rule("mul-one", "x * 1 => x; x: number", BITWISE),
            rule("mul-minus-one", "x * -1 => -x; x: number", BITWISE),
            rule("mul-zero", "x * 0 => 0; x: number", FINITE),
            rule("mul-neg-neg", "-x * -y => x * y", BITWISE),
            rule("mul-neg", "-x * y => -(x * y)", BITWISE),
            rule("neg-scaled", "-(2 * x) => -2 * x; x: float", BITWISE, Set.of(NEG), Arithmetic::negScaled),
            rule("div-one", "x / 1 => x; x: float", BITWISE),
            rule("div-minus-one", "x / -1 => -x; x: float", BITWISE),
            rule("div-self", "x / x => 1; x: float", FINITE),
            rule("div-neg-neg", "-x / -y => x / y; x: float", BITWISE),
            rule("neg-div", "-x / y => -(x / y); x: float", BITWISE),
            rule("div-neg", "x / -y => -(x / y); x: float", BITWISE),
            rule("div-div", "x / (y / z) => x * (z / y); x: float", FINITE, Set.of(DIV), Arithmetic::divDiv),

            rule("constant-first-add", "x + 2 => 2 + x", BITWISE, Set.of(ADD), Arithmetic::constantFirst),
            rule("constant-first-mul", "x * 2 => 2 * x", BITWISE, Set.of(MUL), Arithmetic::constantFirst),
            rule("scale-scaled", "2 * (3 * x) => 6 * x", FINITE, Set.of(MUL), Arithmetic::scaleScaled),
            rule("scaled-div", "(3 * x) / 2 => 1.5 * x; x: float", FINITE, Set.of(DIV), Arithmetic::scaledDiv),

            rule("pow-zero", "x ** 0 => 1; x: number", BITWISE),
            rule("pow-one", "x ** 1 => x; x: number", BITWISE),
            rule("pow-half", "x ** 0.5 => sqrt(x); x: float", FINITE),
            rule("pow-minus-half", "x ** -0.5 => 1 / sqrt(x); x: float", FINITE),
            rule("pow-minus-one", "x ** -1 => 1 / x; x: float", ROUNDING),
            rule("square-sqrt", "sqrt(x) ** 2 => x", FINITE),
            rule("sqrt-square", "sqrt(x ** 2) => abs(x)", FINITE),
            rule("sqrt-product", "sqrt(x * x) => abs(x)", FINITE),

            rule("log-exp", "log(exp(x)) => x", FINITE),
            rule("exp-log", "exp(log(x)) => x", FINITE),
            rule("log1p-expm1", "log1p(expm1(x)) => x", FINITE),
            rule("expm1-log1p", "expm1(log1p(x)) => x", FINITE),
            rule("log-sqrt", "log(sqrt(x)) => 0.5 * log(x)", ROUNDING),

            rule("floordiv-one", "x // 1 => x; x: int", BITWISE),
            rule("mod-one", "mod(x, 1) => 0; x: int", BITWISE),
            rule("max-self", "maximum(x, x) => x", BITWISE),
            rule("min-self", "minimum(x, x) => x", BITWISE),
            rule("max-extent", "maximum(0, extent(x, axis=0)) => extent(x, axis=0); x: float[?]", BITWISE, Set.of(MAX), Arithmetic::maxExtent),

            rule("collect-terms", "(x + y) - x => y", FINITE, Set.of(ADD, SUB), Sums::collect),
            rule("collect-factors", "(x * y) / x => y; x: float", FINITE, Set.of(MUL, DIV), Products::collect));

    private static Variable constantFirst(Variable v) {
        if (!isScalar(arg(v, 1)) || isScalar(arg(v, 0))) return null;
        return Match.apply(((Op.Elementwise) v.op()).f(), arg(v, 1), arg(v, 0));
    }

    private static Variable negScaled(Variable v) {
        Variable x = arg(v, 0);
        return is(x, MUL) && isScalar(arg(x, 0)) ? fold(NEG, arg(x, 0)).mul(arg(x, 1)) : null;
    }

    private static Variable scaleScaled(Variable v) {
        Variable x = arg(v, 1);
        if (!isScalar(arg(v, 0)) || !is(x, MUL) || !isScalar(arg(x, 0))) return null;
        return scaled(fold(MUL, arg(v, 0), arg(x, 0)), arg(x, 1));
    }

    private static Variable scaledDiv(Variable v) {
        Variable x = arg(v, 0);
        if (!isScalar(arg(v, 1)) || !is(x, MUL) || !isScalar(arg(x, 0))) return null;
        return scaled(fold(DIV, arg(x, 0), arg(v, 1)), arg(x, 1));
    }

    // Constants that overflow or vanish only when they meet would lose what they were to scale.
    private static Variable scaled(Variable factor, Variable x) {
        double c = ((Op.Constant) factor.op()).value().scalar();
        boolean normal = !factor.dtype().isFloat() || Math.abs(c) > 1e-30 && Math.abs(c) < 1e30;
        return normal ? factor.mul(x) : null;
    }

    // 1 / (y / z) is z / y; other numerators gain nothing.
    private static Variable divDiv(Variable v) {
        return is(arg(v, 1), DIV) ? arg(v, 0).mul(arg(arg(v, 1), 1).div(arg(arg(v, 1), 0))) : null;
    }

    private static Variable maxExtent(Variable v) {
        for (int i = 0; i < 2; i++) if (is(arg(v, i), 0) && arg(v, 1 - i).op() instanceof Op.Extent) return arg(v, 1 - i);
        return null;
    }

    /// `f` of constants.
    static Variable fold(ScalarOp f, Variable... args) {
        var values = Arrays.stream(args).map(a -> ((Op.Constant) a.op()).value()).toList();
        NDArray value = Interpreter.apply(new Op.Elementwise(f, List.of(args)), values);
        return new Variable(new Op.Constant(value));
    }
}
