package damo.graph;

import damo.type.DType;
import java.util.ArrayList;
import java.util.List;

/// Indices: from what users write between brackets to slices and gathers.
final class Indexing {
    private Indexing() {}

    /// First what only narrows, turns or adds axes, then all arrays at once in one gather.
    static Variable index(Variable x, List<Index> entries) {
        int named = (int) entries.stream().filter(e -> !(e instanceof Index.NewAxis || e instanceof Index.Ellipsis)).count();
        if (named > x.rank())
            throw Variable.error("index", "%d entries are too many for rank %d".formatted(named, x.rank()), List.of(x));
        if (entries.stream().filter(e -> e instanceof Index.Ellipsis).count() > 1)
            throw Variable.error("index", "only one ellipsis may stand in an index", List.of(x));
        Variable z = x;
        int axis = 0;
        var axes = new ArrayList<Integer>();
        var arrays = new ArrayList<Variable>();
        for (Index entry : entries) {
            switch (entry) {
                case Index.At(var position) -> z = Movement.drop(element(z, axis, position), List.of(axis));
                case Index.Range(var start, var stop, var step) -> z = range(z, axis++, start, stop, step);
                case Index.Take(var positions) -> {
                    arrays.add(positions);
                    axes.add(axis++);
                }
                case Index.NewAxis _ -> z = Movement.expand(z, List.of(axis++));
                case Index.Ellipsis _ -> axis += x.rank() - named;
            }
        }
        return arrays.isEmpty() ? z : arrays("index", z, axes, arrays, areAdjacent(entries));
    }

    /// Whether nothing stands between the arrays and positions of an index.
    private static boolean areAdjacent(List<Index> entries) {
        var places = new ArrayList<Integer>();
        for (int i = 0; i < entries.size(); i++) if (entries.get(i) instanceof Index.Take || entries.get(i) instanceof Index.At) places.add(i);
        return places.getLast() - places.getFirst() == places.size() - 1;
    }

    /// The elements of `x` at `arrays` of positions along `axes`, one for each, as many as the arrays broadcast to. Their axes stand where
    /// the first of `axes` was, or in front.
    private static Variable arrays(String op, Variable x, List<Integer> axes, List<Variable> arrays, boolean inPlace) {
        int first = inPlace ? axes.getFirst() : 0;
        var pattern = new ArrayList<>(Movement.identity(x.rank()));
        pattern.removeAll(axes);
        pattern.addAll(first, axes);
        Variable z = Movement.dimshuffle(x, pattern);
        Variable flat = positions(op, x, axes.getFirst(), arrays.getFirst());
        for (int i = 1; i < axes.size(); i++)
            flat = flat.mul(Ints.extent(x, axes.get(i))).add(positions(op, x, axes.get(i), arrays.get(i)));
        if (axes.size() > 1) {
            var extents = new ArrayList<>(Ints.extents(z));
            List<Variable> merged = extents.subList(first, first + axes.size());
            Variable product = Ints.product(List.copyOf(merged));
            merged.clear();
            extents.add(first, product);
            z = new Variable(new Op.Reshape(z, extents));
        }
        return new Variable(new Op.Gather(z, flat, first));
    }

    static Variable take(Variable x, int axis, Variable positions) {
        int a = Build.axis("take", x, axis, x.rank());
        return arrays("take", x, List.of(a), List.of(positions), true);
    }

    /// `positions` from the beginning, which must lie within `axis`.
    private static Variable positions(String op, Variable x, int axis, Variable positions) {
        if (!positions.dtype().isInteger())
            throw Variable.error(op, positions.dtype() == DType.BOOL
                    ? "positions must be integers; how many elements a bool mask chooses depends on its values, so use where(mask, x, 0)"
                    : "positions must be integers", List.of(x, positions));
        Variable n = Ints.extent(x, axis);
        Variable p = positions.cast(DType.INT64);
        Variable at = Build.elementwise(ScalarOp.WHERE, p.lt(0), p.add(n), p);
        Variable inside = at.ge(0).and(at.lt(n)).all();
        return new Variable(new Op.Assert(at, inside,
                Variable.message(op, "a position is out of range for axis %d".formatted(axis), List.of(x, positions))));
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
}
