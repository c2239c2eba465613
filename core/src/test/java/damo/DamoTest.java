package damo;

import static damo.Damo.*;
import static damo.Refused.refused;
import static org.junit.jupiter.api.Assertions.*;

import damo.graph.Variable;
import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// The front door's own functions.
class DamoTest {
    private static void assertValue(double[] expected, Variable v) {
        assertArrayEquals(expected, v.eval().toDoubleArray(), 1e-12);
    }

    @Test void inputsHaveTheTypeOfTheirName() {
        assertEquals("float64[?, 1]", dcol("c").type().toString());
        assertEquals("float32[1, ?]", frow("r").type().toString());
        assertEquals(TensorType.ofRank(DType.INT8, 3), btensor3().type());
        assertEquals(TensorType.ofRank(DType.INT64, 4), ltensor4("t").type());
        assertEquals(DType.INT16, wscalar("w").dtype());
        assertEquals("m", imatrix("m").name());
        assertEquals("int32[?, 3]", tensor(DType.INT32, "t", -1, 3).type().toString());
        refused(() -> tensor(DType.INT32, "t", -2), "t", "-2");
        assertTrue(dscalar("x").source().text().startsWith("DamoTest.java") || dscalar("x").source().text().isEmpty());
    }

    @Test void staticMethodsAreReferencesToo() {
        UnaryOperator<Variable> f = Damo::exp;
        assertValue(new double[] {1}, f.apply(constant(0.0)));
        assertValue(new double[] {4}, sub(5, constant(1)));
    }

    @Test void making() {
        assertValue(new double[] {0, 1, 2}, arange(3));
        assertValue(new double[] {}, arange(-3));
        assertValue(new double[] {2, 3}, arange(2, 4));
        assertValue(new double[] {5, 3, 1}, arange(5, 0, -2));
        assertValue(new double[] {0, 3, 6}, arange(0, 7, 3));
        assertValue(new double[] {}, arange(4, 2));
        refused(() -> arange(0, 1, 0), "step");
        refused(() -> arange(1.5), "integer scalar");
        assertValue(new double[] {0, 0.5, 1}, linspace(0, 1, 3));
        assertValue(new double[] {1, 0, 0, 1}, eye(2));
        assertValue(new double[] {0, 1, 0, 0, 0, 1}, eye(DType.INT32, 2, 3, 1));
        assertValue(new double[] {7, 7}, full(DType.FLOAT32, 7, 2));
        assertValue(new double[] {0, 0}, zeros(DType.FLOAT32, new long[] {2}));
        assertEquals(TensorType.scalar(DType.BOOL), ones(DType.BOOL).type());
        var n = lscalar("n");
        assertArrayEquals(new long[] {2, 3}, zeros(DType.FLOAT64, n, 3).eval(Map.of(n, 2)).shape());
        var v = dvector("v");
        assertEquals(NDArray.of(new double[] {1, 1}), onesLike(v).eval(Map.of(v, new double[2])));
        double[] mine = {1};
        Variable c = constant(NDArray.wrap(mine, 1));
        mine[0] = 2;
        assertValue(new double[] {1}, c);
        assertEquals(DType.FLOAT32, constant(DType.FLOAT32, 1.5).dtype());
    }

    @Test void choosing() {
        Variable b = constant(new boolean[] {true, false});
        assertValue(new double[] {1, 5}, where(b, constant(new double[] {1, 2}), 5));
        assertValue(new double[] {5, 2}, where(b, 5, constant(new double[] {1, 2})));
        assertEquals(DType.FLOAT32, where(b, 1, constant(2f)).dtype());
        assertValue(new double[] {1, 0}, where(b, 1, 0));
        assertEquals(DType.FLOAT64, ifelse(constant(true), constant(1), constant(2.0)).dtype());
        assertEquals(DType.FLOAT32, ifelse(constant(true), 1, constant(2f)).dtype());
        assertEquals(3, ifelse(constant(false), List.of(constant(1), constant(2)), List.of(constant(3), constant(4))).getFirst().eval().scalar());
        refused(() -> ifelse(constant(true), constant(1), 0.5), "0.5", "int32");
        refused(() -> ifelse(constant(1), constant(1), constant(2)), "bool");
        refused(() -> ifelse(constant(true), List.of(constant(1)), List.of()), "1 values", "0");
        var x = dscalar("x");                                       // the branch not taken would fail
        var bad = constant(new double[] {1}).at(x.cast(DType.INT64));
        assertEquals(0, function().in(x).out(ifelse(x.gt(5), 0, bad)).compile().call(9).scalar());
    }

    @Test void joiningReducingMultiplying() {
        Variable a = constant(new double[] {1, 2});
        Variable b = constant(new int[] {3, 4});
        assertValue(new double[] {1, 2, 3, 4}, join(0, a, b));
        assertValue(new double[] {1, 3, 2, 4}, stack(1, a, b));
        assertValue(new double[] {1, 3, 2, 4}, stack(-1, List.of(a, b)));
        refused(() -> join(0), "nothing to join");
        assertValue(new double[] {3}, sum(a));
        assertValue(new double[] {1.5}, mean(a));
        assertValue(new double[] {0.25}, var(a));
        assertValue(new double[] {0.5}, std(a));
        assertValue(new double[] {12}, prod(b));
        assertValue(new double[] {4}, max(b));
        assertValue(new double[] {1}, min(a, -1));
        assertValue(new double[] {1}, argmax(b, 0));
        assertValue(new double[] {11}, dot(a, b));
        assertValue(new double[] {3, 4, 6, 8}, outer(a, b));
        assertValue(new double[] {11}, tensordot(a, b, 1));
        assertValue(new double[] {11}, tensordot(a, b, new int[] {0}, new int[] {0}));
        assertValue(new double[] {Math.log(Math.exp(1) + Math.exp(2))}, logSumExp(a));
        assertValue(new double[] {1, 2, 1, 2}, broadcastTo(a, 2, 2));
        assertValue(new double[] {1, 2}, reshape(a, 2, -1));
    }

