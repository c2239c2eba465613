package damo.grad;

import static damo.grad.Check.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.DamoException;
import damo.graph.*;
import damo.type.DType;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The transposes of the structural ops, broadcasting, branches, options.
class StructureTest {
    static Variable of(Op op) {
        return new Variable(op);
    }

    static Variable n(long value) {
        return Ints.of(value);
    }

    static void check(Function<Variable, Variable> f, long... shape) {
        derivatives(xs -> f.apply(xs.getFirst().sin()), random(3, shape));
    }

    static final long[][] SHAPES = {{}, {1}, {3}, {1, 1}, {1, 3}, {2, 1}, {2, 3}};

    @Test void broadcastingInAllCombinations() {
        for (long[] a : SHAPES)
            for (long[] b : SHAPES)
                derivatives(xs -> xs.get(0).mul(xs.get(1)).add(xs.get(1).exp()).sub(xs.get(0)), random(1, a), random(2, b));
    }

    @Test void broadcastingOfThree() {
        for (long[] a : SHAPES)
            for (long[] b : SHAPES)
                duality(xs -> where(xs.get(0).gt(1), xs.get(1).mul(xs.get(0)), xs.get(2).mul(2)),
                        List.of(random(1, a), random(2, b), random(5, 2, 1)));
    }

    @Test void reductions() {
        for (int[] axes : new int[][] {{}, {0}, {1}, {0, 2}, {0, 1, 2}}) {
            check(x -> x.sum(axes).exp(), 2, 3, 2);
            check(x -> x.prod(axes), 2, 3, 2);
            check(x -> x.max(axes), 2, 3, 2);
            check(x -> x.min(axes).mul(2), 2, 3, 2);
            check(x -> x.var(axes), 2, 3, 2);
            check(x -> x.logSumExp(axes), 2, 3, 2);
        }
        check(x -> x.sub(x.max(true, 1)).exp().div(x.sum(true, 1)), 2, 3);
    }

    @Test void tiedElementsGetTheFullGradient() {
        Variable x = matrix();
        assertArrayEquals(new double[] {0, 1, 1, 1, 0, 0},
                run(Gradient.grad(x.max(1).sum(), x), List.of(x), (Object) new double[][] {{1, 3, 3}, {2, 1, 0}}).toDoubleArray());
    }

    @ParameterizedTest @CsvSource({"1,2,3,4", "0,2,3,4", "0,2,0,4", "0,0,0,4", "0,0,0,0"})
    void aProductIsExactWithZerosUpToTheThirdOrder(double a, double b, double c, double d) {
        Variable x = vector();
        double[] at = {a, b, c, d};
        Variable g = Gradient.grad(x.prod(), x);
        Variable h = Gradient.jacobian(g, x);
        Variable t = Gradient.jacobian(h, x);
        double[] first = run(g, List.of(x), at).toDoubleArray();
        double[] second = run(h, List.of(x), at).toDoubleArray();
        double[] third = run(t, List.of(x), at).toDoubleArray();
        for (int i = 0; i < 4; i++) {
            assertEquals(without(at, i), first[i], 1e-12);
            for (int j = 0; j < 4; j++) {
                assertEquals(i == j ? 0 : without(at, i, j), second[i * 4 + j], 1e-12, "at " + i + ", " + j);
                for (int k = 0; k < 4; k++) {
                    double wanted = i == j || j == k || i == k ? 0 : without(at, i, j, k);
                    assertEquals(wanted, third[i * 16 + j * 4 + k], 1e-12, "at " + i + ", " + j + ", " + k);
                }
            }
        }
    }

    private static double without(double[] x, int... left) {
        double product = 1;
        for (int i = 0; i < x.length; i++) {
            int at = i;
            if (Arrays.stream(left).noneMatch(j -> j == at)) product *= x[i];
        }
        return product;
    }

    @Test void movement() {
        check(x -> x.transpose(), 2, 3);
        check(x -> x.dimshuffle(2, -1, 0), 2, 1, 3);
        check(x -> x.dimshuffle(-1, 1, 0, -1), 2, 3);
        check(x -> x.reshape(3, 2), 2, 3);
        check(x -> x.flatten(), 2, 3);
        check(x -> x.broadcastTo(4, 2, 3), 2, 1);
        check(x -> x.expandDims(0).broadcastTo(2, 3), 3);
        check(x -> of(new Op.SumTo(x, List.of(n(1), n(3)))), 4, 2, 3);
        check(x -> of(new Op.SumTo(x, List.of())), 2, 3);
        check(x -> of(new Op.Slice(x, 1, n(2), n(2), -2)), 2, 3);
        check(x -> of(new Op.Unslice(x, 0, n(1), n(6), 2)), 2, 3);
        check(x -> of(new Op.Join(1, List.of(x, x.mul(2), constant(new double[][] {{1}, {2}})))), 2, 3);
        check(x -> x.at(1, -1), 2, 3);
        check(x -> x.slice(1, -1), 4, 2);
    }

