package damo;

import damo.graph.Index;
import damo.graph.Ints;
import damo.graph.Loops;
import damo.graph.Op;
import damo.graph.Promise;
import damo.graph.Source;
import damo.graph.Variable;
import damo.type.DType;
import damo.type.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// A loop, described by its parts; they are handles, so there is no order of arguments to remember.
///
/// ```java
/// var loop = scan();
/// var x = loop.sequence(xs);                 // an element in each step
/// var h = loop.state(zeros(FLOAT64, 5));     // carried from step to step
/// loop.next(h, tanh(dot(x, w).add(dot(h, u))));
/// Variable all = loop.trace(h), last = loop.last(h), y = loop.emit(dot(h, v));
/// ```
///
/// What a step mentions from outside is captured. What does not depend on the step is computed once, before the loop. A random draw that was
/// written after `scan()` is made anew in each step, and its stream goes on after the loop; one that was written before is the same in all steps.
///
/// The parts may be given in any order, but all save [#emit], [#trace], [#last] and [#steps] before a result is used in a function or derivative.
/// Sequences, states and [#index] have values within a step only.
public final class Scan {
    private final Source source = Source.here();
    private final long number = Shared.nextNumber();
    private final Variable index = placeholder("i", TensorType.scalar(DType.INT64));
    private final List<Variable> elements = new ArrayList<>();
    private final List<Variable> sequences = new ArrayList<>();
    private final List<Tapped> states = new ArrayList<>();
    private final Map<Variable, Variable> next = new IdentityHashMap<>();
    private final List<Supplier<Variable>> emitted = new ArrayList<>();
    private final Ending end = new Ending(label());
    private int checkpoint;
    private int truncate;
    private boolean closed;
    private boolean unfolding;
    private Unfolding settled;

    Scan() {}

    /// A sequence or state as a step sees it; itself the tap nearest to the present.
    public static final class Tapped extends Variable {
        private final String owner;
        private final Map<Integer, Variable> taps;
        private final List<Variable> initial;                       // of a state: before the first step, the oldest first

        private Tapped(String owner, String name, TensorType type, int self, Map<Integer, Variable> others, List<Variable> initial) {
            super(new Op.Input(new Op.Input.Identity(owner), type), name, Source.here());
            this.owner = owner;
            this.taps = others;
            this.initial = initial;
            taps.put(self, this);
        }

        /// The element or state at this distance from the step: negative in the past, positive in the future.
        ///
        /// @throws DamoException if this tap was not asked for
        public Variable tap(int distance) {
            Variable tap = taps.get(distance);
            if (tap != null) return tap;
            throw Variable.error(owner + ": tap", "%s has the taps %s, not %d; list it where the sequence or state is made"
                    .formatted(label(), taps.keySet().stream().sorted().toList(), distance), List.of(this));
        }

        /// The taps of a state, the oldest first: a step moves each to the place of the one before.
        private Stream<Variable> carried() {
            return IntStream.range(-initial.size(), 0).mapToObj(taps::get);
        }
    }

    /// The element of `xs` along its first axis that belongs to the step; the shortest sequence decides how many steps there are, unless
    /// [#times] does. With taps such as `-1, 0, 2`, elements at these distances from the step: there are as many steps fewer as the taps reach.
    ///
    /// @throws DamoException if `xs` is a scalar, or a tap is named twice
    public Tapped sequence(Variable xs, int... taps) {
        return read("sequence", xs, taps.length == 0 ? new int[] {0} : taps);
    }

    /// As [#sequence], from the last element to the first. Emissions stay in the order of the steps.
    public Tapped backwards(Variable xs) {
        return read("backwards", xs.rank() == 0 ? xs : xs.index(new Index.Range(null, null, -1)), 0);
    }

