package damo.lower;

import damo.graph.Graph;
import damo.graph.Ints;
import damo.graph.Op;
import damo.graph.ScalarOp;
import damo.graph.Source;
import damo.graph.Variable;
import damo.interpret.Interpreter;
import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// The extents of one specialisation: int64 scalars in closed form over the arguments, and what the program relies on about them.
///
/// Lowering asks whether two extents are equal; the arguments at hand answer, and the answer becomes a [Guard]: the program serves every
/// call that answers all questions alike. So nothing is compared that does not matter, and nothing is assumed that is not checked.
final class Extents {
    /// Two extents and whether they were equal.
    record Guard(Variable a, Variable b, boolean equal) {}

    /// An extent that changes from step to step of a loop: equal to any other, as the host will see to it.
    static final Variable VARYING = new Variable(new Op.Input(new Op.Input.Identity(), TensorType.scalar(DType.INT64)), "varying", Source.NONE);

    private final List<Variable> parameters;
    private final NDArray[] arguments;
    private final boolean fixed;
    private final Shapes shapes;
    private final Graph arena = new Graph();
    private final Map<Variable, Variable> closed = new IdentityHashMap<>();
    private final Map<Variable, Long> hints = new IdentityHashMap<>();
    private final Map<Variable, Variable> merged = new IdentityHashMap<>();
    private final List<Guard> guards = new ArrayList<>();
    private final Map<List<Variable>, Boolean> answers = new HashMap<>();

    /// Extents over these parameters, for these arguments, which have the only extents there are if `fixed`; `shapes` is filled by [Shapes] as it
    /// goes.
    Extents(List<Variable> parameters, NDArray[] arguments, boolean fixed, Shapes shapes) {
        this.parameters = parameters;
        this.arguments = arguments;
        this.fixed = fixed;
        this.shapes = shapes;
    }

    /// What the program relies on.
    List<Guard> guards() {
        return guards;
    }

    /// The extent `value`.
    Variable of(long value) {
        return arena.intern(Ints.of(value));
    }

    /// The extent of an axis of a parameter.
    Variable of(Variable parameter, int axis) {
        long known = parameter.type().extent(axis);
        if (known >= 0) return of(known);
        Variable extent = arena.intern(new Variable(new Op.Extent(parameter, axis), "", Source.NONE));
        if (!fixed || parameters.stream().noneMatch(p -> p == parameter)) return extent;
        is(extent, hint(extent));
        return find(extent);
    }

    /// The int64 scalar `v` of the program in closed form.
    Variable close(Variable v) {
        for (Variable u : Graph.order(List.of(v), x -> closed.containsKey(x) || ExtentProgram.isLeaf(x)))
            if (!closed.containsKey(u)) closed.put(u, find(arena.intern(closing(u))));
        return find(closed.get(v));
    }

    private Variable closing(Variable v) {
        if (v.op() instanceof Op.Extent(var x, var axis)) return shapes.extent(x, axis);
        if (ExtentProgram.isLeaf(v)) return isFixed(v) ? v : VARYING;
        if (v.op().operands().stream().anyMatch(o -> closed.get(o) == VARYING)) return VARYING;
        if (v.op() instanceof Op.Assert(var x, _, _)) return closed.get(x);
        if (v.op() instanceof Op.StopGradient(var x)) return closed.get(x);
        if (v.op() instanceof Op.Elementwise(var f, var args)) {
            if (f == ScalarOp.WHERE && args.getFirst().op() instanceof Op.Elementwise(var g, var compared) && g == ScalarOp.EQ)
                return closed.get(args.get(same(closed.get(compared.get(0)), closed.get(compared.get(1))) ? 1 : 2));
            if (v.dtype() == DType.INT64 && args.size() == 2)
                return arithmetic(f, find(closed.get(args.get(0))), find(closed.get(args.get(1))), v);
        }
        return folded(v.rebuilt(closed));
    }

    /// Whether `v` does not depend on the step of a loop.
    private boolean isFixed(Variable v) {
        return v.op() instanceof Op.Constant || Graph.order(List.of(v)).stream()
                .noneMatch(u -> u.op() instanceof Op.Input && parameters.stream().noneMatch(p -> p == u));
    }

