package damo.plan;

import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Contractions;
import damo.kernel.Kernel;
import damo.kernel.Loads;
import damo.kernel.Order;
import damo.kernel.Program;
import damo.kernel.Scalar;
import damo.kernel.Step;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// An output that may be stored where an input is: of each element, everything that needs the old one has read it before the new one is stored,
/// and once the first is stored nothing can fail. The input's memory must be nobody else's.
///
/// @param from the input
/// @param to the output
/// @param few the extent that must be at most [Contraction#block], if there is one: with more terms, sums that are not complete lie in `to`
public record InPlace(Buffer from, Buffer to, Optional<Value> few) {
    /// All such pairs of a program; its values are of this pool.
    public static List<InPlace> of(Values values, Program program) {
        List<Step> steps = program.steps();
        Map<Buffer, Integer> lastRead = new HashMap<>();
        for (int i = 0; i < steps.size(); i++) for (Buffer b : MemoryPlan.mentioned(steps.get(i), false)) lastRead.put(b, i);
        Set<Buffer> outputs = new HashSet<>(program.outputs());
        var found = new ArrayList<InPlace>();
        for (int i = steps.size() - 1; i >= 0 && !mayFail(steps.get(i)); i--) {
            if (!(steps.get(i) instanceof Step.Compute step)) continue;
            for (Store store : step.kernel().stores())
                if (outputs.contains(store.to()))
                    for (Buffer from : program.inputs())
                        if (lastRead.getOrDefault(from, -1) <= i) of(values, step, from, store.to()).ifPresent(found::add);
        }
        return found;
    }

    /// Whether a call may end in this step.
    public static boolean mayFail(Step step) {
        return switch (step) {
            case Step.Compute _, Step.Strips _ -> false;
            case Step.Loop loop -> loop.body().stream().anyMatch(InPlace::mayFail);
            case Step.Branch _, Step.Check _, Step.Call _ -> true;
        };
    }

    /// The pair, if `step` may store `to` in the memory of `from`, as far as it depends on this step.
    static Optional<InPlace> of(Values values, Step.Compute step, Buffer from, Buffer to) {
        Kernel kernel = step.kernel();
        if (from.dtype().storage() != to.dtype().storage() || !from.extents().equals(to.extents())) return Optional.empty();
        if (!Loads.of(kernel).contains(from)) return Optional.of(new InPlace(from, to, Optional.empty()));
        return switch (step) {
            case Step.Launch _ -> !kernel.adds() && folds(kernel).isEmpty() && isReadFirst(values, kernel, from, to)
                    ? Optional.of(new InPlace(from, to, Optional.empty())) : Optional.empty();
            case Step.Contract _ -> contract(values, kernel, from, to);
            case Step.Repeat _, Step.Strip _ -> Optional.empty();      // some positions are done more than once, or before others are read
        };
    }

    /// What is stored of sums comes after them; the sums themselves lie in other memory, if a product is one block.
    private static Optional<InPlace> contract(Values values, Kernel kernel, Buffer from, Buffer to) {
        Value sum = folds(kernel).getFirst();
        Store home = Contractions.home(kernel, sum.dtype()).orElseThrow();
        List<Store> order = Stream.concat(kernel.stores().stream().filter(s -> s != home), Stream.of(home)).toList();
        if (loads(((Scalar.Fold) sum.op()).body(), from).findAny().isPresent()) return Optional.empty();
        if (!isReadFirst(values, new Kernel(kernel.name(), kernel.axes(), order), from, to)) return Optional.empty();
        if (!home.to().equals(to)) return Optional.of(new InPlace(from, to, Optional.empty()));
        List<Value> terms = ((Scalar.Fold) sum.op()).axes().stream().map(Axis::extent).filter(e -> !Values.isWhole(e, 1)).toList();
        if (terms.size() > 1) return Optional.empty();
        boolean isFew = terms.isEmpty() || terms.getFirst().op() instanceof Scalar.Whole(var n) && n <= Contraction.block(sum.dtype());
        if (isFew) return Optional.of(new InPlace(from, to, Optional.empty()));
        return terms.getFirst().op() instanceof Scalar.Symbol ? Optional.of(new InPlace(from, to, Optional.of(terms.getFirst()))) : Optional.empty();
    }

    private static List<Value> folds(Kernel kernel) {
        return Contractions.folds(kernel.stores().stream().map(Store::value).toList());
    }

    /// Whether each iteration stores one element of `to`, having read that of `from` and no other.
    private static boolean isReadFirst(Values values, Kernel kernel, Buffer from, Buffer to) {
        List<Store> own = kernel.stores().stream().filter(s -> s.to().equals(to)).toList();
        if (own.size() != 1 || !isEach(kernel, own.getFirst())) return false;
        List<Stmt.Put> puts = Flatten.puts(values, kernel);
        Value here = puts.get(kernel.stores().indexOf(own.getFirst())).offset();
        for (Stmt.Put put : puts)
            if (loads(put.offset(), from).findAny().isPresent() || !loads(put.value(), from).allMatch(v -> isAt(v, here))) return false;
        // As they are scheduled: what arithmetic on integers leaves of a value may read less.
        return isKnown(puts, from, to) && isKnown(Flatten.puts(values, Unroll.of(values, kernel)), from, to);
    }

    /// Whether what is stored after an element of `to` reads nothing of `from` there but what was surely read for it or before, and is kept since.
    private static boolean isKnown(List<Stmt.Put> puts, Buffer from, Buffer to) {
        for (int i = 0; i < puts.size(); i++) {
            Stmt.Put put = puts.get(i);
            if (!put.to().equals(to)) continue;
            Set<Value> known = new Needs().of(puts.subList(0, i + 1).stream().map(Stmt.Put::value).toList());
            for (Stmt.Put later : puts.subList(i + 1, puts.size()))
                if (loads(later.value(), from).anyMatch(v -> isAt(v, put.offset()) && !known.contains(v))) return false;
        }
        return true;
    }

    private static boolean isAt(Value load, Value offset) {
        return load.op() instanceof Scalar.Flat(_, var at) && at == offset;
    }

    /// Whether a store goes to all elements, one in each iteration.
    private static boolean isEach(Kernel kernel, Store store) {
        var axes = new HashSet<Axis>();
        for (int i = 0; i < store.at().size(); i++) {
            Value extent = store.to().extents().get(i);
            boolean isAlong = store.at().get(i).op() instanceof Scalar.Index(var axis) && axis.extent() == extent && axes.add(axis);
            if (!isAlong && !(Values.isWhole(store.at().get(i), 0) && Values.isWhole(extent, 1))) return false;
        }
        return kernel.axes().stream().allMatch(a -> axes.contains(a) || Values.isWhole(a.extent(), 1));
    }

    private static Stream<Value> loads(Value v, Buffer from) {
        return Order.of(v, _ -> false).stream().filter(u -> switch (u.op()) {
            case Scalar.Load(var in, _) -> in.equals(from);
            case Scalar.Flat(var in, _) -> in.equals(from);
            case Scalar.Real _, Scalar.Whole _, Scalar.Symbol _, Scalar.Index _, Scalar.Apply _, Scalar.Convert _, Scalar.Bits _, Scalar.Choose _,
                 Scalar.Fold _ -> false;
        });
    }
}
