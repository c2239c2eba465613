package damo.graph;

import static damo.type.TensorType.UNKNOWN;

import damo.DamoException;
import damo.type.DType;
import damo.type.TensorType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// The type of every op, and the rules that its operands must keep.
final class TypeRule {
    private TypeRule() {}

    /// The type of what `op` computes.
    ///
    /// @throws DamoException naming the op, the operands with their types and source lines, and the broken rule
    static TensorType of(Op op) {
        return switch (op) {
            case Op.Input(_, var type) -> type;
            case Op.Constant(var value) -> value.type();
            case Op.Elementwise(var f, var args) -> new TensorType(dtype(op, f, args), broadcast(op, args));
            case Op.Cast(var x, var to) -> x.type().withDtype(to);
            case Op.Reduce(_, var x, var axes) -> x.type().withExtents(without(op, x, axes));
            case Op.Dimshuffle(var x, var pattern) -> x.type().withExtents(shuffled(op, x, pattern));
            case Op.Reshape(var x, var extents) -> x.type().withExtents(reshaped(op, x, known(op, extents)));
            case Op.Broadcast(var x, var extents) -> x.type().withExtents(repeated(op, x.type(), known(op, extents)));
            case Op.SumTo(var x, var extents) -> x.type().withExtents(summed(op, x.type(), known(op, extents)));
            case Op.Slice(var x, var axis, var start, var length, _) -> {
                bounds(op, start, length);
                yield replaced(op, x, axis, List.of(length.constantExtent()));
            }
            case Op.Unslice(var x, var axis, var start, var extent, _) -> {
                bounds(op, start, extent);
                yield replaced(op, x, axis, List.of(extent.constantExtent()));
            }
            case Op.Join(var axis, var parts) -> joined(op, axis, parts);
            case Op.Gather(var x, var indices, var axis) -> {
                check(indices.dtype() == DType.INT64, op, "indices must be int64");
                yield replaced(op, x, axis, indices.type().extents());
            }
            case Op.Scatter(var x, var indices, var axis, var extent) -> scattered(op, x, indices, axis, extent);
            case Op.Iota(var length) -> new TensorType(DType.INT64, known(op, List.of(length)));
            case Op.Extent(var x, var axis) -> {
                check(axis >= 0 && axis < x.rank(), op, "axis %d is out of range".formatted(axis));
                yield TensorType.scalar(DType.INT64);
            }
            case Op.Dot(var x, var y, var axes) -> contracted(op, x, y, axes);
            case Op.If(var condition, var then, var otherwise) -> {
                condition(op, condition);
                check(then.dtype() == otherwise.dtype() && then.rank() == otherwise.rank(), op,
                        "both branches need one dtype and one rank; cast or reshape one of them");
                yield then.type().withExtents(common(then.type().extents(), otherwise.type().extents()));
            }
            case Op.Assert(var x, var condition, _) -> {
                condition(op, condition);
                yield x.type();
            }
            case Op.StopGradient(var x) -> x.type();
            case Op.Loop loop -> LoopRule.of(loop);
            case Op.Draw(_, var state, var extents, var result) -> {
                check(state.dtype() == DType.INT64 && state.rank() == 1, op, "the state of a generator is an int64 vector");
                check(result == 0 || result == 1, op, "there are two results, 0 and 1, and no result %d".formatted(result));
                var sample = new TensorType(DType.FLOAT64, known(op, extents));
                yield result == 0 ? sample : state.type();
            }
        };
    }

    private static DType dtype(Op op, ScalarOp f, List<Variable> args) {
        check(args.size() == f.arity(), op, "it takes %d operands, not %d".formatted(f.arity(), args.size()));
        DType first = args.getFirst().dtype();
        List<Variable> alike = f == ScalarOp.WHERE ? args.subList(1, 3) : args;
        DType dtype = alike.getFirst().dtype();
        for (Variable x : alike) check(x.dtype() == dtype, op, "the operands need one dtype; cast one of them");
        return switch (f.signature()) {
            case NUMBER -> {
                check(dtype != DType.BOOL, op, "bool is not a number; cast it, or use and, or, xor, not");
                yield dtype;
            }
            case FLOAT -> {
                check(dtype.isFloat(), op, "it takes floating-point operands; cast to float64");
                yield dtype;
            }
            case ORDERED -> dtype;
            case INTEGER -> {
                check(dtype.isInteger(), op, "it takes integers; cast the operands");
                yield dtype;
            }
            case BITS -> {
                check(!dtype.isFloat(), op, "it takes integers or bool");
                yield dtype;
            }
            case TEST -> DType.BOOL;
            case CHOICE -> {
                check(first == DType.BOOL, op, "the condition must be bool; compare with something first");
                yield dtype;
            }
        };
    }

