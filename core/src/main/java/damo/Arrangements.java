package damo;

import damo.graph.Index;
import damo.graph.Ints;
import damo.graph.Op;
import damo.graph.Variable;
import damo.type.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// The same elements in another arrangement: repeated, turned, padded, on diagonals. Users see the methods as members of [Damo].
abstract class Arrangements extends Formulas {
    Arrangements() {}

    /// How [#pad(Variable, long[][], Padding)] goes on beyond the edge of `a b c`.
    public enum Padding {
        /// `a a|a b c|c c`
        EDGE,
        /// `c b|a b c|b a`
        REFLECT,
        /// `b a|a b c|c b`
        SYMMETRIC,
        /// `b c|a b c|a b`
        WRAP
    }

    /// The elements backwards along `axes` (none: all).
    public static Variable flip(Variable x, int... axes) {
        Variable z = x;
        int[] all = axes.length > 0 ? axes : IntStream.range(0, x.rank()).toArray();
        for (int axis : all) z = range(z, axis, null, null, -1);
        return z;
    }

    /// Shifted by `shift` along `axis`; what leaves at one end comes back at the other.
    public static Variable roll(Variable x, long shift, int axis) {
        Variable n = x.shape(axis);
        Variable cut = n.sub(constant(shift).mod(n));
        return join(axis, range(x, axis, cut, null, 1), range(x, axis, null, cut, 1));
    }

    /// As [#roll(Variable, long, int)], of all elements in row-major order.
    public static Variable roll(Variable x, long shift) {
        return roll(x.flatten(), shift, 0).reshape(Ints.extents(x).toArray());
    }

    /// The whole of `x` over and over, `times` for each axis; axes are added in front if there are more `times`.
    public static Variable tile(Variable x, long... times) {
        Variable z = x;
        while (z.rank() < times.length) z = z.expandDims(0);
        for (int i = 0; i < times.length; i++) {
            int axis = z.rank() - times.length + i;
            z = spread(z, axis, axis, times[i]);
        }
        return z;
    }

    /// Each element `times` over along `axis`.
    public static Variable repeat(Variable x, long times, int axis) {
        int at = axis < 0 ? axis + x.rank() : axis;
        return spread(x, at, at + 1, times);
    }

    /// With `times` copies along a new axis at `at`, which is then merged with `axis`.
    private static Variable spread(Variable x, int axis, int at, long times) {
        if (times == 1) return x;
        Variable wide = x.expandDims(at);
        List<Variable> copies = new ArrayList<>(Ints.extents(wide));
        copies.set(at, Ints.of(times));
        List<Variable> merged = new ArrayList<>(Ints.extents(x));
        merged.set(axis, Ints.mul(merged.get(axis), Ints.of(times)));
        return wide.broadcastTo(copies.toArray()).reshape(merged.toArray());
    }

    /// The parts of these extents along `axis`, one after the other.
    public static List<Variable> split(Variable x, int axis, long... extents) {
        var parts = new ArrayList<Variable>();
        long from = 0;
        for (long extent : extents) {
            parts.add(range(x, axis, Ints.of(from), Ints.of(from + extent), 1));
            from += extent;
        }
        return parts;
    }

    /// With `widths[axis][0]` times `value` before and `widths[axis][1]` times after the elements along each axis.
    public static Variable pad(Variable x, long[][] widths, Number value) {
        Variable z = checked(x, widths);
        for (int axis = 0; axis < widths.length; axis++)
            z = join(axis, beside(z, axis, widths[axis][0], value), z, beside(z, axis, widths[axis][1], value));
        return z;
    }

    private static Variable beside(Variable x, int axis, long width, Number value) {
        List<Variable> extents = new ArrayList<>(Ints.extents(x));
        extents.set(axis, Ints.of(width));
        return full(x.dtype(), value, extents.toArray());
    }

    /// With elements of `x` before and after the elements along each axis, as `mode` says.
    public static Variable pad(Variable x, long[][] widths, Padding mode) {
        Variable z = checked(x, widths);
        for (int axis = 0; axis < widths.length; axis++) {
            Variable n = x.shape(axis);
            z = z.take(axis, source(mode, arange(-widths[axis][0], n.add(widths[axis][1])), n));
        }
        return z;
    }

    private static Variable source(Padding mode, Variable i, Variable n) {
        return switch (mode) {
            case EDGE -> i.maximum(0).minimum(n.sub(1));
            case REFLECT -> {
                Variable last = n.sub(1);
                yield last.sub(i.mod(last.mul(2).maximum(1)).sub(last).abs());
            }
            case SYMMETRIC -> {
                Variable j = i.mod(n.mul(2));
                yield j.minimum(n.mul(2).sub(1).sub(j));
            }
            case WRAP -> i.mod(n);
        };
    }

