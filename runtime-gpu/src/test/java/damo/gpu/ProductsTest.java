package damo.gpu;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.CompiledFunction;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import damo.kernel.Axis;
import damo.kernel.KernelText;
import damo.kernel.Program;
import damo.kernel.Scalar;
import damo.kernel.Step;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.lower.Specialization;
import damo.type.DType;
import damo.value.NDArray;
import damo.value.Storage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Products of matrices of all sizes and layouts against loops in the order of the CPU: the numbers are the same, whatever the tile.
class ProductsTest {
    private static final int[] ROWS = {0, 1, 2, 7, 31, 32, 33, 61, 63, 64, 65, 97, 129};
    private static final int[] COLUMNS = {0, 1, 3, 31, 32, 33, 63, 64, 65, 127, 128, 129, 151};
    private static final int[] TERMS = {0, 1, 2, 7, 15, 16, 17, 31, 33, 257, 320, 321, 336, 512, 513, 650};

    private final Random random = new Random(11);

    /// A contraction of `x` and `y`, of two matrices, of these extents in terms of `n`, `m` and `k`.
    private record Form(Values values, Program program, GpuProgram onDevice) {
        static Form of(DType dtype, String x, String y, String z, String loops, String store, String sum) {
            var values = new Values();
            Program program = KernelText.parse("""
                    program f(a: int32, n: int32, m: int32, k: int32; %%x: %1$s[%2$s], %%y: %1$s[%3$s]) -> (%%z: %1$s[%4$s]) {
                      contract product {
                        for %5$s {
                          z[%6$s] = %7$s
                        }
                      }
                    }
                    """.formatted(dtype, x, y, z, loops, store, sum), values);
            var form = new Specialization(program, values, null /* no symbols */, new boolean[0], _ -> true);
            return new Form(values, program, GpuProgram.of(form, OnDevice.device()));
        }
    }

    private NDArray any(DType dtype, boolean whole, long... shape) {
        NDArray all = NDArray.zeros(dtype, shape);
        for (int i = 0; i < all.size(); i++)
            Storage.setDouble(dtype, all.storage(), i, whole ? random.nextInt(7) - 3 : random.nextGaussian());
        return all;
    }

    private void agree(Form form, boolean whole, int a, int n, int m, int k) {
        Map<String, Integer> symbols = Map.of("a", a, "n", n, "m", m, "k", k);
        NDArray[] arguments = form.program.inputs().stream().map(b -> any(b.dtype(), whole, b.extents().stream()
                .mapToLong(e -> number(e, symbols, Map.of())).toArray())).toArray(NDArray[]::new);
        var results = new NDArray[1];
        form.onDevice.run(new long[] {a, n, m, k}, arguments, new boolean[arguments.length], new NDArray[1], results, 1);
        NDArray got = results[0];
        NDArray want = expected(form.program, symbols, arguments);
        for (int i = 0; i < want.size(); i++)
            if (want.doubleAt(i) != got.doubleAt(i))
                assertEquals(want.doubleAt(i), got.doubleAt(i), "element %d of %d x %d x %d, %d matrices: %s".formatted(i, n, k, m, a, form.program));
    }

    // ---- slow and obvious

