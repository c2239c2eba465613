package damo.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.util.function.Function;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SplitTest {
    private static final List<String> SYMBOLS = List.of("n", "m");
    private final Values v = new Values();
    private final Value n = v.symbol("n");
    private final Value m = v.symbol("m");
    private final Axis i = new Axis("i", n);
    private final Axis j = new Axis("j", m);

    private Value load(Buffer x, Axis... axes) {
        return v.load(x, v.indices(List.of(axes)));
    }

    private Value sum(Value body, Axis... axes) {
        return v.fold(Reduction.SUM, List.of(axes), body);
    }

    private Program program(Buffer x, List<Axis> axes, Value value) {
        return program(x, axes, value, Step.Launch::new);
    }

    private Program program(Buffer x, List<Axis> axes, Value value, Function<Kernel, Step> step) {
        Buffer z = new Buffer("z", value.dtype(), axes.stream().map(Axis::extent).toList());
        var kernel = new Kernel("k", axes, List.of(new Store(z, v.indices(axes), value)));
        return new Program("p", SYMBOLS, List.of(x), Map.of(), List.of(z), List.of(step.apply(kernel)));
    }

    /// The program as it is split for calls with these extents; it computes the same for these and for all `others`.
    private Program split(Program whole, Sizes sizes, int[]... others) {
        Program split = Split.split(whole, v, sizes);
        Verifier.check(split, "split");
        for (int[] extents : others) {
            Buffer x = whole.inputs().getFirst();
            long[] shape = x.extents().stream().mapToLong(e -> e == n ? extents[0] : extents[1]).toArray();
            int size = (int) LongStream.of(shape).reduce(1, (a, b) -> a * b);
            NDArray value = NDArray.of(LongStream.range(0, size).map(p -> p * 7 % 5 - 2).toArray()).astype(x.dtype()).reshape(shape);
            NDArray want = KernelInterpreter.run(whole, extents, new NDArray[] {value})[0];
            NDArray got = KernelInterpreter.run(split, extents, new NDArray[] {value})[0];
            assertTrue(got.allClose(want, 1e-14, 1e-14), () -> "%s: %s, not %s%n%s".formatted(List.of(extents[0], extents[1]), got, want, split));
        }
        return split;
    }

    private static Sizes sizes(long n, long m) {
        return new Sizes(SYMBOLS, new long[] {n, m});
    }

    /// Every dtype, at lengths around the number of parts.
    @ParameterizedTest @EnumSource
    void theReductionOfThePartsIsTheReduction(Reduction f) {
        for (DType t : DType.values()) {
            if (t == DType.BOOL && (f == Reduction.SUM || f == Reduction.PROD)) continue;
            Buffer x = new Buffer("x", t, List.of(n));
            Program whole = program(x, List.of(), v.fold(f, List.of(i), load(x, i)));
            for (int length : new int[] {0, 1, 2, 63, 64, 65, 130})
                assertEquals(2, split(whole, sizes(1 << 20, 0), new int[] {length, 0}).kernels());
        }
    }

    @Test void sumsOfFewColumnsTakeTurnsAndThoseOfFewRowsDoNot() {
        Buffer x = new Buffer("x", DType.FLOAT64, List.of(n, m));
        int[][] others = {{1, 1}, {3, 4}, {1025, 3}, {2, 130}, {0, 2}, {2, 0}};
        String columns = split(program(x, List.of(j), sum(load(x, i, j), i)), sizes(1_000_000, 4), others).toString();
        assertTrue(columns.contains("for k_part0 < 1024, j < m {"), columns);
        assertTrue(columns.contains("* 1024"), columns);
        String rows = split(program(x, List.of(i), sum(load(x, i, j), j)), sizes(4, 1_000_000), others).toString();
        assertTrue(rows.contains("for i < n, k_part0 < 16 {"), rows);
    }

    @Test void theLongestAxisIsSplit() {
        Buffer x = new Buffer("x", DType.FLOAT64, List.of(n, m));
        String text = split(program(x, List.of(), sum(load(x, i, j), i, j)), sizes(4, 1_000_000), new int[] {2, 70}, new int[] {4, 5}).toString();
        assertTrue(text.contains("j_in"), text);
    }

    @Test void whatIsShortOrHasManyResultsStaysWhole() {
        Buffer x = new Buffer("x", DType.FLOAT64, List.of(n, m));
        for (long[] extents : new long[][] {{16_383, 4}, {1_000_000, 8192}, {64, 0}})
            assertEquals(1, split(program(x, List.of(j), sum(load(x, i, j), i)), sizes(extents[0], extents[1])).kernels());
        assertEquals(1, split(program(x, List.of(i), sum(load(x, i, j), j)), sizes(64, 1_000_000)).kernels());
        assertEquals(1, split(program(x, List.of(i), sum(load(x, i, j), j)), Sizes.large()).kernels());
    }

    /// The sum of squared differences from the mean, and what is scaled by a sum.
    @Test void whatOthersNeedIsSplitFirst() {
        Buffer x = new Buffer("x", DType.FLOAT64, List.of(n, m));
        int[][] others = {{1, 1}, {3, 40}, {2, 1}, {0, 2}, {2, 0}};
        Axis again = new Axis("again", m);
        Value difference = v.apply(ScalarOp.SUB, load(x, i, j), sum(load(x, i, again), again));
        Value squares = sum(v.apply(ScalarOp.MUL, difference, difference), j);
        Program variance = split(program(x, List.of(i), squares), sizes(4, 1_000_000), others);
        assertEquals(4, variance.kernels());
        Value scaled = v.apply(ScalarOp.MUL, load(x, i, j), sum(load(x, i, again), again));
        assertEquals(3, split(program(x, List.of(i, j), scaled), sizes(4, 1_000_000), others).kernels());
        assertEquals(1, split(program(x, List.of(i, j), scaled), sizes(400, 1_000), others).kernels());
    }

    /// Products of matrices with a long sum and few results, and what is made of them.
    @Test void longProductsAreDividedToo() {
        Buffer x = new Buffer("x", DType.FLOAT64, List.of(n, m));
        Axis k = new Axis("k", m);
        Value gram = sum(v.apply(ScalarOp.MUL, load(x, i, j), load(x, i, k)), i);
        Value body = v.apply(ScalarOp.ADD, gram, load(x, new Axis("one", v.whole(1)), j));
        Program whole = program(x, List.of(j, k), body, Step.Contract::new);
        int[][] others = {{1, 1}, {3, 4}, {64, 3}, {65, 3}, {130, 2}};
        Program split = split(whole, sizes(1_000_000, 4), others);
        assertEquals(2, split.kernels());
        assertTrue(split.toString().contains("for k_part < 64, j < m, k < m {"), split::toString);
        assertEquals(1, split(whole, sizes(16_383, 4), others).kernels());
        assertEquals(1, split(whole, sizes(1_000_000, 800), others).kernels());
        Value rows = sum(v.apply(ScalarOp.MUL, load(x, i, j), load(x, i, j)), j);
        assertEquals(1, split(program(x, List.of(i), rows, Step.Contract::new), sizes(64, 1_000_000), others).kernels());
    }

    @Test void aCallOfAnotherSizeIsTold() {
        Buffer x = new Buffer("x", DType.FLOAT64, List.of(n, m));
        Sizes sizes = sizes(1_000_000, 4);
        split(program(x, List.of(j), sum(load(x, i, j), i)), sizes);
        assertTrue(sizes.hold(new long[] {20_000, 4}));
        assertTrue(sizes.hold(new long[] {2_000_000, 5}));
        assertFalse(sizes.hold(new long[] {1000, 4}));
        assertFalse(sizes.hold(new long[] {1_000_000, 400}));
    }
}
