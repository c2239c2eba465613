package damo.verify;

import static damo.Damo.grad;
import static damo.Damo.ifelse;
import static damo.Damo.join;
import static damo.Damo.where;
import static damo.Damo.zeroIfDisconnected;

import damo.DamoException;
import damo.graph.Graph;
import damo.graph.Index;
import damo.graph.Ints;
import damo.graph.Lambda;
import damo.graph.Op;
import damo.graph.Variable;
import damo.interpret.Interpreter;
import damo.type.DType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/// Grows a graph from a seed. Every step tries something at random and keeps it if it makes sense, so there are no rules of typing here.
///
/// Inputs are small integers, also in floats, so that most functions of them are exact. What rounds is remembered: where it goes on
/// through a function with a jump or a kink, another order of rounding would be another result, so it does not go there.
final class RandomGraph {
    /// What no sum is but for rounding, which would then decide what it is compared with.
    static final double ODD = 0.9437;

    private static final DType[] DTYPES = {DType.FLOAT64, DType.FLOAT64, DType.FLOAT64, DType.FLOAT32, DType.INT64, DType.INT32,
            DType.BOOL};
    private static final long[] EXTENTS = {1, 2, 3, 3, 5};

    private static final List<UnaryOperator<Variable>> EXACT = List.of(Variable::neg, v -> v.mul(2), v -> v.add(1), v -> v.mul(v),
            v -> v.sub(v), Variable::transpose,
            Variable::flatten, v -> v.expandDims(0), v -> v.expandDims(-1), v -> v.mul(0), v -> v.add(0), v -> v.neg().neg());
    private static final List<UnaryOperator<Variable>> JUMPING = List.of(Variable::abs, Variable::sign, Variable::floor,
            v -> v.maximum(0), v -> v.minimum(1),
            v -> v.cast(DType.INT32), v -> v.cast(DType.BOOL), v -> v.cast(DType.INT64), v -> v.argmax(0), v -> v.max(), v -> v.min(0),
                    v -> v.max(true, -1),
            v -> v.floorDiv(2), v -> v.mod(3), Variable::not, v -> v.any(0), Variable::all);
    private static final List<UnaryOperator<Variable>> SMOOTH = List.of(Variable::tanh, Variable::sigmoid, Variable::sin,
            v -> v.tanh().exp(), v -> v.mul(v).add(1).sqrt(),
            v -> v.mul(v).add(1).log(), Variable::softplus, v -> v.div(4), v -> v.tanh().exp().log(), v -> v.tanh().exp().add(1).log(),
                    Variable::mean, v -> v.mean(true, 0),
            v -> v.tanh().softmax(-1), v -> v.tanh().logSumExp(0), v -> v.tanh().logSoftmax(-1), v -> v.cast(DType.FLOAT32),
                    v -> v.tanh().prod(-1), Variable::var);
    private static final List<UnaryOperator<Variable>> SUMS = List.of(Variable::sum, v -> v.sum(0), v -> v.sum(-1), v -> v.sum(true, 0),
            v -> v.sum(true, -1), v -> v.sum(0, 1));
    private static final List<BinaryOperator<Variable>> ARITHMETIC = List.of(Variable::add, Variable::sub, Variable::mul, Variable::add,
            Variable::mul,
            (a, b) -> a.add(b).sub(b), (a, b) -> a.mul(b).add(a), Variable::dot, (a, b) -> join(0, a, b),
                    (a, b) -> a.dot(b.transpose()), Variable::outer,
            (a, b) -> damo.Damo.stack(0, a, b), (a, b) -> a.expandDims(-1).mul(b));
    private static final List<BinaryOperator<Variable>> COMPARING = List.of(Variable::maximum, Variable::minimum, Variable::lt,
            Variable::le, Variable::eq, Variable::neq,
            Variable::floorDiv, Variable::mod, Variable::and, Variable::xor, (a, b) -> where(a.lt(b), a, b));

    final long seed;
    final Lambda lambda;
    final List<NDArray> arguments = new ArrayList<>();
    private final boolean loops;
    private final Random random;
    private final List<Variable> pool = new ArrayList<>();
    private final Map<Variable, NDArray> values = new IdentityHashMap<>();
    private final Map<Variable, Boolean> rounds = new IdentityHashMap<>();

    RandomGraph(long seed) {
        this.seed = seed;
        loops = seed % 3 == 0;
        random = new Random(seed);
        var inputs = new ArrayList<Variable>();
        int count = 2 + random.nextInt(4);
        for (int i = 0; i < count; i++) inputs.add(input(i));
        int steps = 3 + random.nextInt(18);
        for (int i = 0; i < steps; i++) step();
        List<Variable> results = new ArrayList<>(pool.subList(Math.max(inputs.size(), pool.size() - 1 - random.nextInt(3)), pool.size()));
        if (results.isEmpty()) results.add(inputs.getFirst().add(1));
        lambda = new Lambda("random", inputs, random.nextInt(3) == 0 && !Boolean.getBoolean("nograd") ? withGradients(results, inputs) : results);
    }

