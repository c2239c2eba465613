package damo.grad;

import damo.DamoException;
import damo.graph.Build;
import damo.graph.DotAxes;
import damo.graph.Graph;
import damo.graph.Ints;
import damo.graph.Op;
import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// One expression for many values at once: a leading batch axis, pushed through every op.
public final class Batch {
    private static final int NEW = Op.Dimshuffle.NEW;

    private final Map<Variable, Variable> images;                   // what changes; with a batch axis if in `batched`
    private final Set<Variable> batched = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<Variable, LoopGroup> loops;
    private final Map<LoopGroup, LoopBatch.Images> pushed = new IdentityHashMap<>();
    private final Variable count;

    private Batch(List<Variable> order, Map<Variable, Variable> images, Collection<Variable> batched, Variable count) {
        this.images = new IdentityHashMap<>(images);
        this.loops = LoopGroup.in(order);
        this.count = count;
        this.batched.addAll(batched);
    }

    /// `outputs` with each key of `batched` replaced by its value, which has one more axis in front: so has each result.
    /// Extents and bounds along which the elements of a batch would differ in shape are an error.
    public static List<Variable> vectorize(List<? extends Variable> outputs, Map<Variable, Variable> batched) {
        if (batched.isEmpty()) throw new DamoException("vectorize: nothing is batched; give at least one variable with its batch");
        batched.forEach((x, image) -> {
            if (image.dtype() != x.dtype() || image.rank() != x.rank() + 1)
                throw Variable.error("vectorize", "a batch has the dtype and one axis more than the variable it stands for", List.of(x, image));
        });
        Batch batch = pushed(outputs, batched, batched.keySet(), Ints.extent(batched.values().iterator().next(), 0));
        return outputs.stream().<Variable>map(batch::whole).toList();
    }

    /// The images of `outputs` and of all below, given those of some variables, of which the ones in `batched` have a batch axis.
    static Batch pushed(List<? extends Variable> outputs, Map<Variable, Variable> images, Collection<Variable> batched, Variable count) {
        List<Variable> order = Graph.order(outputs, images::containsKey);
        var batch = new Batch(order, images, batched, count);
        for (Variable z : order)
            if (!batch.images.containsKey(z) && z.op().operands().stream().anyMatch(batch.images::containsKey))
                z.source().during(() -> {
                    batch.visit(z);
                    return z;
                });
        return batch;
    }

    private void visit(Variable z) {
        boolean none = z.op().operands().stream().noneMatch(batched::contains);
        if (none || z.op() instanceof Op.Extent) {
            Variable same = z.op() instanceof Op.Extent(var x, var axis) && batched.contains(x) ? Ints.extent(image(x), axis + 1) : z.rebuilt(images);
            images.put(z, same);
        } else if (z.op() instanceof Op.Assert(var x, var condition, var message) && !batched.contains(x)) {
            images.put(z, new Variable(new Op.Assert(image(x), image(condition).all(0), message)));
        } else if (z.op() instanceof Op.Loop) {
            LoopGroup group = loops.get(z);
            if (!pushed.containsKey(group)) pushed.put(group, LoopBatch.of(this, count, group.loop(), z));
            int number = group.numbers().get(group.members().indexOf(z));
            images.put(z, pushed.get(group).results().get(number));
            if (pushed.get(group).batched().get(number)) batched.add(z);
        } else {
            images.put(z, batch(z));
            batched.add(z);
        }
    }

    /// Whether the image of `x` has a batch axis.
    boolean isBatched(Variable x) {
        return batched.contains(x);
    }

    /// What stands for `x`: itself if it does not change.
    Variable image(Variable x) {
        return images.getOrDefault(x, x);
    }

