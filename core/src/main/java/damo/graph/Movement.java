package damo.graph;

import damo.DamoException;
import damo.type.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/// Shapes and axes: from what users write to the movement ops.
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

    static Variable diff(Variable x, int n, int axis) {
        if (n < 0) throw Variable.error("diff", "differences are taken 0 times or more, not %d".formatted(n), List.of(x));
        Variable z = x.swapAxes(0, axis);
        for (int i = 0; i < n; i++) {
            Variable later = z.slice(1, z.shape(0));
            Variable earlier = z.slice(0, -1);
            z = z.dtype() == DType.BOOL ? later.xor(earlier) : later.sub(earlier);
        }
        return z.swapAxes(0, axis);
    }
}
