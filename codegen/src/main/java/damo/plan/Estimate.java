package damo.plan;

import damo.graph.ScalarOp;
import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.FreeAxes;
import damo.kernel.Kernel;
import damo.kernel.KernelText;
import damo.kernel.Order;
import damo.kernel.Scalar;
import damo.kernel.Store;
import damo.kernel.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// What a kernel moves and computes, as a sum of products of a number and extents.
public final class Estimate {
    private final Map<List<String>, Double> terms = new HashMap<>();   // numbers by the names of the extents they are multiplied with
    private final Map<String, Value> extents = new HashMap<>();

    private Estimate() {}

    /// The bytes of what `kernel` loads, each element once; where a buffer has a row for each step of a loop, this row.
    static Estimate read(Kernel kernel) {
        var places = new ArrayList<Place>();
        Set<Value> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Store s : kernel.stores())
            for (Value root : Stream.concat(s.at().stream(), Stream.of(s.value())).toList())
                for (Value v : Order.of(root, seen::contains)) {
                    seen.add(v);
                    if (v.op() instanceof Scalar.Load(var from, var at)) places.add(place(from, at));
                }
        return bytes(places.stream());
    }

    /// The bytes of what `kernel` stores.
    static Estimate written(Kernel kernel) {
        return bytes(kernel.stores().stream().map(s -> place(s.to(), s.at())));
    }

    /// Part of a buffer: how many positions along each axis; none stands for one.
    private record Place(Buffer buffer, List<Optional<Value>> extents) {}

    /// As many positions as there are along the loop that a position goes by; with several loops, or indices that were loaded, at most all.
    private static Place place(Buffer buffer, List<Value> at) {
        return new Place(buffer, IntStream.range(0, at.size()).mapToObj(i -> {
            Set<Axis> axes = Axes.of(at.get(i));
            if (axes.isEmpty()) return Optional.<Value>empty();
            return Optional.of(axes.size() == 1 ? axes.iterator().next().extent() : buffer.extents().get(i));
        }).toList());
    }

    private static Estimate bytes(Stream<Place> places) {
        var sum = new Estimate();
        places.distinct().forEach(p -> sum.add(Math.max(1, p.buffer.dtype().bits() / 8), p.extents.stream().flatMap(Optional::stream).toList()));
        return sum;
    }

    /// The operations on floats of `kernel`, whose functions are spelled out: each where it is computed, in the loops that it depends on. A fused
    /// multiply-add is two.
    ///
    /// @param times how often all that is done: the product of these
    static Estimate flops(Kernel kernel, List<Value> times) {
        var sum = new Estimate();
        var free = new FreeAxes();
        Set<Value> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Store s : kernel.stores()) {
            if (s.adds()) sum.add(1, Stream.concat(times.stream(), kernel.axes().stream().map(Axis::extent)).toList());
            for (Value v : Order.of(s.value(), seen::contains)) {
                seen.add(v);
                if (!v.dtype().isFloat()) continue;
                Set<Axis> around = new HashSet<>(free.of(v));
                int count = 0;
                if (v.op() instanceof Scalar.Apply(var f, _)) count = f == ScalarOp.FMA ? 2 : f == ScalarOp.WHERE || f == ScalarOp.NEG ? 0 : 1;
                if (v.op() instanceof Scalar.Fold(_, var axes, _)) {
                    count = 1;
                    around.addAll(axes);
                }
                if (count > 0) sum.add(count, Stream.concat(times.stream(), around.stream().map(Axis::extent)).toList());
            }
        }
        return sum;
    }

    private void add(double number, List<Value> factors) {
        double all = number;
        var names = Stream.<String>builder();
        for (Value factor : factors)
            if (factor.op() instanceof Scalar.Whole(var n)) all *= n;
            else {
                String name = factor.op() instanceof Scalar.Symbol(var symbol) ? symbol : "(%s)".formatted(KernelText.print(factor));
                extents.put(name, factor);
                names.add(name);
            }
        terms.merge(names.build().sorted().toList(), all, Double::sum);
    }

    /// How much it is where the symbols are known.
    public double of(ToLongFunction<String> symbols) {
        double sum = 0;
        for (var term : terms.entrySet()) {
            double product = term.getValue();
            for (String name : term.getKey()) product *= Extent.of(extents.get(name), symbols);
            sum += product;
        }
        return sum;
    }

    /// As `16 n0 n1 + 8`.
    @Override public String toString() {
        if (terms.isEmpty()) return "0";
        return terms.entrySet().stream().sorted(Comparator.<Map.Entry<List<String>, Double>>comparingInt(e -> -e.getKey().size())
                .thenComparing(e -> String.join(" ", e.getKey()))).map(e -> term(e.getValue(), e.getKey())).collect(Collectors.joining(" + "));
    }

    private static String term(double number, List<String> names) {
        Stream<String> first = number == 1 && !names.isEmpty() ? Stream.empty() : Stream.of(String.format(Locale.ROOT, "%.0f", number));
        return Stream.concat(first, names.stream()).collect(Collectors.joining(" "));
    }
}
