package damo.opencl;

import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.plan.Mapping;
import damo.plan.Stmt;
import damo.type.DType;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// Reductions in C. By one item alone, sums of floats go in the order of a row in [damo.jvm], so that the bits are the same: blocks of 2048 by
/// so many accumulators, in pairs of the first and the second half, added with Kahan's compensation.
///
/// By a group together, each item adds every [#GROUP]th term with compensation, and the items' sums are added pairwise in seven steps: the error
/// is at most 9 ulp of the sum of the absolute values. The order depends on the extent alone.
final class FoldText {
    /// Items of a group.
    static final int GROUP = Mapping.GROUP;
    private static final int BLOCK = Stmt.Run.BLOCK;

    private final Code code;
    private final Dialect dialect;
    private final Operations operations;
    private final ValueText values;
    private final StatementText statements;
    private final Map<Value, Accumulator> folds = new IdentityHashMap<>();
    private final Map<DType, String> shared;

    /// @param shared the memory of a group, by the dtype of what is in it; what is needed is added
    FoldText(Code code, Dialect dialect, Operations operations, ValueText values, StatementText statements, Map<DType, String> shared) {
        this.code = code;
        this.dialect = dialect;
        this.operations = operations;
        this.values = values;
        this.statements = statements;
        this.shared = shared;
    }

    /// The variables of a reduction under way; `lost` is what rounding took from `total`, `null` without compensation.
    private record Accumulator(Reduction f, DType dtype, String total, String lost, boolean isShared) {}

    /// Writes a [Stmt.Fold]; `isShared` among the items of a group, all of which get the result.
    void fold(Value fold, List<Stmt> body, boolean isShared) {
        Reduction f = ((Scalar.Fold) fold.op()).f();
        String total = values.variable();
        boolean compensated = f == Reduction.SUM && fold.dtype().isFloat();
        var a = new Accumulator(f, fold.dtype(), total, compensated ? values.variable() : null, isShared);
        folds.put(fold, a);
        String type = CType.of(a.dtype);
        code.add("%s %s = %s;", type, total, start(a));
        if (compensated) code.add("%s %s = 0;", type, a.lost);
        statements.block(body, false);
        if (isShared) meet(a);
        values.known(fold, total);
    }

    private static String start(Accumulator a) {
        return CType.number(Scalar.Fold.ofNothing(a.f, a.dtype), a.dtype);
    }

    /// Writes a [Stmt.Run].
    void run(Stmt.Run run) {
        Accumulator a = folds.get(run.fold());
        String i = values.name(run.axis());
        String end = values.offset(run.axis().extent());
        if (a.isShared) shared(run, a, i, end);
        else if (a.lost == null) {
            code.open("for (int %s = 0; %s < %s; ++%s)".formatted(i, i, end, i));
            element(run, a, a.total);
            code.close();
        } else blocks(run, a, i, end);
    }

    private void shared(Stmt.Run run, Accumulator a, String i, String end) {
        stride(i, end);
        if (a.lost == null) element(run, a, a.total);
        else {
            String x = values.variable();
            code.add("%s %s = 0;", CType.of(a.dtype), x);
            element(run, a, x);
            compensate(a, x);
        }
        code.close();
        code.close();
    }

    /// Begins two blocks, in which the items of a group go over the positions `i` below `end` together. All do the same number of rounds:
    /// PoCL 3.1 takes loops in kernels with barriers for such.
    void stride(String i, String end) {
        String from = values.variable();
        code.open("for (uint %s = 0; %s < %s; %s += %d)".formatted(from, from, end, from, GROUP));
        code.add("const int %s = %s + lane;", i, from);
        code.open("if (%s < %s)".formatted(i, end));
    }

