package damo.lower;

import damo.CompilerBug;
import damo.graph.DotAxes;
import damo.graph.Op;
import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import damo.kernel.Axis;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.type.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The lowering table: for every op that computes something, the scalar at one position of its result.
final class Bodies {
    private final Lowering lowering;

    Bodies(Lowering lowering) {
        this.lowering = lowering;
    }

    /// The element of `v` at the position of `loops`, one loop for each axis of `v`.
    Value of(Variable v, List<Axis> loops, Region region) {
        Values k = lowering.values();
        List<Value> at = k.indices(loops);
        return switch (v.op()) {
            case Op.Elementwise(var f, var args) -> k.apply(f, args.stream().map(x -> repeated(x, at, region)).toArray(Value[]::new));
            case Op.Cast(var x, var to) -> k.convert(lowering.load(x, at, region), to);
            case Op.Broadcast(var x, _) -> repeated(x, at, region);
            case Op.Reduce(var f, var x, var axes) -> reduced(f, x, axes, at, region);
            case Op.SumTo(var x, _) -> summed(x, lowering.extents(v), at, region);
            case Op.Dimshuffle(var x, var pattern) -> {
                Value[] from = new Value[x.rank()];
                Arrays.fill(from, k.whole(0));
                for (int i = 0; i < pattern.size(); i++) if (pattern.get(i) != Op.Dimshuffle.NEW) from[pattern.get(i)] = at.get(i);
                yield lowering.load(x, List.of(from), region);
            }
            case Op.Reshape(var x, _) -> x.rank() == 0 ? lowering.load(x, List.of(), region)
                    : k.flat(lowering.buffer(x, region), k.offset(lowering.extents(v), at));
            case Op.Slice(var x, var axis, var start, _, var step) ->
                lowering.load(x, with(at, axis, k.add(start(start, region), k.mul(at.get(axis), k.whole(step)))), region);
            case Op.Unslice(var x, var axis, var start, _, var step) -> placed(x, axis, start, step, at, region);
            case Op.Join(var axis, var parts) -> joined(axis, parts, at, region);
            case Op.Gather(var x, var indices, var axis) -> {
                List<Value> position = at.subList(axis, axis + indices.rank());
                var from = new ArrayList<>(at);
                from.subList(axis, axis + indices.rank()).clear();
                from.add(axis, k.convert(lowering.load(indices, position, region), DType.INT32));
                yield lowering.load(x, from, region);
            }
            case Op.Iota _ -> k.convert(at.getFirst(), DType.INT64);
            case Op.Dot(var x, var y, var axes) -> contracted(x, y, axes, at, region);
            case Op.Input _, Op.Constant _, Op.Extent _, Op.If _, Op.Assert _, Op.StopGradient _, Op.Loop _, Op.Draw _,
                 Op.Scatter _ ->
                throw new CompilerBug("lower", v.op().opcode() + " needs no kernel", v.toString());
        };
    }

    /// The element of `x` that meets the position `at` of a result to which it broadcasts.
    private Value repeated(Variable x, List<Value> at, Region region) {
        List<Value> own = at.subList(at.size() - x.rank(), at.size());
        List<Value> extents = lowering.extents(x);
        var from = new ArrayList<Value>();
        for (int i = 0; i < x.rank(); i++) from.add(Values.isWhole(extents.get(i), 1) ? lowering.values().whole(0) : own.get(i));
        return lowering.load(x, from, region);
    }

    private Value reduced(Reduction f, Variable x, List<Integer> over, List<Value> at, Region region) {
        Values k = lowering.values();
        List<Value> extents = lowering.extents(x);
        List<Axis> folds = lowering.axes(over.stream().map(extents::get).toList());
        Value[] from = new Value[x.rank()];
        for (int i = 0, free = 0; i < from.length; i++) from[i] = over.contains(i) ? k.index(folds.get(over.indexOf(i))) : at.get(free++);
        return k.fold(f, folds, lowering.load(x, List.of(from), region));
    }

