package damo.verify;

import damo.Damo;
import damo.graph.Variable;
import damo.type.DType;
import damo.verify.GoldenCall.Missing;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/// How each operation of the golden files is said in Damo. What is missing here is counted as skipped.
final class GoldenOps {
    private static final Map<String, Function<GoldenCall, List<Variable>>> TABLE = new HashMap<>();

    private GoldenOps() {}

    /// The results of the operation `name`.
    static List<Variable> build(String name, GoldenCall call) {
        var builder = TABLE.get(name);
        if (builder == null) throw new Missing(name);
        return builder.apply(call);
    }

    private static void unary(String name, UnaryOperator<Variable> f) {
        TABLE.put(name, c -> List.of(f.apply(c.x())));
    }

    private static void binary(String name, BinaryOperator<Variable> f) {
        TABLE.put(name, c -> List.of(f.apply(c.x(), c.y())));
    }

    private static void op(String name, Function<GoldenCall, Variable> f) {
        TABLE.put(name, c -> List.of(f.apply(c)));
    }

    private static void several(String name, Function<GoldenCall, List<Variable>> f) {
        TABLE.put(name, f);
    }

    static {
        unary("neg", Damo::neg);
        unary("abs", Damo::abs);
        unary("sign", Damo::sign);
        unary("sqr", Damo::sqr);
        unary("sqrt", Damo::sqrt);
        unary("reciprocal", Damo::reciprocal);
        unary("exp", Damo::exp);
        unary("exp2", Damo::exp2);
        unary("expm1", Damo::expm1);
        unary("log", Damo::log);
        unary("log2", Damo::log2);
        unary("log10", Damo::log10);
        unary("log1p", Damo::log1p);
        unary("ceil", Damo::ceil);
        unary("floor", Damo::floor);
        unary("trunc", Damo::trunc);
        unary("sin", Damo::sin);
        unary("cos", Damo::cos);
        unary("tan", Damo::tan);
        unary("arcsin", Damo::asin);
        unary("arccos", Damo::acos);
        unary("arctan", Damo::atan);
        unary("sinh", Damo::sinh);
        unary("cosh", Damo::cosh);
        unary("tanh", Damo::tanh);
        unary("arcsinh", Damo::asinh);
        unary("arccosh", Damo::acosh);
        unary("arctanh", Damo::atanh);
        unary("deg2rad", Damo::deg2rad);
        unary("rad2deg", Damo::rad2deg);
        unary("sigmoid", Damo::sigmoid);
        unary("softplus", Damo::softplus);
        unary("log1mexp", Damo::log1mexp);
        unary("erf", Damo::erf);
        unary("erfc", Damo::erfc);
        unary("erfcx", Damo::erfcx);
        unary("erfinv", Damo::erfinv);
        unary("erfcinv", Damo::erfcinv);
        unary("gamma", Damo::gamma);
        unary("gammaln", Damo::lgamma);
        unary("psi", Damo::digamma);
        unary("tri_gamma", x -> Damo.polygamma(1, x));
        unary("isnan", Damo::isNaN);
        unary("isinf", Damo::isInf);
        unary("round_half_to_even", Damo::round);
        unary("round_half_away_from_zero", Damo::roundHalfAwayFromZero);
        unary("invert", Damo::not);
        unary("logit", Damo::logit);
        unary("xlogx", Damo::xlogx);
        op("cast", c -> c.x().cast(c.dtype(null)));

        binary("add", Damo::add);
        binary("sub", Damo::sub);
        binary("mul", Damo::mul);
        binary("true_div", Damo::div);
        binary("int_div", Damo::floorDiv);
        binary("mod", Damo::mod);
        binary("pow", Damo::pow);
        binary("maximum", Damo::maximum);
        binary("minimum", Damo::minimum);
        binary("arctan2", Damo::atan2);
        binary("logaddexp", Damo::logAddExp);
        binary("lt", Damo::lt);
        binary("le", Damo::le);
        binary("gt", Damo::gt);
        binary("ge", Damo::ge);
        binary("eq", Damo::eq);
        binary("neq", Damo::neq);
        binary("and", Damo::and);
        binary("or", Damo::or);
        binary("xor", Damo::xor);
        binary("xlogy0", Damo::xlogy);
        op("where", c -> Damo.where(c.x(), c.y(), c.z()));
        op("clip", c -> Damo.clip(c.x(), c.y(), c.z()));

        op("sum", c -> c.x().sum(c.flag("keepdims"), c.axes()));
        op("prod", c -> c.x().prod(c.flag("keepdims"), c.axes()));
        op("mean", c -> c.x().mean(c.flag("keepdims"), c.axes()));
        op("max", c -> c.x().max(c.flag("keepdims"), c.axes()));
        op("min", c -> c.x().min(c.flag("keepdims"), c.axes()));
        op("var", c -> c.x().var(c.number("ddof", 0), c.flag("keepdims"), c.axes()));
        op("std", c -> c.x().var(c.number("ddof", 0), c.flag("keepdims"), c.axes()).sqrt());
        op("logsumexp", c -> c.x().logSumExp(c.flag("keepdims"), c.axes()));
        op("any", c -> kept(c, c.x().any(c.axes())));
        op("all", c -> kept(c, c.x().all(c.axes())));
        op("argmax", c -> c.axes().length == 0 ? c.x().flatten().argmax(0) : kept(c, c.x().argmax(c.axes()[0])));
        op("argmin", c -> c.axes().length == 0 ? c.x().flatten().argmin(0) : kept(c, c.x().argmin(c.axes()[0])));
        op("ptp", c -> Damo.ptp(c.x(), c.axes()));
        op("cumsum", c -> c.axes().length == 0 ? c.x().cumsum() : c.x().cumsum(c.axes()[0]));
        op("cumprod", c -> c.axes().length == 0 ? c.x().cumprod() : c.x().cumprod(c.axes()[0]));
        op("softmax", c -> c.x().softmax(all(c)));
        op("log_softmax", c -> c.x().logSoftmax(all(c)));
        op("norm", c -> Damo.norm(c.x(), c.real("ord"), c.axes()));

        op("reshape", c -> c.x().reshape(c.extents()));
        op("transpose", c -> c.x().transpose(c.axes("axes")));
        op("dimshuffle", c -> c.x().dimshuffle(IntStream.range(0, c.attributes().get("pattern").size())
                .map(i -> c.attributes().get("pattern").get(i).asInt(-1)).toArray()));
        op("swapaxes", c -> c.x().swapAxes(c.number("a", 0), c.number("b", 0)));
        op("moveaxis", c -> c.x().moveAxis(c.number("source", 0), c.number("destination", 0)));
        op("expand_dims", c -> c.x().expandDims(c.number("axis", 0)));
        op("squeeze", c -> c.x().squeeze(c.axes()));
        op("flatten", c -> c.x().flatten(c.number("ndim", 1)));
        op("broadcast_to", c -> c.x().broadcastTo(c.extents()));
        op("stack", c -> Damo.stack(c.number("axis", 0), c.operands()));
        op("concat", c -> Damo.join(c.number("axis", 0), c.operands()));
        several("split", c -> Damo.split(c.x(), c.number("axis", 0), c.numbers("sizes")));
        op("tile", c -> Damo.tile(c.x(), c.numbers("reps")));
        op("repeat", GoldenOps::repeat);
        op("roll", c -> c.has("axis") ? Damo.roll(c.x(), c.number("shift", 0), c.number("axis", 0))
                : Damo.roll(c.x(), c.number("shift", 0)));
        op("flip", c -> Damo.flip(c.x(), c.axes()));
        op("pad", c -> c.text("mode").equals("constant") ? Damo.pad(c.x(), c.pairs("width"), c.real("value"))
                : Damo.pad(c.x(), c.pairs("width"), Damo.Padding.valueOf(c.text("mode").toUpperCase(Locale.ROOT))));
        op("diag", c -> c.x().rank() == 1 ? Damo.diag(c.x(), c.number("offset", 0)) : Damo.diagonal(c.x(), c.number("offset", 0)));
        op("tril", c -> Damo.tril(c.x(), c.number("k", 0)));
        op("triu", c -> Damo.triu(c.x(), c.number("k", 0)));
        op("trace", c -> Damo.trace(c.x()));
        op("eye", c -> Damo.eye(c.dtype(DType.FLOAT64), c.number("n", 0), c.number("m", c.number("n", 0)), c.number("k", 0)));
        op("arange", GoldenOps::arange);
        op("linspace", c -> Damo.linspace(c.real("start"), c.real("stop"), c.number("num", 0)));
        op("full", c -> Damo.full(c.x().dtype(), c.x(), c.extents()));
        op("zeros_like", c -> Damo.zerosLike(c.x()));
        op("ones_like", c -> Damo.onesLike(c.x()));
        op("fill_diagonal", c -> Damo.fillDiagonal(c.x(), c.y()));
        op("shape", c -> c.x().shape());
        op("size", c -> c.x().size());

        op("index", c -> c.x().index(c.index()));
        op("set_index", c -> Damo.set(c.x(), c.y(), c.index()));
        op("inc_index", c -> Damo.inc(c.x(), c.y(), c.index()));
        op("take", GoldenOps::take);
        op("take_along_axis", c -> Damo.takeAlongAxis(c.x(), c.y(), c.number("axis", 0)));
        op("choose", c -> Damo.choose(c.x(), c.operands().subList(1, c.operands().size()).toArray(Variable[]::new)));

        binary("dot", Damo::dot);
        binary("matmul", Damo::matmul);
        binary("kron", Damo::kron);
        op("outer", c -> Damo.outer(c.x().flatten(), c.y().flatten()));
        op("tensordot", c -> c.attributes().get("axes").isInt() ? Damo.tensordot(c.x(), c.y(), c.number("axes", 0))
                : Damo.tensordot(c.x(), c.y(), ints(c.pairs("axes")[0]), ints(c.pairs("axes")[1])));
        op("einsum", c -> Damo.einsum(c.text("subscripts"), c.operands().toArray(Variable[]::new)));
        op("matrix_power", c -> Damo.matrixPower(c.x(), c.number("n", 0)));
        op("block_diag", c -> Damo.blockDiagonal(c.operands().toArray(Variable[]::new)));
        op("diff", c -> Damo.diff(c.x(), c.number("n", 1), c.number("axis", -1)));
    }