    private static NDArray expected(Program program, Map<String, Integer> symbols, NDArray[] arguments) {
        var kernel = ((Step.Contract) program.steps().getFirst()).kernel();
        Store store = kernel.stores().getFirst();
        var fold = (Scalar.Fold) store.value().op();
        var x = (Scalar.Load) fold.body().op().operands().get(0).op();
        var y = (Scalar.Load) fold.body().op().operands().get(1).op();
        DType t = store.to().dtype();
        NDArray z = NDArray.zeros(t, store.to().extents().stream().mapToLong(e -> number(e, symbols, Map.of())).toArray());
        NDArray xs = arguments[program.inputs().indexOf(x.from())], ys = arguments[program.inputs().indexOf(y.from())];
        int[] to = offsets(z, store.at(), kernel.axes(), symbols);
        int[] xFrom = offsets(xs, x.at(), kernel.axes(), symbols), xTerm = offsets(xs, x.at(), fold.axes(), symbols);
        int[] yFrom = offsets(ys, y.at(), kernel.axes(), symbols), yTerm = offsets(ys, y.at(), fold.axes(), symbols);
        int most = t == DType.FLOAT64 ? 512 : 320;                     // that are added one after the other
        int length = Math.ceilDiv(xTerm.length, Math.max(1, Math.ceilDiv(xTerm.length, most)));
        for (int i = 0; i < to.length; i++) {
            double total = 0, block = 0;
            for (int k = 0; k < xTerm.length; k++) {
                block = fma(t, xs.doubleAt(xFrom[i] + xTerm[k] - xTerm[0]), ys.doubleAt(yFrom[i] + yTerm[k] - yTerm[0]), block);
                if ((k + 1) % length != 0) continue;
                total = rounded(t, total + block);
                block = 0;
            }
            Storage.setDouble(t, z.storage(), to[i], rounded(t, total + block));
        }
        return z;
    }

    /// Of all positions along `axes`, where others are 0.
    private static int[] offsets(NDArray array, List<Value> position, List<Axis> axes, Map<String, Integer> symbols) {
        int count = axes.stream().mapToInt(a -> number(a.extent(), symbols, Map.of())).reduce(1, (p, q) -> p * q);
        return IntStream.range(0, count).map(i -> {
            var at = new HashMap<Axis, Integer>();
            int rest = i;
            for (Axis axis : axes.reversed()) {
                int extent = number(axis.extent(), symbols, Map.of());
                at.put(axis, rest % extent);
                rest /= extent;
            }
            return offset(array, position, symbols, at);
        }).toArray();
    }

    private static int offset(NDArray array, List<Value> position, Map<String, Integer> symbols, Map<Axis, Integer> at) {
        int offset = 0;
        for (int i = 0; i < position.size(); i++) offset = offset * (int) array.extent(i) + number(position.get(i), symbols, at);
        return offset;
    }

    private static int number(Value v, Map<String, Integer> symbols, Map<Axis, Integer> at) {
        if (v.op() instanceof Scalar.Whole(var n)) return (int) n;
        if (v.op() instanceof Scalar.Symbol(var name)) return symbols.get(name);
        if (v.op() instanceof Scalar.Index(var axis)) return at.getOrDefault(axis, 0);
        var apply = (Scalar.Apply) v.op();
        int x = number(apply.args().get(0), symbols, at), y = number(apply.args().get(1), symbols, at);
        return apply.f() == ScalarOp.ADD ? x + y : x * y;
    }

    private static double fma(DType dtype, double x, double y, double sum) {
        return dtype == DType.FLOAT32 ? Math.fma((float) x, (float) y, (float) sum) : Math.fma(x, y, sum);
    }

    private static double rounded(DType dtype, double x) {
        return dtype == DType.FLOAT32 ? (float) x : x;
    }

    // ---- forms

