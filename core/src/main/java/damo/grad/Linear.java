package damo.grad;

import damo.graph.Build;
import damo.graph.Ints;
import damo.graph.Op;
import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/// Arithmetic on tangents and cotangents, which are lazily broadcast: that of `z` has the shape of `z`, or one that broadcasts to it.
///
/// What a `where` masks stays in the form `where(c, g, 0)`, with every factor inside: `0 · ∞` does not arise.
final class Linear {
    private record Literal(Variable condition, boolean holds) {}

    private final Shapes shapes;
    private final Map<Literal, Variable> literals = new HashMap<>();
    private final Map<List<Variable>, Variable> conjunctions = new HashMap<>();

    Linear(Shapes shapes) {
        this.shapes = shapes;
    }

    static Variable constant(DType dtype, double value) {
        return new Variable(new Op.Constant(NDArray.scalar(dtype, value)));
    }

    static boolean isConstant(Variable v, double value) {
        return v.op() instanceof Op.Constant(var c) && c.rank() == 0 && c.doubleAt(0) == value;
    }

    /// `g`, repeated to the shape of `z`.
    Variable full(Variable g, Variable z) {
        return shapes.same(g, z) ? g : new Variable(new Op.Broadcast(g, shapes.extents(z)));
    }

    /// Zeros of the dtype and shape of `like`.
    Variable zeros(Variable like) {
        Variable zero = constant(like.dtype(), 0);
        return like.rank() == 0 ? zero : new Variable(new Op.Broadcast(zero, shapes.extents(like)));
    }

    /// The sum of two (co)tangents of one variable. Those under one mask stay under it; those under opposite ones need no sum.
    Variable add(Variable a, Variable b) {
        if (isZero(a)) return b;
        if (isZero(b)) return a;
        boolean branches = isBranch(a) && isBranch(b);
        if (!branches && !(isMasked(a) && isMasked(b)) || arg(a, 0) != arg(b, 0)) return a.add(b);
        Variable condition = arg(a, 0);
        if (taken(a) == taken(b)) {
            Variable sum = add(inner(a), inner(b));
            return branches ? branch(condition, sum, taken(a)) : masked(condition, taken(a), sum);
        }
        Variable then = taken(a) ? inner(a) : inner(b);
        Variable otherwise = taken(a) ? inner(b) : inner(a);
        if (!branches) return where(condition, then, otherwise);
        return shapes.same(then, otherwise) ? new Variable(new Op.If(condition, then, otherwise)) : a.add(b);
    }

    /// `g` through `partial`; empty if nothing comes through.
    Optional<Variable> apply(Partial partial, Variable g) {
        return switch (partial) {
            case Partial.Zero _ -> Optional.<Variable>empty();
            case Partial.One _ -> Optional.of(g);
            case Partial.Minus _ -> Optional.of(inside(g, Variable::neg));
            case Partial.Times(var factor) -> Optional.of(inside(g, v -> times(v, factor)));
            case Partial.Over(var divisor) -> Optional.of(inside(g, v -> v.div(divisor)));
            case Partial.Where(var condition, var taken) -> Optional.of(mask(condition, taken, g));
        };
    }

    private static Variable times(Variable a, Variable b) {
        if (isConstant(a, 1)) return b;
        return isConstant(b, 1) ? a : a.mul(b);
    }

    /// `g` where `condition` is `taken`, elsewhere 0. Masks do not nest: a masked `g` gets one mask for both.
    Variable mask(Variable condition, boolean taken, Variable g) {
        if (!isMasked(g)) return masked(condition, taken, g);
        return masked(both(literal(arg(g, 0), taken(g)), literal(condition, taken)), true, inner(g));
    }

    /// `f(g)` for a linear `f` that works element by element.
    private static Variable inside(Variable g, UnaryOperator<Variable> f) {
        return isMasked(g) ? masked(arg(g, 0), taken(g), f.apply(inner(g))) : f.apply(g);
    }

    private static Variable masked(Variable condition, boolean taken, Variable g) {
        if (isZero(g)) return g;
        return taken ? where(condition, g, 0.0) : where(condition, 0.0, g);
    }

    private static Variable where(Variable condition, Object a, Object b) {
        return Build.elementwise(ScalarOp.WHERE, condition, a, b);
    }

    private static boolean isMasked(Variable g) {
        return g.op() instanceof Op.Elementwise(var f, var args) && f == ScalarOp.WHERE && isZero(args.get(1)) != isZero(args.get(2));
    }

    /// Whether `g` is masked, and the mask and what it masks have its whole shape, or none.
    boolean isWholeMask(Variable g) {
        return isMasked(g) && isWhole(arg(g, 0), g) && isWhole(inner(g), g);
    }

    private boolean isWhole(Variable part, Variable g) {
        return part.rank() == 0 || shapes.same(part, g);
    }

    /// Whether `g` is zero unless a condition holds (or does not) which is a scalar: linear maps then go inside.
    static boolean isBranch(Variable g) {
        return g.op() instanceof Op.If(_, var then, var otherwise) && isZero(then) != isZero(otherwise);
    }

