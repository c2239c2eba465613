package damo.fuse;

import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Contractions;
import damo.kernel.Kernel;
import damo.kernel.Loads;
import damo.kernel.Program;
import damo.kernel.Scalar;
import damo.kernel.Step;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// Joins kernels, so that what one stores for another to load stays in a register.
///
/// One pass in program order; when a kernel is looked at, its producers have been fused already. A producer goes *into* its reader if
/// that computes nothing expensive twice: into a longer expression, into a reduction (prologue), after a reduction (epilogue), into
/// rows that share reductions. A contraction takes in what only moves elements, before it, and what computes element by element, after it. Else
/// kernels over the same extents that share loads become *one* loop with several stores.
public final class Fusion {
    /// How many kernels back a loop to share is looked for.
    private static final int LOOK_BACK = 8;
    /// How far above the limit an estimate may be to be worth a count.
    private static final int FAR = 4;
    private static final String TOO_LARGE = "the kernel would be too large", AGAIN = "it would be computed again for each element";

    private final Values values;
    private final int limit;
    private final boolean again;
    private final Uses uses;
    private final Duplicates duplicates;
    private final Splice splice;
    private final Map<Buffer, String> kept = new LinkedHashMap<>();
    private final Map<String, Integer> joined = new HashMap<>();

    private Fusion(Program program, Values values, int limit, boolean again) {
        this.values = values;
        this.limit = limit;
        this.again = again;
        this.uses = new Uses(program);
        this.duplicates = new Duplicates(values, uses);
        this.splice = new Splice(values);
    }

    /// What fusion did.
    ///
    /// @param joined how many kernels each one that is left was before, by its name
    /// @param kept why a buffer that one kernel stores is not computed where another one loads it
    public record Report(Map<String, Integer> joined, Map<Buffer, String> kept) {}

    /// What [#fuse] does.
    public static Report report(Program program, Values values, int limit) {
        var fusion = new Fusion(program, values, limit, false);
        fusion.fuse(program.steps(), Map.of(), null);
        return new Report(fusion.joined, fusion.kept);
    }

    /// The fused program; no kernel has more than about `limit` values, save those that had more before.
    public static Program fuse(Program program, Values values, int limit) {
        return program.withSteps(new Fusion(program, values, limit, false).fuse(program.steps(), Map.of(), null));
    }

    /// As [#fuse] for a device, on which to compute a function again costs less than a trip through memory: the functions of a row that is reduced
    /// are computed once for the reduction and once more for its results, also where [damo.plan.Reuse] has no place for them.
    public static Program fuseAgain(Program program, Values values, int limit) {
        return program.withSteps(new Fusion(program, values, limit, true).fuse(program.steps(), Map.of(), null));
    }

    /// @param outside what was computed before the loop that has these steps, if one has, and may be computed in it
    /// @param step the number of the loop's step
    private List<Step> fuse(List<Step> steps, Map<Buffer, Slot> outside, Value step) {
        var built = new LinkedHashSet<Object>();             // Slots and Steps
        Map<Buffer, Slot> producers = new HashMap<>();
        for (Step each : steps) {
            switch (each) {
                case Step.Repeat _, Step.Strip _, Step.Strips _ -> built.add(each);   // made after fusion
                case Step.Compute compute -> {
                    Slot slot = new Slot(duplicates.reading(compute.kernel()), compute instanceof Step.Contract);
                    if (slot.kernel.adds()) {                // its iterations need their order, and its readers all of it
                        built.add(slot);
                        continue;
                    }
                    for (Buffer buffer : List.copyOf(slot.reads))
                        if (outside.containsKey(buffer) && isOfStep(outside.get(buffer), buffer, slot, step))
                            inline(outside.get(buffer), buffer, slot, built);
                    List<Buffer> known = slot.reads.stream().filter(producers::containsKey).toList();
                    for (Buffer buffer : known) if (!producers.get(buffer).contracts) inline(producers.get(buffer), buffer, slot, built);
                    // Last: a contraction takes in less before it than other kernels do.
                    for (Buffer buffer : known) if (producers.get(buffer).contracts) inline(producers.get(buffer), buffer, slot, built);
                    // What read it too may be in this kernel by now.
                    for (Buffer buffer : known)
                        if (slot.reads.contains(buffer) && isRow(producers.get(buffer), buffer, slot))
                            inline(producers.get(buffer), buffer, slot, built);
                    Slot host = add(slot, built);
                    for (Store store : host.kernel.stores()) producers.put(store.to(), host);
                }
                case Step.Branch(var condition, var then, var otherwise) -> {
                    built.add(new Step.Branch(condition, fuse(then, Map.of(), null), fuse(otherwise, Map.of(), null)));
                    producers.clear();                       // nothing moves across a branch
                }
                case Step.Loop loop -> {
                    Set<Buffer> states = states(loop);       // what has to do with them does not move
                    producers.entrySet().removeIf(p -> states.contains(p.getKey()) || !Collections.disjoint(p.getValue().reads, states));
                    List<Step> body = fuse(loop.body(), producers, values.symbol(loop.index()));
                    built.add(new Step.Loop(loop.index(), loop.steps(), body, loop.carries(), loop.until()));
                }
                case Step.Check _, Step.Call _ -> built.add(each);
            }
        }
        return finished(built);
    }