    private static Variable kept(GoldenCall c, Variable z) {
        return c.flag("keepdims") ? z.expandDims(c.axes()[0]) : z;
    }

    private static int[] all(GoldenCall c) {
        return c.axes().length > 0 ? c.axes() : IntStream.range(0, c.x().rank()).toArray();
    }

    private static int[] ints(long[] longs) {
        return Arrays.stream(longs).mapToInt(i -> (int) i).toArray();
    }

    private static Variable repeat(GoldenCall c) {
        Variable x = c.has("axis") ? c.x() : c.x().flatten();
        int axis = c.number("axis", 0);
        if (c.attributes().get("repeats").isInt()) return Damo.repeat(x, c.number("repeats", 1), axis);
        long[] times = c.numbers("repeats");
        return x.take(axis, Damo.constant(IntStream.range(0, times.length).boxed()
                .flatMap(i -> java.util.Collections.nCopies((int) times[i], (long) i).stream()).mapToLong(i -> i).toArray()));
    }

    private static Variable arange(GoldenCall c) {
        if (!c.dtype(DType.INT64).isFloat())
            return Damo.arange(c.number("start", 0), c.number("stop", 0), c.number("step", 1)).cast(c.dtype(DType.INT64));
        double step = c.real("step");
        return Damo.arange((long) Math.ceil((c.real("stop") - c.real("start")) / step)).cast(c.dtype(null)).mul(step).add(c.real("start"));
    }

    private static Variable take(GoldenCall c) {
        Variable x = c.has("axis") ? c.x() : c.x().flatten();
        Variable n = x.shape(c.number("axis", 0));
        Variable positions = switch (c.text("mode")) {
            case "wrap" -> c.y().mod(n);
            case "clip" -> c.y().maximum(0).minimum(n.sub(1));
            default -> c.y();
        };
        return x.take(c.number("axis", 0), positions);
    }
}
