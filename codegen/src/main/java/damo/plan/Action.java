package damo.plan;

import damo.CompilerBug;
import damo.graph.Op;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Program;
import damo.kernel.Scalar;
import damo.kernel.Step;
import damo.kernel.Store;
import damo.kernel.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A step with everything looked up: numbers instead of names.
public sealed interface Action {
    /// Runs a kernel, after giving memory to the temporaries that it stores; or several, some rows of all of them before other rows.
    ///
    /// @param areSums for each kernel, whether a position of it is all those rows
    /// @param number the place of this among all launches that are done in parts, or −1 for a kernel that is not
    record Launch(int[] kernels, boolean[] areSums, int[] stored, int number) implements Action {}

    /// Runs one of two lists, as the bool at `condition` says.
    record Branch(int condition, Action[] then, Action[] otherwise) implements Action {}

    /// Fails the call unless the bool at `condition` holds.
    record Check(int condition, String message) implements Action {}

    /// Computes what `op` means of what is at `reads`, and stores its results at `stores`, after giving memory to those `provided`.
    record Call(Op op, int[] reads, int[] stores, int[] provided) implements Action {}

    /// Runs `body` once for each value of a counter.
    ///
    /// @param counter the position of the counter among the symbols
    /// @param steps how many times: a number, or where it is negative the symbol at the position `~steps`
    /// @param stored the buffers that get memory before the first step
    /// @param to the buffers that get other memory after each step
    /// @param from the buffers that had that memory, in the same order
    /// @param until the position of the bool that ends the loop, or −1
    /// @param code the number of the code that does all steps, or −1
    /// @param within what that code needs memory for besides, because a branch might store it
    record Loop(int counter, int steps, int[] stored, Action[] body, int[] to, int[] from, int until, int code, int[] within) implements Action {}

    /// The steps of `program` with kernels by their number and buffers by their position.
    ///
    /// @param kernels the numbers of kernels
    /// @param loops the numbers of loops that run by themselves
    /// @param positions where buffers lie
    /// @param divisions how kernels can be done in parts
    /// @param shared gets the divisions of the launches that are done in parts
    public static Action[] of(Program program, Map<Kernel, Integer> kernels, Map<Step.Loop, Integer> loops, Map<Buffer, Integer> positions,
            Map<Kernel, Division> divisions, List<Division> shared) {
        var symbols = new ArrayList<>(program.symbols());
        symbols.addAll(program.counters());
        return new Builder(symbols, kernels, loops, positions, divisions, shared).of(program.steps(), Set.of());
    }

    /// The numbers of the kernels, if nothing else is to be done; else `null`.
    public static int[] launches(Action[] actions) {
        int[] kernels = new int[actions.length];
        for (int i = 0; i < actions.length; i++)
            switch (actions[i]) {
                case Launch launch when launch.kernels.length == 1 -> kernels[i] = launch.kernels[0];
                case Launch _, Branch _, Check _, Call _, Loop _ -> {
                    return null;
                }
            }
        return kernels;
    }

    /// Looks things up.
    record Builder(List<String> symbols, Map<Kernel, Integer> kernels, Map<Step.Loop, Integer> loops, Map<Buffer, Integer> positions,
            Map<Kernel, Division> divisions, List<Division> shared) {
        /// @param provided what has memory already: in a loop it is given before the first step, and then moves from buffer to buffer
        private Action[] of(List<Step> steps, Set<Buffer> provided) {
            return steps.stream().map(step -> switch (step) {
                case Step.Compute compute -> launch(List.of(compute), divisions.get(compute.kernel()), provided);
                case Step.Strips(var strips, var each) ->
                    launch(strips, Division.together(strips.stream().map(s -> divisions.get(s.kernel())).toList(), each), provided);
                case Step.Branch(var condition, var then, var otherwise) ->
                    new Branch(at(positions, condition), of(then, provided), of(otherwise, provided));
                case Step.Loop loop -> loop(loop, provided);
                case Step.Check(var condition, var message) -> new Check(at(positions, condition), message);
                case Step.Call(var op, var reads, var stores) -> new Call(op, at(reads), at(stores),
                        at(stores.stream().filter(b -> !provided.contains(b)).toList()));
            }).toArray(Action[]::new);
        }

        private Launch launch(List<? extends Step.Compute> steps, Division division, Set<Buffer> provided) {
            if (division != null) shared.add(division);
            int[] numbers = steps.stream().mapToInt(s -> at(kernels, s.kernel())).toArray();
            boolean[] areSums = new boolean[numbers.length];
            for (int i = 0; i < areSums.length; i++) areSums[i] = steps.get(i) instanceof Step.Strip strip && strip.isSum();
            return new Launch(numbers, areSums, stored(steps, provided), division == null ? -1 : shared.size() - 1);
        }

        private int[] stored(List<? extends Step.Compute> steps, Set<Buffer> provided) {
            return at(steps.stream().flatMap(s -> s.kernel().stores().stream()).map(Store::to).distinct()
                    .filter(b -> !provided.contains(b)).toList());
        }

        /// A known number, or the position of a symbol as what is negative.
        private int number(Value extent) {
            return switch (extent.op()) {
                case Scalar.Whole(var n) -> (int) n;
                case Scalar.Symbol(var name) -> ~symbols.indexOf(name);
                case Scalar.Real _, Scalar.Index _, Scalar.Load _, Scalar.Flat _, Scalar.Apply _, Scalar.Convert _, Scalar.Bits _,
                 Scalar.Choose _, Scalar.Fold _ ->
                    throw new CompilerBug("plan", "a loop has a computed number of steps", extent.toString());
            };
        }

        private Loop loop(Step.Loop loop, Set<Buffer> provided) {
            var stored = new LinkedHashSet<Buffer>();
            stored(loop, stored);
            stored.removeAll(provided);
            Set<Buffer> inside = new HashSet<>(provided);
            inside.addAll(stored);
            Set<Buffer> branched = new LinkedHashSet<>();
            loop.all().forEach(step -> {
                if (step instanceof Step.Compute compute) compute.kernel().stores().forEach(s -> branched.add(s.to()));
                if (step instanceof Step.Loop inner) inner.carries().forEach(c -> branched.add(c.next()));
            });
            branched.removeAll(inside);
            Step.Exchange exchange = Step.Exchange.of(loop.carries());
            return new Loop(symbols.indexOf(loop.index()), number(loop.steps()), at(stored), of(loop.body(), inside), at(exchange.to()),
                    at(exchange.from()), loop.until().map(b -> at(positions, b)).orElse(-1), loops.getOrDefault(loop, -1), at(branched));
        }

        /// What the loop stores in any case.
        private static void stored(Step.Loop loop, Set<Buffer> into) {
            for (Step step : loop.body())
                switch (step) {
                    case Step.Compute compute -> compute.kernel().stores().forEach(s -> into.add(s.to()));
                    case Step.Loop inner -> stored(inner, into);
                    case Step.Call call -> into.addAll(call.stores());
                    case Step.Strips strips -> strips.kernels().forEach(s -> s.kernel().stores().forEach(t -> into.add(t.to())));
                    case Step.Branch _, Step.Check _ -> {}
                }
            loop.carries().forEach(c -> into.add(c.next()));
        }

        private int[] at(Collection<Buffer> buffers) {
            return buffers.stream().mapToInt(b -> at(positions, b)).toArray();
        }

        private static <K> int at(Map<K, Integer> map, K key) {
            Integer found = map.get(key);
            if (found == null) throw new CompilerBug("plan", "nothing is known of it", key.toString());
            return found;
        }
    }
}
