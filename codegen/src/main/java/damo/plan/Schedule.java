package damo.plan;

import damo.graph.Reduction;
import damo.kernel.Axis;
import damo.kernel.Kernel;
import damo.kernel.Scalar;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Decides where each value of a kernel is computed: in the outermost loop that it depends on.
///
/// What might read beyond a buffer moves only to places where its loop is known to run: not out of a branch, nor out of a fold which
/// may be empty. Short loops become straight-line code first ([Unroll]); a fold whose rows are contiguous is turned ([Interchange]).
public final class Schedule {
    private static final int SHORT = 20, LONG = 100;                   // values in a fold's body, above which it is written out twice, once
    private static final int TOGETHER = 4;                             // and so often otherwise

    final Values values;
    private final Axes axes = new Axes();
    private final Map<Value, Boolean> mayMiss = new IdentityHashMap<>();

    Schedule(Values values) {
        this.values = values;
    }

    /// The statements of `kernel`, in order.
    public static List<Stmt> of(Values values, Kernel kernel) {
        return of(values, kernel, true);
    }

    /// As [#of(Values, Kernel)]; without `unroll`, short loops stay loops, which is the least code.
    public static List<Stmt> of(Values values, Kernel kernel, boolean unroll) {
        Kernel unrolled = unroll ? Unroll.of(values, kernel) : kernel;
        List<Stmt> body = of(values, unrolled.axes(), Flatten.puts(values, unrolled));
        if (!kernel.adds()) return body;
        var all = new ArrayList<Stmt>();
        for (Store s : kernel.stores()) if (s.adds()) all.add(new Stmt.Clear(s.to(), values.product(s.to().extents())));
        all.addAll(body);
        return all;
    }

    /// As [#of(Values, Kernel, boolean)], with what goes over the same memory in one loop ([Reuse], [Together]).
    public static List<Stmt> joined(Values values, Kernel kernel, boolean unroll) {
        return Together.of(values, Reuse.of(values, of(values, kernel, unroll)));
    }

    /// Whether a kernel that sums over `rows` takes in one after the other.
    static boolean sumsRows(Values values, Kernel kernel, Axis rows) {
        Kernel unrolled = Unroll.of(values, kernel);
        Interchange turned = Interchange.of(values, unrolled.axes(), Flatten.puts(values, unrolled));
        return turned != null && turned.outer().isEmpty() && ((Scalar.Fold) turned.fold().op()).axes().equals(List.of(rows));
    }

    /// Loops over these axes around these stores, whose offsets have their order.
    static List<Stmt> of(Values values, List<Axis> axes, List<Stmt.Put> puts) {
        var schedule = new Schedule(values);
        List<Value> extents = axes.stream().map(Axis::extent).filter(e -> !isPositive(e)).toList();
        var root = new Block(null, null);
        Interchange turned = Interchange.of(values, axes, puts);
        Block block = root;
        var nest = new ArrayList<Block>(List.of(root));
        for (Axis axis : turned == null ? axes : turned.outer()) nest.add(block = schedule.loop(axis, block));
        if (turned == null) for (Stmt.Put put : puts) schedule.put(put, block);
        else turned.schedule(schedule, block);
        for (Block b : nest.reversed()) if (b.outer != null) b.outer.statements.add(loop(b.axis, values.whole(0), b.axis.extent(), b));
        return extents.isEmpty() ? root.statements : List.of(new Stmt.Guard(extents, root.statements));
    }

    /// A list of statements in the making: the body of a loop over `axis`, or none of `axis` is `null`.
    static final class Block {
        final Block outer;
        final Axis axis;
        final List<Stmt> statements = new ArrayList<>();
        private final Set<Value> placed = Collections.newSetFromMap(new IdentityHashMap<>());
        private final Map<Value, Boolean> visited = new IdentityHashMap<>();

        Block(Block outer, Axis axis) {
            this.outer = outer;
            this.axis = axis;
        }

        /// Whether what `v` needs was placed already. What was done for a branch may have to be done again outside of it.
        boolean isVisited(Value v, boolean inBranch) {
            Boolean before = visited.get(v);
            if (before != null && (inBranch || !before)) return true;
            visited.put(v, inBranch);
            return false;
        }

        boolean isPlaced(Value v) {
            return placed.contains(v) || outer != null && outer.isPlaced(v);
        }
    }

