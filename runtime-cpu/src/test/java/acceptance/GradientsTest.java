package acceptance;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.*;
import org.junit.jupiter.api.Test;

/** Symbolic derivatives: gradient, Jacobian, Hessian, and products with them. */
class GradientsTest {

    @Test void gradientOfASquare() {
        var x = dscalar("x");
        var y = x.pow(2);
        CompiledFunction f = function().in(x).out(grad(y, x)).compile();
        assertEquals(8.0, f.call(4).scalar());
        assertEquals(188.4, f.call(94.2).scalar(), 1e-12);
        assertEquals("(2.0 * x)", f.pretty());                  // after rewriting
    }

    @Test void gradientOfALogistic() {
        var x = dmatrix("x");
        var s = sum(div(1, add(1, exp(neg(x)))));
        CompiledFunction f = function().in(x).out(grad(s, x)).compile();
        assertArrayEquals(new double[] {0.25, 0.196611933241482, 0.196611933241482, 0.104993585403507},
                f.call(new double[][] {{0, 1}, {-1, -2}}).toDoubleArray(), 1e-15);
    }

    @Test void jacobianByLoopAndByName() {
        var x = dvector("x");
        var y = x.pow(2);
        var loop = scan();
        var i = loop.sequence(arange(y.shape(0)));
        var rows = loop.emit(grad(y.at(i), x));
        double[] want = {8, 0, 0, 8};
        assertArrayEquals(want, function().in(x).out(rows).compile().call(new double[] {4, 4}).toDoubleArray());
        assertArrayEquals(want, function().in(x).out(jacobian(y, x)).compile().call(new double[] {4, 4}).toDoubleArray());
    }

    @Test void hessian() {
        var x = dvector("x");
        var h = damo.Damo.hessian(x.pow(2).sum(), x);
        assertArrayEquals(new double[] {2, 0, 0, 2},
                function().in(x).out(h).compile().call(new double[] {4, 4}).toDoubleArray());
    }

    @Test void productsWithTheJacobianAndTheHessian() {
        var W = dmatrix("W");
        var V = dmatrix("V");
        var x = dvector("x");
        var v = dvector("v");
        var y = dot(x, W);
        double[] at = {0, 1};
        assertArrayEquals(new double[] {2, 2},
                function().in(W, V, x).out(rop(y, W, V)).compile()
                        .call(new double[][] {{1, 1}, {1, 1}}, new double[][] {{2, 2}, {2, 2}}, at).toDoubleArray());
        assertArrayEquals(new double[] {0, 0, 2, 2},
                function().in(v, x).out(lop(y, W, v)).compile().call(new double[] {2, 2}, at).toDoubleArray());

        var cost = x.pow(2).sum();
        var g = grad(cost, x);
        double[] p = {4, 4}, d = {2, 2}, want = {4, 4};
        assertArrayEquals(want, function().in(x, v).out(grad(g.mul(v).sum(), x)).compile().call(p, d).toDoubleArray());
        assertArrayEquals(want, function().in(x, v).out(rop(g, x, v)).compile().call(p, d).toDoubleArray());
        assertArrayEquals(want, function().in(x, v).out(hessianVectorProduct(cost, x, v)).compile().call(p, d).toDoubleArray());
    }

    @Test void theUntakenBranchOfWhereContributesNothing() {
        var x = dvector("x");
        var y = where(gt(x, 0), log(x), x.mul(0)).sum();
        assertArrayEquals(new double[] {0, 0.5},
                function().in(x).out(grad(y, x)).compile().call(new double[] {-1, 2}).toDoubleArray());
    }
}
