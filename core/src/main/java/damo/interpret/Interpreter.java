package damo.interpret;

import damo.CompilerBug;
import damo.DamoException;
import damo.graph.Lambda;
import damo.graph.Op;
import damo.graph.Source;
import damo.graph.Variable;
import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// The slow, obvious meaning of every op: what compiled code is compared with, and what folds constants.
///
/// Floats are computed in double and rounded once to their dtype; sums are compensated. Results may share storage with arguments.
public final class Interpreter {
    private Interpreter() {}

    /// The results of `f`. Only what they need is computed, each variable once; the branch that an [Op.If] does not take is not.
    ///
    /// @throws DamoException if an argument is not of its parameter's type, if shapes do not fit, or if an [Op.Assert] fails
    public static List<NDArray> run(Lambda f, List<NDArray> arguments) {
        Map<Variable, NDArray> values = bind(f, arguments);
        Map<Op, List<NDArray>> together = new HashMap<>();
        var pending = new ArrayDeque<>(f.results());
        while (!pending.isEmpty()) {
            Variable v = pending.peek();
            List<Variable> missing = values.containsKey(v) ? List.of()
                    : needs(v.op(), values).stream().filter(o -> !values.containsKey(o)).toList();
            missing.reversed().forEach(pending::push);
            if (!missing.isEmpty()) continue;
            pending.pop();
            if (!values.containsKey(v)) values.put(v, value(v, values, together));
        }
        return f.results().stream().map(values::get).toList();
    }

    /// What `op` computes of the values of its operands; of both branches of an [Op.If], the one taken.
    ///
    /// @throws DamoException if the operands break a rule of the op
    public static NDArray apply(Op op, List<NDArray> operands) {
        return results(op, operands).get(op.result());
    }

    /// All results of the computation of `op` ([Op#results]), given the values of its operands.
    ///
    /// @throws DamoException if the operands break a rule of the op
    public static List<NDArray> results(Op op, List<NDArray> operands) {
        return results(op, Source.NONE, operands);
    }

    /// As [#results], into arrays that are there, whole and of the results' types (their storage may be longer). A draw allocates nothing.
    ///
    /// @param arrays the arrays, some by the places of `operands`, some by those of `results`
    /// @throws DamoException if the operands break a rule of the op, or a result is of another type than its array
    public static void into(Op op, NDArray[] arrays, int[] operands, int[] results) {
        switch (op) {
            case Op.Draw(var generator, _, _, _) -> {
                try {
                    Twister.draw(generator, arrays[operands[0]], arrays[results[0]], arrays[results[1]]);
                } catch (DamoException e) {
                    throw Shapes.error(op, Source.NONE, at(operands, arrays).stream().map(NDArray::type).toList(), e.getMessage());
                }
            }
            case Op.Input _, Op.Constant _, Op.Elementwise _, Op.Cast _, Op.Reduce _, Op.Dimshuffle _, Op.Reshape _, Op.Broadcast _,
                 Op.SumTo _, Op.Slice _, Op.Unslice _, Op.Join _, Op.Gather _, Op.Scatter _, Op.Iota _, Op.Extent _, Op.Dot _,
                 Op.If _, Op.Assert _, Op.StopGradient _, Op.Loop _ -> {
                List<NDArray> values = results(op, at(operands, arrays));
                for (int i = 0; i < results.length; i++) {
                    NDArray to = arrays[results[i]];
                    if (!values.get(i).type().equals(to.type()))
                        throw new DamoException("%s gives %s, but %s is needed".formatted(op.opcode(), values.get(i).type(), to.type()));
                    System.arraycopy(values.get(i).contiguous().storage(), 0, to.storage(), 0, (int) to.size());
                }
            }
        }
    }

    private static List<NDArray> at(int[] places, NDArray[] arrays) {
        return Arrays.stream(places).mapToObj(i -> arrays[i]).toList();
    }

    private static Map<Variable, NDArray> bind(Lambda f, List<NDArray> arguments) {
        List<Variable> parameters = f.parameters();
        if (arguments.size() != parameters.size())
            throw new DamoException("%s: %d arguments were given, but it needs %d: %s".formatted(
                    f.name(), arguments.size(), parameters.size(), parameters.stream().map(Variable::label).toList()));
        var values = new IdentityHashMap<Variable, NDArray>();
        for (int i = 0; i < parameters.size(); i++) {
            TensorType given = arguments.get(i).type();
            if (!parameters.get(i).type().mayHold(given))
                throw new DamoException("%s: the argument for parameter %s is %s, but %s is needed\n  %s".formatted(
                        f.name(), parameters.get(i).label(), given, parameters.get(i).type(), parameters.get(i).describe()));
            values.put(parameters.get(i), arguments.get(i));
        }
        return values;
    }

    /// The operands without which `op` cannot be computed, as far as `values` tell.
    private static List<Variable> needs(Op op, Map<Variable, NDArray> values) {
        return switch (op) {
            case Op.If(var condition, _, _) when !values.containsKey(condition) -> List.of(condition);
            case Op.If(var condition, var then, var otherwise) -> List.of(values.get(condition).scalarBoolean() ? then : otherwise);
            case Op.Assert(_, var condition, _) when !values.containsKey(condition) -> List.of(condition);
            case Op.Assert(var x, var condition, _) -> values.get(condition).scalarBoolean() ? List.of(x) : List.of();
            case Op.Extent(var x, var axis) when x.type().extent(axis) != TensorType.UNKNOWN -> List.of();
            case Op.Input _, Op.Constant _, Op.Elementwise _, Op.Cast _, Op.Reduce _, Op.Dimshuffle _, Op.Reshape _, Op.Broadcast _,
                 Op.SumTo _, Op.Slice _, Op.Unslice _, Op.Join _, Op.Gather _, Op.Scatter _, Op.Iota _, Op.Extent _, Op.Dot _,
                 Op.StopGradient _, Op.Draw _, Op.Loop _ -> op.operands();
        };
    }

