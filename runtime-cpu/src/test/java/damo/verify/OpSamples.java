package damo.verify;

import damo.Damo;
import damo.graph.DotAxes;
import damo.graph.Generator;
import damo.graph.Ints;
import damo.graph.Op;
import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import damo.interpret.Interpreter;
import damo.interpret.Twister;
import damo.type.DType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// For every op: expressions whose result it is, with values for their inputs.
final class OpSamples {
    /// A function of inputs, and values for them.
    ///
    /// @param smooth whether it has derivatives at these values
    record Sample(String name, Function<List<Variable>, Variable> f, List<NDArray> at, boolean smooth) {
        @Override public String toString() {
            return name;
        }
    }

    private static final List<DType> NUMBERS = Stream.of(DType.values()).filter(d -> d != DType.BOOL).toList();
    private static final int[] SIZES = {0, 1, 2, 3, 5, 17};
    private static final double[] SPECIAL = {0.0, -0.0, 1, -1, Double.MIN_VALUE, -Double.MIN_VALUE, Float.MIN_VALUE,
            Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY, Double.NaN, 0.5, -2.5, 3, 1e30, -1e30, 1e-30, 7.25};

    private static final Map<Class<? extends Op>, List<Sample>> STRUCTURE = new LinkedHashMap<>();
    private static final Map<ScalarOp, double[][]> DOMAIN = new EnumMap<>(ScalarOp.class);

    private OpSamples() {}

    /// Samples of `kind`.
    ///
    /// @throws AssertionError if there is none
    static List<Sample> of(Class<? extends Op> kind) {
        if (kind == Op.Elementwise.class) return elementwise();
        if (kind == Op.Reduce.class) return reductions();
        if (kind == Op.Loop.class) return LoopSamples.all();
        List<Sample> samples = STRUCTURE.get(kind);
        if (samples == null) throw new AssertionError("the op %s has no sample; add one to OpSamples".formatted(kind.getSimpleName()));
        return samples;
    }

    // ---- elementwise

    private static List<Sample> elementwise() {
        var samples = new ArrayList<Sample>();
        for (ScalarOp f : ScalarOp.values()) {
            for (DType dtype : DType.values()) {
                if (!accepts(f, dtype)) continue;
                for (int size : SIZES) samples.add(special(f, dtype, size));
            }
            if (result(f, DType.FLOAT64) == DType.FLOAT64 && accepts(f, DType.FLOAT64)) samples.add(smooth(f));
        }
        return samples;
    }

    private static boolean accepts(ScalarOp f, DType dtype) {
        return switch (f.signature()) {
            case NUMBER -> dtype != DType.BOOL;
            case FLOAT -> dtype.isFloat();
            case INTEGER -> dtype.isInteger();
            case BITS -> !dtype.isFloat();
            case ORDERED, TEST, CHOICE -> true;
        };
    }

    private static DType result(ScalarOp f, DType dtype) {
        return f.signature() == ScalarOp.Signature.TEST ? DType.BOOL : dtype;
    }

    private static Sample special(ScalarOp f, DType dtype, int size) {
        var at = new ArrayList<NDArray>();
        for (int i = 0; i < f.arity(); i++) {
            int turn = 5 * i;
            double[] values = new double[size];
            Arrays.setAll(values, j -> SPECIAL[(j + turn) % SPECIAL.length]);
            DType own = f == ScalarOp.WHERE && i == 0 ? DType.BOOL : dtype;
            at.add(own.isFloat() || own == DType.BOOL ? NDArray.of(values).astype(own) : integers(own, size, turn));
        }
        return new Sample("%s of %s[%d]".formatted(f.opcode(), dtype, size), args -> new Variable(new Op.Elementwise(f, args)), at, false);
    }

    /// Small numbers, both ends of the range, and numbers in between.
    private static NDArray integers(DType dtype, int size, int turn) {
        long low = dtype.isUnsigned() ? 0 : -1L << dtype.bits() - 1;
        long high = dtype.isUnsigned() ? dtype.bits() == 64 ? -1 : (1L << dtype.bits()) - 1 : ~low;
        long[] some = {0, 1, -1, low, high, 3, 2, -3, 7, low + 1, high - 1, 5, 10, -7, 63, 64, 100};
        long[] values = new long[size];
        Arrays.setAll(values, j -> some[(j + turn) % some.length]);
        return NDArray.of(values).astype(dtype);
    }

