package damo.lower;

import damo.graph.Graph;
import damo.graph.Lambda;
import damo.graph.Op;
import damo.graph.Variable;
import damo.interpret.Interpreter;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// Evaluates extents at each call: int64 (and bool) scalars that follow from the shapes of the arguments and from scalar arguments.
/// Whatever else they depend on is left to the interpreter.
public final class ExtentProgram {
    /// Computes one more number from the arguments and the numbers before it.
    private interface Instruction {
        long evaluate(NDArray[] arguments, long[] done);
    }

    /// A number that an argument has: an extent, or where `axis` is negative its only element. It is the number `at`.
    private record Read(int at, int parameter, int axis) {
        long of(NDArray[] arguments) {
            return axis < 0 ? arguments[parameter].longAt(0) : arguments[parameter].extent(axis);
        }
    }

    /// What one evaluation leaves to the next, which has little to do if the arguments have the same extents. For one call at a time.
    public static final class Memory {
        private final long[] done;
        private boolean isValid;

        /// The values of the roots, in order.
        public final long[] values;

        private Memory(int numbers, int roots) {
            done = new long[numbers];
            values = new long[roots];
        }
    }

    private final List<Variable> parameters;
    private final List<Instruction> instructions = new ArrayList<>();
    private final List<Read> reads = new ArrayList<>();
    private final Map<Variable, Integer> position = new IdentityHashMap<>();
    private final int[] roots;
    private boolean isInterpreted;

    /// A program that evaluates `roots`, given values for `parameters`.
    ExtentProgram(List<Variable> parameters, List<Variable> roots) {
        this.parameters = parameters;
        for (Variable v : Graph.order(roots, ExtentProgram::isLeaf)) {
            instructions.add(instruction(v));
            position.put(v, instructions.size() - 1);
        }
        this.roots = roots.stream().mapToInt(position::get).toArray();
    }

    /// Memory for [#evaluate].
    public Memory memory() {
        return new Memory(instructions.size(), roots.length);
    }

    /// The values of the roots, in order.
    public long[] evaluate(NDArray[] arguments) {
        Memory memory = memory();
        evaluate(arguments, memory);
        return memory.values;
    }

    /// Evaluates the roots into `memory`, and tells whether a value may differ from that of the evaluation before.
    public boolean evaluate(NDArray[] arguments, Memory memory) {
        long[] done = memory.done;
        boolean differs = isInterpreted || !memory.isValid;
        for (int i = 0; i < reads.size(); i++) {
            Read read = reads.get(i);
            long value = read.of(arguments);
            differs |= done[read.at] != value;
            done[read.at] = value;
        }
        if (!differs) return false;
        memory.isValid = false;                                        // should an instruction fail
        for (int i = 0; i < done.length; i++) done[i] = instructions.get(i).evaluate(arguments, done);
        for (int i = 0; i < roots.length; i++) memory.values[i] = done[roots[i]];
        memory.isValid = true;
        return true;
    }

    /// Whether `v` is evaluated as a whole: from a shape, from an argument, or by the interpreter.
    static boolean isLeaf(Variable v) {
        return !(isScalar(v) && switch (v.op()) {
            case Op.Elementwise(_, var args) -> args.stream().allMatch(ExtentProgram::isScalar);
            case Op.Cast(var x, _) -> isScalar(x);
            case Op.Assert _, Op.StopGradient _ -> true;
            case Op.Input _, Op.Constant _, Op.Reduce _, Op.Dimshuffle _, Op.Reshape _, Op.Broadcast _, Op.SumTo _, Op.Slice _, Op.Unslice _,
                 Op.Join _, Op.Gather _, Op.Scatter _, Op.Iota _, Op.Extent _, Op.Dot _, Op.If _, Op.Loop _, Op.Draw _ -> false;
        });
    }

    private static boolean isScalar(Variable v) {
        return v.rank() == 0 && !v.dtype().isFloat();
    }

    private Instruction instruction(Variable v) {
        if (isLeaf(v)) return leaf(v);
        List<Variable> operands = v.op() instanceof Op.Assert(var x, _, _) ? List.of(x) : v.op().operands();
        int[] from = operands.stream().mapToInt(position::get).toArray();
        return switch (v.op()) {
            case Op.Elementwise(var f, var args) -> switch (f) {
                case ADD -> (_, d) -> d[from[0]] + d[from[1]];
                case SUB -> (_, d) -> d[from[0]] - d[from[1]];
                case MUL -> (_, d) -> d[from[0]] * d[from[1]];
                case FLOORDIV -> (_, d) -> d[from[1]] == 0 ? 0 : Math.floorDiv(d[from[0]], d[from[1]]);
                case MAX -> (_, d) -> Math.max(d[from[0]], d[from[1]]);
                case MIN -> (_, d) -> Math.min(d[from[0]], d[from[1]]);
                case LT -> (_, d) -> d[from[0]] < d[from[1]] ? 1 : 0;
                case LE -> (_, d) -> d[from[0]] <= d[from[1]] ? 1 : 0;
                case EQ -> (_, d) -> d[from[0]] == d[from[1]] ? 1 : 0;
                case NE -> (_, d) -> d[from[0]] != d[from[1]] ? 1 : 0;
                case WHERE -> (_, d) -> d[from[0]] != 0 ? d[from[1]] : d[from[2]];
                case NEG, ABS, SIGN, SQRT, CBRT, EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH,
                     ASINH, ACOSH, ATANH, SIGMOID, SOFTPLUS, LOG1MEXP, ERF, ERFC, ERFCX, ERFINV, ERFCINV, LGAMMA, CEIL, FLOOR, TRUNC, ROUND, NOT,
                     ISNAN, ISINF, DIV, MOD, POW, ATAN2, POLYGAMMA, AND, OR, XOR, SHL, SHR, FMA -> (_, d) -> interpreted(v.op(), args, d, from);
            };
            case Op.Cast(var x, _) -> (_, d) -> interpreted(v.op(), List.of(x), d, from);
            case Op.Assert _, Op.StopGradient _ -> (_, d) -> d[from[0]];
            case Op.Input _, Op.Constant _, Op.Reduce _, Op.Dimshuffle _, Op.Reshape _, Op.Broadcast _, Op.SumTo _, Op.Slice _, Op.Unslice _,
                 Op.Join _, Op.Gather _, Op.Scatter _, Op.Iota _, Op.Extent _, Op.Dot _, Op.If _, Op.Loop _, Op.Draw _ -> leaf(v);
        };
    }

    private static long interpreted(Op op, List<Variable> args, long[] done, int[] from) {
        var operands = new ArrayList<NDArray>();
        for (int i = 0; i < from.length; i++) operands.add(NDArray.scalar(args.get(i).dtype(), done[from[i]]));
        return Interpreter.apply(op, operands).longAt(0);
    }

    private Instruction leaf(Variable v) {
        int parameter = parameters.indexOf(v);
        if (parameter >= 0) return read(new Read(instructions.size(), parameter, -1));
        if (v.op() instanceof Op.Constant(var c)) {
            long value = c.longAt(0);
            return (_, _) -> value;
        }
        if (v.op() instanceof Op.Extent(var x, var axis) && parameters.contains(x))
            return read(new Read(instructions.size(), parameters.indexOf(x), axis));
        isInterpreted = true;
        Lambda rest = new Lambda("extent", parameters, List.of(v));
        return (a, _) -> Interpreter.run(rest, List.of(a)).getFirst().longAt(0);
    }

    private Instruction read(Read read) {
        reads.add(read);
        return (_, done) -> done[read.at];
    }
}