    /// The steps without stores that nobody reads any more.
    private List<Step> finished(LinkedHashSet<Object> built) {
        var steps = new ArrayList<Step>();
        for (Object step : built.reversed()) {
            if (step instanceof Slot slot) {
                List<Store> wanted = wanted(slot);
                Kernel left = new Kernel(slot.kernel.name(), slot.kernel.axes(), wanted);
                slot.reads.forEach(uses::drop);
                Loads.of(left).forEach(uses::add);
                joined.put(left.name(), slot.members.size());
                if (!wanted.isEmpty()) steps.add(slot.contracts ? new Step.Contract(left) : new Step.Launch(left));
            } else {
                steps.add((Step) step);
            }
        }
        return steps.reversed();
    }

    /// What somebody reads; of a contraction also a store whose memory it needs.
    private List<Store> wanted(Slot slot) {
        List<Store> wanted = slot.kernel.stores().stream().filter(s -> uses.of(s.to()) > 0).toList();
        if (!slot.contracts || wanted.isEmpty() || Contractions.is(new Kernel(slot.kernel.name(), slot.kernel.axes(), wanted))) return wanted;
        Store home = Contractions.home(slot.kernel, slot.cost.folds().getFirst().body().dtype()).orElseThrow();
        return slot.kernel.stores().stream().filter(s -> s == home || uses.of(s.to()) > 0).toList();
    }

    /// Computes `buffer` in the reader itself, if that is a gain; a producer that nobody reads any more vanishes.
    private void inline(Slot producer, Buffer buffer, Slot reader, Set<Object> built) {
        Store store = producer.store(buffer);
        Cost cost = producer.cost(store);
        var sites = new Sites(reader.kernel, buffer);
        String obstacle = obstacle(producer, cost, store, reader, sites);
        if (obstacle != null) {
            kept.put(buffer, obstacle);
            return;
        }
        Kernel whole = splice.inlined(reader.kernel, producer.kernel, store, sites);
        Cost both = reader.cost.plus(cost, sites.positions().size());
        if (both.size() > limit) both = Cost.of(whole);      // much of it may be the same
        if (both.size() > limit) {
            kept.put(buffer, TOO_LARGE);
            return;
        }
        kept.remove(buffer);
        reader.members.addAll(producer.members);
        reader.kernel = whole;
        reader.cost = both;
        reader.contracts |= producer.contracts;
        reader.reads.remove(buffer);
        uses.drop(buffer);
        Set<Buffer> inner = producer.kernel.stores().size() == 1 ? producer.reads : Loads.of(store);
        for (Buffer read : inner) if (reader.reads.add(read)) uses.add(read);
        boolean isRead = producer.kernel.stores().size() > 1 || uses.of(buffer) > 0;
        if (!isRead && built.remove(producer)) producer.reads.forEach(uses::drop);      // else it vanishes in the end
    }

    /// What `loop` and the loops within carry.
    private static Set<Buffer> states(Step.Loop loop) {
        Set<Buffer> states = new HashSet<>();
        Step.all(List.of(loop)).forEach(s -> {
            if (s instanceof Step.Loop l) l.carries().forEach(c -> states.addAll(List.of(c.state(), c.next())));
        });
        return states;
    }

    /// Whether a step of a loop reads what belongs to it, and no other step does: what costs less than memory is then better computed there, unless
    /// it turns rows into columns.
    private boolean isOfStep(Slot producer, Buffer buffer, Slot reader, Value step) {
        List<List<Value>> positions = new Sites(reader.kernel, buffer).positions();
        Cost cost = producer.cost(producer.store(buffer));
        boolean isCheap = !producer.contracts && cost.isCheap() && cost.loadsInOrder(producer.kernel.axes());
        return isCheap && positions.stream().allMatch(at -> at.contains(step));
    }