    /// `z`, of which at least one operand is batched.
    private Variable batch(Variable z) {
        return switch (z.op()) {
            case Op.Input _, Op.Constant _, Op.Extent _, Op.Loop _ -> z; // without operands that could be batched, or seen to before
            case Op.Elementwise(var f, var args) -> new Variable(new Op.Elementwise(f, args.stream().map(x -> padded(x, z.rank())).toList()));
            case Op.Cast(var x, var to) -> image(x).cast(to);
            case Op.Reduce(var f, var x, var axes) -> new Variable(new Op.Reduce(f, image(x), shifted(axes)));
            case Op.Dimshuffle(var x, var pattern) ->
                    shuffle(image(x), Stream.concat(Stream.of(0), pattern.stream().map(i -> i < 0 ? NEW : i + 1)).toList());
            case Op.Reshape(var x, var extents) -> new Variable(new Op.Reshape(whole(x), extents(z, extents)));
            case Op.Broadcast(var x, var extents) -> new Variable(new Op.Broadcast(pad(whole(x), x.rank(), z.rank()), extents(z, extents)));
            case Op.SumTo(var x, var extents) -> {
                Variable b = whole(x);
                int extra = x.rank() - z.rank();
                if (extra > 0) b = new Variable(new Op.Reduce(Reduction.SUM, b, range(1, extra)));
                yield new Variable(new Op.SumTo(b, extents(z, extents)));
            }
            case Op.Slice(var x, var axis, var start, var length, var step) -> {
                Variable n = single(z, length);
                yield batched.contains(start) ? gather(x, positions(start, n, step), axis)
                        : new Variable(new Op.Slice(image(x), axis + 1, image(start), n, step));
            }
            case Op.Unslice(var x, var axis, var start, var extent, var step) -> {
                Variable n = single(z, extent);
                yield batched.contains(start) ? scatter(x, positions(start, Ints.extent(whole(x), axis + 1), step), axis, n)
                        : new Variable(new Op.Unslice(image(x), axis + 1, image(start), n, step));
            }
            case Op.Join(var axis, var parts) -> new Variable(new Op.Join(axis + 1, parts.stream().map(this::whole).toList()));
            case Op.Gather(var x, var indices, var axis) -> batched.contains(indices)
                    ? gather(x, image(indices), axis)
                    : new Variable(new Op.Gather(image(x), image(indices), axis + 1));
            case Op.Scatter(var x, var indices, var axis, var extent) -> batched.contains(indices)
                    ? scatter(x, image(indices), axis, single(z, extent))
                    : new Variable(new Op.Scatter(image(x), image(indices), axis + 1, single(z, extent)));
            case Op.Iota(var length) -> single(z, length);
            case Op.Dot(var x, var y, var axes) -> dot(x, y, axes);
            case Op.If(var condition, var then, var otherwise) -> batched.contains(condition)
                    ? Build.elementwise(ScalarOp.WHERE, padded(condition, z.rank()), padded(then, z.rank()), padded(otherwise, z.rank()))
                    : new Variable(new Op.If(image(condition), whole(then), whole(otherwise)));
            case Op.Assert(var x, var condition, var message) ->
                new Variable(new Op.Assert(image(x), batched.contains(condition) ? image(condition).all(0) : image(condition), message));
            case Op.StopGradient(var x) -> new Variable(new Op.StopGradient(image(x)));
            case Op.Draw(_, var state, var extents, _) -> {
                extents.forEach(e -> single(z, e));
                throw Variable.error("vectorize", "the state from which is drawn is batched; draw for the whole batch before, with one axis more",
                        List.of(z, state));
            }
        };
    }

    /// The batch of `x`: of equal elements if `x` is the same for all.
    Variable whole(Variable x) {
        if (batched.contains(x)) return image(x);
        return new Variable(new Op.Broadcast(image(x), extents(x, Ints.extents(image(x)))));
    }

    private List<Variable> extents(Variable z, List<Variable> extents) {
        return Stream.concat(Stream.of(count), extents.stream().map(e -> single(z, e))).toList();
    }

    /// An extent, which must be the same for all elements of the batch.
    Variable single(Variable z, Variable extent) {
        if (batched.contains(extent))
            throw Variable.error("vectorize", "the shape of %s depends on the batched values; all elements of a batch need one shape"
                    .formatted(z.label()), List.of(z, extent));
        return image(extent);
    }

    /// The image of `x`, so that the batch axis is in front when it broadcasts with others of rank `rank`.
    private Variable padded(Variable x, int rank) {
        return batched.contains(x) ? pad(image(x), x.rank(), rank) : image(x);
    }

    static Variable pad(Variable image, int own, int rank) {
        var pattern = new ArrayList<>(List.of(0));
        pattern.addAll(Collections.nCopies(rank - own, NEW));
        pattern.addAll(range(1, own));
        return shuffle(image, pattern);
    }