    private static List<Variable> withGradients(List<Variable> results, List<Variable> inputs) {
        List<Variable> wrt = inputs.stream().filter(v -> v.dtype().isFloat()).toList();
        Variable cost = null;
        for (Variable z : results) if (z.dtype().isFloat()) cost = cost == null ? z.sum() : cost.add(z.sum());
        if (cost == null || wrt.isEmpty()) return results;
        var all = new ArrayList<>(results);
        all.addAll(grad(cost, wrt, zeroIfDisconnected()));
        return all;
    }

    private Variable input(int number) {
        DType dtype = pick(DTYPES);
        long[] shape = new long[random.nextInt(4)];
        for (int i = 0; i < shape.length; i++) shape[i] = EXTENTS[random.nextInt(EXTENTS.length)];
        NDArray value = NDArray.zeros(DType.FLOAT64, shape);
        double[] data = new double[(int) value.size()];
        for (int i = 0; i < data.length; i++) data[i] = random.nextInt(7) - 3;
        value = NDArray.wrap(data, shape).astype(dtype);
        Variable x = Agreement.input("x" + number, value, random.nextInt(4) == 0);
        arguments.add(value);
        keep(x, value, false);
        return x;
    }

    private void keep(Variable v, NDArray value, boolean rounded) {
        values.put(v, value);
        rounds.put(v, rounded);
        pool.add(v);
    }

    private <T> T pick(T[] of) {
        return of[random.nextInt(of.length)];
    }

    private <T> T pick(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private void step() {
        for (int attempt = 0; attempt < 30; attempt++) {
            Variable a = pool.get(Math.max(random.nextInt(pool.size()), random.nextInt(pool.size())));
            Variable b = pick(pool);
            boolean rounded = rounds.get(a) || rounds.get(b);
            try {
                switch (random.nextInt(loops ? 9 : 8)) {
                    case 0 -> add(pick(EXACT).apply(a), rounds.get(a));
                    case 1 -> add(pick(SMOOTH).apply(a), true);
                    case 2 -> add(pick(SUMS).apply(a), rounds.get(a));
                    case 3 -> {
                        if (rounds.get(a)) continue;
                        add(pick(JUMPING).apply(a), false);
                    }
                    case 4, 5 -> add(pick(ARITHMETIC).apply(a, b), rounded);
                    case 6 -> {
                        if (rounded) continue;
                        add(pick(COMPARING).apply(a, b), false);
                    }
                    case 7 -> add(movement(a, b), rounded);
                    default -> {
                        if (!a.dtype().isFloat()) continue;
                        add(RandomLoop.of(random, a, b, sameShape(a, b)), true);
                    }
                }
                return;
            } catch (DamoException _) {
                // Shapes or dtypes do not fit: something else, then.
            }
        }
    }

    private Variable movement(Variable a, Variable b) {
        Variable n = a.rank() == 0 ? Ints.of(1) : a.shape(0);
        return switch (random.nextInt(10)) {
            case 0 -> a.slice(random.nextInt(5) - 2, random.nextInt(7) - 2);
            case 1 -> a.index(new Index.Range(null, null, random.nextBoolean() ? -1 : 2));
            case 2 -> a.slice(n.floorDiv(2), n);
            case 3 -> a.at(random.nextInt(3) - 1);
            case 4 -> a.broadcastTo(2, 3, n);
            case 5 -> a.reshape(-1, n);
            case 6 -> ifelse(random.nextBoolean() ? n.lt(3) : b.sum().gt(ODD), a, random.nextBoolean() ? b : a.add(a));
            case 7 -> where(damo.Damo.arange(a.rank() == 0 ? n : a.shape(-1)).lt(2), a, 0);
            case 8 -> a.take(0, damo.Damo.arange(n).add(1).mod(n));
            default -> a.cast(DType.FLOAT64);
        };
    }

    /// Keeps `v` if it has a value, which is small enough to be exact, and not too big.
    private void add(Variable v, boolean rounded) {
        for (Variable u : Graph.order(List.of(v), values::containsKey)) {
            if (values.containsKey(u)) continue;
            NDArray value = Interpreter.apply(u.op(), u.op().operands().stream().map(values::get).toList());
            if (!u.type().mayHold(value.type()) || u.op() instanceof Op.If(_, var then, var otherwise) && !sameShape(then, otherwise))
                throw new DamoException("branches of different shapes");
            if (value.size() > 400 || magnitude(value) > (value.dtype() == DType.FLOAT32 ? 1e5 : 1e9)) throw new DamoException("too big");
            values.put(u, value);
        }
        if (v.rank() > 4 || pool.contains(v)) throw new DamoException("too many axes");
        keep(v, values.get(v), rounded);
    }

    private boolean sameShape(Variable a, Variable b) {
        return Arrays.equals(values.get(a).shape(), values.get(b).shape());
    }

    /// The largest absolute value; ∞ if one is not finite.
    static double magnitude(NDArray x) {
        double most = 0;
        for (int i = 0; i < x.size(); i++) most = Double.isNaN(x.doubleAt(i)) ? Double.POSITIVE_INFINITY
                : Math.max(most, Math.abs(x.doubleAt(i)));
        return most;
    }
}