    private Tapped read(String what, Variable xs, int... taps) {
        if (xs.rank() == 0) throw error(what, "a sequence needs an axis to run over, but this is a scalar", List.of(xs));
        open(what);
        distinct(what, taps);
        int first = Math.min(0, Arrays.stream(taps).min().orElseThrow());
        int last = Math.max(0, Arrays.stream(taps).max().orElseThrow());
        Variable length = last == first ? xs.shape(0) : Ints.max(Ints.sub(xs.shape(0), Ints.of(last - first)), Ints.of(0));
        TensorType type = xs.type().withExtents(xs.type().extents().subList(1, xs.rank()));
        int nearest = Arrays.stream(taps).boxed().min(Comparator.comparing(Math::abs)).orElseThrow();
        Map<Integer, Variable> others = new HashMap<>();
        String name = xs.name().isEmpty() ? "element" : xs.name();
        for (int tap : taps) if (tap != nearest) others.put(tap, placeholder(name, type));
        var element = new Tapped(label(), name, type, nearest, others, List.of());
        for (int tap : taps) {
            elements.add(element.tap(tap));
            sequences.add(last == first ? xs : new Variable(new Op.Slice(xs, 0, Ints.of(tap - first), length, 1)));
        }
        end.sequence(length);
        return element;
    }

    /// The number of the step, from 0; int64.
    public Variable index() {
        return index;
    }

    /// A value that each step finds as the step before left it, `initial` at first; [#next] says what it becomes. With taps such as
    /// `-2, -1`, the values that many steps ago, and `initial` has them along its first axis, the oldest first: as many rows as the taps reach
    /// back, also if not every one of them is named.
    ///
    /// @throws DamoException if a tap is not negative or named twice, or `initial` has another number of rows (if open: when it is called)
    public Tapped state(Variable initial, int... taps) {
        open("state");
        int[] all = taps.length == 0 ? new int[] {-1} : taps;
        distinct("state", all);
        if (Arrays.stream(all).anyMatch(t -> t >= 0))
            throw error("state", "the taps of a state are steps ago, so negative, not " + Arrays.toString(all), List.of(initial));
        int depth = -Arrays.stream(all).min().orElseThrow();
        List<Variable> first = taps.length == 0 ? List.of(initial) : rows(initial, depth);
        Map<Integer, Variable> others = new HashMap<>();
        String name = initial.name().isEmpty() ? "state" : initial.name();
        for (int tap = -depth; tap < -1; tap++) others.put(tap, placeholder(name, first.getFirst().type()));
        var state = new Tapped(label(), name, first.getFirst().type(), -1, others, first);
        states.add(state);
        return state;
    }

    private List<Variable> rows(Variable initial, int depth) {
        String rule = "the taps reach %d steps back, so the initial value needs %d rows along its first axis".formatted(depth, depth);
        long known = initial.rank() == 0 ? 0 : initial.type().extent(0);
        if (known != TensorType.UNKNOWN && known != depth) throw error("state", rule, List.of(initial));
        Variable whole = known == depth ? initial
                : new Variable(new Op.Assert(initial, initial.shape(0).eq(depth), Variable.message(label() + ": state", rule, List.of(initial))));
        return IntStream.range(0, depth).mapToObj(whole::at).toList();
    }

    private void distinct(String what, int[] taps) {
        if (Arrays.stream(taps).distinct().count() < taps.length)
            throw error(what, "a tap is named twice in " + Arrays.toString(taps), List.of());
    }

    /// What `state` is in the next step, from what it and the others were in this one.
    ///
    /// @throws DamoException if `value` has another dtype or shape (if open: when it is called), or the next value was given already
    public void next(Variable state, Variable value) {
        Tapped known = known("next", state);
        if (next.containsKey(known))
            throw error("next", "the next value of %s was given already".formatted(state.label()), List.of(state, next.get(known)));
        TensorType type = known.type();
        if (!type.mayHold(value.type()))
            throw error("next", "a state keeps its dtype and shape: the next value of %s must be %s; cast or reshape it, or the initial value"
                    .formatted(state.label(), type), List.of(known, value));
        open("next");
        next.put(known, value);
    }

    /// How many steps there are: an integer scalar, not negative. Sequences must have at least as many elements. Of several counts the least.
    public void times(Variable count) {
        open("times");
        end.times(count);
    }