    /// Why `store` stays, or `null` if it is better computed in the reader.
    private String obstacle(Slot producer, Cost cost, Store store, Slot reader, Sites sites) {
        if (sites.positions().isEmpty() || sites.isFlat()) return "it is loaded as a row of elements of other extents";
        if (producer.contracts) {
            boolean isOnly = uses.of(store.to()) == 1 && producer.kernel.stores().size() == 1;
            return isOnly && isEpilogue(producer, store, reader, sites) ? null : "the product is read elsewhere too, or not element by element";
        }
        if (reader.contracts) return Contractions.isLinear(store.value()) ? null : "a product reads it again and again";
        if (reader.cost.size() + cost.size() * sites.positions().size() > FAR * limit) return TOO_LARGE;
        if (cost.isCheap() && (cost.work() == 0 || cost.loads().isEmpty() || !sites.isRepeated())) return null;
        if (isRow(producer, store.to(), reader)) return null;
        // A kernel with other stores goes on computing most of this one for them.
        if (uses.of(store.to()) > 1) return "several read it, and it is expensive to compute";
        if (sites.positions().size() > 1) return "it is read at several positions, and it is expensive to compute";
        if (producer.kernel.stores().size() > 1) return "it is computed together with other results";
        List<Value> at = significant(sites.positions().getFirst());
        if (cost.folds().isEmpty()) return sites.computesOnce(at) ? null : AGAIN;
        if (sites.isConditional() || at.isEmpty() && !reader.kernel.axes().isEmpty()) return AGAIN;
        boolean agrees = cost.foldsInOrder() || reader.cost.folds().isEmpty() && at.size() >= reader.kernel.axes().size();
        if (!agrees || !reader.cost.foldsInOrder()) return "the reductions go over memory in different orders";
        return splice.isPrefix(at, reader.kernel.axes()) ? null : AGAIN;
    }

    /// Whether `buffer` has rows of which the reader alone reduces each, and perhaps computes with its elements besides; and they are better computed
    /// there.
    private boolean isRow(Slot producer, Buffer buffer, Slot reader) {
        if (uses.of(buffer) > 1 || producer.kernel.stores().size() > 1 || producer.contracts || reader.contracts) return false;
        if (producer.cost.folds().isEmpty() || reader.cost.folds().isEmpty()) return false;
        Cost cost = Cost.of(producer.kernel);                          // what was counted as kernels were joined is too much
        if (!cost.foldsInOrder() || !reader.cost.foldsInOrder()) return false;
        var sites = new Sites(reader.kernel, buffer);
        int outer = buffer.rank() - 1;
        int loops = reader.kernel.axes().size();
        boolean isOnce = loops == outer && sites.positions().size() == 1;       // a reduction takes in each element, and that is all
        boolean fits = !sites.isConditional() && !sites.isFlat() && outer >= 0 && (loops == outer || loops == outer + 1)
                && sites.positions().stream().allMatch(at -> splice.isPrefix(at.subList(0, outer), reader.kernel.axes())
                        && at.getLast().op() instanceof Scalar.Index);
        return fits && (again || cost.isCheapInRow() || isOnce || isKept(reader, sites));
    }

    /// Whether what one reduction of a row and then its results are computed with has a place in the memory of these ([damo.plan.Reuse]).
    private boolean isKept(Slot reader, Sites sites) {
        List<Value> own = values.indices(reader.kernel.axes());
        return sites.positions().size() == 2 && sites.positions().contains(own)
                && reader.kernel.stores().stream().anyMatch(s -> s.to().dtype() == sites.dtype() && s.at().equals(own));
    }

    /// Whether a contraction can do what `reader` does to each of its results, and nothing else.
    private boolean isEpilogue(Slot producer, Store store, Slot reader, Sites sites) {
        List<Value> at = sites.positions().getFirst();
        return sites.positions().size() == 1 && !sites.isConditional() && at.size() == reader.kernel.axes().size()
                && Set.copyOf(at).equals(Set.copyOf(values.indices(reader.kernel.axes()))) && isElementwise(reader)
                && Contractions.home(reader.kernel, store.value().dtype()).isPresent();
    }

    private static boolean isElementwise(Slot slot) {
        return slot.cost.folds().isEmpty() && !slot.kernel.adds();
    }

