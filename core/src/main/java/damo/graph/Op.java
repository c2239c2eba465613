package damo.graph;

import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// What a variable computes. Sealed: a record added here makes javac list every table that must learn of it
/// ([#with], [TypeRule], and the tables of the interpreter, the derivatives, the text and the lowering).
///
/// Equality is the record's: by operand identity, so an op is its own key for hash-consing. Extents and bounds are operands:
/// int64 scalars, constant or computed.
public sealed interface Op {
    /// A value that the caller brings; equal only to itself.
    record Input(Identity identity, TensorType type) implements Op {
        /// What tells one input from another of the same type.
        public static final class Identity {
            private final String owner;

            /// Of an input that a caller brings.
            public Identity() {
                this("");
            }

            /// Of an input that has a value only within what `owner` names: a part of a loop.
            public Identity(String owner) {
                this.owner = owner;
            }

            /// What the input belongs to, or nothing.
            public String owner() {
                return owner;
            }
        }
    }

    /// A known value.
    record Constant(NDArray value) implements Op {}

    /// `f` of the operands, element by element; operands broadcast against each other as in NumPy, also over extents that turn out
    /// to be 1 only at run time.
    record Elementwise(ScalarOp f, List<Variable> args) implements Op {}

    /// The elements as another dtype: float to integer truncates toward zero, to bool is `x != 0`.
    record Cast(Variable x, DType to) implements Op {}

    /// `f` over `axes` (ascending), which vanish. Of nothing: 0 for a sum, 1 for a product, an error for max and min.
    record Reduce(Reduction f, Variable x, List<Integer> axes) implements Op {}

    /// Axes in another order: entry `i` is the axis of `x` that becomes axis `i`, or [#NEW] for a new axis of extent 1. An axis of
    /// `x` that is not mentioned is dropped and must have extent 1.
    record Dimshuffle(Variable x, List<Integer> pattern) implements Op {
        /// A new axis of extent 1.
        public static final int NEW = -1;
    }

    /// The same elements, row-major, with other extents of the same product.
    record Reshape(Variable x, List<Variable> extents) implements Op {}

    /// `x` repeated along new leading axes and along axes of extent 1, to these extents.
    record Broadcast(Variable x, List<Variable> extents) implements Op {}

    /// The transpose of [Broadcast]: sums over the axes that broadcasting from `extents` to the shape of `x` would repeat.
    record SumTo(Variable x, List<Variable> extents) implements Op {}

    /// `z[…, i, …] = x[…, start + i·step, …]` along `axis`, for `i` in `0..length`; all within `x`.
    record Slice(Variable x, int axis, Variable start, Variable length, long step) implements Op {}

    /// The transpose of [Slice]: zeros with extent `extent` along `axis`, but `x[…, i, …]` at `start + i·step`.
    record Unslice(Variable x, int axis, Variable start, Variable extent, long step) implements Op {}

    /// The operands one after the other along `axis`.
    record Join(int axis, List<Variable> parts) implements Op {}

    /// `z[…, i…, …] = x[…, indices[i…], …]`: `indices` (int64, in range) replace `axis`.
    record Gather(Variable x, Variable indices, int axis) implements Op {}

    /// The transpose of [Gather]: zeros with `extent` along `axis`, to which each element of `x` is added at its index.
    record Scatter(Variable x, Variable indices, int axis, Variable extent) implements Op {}

    /// The int64 vector `0, 1, …, length − 1`.
    record Iota(Variable length) implements Op {}

    /// The extent of `axis`, an int64 scalar. It depends on the shape of `x` only.
    record Extent(Variable x, int axis) implements Op {}

    /// The contraction: products summed over pairs of axes.
    record Dot(Variable x, Variable y, DotAxes axes) implements Op {}

    /// `then` where the bool scalar `condition` holds, else `otherwise`; the other one is not computed.
    record If(Variable condition, Variable then, Variable otherwise) implements Op {}

    /// `x`, after checking that the bool scalar `condition` holds; else the call fails with `message`.
    record Assert(Variable x, Variable condition, String message) implements Op {}

    /// `x`, through which no derivative flows.
    record StopGradient(Variable x) implements Op {}

    /// Repeats `body`. The results, of which this op is number `result`, are those of [LoopBody#results]; ops that differ in `result` only
    /// are computed together.
    ///
    /// - **Operands** the number of steps (int64, not negative; the most of them if the body says when to end), the sequences (of one element a
    ///   step along axis 0, and at least that many), the first states, what the body captures
    /// - **Edges** no steps: the first states, emissions of extent 0
    record Loop(LoopBody body, List<Variable> operands, int result) implements Op {
        /// The number of steps.
        public Variable steps() {
            return operands.getFirst();
        }

        /// What is read element by element.
        public List<Variable> sequences() {
            return operands.subList(1, 1 + body.sequences());
        }

        /// The states before the first step.
        public List<Variable> initial() {
            return operands.subList(1 + body.sequences(), 1 + body.sequences() + body.states());
        }

        /// What the body sees of the outside.
        public List<Variable> captured() {
            return operands.subList(1 + body.sequences() + body.states(), operands.size());
        }

        /// Another result of the same loop.
        public Loop result(int other) {
            return new Loop(body, operands, other);
        }
    }