    private static NDArray value(Variable v, Map<Variable, NDArray> values, Map<Op, List<NDArray>> together) {
        if (v.op() instanceof Op.Extent(var x, var axis) && x.type().extent(axis) != TensorType.UNKNOWN)
            return NDArray.scalar(v.dtype(), x.type().extent(axis));
        if (v.op() instanceof Op.Assert(_, var condition, var message) && !values.get(condition).scalarBoolean())
            throw new DamoException(message + Facts.against(condition, values));
        NDArray value = v.op() instanceof Op.If(var condition, var then, var otherwise)
                ? values.get(values.get(condition).scalarBoolean() ? then : otherwise)
                : results(v, v.op().operands().stream().map(values::get).toList(), together).get(v.op().result());
        if (v.type().mayHold(value.type())) return value;
        if (v.op() instanceof Op.If)
            throw Variable.error("if", "the branch taken gives %s, but both must give %s".formatted(value.type(), v.type()), v.op().operands());
        throw new CompilerBug("interpret", "%s of type %s has a value of type %s".formatted(v.label(), v.type(), value.type()), v.op().toString());
    }

    /// The results of the computation of `v`; where there are several, from `together` if they are there.
    private static List<NDArray> results(Variable v, List<NDArray> operands, Map<Op, List<NDArray>> together) {
        if (v.op().results().size() == 1) return results(v.op(), v.source(), operands);
        return together.computeIfAbsent(v.op().group(), _ -> results(v.op(), v.source(), operands));
    }

    private static List<NDArray> results(Op op, Source source, List<NDArray> operands) {
        try {
            return meanings(op, operands);
        } catch (DamoException e) {
            if (op instanceof Op.Assert) throw e;
            throw Shapes.error(op, source, operands.stream().map(NDArray::type).toList(), e.getMessage());
        }
    }

    /// The results of the op, in order.
    private static List<NDArray> meanings(Op op, List<NDArray> o) {
        return switch (op) {
            case Op.Loop loop -> Looping.run(loop.body(), o);
            case Op.Draw(var generator, _, _, _) -> {
                long[] shape = rest(o);
                Shapes.nonNegative(shape);
                List<NDArray> both = List.of(NDArray.zeros(DType.FLOAT64, shape), NDArray.zeros(DType.INT64, o.getFirst().shape()));
                Twister.draw(generator, o.getFirst(), both.getFirst(), both.getLast());
                yield both;
            }
            case Op.Input _, Op.Constant _, Op.Elementwise _, Op.Cast _, Op.Reduce _, Op.Dimshuffle _, Op.Reshape _, Op.Broadcast _,
                 Op.SumTo _, Op.Slice _, Op.Unslice _, Op.Join _, Op.Gather _, Op.Scatter _, Op.Iota _, Op.Extent _, Op.Dot _,
                 Op.If _, Op.Assert _, Op.StopGradient _ -> List.of(meaning(op, o));
        };
    }

    private static NDArray meaning(Op op, List<NDArray> o) {
        return switch (op) {
            case Op.Input _ -> throw new CompilerBug("interpret", "an input has no value", op.toString());
            case Op.Constant(var value) -> value;
            case Op.Elementwise(var f, _) -> Elements.apply(f, o);
            case Op.Cast(_, var to) -> o.get(0).astype(to);
            case Op.Reduce(var f, _, var axes) -> Folding.reduce(f, o.get(0), axes);
            case Op.Dimshuffle(_, var pattern) -> Movement.dimshuffle(o.get(0), pattern);
            case Op.Reshape _ -> o.get(0).reshape(Shapes.reshape(o.get(0).shape(), rest(o)));
            case Op.Broadcast _ -> o.get(0).broadcastTo(Shapes.broadcastTo(o.get(0).shape(), rest(o)));
            case Op.SumTo _ -> Folding.sumTo(o.get(0), rest(o));
            case Op.Slice(_, var axis, _, _, var step) -> Movement.slice(o.get(0), axis, o.get(1).scalarLong(), o.get(2).scalarLong(), step);
            case Op.Unslice(_, var axis, _, _, var step) -> Movement.unslice(o.get(0), axis, o.get(1).scalarLong(), o.get(2).scalarLong(), step);
            case Op.Join(var axis, _) -> Movement.join(axis, o);
            case Op.Gather(_, _, var axis) -> Movement.gather(o.get(0), o.get(1), axis);
            case Op.Scatter(_, _, var axis, _) -> Folding.scatter(o.get(0), o.get(1), axis, o.get(2).scalarLong());
            case Op.Iota _ -> NDArray.arange(o.get(0).scalarLong());
            case Op.Extent(_, var axis) -> NDArray.scalar(DType.INT64, o.get(0).extent(axis));
            case Op.Dot(_, _, var axes) -> Contraction.dot(o.get(0), o.get(1), axes);
            case Op.If _ -> o.get(0).scalarBoolean() ? o.get(1) : o.get(2);
            case Op.Assert(_, _, var message) -> {
                if (!o.get(1).scalarBoolean()) throw new DamoException(message);
                yield o.get(0);
            }
            case Op.StopGradient _ -> o.get(0);
            case Op.Draw _, Op.Loop _ -> meanings(op, o).get(op.result());
        };
    }

    private static long[] rest(List<NDArray> operands) {
        return operands.stream().skip(1).mapToLong(NDArray::scalarLong).toArray();
    }
}
