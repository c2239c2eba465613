package damo.cpu;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.CompiledFunction;
import damo.DamoException;
import damo.MrgRandomStreams;
import damo.RandomStreams;
import damo.Shared;
import damo.graph.Generator;
import damo.graph.Lambda;
import damo.graph.Op;
import damo.graph.Variable;
import damo.interpret.Twister;
import damo.kernel.KernelInterpreter;
import damo.kernel.KernelText;
import damo.kernel.Program;
import damo.kernel.Verifier;
import damo.lower.Specialization;
import damo.type.DType;
import damo.value.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Programs that leave something to the host: random draws, which have two results.
class CallsTest {
    private static List<NDArray> alike(Variable... out) {
        var roots = List.of(out);
        List<NDArray> want = function().out(roots).on("interpreter").withoutDefaultUpdates().compile().callAll();
        CompiledFunction f = function().out(roots).on("cpu").withoutDefaultUpdates().compile();
        List<NDArray> got = f.callAll();
        for (int i = 0; i < want.size(); i++) assertTrue(want.get(i).allClose(got.get(i), 1e-12, 1e-12), () -> f.explain());
        return got;
    }

    private static int calls(CompiledFunction f) {
        Matcher m = Pattern.compile("^ *call ", Pattern.MULTILINE).matcher(f.explain());
        return (int) m.results().count();
    }

    @Test void compiledDrawsWhatIsInterpreted() {
        var streams = new RandomStreams(11);
        var u = streams.uniform(3, 4);
        var n = streams.normal(5);
        alike(u, n, u.sum(0).exp(), n.mul(n).sum());
        var many = new MrgRandomStreams(11);
        alike(many.uniform(7), many.normal(2, 3), many.uniform(3000).sum(), many.uniform(iscalarOf(5)));
    }

    private static Variable iscalarOf(int n) {
        return shared(n, "n");
    }

    @Test void theSampleAndTheNextStateAreOneCall() {
        var u = new RandomStreams(11).uniform(3);
        CompiledFunction f = function().out(u.add(1), u.mul(2)).on("cpu").compile();
        List<NDArray> first = f.callAll();
        assertNotEquals(first, f.callAll());
        assertEquals(1, calls(f));
        assertTrue(f.explain().contains("call \"draw generator=twister_uniform, result=0\"("), f.explain());
    }

    @Test void aStateThatIsTheOnlyResultIsStoredWithItsSample() {
        var u = new RandomStreams(11).uniform(3);
        Variable next = new Variable(u.op().results().getLast());
        assertEquals(627, alike(next).getFirst().size());
        assertEquals(627, alike(next.sub(1)).getFirst().size());
    }

    @Test void whatABranchDrawsIsDrawnThereAndItsStateEverywhere() {
        var streams = new RandomStreams(11);
        var u = streams.uniform(3);
        var go = bscalar("go").named("go");
        CompiledFunction inside = function().in(go).out(ifelse(go.cast(DType.BOOL), u.mul(2), u.mul(0))).on("cpu").compile();
        NDArray before = streams.state(u).get();
        double[] drawn = inside.call(1).toDoubleArray();
        assertTrue(Arrays.stream(drawn).allMatch(d -> d > 0));
        assertNotEquals(before, streams.state(u).get());
        NDArray after = streams.state(u).get();
        assertArrayEquals(new double[3], inside.call(0).toDoubleArray());
        assertNotEquals(after, streams.state(u).get());                 // the state advances, whichever branch is taken
        CompiledFunction only = function().in(go).out(ifelse(go.cast(DType.BOOL), u.mul(2), zeros(u.dtype(), 3))).on("cpu")
                .withoutDefaultUpdates().compile();
        assertArrayEquals(new double[3], only.call(0).toDoubleArray());
        assertTrue(Arrays.stream(only.call(1).toDoubleArray()).allMatch(d -> d > 0));
        assertTrue(only.explain().indexOf("if %") < only.explain().indexOf("call "), only.explain());
    }

    @Test void extentsAreThoseOfEachCall() {
        var n = lscalar("n");
        var x = dvector("x");
        var u = new RandomStreams(11).uniform(n, 2);
        CompiledFunction f = function().in(n, x).out(u.sum(1).add(x)).on("cpu").compile();
        for (int rows : new int[] {2, 5, 0, 3}) assertEquals(rows, f.call(rows, new double[rows]).size());
        String message = assertThrows(DamoException.class, () -> f.call(-1, new double[0])).getMessage();
        assertTrue(message.contains("-1"), message);
        Shared state = (Shared) u.op().operands().getFirst();
        NDArray before = state.value();
        assertThrows(DamoException.class, () -> f.call(-1, new double[0]));
        assertEquals(before, state.value());
    }

    @Test void aStateThatIsNoneFailsTheCall() {
        var s = lvector("s");
        var draw = new Variable(new Op.Draw(Generator.TWISTER_NORMAL, s, List.of(), 0));
        CompiledFunction f = function().in(s).out(draw).on("cpu").compile();
        String message = assertThrows(DamoException.class, () -> f.call((Object) new long[3])).getMessage();
        assertTrue(message.startsWith("draw: the state of a Mersenne Twister has 627 numbers, but this has 3"), message);
    }

    @Test void memoryOfTemporariesMayBeLargerThanWhatIsPassed() {
        var x = dvector("x");
        var s = lvector("s");
        Variable sorted = x.cast(DType.INT64).mul(3).add(1);                   // has had this memory before
        var draw = new Op.Draw(Generator.TWISTER_UNIFORM, s.mul(1), List.of(sorted.sum().mul(0).add(4)), 0);
        CompiledFunction f = function().in(x, s).out(new Variable(draw).mul(2), new Variable(draw.results().getLast()).max()).on("cpu").compile();
        CompiledFunction g = function().in(x, s).out(new Variable(draw).mul(2), new Variable(draw.results().getLast()).max())
                .on("interpreter").compile();
        for (int size : new int[] {3000, 10})
            assertEquals(g.callAll(new double[size], Twister.seeded(1)), f.callAll(new double[size], Twister.seeded(1)));
    }

    @Test void programsWithCallsAreKernelTextAndMeanTheSame() {
        var s = lvector("s");
        var draw = new Op.Draw(Generator.TWISTER_NORMAL, s.mul(1), List.of(s.shape(0).sub(620)), 0);
        var results = draw.results().stream().map(Variable::new).toList();
        var lambda = new Lambda("f", List.of(s), List.of(results.get(0).exp(), results.get(1)));
        NDArray[] arguments = {Twister.seeded(3)};
        var form = Specialization.of(lambda, arguments);
        String text = KernelText.print(form.program());
        Program again = KernelText.parse(text);
        assertEquals(text, KernelText.print(again));
        Verifier.check(form.program(), "lower");
        Verifier.check(again, "parse");
        int[] symbols = Arrays.stream(form.extents().evaluate(arguments)).limit(again.symbols().size()).mapToInt(e -> (int) e).toArray();
        NDArray[] meant = KernelInterpreter.run(again, symbols, arguments);
        List<NDArray> got = function().in(s).out(lambda.results()).on("cpu").compile().callAll(arguments[0]);
        assertTrue(meant[0].allClose(got.get(0), 1e-14, 0));
        assertEquals(meant[1], got.get(1));
    }
}