    private Variable arithmetic(ScalarOp f, Variable a, Variable b, Variable v) {
        if (f == ScalarOp.ADD) return add(a, b);
        if (f == ScalarOp.SUB) return arena.intern(Source.NONE.during(() -> Ints.sub(a, b)));
        if (f == ScalarOp.MUL) return mul(a, b);
        if (f == ScalarOp.FLOORDIV) return arena.intern(Source.NONE.during(() -> Ints.floorDiv(a, b)));
        return folded(new Variable(v.op().with(List.of(a, b)), "", Source.NONE));
    }

    private static Variable folded(Variable v) {
        List<Variable> operands = v.op().operands();
        if (operands.isEmpty() || !operands.stream().allMatch(Ints::isConstant)) return v;
        NDArray value = Interpreter.apply(v.op(), operands.stream().map(o -> ((Op.Constant) o.op()).value()).toList());
        return new Variable(new Op.Constant(value), "", Source.NONE);
    }

    /// `a + b`.
    Variable add(Variable a, Variable b) {
        if (a == VARYING || b == VARYING) return VARYING;
        return arena.intern(Source.NONE.during(() -> Ints.add(a, b)));
    }

    /// `a · b`.
    Variable mul(Variable a, Variable b) {
        if (a == VARYING || b == VARYING) return VARYING;
        return arena.intern(Source.NONE.during(() -> Ints.mul(a, b)));
    }

    /// The product.
    Variable product(List<Variable> factors) {
        Variable product = of(1);
        for (Variable factor : factors) product = mul(product, find(factor));
        return product;
    }

    /// `condition ? a : b`, decided at each call.
    Variable choose(Variable condition, Variable a, Variable b) {
        return arena.intern(new Variable(new Op.Elementwise(ScalarOp.WHERE, List.of(close(condition), a, b)), "", Source.NONE));
    }

    /// Whether two extents are equal, now and in every call of the program.
    boolean same(Variable x, Variable y) {
        Variable a = find(x);
        Variable b = find(y);
        if (a == b || a == VARYING || b == VARYING) return true;
        if (Ints.isConstant(a) && Ints.isConstant(b)) return false;      // equal constants are one variable of the arena
        List<Variable> question = List.of(a, b);
        Boolean known = answers.get(question);
        if (known != null) return known;
        boolean equal = hint(a) == hint(b);
        answers.put(question, equal);
        guards.add(new Guard(a, b, equal));
        if (equal) merged.put(Ints.isConstant(a) ? b : a, Ints.isConstant(a) ? a : b);
        return equal;
    }

    /// Whether an extent is `value`, now and in every call of the program.
    boolean is(Variable extent, long value) {
        return extent != VARYING && same(extent, of(value));
    }

    /// Whether `a` is at most `b`, now and in every call of the program.
    boolean atMost(Variable a, Variable b) {
        Variable x = find(a);
        Variable y = find(b);
        if (x == y || x == VARYING || y == VARYING) return true;
        if (Ints.isConstant(x) && Ints.isConstant(y)) return Ints.value(x) <= Ints.value(y);
        if (Ints.isConstant(x, 0) && y.op() instanceof Op.Extent) return true;
        if (y.op() instanceof Op.Elementwise(var f, var args) && f == ScalarOp.MIN && args.stream().allMatch(e -> atMost(x, e))) return true;
        if (x.op() instanceof Op.Elementwise(var f, var args) && f == ScalarOp.MIN && args.contains(y)) return true;
        Variable holds = arena.intern(new Variable(new Op.Elementwise(ScalarOp.LE, List.of(x, y)), "", Source.NONE));
        return is(arena.intern(new Variable(new Op.Elementwise(ScalarOp.WHERE, List.of(holds, of(1), of(0))), "", Source.NONE)), 1);
    }

    /// The extent that stands for all that are known to be equal to this one; a constant if one is.
    Variable find(Variable v) {
        Variable root = v;
        while (merged.containsKey(root)) root = merged.get(root);
        return root;
    }

    /// The value in the call at hand.
    long hint(Variable extent) {
        if (extent == VARYING) return TensorType.UNKNOWN;
        return hints.computeIfAbsent(extent, e -> new ExtentProgram(parameters, List.of(e)).evaluate(arguments)[0]);
    }
}