    private Value summed(Variable x, List<Value> to, List<Value> at, Region region) {
        Values k = lowering.values();
        List<Value> extents = lowering.extents(x);
        int lead = x.rank() - to.size();
        var folds = new ArrayList<Axis>();
        var from = new ArrayList<Value>();
        for (int i = 0; i < x.rank(); i++) {
            if (i >= lead && to.get(i - lead) == extents.get(i)) {
                from.add(at.get(i - lead));
            } else {
                folds.addAll(lowering.axes(List.of(extents.get(i))));
                from.add(k.index(folds.getLast()));
            }
        }
        return k.fold(Reduction.SUM, folds, lowering.load(x, from, region));
    }

    private Value start(Variable start, Region region) {
        return lowering.values().convert(lowering.load(start, List.of(), region), DType.INT32);
    }

    private static List<Value> with(List<Value> at, int axis, Value position) {
        var other = new ArrayList<>(at);
        other.set(axis, position);
        return other;
    }

    private Value placed(Variable x, int axis, Variable start, long step, List<Value> at, Region region) {
        Values k = lowering.values();
        Value distance = k.sub(at.get(axis), start(start, region));
        Value position = step == 1 ? distance : k.apply(ScalarOp.FLOORDIV, distance, k.whole(step));
        Value inside = k.apply(ScalarOp.AND, k.apply(ScalarOp.LE, k.whole(0), position),
                k.apply(ScalarOp.LT, position, lowering.extents(x).get(axis)));
        if (Math.abs(step) != 1) inside = k.apply(ScalarOp.AND, inside, k.apply(ScalarOp.EQ, k.mul(position, k.whole(step)), distance));
        return k.choose(inside, lowering.load(x, with(at, axis, position), region), k.number(x.dtype(), 0));
    }

    private Value joined(int axis, List<Variable> parts, List<Value> at, Region region) {
        Values k = lowering.values();
        Value offset = k.whole(0);
        var ends = new ArrayList<Value>();
        var elements = new ArrayList<Value>();
        for (Variable part : parts) {
            elements.add(lowering.load(part, with(at, axis, k.sub(at.get(axis), offset)), region));
            offset = k.add(offset, lowering.extents(part).get(axis));
            ends.add(offset);
        }
        Value element = elements.getLast();
        for (int i = parts.size() - 2; i >= 0; i--) element = k.choose(k.apply(ScalarOp.LT, at.get(axis), ends.get(i)), elements.get(i), element);
        return element;
    }

    private Value contracted(Variable x, Variable y, DotAxes axes, List<Value> at, Region region) {
        Values k = lowering.values();
        List<Value> extents = lowering.extents(x);
        List<Axis> folds = lowering.axes(axes.xSum().stream().map(extents::get).toList());
        Map<Integer, Value> fromX = new HashMap<>();
        Map<Integer, Value> fromY = new HashMap<>();
        int next = 0;
        for (int i = 0; i < axes.xBatch().size(); i++) {
            fromX.put(axes.xBatch().get(i), at.get(next));
            fromY.put(axes.yBatch().get(i), at.get(next++));
        }
        for (int i : axes.xFree(x.rank())) fromX.put(i, at.get(next++));
        for (int i : axes.yFree(y.rank())) fromY.put(i, at.get(next++));
        for (int i = 0; i < folds.size(); i++) {
            fromX.put(axes.xSum().get(i), k.index(folds.get(i)));
            fromY.put(axes.ySum().get(i), k.index(folds.get(i)));
        }
        Value a = lowering.load(x, positions(fromX), region);
        Value b = lowering.load(y, positions(fromY), region);
        boolean logical = x.dtype() == DType.BOOL;                 // as NumPy: a sum of bools is their or
        return k.fold(logical ? Reduction.MAX : Reduction.SUM, folds, k.apply(logical ? ScalarOp.AND : ScalarOp.MUL, a, b));
    }

    private static List<Value> positions(Map<Integer, Value> byAxis) {
        var all = new ArrayList<Value>();
        for (int i = 0; i < byAxis.size(); i++) all.add(byAxis.get(i));
        return all;
    }
}