    private static Sample smooth(ScalarOp f) {
        // There is no derivative by the order.
        if (f == ScalarOp.POLYGAMMA)
            return new Sample("digamma, smooth", args -> args.getFirst().digamma(), List.of(NDArray.of(new double[] {0.31, 1.62, -0.84})), true);
        double[][] points = DOMAIN.getOrDefault(f, new double[][] {{0.31, -0.62, 0.84}, {0.73, 0.27, -0.41}});
        var at = new ArrayList<NDArray>();
        if (f == ScalarOp.WHERE) at.add(NDArray.of(new boolean[] {true, false, true}));
        while (at.size() < f.arity()) at.add(NDArray.of(points[(at.size() + (f == ScalarOp.WHERE ? 1 : 0)) % points.length]));
        return new Sample(f.opcode() + ", smooth", args -> new Variable(new Op.Elementwise(f, args)), at, true);
    }

    static {
        double[] positive = {0.31, 1.62, 2.84};
        double[] other = {0.73, 1.27, 0.41};
        for (ScalarOp f : List.of(ScalarOp.SQRT, ScalarOp.CBRT, ScalarOp.LOG, ScalarOp.LOG2, ScalarOp.LOG10, ScalarOp.LOG1P, ScalarOp.LGAMMA,
                ScalarOp.POW, ScalarOp.MOD,
                ScalarOp.FLOORDIV, ScalarOp.DIV)) DOMAIN.put(f, new double[][] {positive, other});
        DOMAIN.put(ScalarOp.ACOSH, new double[][] {{1.31, 1.62, 2.84}});
        DOMAIN.put(ScalarOp.ERFCINV, new double[][] {{0.31, 1.62, 0.84}});
        DOMAIN.put(ScalarOp.LOG1MEXP, new double[][] {{-0.31, -1.62, -2.84}});
    }

    // ---- reductions

    private static List<Sample> reductions() {
        var samples = new ArrayList<Sample>();
        List<List<Integer>> axes = List.of(List.of(0), List.of(1), List.of(0, 1), List.of(0, 2), List.of(2));
        for (Reduction r : Reduction.values()) {
            for (DType dtype : DType.values()) {
                if (dtype == DType.BOOL && r.hasIdentity()) continue;
                for (int size : SIZES) {
                    if (size == 0 && !r.hasIdentity()) continue;
                    NDArray x = dtype.isFloat() || dtype == DType.BOOL ? counting(dtype, size) : integers(dtype, size, 5);
                    samples.add(reduction(r, List.of(0), x, false));
                }
                for (var over : axes) samples.add(reduction(r, over, counting(dtype, 2, 3, 4), dtype == DType.FLOAT64));
            }
            if (r.hasIdentity()) samples.add(reduction(r, List.of(1), counting(DType.FLOAT64, 3, 0, 2), false));
            samples.add(reduction(r, List.of(0), NDArray.of(SPECIAL), false));
        }
        samples.add(reduction(Reduction.PROD, List.of(1), NDArray.of(new double[][] {{2, 0, 3}, {0, 1.5, 0}, {1, 2, 4}}), true));
        return samples;
    }

    private static Sample reduction(Reduction r, List<Integer> axes, NDArray x, boolean smooth) {
        return new Sample("%s over %s of %s".formatted(r, axes, x.type()), a -> new Variable(new Op.Reduce(r, a.getFirst(), axes)),
                List.of(x), smooth);
    }

    /// Distinct small numbers, not in order.
    static NDArray counting(DType dtype, long... shape) {
        NDArray x = NDArray.zeros(DType.FLOAT64, shape);
        double[] values = new double[(int) x.size()];
        for (int i = 0; i < values.length; i++) values[i] = i * 7 % 13 - (dtype.isUnsigned() ? 0 : 6) + (dtype.isFloat() ? 0.125 * i : 0);
        return NDArray.wrap(values, shape).astype(dtype);
    }

    // ---- structure

    private static void on(Class<? extends Op> kind, List<DType> dtypes, String name, UnaryOperator<Variable> f, long... shape) {
        for (DType d : dtypes)
            add(kind, new Sample("%s of %s".formatted(name, counting(d, shape).type()), a -> f.apply(a.getFirst()),
                    List.of(counting(d, shape)), d == DType.FLOAT64));
    }

