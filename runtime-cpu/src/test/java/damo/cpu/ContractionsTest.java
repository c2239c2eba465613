package damo.cpu;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.CompiledFunction;
import damo.graph.Index;
import damo.graph.Lambda;
import damo.graph.Variable;
import damo.interpret.Interpreter;
import damo.type.DType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContractionsTest {
    private static final DType[] DTYPES = {DType.FLOAT64, DType.FLOAT32, DType.INT32, DType.BOOL};

    private final Random random = new Random(3);

    private NDArray any(DType dtype, long... shape) {
        long size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        NDArray all = NDArray.zeros(dtype, shape);
        for (int i = 0; i < size; i++) {
            if (all.storage() instanceof double[] x) x[i] = random.nextGaussian();
            else if (all.storage() instanceof float[] x) x[i] = (float) random.nextGaussian();
            else if (all.storage() instanceof int[] x) x[i] = random.nextInt();
            else ((boolean[]) all.storage())[i] = random.nextInt(4) == 0;
        }
        return all;
    }

    /// Compiles and compares with what it means.
    private static String agrees(Variable result, List<Variable> parameters, NDArray... arguments) {
        return agree(List.of(result), parameters, arguments);
    }

    private static String agree(List<Variable> results, List<Variable> parameters, NDArray... arguments) {
        CompiledFunction f = function().in(parameters.toArray(Variable[]::new)).out(results).allowUnused().compile();
        List<NDArray> all = f.callAll((Object[]) arguments);
        List<NDArray> expected = Interpreter.run(new Lambda("f", parameters, results), List.of(arguments));
        for (int r = 0; r < results.size(); r++) {
            NDArray got = all.get(r), want = expected.get(r);
            assertEquals(want.type(), got.type());
            assertEquals(Arrays.toString(want.shape()), Arrays.toString(got.shape()));
            double bound = got.dtype() == DType.FLOAT32 ? 2e-4 : got.dtype() == DType.FLOAT64 ? 1e-12 : 0;
            for (int i = 0; i < want.size(); i++) {
                double w = want.doubleAt(i);
                if (want.dtype().isFloat()) assertEquals(w, got.doubleAt(i), bound * (10 + Math.abs(w)), "element " + i);
                else assertEquals(want.longAt(i), got.longAt(i), "element " + i);
            }
        }
        return f.explain();
    }

    private static Variable open(DType dtype, String name, int rank) {
        return tensor(dtype, name, IntStream.range(0, rank).mapToLong(_ -> -1).toArray());
    }

    @ParameterizedTest @ValueSource(ints = {0, 1, 2, 3, 5, 8, 11, 12, 13, 17, 33})
    void productsOfAllDtypesAndSizes(int rows) {
        for (DType dtype : DTYPES)
            for (int terms : new int[] {0, 1, 7, 40, 257})
                for (int columns : new int[] {1, 4, 16, 37}) {
                    Variable x = open(dtype, "x", 2), y = open(dtype, "y", 2);
                    agrees(x.dot(y), List.of(x, y), any(dtype, rows, terms), any(dtype, terms, columns));
                }
    }

    @Test void transposesAreNotCopied() {
        for (DType dtype : List.of(DType.FLOAT64, DType.FLOAT32)) {
            Variable x = open(dtype, "x", 2), y = open(dtype, "y", 2);
            String all = agrees(x.transpose().dot(y), List.of(x, y), any(dtype, 20, 30), any(dtype, 20, 17))
                    + agrees(x.dot(y.transpose()), List.of(x, y), any(dtype, 30, 20), any(dtype, 17, 20))
                    + agrees(x.transpose().dot(y.transpose()), List.of(x, y), any(dtype, 20, 30), any(dtype, 17, 20))
                    + agrees(x.dot(y).transpose(), List.of(x, y), any(dtype, 30, 20), any(dtype, 20, 17));
            assertTrue(all.contains("contract"), all);
            assertEquals(4, all.lines().filter(l -> l.startsWith("1 kernel,")).count(), all);
        }
    }

    @Test void batchesAndManyAxes() {
        for (DType dtype : List.of(DType.FLOAT64, DType.FLOAT32)) {
            Variable x = open(dtype, "x", 3), y = open(dtype, "y", 3), m = open(dtype, "m", 2);
            agrees(x.matmul(y), List.of(x, y), any(dtype, 5, 9, 14), any(dtype, 5, 14, 11));
            agrees(x.matmul(y.transpose(0, 2, 1)), List.of(x, y), any(dtype, 5, 9, 14), any(dtype, 5, 11, 14));
            agrees(x.matmul(m), List.of(x, m), any(dtype, 5, 9, 14), any(dtype, 14, 11));
            agrees(m.matmul(x), List.of(x, m), any(dtype, 5, 9, 14), any(dtype, 20, 9));
            agrees(x.tensordot(y, new int[] {0, 1}, new int[] {0, 1}), List.of(x, y), any(dtype, 6, 50, 9), any(dtype, 6, 50, 20));
            agrees(x.tensordot(y, new int[] {0, 1}, new int[] {1, 0}), List.of(x, y), any(dtype, 6, 50, 9), any(dtype, 50, 6, 20));
            agrees(x.tensordot(y, new int[] {1}, new int[] {1}), List.of(x, y), any(dtype, 6, 10, 9), any(dtype, 7, 10, 8));
            agrees(x.tensordot(y, new int[] {0, 2}, new int[] {2, 0}), List.of(x, y), any(dtype, 0, 4, 3), any(dtype, 3, 5, 0));
            agrees(einsum("abc,cbd->dba", x, y), List.of(x, y), any(dtype, 6, 10, 9), any(dtype, 9, 10, 8));
            agrees(einsum("abc,dac->bd", x, y), List.of(x, y), any(dtype, 6, 10, 9), any(dtype, 7, 6, 9));
        }
    }

    @Test void axesThatAreSummedTogetherBecomeOne() {
        Variable x = open(DType.FLOAT64, "x", 3), y = open(DType.FLOAT64, "y", 3);
        String text = agrees(x.tensordot(y, new int[] {0, 1}, new int[] {0, 1}), List.of(x, y), any(DType.FLOAT64, 30, 16, 9),
                any(DType.FLOAT64, 30, 16, 20));
        assertTrue(text.contains("contract k0"), text);
    }

    @Test void whatFollowsElementByElementIsPartOfTheProduct() {
        Variable x = open(DType.FLOAT32, "x", 2), w = open(DType.FLOAT32, "w", 2), b = open(DType.FLOAT32, "b", 1), h = open(DType.FLOAT32, "h", 2);
        NDArray[] all = {any(DType.FLOAT32, 30, 20), any(DType.FLOAT32, 20, 17), any(DType.FLOAT32, 17), any(DType.FLOAT32, 30, 17)};
        List<Variable> parameters = List.of(x, w, b, h);
        Variable z = x.dot(w);
        for (Variable v : List.of(tanh(z.add(b)), z.add(b).maximum(0), z.mul(sub(1, sqr(h))), h.sub(z.mul(0.01)), tanh(z).transpose(), z.gt(b)))
            assertTrue(agrees(v, parameters, all).contains("1 kernel,"), v.toString());
        assertTrue(agrees(tanh(sqr(x).dot(w).add(b)), parameters, all).contains("2 kernels,"), "what comes before is a kernel of its own");
    }

    /// Expressions of a product, piled up at random, with other results on the way.
    @Test void epiloguesOfAllKinds() {
        long seed = Long.getLong("damo.seed", new Random().nextLong());
        random.setSeed(seed);
        for (int i = 0; i < 60; i++) {
            DType t = random.nextBoolean() ? DType.FLOAT64 : DType.FLOAT32;
            Variable x = open(t, "x", 2), y = open(t, "y", 2), v = open(t, "v", 1), u = open(t, "u", 2);
            Variable z = random.nextBoolean() ? x.dot(y) : y.transpose().dot(x.transpose()).transpose();
            var some = new ArrayList<>(List.of(z));
            for (int k = 0; k < 4; k++) {
                Variable a = some.get(random.nextInt(some.size())), b = some.get(random.nextInt(some.size()));
                some.add(switch (random.nextInt(8)) {
                    case 0 -> a.add(v);
                    case 1 -> a.tanh();
                    case 2 -> a.mul(sub(1, sqr(b)));
                    case 3 -> u.sub(a.mul(0.01));
                    case 4 -> where(u.gt(v), a, b.add(v));
                    case 5 -> a.maximum(0);
                    case 6 -> a.cast(DType.FLOAT32).mul(0.5f).cast(t);
                    default -> a.mul(u);
                });
            }
            List<Variable> results = List.of(some.getLast(), random.nextBoolean() ? z : some.getLast().transpose(), isNaN(some.getLast()));
            int[] rows = {0, 1, 11, 12, 13, 40}, columns = {1, 15, 16, 17, 33}, terms = {0, 1, 20, 330};
            int m = rows[random.nextInt(rows.length)], n = columns[random.nextInt(columns.length)], k = terms[random.nextInt(terms.length)];
            agree(results, List.of(x, y, v, u), any(t, m, k), any(t, k, n), any(t, n), any(t, m, n));
        }
    }

    @Test void smallProductsOfKnownSizeStayStraightLines() {
        Variable x = tensor(DType.FLOAT64, "x", 4, 4), y = tensor(DType.FLOAT64, "y", 4, 4);
        assertFalse(agrees(x.dot(y), List.of(x, y), any(DType.FLOAT64, 4, 4), any(DType.FLOAT64, 4, 4)).contains("contract"));
    }

    @Test void slicesAreReadWhereTheyAre() {
        Variable x = open(DType.FLOAT64, "x", 2), y = open(DType.FLOAT64, "y", 2), from = lscalar("from");
        NDArray a = any(DType.FLOAT64, 50, 20), b = any(DType.FLOAT64, 20, 17), at = NDArray.of(7L);
        String rows = agrees(x.slice(from, from.add(30)).dot(y), List.of(x, y, from), a, b, at);
        assertTrue(rows.lines().anyMatch(l -> l.contains(" = sum ") && l.contains("x[int32(")), rows);
        agrees(x.slice(from, from.add(20)).transpose().dot(y), List.of(x, y, from), a, b, at);
        agrees(x.index(Index.range(1, 40, 2)).dot(y), List.of(x, y), a, b);
        agrees(x.index(Index.range(40, 1, -1)).dot(y), List.of(x, y), a, b);
        agrees(x.transpose().slice(3, 12).dot(x), List.of(x), a);
    }

    @Test void inALoop() {
        for (DType dtype : List.of(DType.FLOAT64, DType.FLOAT32)) {
            Variable x = open(dtype, "x", 3), w = open(dtype, "w", 2), u = open(dtype, "u", 2), h0 = open(dtype, "h0", 2);
            var loop = scan();
            var each = loop.sequence(x);
            var h = loop.state(h0);
            loop.next(h, tanh(h.dot(w).add(each.transpose().dot(u))).mul(0.5));
            Variable all = loop.emit(h.dot(w.transpose()));
            agrees(loop.last(h), List.of(x, w, u, h0), any(dtype, 7, 9, 13), any(dtype, 20, 20), any(dtype, 9, 20), any(dtype, 13, 20));
            agrees(all, List.of(x, w, u, h0), any(dtype, 7, 9, 13), any(dtype, 20, 20), any(dtype, 9, 20), any(dtype, 13, 20));
            Variable cost = sqr(loop.last(h)).sum();
            boolean turned = false;
            for (Variable g : grad(cost, List.of(w, u, h0)))
                turned |= agrees(g, List.of(x, w, u, h0), any(dtype, 7, 9, 13), any(dtype, 20, 20), any(dtype, 9, 20), any(dtype, 13, 20))
                        .contains("_turned0[");
            assertTrue(turned, "w is transposed before the loop of the derivatives");
        }
    }

    @Test void otherSizesRunTheSameProgram() {
        Variable x = open(DType.FLOAT64, "x", 2), y = open(DType.FLOAT64, "y", 2);
        CompiledFunction f = function().in(x, y).out(x.dot(y)).compile();
        for (int n : new int[] {10, 3, 300, 64}) {
            NDArray a = any(DType.FLOAT64, n, n + 1), b = any(DType.FLOAT64, n + 1, n + 2);
            NDArray want = Interpreter.run(new Lambda("f", List.of(x, y), List.of(x.dot(y))), List.of(a, b)).getFirst();
            NDArray got = f.call(a, b);
            for (int i = 0; i < want.size(); i++) assertEquals(want.doubleAt(i), got.doubleAt(i), 1e-10);
        }
        assertEquals(1, f.explain().lines().filter(l -> l.contains("contract")).count(), f.explain());
    }
}
