package damo.verify;

import static damo.Damo.*;

import damo.CompiledFunction;
import damo.DamoException;
import damo.FunctionBuilder;
import damo.Shared;
import damo.graph.Graph;
import damo.graph.Lambda;
import damo.graph.Variable;
import damo.interpret.Interpreter;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/// A graph some of whose parameters are state, which is updated with what the graph computes: where the memory of the state may be used again, where
/// it may not since somebody borrowed it, and interpreted.
final class RandomUpdates {
    private static final int CALLS = 4;

    private final Lambda f;
    private final List<NDArray> arguments;
    private final Random random;
    private final List<Variable> states = new ArrayList<>();
    private final List<Variable> next = new ArrayList<>();

    private RandomUpdates(Lambda f, List<NDArray> arguments) {
        this.f = f;
        this.arguments = arguments;
        random = new Random(f.results().size() + 31L * Graph.order(f.results()).size() + 961L * arguments.hashCode());
        for (Variable p : f.parameters()) if (random.nextInt(4) > 0) states.add(p);
        for (Variable s : states) next.add(next(s));
    }

    /// What differs, or `null`.
    static String wrong(Lambda f, List<NDArray> arguments) {
        try {
            return new RandomUpdates(f, arguments).wrong();
        } catch (RuntimeException | LinkageError e) {
            return "%s at %s".formatted(e, e.getStackTrace().length == 0 ? "?" : e.getStackTrace()[0]);
        }
    }

    /// Something of the same shape, perhaps another state, or computed with such a thing.
    private Variable next(Variable state) {
        var fitting = new ArrayList<Variable>();
        for (Variable v : Graph.order(f.results()))
            if (v.dtype() == state.dtype() && v.rank() == state.rank() && Arrays.equals(shape(v), shape(state))) fitting.add(v);
        Variable other = fitting.isEmpty() ? state : fitting.get(random.nextInt(fitting.size()));
        Variable one = fitting.isEmpty() ? state : fitting.get(random.nextInt(fitting.size()));
        boolean isNumber = state.dtype() != damo.type.DType.BOOL;
        // Of what is rounded otherwise by the interpreter, a comparison might be, too.
        Variable condition = isNumber ? state.lt(1) : state;
        return switch (random.nextInt(5)) {
            case 0 -> other;
            case 1 -> isNumber ? state.sub(other.mul(2)) : state.xor(other);
            case 2 -> where(condition, state, one);
            case 3 -> where(condition, other, isNumber ? one.add(1) : one);
            default -> isNumber ? one.add(other) : one.and(other);
        };
    }

    private long[] shape(Variable v) {
        try {
            return Interpreter.run(f.withResults(List.of(v)), arguments).getFirst().shape();
        } catch (DamoException e) {
            return new long[] {-1};                                    // in a branch that is not taken
        }
    }

    /// One function, with values of its own.
    private final class Run {
        final List<Shared> values = states.stream().map(s -> shared(arguments.get(f.parameters().indexOf(s)))).toList();
        final List<Object> inputs = new ArrayList<>();
        final CompiledFunction function;

        Run(String backEnd) {
            FunctionBuilder builder = function().on(backEnd).allowUnused().out(f.results());
            for (int i = 0; i < f.parameters().size(); i++) {
                Variable p = f.parameters().get(i);
                if (states.contains(p)) builder.given(p, values.get(states.indexOf(p)));
                else {
                    builder.in(p);
                    inputs.add(arguments.get(i));
                }
            }
            for (int i = 0; i < states.size(); i++) builder.update(values.get(i), next.get(i));
            function = builder.compile();
        }

        List<NDArray> state() {
            return values.stream().map(Shared::value).toList();
        }

        /// Outputs and new state; or that it failed, and the state that stayed.
        List<NDArray> call() {
            var all = new ArrayList<NDArray>();
            try {
                all.addAll(function.callAll(inputs.toArray()));
            } catch (DamoException e) {
                all.add(NDArray.scalar(damo.type.DType.INT64, -1L));
            }
            all.addAll(state());
            return all;
        }
    }

    private String wrong() {
        if (states.isEmpty()) return null;
        Run own = new Run("cpu"), apart = new Run("cpu"), interpreted = new Run("interpreter");
        Lambda all = f.withResults(Stream.concat(f.results().stream(), next.stream()).toList());
        var expected = Expected.of(all, arguments);
        for (int call = 0; call < CALLS; call++) {
            apart.values.forEach(Shared::borrow);
            NDArray kept = random.nextInt(3) == 0 ? own.values.getFirst().borrow() : null;
            List<Object> before = kept == null ? null : Agreement.bits(kept);
            List<NDArray> want = apart.call(), got = own.call();
            for (int i = 0; i < want.size(); i++)
                if (!Agreement.bits(want.get(i)).equals(Agreement.bits(got.get(i))))
                    return "call %d: value %d is %s, but with memory of its own %s".formatted(call, i, got.get(i), want.get(i));
            if (kept != null && !before.equals(Agreement.bits(kept))) return "call %d: what was borrowed was written".formatted(call);
            if (call > 0 || expected.isVague()) continue;
            List<NDArray> meant = interpreted.call();
            if (meant.size() != got.size()) return "only one of them failed: %s, but interpreted %s".formatted(got, meant);
            String difference = expected.difference(meant, got);
            if (difference != null) return "interpreted: " + difference;
        }
        return null;
    }
}
