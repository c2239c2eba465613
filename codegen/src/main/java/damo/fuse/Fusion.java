package damo.fuse;

import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Program;
import damo.kernel.Scalar;
import damo.kernel.Step;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Joins kernels, so that what one stores for another to load stays in a register.
///
/// One pass in program order; when a kernel is looked at, its producers have been fused already. A producer goes *into* its reader if
/// that computes nothing expensive twice: into a longer expression, into a reduction (prologue), after a reduction (epilogue), into
/// rows that share reductions. Else kernels over the same extents that share loads become *one* loop with several stores.
public final class Fusion {
    private final Values values;
    private final int limit;
    private final Uses uses;
    private final Set<Buffer> kept;

    private Fusion(Program program, Values values, int limit) {
        this.values = values;
        this.limit = limit;
        this.uses = new Uses(program);
        this.kept = new HashSet<>(program.outputs());
    }

    /// The fused program; no kernel has more than about `limit` values, save those that had more before.
    public static Program fuse(Program program, Values values, int limit) {
        return program.withSteps(new Fusion(program, values, limit).fuse(program.steps()));
    }

    /// A kernel in the list of steps that is being built, and what is known of it.
    private static final class Slot {
        Kernel kernel;
        int size;
        final Map<Buffer, Cost> costs = new HashMap<>();

        Slot(Kernel kernel) {
            set(kernel);
        }

        void set(Kernel other) {
            kernel = other;
            size = Cost.of(other).size();
            costs.clear();
        }

        Cost cost(Store store) {
            return costs.computeIfAbsent(store.to(), _ -> Cost.of(store.value()));
        }
    }

    private List<Step> fuse(List<Step> steps) {
        var built = new ArrayList<Object>();                 // Slot or Step
        Map<Buffer, Slot> producers = new HashMap<>();
        Map<Buffer, Integer> lastRead = new HashMap<>();
        for (Step step : steps) {
            switch (step) {
                case Step.Launch(var kernel) -> {
                    Slot slot = new Slot(inlined(kernel, producers));
                    Slot host = host(slot.kernel, built, producers, lastRead);
                    if (host != null) {
                        Kernel merged = merged(host.kernel, slot.kernel);
                        uses.replace(slot.kernel, merged);
                        Uses.read(host.kernel).forEach(uses::drop);
                        host.set(merged);
                        built.remove(host);
                        slot = host;
                    }
                    built.add(slot);
                    for (Store store : slot.kernel.stores()) producers.put(store.to(), slot);
                    for (Buffer read : Uses.read(slot.kernel)) lastRead.put(read, built.size());
                }
                case Step.Branch(var condition, var then, var otherwise) -> {
                    built.add(new Step.Branch(condition, fuse(then), fuse(otherwise)));
                    lastRead.clear();
                    producers.clear();                       // nothing moves across a branch
                }
                case Step.Check check -> built.add(check);
            }
        }
        return finished(built);
    }

    /// The steps without stores that nobody reads any more.
    private List<Step> finished(List<Object> built) {
        var steps = new ArrayList<Step>();
        for (Object step : built.reversed()) {
            if (step instanceof Slot slot) {
                List<Store> wanted = slot.kernel.stores().stream().filter(s -> uses.of(s.to()) > 0).toList();
                Kernel left = new Kernel(slot.kernel.name(), slot.kernel.axes(), wanted);
                uses.replace(slot.kernel, left);
                if (!wanted.isEmpty()) steps.add(new Step.Launch(left));
            } else {
                steps.add((Step) step);
            }
        }
        return steps.reversed();
    }

    /// `reader` with every producer in it that may go there.
    private Kernel inlined(Kernel reader, Map<Buffer, Slot> producers) {
        Kernel kernel = reader;
        for (Buffer buffer : Uses.read(reader)) {
            Slot producer = producers.get(buffer);
            if (producer == null) continue;
            Store store = producer.kernel.stores().stream().filter(s -> s.to().equals(buffer)).findFirst().orElseThrow();
            var sites = new Sites(kernel, buffer);
            if (!mayInline(producer, store, kernel, sites)) continue;
            Kernel before = kernel;
            kernel = inlined(before, producer.kernel, store, sites);
            uses.replace(before, kernel);
        }
        return kernel;
    }

    private boolean mayInline(Slot producer, Store store, Kernel reader, Sites sites) {
        if (sites.positions().isEmpty() || sites.isFlat()) return false;
        Cost cost = producer.cost(store);
        if (Cost.of(reader).size() + cost.size() * sites.positions().size() > limit) return false;
        if (cost.isCheap() && (cost.work() == 0 || !sites.isRepeated())) return true;
        if (uses.of(store.to()) > 1 || sites.positions().size() > 1) return false;
        List<Value> at = significant(sites.positions().getFirst());
        if (cost.folds().isEmpty()) return sites.computesOnce(at);
        if (sites.isConditional() || at.isEmpty() && !reader.axes().isEmpty()) return false;
        if (!cost.foldsInOrder() && (!Cost.of(reader).folds().isEmpty() || at.size() < reader.axes().size())) return false;
        if (!Cost.of(reader).foldsInOrder()) return false;
        return isPrefix(at, reader.axes());
    }