    /// Random numbers: result 0 are float64 with these extents, drawn from `state`; result 1 is the state after that, of the type of
    /// `state`. No derivative flows. What the numbers are is [Generator]'s.
    record Draw(Generator generator, Variable state, List<Variable> extents, int result) implements Op {}

    /// The variables that this op computes with, in order.
    default List<Variable> operands() {
        return switch (this) {
            case Input _, Constant _ -> List.of();
            case Elementwise(_, var args) -> args;
            case Cast(var x, _) -> List.of(x);
            case Reduce(_, var x, _) -> List.of(x);
            case Dimshuffle(var x, _) -> List.of(x);
            case Reshape(var x, var extents) -> prepend(x, extents);
            case Broadcast(var x, var extents) -> prepend(x, extents);
            case SumTo(var x, var extents) -> prepend(x, extents);
            case Slice(var x, _, var start, var length, _) -> List.of(x, start, length);
            case Unslice(var x, _, var start, var extent, _) -> List.of(x, start, extent);
            case Join(_, var parts) -> parts;
            case Gather(var x, var indices, _) -> List.of(x, indices);
            case Scatter(var x, var indices, _, var extent) -> List.of(x, indices, extent);
            case Iota(var length) -> List.of(length);
            case Extent(var x, _) -> List.of(x);
            case Dot(var x, var y, _) -> List.of(x, y);
            case If(var condition, var then, var otherwise) -> List.of(condition, then, otherwise);
            case Assert(var x, var condition, _) -> List.of(x, condition);
            case StopGradient(var x) -> List.of(x);
            case Loop(_, var operands, _) -> operands;
            case Draw(_, var state, var extents, _) -> prepend(state, extents);
        };
    }

    /// The same op on other operands, given in the order of [#operands].
    default Op with(List<Variable> o) {
        return switch (this) {
            case Input _, Constant _ -> this;
            case Elementwise(var f, _) -> new Elementwise(f, o);
            case Cast(_, var to) -> new Cast(o.get(0), to);
            case Reduce(var f, _, var axes) -> new Reduce(f, o.get(0), axes);
            case Dimshuffle(_, var pattern) -> new Dimshuffle(o.get(0), pattern);
            case Reshape _ -> new Reshape(o.get(0), o.subList(1, o.size()));
            case Broadcast _ -> new Broadcast(o.get(0), o.subList(1, o.size()));
            case SumTo _ -> new SumTo(o.get(0), o.subList(1, o.size()));
            case Slice(_, var axis, _, _, var step) -> new Slice(o.get(0), axis, o.get(1), o.get(2), step);
            case Unslice(_, var axis, _, _, var step) -> new Unslice(o.get(0), axis, o.get(1), o.get(2), step);
            case Join(var axis, _) -> new Join(axis, o);
            case Gather(_, _, var axis) -> new Gather(o.get(0), o.get(1), axis);
            case Scatter(_, _, var axis, _) -> new Scatter(o.get(0), o.get(1), axis, o.get(2));
            case Iota _ -> new Iota(o.get(0));
            case Extent(_, var axis) -> new Extent(o.get(0), axis);
            case Dot(_, _, var axes) -> new Dot(o.get(0), o.get(1), axes);
            case If _ -> new If(o.get(0), o.get(1), o.get(2));
            case Assert(_, _, var message) -> new Assert(o.get(0), o.get(1), message);
            case StopGradient _ -> new StopGradient(o.get(0));
            case Loop(var body, _, var result) -> new Loop(body, o, result);
            case Draw(var generator, _, _, var result) -> new Draw(generator, o.get(0), o.subList(1, o.size()), result);
        };
    }

    /// Which of the results of its computation this op is; 0 where there is only one.
    default int result() {
        return 0;
    }

    /// The results of the computation that this op belongs to, in order. Ops that differ only in their last component, `result`, are one
    /// computation with several results, done once; most ops are the only result of theirs.
    default List<Op> results() {
        return switch (this) {
            case Loop loop -> IntStream.range(0, loop.body.results()).<Op>mapToObj(loop::result).toList();
            case Draw(var generator, var state, var extents, _) -> List.of(new Draw(generator, state, extents, 0),
                    new Draw(generator, state, extents, 1));
            case Input _, Constant _, Elementwise _, Cast _, Reduce _, Dimshuffle _, Reshape _, Broadcast _, SumTo _, Slice _, Unslice _, Join _,
                 Gather _, Scatter _, Iota _, Extent _, Dot _, If _, Assert _, StopGradient _ -> List.of(this);
        };
    }

    /// What stands for the computation that this op belongs to: its result 0.
    default Op group() {
        return this instanceof Loop loop ? loop.result(0) : results().getFirst();
    }

    /// The name of the op in messages and IR text.
    default String opcode() {
        return switch (this) {
            case Elementwise(var f, _) -> f.opcode();
            case Reduce(var f, _, _) -> f.toString();
            case Input _, Constant _, Cast _, Dimshuffle _, Reshape _, Broadcast _, SumTo _, Slice _, Unslice _, Join _, Gather _,
                 Scatter _, Iota _, Extent _, Dot _, If _, Assert _, StopGradient _, Loop _, Draw _ ->
                getClass().getSimpleName().toLowerCase(Locale.ROOT);
        };
    }

    private static List<Variable> prepend(Variable first, List<Variable> rest) {
        var all = new ArrayList<Variable>(rest.size() + 1);
        all.add(first);
        all.addAll(rest);
        return all;
    }
}
