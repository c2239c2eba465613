package damo.cpu;

import damo.graph.ScalarOp;
import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Loads;
import damo.kernel.Scalar;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.plan.Extent;
import damo.type.DType;
import damo.value.Storage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Memory that kernels may run on without anybody seeing it.
///
/// @param positions the place of each buffer
/// @param extents the extents of the buffer at each place
/// @param known how many symbols a call brings
/// @param symbols how many there are in all
/// @param all what every call brings; `null` if that is left open
record Scratch(Map<Buffer, Integer> positions, Extent[] extents, int known, int symbols, long[] all) {
    static final long MOST = 1 << 22;                                  // elements
    private static final long WORK = 1 << 17;                          // steps of loops
    private static final int FEW = 9, MANY = 2 * 2048 + 37;            // many: more than one block of a sum
    private static final int MOST_OTHERS = 8;
    private static final double[] RARE = {1, 1e30, -1e30, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN, 0, 20, -1000};
    private static final int[] EXTENTS = {256, 64, 40};                // all of them have whole vectors, 40 a rest too

    /// What a kernel is called with.
    ///
    /// @param elements of all buffers
    record Arguments(Object[] buffers, int[] symbols, long elements) {
        /// With rare numbers: HotSpot throws code away that has never seen one when one comes.
        private Arguments withRare() {
            for (Object array : buffers) {
                if (array instanceof double[] d) System.arraycopy(RARE, 0, d, 0, Math.min(RARE.length, d.length));
                if (array instanceof float[] f) for (int i = 0; i < Math.min(RARE.length, f.length); i++) f[i] = (float) RARE[i];
            }
            return this;
        }
    }

    /// The same for calls with just these extents.
    Scratch at(long[] evaluated) {
        return new Scratch(positions, extents, known, symbols, evaluated);
    }

    /// Small arguments for `kernel`, if there are any: all symbols are one number, larger if it does a part of that at a time. Where no extent is
    /// left open there are only those of every call, so some of their numbers are rare.
    Optional<Arguments> small(Kernel kernel) {
        if (all != null) return of(kernel, all).map(Arguments::withRare);
        int parts = axes(kernel).mapToInt(Scratch::parts).max().orElse(1);
        for (int extent : EXTENTS) {
            if (extent != EXTENTS[EXTENTS.length - 1] && work(kernel, extent * parts) > WORK) continue;
            long[] same = new long[known];
            Arrays.fill(same, extent * parts);
            return of(kernel, same);
        }
        return Optional.empty();
    }

    /// Arguments with other extents: few, and in turn many along one axis. Some of their numbers are rare.
    List<Arguments> others(Kernel kernel) {
        if (all != null) return List.of();
        var others = new ArrayList<Arguments>();
        for (int i = -1; i < Math.min(known, MOST_OTHERS); i++) {
            long[] extents = new long[known];
            Arrays.fill(extents, FEW);
            if (i >= 0) extents[i] = MANY;
            of(kernel, extents).map(Arguments::withRare).ifPresent(others::add);
        }
        return others;
    }

    private static Stream<Axis> axes(Kernel kernel) {
        var axes = new ArrayList<>(kernel.axes());
        Set<Value> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Store s : kernel.stores()) reductions(s.value(), seen).forEach(axes::addAll);
        return axes.stream();
    }

    /// Of how many parts an axis is one.
    private static int parts(Axis axis) {
        return axis.extent().op() instanceof Scalar.Apply(var f, var args) && f == ScalarOp.FLOORDIV
                && args.getLast().op() instanceof Scalar.Whole(var n) ? (int) n : 1;
    }

    /// About how many steps loops take: those of reductions come one after the other, or one in another.
    private static double work(Kernel kernel, int extent) {
        Set<Value> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        double each = 1;
        for (Store s : kernel.stores()) for (List<Axis> axes : reductions(s.value(), seen)) each += size(axes, extent);
        return size(kernel.axes(), extent) * each;
    }

    private static double size(List<Axis> axes, int extent) {
        return axes.stream().mapToDouble(a -> Extent.of(a.extent(), _ -> extent)).reduce(1, (a, b) -> a * b);
    }

    /// The axes of the reductions in `v` that were not seen, each with those of the reductions around it.
    private static List<List<Axis>> reductions(Value v, Set<Value> seen) {
        if (!seen.add(v)) return List.of();
        List<List<Axis>> within = v.op().operands().stream().flatMap(o -> reductions(o, seen).stream()).toList();
        if (!(v.op() instanceof Scalar.Fold fold)) return within;
        Stream<List<Axis>> inner = within.stream().map(axes -> Stream.concat(fold.axes().stream(), axes.stream()).toList());
        return Stream.concat(Stream.of(fold.axes()), inner).toList();
    }

    /// Arguments for `kernel` in a call with these extents, if they are little enough. Integers are 0, so that they are positions too.
    Optional<Arguments> of(Kernel kernel, long[] evaluated) {
        Set<Buffer> mentioned = new LinkedHashSet<>(Loads.of(kernel));
        for (Store s : kernel.stores()) mentioned.add(s.to());
        long left = MOST;
        for (Buffer b : mentioned) {
            Extent extent = extents[positions.get(b)];
            if (!extent.isAtMost(left, evaluated)) return Optional.empty();
            left -= extent.size(evaluated);
        }
        Object[] buffers = new Object[extents.length];
        for (Buffer b : mentioned) buffers[positions.get(b)] = array(b.dtype(), extents[positions.get(b)].size(evaluated));
        int[] values = new int[symbols];
        for (int i = 0; i < known; i++) values[i] = (int) Math.clamp(evaluated[i], 0, Integer.MAX_VALUE);
        return Optional.of(new Arguments(buffers, values, MOST - left));
    }

    /// Numbers of both signs and both truth values: HotSpot compiles what branches it has seen.
    private static Object array(DType dtype, int size) {
        Object array = Storage.allocate(dtype, size);
        if (dtype.isFloat() || dtype == DType.BOOL)
            for (int i = 0; i < size; i++) Storage.setDouble(dtype, array, i, dtype == DType.BOOL ? i % 3 / 2 : (i * 67L % 201 - 100) / 64.0);
        return array;
    }
}