    @ParameterizedTest @CsvSource(delimiter = '|', value = {
        "n, k       | k, m       | n, m    | i < n, j < m        | i, j    | sum l < k { x[i, l] * y[l, j] }",
        "k, n       | k, m       | n, m    | i < n, j < m        | i, j    | sum l < k { x[l, i] * y[l, j] }",
        "n, k       | m, k       | n, m    | i < n, j < m        | i, j    | sum l < k { x[i, l] * y[j, l] }",
        "k, n       | m, k       | m, n    | j < m, i < n        | j, i    | sum l < k { x[l, i] * y[j, l] }",
        "a, n, k    | k, m, a    | n, a, m | b < a, i < n, j < m | i, b, j | sum l < k { x[b, i, l] * y[l, j, b] }",
        "a, k, n, 2 | a, k, m, 3 | a, n, m | b < a, i < n, j < m | b, i, j | sum l < k { x[b, l, i, 1] * y[b, l, j, 2] }"})
    void ofAllSizesAndLayouts(String x, String y, String z, String loops, String store, String sum) {
        OnDevice.onlyIfAll();
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            Form form = Form.of(dtype, x, y, z, loops, store, sum);
            int most = x.contains("a") ? 3 : 1;
            for (int round = 0; round < 24; round++)
                agree(form, false, random.nextInt(most + 1), any(ROWS), any(COLUMNS), any(TERMS));
            agree(form, false, most, 65, 129, 300);
            agree(form, false, 1, 32, 257, 17);
        }
    }

    /// These are summed in another order than the text has them, so the sums are exact.
    @ParameterizedTest @CsvSource(delimiter = '|', value = {
        "a, k, n | a, k, m | n, m    | i < n, j < m        | i, j    | sum b < a, l < k { x[b, l, i] * y[b, l, j] }",
        "a, k, n | a, k, m | n, m    | i < n, j < m        | i, j    | sum l < k, b < a { x[b, l, i] * y[b, l, j] }",
        "a, n, k | k, m    | a, n, m | b < a, i < n, j < m | b, i, j | sum l < k { x[b, i, l] * y[l, j] }",
        "a, n, k | k, m    | n, a, m | i < n, b < a, j < m | i, b, j | sum l < k { x[b, i, l] * y[l, j] }"})
    void ofManyAxes(String x, String y, String z, String loops, String store, String sum) {
        OnDevice.onlyIfAll();
        Form form = Form.of(DType.FLOAT32, x, y, z, loops, store, sum);
        for (int round = 0; round < 12; round++) agree(form, true, random.nextInt(4), any(ROWS), any(COLUMNS), any(TERMS));
        agree(form, true, 3, 65, 129, 40);
    }

    /// So large that a GPU of many processors takes the larger tile, too.
    @ParameterizedTest @ValueSource(strings = {"FLOAT32", "FLOAT64"})
    void ofManyTiles(DType dtype) {
        Form form = Form.of(dtype, "n, k", "k, m", "n, m", "i < n, j < m", "i, j", "sum l < k { x[i, l] * y[l, j] }");
        agree(form, false, 1, 777, 1543, 21);
    }

    // ---- epilogues

    private static CompiledFunction epilogue(String kind, String backEnd) {
        Variable x = fmatrix("x"), w = fmatrix("w"), b = fvector("b"), t = fmatrix("t"), s = tensor(DType.FLOAT32, "s", -1, -1, -1);
        Variable product = dot(x, w);
        Variable z = switch (kind) {
            case "rectified" -> maximum(product.add(b), 0);
            case "tanh" -> tanh(product.add(b));
            case "update" -> t.sub(product.mul(0.01));
            case "transposed" -> t.transpose().mul(product.transpose());
            case "widened" -> product.add(b).cast(DType.FLOAT64).mul(3);
            case "of three axes" -> s.dot(w).add(b);
            default -> throw new IllegalArgumentException(kind);
        };
        return function().in(x, w, b, t, s).out(z).allowUnused().on(backEnd).compile();
    }

    @ParameterizedTest @ValueSource(strings = {"rectified", "tanh", "update", "transposed", "widened", "of three axes"})
    void areAppliedToTheSums(String kind) {
        OnDevice.onlyIfAll();
        CompiledFunction f = epilogue(kind, "gpu"), same = epilogue(kind, "interpreter");
        for (int[] n : new int[][] {{5, 7, 3}, {33, 40, 65}, {130, 300, 140}, {64, 0, 64}, {1, 17, 129}}) {
            Object[] arguments = {any(DType.FLOAT32, false, n[0], n[1]), any(DType.FLOAT32, false, n[1], n[2]), any(DType.FLOAT32, false, n[2]),
                any(DType.FLOAT32, false, n[0], n[2]), any(DType.FLOAT32, false, 2, n[0], n[1])};
            NDArray want = same.call(arguments), got = f.call(arguments);
            assertEquals(want.type(), got.type());
            double bound = 1e-5 * (1 + Math.sqrt(n[1]));
            for (int i = 0; i < want.size(); i++) assertEquals(want.doubleAt(i), got.doubleAt(i), bound, kind + ", element " + i);
        }
        String text = f.explain();
        assertTrue(text.contains("contract") && text.contains("1 kernel,"), text);
    }

    private int any(int[] sizes) {
        return sizes[random.nextInt(sizes.length)];
    }
}
