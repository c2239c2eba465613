package damo;

import damo.graph.Build;
import damo.graph.Graph;
import damo.graph.Ints;
import damo.graph.Lambda;
import damo.graph.Op;
import damo.graph.Variable;
import damo.interpret.Interpreter;
import damo.type.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/// The parameters of a distribution: numbers or tensors, which are checked and broadcast to the extents of the draw.
final class Parameters {
    private final String distribution;
    private final List<Variable> given = new ArrayList<>();
    private boolean isFloat32 = true;

    Parameters(String distribution) {
        this.distribution = distribution;
    }

    /// `value` as float64, which is finite.
    Variable finite(String name, Object value) {
        return real(name, value, "finite", x -> x.abs().lt(Double.POSITIVE_INFINITY));
    }

    /// `value` as float64, which is positive and finite.
    Variable positive(String name, Object value) {
        return real(name, value, "positive and finite", x -> x.gt(0).and(x.lt(Double.POSITIVE_INFINITY)));
    }

    /// `value` as float64, which is in `low..high`.
    Variable between(String name, Object value, double low, double high, String need) {
        return real(name, value, need, x -> x.ge(low).and(x.le(high)));
    }

    /// `value` as float64, any but NaN.
    Variable notNaN(String name, Object value) {
        return real(name, value, "a number", x -> x.eq(x));
    }

    private Variable real(String name, Object value, String need, UnaryOperator<Variable> condition) {
        Variable v = Build.variable(value);
        if (!(value instanceof Number)) isFloat32 &= v.dtype() == DType.FLOAT32;
        if (v.dtype() == DType.BOOL) throw Variable.error(distribution, "the %s must be a number".formatted(name), List.of(v));
        given.add(v);
        return checked(name, v, v.cast(DType.FLOAT64), need, condition);
    }

    /// `value` as int64, which is an integer.
    Variable integer(String name, Object value) {
        Variable v = Build.variable(value);
        if (!v.dtype().isInteger()) throw Variable.error(distribution, "the %s must be an integer".formatted(name), List.of(v));
        given.add(v);
        return v.cast(DType.INT64);
    }

    /// `x`, if `condition` holds for all of its elements: refused at once if it is a constant, else when the function is called.
    Variable checked(String name, Variable given, Variable x, String need, UnaryOperator<Variable> condition) {
        Variable each = condition.apply(x);
        Variable holds = each.rank() == 0 ? each : each.all();        // of a scalar, the message says which comparison fails
        String rule = "the %s must be %s".formatted(name, need);
        if (!isKnown(holds)) return new Variable(new Op.Assert(x, holds, Variable.message(distribution, rule, List.of(given))));
        if (isTrue(holds)) return x;
        throw Variable.error(distribution, given.rank() == 0 ? rule + ", not " + given.label() : rule, List.of(given));
    }

    /// Whether `v` depends on nothing that a call brings.
    static boolean isKnown(Variable v) {
        return Graph.order(List.of(v)).stream().noneMatch(o -> o.op() instanceof Op.Input);
    }

    /// Whether this bool scalar, which [#isKnown], holds.
    static boolean isTrue(Variable holds) {
        return Interpreter.run(new Lambda("known", List.of(), List.of(holds)), List.of()).getFirst().scalarBoolean();
    }

    /// What was given, for messages.
    List<Variable> given() {
        return given;
    }

    /// float32 if all tensors among the parameters are and there is one, else float64.
    DType dtype() {
        return isFloat32 && given.stream().anyMatch(v -> v.dtype() == DType.FLOAT32) ? DType.FLOAT32 : DType.FLOAT64;
    }

    /// The extents of the draw: those that are given; if none is, those to which the parameters broadcast.
    List<Variable> extents(Object... extents) {
        List<Variable> wanted = extentsOf(extents);
        if (!wanted.isEmpty()) return wanted;
        List<Variable> tensors = given.stream().filter(v -> v.rank() > 0).map(v -> v.cast(DType.FLOAT64)).toList();
        return tensors.stream().reduce(Variable::add).map(Ints::extents).orElse(List.of());
    }

    /// `x` with these extents, or as it is if it is a scalar.
    static Variable spread(Variable x, List<Variable> extents) {
        return x.rank() == 0 ? x : x.broadcastTo(extents.toArray());
    }

    /// Numbers, integer scalars, or one array or list of them.
    static List<Variable> extentsOf(Object... extents) {
        Object[] all = extents.length == 1 && extents[0] instanceof List<?> list ? list.toArray() : Creation.extents(extents);
        return Arrays.stream(all).map(Build::index).toList();
    }
}