    /// How many steps there are.
    public void times(long count) {
        times(Ints.of(count));
    }

    /// Ends the loop after the step in which `condition`, a bool scalar, holds; of several conditions, any.
    public void until(Variable condition) {
        open("until");
        end.until(condition);
    }

    /// `value` in each step, stacked along a new first axis.
    public Variable emit(Variable value) {
        return emission(value, value.type(), () -> value);
    }

    /// What `state` becomes in each step, stacked along a new first axis.
    public Variable trace(Variable state) {
        Tapped known = known("trace", state);
        return emission(known, known.type(), () -> next.get(known));
    }

    private Variable emission(Variable of, TensorType row, Supplier<Variable> value) {
        int at = emitted.size();
        emitted.add(value);
        settled = null;                                             // earlier results keep the loop without this one
        var extents = new ArrayList<>(row.extents());
        extents.addFirst(TensorType.UNKNOWN);
        return new Promise(row.withExtents(extents), of.name(), () -> settled().emissions().get(at));
    }

    /// What `state` is after the loop: the initial value (with taps, its newest row) if there is no step. Only this step is kept.
    public Variable last(Variable state) {
        Tapped known = known("last", state);
        return new Promise(known.type(), known.name(), () -> settled().last().get(known));
    }

    /// How many steps the loop does, an int64 scalar: fewer than asked for if [#until] ends it.
    public Variable steps() {
        return new Promise(TensorType.scalar(DType.INT64), "", () -> settled().steps());
    }

    /// Reverse derivatives go back through the last `count` steps only.
    public void truncateGradient(int count) {
        truncate = positive("truncateGradient", count);
    }

    /// Reverse derivatives keep the states of every `count`-th step only and do the steps between them again: memory for time.
    public void checkpointEvery(int count) {
        checkpoint = positive("checkpointEvery", count);
    }

    private int positive(String what, int count) {
        open(what);
        if (count < 1) throw error(what, "a positive number of steps is needed, not " + count, List.of());
        return count;
    }

    /// `scan (Train.java:41)`.
    String label() {
        return source == Source.NONE ? "scan" : "scan (%s)".formatted(source);
    }

    /// That `what` (a part of the description, or nothing for all of it) broke `rule`.
    private DamoException error(String what, String rule, List<Variable> about) {
        return Variable.error(what.isEmpty() ? label() : label() + ": " + what, rule, about);
    }

    private Variable placeholder(String name, TensorType type) {
        return Loops.parameter(label(), name, type);
    }

    private Tapped known(String what, Variable state) {
        for (Tapped s : states) if (s.op().equals(state.op())) return s;
        throw error(what, "this is no state of this loop; pass what its state(…) returned", List.of(state));
    }

    private void open(String what) {
        if (closed)
            throw error(what, "a result of the loop is in use already; describe the loop before a function or derivative uses it", List.of());
    }

    private synchronized Unfolding settled() {
        if (settled != null) return settled;
        if (unfolding)
            throw error("", "a step mentions a result of its own loop; mention the state or what is emitted itself", List.of());
        unfolding = true;
        try {
            settled = source.during(this::unfold);
        } finally {
            unfolding = false;
        }
        closed = true;
        return settled;
    }

    private Unfolding unfold() {
        for (Tapped state : states)
            if (!next.containsKey(state))
                throw error("", "this state has no next value; say next(state, value)", List.of(state));
        List<Variable> carried = all(Tapped::carried);
        List<Variable> initial = all(s -> s.initial.stream());
        List<Variable> after = all(s -> Stream.concat(s.carried().skip(1), Stream.of(next.get(s))));
        var parts = new Loops.Parts(label(), end.steps(sequences), index, elements, end.fitting(sequences), carried, initial, after,
                emitted.stream().map(Supplier::get).toList(), end.condition());
        return Unfolding.of(Streaming.threaded(parts, number), states, truncate, checkpoint);
    }

    private List<Variable> all(Function<Tapped, Stream<Variable>> parts) {
        return states.stream().flatMap(parts).toList();
    }
}
