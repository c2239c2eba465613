package damo.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.Damo;
import damo.graph.Lambda;
import damo.graph.Op;
import damo.graph.Variable;
import damo.interpret.Interpreter;
import damo.text.GraphText;
import damo.type.DType;
import damo.value.NDArray;
import damo.verify.OpSamples.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Walks the sealed ops, all scalar functions and all reductions; a new one without a sample fails by name.
class OpWalkTest {
    private static final long SEED = Long.getLong("damo.seed", System.nanoTime());

    @SuppressWarnings("unchecked")
    static Stream<Class<? extends Op>> kinds() {
        return Stream.of(Op.class.getPermittedSubclasses()).map(c -> (Class<? extends Op>) c);
    }

    @ParameterizedTest @MethodSource("kinds")
    void compiledAgreesWithInterpreted(Class<? extends Op> kind) {
        check(OpSamples.of(kind), sample -> {
            for (boolean isStatic : List.of(false, true)) {
                Lambda f = lambda(sample, isStatic);
                NDArray want = Interpreter.run(f, sample.at()).getFirst();
                NDArray got = Agreement.compiled(f, sample.at()).getFirst();
                // Sums in another order differ in the last places of what was summed.
                // lgamma has zeros between its poles, where what it is a difference of counts.
                double scale = sample.name().startsWith("lgamma") ? 1 : kind == Op.Elementwise.class ? 0 : magnitude(sample.at());
                String wrong = Agreement.difference(want, got, Agreement.ulps(want.dtype(), kind == Op.Elementwise.class ? 4 : 16), scale);
                if (wrong != null) return "extents %s: %s".formatted(isStatic ? "known" : "open", wrong);
            }
            return null;
        });
    }

    @ParameterizedTest @MethodSource("kinds")
    void textReadsBack(Class<? extends Op> kind) {
        check(OpSamples.of(kind), sample -> {
            Lambda f = lambda(sample, false);
            String text = GraphText.print(f);
            Lambda again = GraphText.parse(text);
            if (!text.equals(GraphText.print(again))) return "text reads back otherwise:\n" + text + GraphText.print(again);
            return Agreement.difference(Interpreter.run(f, sample.at()).getFirst(), Interpreter.run(again, sample.at()).getFirst(), 0, 0);
        });
    }

    @ParameterizedTest @MethodSource("kinds")
    void gradientAgreesWithDifferences(Class<? extends Op> kind) {
        check(OpSamples.of(kind), sample -> {
            if (!sample.smooth() || !lambda(sample, false).results().getFirst().dtype().isFloat()) return null;
            Damo.verifyGradient(sample.f(), sample.at(), SEED);
            return compiledGradient(sample);
        });
    }

    private static String compiledGradient(Sample sample) {
        Lambda f = lambda(sample, false);
        Variable z = f.results().getFirst();
        List<Variable> wrt = f.parameters().stream().filter(p -> p.dtype().isFloat()).toList();
        if (wrt.isEmpty()) return null;
        Lambda gradients = f.withResults(Damo.grad(z.mul(z).sum(), wrt, Damo.zeroIfDisconnected()));
        List<NDArray> want = Interpreter.run(gradients, sample.at());
        List<NDArray> got = Agreement.compiled(gradients, sample.at());
        for (int i = 0; i < want.size(); i++) {
            String wrong = Agreement.difference(want.get(i), got.get(i), 1e-12, 1);
            if (wrong != null) return "compiled gradient %d: %s".formatted(i, wrong);
        }
        return null;
    }

    @ParameterizedTest @MethodSource("kinds")
    void everyOpHasSamplesThatAreOfIt(Class<? extends Op> kind) {
        List<Sample> samples = OpSamples.of(kind);
        assertFalse(samples.isEmpty());
        for (Sample sample : samples) assertEquals(kind, lambda(sample, false).results().getFirst().op().getClass(), sample.name());
    }

    private interface Check {
        String wrong(Sample sample);
    }

    private static void check(List<Sample> samples, Check check) {
        var failures = new ArrayList<String>();
        for (Sample sample : samples) {
            try {
                String wrong = check.wrong(sample);
                if (wrong != null) failures.add("%s: %s".formatted(sample, wrong));
            } catch (RuntimeException | LinkageError e) {
                failures.add("%s: %s at %s".formatted(sample, e, e.getStackTrace().length == 0 ? "?" : e.getStackTrace()[0]));
            }
        }
        assertTrue(failures.isEmpty(), () -> "%d of %d samples fail (seed %d):%n%s".formatted(failures.size(), samples.size(), SEED,
                String.join("\n", failures.subList(0, Math.min(40, failures.size())))));
    }

    private static Lambda lambda(Sample sample, boolean isStatic) {
        var inputs = new ArrayList<Variable>();
        for (NDArray value : sample.at()) inputs.add(Agreement.input("x" + inputs.size(), value, isStatic));
        return new Lambda("sample", inputs, List.of(sample.f().apply(inputs)));
    }

    private static double magnitude(List<NDArray> values) {
        double sum = 0;
        for (NDArray x : values)
            for (int i = 0; i < x.size(); i++) if (x.dtype() != DType.BOOL
                    && Double.isFinite(x.doubleAt(i))) sum += Math.abs(x.doubleAt(i));
        return sum;
    }

    /// A graph as it is may have two variables of one op; here of a loop that the host does, since its steps need other memory each.
    @Test void anOpThatIsThereTwiceHasOneValue() {
        Variable x = Damo.dvector("x");
        var loop = Damo.scan();
        Variable sums = loop.emit(x.slice(0, loop.index()).sum());
        loop.times(x.shape(0));
        Variable again = new Variable(sums.op());
        var f = new Lambda("f", List.of(x), List.of(sums.add(again.exp())));
        List<NDArray> arguments = List.of(NDArray.of(new double[] {1, -2, 3}));
        assertNull(Agreement.difference(Interpreter.run(f, arguments).getFirst(), Agreement.compiled(f, arguments).getFirst(), 1e-15, 1));
    }
}