    @Test void indexing() {
        Variable p = constant(new long[][] {{0, 2}, {2, 1}, {2, 2}});
        check(x -> of(new Op.Gather(x, p, 1)), 2, 3);
        check(x -> x.take(0, p), 3, 2);
        check(x -> of(new Op.Scatter(x, p, 1, n(5))), 2, 3, 2, 2);
        check(x -> of(new Op.Gather(x, constant(2L), 0)), 3, 2);
        check(x -> of(new Op.Scatter(x, constant(2L), 0, n(3))), 2);
    }

    @Test void contractions() {
        for (long[][] s : new long[][][] {{{3}, {3}}, {{2, 3}, {3}}, {{3}, {3, 2}}, {{2, 3}, {3, 4}}, {{2, 3}, {4, 3, 2}}})
            derivatives(xs -> xs.get(0).exp().dot(xs.get(1)), random(1, s[0]), random(2, s[1]));
        derivatives(xs -> xs.get(0).matmul(xs.get(1)), random(1, 2, 2, 3), random(2, 1, 3, 2));
        var axes = new DotAxes(List.of(2), List.of(0), List.of(3, 0), List.of(1, 3));
        derivatives(xs -> of(new Op.Dot(xs.get(0), xs.get(1), axes)), random(1, 2, 3, 2, 4), random(2, 2, 4, 2, 2, 1));
        check(x -> x.dot(x.transpose()), 2, 3);
    }

    @Test void castsAssertsAndExtents() {
        check(x -> of(new Op.Assert(x, x.sum().gt(-100), "no")), 3);
        check(x -> x.mul(x.size().cast(DType.FLOAT64)), 2, 3);
        check(x -> x.mul(of(new Op.Iota(x.shape(0))).cast(DType.FLOAT64)), 3);
        Variable x = vector();
        Variable g = Gradient.grad(of(new Op.StopGradient(x)).mul(x).sum(), x);
        assertArrayEquals(new double[] {1, 2}, run(g, List.of(x), new double[] {1, 2}).toDoubleArray());
    }

    @Test void branches() {
        for (double limit : new double[] {-100, 100}) {
            check(x -> of(new Op.If(x.sum().gt(limit), x.exp().mul(x), x.sin())), 3);
            check(x -> of(new Op.If(x.sum().gt(limit), x.slice(0, 2), x)).mul(2), 3);
            check(x -> of(new Op.If(x.sum().gt(limit), x.sum(), x.prod())), 3);
            check(x -> of(new Op.If(x.sum().gt(limit), of(new Op.If(x.sum().lt(0), x, x.mul(x))), x.mul(3))), 3);
        }
    }

    @Test void theBranchNotTakenIsNotDifferentiated() {
        Variable x = vector();
        Variable bad = of(new Op.Assert(x.log(), constant(false), "computed"));
        Variable y = of(new Op.If(x.sum().gt(0), x.mul(2), bad)).sum();
        assertArrayEquals(new double[] {2, 2}, run(Gradient.grad(y, x), List.of(x), new double[] {0, 1}).toDoubleArray());
        Variable z = of(new Op.If(x.sum().gt(0), x.mul(2), bad.mul(bad).exp())).sum();
        assertArrayEquals(new double[] {2, 2}, run(Gradient.grad(z, x), List.of(x), new double[] {0, 1}).toDoubleArray());
    }

    static Variable where(Variable c, Object a, Object b) {
        return Build.elementwise(ScalarOp.WHERE, c, a, b);
    }