    /// The extents to which operands of these types broadcast, as far as they are known.
    private static List<Long> broadcast(Op op, List<Variable> args) {
        int rank = args.stream().mapToInt(Variable::rank).max().orElse(0);
        var extents = new ArrayList<Long>();
        for (int axis = 0; axis < rank; axis++) {
            long extent = 1;
            for (Variable x : args) {
                int own = axis - (rank - x.rank());
                long e = own < 0 ? 1 : x.type().extent(own);
                if (e == 1 || e == extent) continue;
                if (e != UNKNOWN && extent != 1 && extent != UNKNOWN)
                    throw error(op, "cannot broadcast: axis %d is %d and %d (equal or 1 needed)".formatted(axis, extent, e));
                if (extent == 1 || e != UNKNOWN) extent = e;
            }
            extents.add(extent);
        }
        return extents;
    }

    private static List<Long> without(Op op, Variable x, List<Integer> axes) {
        axes(op, x, axes);
        var extents = new ArrayList<Long>();
        for (int i = 0; i < x.rank(); i++) if (!axes.contains(i)) extents.add(x.type().extent(i));
        return extents;
    }

    private static List<Long> shuffled(Op op, Variable x, List<Integer> pattern) {
        axes(op, x, pattern.stream().filter(p -> p != Op.Dimshuffle.NEW).toList());
        for (int i = 0; i < x.rank(); i++)
            check(pattern.contains(i) || x.type().extent(i) == 1 || x.type().extent(i) == UNKNOWN, op,
                    "axis %d is dropped, so it must have extent 1".formatted(i));
        return pattern.stream().map(p -> p == Op.Dimshuffle.NEW ? 1L : x.type().extent(p)).toList();
    }

    private static List<Long> reshaped(Op op, Variable x, List<Long> extents) {
        if (x.type().isStatic() && !extents.contains(UNKNOWN)) {
            long from = product(x.type().extents());
            long to = product(extents);
            check(from == to, op, "%d elements cannot become %s, which are %d".formatted(from, extents, to));
        }
        return extents;
    }

    private static List<Long> repeated(Op op, TensorType x, List<Long> extents) {
        check(extents.size() >= x.rank(), op, "broadcasting cannot remove axes: %d extents for rank %d".formatted(extents.size(), x.rank()));
        for (int i = 0; i < x.rank(); i++) {
            long from = x.extent(i);
            long to = extents.get(extents.size() - x.rank() + i);
            check(from == 1 || from == to || from == UNKNOWN || to == UNKNOWN, op,
                    "axis %d has extent %d and cannot become %d (equal or 1 needed)".formatted(i, from, to));
        }
        return extents;
    }

    private static List<Long> summed(Op op, TensorType x, List<Long> extents) {
        check(extents.size() <= x.rank(), op, "summing cannot add axes: %d extents for rank %d".formatted(extents.size(), x.rank()));
        for (int i = 0; i < extents.size(); i++) {
            long to = extents.get(i);
            long from = x.extent(x.rank() - extents.size() + i);
            check(to == 1 || from == to || from == UNKNOWN || to == UNKNOWN, op,
                    "extent %d cannot be summed to %d (equal or 1 needed)".formatted(from, to));
        }
        return extents;
    }

    private static TensorType replaced(Op op, Variable x, int axis, List<Long> by) {
        check(axis >= 0 && axis < x.rank(), op, "axis %d is out of range".formatted(axis));
        var extents = new ArrayList<>(x.type().extents());
        extents.remove(axis);
        extents.addAll(axis, by);
        return x.type().withExtents(extents);
    }

    private static TensorType joined(Op op, int axis, List<Variable> parts) {
        Variable first = parts.getFirst();
        check(axis >= 0 && axis < first.rank(), op, "axis %d is out of range".formatted(axis));
        List<Long> extents = new ArrayList<>(first.type().extents());
        long total = 0;
        for (Variable part : parts) {
            check(part.rank() == first.rank() && part.dtype() == first.dtype(), op, "all parts need one dtype and one rank");
            long along = part.type().extent(axis);
            total = total == UNKNOWN || along == UNKNOWN ? UNKNOWN : total + along;
            var others = new ArrayList<>(part.type().extents());
            others.set(axis, extents.get(axis));
            for (int i = 0; i < others.size(); i++)
                check(others.get(i).equals(extents.get(i)) || others.get(i) == UNKNOWN || extents.get(i) == UNKNOWN, op,
                        "axis %d is %d and %d; only axis %d may differ".formatted(i, extents.get(i), others.get(i), axis));
            extents = new ArrayList<>(common(extents, others));
        }
        extents.set(axis, total);
        return first.type().withExtents(extents);
    }

