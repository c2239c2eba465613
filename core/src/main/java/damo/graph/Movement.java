package damo.graph;

import damo.DamoException;
import damo.type.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/// Shapes, axes and indices: from what users write to the movement ops.
final class Movement {
    private static final int NEW = Op.Dimshuffle.NEW;

    private Movement() {}

    static Variable dimshuffle(Variable x, List<Integer> pattern) {
        return pattern.equals(identity(x.rank())) ? x : new Variable(new Op.Dimshuffle(x, pattern));
    }

    static List<Integer> identity(int rank) {
        return IntStream.range(0, rank).boxed().toList();
    }

    static Variable transpose(Variable x, int... axes) {
        if (axes.length == 0) return dimshuffle(x, identity(x.rank()).reversed());
        if (axes.length != x.rank())
            throw Variable.error("transpose", "it needs all %d axes, not %s".formatted(x.rank(), Arrays.toString(axes)), List.of(x));
        return dimshuffle(x, Arrays.stream(axes).map(a -> Build.axis("transpose", x, a, x.rank())).boxed().toList());
    }

    static Variable swap(Variable x, int a, int b) {
        var pattern = new ArrayList<>(identity(x.rank()));
        Collections.swap(pattern, Build.axis("swapAxes", x, a, x.rank()), Build.axis("swapAxes", x, b, x.rank()));
        return dimshuffle(x, pattern);
    }

    static Variable move(Variable x, int from, int to) {
        var pattern = new ArrayList<>(identity(x.rank()));
        Integer axis = pattern.remove(Build.axis("moveAxis", x, from, x.rank()));
        pattern.add(Build.axis("moveAxis", x, to, x.rank()), axis);
        return dimshuffle(x, pattern);
    }

    /// New axes of extent 1 at these positions (ascending) of the result.
    static Variable expand(Variable x, List<Integer> axes) {
        var pattern = new ArrayList<>(identity(x.rank()));
        for (int axis : axes) pattern.add(axis, NEW);
        return dimshuffle(x, pattern);
    }

    /// Without these axes, which have extent 1.
    static Variable drop(Variable x, List<Integer> axes) {
        var pattern = new ArrayList<>(identity(x.rank()));
        pattern.removeAll(axes);
        return dimshuffle(x, pattern);
    }

    /// A vector as a tensor of `rank` axes that runs along `axis` and has extent 1 elsewhere.
    static Variable along(Variable vector, int axis, int rank) {
        var pattern = new ArrayList<>(Collections.nCopies(rank, NEW));
        pattern.set(axis, 0);
        return dimshuffle(vector, pattern);
    }

    static Variable squeeze(Variable x, int... axes) {
        if (axes.length > 0) return drop(x, Build.axes("squeeze", x, axes));
        return drop(x, identity(x.rank()).stream().filter(a -> x.type().extent(a) == 1).toList());
    }

    static Variable reshape(Variable x, Object... extents) {
        var all = new ArrayList<>(Arrays.asList(extents));
        int open = all.indexOf(-1) >= 0 ? all.indexOf(-1) : all.indexOf(-1L);
        if (open >= 0) {
            all.set(open, 1);
            if (all.contains(-1) || all.contains(-1L))
                throw Variable.error("reshape", "only one extent may be -1 (what is left), not %s".formatted(Arrays.toString(extents)), List.of(x));
            Variable others = Ints.product(Build.indices(all.toArray()));
            all.set(open, Ints.floorDiv(Ints.product(Ints.extents(x)), others));
        }
        return new Variable(new Op.Reshape(x, Build.indices(all.toArray())));
    }

    static Variable flatten(Variable x, int rank) {
        var extents = new ArrayList<Object>();
        for (int i = 0; i < rank - 1; i++) extents.add(Ints.extent(x, i));
        extents.add(Ints.product(IntStream.range(rank - 1, x.rank()).mapToObj(i -> Ints.extent(x, i)).toList()));
        return reshape(x, extents.toArray());
    }

    static Variable broadcast(Variable x, List<Variable> extents) {
        return new Variable(new Op.Broadcast(x, extents));
    }

    static Variable join(int axis, List<Variable> parts) {
        if (parts.isEmpty()) throw new DamoException("join: there is nothing to join; give at least one tensor");
        DType dtype = parts.stream().map(Variable::dtype).reduce(DType::promote).orElseThrow();
        int along = Build.axis("join", parts.getFirst(), axis, parts.getFirst().rank());
        return new Variable(new Op.Join(along, parts.stream().map(p -> p.cast(dtype)).toList()));
    }