    @Test void theUntakenBranchOfWhereContributesNothing() {
        Variable x = vector();
        double[] at = {0, -1, 2};
        assertArrayEquals(new double[] {0, 0, 0.5}, run(Gradient.grad(where(x.gt(0), x.log(), x.mul(0)).sum(), x), List.of(x), at).toDoubleArray());
        Variable safe = where(x.gt(0), x.sqrt().mul(x.sqrt()).mul(x.log()), 0).sum();
        assertArrayEquals(new double[] {0, 0, Math.log(2) + 1}, run(Gradient.grad(safe, x), List.of(x), at).toDoubleArray(), 1e-15);
        Variable nested = where(x.ge(0), where(x.gt(0), x.log(), x.sqrt()), 7.0).sum();
        assertArrayEquals(new double[] {Double.POSITIVE_INFINITY, 0, 0.5}, run(Gradient.grad(nested, x), List.of(x), at).toDoubleArray());
        Variable rows = where(x.gt(0), x.dimshuffle(-1, 0).transpose().log().dimshuffle(0), 1.0).sum();
        assertArrayEquals(new double[] {0, 0, 0.5}, run(Gradient.grad(rows, x), List.of(x), at).toDoubleArray());
        Variable second = Gradient.grad(Gradient.grad(where(x.gt(0), x.log(), 0).sum(), x).sum(), x);
        assertArrayEquals(new double[] {0, 0, -0.25}, run(second, List.of(x), at).toDoubleArray());
    }

    @Test void nothingNamesTheVariable() {
        Variable x = vector().named("lonely");
        Variable y = vector();
        DamoException e = assertThrows(DamoException.class, () -> Gradient.grad(y.sum(), List.of(y, x)));
        assertTrue(e.getMessage().contains("lonely"), e.getMessage());
        List<Variable> g = Gradient.grad(y.sum(), List.of(y, x), GradOption.Disconnected.ZERO);
        assertArrayEquals(new double[3], run(g.get(1), List.of(x), new double[3]).toDoubleArray());
        assertTrue(assertThrows(DamoException.class, () -> Gradient.grad(y, y)).getMessage().contains("sum it first"));
        assertThrows(DamoException.class, () -> Gradient.grad(y.sum(), input(DType.INT64, 1)));
        assertThrows(DamoException.class, () -> Gradient.grad(input(DType.INT64, 0), y));
        assertThrows(DamoException.class, () -> Gradient.rop(y.sum(), x, x));
        assertThrows(DamoException.class, () -> Gradient.lop(y, y, matrix()));
    }

    @Test void constantsAndInteriorVariables() {
        Variable w = scalar();
        Variable y = w.pow(2);
        Variable cost = y.mul(w);
        assertEquals(4, run(Gradient.grad(cost, w, GradOption.considerConstant(y)), List.of(w), 2.0).scalar());
        List<Variable> g = Gradient.grad(cost, List.of(y, w, cost));
        assertEquals(2, run(g.get(0), List.of(w), 2.0).scalar());
        assertEquals(12, run(g.get(1), List.of(w), 2.0).scalar());
        assertEquals(1, run(g.get(2), List.of(w), 2.0).scalar());
    }

    @Test void unknownExtentsNeedNoBroadcasting() {
        Variable x = matrix();
        Variable c = scalar();
        Variable s = x.mul(c).add(1).exp().div(x.sub(x.max(true, 1)).add(x)).sum();
        for (Variable v : Graph.order(Gradient.grad(s, List.of(x, c))))
            assertFalse(v.op() instanceof Op.SumTo || v.op() instanceof Op.Broadcast, v.toString());
    }

    @Test void gradientsHaveTheSourceOfTheirNode() {
        Variable x = new Variable(vector().op(), "x", new Source("A.java:1"));
        Variable y = new Source("B.java:2").during(() -> x.exp().mul(3).sum());
        for (Variable v : Graph.order(List.of(Gradient.grad(y, x))))
            assertTrue(v.source().text().matches("[AB].java:.") || v.op() instanceof Op.Constant, v.describe());
    }

    @Test void chainsOfAnyLength() {
        Variable x = vector();
        Variable mixed = chain(x, 25_000, v -> where(x.gt(3), v.mul(x), v).add(x).exp());       // four deep
        assertEquals(1, Gradient.grad(mixed.sum(), List.of(x)).size());
        Variable half = constant(0.5);
        Variable halved = chain(x, 100_000, v -> v.mul(half));
        Variable both = Gradient.grad(halved.sum(), x).add(Gradient.rop(halved, x, x));
        assertEquals(0, run(both, List.of(x), new double[] {1}).scalar(), 1e-12);
    }

    /// Under one source, so that building it does not walk the stack.
    private static Variable chain(Variable x, int links, UnaryOperator<Variable> link) {
        return new Source("Chain.java:1").during(() -> {
            Variable y = x;
            for (int i = 0; i < links; i++) y = link.apply(y);
            return y;
        });
    }
}