    @Test void whatIsComposedOfReductionsSaysItsOwnName() {
        var x = dmatrix("x");
        refused(() -> x.softmax(2), "softmax: axis 2 is out of range", "x is float64[?, ?]");
        refused(() -> x.logSoftmax(-3), "logSoftmax: axis -3 is out of range");
        refused(() -> x.logSumExp(2), "logSumExp: axis 2 is out of range");
        refused(() -> x.mean(2), "mean: axis 2 is out of range");
        refused(() -> x.var(2), "var: axis 2 is out of range");
    }

    @Test void softmaxKeepsTheRankAndTakesTheLastAxis() {
        Variable x = constant(new double[][] {{0, 0}, {1000, 0}});
        assertValue(new double[] {0.5, 0.5, 1, 0}, softmax(x));
        assertValue(new double[] {0, 0.5, 1, 0.5}, softmax(x, 0));
        assertValue(new double[] {-Math.log(2), -Math.log(2), 0, -1000}, logSoftmax(x));
    }

    @Test void forNetworks() {
        Variable x = constant(new double[] {-2, 0, 3});
        assertValue(new double[] {4, 0, 9}, sqr(x));
        assertValue(new double[] {-1, 0, 1}, clip(x, -1, 1));
        assertValue(new double[] {0, 0, 3}, relu(x));
        assertValue(new double[] {-0.2, 0, 3}, relu(x, 0.1));
        double[] normal = layerNorm(x, constant(2.0), constant(1.0), 0).eval().toDoubleArray();
        assertEquals(3, normal[0] + normal[1] + normal[2], 1e-12);
        assertValue(new double[] {0, 1, 0, 1, 0, 0}, oneHot(constant(new int[] {1, 0}), 3, DType.FLOAT32));
    }

    @Test void crossEntropies() {
        Variable logits = constant(new double[][] {{1000, 0, 0}, {0, 0, 0}});
        Variable labels = constant(new int[] {1, 2});
        double[] expected = {1000, Math.log(3)};
        assertValue(expected, softmaxCrossEntropy(logits, labels));
        assertValue(expected, softmaxCrossEntropy(logits, oneHot(labels, 3, DType.FLOAT64)));
        Variable p = constant(new double[][] {{0.25, 0.75}, {0, 1}});
        double[] right = {-Math.log(0.75), 0};
        assertValue(right, categoricalCrossEntropy(p, constant(new int[] {1, 1})));
        assertValue(right, categoricalCrossEntropy(p, constant(new double[][] {{0, 1}, {0, 1}})));
        assertValue(new double[] {-Math.log(0.75), 0}, binaryCrossEntropy(constant(new double[] {0.25, 1}), constant(new double[] {0, 1})));
        assertValue(new double[] {Math.log(2), 1000}, sigmoidCrossEntropy(constant(new double[] {0, 1000}), constant(new double[] {1, 0})));
        refused(() -> softmaxCrossEntropy(logits, constant(new int[][] {{1}})), "one axis less");
        refused(() -> softmaxCrossEntropy(logits, constant(new double[] {1})), "integers");
        refused(() -> softmaxCrossEntropy(logits, constant(new int[] {1, 3})).eval(), "a label is not a position");
    }

    @Test void derivatives() {
        var x = dvector("x");
        var v = dvector("v");
        var cost = x.pow(3).sum();
        Map<Variable, ?> at = Map.of(x, new double[] {1, 2});
        assertEquals(NDArray.of(new double[] {3, 12}), grad(cost, x).eval(at));
        assertEquals(NDArray.of(new double[] {3, 12}), grad(cost, List.of(x)).getFirst().eval(at));
        assertEquals(NDArray.of(new double[][] {{6, 0}, {0, 12}}), hessian(cost, x).eval(at));
        assertEquals(NDArray.of(new double[][] {{3, 0}, {0, 12}}), jacobian(x.pow(3), x).eval(at));
        var both = Map.of(x, new double[] {1, 2}, v, new double[] {1, 1});
        assertEquals(NDArray.of(new double[] {3, 12}), rop(x.pow(3), x, v).eval(both));
        assertEquals(NDArray.of(new double[] {3, 12}), lop(x.pow(3), x, v).eval(both));
        assertEquals(NDArray.of(new double[] {6, 12}), hessianVectorProduct(cost, x, v).eval(both));
        refused(() -> rop(x.mul(2), x, v).eval(Map.of(x, new double[] {1, 2}, v, new double[] {1})), "tangent", "shape");
        assertEquals(NDArray.of(new double[] {0, 0}), grad(stopGradient(x).sum().add(x.sum().mul(0)), x).eval(at));
        refused(() -> grad(cost, v), "v");
        verifyGradient(in -> in.getFirst().tanh().sum(), List.of(NDArray.of(new double[] {0.5, -1})), 1);
    }
}