    static Variable stack(int axis, List<Variable> parts) {
        if (parts.isEmpty()) throw new DamoException("stack: there is nothing to stack; give at least one tensor");
        int along = Build.axis("stack", parts.getFirst(), axis, parts.getFirst().rank() + 1);
        return join(along, parts.stream().map(p -> expand(p, List.of(along))).toList());
    }

    static Variable index(Variable x, List<Index> entries) {
        int named = (int) entries.stream().filter(e -> !(e instanceof Index.NewAxis || e instanceof Index.Ellipsis)).count();
        if (named > x.rank())
            throw Variable.error("index", "%d entries are too many for rank %d".formatted(named, x.rank()), List.of(x));
        if (entries.stream().filter(e -> e instanceof Index.Ellipsis).count() > 1)
            throw Variable.error("index", "only one ellipsis may stand in an index", List.of(x));
        Variable z = x;
        int axis = 0;
        for (Index entry : entries) {
            switch (entry) {
                case Index.At(var position) -> z = drop(element(z, axis, position), List.of(axis));
                case Index.Range(var start, var stop, var step) -> z = range(z, axis++, start, stop, step);
                case Index.Take(var positions) -> {
                    z = take(z, axis, positions);
                    axis += positions.rank();
                }
                case Index.NewAxis _ -> z = expand(z, List.of(axis++));
                case Index.Ellipsis _ -> axis += x.rank() - named;
            }
        }
        return z;
    }

    /// The slice of extent 1 at `position`, which must lie within `x`.
    private static Variable element(Variable x, int axis, Variable position) {
        Variable n = Ints.extent(x, axis);
        Variable at = Ints.fromEnd(position, n);
        String rule = "index %s is out of range for axis %d".formatted(Ints.isConstant(position) ? Ints.value(position) : position.label(), axis);
        if (Ints.isConstant(at) && Ints.isConstant(n)) {
            if (Ints.value(at) < 0 || Ints.value(at) >= Ints.value(n))
                throw Variable.error("index", "%s of extent %d".formatted(rule, Ints.value(n)), List.of(x));
        } else {
            Variable inside = Build.elementwise(ScalarOp.LE, Ints.of(0), at).and(Build.elementwise(ScalarOp.LT, at, n));
            at = new Variable(new Op.Assert(at, inside, Variable.message("index", rule, List.of(x, position))));
        }
        return new Variable(new Op.Slice(x, axis, at, Ints.of(1), 1));
    }

    private static Variable range(Variable x, int axis, Variable start, Variable stop, long step) {
        if (step == 0) throw Variable.error("index", "the step of a range must not be 0", List.of(x));
        if (start == null && stop == null && step == 1) return x;
        Variable n = Ints.extent(x, axis);
        Variable low = Ints.of(step > 0 ? 0 : -1);
        Variable high = step > 0 ? n : Ints.sub(n, Ints.of(1));
        Variable from = start == null ? step > 0 ? low : high : Ints.max(low, Ints.min(high, Ints.fromEnd(start, n)));
        Variable to = stop == null ? step > 0 ? high : low : Ints.max(low, Ints.min(high, Ints.fromEnd(stop, n)));
        Variable span = step > 0 ? Ints.sub(to, from) : Ints.sub(from, to);
        Variable length = Ints.max(Ints.of(0), Ints.floorDiv(Ints.add(span, Ints.of(Math.abs(step) - 1)), Ints.of(Math.abs(step))));
        return new Variable(new Op.Slice(x, axis, from, length, step));
    }

    static Variable take(Variable x, int axis, Variable positions) {
        if (!positions.dtype().isInteger())
            throw Variable.error("take", "positions must be integers", List.of(x, positions));
        int a = Build.axis("take", x, axis, x.rank());
        Variable n = Ints.extent(x, a);
        Variable p = positions.cast(DType.INT64);
        Variable at = Build.elementwise(ScalarOp.WHERE, p.lt(0), p.add(n), p);
        Variable inside = at.ge(0).and(at.lt(n)).all();
        return new Variable(new Op.Gather(x, new Variable(new Op.Assert(at, inside,
                Variable.message("take", "a position is out of range for axis %d".formatted(a), List.of(x, positions)))), a));
    }
}
