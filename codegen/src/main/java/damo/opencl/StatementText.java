package damo.opencl;

import damo.CompilerBug;
import damo.kernel.Listing;
import damo.kernel.Value;
import damo.plan.Stmt;
import damo.type.DType;
import java.util.List;
import java.util.Map;

/// Writes scheduled statements. Where a whole group is at work, at the top level, its items share reductions and the outermost loops; what they
/// store outside of a loop is stored by the first.
final class StatementText {
    private final Code code;
    private final ValueText values;
    private final FoldText folds;
    private final Listing.Lines lines;

    StatementText(Code code, Dialect dialect, Operations operations, Names names, Listing.Lines lines, Map<DType, String> shared) {
        this.code = code;
        this.lines = lines;
        values = new ValueText(code, operations, names);
        folds = new FoldText(code, dialect, operations, values, this, shared);
    }

    ValueText values() {
        return values;
    }

    /// Writes statements whose values are forgotten afterwards.
    void block(List<Stmt> statements, boolean isShared) {
        values.open();
        statements(statements, isShared);
        values.close();
    }

    /// Writes statements where they are.
    void statements(List<Stmt> statements, boolean isShared) {
        statements.forEach(s -> statement(s, isShared));
    }

    private void statement(Stmt stmt, boolean isShared) {
        switch (stmt) {
            case Stmt.Let(var value) -> values.let(value);
            case Stmt.Loop(var axis, var from, var to, var body) -> {
                code.origin(lines.of(axis));
                String i = values.name(axis);
                String end = values.offset(to);
                if (isShared) folds.stride(i, end);
                else code.open("for (int %s = %s; %s < %s; %s++)".formatted(i, values.offset(from), i, end, i));
                block(body, false);
                code.close();
                if (isShared) code.close();
            }
            case Stmt.Several(var axis, var to, var together, var all, var one) -> {
                code.origin(lines.of(axis));
                String i = values.name(axis);
                String end = values.offset(to);
                code.add("int %s = 0;", i);
                code.open("for (; %s - %s >= %d; %s += %d)".formatted(end, i, together, i, together));
                block(all, false);
                code.close();
                code.open("for (; %s < %s; %s++)".formatted(i, end, i));
                block(one, false);
                code.close();
            }
            case Stmt.Guard(var extents, var body) when isShared -> {          // around all else: no barrier may be in a branch
                for (Value extent : extents) code.add("if (%s <= 0) return;", values.offset(extent));
                block(body, true);
            }
            case Stmt.Guard(var extents, var body) -> {
                for (Value extent : extents) code.open("if (%s > 0)".formatted(values.offset(extent)));
                block(body, false);
                extents.forEach(_ -> code.close());
            }
            case Stmt.Fold(var fold, var body) -> folds.fold(fold, body, isShared);
            case Stmt.Together(var all) -> statements(List.copyOf(all), isShared);
            case Stmt.Run run -> {
                code.origin(lines.of(run.axis()));
                folds.run(run);
            }
            case Stmt.Clear _, Stmt.Multiply _, Stmt.Repeat _ ->
                throw new CompilerBug("emit", "devices collect what is added, contract by kernels, and do loops by steps", stmt.toString());
            case Stmt.Put(var to, var offset, var value, _) -> {
                code.origin(lines.of(to));
                String at = values.offset(offset);
                String stored = values.root(value);                    // its variables are for later statements too, so not within the branch
                code.add("%s%s[%s] = %s;", isShared ? "if (lane == 0) " : "", values.name(to), at, stored);
            }
        }
    }
}
