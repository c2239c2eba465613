package damo.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.KernelInterpreter;
import damo.kernel.Program;
import damo.kernel.Step;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.kernel.Verifier;
import damo.type.DType;
import damo.value.NDArray;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SharesTest {
    private final Values v = new Values();
    private final Value n = v.symbol("n");
    private final Value m = v.symbol("m");
    private final Buffer x = new Buffer("x", DType.FLOAT64, List.of(n, m));
    private final Axis i = new Axis("i", n);
    private final Axis j = new Axis("j", m);
    private final Value element = v.load(x, v.indices(List.of(i, j)));

    private Program program(Value... results) {
        List<Buffer> z = IntStream.range(0, results.length).mapToObj(r -> new Buffer("z" + r, results[r].dtype(), List.of())).toList();
        List<Store> stores = IntStream.range(0, results.length).mapToObj(r -> new Store(z.get(r), List.of(), results[r])).toList();
        return new Program("p", List.of("n", "m"), List.of(x), Map.of(), z, List.of(new Step.Launch(new Kernel("k", List.of(), stores))));
    }

    private Value fold(Reduction f, Value body) {
        return v.fold(f, List.of(i, j), body);
    }

    private Program shared(Program p, long rows, long columns) {
        return Shares.of(p, v, new Sizes(p.symbols(), new long[] {rows, columns}));
    }

    /// At lengths around the number of parts.
    @Test void thePartsAndWhatIsLeftMakeTheWhole() {
        Value square = v.apply(ScalarOp.MUL, element, element);
        Value mean = v.apply(ScalarOp.DIV, fold(Reduction.SUM, element), v.number(DType.FLOAT64, 7));
        Program whole = program(mean, fold(Reduction.SUM, square), fold(Reduction.MAX, element), fold(Reduction.MIN, square));
        Program shared = shared(whole, 1 << 15, 1 << 10);
        assertEquals(2, shared.kernels());
        Verifier.check(shared, "share");
        for (int rows : new int[] {0, 1, 63, 64, 65, 127, 128, 200})
            for (int columns : new int[] {1, 3}) {
                NDArray[] at = {NDArray.of(IntStream.range(0, rows * columns).mapToDouble(p -> p * 7 % 5 - 2.5).toArray()).reshape(rows, columns)};
                NDArray[] want = KernelInterpreter.run(whole, new int[] {rows, columns}, at);
                NDArray[] got = KernelInterpreter.run(shared, new int[] {rows, columns}, at);
                for (int r = 0; r < want.length; r++) assertTrue(got[r].allClose(want[r], 1e-14, 1e-14), got[r] + ", not " + want[r]);
            }
    }

    @Test void whatIsShortOrNotToBeDividedStays() {
        Program whole = program(fold(Reduction.SUM, element));
        assertEquals(1, shared(whole, 1 << 9, (1 << 9) - 1).kernels());
        assertEquals(1, shared(whole, 63, 1 << 18).kernels());
        assertEquals(2, shared(whole, 64, 1 << 18).kernels());
        assertEquals(1, shared(program(fold(Reduction.PROD, element)), 1 << 18, 1).kernels());
        Value spread = v.apply(ScalarOp.SUB, element, v.fold(Reduction.SUM, List.of(new Axis("k", m)), element));
        assertEquals(1, shared(program(fold(Reduction.SUM, spread)), 1 << 18, 1).kernels());
    }

    @Test void aCallWithOtherExtentsMayNeedAnotherProgram() {
        Program p = program(fold(Reduction.SUM, element));
        var sizes = new Sizes(p.symbols(), new long[] {1 << 18, 2});
        Shares.of(p, v, sizes);
        assertTrue(sizes.hold(new long[] {1 << 17, 2}));
        assertEquals(false, sizes.hold(new long[] {1 << 16, 2}));
        assertEquals(false, sizes.hold(new long[] {2, 1 << 18}));
    }
}