    /// The indices of a slice, for each start in the batch: an axis for the batch, one for the slice.
    private Variable positions(Variable start, Variable length, long step) {
        Variable steps = new Variable(new Op.Iota(length)).mul(step);
        return image(start).dimshuffle(0, NEW).add(steps);
    }

    /// Gathers with other indices for each element: from the axis that the batch axis and `axis` make together.
    private Variable gather(Variable x, Variable indices, int axis) {
        int added = indices.rank() - 1;
        Variable z;
        if (batched.contains(x)) {
            Variable front = shuffle(image(x), front(x.rank() + 1, List.of(0, axis + 1)));
            Variable n = Ints.extent(front, 1);
            var extents = new ArrayList<>(Ints.extents(front));
            extents.subList(0, 2).clear();
            extents.addFirst(Ints.mul(count, n));
            z = new Variable(new Op.Gather(new Variable(new Op.Reshape(front, extents)), offset(indices, n), 0));
        } else {
            z = new Variable(new Op.Gather(shuffle(image(x), front(x.rank(), List.of(axis))), indices, 0));
        }
        var pattern = new ArrayList<>(range(1 + added, x.rank() - 1));  // batch, indices, before, after
        pattern.addAll(axis, range(1, added));
        pattern.addFirst(0);
        return shuffle(z, pattern);
    }

    /// Scatters with other indices for each element: into the axis that the batch axis and `axis` make together.
    private Variable scatter(Variable x, Variable indices, int axis, Variable extent) {
        int added = indices.rank() - 1;
        var first = new ArrayList<>(List.of(0));
        first.addAll(range(axis + 1, added));
        Variable front = shuffle(whole(x), front(x.rank() + 1, first));
        Variable flat = new Variable(new Op.Scatter(front, offset(indices, extent), 0, Ints.mul(count, extent)));
        var extents = new ArrayList<>(Ints.extents(flat));
        extents.set(0, extent);
        extents.addFirst(count);
        Variable z = new Variable(new Op.Reshape(flat, extents));      // batch, extent, before, after
        var pattern = new ArrayList<>(range(2, z.rank() - 2));
        pattern.add(axis, 1);
        pattern.addFirst(0);
        return shuffle(z, pattern);
    }

    /// Indices into the rows of a batch as indices into all rows, `n` for each element, one after the other.
    private Variable offset(Variable indices, Variable n) {
        var pattern = new ArrayList<>(Collections.nCopies(indices.rank(), NEW));
        pattern.set(0, 0);
        return indices.add(shuffle(new Variable(new Op.Iota(count)).mul(n), pattern));
    }

    private Variable dot(Variable x, Variable y, DotAxes axes) {
        boolean left = batched.contains(x);
        boolean right = batched.contains(y);
        var xBatch = left ? shifted(axes.xBatch()) : axes.xBatch();
        var yBatch = right ? shifted(axes.yBatch()) : axes.yBatch();
        var xSum = left ? shifted(axes.xSum()) : axes.xSum();
        var ySum = right ? shifted(axes.ySum()) : axes.ySum();
        if (left && right) return new Variable(new Op.Dot(image(x), image(y), new DotAxes(before(0, xBatch), before(0, yBatch), xSum, ySum)));
        Variable z = new Variable(new Op.Dot(image(x), image(y), new DotAxes(xBatch, yBatch, xSum, ySum)));
        int at = axes.xBatch().size() + (left ? 0 : axes.xFree(x.rank()).size());
        return shuffle(z, front(z.rank(), List.of(at)));                // the batch axis was the first of the free ones
    }

    private static List<Integer> before(int first, List<Integer> rest) {
        return Stream.concat(Stream.of(first), rest.stream()).toList();
    }

    private static List<Integer> shifted(List<Integer> axes) {
        return axes.stream().map(i -> i + 1).toList();
    }

    /// The axes `first`, then the others.
    private static List<Integer> front(int rank, List<Integer> first) {
        return Stream.concat(first.stream(), range(0, rank).stream().filter(i -> !first.contains(i))).toList();
    }

    private static List<Integer> range(int from, int count) {
        return IntStream.range(from, from + count).boxed().toList();
    }

    private static Variable shuffle(Variable x, List<Integer> pattern) {
        return Linear.shuffle(x, pattern);
    }
}
