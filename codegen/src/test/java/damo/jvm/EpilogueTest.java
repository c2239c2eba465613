package damo.jvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.KernelText;
import damo.kernel.Program;
import damo.kernel.Step;
import damo.kernel.Values;
import damo.kernel.Verifier;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is done after products of matrices, beside the same done by a kernel of its own: the bits are the same, with vectors (which [Run] compares)
/// and without, for all rows at once or some at a time.
class EpilogueTest {
    private static final int[] SIZES = {0, 1, 2, 7, 8, 12, 13, 16, 17, 25, 33};
    private static final int[] DEPTHS = {0, 1, 5, 64, 321, 700};

    private static final String MATRIX = "x[0, i, l] * y[0, l, j]";

    private final Random random = new Random(5);

    /// @param loops of the result
    /// @param at where its elements go
    /// @param sum the product
    /// @param stores what is stored, lines with `P` for the product, which is in `p` of the other program
    private static String[] programs(String t, String loops, String at, String sum, String stores) {
        String head = """
                program f(b: int32, m: int32, n: int32, k: int32;
                    %%x: T[b, m, k], %%y: T[b, k, n], %%v: T[n], %%w: T[m], %%u: T[b, m, n], %%q: int32[n])
                    -> (%%p: T[%s], %%z: T[%s], %%s: bool[%s]) {
                """;
        String extents = loops.replaceAll("\\w+ < ", "");
        String both = head.formatted(extents, extents, extents) + """
                  contract k0 {
                    for %s {
                      %%1 = sum l < k { %s }
                      p[%s] = %%1
                %s
                    }
                  }
                }
                """.formatted(loops, sum, at, stores.replace("P", "%1"));
        String apart = head.formatted(extents, extents, extents) + """
                  contract k0 {
                    for %s {
                      p[%s] = sum l < k { %s }
                    }
                  }
                  kernel k1 {
                    for %s {
                %s
                    }
                  }
                }
                """.formatted(loops, at, sum, loops.replaceAll("(\\w) <", "$1_ <"), stores.replace("P", "p[" + at + "]")
                .replaceAll("\\b([gij])\\b", "$1_"));
        return Stream.of(both, apart).map(p -> p.replace(": T[", ": " + t + "[")).toArray(String[]::new);
    }

    private Object array(String t, int size) {
        Object array = Array.newInstance(t.equals("float32") ? float.class : double.class, size);
        for (int i = 0; i < size; i++) {
            if (array instanceof float[] f) f[i] = (float) random.nextGaussian();
            else ((double[]) array)[i] = random.nextGaussian();
        }
        return array;
    }

    private record Code(Run run, List<Buffer> buffers, int kernels) {
        static Code of(String text) {
            var values = new Values();
            Program p = KernelText.parse(text, values);
            Verifier.check(p, "test");
            List<Kernel> kernels = p.steps().stream().map(s -> ((Step.Compute) s).kernel()).toList();
            Map<Kernel, Step.Compute> steps = new IdentityHashMap<>();
            for (Step s : p.steps()) if (s instanceof Step.Contract contract) steps.put(contract.kernel(), contract);
            var buffers = new ArrayList<>(p.inputs());
            buffers.addAll(p.outputs());
            return new Code(Run.of(values, kernels, steps, buffers, "b", "m", "n", "k"), buffers, kernels.size());
        }

        Object[] call(int[] symbols, Object[] arrays) {
            for (int i = 0; i < kernels; i++) run.run(i, symbols, arrays);
            return arrays;
        }
    }

    private void agree(String t, String[] programs) {
        Code both = Code.of(programs[0]), apart = Code.of(programs[1]);
        assertFalse(both.run.type.divisions().isEmpty());
        for (int call = 0; call < 12; call++) {
            int[] symbols = {1 + random.nextInt(3), any(SIZES), any(SIZES), any(DEPTHS)};
            int b = symbols[0], m = symbols[1], n = symbols[2], k = symbols[3], size = b * m * n;
            int[] q = random.ints(n, 0, Math.max(n, 1)).toArray();
            Object[] inputs = {array(t, b * m * k), array(t, b * k * n), array(t, n), array(t, m), array(t, size), q};
            Object[] want = apart.call(symbols, results(t, inputs, size));
            String where = "b %d, m %d, n %d, k %d:%n%s".formatted(b, m, n, k, programs[0]);
            assertArrayEquals(want, both.call(symbols, results(t, inputs, size)), where);
            Object[] parts = results(t, inputs, size);
            int extent = b * m * n;                                    // no axis is longer
            for (int from = 0; from < extent; from += 5) both.run.code.run(0, parts, symbols, from, from + 5);
            assertArrayEquals(want, parts, () -> "in parts, " + where);
        }
    }

    private static Object[] results(String t, Object[] inputs, int size) {
        Class<?> element = t.equals("float32") ? float.class : double.class;
        return Stream.concat(Stream.of(inputs), Stream.of(Array.newInstance(element, size), Array.newInstance(element, size), new boolean[size]))
                .toArray();
    }

    private int any(int[] sizes) {
        return sizes[random.nextInt(sizes.length)];
    }

    @ParameterizedTest @ValueSource(strings = {"float32", "float64"})
    void biasesActivationsAndUpdates(String t) {
        for (String f : List.of("P + v[j]", "tanh(P + v[j]) * w[i]", "where(P + v[j] < v[0], v[0], P + v[j])", "u[0, i, j] - v[0] * P",
                "P * (u[0, i, j] + P)", "where(P < u[0, i, j], P, v[q[j]])"))
            agree(t, programs(t, "i < m, j < n", "i, j", MATRIX, "      z[i, j] = %s\n      s[i, j] = P < v[j]".formatted(f)));
    }

    @ParameterizedTest @ValueSource(strings = {"float32", "float64"})
    void whateverTheOrderOfAxes(String t) {
        agree(t, programs(t, "j < n, i < m", "j, i", MATRIX, "      z[j, i] = P + v[j] * w[i]\n      s[j, i] = P < u[0, i, j]"));
        agree(t, programs(t, "i < m, j < n", "i, j", MATRIX, "      z[i, j] = where(i < j, P, w[i])\n      s[i, j] = j < i"));
    }

    @ParameterizedTest @ValueSource(strings = {"float32", "float64"})
    void inLoopsAroundAndForAxesThatAreOne(String t) {
        String batch = "      z[g, i, j] = P + u[g, i, j] * v[j]\n      s[g, i, j] = P < w[i]";
        agree(t, programs(t, "g < b, i < m, j < n", "g, i, j", "x[g, i, l] * y[g, l, j]", batch));
        agree(t, programs(t, "g < b, i < m, j < n", "g, i, j", "x[g, i, l] * y[0, l, j]", batch));
        agree(t, programs(t, "g < b, i < m, j < n", "g, i, j", "x[g, i, l] * y[0, l, j]", "      z[g, i, j] = P + v[j]\n      s[g, i, j] = g < j"));
        agree(t, programs(t, "g < b, i < m, j < n", "g, i, j", "x[g, i, l] * y[0, l, j]", batch.replace("w[i]", "v[j]")));
        agree(t, programs(t, "i < m, g < b, j < n", "i, g, j", "x[g, i, l] * y[g, l, j]", batch.replace("g, i, j]", "i, g, j]")
                .replace("u[i, g, j]", "u[g, i, j]")));
    }
}
