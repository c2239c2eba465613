package damo.plan;

import damo.CompilerBug;
import damo.graph.ScalarOp;
import damo.kernel.Axis;
import damo.kernel.Kernel;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.kernel.Values;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Predicate;

/// A contraction as products of matrices. Axes that lie one after the other in all tensors become one; one axis of each kind is an axis of the
/// matrices, and the rest are loops around.
public final class Contraction {
    private final Values values;
    private final Stmt.Put put;
    private final Scalar.Fold sum;
    private final Scalar.Flat x;
    private final Scalar.Flat y;
    private final List<Axis> all = new ArrayList<>();

    /// A way through the tensors: along one axis, or several as one, with its stride in each tensor.
    private record Way(Axis axis, Value x, Value y, Value z) {
        Value extent() {
            return axis.extent();
        }
    }

    private Contraction(Values values, Kernel kernel) {
        this.values = values;
        put = Flatten.puts(values, kernel).getFirst();
        sum = (Scalar.Fold) put.value().op();
        List<Value> factors = sum.body().op().operands();
        x = (Scalar.Flat) factors.get(0).op();
        y = (Scalar.Flat) factors.get(1).op();
        all.addAll(kernel.axes());
        all.addAll(sum.axes());
    }

    /// The statements of `kernel`, which is a contraction.
    public static List<Stmt> of(Values values, Kernel kernel) {
        return new Contraction(values, kernel).statements(kernel.axes());
    }

    private List<Stmt> statements(List<Axis> axes) {
        List<Way> free = ways(axes);
        var rows = merged(free, w -> Values.isWhole(w.y, 0));
        var columns = merged(free, w -> !Values.isWhole(w.y, 0) && Values.isWhole(w.x, 0));
        var batch = merged(free, w -> !Values.isWhole(w.y, 0) && !Values.isWhole(w.x, 0));
        var terms = merged(ways(sum.axes()), _ -> true);
        Way row = last(rows);
        Way column = last(columns);
        Way term = last(terms);
        batch.addAll(rows);
        batch.addAll(columns);
        var inner = new ArrayList<Stmt>();
        if (!terms.isEmpty()) inner.add(multiply(batch, row, column, new Way(new Axis("none", values.whole(0)), term.x, term.y, term.z), false));
        var each = new ArrayList<>(batch);
        each.addAll(terms);
        inner.addAll(nest(terms, List.of(multiply(each, row, column, term, !terms.isEmpty()))));
        return nest(batch, inner);
    }

    /// `body` in loops along `ways`.
    private List<Stmt> nest(List<Way> ways, List<Stmt> body) {
        List<Stmt> nest = body;
        for (Way way : ways.reversed()) nest = List.of(new Stmt.Loop(way.axis, values.whole(0), way.extent(), 1, nest));
        return nest;
    }

    private Stmt multiply(List<Way> loops, Way row, Way column, Way term, boolean add) {
        Value x0 = start(x.offset());
        Value y0 = start(y.offset());
        Value z0 = start(put.offset());
        for (Way way : loops) {
            Value index = values.index(way.axis);
            x0 = values.add(x0, values.mul(index, way.x));
            y0 = values.add(y0, values.mul(index, way.y));
            z0 = values.add(z0, values.mul(index, way.z));
        }
        return new Stmt.Multiply(new Stmt.Matrix(x.from(), x0, row.x, term.x), new Stmt.Matrix(y.from(), y0, term.y, column.y),
                new Stmt.Matrix(put.to(), z0, row.z, column.z), row.extent(), column.extent(), term.extent(), add);
    }

    /// The offset where all positions are 0.
    private Value start(Value offset) {
        return values.replace(offset, v -> v.op() instanceof Scalar.Index(var axis) && all.contains(axis) ? values.whole(0) : null);
    }

    private List<Way> ways(List<Axis> axes) {
        Affine inX = Affine.of(values, x.offset());
        Affine inY = Affine.of(values, y.offset());
        Affine inZ = Affine.of(values, put.offset());
        return axes.stream().filter(axis -> !Values.isWhole(axis.extent(), 1))
                .map(axis -> new Way(axis, stride(inX, axis), stride(inY, axis), stride(inZ, axis))).toList();
    }

    private Value stride(Affine offset, Axis axis) {
        Value stride = offset.stride(axis);
        if (stride == null) throw new CompilerBug("schedule", "no contraction: a position is not linear in " + axis.name(), put.value().toString());
        return stride;
    }

    /// The ways of one kind, in order, neighbours joined where they can be.
    private List<Way> merged(List<Way> ways, Predicate<Way> kind) {
        var result = new ArrayList<Way>();
        for (Way way : ways) {
            if (!kind.test(way)) continue;
            Way outer = result.isEmpty() ? null : result.getLast();
            if (outer != null && follows(outer.x, way.x, way) && follows(outer.y, way.y, way) && follows(outer.z, way.z, way)) {
                result.removeLast();
                result.add(new Way(new Axis(way.axis.name(), values.mul(outer.extent(), way.extent())), way.x, way.y, way.z));
            } else {
                result.add(way);
            }
        }
        return result;
    }

    /// Whether one step of the outer way is as far as all of the inner one.
    private static boolean follows(Value outer, Value inner, Way way) {
        if (Values.isWhole(outer, 0) || Values.isWhole(inner, 0)) return outer == inner;
        var factors = new IdentityHashMap<Value, Integer>();
        long[] number = {1, 1};
        count(outer, 1, factors, number);
        count(inner, -1, factors, number);
        count(way.extent(), -1, factors, number);
        return number[0] == number[1] && factors.values().stream().allMatch(n -> n == 0);
    }

    /// Counts the factors of `v`; the product of numbers is in `number`, the first for those that count positive.
    private static void count(Value v, int sign, IdentityHashMap<Value, Integer> factors, long[] number) {
        if (v.op() instanceof Scalar.Whole(var n)) number[sign > 0 ? 0 : 1] *= n;
        else if (v.op() instanceof Scalar.Apply(var f, var args) && f == ScalarOp.MUL) args.forEach(a -> count(a, sign, factors, number));
        else factors.merge(v, sign, Integer::sum);
    }

    /// Takes the last way, or one that goes nowhere.
    private Way last(List<Way> ways) {
        if (!ways.isEmpty()) return ways.removeLast();
        return new Way(new Axis("one", values.whole(1)), values.whole(0), values.whole(0), values.whole(0));
    }
}