    private void blocks(Stmt.Run run, Accumulator a, String i, String extent) {
        int n = run.lanes();
        String type = CType.of(a.dtype);
        String size = values.variable();
        String half = values.variable();
        String block = values.variable();
        String from = values.variable();
        String end = values.variable();
        String partial = values.variable();
        code.add("const int %s = %s;", size, extent);
        code.add("const int %s = %s / %d;", half, size, 2 * BLOCK);
        code.open("for (int %s = 0; %s <= (%s - 1) / %d; ++%s)".formatted(block, block, size, BLOCK, block));
        code.add("const int %s = (%s / 2 < %s ? %s / 2 + %s %% 2 * %s : %s) * %d;", from, block, half, block, block, half, block, BLOCK);
        code.add("const int %s = %s + min(%s - %s, %d);", end, from, size, from, BLOCK);
        code.add("%s %s[%d] = {0};", type, partial, n);
        code.add("int %s = %s;", i, from);
        if (n > 1) {
            round(run, a, "while", i, end, n, partial);
            round(run, a, "if", i, end, n / 2, partial);
        }
        for (int width = n / 2; width > 0; width /= 2)
            for (int lane = 0; lane < width; lane++)
                code.add("%s[%d] = %s[%d] + %s[%d];", partial, lane, partial, lane, partial, lane + width);
        code.open("for (; %s < %s; ++%s)".formatted(i, end, i));
        element(run, a, partial + "[0]");
        code.close();
        compensate(a, partial + "[0]");
        code.close();
    }

    /// So many accumulators take a term each, if, or while, there are as many left.
    private void round(Stmt.Run run, Accumulator a, String when, String i, String end, int terms, String partial) {
        code.open("%s (%s < %s - %d)".formatted(when, i, end, terms - 1));
        code.add("#pragma unroll");
        code.open("for (int turn = 0; turn < %d; ++turn, ++%s)".formatted(terms, i));
        element(run, a, partial + "[turn]");
        code.close();
        code.close();
    }

    private void element(Stmt.Run run, Accumulator a, String into) {
        values.open();
        statements.statements(run.body(), false);
        if (a.lost != null && run.element().op() instanceof Scalar.Apply(var f, var factors) && f == ScalarOp.MUL)
            code.add("%s = fma(%s, %s, %s);", into, values.root(factors.getFirst()), values.root(factors.getLast()), into);
        else {
            String x = values.root(run.element());
            code.add("%s = %s;", into, ValueText.bare(step(a, into, x.matches("\\w+(\\[[^\\[\\]]*\\])?") ? x : "(" + x + ")")));
        }
        values.close();
    }

    private String step(Accumulator a, String x, String y) {
        return operations.apply(a.f.step(), a.dtype, false, x, y);
    }

    /// Kahan. What an infinite total lost is NaN, and counts for nothing.
    private void compensate(Accumulator a, String x) {
        String type = CType.of(a.dtype);
        String y = values.variable();
        String next = values.variable();
        code.add("const %s %s = %s - %s;", type, y, x, a.lost);
        code.add("const %s %s = %s + %s;", type, next, a.total, y);
        code.add("%s = (%s - %s) - %s;", a.lost, next, a.total, y);
        code.add("%s = %s;", a.total, next);
        code.add("if (%s != %s) %s = 0;", a.lost, a.lost, a.lost);
    }

    /// The items of a group put their totals together; each gets the result.
    private void meet(Accumulator a) {
        String memory = shared.computeIfAbsent(a.dtype, t -> "shared_" + CType.of(t));
        String mine = memory + "[lane]";
        code.add("%s = %s;", mine, a.total);
        code.add(dialect.barrier());
        for (int width = GROUP / 2; width > 0; width /= 2) {           // no loop: PoCL 3.1 miscompiles some that have a barrier inside
            code.add("if (lane < %d) %s = %s;", width, mine,
                    ValueText.bare(step(a, mine, "%s[lane + %d]".formatted(memory, width))));
            code.add(dialect.barrier());
        }
        code.add("%s = %s[0];", a.total, memory);
        code.add(dialect.barrier());
    }
}