    private static TensorType scattered(Op op, Variable x, Variable indices, int axis, Variable extent) {
        check(indices.dtype() == DType.INT64, op, "indices must be int64");
        check(axis >= 0 && axis + indices.rank() <= x.rank(), op, "axis %d is out of range".formatted(axis));
        indices(op, List.of(extent));
        var extents = new ArrayList<>(x.type().extents());
        extents.subList(axis, axis + indices.rank()).clear();
        extents.add(axis, extent.constantExtent());
        return x.type().withExtents(extents);
    }

    private static TensorType contracted(Op op, Variable x, Variable y, DotAxes axes) {
        check(x.dtype() == y.dtype(), op, "the operands need one dtype; cast one of them");
        pairs(op, x, y, axes.xBatch(), axes.yBatch());
        pairs(op, x, y, axes.xSum(), axes.ySum());
        var extents = new ArrayList<Long>();
        for (int i = 0; i < axes.xBatch().size(); i++) {
            long e = x.type().extent(axes.xBatch().get(i));
            extents.add(e != UNKNOWN ? e : y.type().extent(axes.yBatch().get(i)));
        }
        axes.xFree(x.rank()).forEach(i -> extents.add(x.type().extent(i)));
        axes.yFree(y.rank()).forEach(i -> extents.add(y.type().extent(i)));
        return x.type().withExtents(extents);
    }

    private static void pairs(Op op, Variable x, Variable y, List<Integer> xs, List<Integer> ys) {
        axes(op, x, xs);
        axes(op, y, ys);
        for (int i = 0; i < xs.size(); i++) {
            long a = x.type().extent(xs.get(i));
            long b = y.type().extent(ys.get(i));
            check(a == b || a == UNKNOWN || b == UNKNOWN, op, "inner extents differ: axis %d of %s is %d, axis %d of %s is %d; they must be equal"
                    .formatted(xs.get(i), x.label(), a, ys.get(i), y.label(), b));
        }
    }

    private static List<Long> common(List<Long> a, List<Long> b) {
        var extents = new ArrayList<Long>();
        for (int i = 0; i < a.size(); i++) extents.add(a.get(i) != UNKNOWN ? a.get(i) : b.get(i));
        return extents;
    }

    private static List<Long> known(Op op, List<Variable> extents) {
        indices(op, extents);
        return extents.stream().map(Variable::constantExtent).toList();
    }

    private static void indices(Op op, List<Variable> extents) {
        for (Variable e : extents) {
            check(e.rank() == 0 && e.dtype() == DType.INT64, op, "extents and bounds must be int64 scalars");
            check(!(e.op() instanceof Op.Constant) || e.constantExtent() >= 0, op, "an extent must not be negative");
        }
    }

    // A start may be −1: that of an empty slice which runs backwards.
    private static void bounds(Op op, Variable start, Variable extent) {
        check(start.rank() == 0 && start.dtype() == DType.INT64, op, "extents and bounds must be int64 scalars");
        indices(op, List.of(extent));
    }

    private static void condition(Op op, Variable condition) {
        check(condition.rank() == 0 && condition.dtype() == DType.BOOL, op,
                "the condition must be a bool scalar; compare, or reduce with all or any");
    }

    private static void axes(Op op, Variable x, List<Integer> axes) {
        for (int axis : axes)
            check(axis >= 0 && axis < x.rank(), op, "axis %d is out of range for %s of rank %d".formatted(axis, x.label(), x.rank()));
        check(new HashSet<>(axes).size() == axes.size(), op, "an axis is named twice in %s".formatted(axes));
    }

    private static long product(List<Long> extents) {
        return extents.stream().reduce(1L, Math::multiplyExact);
    }

    private static void check(boolean holds, Op op, String rule) {
        if (!holds) throw error(op, rule);
    }

    static DamoException error(Op op, String rule) {
        return Variable.error(op.opcode(), rule, op.operands());
    }
}