    static Stmt loop(Axis axis, Value from, Value to, Block body) {
        return new Stmt.Loop(axis, from, to, body.statements);
    }

    /// The body of a loop over `axis` in `outer`; what the loop needs is placed.
    Block loop(Axis axis, Block outer) {
        place(axis.extent(), outer, false);
        return new Block(outer, axis);
    }

    void put(Stmt.Put put, Block block) {
        place(put.offset(), block, false);
        place(put.value(), block, false);
        block.statements.add(put);
    }

    /// Puts what `v` needs where it belongs, so that `block` can compute it. In a branch, what may read beyond a buffer stays.
    void place(Value v, Block block, boolean inBranch) {
        if (isTrivial(v) || block.isPlaced(v) || block.isVisited(v, inBranch)) return;
        Block home = home(v, block);
        if (v.op() instanceof Scalar.Fold fold) {
            home.placed.add(v);
            home.statements.add(fold(v, fold, home));
        } else if (home != block && !(inBranch && mayMiss(v))) {
            operands(v, home, false);
            home.placed.add(v);
            home.statements.add(new Stmt.Let(v));
        } else operands(v, block, inBranch);
    }

    private void operands(Value v, Block block, boolean inBranch) {
        if (v.op() instanceof Scalar.Choose(var condition, var then, var otherwise)) {
            place(condition, block, inBranch);
            place(then, block, true);
            place(otherwise, block, true);
        } else v.op().operands().forEach(o -> place(o, block, inBranch));
    }

    private Block home(Value v, Block block) {
        Set<Axis> free = axes.free(v);
        boolean stays = !(v.op() instanceof Scalar.Fold) && mayMiss(v);
        Block b = block;
        while (b.outer != null && !(b.axis == null ? stays : free.contains(b.axis))) b = b.outer;
        return b;
    }

    private Stmt fold(Value v, Scalar.Fold fold, Block home) {
        List<Value> unknown = fold.axes().stream().map(Axis::extent).filter(e -> !isPositive(e)).toList();
        Block body = unknown.isEmpty() ? null : new Block(home, null);
        Block block = body == null ? home : body;
        var nest = new ArrayList<Block>();
        for (Axis axis : fold.axes()) nest.add(block = loop(axis, block));
        place(fold.body(), block, false);
        // Products in order: partial ones might overflow where theirs does not.
        boolean inOrder = !block.statements.isEmpty() || fold.f() == Reduction.PROD && v.dtype().isFloat();
        int lanes = inOrder ? 1 : Stmt.Run.LANES;
        int size = Unroll.size(List.of(fold.body()));
        int together = Math.min(lanes, size > LONG ? 1 : size > SHORT ? 2 : TOGETHER);
        Stmt inner = new Stmt.Run(v, block.axis, lanes, together, block.statements, fold.body());
        for (Block b : nest.reversed().subList(1, nest.size())) {
            b.statements.add(inner);
            inner = loop(b.axis, values.whole(0), b.axis.extent(), b);
        }
        if (body == null) return new Stmt.Fold(v, List.of(inner));
        if (body.statements.isEmpty()) return new Stmt.Fold(v, List.of(inner));
        body.statements.add(inner);
        return new Stmt.Fold(v, List.of(new Stmt.Guard(unknown, body.statements)));
    }

    private static boolean isPositive(Value extent) {
        return extent.op() instanceof Scalar.Whole(var n) && n > 0;
    }

    /// Whether `v` is as good as a variable already.
    static boolean isTrivial(Value v) {
        return switch (v.op()) {
            case Scalar.Real _, Scalar.Whole _, Scalar.Symbol _, Scalar.Index _ -> true;
            case Scalar.Load _, Scalar.Flat _, Scalar.Apply _, Scalar.Convert _, Scalar.Bits _, Scalar.Choose _, Scalar.Fold _ -> false;
        };
    }

    /// Whether computing `v` where it is not asked for may read beyond a buffer. One of rank 0 always has its element.
    private boolean mayMiss(Value v) {
        Boolean known = mayMiss.get(v);
        if (known == null) mayMiss.put(v, known = v.op() instanceof Scalar.Flat(var from, _) && from.rank() > 0
                || v.op().operands().stream().anyMatch(this::mayMiss));
        return known;
    }
}
