package damo.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import damo.graph.Reduction;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SplitTest {
    /// Every dtype, at lengths around the number of parts.
    @ParameterizedTest @EnumSource
    void theReductionOfThePartsIsTheReduction(Reduction f) {
        for (DType t : DType.values()) {
            if (t == DType.BOOL && (f == Reduction.SUM || f == Reduction.PROD)) continue;
            var v = new Values();
            Value n = v.symbol("n");
            Buffer x = new Buffer("x", t, List.of(n));
            Buffer z = new Buffer("z", t, List.of());
            Axis i = new Axis("i", n);
            Kernel kernel = new Kernel("k", List.of(), List.of(new Store(z, List.of(), v.fold(f, List.of(i), v.load(x, v.indices(List.of(i)))))));
            Program whole = new Program("p", List.of("n"), List.of(x), Map.of(), List.of(z), List.of(new Step.Launch(kernel)));
            Program split = Split.split(whole, v);
            Verifier.check(split, "split");
            assertEquals(2, split.kernels());
            for (int length : new int[] {0, 1, 2, 63, 64, 65, 130}) {
                NDArray value = NDArray.of(LongStream.range(0, length).map(j -> j * 7 % 5 - 2).toArray()).astype(t);
                int[] symbols = {length};
                NDArray want = KernelInterpreter.run(whole, symbols, new NDArray[] {value})[0];
                NDArray got = KernelInterpreter.run(split, symbols, new NDArray[] {value})[0];
                assertEquals(want, got, () -> "%s %s of %s".formatted(t, f, Arrays.toString(symbols)));
            }
        }
    }
}