    /// A position without the trailing zeros, which are those of axes of extent 1.
    private static List<Value> significant(List<Value> at) {
        int rank = at.size();
        while (rank > 0 && Values.isWhole(at.get(rank - 1), 0)) rank--;
        return at.subList(0, rank);
    }

    private boolean isPrefix(List<Value> at, List<Axis> axes) {
        return at.size() <= axes.size() && at.equals(values.indices(axes.subList(0, at.size())));
    }

    private Kernel inlined(Kernel reader, Kernel producer, Store store, Sites sites) {
        List<Value> at = sites.positions().getFirst();
        boolean aligned = sites.positions().size() == 1 && at.size() == reader.axes().size() && isPrefix(at, reader.axes())
                && extents(reader).equals(extents(producer));
        // The reader takes the producer's loops where it can: the reader is new and small, the producer may have grown long.
        if (aligned) {
            Kernel renamed = renamed(reader, producer.axes());
            return mapped(renamed, v -> v.op() instanceof Scalar.Load(var from, _) && from.equals(store.to()) ? store.value() : null);
        }
        Map<List<Value>, Value> images = new HashMap<>();
        for (List<Value> position : sites.positions()) images.put(position, moved(store.value(), producer.axes(), position));
        return mapped(reader, v -> v.op() instanceof Scalar.Load(var from, var p) && from.equals(store.to()) ? images.get(p) : null);
    }

    private static List<Value> extents(Kernel kernel) {
        return kernel.axes().stream().map(Axis::extent).toList();
    }

    /// `value` with other positions along `axes`.
    private Value moved(Value value, List<Axis> axes, List<Value> position) {
        return values.replace(value, v -> v.op() instanceof Scalar.Index(var axis) && axes.contains(axis) ? position.get(axes.indexOf(axis)) : null);
    }

    private Kernel renamed(Kernel kernel, List<Axis> axes) {
        List<Value> indices = values.indices(axes);
        Map<Value, Value> done = new IdentityHashMap<>();
        return new Kernel(kernel.name(), axes, kernel.stores().stream().map(s -> new Store(s.to(),
                s.at().stream().map(a -> moved(a, kernel.axes(), indices)).toList(),
                values.replace(s.value(), v -> v.op() instanceof Scalar.Index(var axis) && kernel.axes().contains(axis)
                        ? indices.get(kernel.axes().indexOf(axis)) : null, done))).toList());
    }

    private Kernel mapped(Kernel kernel, java.util.function.Function<Value, Value> image) {
        Map<Value, Value> done = new IdentityHashMap<>();
        return new Kernel(kernel.name(), kernel.axes(),
                kernel.stores().stream().map(s -> new Store(s.to(), s.at(), values.replace(s.value(), image, done))).toList());
    }

    /// An earlier kernel over the same extents which may run as late as now and shares a load with `kernel`, or `null`.
    private Slot host(Kernel kernel, List<Object> built, Map<Buffer, Slot> producers, Map<Buffer, Integer> lastRead) {
        Cost cost = Cost.of(kernel);
        if (!cost.folds().isEmpty()) return null;
        Set<Buffer> read = Uses.read(kernel);
        for (int i = built.size() - 1; i >= Math.max(0, built.size() - 8); i--) {
            if (!(built.get(i) instanceof Slot other)) return null;
            if (movable(other, built, i, read) && extents(other.kernel).equals(extents(kernel)) && other.size + cost.size() <= limit
                    && shares(other.kernel, kernel, read)) return other;
        }
        return null;
    }

    /// Whether nothing between position `i` and now reads what `other` stores.
    private static boolean movable(Slot other, List<Object> built, int i, Set<Buffer> read) {
        for (Object later : built.subList(i + 1, built.size()))
            for (Store store : other.kernel.stores())
                if (Uses.read(((Slot) later).kernel).contains(store.to())) return false;
        return Cost.of(other.kernel).folds().isEmpty();
    }

    /// Whether the two share memory traffic, and what one stores is loaded by the other only at the position where it was stored.
    private boolean shares(Kernel first, Kernel second, Set<Buffer> read) {
        boolean shares = first.axes().isEmpty();
        for (Store store : first.stores()) {
            if (!read.contains(store.to())) continue;
            var sites = new Sites(second, store.to());
            if (sites.isFlat() || sites.positions().size() != 1 || !sites.positions().getFirst().equals(values.indices(second.axes()))
                    || !store.at().equals(values.indices(first.axes()))) return false;
            shares = true;
        }
        Set<Buffer> common = new HashSet<>(Uses.read(first));
        common.retainAll(read);
        return shares || !common.isEmpty();
    }

    private Kernel merged(Kernel first, Kernel second) {
        Kernel renamed = renamed(second, first.axes());
        Map<Buffer, Value> stored = new HashMap<>();
        for (Store store : first.stores()) stored.put(store.to(), store.value());
        Kernel direct = mapped(renamed, v -> v.op() instanceof Scalar.Load(var from, _) ? stored.get(from) : null);
        var stores = new ArrayList<>(first.stores());
        stores.addAll(direct.stores());
        return new Kernel(first.name(), first.axes(), stores);
    }
}
