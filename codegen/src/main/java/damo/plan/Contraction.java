package damo.plan;

import damo.CompilerBug;
import damo.graph.ScalarOp;
import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Contractions;
import damo.kernel.Kernel;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.type.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// A contraction as products of matrices. Axes that lie one after the other in all tensors become one; one axis of each kind is an axis of the
/// matrices, and the rest are loops around. What is stored of the sums is computed of them afterwards, where they are.
public final class Contraction {
    private static final int X = 0, Y = 1, Z = 2;                      // places of strides

    private final Values values;
    private final boolean isTurned;
    private final List<Stmt.Put> puts;
    private final Stmt.Put home;
    private final Value sum;
    private final List<Axis> terms;
    private final Scalar.Flat x;
    private final Scalar.Flat y;
    private final List<Value> offsets;                                 // of x, of y, of the sums, and all others
    private final Set<Axis> alone = new HashSet<>();                   // what is read is not linear along these
    private final Map<Axis, Value> joined = new IdentityHashMap<>();   // positions along axes that became one

    /// The most terms that are summed up at once, in as few blocks of equal length as there can be; sums of several blocks are added. With long
    /// blocks there are few passes over a result, and with short ones a panel of the second operand fits into the first cache: measured, the one
    /// is worth more for float64, the other for float32.
    public static int block(DType dtype) {
        return dtype == DType.FLOAT64 ? 512 : 320;
    }

    /// A way through the tensors: along one axis, or several as one, with its stride in each tensor.
    private record Way(Axis axis, List<Value> strides) {
        Value extent() {
            return axis.extent();
        }

        boolean goes(int tensor, int far) {
            return Values.isWhole(strides.get(tensor), far);
        }
    }

