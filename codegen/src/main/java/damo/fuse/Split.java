package damo.fuse;

import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Program;
import damo.kernel.Scalar;
import damo.kernel.Step;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.type.DType;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Long reductions to a single value in two: [#PARTS] parts that a device does at the same time, and the reduction of the parts. The order of a
/// sum depends on its extents alone.
public final class Split {
    /// How many parts.
    public static final int PARTS = 64;
    private static final long LEAST = 1 << 14;                         // known terms below which it is not worth a kernel more

    private final Values values;
    private final Kernel kernel;
    private final List<Step> parts = new ArrayList<>();

    private Split(Values values, Kernel kernel) {
        this.values = values;
        this.kernel = kernel;
    }

    /// The program with its long reductions split, whose values are of this pool.
    public static Program split(Program program, Values values) {
        return program.withSteps(steps(program.steps(), values));
    }

    private static List<Step> steps(List<Step> steps, Values values) {
        return steps.stream().<Step>flatMap(step -> switch (step) {
            case Step.Launch(var kernel) when kernel.axes().isEmpty() -> new Split(values, kernel).split();
            case Step.Launch _, Step.Contract _, Step.Repeat _, Step.Check _, Step.Call _ -> Stream.of(step);
            case Step.Branch(var condition, var then, var otherwise) ->
                Stream.of(new Step.Branch(condition, steps(then, values), steps(otherwise, values)));
            case Step.Loop(var index, var count, var body, var carries, var until) ->
                Stream.of(new Step.Loop(index, count, steps(body, values), carries, until));
        }).toList();
    }

    private Stream<Step> split() {
        List<Store> stores = kernel.stores().stream().map(s -> new Store(s.to(), s.at(),
                values.replace(s.value(), v -> v.op() instanceof Scalar.Fold fold ? total(v, fold) : null))).toList();
        return Stream.concat(parts.stream(), Stream.of(new Step.Launch(new Kernel(kernel.name(), List.of(), stores))));
    }

    /// The reduction of the parts of `fold`, or `fold` itself if it stays whole.
    private Value total(Value v, Scalar.Fold fold) {
        Axis first = fold.axes().getFirst();
        if (length(fold.axes()) < LEAST || length(List.of(first)) < PARTS || hasFold(fold.body(), new IdentityHashMap<>())) return v;
        DType dtype = v.dtype();
        String name = "%s_part%d".formatted(kernel.name(), parts.size());
        Axis part = new Axis(name, values.whole(PARTS));
        Axis again = new Axis(name + "_of", values.whole(PARTS));
        Value last = values.sub(first.extent(), values.whole(1));
        Value chunk = values.add(values.apply(ScalarOp.FLOORDIV, last, values.whole(PARTS)), values.whole(1));
        Axis within = new Axis(first.name() + "_in", chunk);
        Value at = values.add(values.mul(values.index(part), chunk), values.index(within));
        // Below 0 if it is beyond the largest int32.
        Value inside = values.apply(ScalarOp.AND, values.apply(ScalarOp.LE, values.whole(0), at), values.apply(ScalarOp.LT, at, first.extent()));
        Value index = values.index(first);
        Value body = values.choose(inside, values.replace(fold.body(), u -> u == index ? at : null), identity(fold.f(), dtype));
        List<Axis> axes = Stream.concat(Stream.of(within), fold.axes().stream().skip(1)).toList();
        Buffer buffer = new Buffer(name, dtype, List.of(values.whole(PARTS)));
        parts.add(new Step.Launch(new Kernel(name, List.of(part),
                List.of(new Store(buffer, values.indices(List.of(part)), values.fold(fold.f(), axes, body))))));
        return values.fold(fold.f(), List.of(again), values.load(buffer, values.indices(List.of(again))));
    }

    private Value identity(Reduction f, DType t) {
        double top = Math.scalb(1.0, t.bits() - (t.isUnsigned() ? 0 : 1)) - 1;
        return values.number(t, switch (f) {
            case SUM -> 0;
            case PROD -> 1;
            case MAX -> t.isFloat() ? Double.NEGATIVE_INFINITY : t.isInteger() && !t.isUnsigned() ? -Math.scalb(1.0, t.bits() - 1) : 0;
            case MIN -> t.isFloat() ? Double.POSITIVE_INFINITY : t == DType.BOOL ? 1 : t == DType.UINT64 ? -1 : top;
        });
    }

    private static boolean hasFold(Value v, Map<Value, Boolean> seen) {
        if (seen.put(v, true) != null) return false;
        return v.op() instanceof Scalar.Fold || v.op().operands().stream().anyMatch(o -> hasFold(o, seen));
    }

    /// The number of terms; open extents are taken for long.
    private static long length(List<Axis> axes) {
        long length = 1;
        for (Axis axis : axes) length *= axis.extent().op() instanceof Scalar.Whole(var n) ? n : LEAST;
        return length;
    }
}
