package damo.plan;

import damo.kernel.Buffer;
import damo.kernel.Scalar;
import damo.kernel.Value;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The values that statements mention, and the buffers and extents that they need.
public final class Roots {
    /// The values, as often as they are mentioned.
    public final List<Value> values = new ArrayList<>();
    /// The buffers that are loaded or stored.
    public final Set<Buffer> buffers = new LinkedHashSet<>();
    /// The extents.
    public final Set<String> symbols = new LinkedHashSet<>();
    private final Set<Value> seen = Needs.identitySet();

    private Roots() {}

    /// The values, and what they are computed with.
    public Set<Value> all() {
        return seen;
    }

    /// What `statements` mention.
    public static Roots of(List<Stmt> statements) {
        var roots = new Roots();
        statements.forEach(roots::statement);
        return roots;
    }

    private void statement(Stmt stmt) {
        switch (stmt) {
            case Stmt.Let(var value) -> add(value);
            case Stmt.Loop(_, var from, var to, var body) -> {
                add(from);
                add(to);
                body.forEach(this::statement);
            }
            case Stmt.Several(_, var to, _, var all, var one) -> {
                add(to);
                all.forEach(this::statement);
                one.forEach(this::statement);
            }
            case Stmt.Guard(var extents, var body) -> {
                extents.forEach(this::add);
                body.forEach(this::statement);
            }
            case Stmt.Fold(_, var body) -> body.forEach(this::statement);
            case Stmt.Together(var folds) -> folds.forEach(this::statement);
            case Stmt.Run(_, var axis, _, _, var body, var element) -> {
                add(axis.extent());
                body.forEach(this::statement);
                add(element);
            }
            case Stmt.Multiply(var x, var y, var z, var row, var column, var terms, _, var after) -> {
                for (Stmt.Matrix m : List.of(x, y, z)) {
                    buffers.add(m.in());
                    List.of(m.from(), m.row(), m.column()).forEach(this::add);
                }
                List.of(row.extent(), column.extent(), terms).forEach(this::add);
                after.ifPresent(a -> add(a.around()));                 // its body is a method of its own
            }
            case Stmt.Repeat(var axis, var times, _, var before, var states) -> {
                add(axis.extent());
                add(times.extent());
                before.forEach(this::add);
                for (Stmt.State s : states) {
                    buffers.add(s.to());
                    List.of(s.value(), s.next(), s.offset()).forEach(this::add);
                }
            }
            case Stmt.Clear(var to, var size) -> {
                buffers.add(to);
                add(size);
            }
            case Stmt.Put(var to, var offset, var value, _) -> {
                buffers.add(to);
                add(offset);
                add(value);
            }
        }
    }

    private void add(Value v) {
        values.add(v);
        search(v);
    }

    private void search(Value v) {
        if (!seen.add(v)) return;
        if (v.op() instanceof Scalar.Flat(var from, _)) buffers.add(from);
        if (v.op() instanceof Scalar.Symbol(var name)) symbols.add(name);
        v.op().operands().forEach(this::search);
    }
}
