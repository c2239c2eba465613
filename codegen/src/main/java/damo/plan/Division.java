package damo.plan;

import damo.kernel.Axis;
import damo.kernel.Kernel;
import damo.kernel.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// How several threads can do one kernel: each takes a range of its outermost loop. What one position computes is the same whoever does it, so
/// the results are too, bit for bit.
///
/// @param axis the axis of that loop; all loops over it are to be restricted to the range
/// @param work about how many values the kernel computes
/// @param isCoarse whether each part does again what others do too, as packing a matrix
/// @param isRepeated whether each position is stored to again and again: then threads must not share the lines of a cache
/// @param each how many positions a range has, where that is given
public record Division(Axis axis, List<Work> work, boolean isCoarse, boolean isRepeated, Optional<Value> each) {
    /// So many values for each position of loops with these extents.
    public record Work(double values, List<Value> extents) {}

    private static final double MULTIPLICATION = 1.0 / 32;             // in values: all that a product does, it does with vectors

    /// How to divide `kernel`, which was scheduled so. Not if something expensive is done before the loop: each thread would do it again.
    public static Optional<Division> of(Kernel kernel, List<Stmt> statements) {
        var walk = new Walk(kernel);
        walk.statements(statements, List.of(), 1, false);
        if (walk.axis == null || !walk.isDivisible) return Optional.empty();
        return Optional.of(new Division(walk.axis, walk.work, walk.contracts, walk.isRepeated, Optional.empty()));
    }

    /// How to divide kernels that go together, for `each` of the positions of the first, where all are divided so.
    static Division together(List<Division> all, Value each) {
        return new Division(all.getFirst().axis, all.stream().flatMap(d -> d.work.stream()).toList(), false, false, Optional.of(each));
    }

    private static final class Walk {
        private final Kernel kernel;
        private final Set<Value> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        private final List<Work> work = new ArrayList<>();
        private Axis axis;
        private boolean isDivisible;
        private boolean contracts;
        private boolean isRepeated;

        Walk(Kernel kernel) {
            this.kernel = kernel;
            isDivisible = !kernel.adds();                              // sums over iterations need their order
        }

        /// @param times how often all this is done for each position of the loops around, 1/8 where eight are done at once
        /// @param inside whether the loop over `axis` is around
        void statements(List<Stmt> statements, List<Value> extents, double times, boolean inside) {
            double values = 0;
            for (Stmt stmt : statements)
                switch (stmt) {
                    case Stmt.Let(var value) -> values += count(value);
                    case Stmt.Put(_, var offset, var value, _) -> values += count(offset) + count(value);
                    case Stmt.Repeat(var over, var steps, _, var before, var states) -> {
                        if (axis == null) axis = over;
                        isRepeated |= over == axis;
                        int first = before.stream().mapToInt(this::count).sum() + states.size();
                        int each = states.stream().mapToInt(s -> count(s.next())).sum();
                        work.add(new Work(times * first, and(extents, over.extent())));
                        work.add(new Work(times * each, and(and(extents, over.extent()), steps.extent())));
                    }
                    case Stmt.Clear _ -> isDivisible = false;
                    case Stmt.Multiply(_, _, _, var row, var column, var terms, _, var after) -> {
                        contracts = true;
                        if (axis == null) axis = row;
                        work.add(new Work(times * MULTIPLICATION, and(and(and(extents, row.extent()), column.extent()), terms)));
                        after.ifPresent(a -> statements(a.body(), extents, times, true));
                    }
                    case Stmt.Guard(_, var body) -> statements(body, extents, times, inside);
                    case Stmt.Several(var over, _, var together, var all, _) -> {
                        if (axis == null && kernel.axes().contains(over)) axis = over;
                        statements(all, and(extents, over.extent()), times / together, inside || over == axis);
                    }
                    case Stmt.Loop(var over, _, _, var body) -> {
                        if (axis == null && (kernel.axes().contains(over) || multiplies(body))) axis = over;
                        isRepeated |= over == axis && !inside && !extents.isEmpty() && over.equals(kernel.axes().getLast());
                        statements(body, and(extents, over.extent()), times, inside || over == axis);
                    }
                    case Stmt.Fold(_, var body) -> {
                        isDivisible &= inside;
                        statements(body, extents, times, inside);
                    }
                    case Stmt.Together(var folds) -> statements(List.copyOf(folds), extents, times, inside);
                    case Stmt.Run(_, var over, _, _, var body, var element) -> {
                        statements(body, and(extents, over.extent()), times, inside);
                        work.add(new Work(times * (1 + count(element)), and(extents, over.extent())));
                    }
                }
            work.add(new Work(times * values, extents));
        }

        /// Around products, a loop may be over several axes as one.
        private static boolean multiplies(List<Stmt> body) {
            return body.stream().anyMatch(s -> s instanceof Stmt.Multiply || s instanceof Stmt.Loop loop && multiplies(loop.body()));
        }

        private static List<Value> and(List<Value> extents, Value extent) {
            return Stream.concat(extents.stream(), Stream.of(extent)).toList();
        }

        private int count(Value v) {
            if (!seen.add(v)) return 0;
            int count = 1;
            for (Value operand : v.op().operands()) count += count(operand);
            return count;
        }
    }
}
