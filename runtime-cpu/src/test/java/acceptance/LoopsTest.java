package acceptance;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.*;
import damo.type.DType;
import damo.value.NDArray;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Loops are declared by their parts: sequences, states and emissions are handles, so no argument order to remember. */
class LoopsTest {

    @Test void powerByRepeatedMultiplication() {
        var k = iscalar("k");
        var a = dvector("a");
        var loop = scan();
        var prior = loop.state(onesLike(a));
        loop.next(prior, prior.mul(a));
        loop.times(k);
        CompiledFunction power = function().in(a, k).out(loop.last(prior)).compile();   // keeps one step, not k
        double[] range = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
        assertArrayEquals(new double[] {0, 1, 4, 9, 16, 25, 36, 49, 64, 81}, power.call(range, 2).toDoubleArray());
        assertArrayEquals(new double[] {0, 1, 16, 81, 256, 625, 1296, 2401, 4096, 6561},
                power.call(range, 4).toDoubleArray());
    }

    @Test void polynomialOverTwoSequencesEndsWithTheShorter() {
        var coefficients = dvector("coefficients");
        var x = dscalar("x");
        var loop = scan();
        var c = loop.sequence(coefficients);
        var p = loop.sequence(arange(10000));
        var terms = loop.emit(c.mul(x.pow(p)));
        CompiledFunction f = function().in(coefficients, x).out(terms.sum()).compile();
        assertEquals(19.0, f.call(new double[] {1, 0, 2}, 3).scalar());
    }

    @Test void fibonacciWithTwoTaps() {
        var loop = scan();
        var f = loop.state(constant(new long[] {0, 1}), -2, -1);
        loop.next(f, f.tap(-2).add(f.tap(-1)));
        loop.times(10);
        assertArrayEquals(new long[] {1, 2, 3, 5, 8, 13, 21, 34, 55, 89},
                function().out(loop.trace(f)).compile().call().toLongArray());
    }

    @Test void untilStopsEarly() {
        var limit = dscalar("limit");
        var loop = scan();
        var v = loop.state(constant(1.0));
        loop.next(v, v.mul(2));
        loop.times(1024);
        loop.until(gt(v.mul(2), limit));
        assertArrayEquals(new double[] {2, 4, 8, 16, 32, 64},
                function().in(limit).out(loop.trace(v)).compile().call(45).toDoubleArray());
    }

    @Test void recurrentNetworkAndItsGradient() {
        var X = fmatrix("X");
        var r = new Random(7);
        var wx = shared(uniform(r, 10, 5));
        var wh = shared(uniform(r, 5, 5));
        var w = shared(uniform(r, 5, 15));
        var bh = shared(NDArray.zeros(DType.FLOAT32, 5));
        var b = shared(NDArray.zeros(DType.FLOAT32, 15));
        var loop = scan();
        var xt = loop.sequence(X);
        var h = loop.state(zeros(DType.FLOAT32, 5));
        var ht = sigmoid(dot(xt, wx).add(dot(h, wh)).add(bh));
        loop.next(h, ht);
        var s = loop.emit(softmax(dot(ht, w).add(b)));
        CompiledFunction f = function().in(X).out(loop.trace(h), s).compile();
        float[][] steps = new float[3][10];
        for (float[] row : steps) for (int j = 0; j < 10; j++) row[j] = 1 + r.nextInt(19);
        var out = f.callAll((Object) steps);
        assertArrayEquals(new long[] {3, 5}, out.get(0).shape());
        assertArrayEquals(new long[] {3, 15}, out.get(1).shape());    // softmax keeps the rank of its input
        var g = function().in(X).out(grad(log(s).sum(), wh)).compile().call((Object) steps);
        assertArrayEquals(new long[] {5, 5}, g.shape());
    }

    @Test void ifelseEvaluatesOneBranchOnly() {
        var z = dscalar("z");
        var n = lscalar("n");
        CompiledFunction f = function().in(z, n).out(ifelse(lt(z, 0), constant(0.0), ones(DType.FLOAT64, n, n).sum())).compile();
        assertEquals(0.0, f.call(-1.0, 1L << 20).scalar());           // the other branch would need 8 TiB
        assertEquals(9.0, f.call(1.0, 3L).scalar());
    }

    private static NDArray uniform(Random r, int rows, int columns) {
        float[][] a = new float[rows][columns];
        for (float[] row : a) for (int j = 0; j < columns; j++) row[j] = 0.4f * r.nextFloat() - 0.2f;
        return NDArray.of(a);
    }
}