    /// The first of `gs`, if all of them are zero unless the same condition holds (or does not).
    static Optional<Variable> commonBranch(List<Variable> gs) {
        Variable g = gs.getFirst();
        return gs.stream().allMatch(h -> isBranch(h) && arg(h, 0) == arg(g, 0) && taken(h) == taken(g)) ? Optional.of(g) : Optional.empty();
    }

    /// Whether what is masked shows where the condition holds.
    static boolean taken(Variable g) {
        return isZero(arg(g, 2));
    }

    /// What a mask or a branch lets through.
    static Variable inner(Variable g) {
        return arg(g, taken(g) ? 1 : 2);
    }

    static Variable arg(Variable g, int i) {
        return g.op().operands().get(i);
    }

    static boolean isZero(Variable v) {
        return isConstant(v.op() instanceof Op.Broadcast(var x, _) ? x : v, 0);
    }

    private Variable literal(Variable condition, boolean holds) {
        return holds ? condition : literals.computeIfAbsent(new Literal(condition, false), l -> l.condition().not());
    }

    private Variable both(Variable a, Variable b) {
        return a == b ? a : conjunctions.computeIfAbsent(List.of(a, b), _ -> a.and(b));
    }

    /// `g` where the bool scalar `condition` is `taken`, else zeros, with `g` computed only then.
    Variable branch(Variable condition, Variable g, boolean taken) {
        if (isZero(g)) return g;
        if (isBranch(g)) return branch(both(literal(condition, taken), literal(arg(g, 0), taken(g))), inner(g), true);
        return branch(condition, g, taken, g);
    }

    /// As [#branch], for a `g` that has the shape of `x` only if `condition` is `taken`.
    Variable branch(Variable condition, Variable g, boolean taken, Variable x) {
        Variable zeros = zeros(x);
        return shapes.assume(new Variable(taken ? new Op.If(condition, g, zeros) : new Op.If(condition, zeros, g)), x);
    }

    /// `g` of a variable of rank `rank` with its axes in another order; entry −1 is an axis of extent 1.
    static Variable relabel(Variable g, int rank, List<Integer> axes) {
        if (isMasked(g)) return masked(relabel(arg(g, 0), rank, axes), taken(g), relabel(inner(g), rank, axes));
        int missing = rank - g.rank();
        var pattern = new ArrayList<Integer>();
        for (int axis : axes) if (axis >= missing || !pattern.isEmpty()) pattern.add(axis >= missing ? axis - missing : Op.Dimshuffle.NEW);
        return shuffle(g, pattern);
    }

    static Variable shuffle(Variable g, List<Integer> pattern) {
        return g.dimshuffle(pattern.stream().mapToInt(i -> i).toArray());
    }

    /// The sum of `g`, lazily broadcast to `z`, over the axes along which `x` is repeated to the shape of `z`.
    Variable sumTo(Variable g, Variable z, Variable x) {
        List<Shapes.Dim> from = shapes.of(z);
        List<Shapes.Dim> own = shapes.of(g);
        List<Shapes.Dim> to = shapes.of(x);
        var over = new ArrayList<Integer>();                       // axes of g
        Variable count = Ints.of(1);                               // repetitions along axes that g does not have
        var kept = new ArrayList<Integer>();                       // axes of z, for each of x
        for (int i = 0; i < from.size(); i++) {
            int xi = i - (from.size() - to.size());
            int gi = i - (from.size() - own.size());
            if (xi >= 0 && to.get(xi).equals(from.get(i))) {
                kept.add(i);
                continue;
            }
            if (xi >= 0 && !to.get(xi).equals(Shapes.ONE)) return new Variable(new Op.SumTo(full(g, z), shapes.extents(x)));
            if (gi < 0 || own.get(gi).equals(Shapes.ONE)) count = Ints.mul(count, shapes.extent(from.get(i)));
            else if (own.get(gi).equals(from.get(i))) over.add(gi);
            else return sumTo(full(g, z), z, x);
            if (xi >= 0) kept.add(Op.Dimshuffle.NEW);
        }
        Variable repeats = Ints.isConstant(count) ? constant(g.dtype(), Ints.value(count)) : count.cast(g.dtype());
        Variable sum = inside(g, v -> times(v, repeats));
        if (!over.isEmpty()) sum = new Variable(new Op.Reduce(Reduction.SUM, sum, over));
        int missing = from.size() - own.size();
        var gone = over.stream().map(i -> i + missing).toList();
        var left = IntStream.range(0, from.size()).boxed().filter(i -> i >= missing && !gone.contains(i)).toList();
        return relabel(sum, left.size(), kept.stream().map(left::indexOf).toList());
    }

    /// `x` with the axes `axes` of extent 1 put back into a reduction of it.
    static List<Integer> expanded(Variable x, List<Integer> axes) {
        var kept = IntStream.range(0, x.rank()).boxed().filter(i -> !axes.contains(i)).toList();
        return IntStream.range(0, x.rank()).boxed().map(kept::indexOf).toList();
    }
}
