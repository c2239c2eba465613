package damo.plan;

import damo.CompilerBug;
import damo.DamoException;
import damo.graph.ScalarOp;
import damo.kernel.Buffer;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.value.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;

/// The extents of a buffer as numbers, once the symbols of a call are known.
///
/// @param buffer whose extents they are
/// @param known for each axis, the extent, or −1
/// @param symbol for each axis, the position of its symbol, or −1
public record Extent(Buffer buffer, long[] known, int[] symbol) {
    /// Some virtual machines need a few words of the largest array for themselves.
    private static final int MOST = Integer.MAX_VALUE - 8;

    /// What an extent is where the symbols are known, also one that was computed of others.
    ///
    /// @param symbols what each name stands for
    public static long of(Value extent, ToLongFunction<String> symbols) {
        return switch (extent.op()) {
            case Scalar.Whole(var n) -> n;
            case Scalar.Symbol(var name) -> symbols.applyAsLong(name);
            case Scalar.Apply(var f, List<Value> args) when args.size() == 2 -> {
                long a = of(args.get(0), symbols), b = of(args.get(1), symbols);
                yield f == ScalarOp.ADD ? a + b : f == ScalarOp.SUB ? a - b : f == ScalarOp.MUL ? a * b : f == ScalarOp.FLOORDIV && b != 0
                        ? Math.floorDiv(a, b) : unknown(extent);
            }
            case Scalar.Apply _, Scalar.Real _, Scalar.Index _, Scalar.Load _, Scalar.Flat _, Scalar.Convert _, Scalar.Bits _, Scalar.Choose _,
                 Scalar.Fold _ -> unknown(extent);
        };
    }

    private static long unknown(Value extent) {
        throw new CompilerBug("plan", "an extent is not computed of symbols", extent.toString());
    }

    /// The extents of `buffer`, which are numbers or among `symbols`.
    public static Extent of(Buffer buffer, List<String> symbols) {
        long[] known = new long[buffer.rank()];
        int[] symbol = new int[buffer.rank()];
        for (int i = 0; i < known.length; i++) {
            Value extent = buffer.extents().get(i);
            known[i] = extent.op() instanceof Scalar.Whole(var w) ? w : -1;
            symbol[i] = extent.op() instanceof Scalar.Symbol(var name) ? symbols.indexOf(name) : -1;
            if (known[i] < 0 && symbol[i] < 0) throw new CompilerBug("plan", buffer.name() + " has a computed extent", extent.toString());
        }
        return new Extent(buffer, known, symbol);
    }

    /// The shape in a call with these extents.
    public long[] shape(long[] extents) {
        if (known.length == 0) return known;
        long[] shape = known.clone();
        for (int i = 0; i < shape.length; i++) if (symbol[i] >= 0) shape[i] = extents[symbol[i]];
        return shape;
    }

    /// Whether `array` has this shape in a call with these extents.
    public boolean isOf(NDArray array, long[] extents) {
        for (int i = 0; i < known.length; i++) if (array.extent(i) != (symbol[i] >= 0 ? extents[symbol[i]] : known[i])) return false;
        return true;
    }

    /// Whether there are no more than `most` elements in a call with these extents.
    public boolean isAtMost(long most, long[] extents) {
        double size = 1;
        for (int i = 0; i < known.length; i++) size *= symbol[i] >= 0 ? extents[symbol[i]] : known[i];
        return size <= most;
    }

    /// The number of elements in a call with these extents.
    ///
    /// @throws DamoException if an extent is negative, or there are more elements than a Java array holds
    public int size(long[] extents) {
        long size = 1;
        for (int i = 0; i < known.length; i++) {
            long extent = symbol[i] >= 0 ? extents[symbol[i]] : known[i];
            if (extent < 0)
                throw new DamoException("an extent is %d in the shape %s; it must not be negative".formatted(
                        extent, Arrays.toString(shape(extents))));
            size = Math.multiplyHigh(size, extent) != 0 || size * extent < 0 ? Long.MAX_VALUE : size * extent;
        }
        if (size > MOST)
            throw new DamoException("a %s of shape %s is needed, %s bytes in all; a Java array holds at most %,d elements".formatted(
                    buffer.dtype(), Arrays.toString(shape(extents)), size > Long.MAX_VALUE / 8 ? "over 2^60" : "%,d".formatted(
                            size * buffer.dtype().bits() / 8), MOST));
        return (int) size;
    }
}