    private static void add(Class<? extends Op> kind, Sample sample) {
        STRUCTURE.computeIfAbsent(kind, _ -> new ArrayList<>()).add(sample);
    }

    private static Variable op(Op op) {
        return new Variable(op);
    }

    private static List<Variable> ints(long... values) {
        return Arrays.stream(values).mapToObj(Ints::of).toList();
    }

    private static final List<DType> ALL = List.of(DType.values());
    private static final int NEW = Op.Dimshuffle.NEW;

    static {
        on(Op.Input.class, ALL, "itself", x -> x, 2, 3);
        for (DType d : DType.values())
            add(Op.Constant.class, new Sample("%s[2, 3]".formatted(d), _ -> op(new Op.Constant(counting(d, 2, 3))), List.of(), false));
        add(Op.Constant.class, new Sample("special", _ -> op(new Op.Constant(NDArray.of(SPECIAL))), List.of(), false));
        for (DType to : DType.values()) on(Op.Cast.class, ALL, "to " + to, x -> op(new Op.Cast(x, to)), 5);
        STRUCTURE.get(Op.Cast.class).replaceAll(s -> new Sample(s.name(), s.f(), s.at(), false));
        on(Op.Cast.class, List.of(DType.FLOAT64), "to itself", x -> op(new Op.Cast(x, DType.FLOAT64)), 5);
        on(Op.Dimshuffle.class, ALL, "transposed", x -> op(new Op.Dimshuffle(x, List.of(1, 0))), 2, 3);
        on(Op.Dimshuffle.class, ALL, "with a new axis", x -> op(new Op.Dimshuffle(x, List.of(1, NEW, 0))), 2, 3);
        on(Op.Dimshuffle.class, ALL, "with an axis dropped", x -> op(new Op.Dimshuffle(x, List.of(2, 0))), 2, 1, 3);
        on(Op.Reshape.class, ALL, "to [3, 4]", x -> op(new Op.Reshape(x, ints(3, 4))), 2, 6);
        on(Op.Reshape.class, ALL, "to a vector", x -> op(new Op.Reshape(x, List.of(x.size()))), 2, 5);
        on(Op.Reshape.class, ALL, "of nothing", x -> op(new Op.Reshape(x, ints(3, 0, 2))), 0, 6);
        on(Op.Broadcast.class, ALL, "to [4, 2, 3]", x -> op(new Op.Broadcast(x, ints(4, 2, 3))), 2, 1);
        on(Op.Broadcast.class, ALL, "to nothing", x -> op(new Op.Broadcast(x, ints(0, 3))), 1, 3);
        on(Op.SumTo.class, NUMBERS, "to [2, 1]", x -> op(new Op.SumTo(x, ints(2, 1))), 4, 2, 3);
        on(Op.SumTo.class, NUMBERS, "to its shape", x -> op(new Op.SumTo(x, Ints.extents(x))), 2, 3);
        on(Op.Slice.class, ALL, "of a column", x -> op(new Op.Slice(x, 1, Ints.of(1), Ints.of(2), 1)), 3, 4);
        on(Op.Slice.class, ALL, "of every second", x -> op(new Op.Slice(x, 0, Ints.of(0), Ints.of(3), 2)), 5, 2);
        on(Op.Slice.class, ALL, "backwards",
                x -> op(new Op.Slice(x, 0, Ints.sub(Ints.extent(x, 0), Ints.of(1)), Ints.extent(x, 0), -1)), 5);
        on(Op.Slice.class, ALL, "backwards, of nothing", x -> op(new Op.Slice(x, 0, Ints.of(-1), Ints.of(0), -1)), 5);
        on(Op.Unslice.class, NUMBERS, "into columns", x -> op(new Op.Unslice(x, 1, Ints.of(1), Ints.of(5), 1)), 3, 2);
        on(Op.Unslice.class, NUMBERS, "to every second", x -> op(new Op.Unslice(x, 0, Ints.of(1), Ints.of(7), 2)), 3);
        on(Op.Unslice.class, NUMBERS, "backwards", x -> op(new Op.Unslice(x, 0, Ints.of(4), Ints.of(6), -2)), 3, 2);
        on(Op.Join.class, ALL, "with itself", x -> op(new Op.Join(1, List.of(x, x, x))), 2, 3);
        on(Op.Join.class, ALL, "with parts of itself", x -> op(new Op.Join(0, List.of(x.slice(1, 2), x, x.slice(0, 0)))), 3, 2);
        on(Op.Join.class, ALL, "alone", x -> op(new Op.Join(0, List.of(x))), 3);
        Variable indices = op(new Op.Constant(NDArray.of(new long[] {2, 0, 2, 1})));
        Variable square = op(new Op.Constant(NDArray.of(new long[][] {{2, 0}, {1, 1}})));
        on(Op.Gather.class, ALL, "of rows", x -> op(new Op.Gather(x, indices, 0)), 3, 2);
        on(Op.Gather.class, ALL, "of columns", x -> op(new Op.Gather(x, square, 1)), 2, 3);
        on(Op.Gather.class, ALL, "of one", x -> op(new Op.Gather(x, Ints.of(1), 0)), 3, 2);
        on(Op.Scatter.class, NUMBERS, "to rows", x -> op(new Op.Scatter(x, indices, 0, Ints.of(3))), 4, 2);
        on(Op.Scatter.class, NUMBERS, "to columns", x -> op(new Op.Scatter(x, square, 1, Ints.of(4))), 2, 2, 2);
        on(Op.Iota.class, List.of(DType.FLOAT64), "of an extent", x -> op(new Op.Iota(Ints.extent(x, 0))), 5);
        on(Op.Iota.class, List.of(DType.FLOAT64), "of nothing", x -> op(new Op.Iota(Ints.extent(x, 0))), 0);
        on(Op.Extent.class, ALL, "second", x -> op(new Op.Extent(x, 1)), 2, 3);
        on(Op.Dot.class, NUMBERS, "of vectors", x -> op(new Op.Dot(x, x, new DotAxes(List.of(), List.of(), List.of(0), List.of(0)))), 17);
        on(Op.Dot.class, NUMBERS, "of nothing", x -> op(new Op.Dot(x, x, new DotAxes(List.of(), List.of(), List.of(1), List.of(1)))), 3, 0);
        on(Op.Dot.class, NUMBERS, "of matrices", x -> op(new Op.Dot(x, x, new DotAxes(List.of(), List.of(), List.of(1), List.of(1)))),
                3, 5);
        on(Op.Dot.class, NUMBERS, "of a batch", x -> op(new Op.Dot(x, x, new DotAxes(List.of(0), List.of(0), List.of(2), List.of(2)))),
                2, 3, 4);
        on(Op.Dot.class, NUMBERS, "over nothing", x -> op(new Op.Dot(x, x, new DotAxes(List.of(), List.of(), List.of(), List.of()))), 3);
        on(Op.If.class, ALL, "that holds", x -> op(new Op.If(Damo.lt(Ints.of(0), Ints.extent(x, 0)), x, flipped(x))), 3);
        on(Op.If.class, ALL, "that does not hold", x -> op(new Op.If(Damo.lt(Ints.extent(x, 0), Ints.of(0)), x, flipped(x))), 3);
        on(Op.Assert.class, ALL, "that holds", x -> op(new Op.Assert(x, Damo.lt(Ints.of(0), Ints.extent(x, 0)), "never said")), 3);
        on(Op.StopGradient.class, ALL, "stopped", x -> op(new Op.StopGradient(x)), 3);
        STRUCTURE.get(Op.StopGradient.class).replaceAll(s -> new Sample(s.name(), s.f(), s.at(), false));
    }

    static {
        for (Generator g : Generator.values())
            for (int result : new int[] {0, 1})
                for (NDArray state : List.of(Twister.seeded(5), used(g)))
                    add(Op.Draw.class, new Sample("%s, result %d".formatted(g, result),
                            a -> op(new Op.Draw(g, a.get(0), List.of(Ints.extent(a.get(1), 0), Ints.of(3)), result)),
                            List.of(state, counting(DType.FLOAT64, 5)), false));
    }

    /// A state with which was drawn.
    private static NDArray used(Generator g) {
        return Interpreter.results(new Op.Draw(g, op(new Op.Constant(Twister.seeded(6))), List.of(Ints.of(7)), 0),
                List.of(Twister.seeded(6), NDArray.of(7L))).getLast();
    }

    private static Variable flipped(Variable x) {
        return Damo.flip(x, 0);
    }
}
