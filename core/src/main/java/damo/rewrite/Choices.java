package damo.rewrite;

import static damo.graph.ScalarOp.*;
import static damo.rewrite.Fidelity.*;
import static damo.rewrite.Match.is;
import static damo.rewrite.Rule.rule;

import damo.DamoException;
import damo.graph.Op;
import damo.graph.Variable;
import damo.interpret.Interpreter;
import damo.type.DType;
import damo.type.TensorType;
import java.util.List;
import java.util.Set;

/// Constants computed, conditions that are known, casts that lose nothing.
final class Choices {
    private static final long LARGEST = 1024;            // elements of a folded constant
    private static final long READ = 1 << 16;

    private Choices() {}

    static final List<Rule> RULES = List.of(
            rule("fold", "exp(0.0) * 2 => 2.0", BITWISE, Set.of(Op.class), Choices::fold),

            rule("where-same", "where(c, x, x) => x; c: bool", BITWISE),
            rule("where-true", "where(true, x, y) => x", BITWISE),
            rule("where-false", "where(false, x, y) => y", BITWISE),
            rule("where-not", "where(~c, x, y) => where(c, y, x); c: bool", BITWISE),
            rule("not-not", "~(~c) => c; c: bool", BITWISE),
            rule("and-self", "c & c => c; c: bool", BITWISE),
            rule("or-self", "c | c => c; c: bool", BITWISE),
            rule("and-true", "c & true => c; c: bool", BITWISE),
            rule("and-false", "c & false => false; c: bool", BITWISE),
            rule("or-true", "c | true => true; c: bool", BITWISE),
            rule("or-false", "c | false => c; c: bool", BITWISE),
            rule("xor-false", "c ^ false => c; c: bool", BITWISE),
            rule("xor-true", "c ^ true => ~c; c: bool", BITWISE),
            rule("lt-self", "x < x => false", BITWISE),
            rule("eq-self", "x == x => true; x: int", BITWISE),
            rule("le-self", "x <= x => true; x: int", BITWISE),
            rule("ne-self", "x != x => false; x: int", BITWISE),

            rule("if-true", "if(true, x, y) => x", BITWISE, Set.of(Op.If.class), v ->
                    v.op() instanceof Op.If(var c, var x, _) && is(c, true) ? x : null),
            rule("if-false", "if(false, x, y) => y", BITWISE, Set.of(Op.If.class), v ->
                    v.op() instanceof Op.If(var c, _, var y) && is(c, false) ? y : null),
            rule("if-same", "if(c, x, x) => x; c: bool[]", BITWISE, Set.of(Op.If.class), v ->
                    v.op() instanceof Op.If(_, var x, var y) && x == y ? x : null),
            rule("assert-true", "assert(x, true, message=\"holds\") => x", BITWISE, Set.of(Op.Assert.class), v ->
                    v.op() instanceof Op.Assert(var x, var c, _) && is(c, true) ? x : null),
            rule("stop-gradient", "stopgradient(x) => x", BITWISE, Set.of(Op.StopGradient.class), v ->
                    v.op() instanceof Op.StopGradient(var x) ? x : null),

            rule("cast-same", "cast(x, to=float32) => x; x: float32", BITWISE, Set.of(Op.Cast.class), v ->
                    v.op() instanceof Op.Cast(var x, var to) && x.dtype() == to ? x : null),
            rule("cast-cast", "cast(cast(x, to=float64), to=int32) => cast(x, to=int32); x: float32", BITWISE, Set.of(Op.Cast.class),
                    Choices::castCast));

    private static Variable fold(Variable v) {
        boolean computes = switch (v.op()) {
            // A repeated constant says more as it is; a failing check must fail at run time; If and Assert have rules of their own.
            case Op.Input _, Op.Constant _, Op.Broadcast _, Op.Unslice _, Op.Scatter _, Op.If _, Op.Assert _, Op.StopGradient _,
                 Op.Loop _, Op.Draw _ -> false;
            case Op.Elementwise _, Op.Cast _, Op.Reduce _, Op.Dimshuffle _, Op.Reshape _, Op.SumTo _, Op.Slice _, Op.Join _, Op.Gather _,
                 Op.Iota _, Op.Extent _, Op.Dot _ -> true;
        };
        if (!computes || !isSmall(v.type(), LARGEST)) return null;
        for (Variable o : v.op().operands()) if (!(o.op() instanceof Op.Constant) || !isSmall(o.type(), READ)) return null;
        try {
            var values = v.op().operands().stream().map(o -> ((Op.Constant) o.op()).value()).toList();
            return new Variable(new Op.Constant(Interpreter.apply(v.op(), values)));
        } catch (DamoException _) {
            return null;                                 // the call will say it, if the value is needed at all
        }
    }

    private static boolean isSmall(TensorType type, long limit) {
        return type.isStatic() && type.extents().stream().mapToDouble(e -> e).reduce(1, (a, b) -> a * b) <= limit;
    }

    private static Variable castCast(Variable v) {
        if (!(v.op() instanceof Op.Cast(var inner, var to)) || !(inner.op() instanceof Op.Cast(var x, var by))) return null;
        return holds(by, x.dtype()) ? x.cast(to) : null;
    }

    /// Whether `wide` holds every value of `narrow`.
    private static boolean holds(DType wide, DType narrow) {
        boolean rounds = wide == DType.FLOAT64 && narrow.isInteger() && narrow.bits() == 64;
        return wide != DType.BOOL && DType.promote(wide, narrow) == wide && !rounds;
    }
}