    /// A position without the trailing zeros, which are those of axes of extent 1.
    private static List<Value> significant(List<Value> at) {
        int rank = at.size();
        while (rank > 0 && Values.isWhole(at.get(rank - 1), 0)) rank--;
        return at.subList(0, rank);
    }

    /// Adds `slot` to what is built: to an earlier kernel over the same extents that shares a load with it, if there is one and nothing in between is
    /// computed of the one for the other; else at the end. The slot that does it now.
    private Slot add(Slot slot, LinkedHashSet<Object> built) {
        var since = new ArrayList<Slot>();
        for (Object step : built.reversed()) {
            if (!(step instanceof Slot other) || since.size() == LOOK_BACK) break;
            boolean fits = !other.isFull && other.cost.size() + slot.cost.size() <= FAR * limit;
            if (fits && sharesLoop(other, slot) && shares(other, slot)) {
                List<Slot> waiting = waiting(other, since);
                if (!isFedBy(slot, waiting)) {
                    if (!merge(other, slot)) break;
                    built.remove(other);                               // as late as it may be
                    waiting.forEach(built::remove);
                    built.add(other);
                    built.addAll(waiting);
                    return other;
                }
            }
            since.addFirst(other);
        }
        built.add(slot);
        return slot;
    }

    /// Those of `later`, in order, that need something of `first`, or of such a kernel.
    private static List<Slot> waiting(Slot first, List<Slot> later) {
        var waiting = new ArrayList<>(List.of(first));
        for (Slot slot : later) if (isFedBy(slot, waiting)) waiting.add(slot);
        return waiting.subList(1, waiting.size());
    }

    private static boolean isFedBy(Slot slot, List<Slot> producers) {
        return producers.stream().anyMatch(p -> p.kernel.stores().stream().anyMatch(s -> slot.reads.contains(s.to())));
    }

    /// Whether one loop suits both: the extents are the same. A contraction does more with its results; other reductions join those that go over the
    /// same rows, in order.
    private boolean sharesLoop(Slot first, Slot second) {
        if (!Splice.extents(first.kernel).equals(Splice.extents(second.kernel))) return false;
        return isElementwise(second) ? isElementwise(first) || first.contracts : !again && sharesRows(first, second);
    }

    private boolean sharesRows(Slot first, Slot second) {
        if (first.contracts || second.contracts || first.kernel.adds() || second.kernel.adds() || first.cost.folds().isEmpty()) return false;
        List<List<Value>> lengths = Stream.concat(first.cost.folds().stream(), second.cost.folds().stream())
                .map(f -> f.axes().stream().map(Axis::extent).toList()).distinct().toList();
        boolean needs = first.kernel.stores().stream().anyMatch(s -> second.reads.contains(s.to()));
        return lengths.size() == 1 && !needs && first.cost.foldsInOrder() && second.cost.foldsInOrder()
                && first.reads.stream().anyMatch(b -> b.rank() > 0 && second.reads.contains(b));
    }

    /// Whether the two share memory traffic, and what one stores is loaded by the other only at the position where it was stored.
    private boolean shares(Slot first, Slot second) {
        boolean shares = first.kernel.axes().isEmpty() || !first.contracts && first.reads.stream().anyMatch(second.reads::contains);
        for (Store store : first.kernel.stores()) {
            if (!second.reads.contains(store.to())) continue;
            var sites = new Sites(second.kernel, store.to());
            if (sites.isFlat() || sites.positions().size() != 1) return false;
            if (!sites.positions().getFirst().equals(values.indices(second.kernel.axes()))) return false;
            if (first.contracts && sites.isConditional()) return false;
            shares = true;
        }
        return shares;
    }

    /// Makes `host` do what `slot` does, too, unless that is too much.
    private boolean merge(Slot host, Slot slot) {
        Kernel merged = splice.merged(host.kernel, slot.kernel);
        Cost both = slot.cost.plus(host.cost, 1);
        if (both.size() > limit) both = Cost.of(merged);
        host.isFull = both.size() > limit;
        if (host.isFull) return false;
        for (Store store : host.kernel.stores()) if (slot.reads.remove(store.to())) uses.drop(store.to());
        for (Buffer read : slot.reads) if (!host.reads.add(read)) uses.drop(read);
        host.kernel = duplicates.without(merged);
        host.members.addAll(slot.members);
        host.cost = both;
        host.contracts |= slot.contracts;
        return true;
    }
}