    private static Variable checked(Variable x, long[][] widths) {
        if (widths.length == x.rank()) return x;
        throw Variable.error("pad", "it needs two widths for each of %d axes, not for %d".formatted(x.rank(), widths.length), List.of(x));
    }

    /// The matrix that has the vector `x` on the diagonal that is `k` above the main one, else 0.
    public static Variable diag(Variable x, long k) {
        if (x.rank() != 1) throw Variable.error("diag", "it takes a vector; the diagonal of a matrix is diagonal(x, k)", List.of(x));
        long away = Math.abs(k);
        Variable n = x.shape(0).add(away);
        Variable line = pad(x, new long[][] {{0, away}}, 0);
        return where(above(n, n, k).eq(0), k >= 0 ? line.expandDims(1) : line.expandDims(0), 0);
    }

    /// The elements of the matrix on the diagonal that is `k` above the main one.
    public static Variable diagonal(Variable x, long k) {
        if (x.rank() != 2) throw Variable.error("diagonal", "it takes a matrix", List.of(x));
        Variable rows = x.shape(0);
        Variable columns = x.shape(1);
        Variable length = rows.sub(Math.max(0, -k)).minimum(columns.sub(Math.max(0, k))).maximum(0);
        Variable first = columns.mul(Math.max(0, -k)).add(Math.max(0, k));
        return x.flatten().take(0, arange(length).mul(columns.add(1)).add(first));
    }

    /// The sum of the diagonal.
    public static Variable trace(Variable x) {
        return diagonal(x, 0).sum();
    }

    /// `x` with `value` on the diagonal of its last two axes.
    public static Variable fillDiagonal(Variable x, Variable value) {
        return where(above(x.shape(-2), x.shape(-1), 0).eq(0), value.cast(x.dtype()), x);
    }

    /// `x` with 0 above the diagonal of its last two axes that is `k` above the main one.
    public static Variable tril(Variable x, long k) {
        return where(above(x.shape(-2), x.shape(-1), k).le(0), x, 0);
    }

    /// `x` with 0 below the diagonal of its last two axes that is `k` above the main one.
    public static Variable triu(Variable x, long k) {
        return where(above(x.shape(-2), x.shape(-1), k).ge(0), x, 0);
    }

    /// How far each place of a matrix is above the diagonal `k`.
    private static Variable above(Variable rows, Variable columns, long k) {
        return arange(columns).sub(arange(rows).expandDims(1)).sub(k);
    }

    /// The matrices one after the other along the diagonal, else 0.
    public static Variable blockDiagonal(Variable... blocks) {
        Variable width = Arrays.stream(blocks).map(b -> b.shape(1)).reduce(Ints.of(0), Ints::add);
        DType dtype = Arrays.stream(blocks).map(Variable::dtype).reduce(DType::promote).orElseThrow();
        Variable left = Ints.of(0);
        var rows = new ArrayList<Variable>();
        for (Variable b : blocks) {
            Variable right = Ints.sub(Ints.sub(width, left), b.shape(1));
            rows.add(join(1, zeros(dtype, b.shape(0), left), b, zeros(dtype, b.shape(0), right)));
            left = Ints.add(left, b.shape(1));
        }
        return join(0, rows);
    }

    /// The elements of `x` at `positions` along `axis`; elsewhere positions are those of the result: `z[i, j] = x[positions[i, j], j]`.
    public static Variable takeAlongAxis(Variable x, Variable positions, int axis) {
        int along = axis < 0 ? axis + x.rank() : axis;
        if (x.rank() != positions.rank())
            throw Variable.error("takeAlongAxis", "positions need the rank of what they choose from", List.of(x, positions));
        Variable flat = Ints.of(0);
        for (int i = 0; i < x.rank(); i++) {
            Variable n = x.shape(i);
            flat = flat.mul(n).add(i == along ? where(positions.lt(0), positions.add(n), positions)
                    : counting(positions.shape(i), i, x.rank()));
        }
        return x.flatten().take(0, flat);
    }

    /// `0, 1, …, n − 1` along `axis` of `rank` axes.
    private static Variable counting(Variable n, int axis, int rank) {
        int[] pattern = new int[rank];
        Arrays.fill(pattern, Op.Dimshuffle.NEW);
        pattern[axis] = 0;
        return arange(n).dimshuffle(pattern);
    }

    /// `choices[c]` where `which` is `c`, element by element; all broadcast.
    public static Variable choose(Variable which, Variable... choices) {
        Variable z = choices[choices.length - 1];
        for (int c = choices.length - 2; c >= 0; c--) z = where(which.eq(c), choices[c], z);
        return z;
    }

    private static Variable range(Variable x, int axis, Variable start, Variable stop, long step) {
        var entries = new Index[(axis < 0 ? axis + x.rank() : axis) + 1];
        Arrays.fill(entries, Index.ALL);
        entries[entries.length - 1] = new Index.Range(start, stop, step);
        return x.index(entries);
    }
}