    /// @param isTurned whether the tensors change places
    private Contraction(Values values, Kernel kernel, boolean isTurned) {
        this.values = values;
        this.isTurned = isTurned;
        List<Stmt.Put> all = Flatten.puts(values, kernel);
        sum = Contractions.folds(all.stream().map(Stmt.Put::value).toList()).getFirst();
        Buffer to = Contractions.home(kernel, sum.dtype()).orElseThrow().to();
        home = all.stream().filter(p -> p.to().equals(to)).findFirst().orElseThrow();
        puts = Stream.concat(all.stream().filter(p -> p != home), Stream.of(home)).toList();       // the sum is there until the last
        Scalar.Fold fold = (Scalar.Fold) sum.op();
        terms = fold.axes();
        List<Value> factors = fold.body().op().operands();
        x = (Scalar.Flat) factors.get(isTurned ? 1 : 0).op();
        y = (Scalar.Flat) factors.get(isTurned ? 0 : 1).op();
        var others = new LinkedHashSet<Value>();
        Set<Value> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Stmt.Put put : puts) {
            if (put != home) others.add(put.offset());
            collect(put.value(), seen, others);
        }
        offsets = Stream.concat(Stream.of(x.offset(), y.offset(), home.offset()), others.stream()).toList();
    }

    /// Adds the offsets of what is read besides the sum.
    private void collect(Value v, Set<Value> seen, Set<Value> into) {
        if (v == sum || !seen.add(v)) return;
        if (v.op() instanceof Scalar.Flat(_, var offset)) into.add(offset);
        else if (v.op() instanceof Scalar.Index(var axis)) alone.add(axis);
        else v.op().operands().forEach(o -> collect(o, seen, into));
    }

    /// The statements of `kernel`, which is a contraction. What is stored of the sums is computed as soon as some are complete ([Stmt.After]).
    public static List<Stmt> of(Values values, Kernel kernel) {
        return new Contraction(values, kernel, false).statements(kernel, true);
    }

    /// As [#of], but what is stored of the sums is computed by loops of its own, when all of them lie where a store goes.
    public static List<Stmt> inTurn(Values values, Kernel kernel) {
        return new Contraction(values, kernel, false).statements(kernel, false);
    }

    private List<Stmt> statements(Kernel kernel, boolean atOnce) {
        List<Way> free = ways(kernel.axes());
        var rows = merged(free, w -> w.goes(Y, 0));
        var columns = merged(free, w -> !w.goes(Y, 0) && w.goes(X, 0));
        var batch = merged(free, w -> !w.goes(Y, 0) && !w.goes(X, 0));
        var outer = merged(ways(terms), _ -> true);
        Way row = last(rows);
        Way column = last(columns);
        Way term = last(outer);
        // zᵀ = yᵀ xᵀ, so that rows of z lie in memory as such.
        if (!isTurned && row.goes(Z, 1) && !column.goes(Z, 1)) return new Contraction(values, kernel, true).statements(kernel, atOnce);
        batch.addAll(rows);
        batch.addAll(columns);
        boolean isPlain = puts.size() == 1 && home.value() == sum;
        if (outer.isEmpty() && (isPlain || atOnce)) return nest(batch, List.of(multiply(batch, row, column, term, false, isPlain ? Optional.empty()
                : Optional.of(after(batch, row.axis, column.axis)))));
        var inner = new ArrayList<Stmt>();
        if (!outer.isEmpty())
            inner.add(multiply(batch, row, column, new Way(new Axis("none", values.whole(0)), term.strides), false, Optional.empty()));
        var each = new ArrayList<>(batch);
        each.addAll(outer);
        inner.addAll(nest(outer, List.of(multiply(each, row, column, term, !outer.isEmpty(), Optional.empty()))));
        if (!isPlain) inner.addAll(stores(row.axis, column.axis, values.flat(home.to(), home.offset()), Map.of()));
        return nest(batch, inner);
    }

    private Stmt.After after(List<Way> batch, Axis row, Axis column) {
        var sums = new Buffer("sums", sum.dtype(), List.of(row.extent(), column.extent()));
        Value at = values.add(values.add(values.symbol(Stmt.After.FROM), values.mul(values.index(row), values.symbol(Stmt.After.ROW))),
                values.index(column));
        Value around = values.whole(0);
        for (Way way : batch) around = values.add(values.mul(around, way.extent()), values.index(way.axis));
        Map<Axis, Value> positions = new HashMap<>();
        Value rest = values.symbol(Stmt.After.AROUND);
        for (Way way : batch.reversed()) {
            positions.put(way.axis, way == batch.getFirst() ? rest : values.apply(ScalarOp.MOD, rest, way.extent()));
            rest = values.apply(ScalarOp.FLOORDIV, rest, way.extent());
        }
        return new Stmt.After(sums, around, stores(row, column, values.flat(sums, at), positions));
    }

    /// Computes of sums, which are at `total`, what is to be stored.
    private List<Stmt> stores(Axis row, Axis column, Value total, Map<Axis, Value> positions) {
        Map<Value, Value> done = new IdentityHashMap<>();
        Function<Value, Value> image = v -> v == sum ? moved(total) : v.op() instanceof Scalar.Index ? values.replace(moved(v),
                u -> u.op() instanceof Scalar.Index(var axis) ? positions.get(axis) : null) : null;
        List<Axis> axes = List.of(row, column);
        return Schedule.of(values, axes, Flatten.puts(values, puts.stream().map(p -> new Stmt.Put(p.to(), values.replace(p.offset(), image, done),
                values.replace(p.value(), image, done), p.adds())).toList(), axes));
    }

    /// `v` along axes that became one.
    private Value moved(Value v) {
        return values.replace(v, u -> u.op() instanceof Scalar.Index(var axis) ? joined.get(axis) : null);
    }

    /// `body` in loops along `ways`.
    private List<Stmt> nest(List<Way> ways, List<Stmt> body) {
        List<Stmt> nest = body;
        for (Way way : ways.reversed()) nest = List.of(new Stmt.Loop(way.axis, values.whole(0), way.extent(), nest));
        return nest;
    }

    private Stmt multiply(List<Way> loops, Way row, Way column, Way term, boolean add, Optional<Stmt.After> after) {
        Stmt.Matrix left = matrix(x.from(), X, loops, row, term);
        Stmt.Matrix right = matrix(y.from(), Y, loops, term, column);
        return new Stmt.Multiply(left, right, matrix(home.to(), Z, loops, row, column), row.axis, column.axis, term.extent(), add, after);
    }

    private Stmt.Matrix matrix(Buffer in, int tensor, List<Way> loops, Way row, Way column) {
        // Where all positions are 0, and on from there.
        Value from = values.replace(offsets.get(tensor), v -> v.op() instanceof Scalar.Index ? values.whole(0) : null);
        for (Way way : loops) from = values.add(from, values.mul(values.index(way.axis), way.strides.get(tensor)));
        return new Stmt.Matrix(in, from, row.strides.get(tensor), column.strides.get(tensor));
    }

    private List<Way> ways(List<Axis> axes) {
        List<Affine> all = offsets.stream().map(o -> Affine.of(values, o)).toList();
        return axes.stream().filter(axis -> !Values.isWhole(axis.extent(), 1))
                .map(axis -> new Way(axis, IntStream.range(0, all.size()).mapToObj(i -> stride(all.get(i), axis, i)).toList())).toList();
    }

    private Value stride(Affine offset, Axis axis, int tensor) {
        Value stride = offset.stride(axis);
        if (stride != null) return stride;
        if (tensor <= Z) throw new CompilerBug("schedule", "no contraction: a position is not linear in " + axis.name(), sum.toString());
        alone.add(axis);
        return values.whole(0);
    }

    /// The ways of one kind, in order, neighbours joined where they can be.
    private List<Way> merged(List<Way> ways, Predicate<Way> kind) {
        var result = new ArrayList<Way>();
        for (Way way : ways) {
            if (!kind.test(way)) continue;
            Way outer = result.isEmpty() ? null : result.getLast();
            if (outer != null && follows(outer, way)) {
                var both = new Axis(way.axis.name(), values.mul(outer.extent(), way.extent()));
                Value along = values.index(both);
                joined.replaceAll((_, at) -> at == values.index(outer.axis) ? values.whole(0) : at);
                joined.put(outer.axis, values.whole(0));
                joined.put(way.axis, along);
                result.removeLast();
                result.add(new Way(both, way.strides));
            } else {
                result.add(way);
            }
        }
        return result;
    }

    private boolean follows(Way outer, Way inner) {
        if (alone.contains(outer.axis) || alone.contains(inner.axis)) return false;
        return IntStream.range(0, offsets.size()).allMatch(i -> follows(outer.strides.get(i), inner.strides.get(i), inner));
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
        return new Way(new Axis("one", values.whole(1)), Collections.nCopies(offsets.size(), values.whole(0)));
    }
}
