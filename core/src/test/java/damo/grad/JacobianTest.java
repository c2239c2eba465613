package damo.grad;

import static damo.grad.Check.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.DamoException;
import damo.graph.*;
import damo.type.DType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// Jacobians, Hessians, products with them, and the batching that they rest on.
class JacobianTest {
    @Test void jacobianOfASquare() {
        Variable x = vector();
        assertArrayEquals(new double[] {8, 0, 0, 8}, run(Gradient.jacobian(x.pow(2), x), List.of(x), new double[] {4, 4}).toDoubleArray());
        assertArrayEquals(new double[] {2, 0, 0, 2}, run(Gradient.hessian(x.pow(2).sum(), x), List.of(x), new double[] {4, 4}).toDoubleArray());
        assertArrayEquals(new double[4], run(Gradient.hessian(x.mul(3).sum(), x), List.of(x), new double[] {4, 4}).toDoubleArray());
    }

    @Test void productsWithTheJacobianAndTheHessian() {
        Variable w = matrix();
        Variable u = matrix();
        Variable x = vector();
        Variable v = vector();
        Variable y = x.dot(w);
        double[] at = {0, 1};
        assertArrayEquals(new double[] {2, 2}, run(Gradient.rop(y, w, u), List.of(w, u, x), new double[][] {{1, 1}, {1, 1}},
                new double[][] {{2, 2}, {2, 2}}, at).toDoubleArray());
        assertArrayEquals(new double[] {0, 0, 2, 2}, run(Gradient.lop(y, w, v), List.of(v, x), new double[] {2, 2}, at).toDoubleArray());
        Variable cost = x.pow(2).sum();
        Variable g = Gradient.grad(cost, x);
        double[] p = {4, 4};
        double[] d = {2, 2};
        assertArrayEquals(p, run(Gradient.grad(g.mul(v).sum(), x), List.of(x, v), p, d).toDoubleArray());
        assertArrayEquals(p, run(Gradient.rop(g, x, v), List.of(x, v), p, d).toDoubleArray());
        assertArrayEquals(p, run(Gradient.hessianVectorProduct(cost, x, v), List.of(x, v), p, d).toDoubleArray());
    }

    /// Rows of the Jacobian one at a time.
    private static void compare(Function<Variable, Variable> f, NDArray at) {
        Variable x = input(at.dtype(), at.rank());
        Variable z = f.apply(x);
        NDArray value = run(z, List.of(x), at);
        NDArray all = run(Gradient.jacobian(z, x), List.of(x), at);
        var shape = new ArrayList<Long>();
        for (long e : value.shape()) shape.add(e);
        for (long e : at.shape()) shape.add(e);
        assertEquals(shape, Arrays.stream(all.shape()).boxed().toList());
        int n = (int) at.size();
        for (int i = 0; i < value.size(); i++) {
            Variable row = Gradient.grad(z.flatten().at(i), x);
            assertArrayEquals(run(row, List.of(x), at).toDoubleArray(),
                    Arrays.copyOfRange(all.toDoubleArray(), i * n, (i + 1) * n), 1e-12);
        }
    }

    @Test void jacobiansOfAllRanks() {
        compare(x -> x.exp().mul(x), random(1));
        compare(x -> x.exp().sum(), random(1, 3));
        compare(x -> x.mul(constant(new double[] {1, 2})), random(1));
        compare(x -> x.prod(1), random(1, 2, 3));
        compare(x -> x.dot(x.transpose()), random(1, 2, 3));
        compare(x -> x.sub(x.max(true, 1)).exp().div(x.exp().sum(true, 1)), random(1, 2, 3));
        compare(x -> x.reshape(3, 2).take(0, constant(new long[] {2, 0, 2})), random(1, 2, 3));
        compare(x -> x.transpose().slice(1, 3).broadcastTo(2, 2, 2), random(1, 2, 3));
        compare(x -> new Variable(new Op.If(x.sum().gt(0), x.sin(), x)), random(1, 2, 3));
    }

    @Test void hessianOfASoftmaxLoss() {
        derivatives(xs -> Gradient.hessian(xs.get(0).logSumExp().mul(xs.get(0).sum()), xs.get(0)), random(4, 3));
    }

    /// `f` of batches against `f` of their elements; every subset of the arguments is batched.
    private static void batches(Function<List<Variable>, Variable> f, NDArray... point) {
        for (int subset = 1; subset < 1 << point.length; subset++) {
            var inputs = new ArrayList<Variable>();
            var images = new IdentityHashMap<Variable, Variable>();
            var arguments = new ArrayList<NDArray>();
            for (int i = 0; i < point.length; i++) {
                NDArray p = point[i];
                Variable x = input(p.dtype(), p.rank());
                inputs.add(x);
                if ((subset >> i & 1) == 0) {
                    images.put(x, x);
                    arguments.add(p);
                } else {
                    images.put(x, input(p.dtype(), p.rank() + 1));
                    arguments.add(batch(p));
                }
            }
            var batched = new IdentityHashMap<>(images);
            batched.entrySet().removeIf(e -> e.getKey() == e.getValue());
            Variable z = f.apply(inputs);
            Variable all = Batch.vectorize(List.of(z), batched).getFirst();
            NDArray got = run(all, inputs.stream().map(images::get).toList(), arguments.toArray());
            for (int b = 0; b < 2; b++) {
                var one = new ArrayList<NDArray>();
                for (int i = 0; i < point.length; i++) one.add((subset >> i & 1) == 0 ? point[i] : arguments.get(i).at(b));
                NDArray want = run(z, inputs, one.toArray());
                assertArrayEquals(want.shape(), got.at(b).shape(), "subset " + subset);
                assertArrayEquals(want.toDoubleArray(), got.at(b).toDoubleArray(), 1e-12, "subset " + subset + " element " + b);
            }
        }
    }

    /// `p` and another one like it; of integers, `p` and `p` backwards.
    private static NDArray batch(NDArray p) {
        double[] values = p.toDoubleArray();
        double[] both = Arrays.copyOf(values, 2 * values.length);
        for (int i = 0; i < values.length; i++)
            both[values.length + i] = p.dtype().isFloat() ? values[i] * 0.7 + 0.1 * i
                    : values.length == 1 ? 1 - values[i] : values[values.length - 1 - i];
        var shape = new long[p.rank() + 1];
        shape[0] = 2;
        System.arraycopy(p.shape(), 0, shape, 1, p.rank());
        return NDArray.wrap(both, shape).astype(p.dtype());
    }

    static Variable of(Op op) {
        return new Variable(op);
    }

    @Test void everyOpTakesBatches() {
        NDArray m = random(1, 2, 3);
        NDArray v = random(2, 3);
        NDArray s = random(3);
        NDArray bit = NDArray.of(1L);
        batches(xs -> xs.get(0).mul(xs.get(1)).add(xs.get(2)), m, v, s);
        batches(xs -> xs.get(1).sub(xs.get(0)), v, s);
        batches(xs -> Build.elementwise(ScalarOp.WHERE, xs.get(0).gt(1), xs.get(1), xs.get(2)), m, v, s);
        batches(xs -> xs.get(0).cast(DType.FLOAT32).cast(DType.INT64), m);
        batches(xs -> xs.get(0).sum(1).add(xs.get(0).max(0, 1)), m);
        batches(xs -> xs.get(0).dimshuffle(1, -1, 0), m);
        batches(xs -> xs.get(0).reshape(3, -1), m);
        batches(xs -> xs.get(0).broadcastTo(4, 2, 3), v);
        batches(xs -> of(new Op.SumTo(xs.get(0), List.of(Ints.of(1)))), m);
        batches(xs -> of(new Op.SumTo(xs.get(0), List.of(Ints.of(2), Ints.of(1)))), m);
        batches(xs -> of(new Op.Slice(xs.get(0), 1, xs.get(1), Ints.of(2), 1)), m, bit);
        batches(xs -> of(new Op.Unslice(xs.get(0), 1, xs.get(1), Ints.of(7), 2)), m, bit);
        batches(xs -> of(new Op.Join(1, List.of(xs.get(0), xs.get(1)))), m, random(5, 2, 1));
        NDArray p = NDArray.of(new long[][] {{0, 2}, {1, 1}, {2, 2}});
        batches(xs -> of(new Op.Gather(xs.get(0), xs.get(1), 1)), random(6, 2, 3, 4), p);
        batches(xs -> of(new Op.Gather(xs.get(0), xs.get(1), 0)), m, bit);
        batches(xs -> of(new Op.Scatter(xs.get(0), xs.get(1), 1, Ints.of(4))), random(6, 2, 3, 2, 5), p);
        batches(xs -> of(new Op.Scatter(xs.get(0), xs.get(1), 0, Ints.of(2))), v, bit);
        batches(xs -> xs.get(0).mul(of(new Op.Iota(xs.get(0).shape(0))).cast(DType.FLOAT64)), v);
        batches(xs -> xs.get(0).dot(xs.get(1)), m, v);
        batches(xs -> xs.get(0).matmul(xs.get(1)), random(1, 2, 2, 3), random(2, 2, 3, 2));
        batches(xs -> of(new Op.Dot(xs.get(0), xs.get(1), new DotAxes(List.of(2), List.of(0), List.of(3, 0), List.of(1, 3)))),
                random(1, 2, 3, 2, 4), random(2, 2, 4, 2, 2, 1));
        batches(xs -> of(new Op.If(xs.get(0).gt(0.9), xs.get(1), xs.get(1).mul(2))), random(3), v);
        batches(xs -> of(new Op.If(constant(true), xs.get(0), xs.get(1))), v, random(9, 3));
        batches(xs -> of(new Op.Assert(xs.get(0), xs.get(1).gt(-1), "no")), v, s);
        batches(xs -> of(new Op.StopGradient(xs.get(0))), v);
    }

    @Test void aShapeThatDiffersWithinTheBatchIsAnError() {
        Variable n = input(DType.INT64, 0);
        Variable z = of(new Op.Iota(n));
        DamoException e = assertThrows(DamoException.class, () -> Batch.vectorize(List.of(z), Map.of(n, input(DType.INT64, 1))));
        assertTrue(e.getMessage().contains("one shape"), e.getMessage());
        assertThrows(DamoException.class, () -> Batch.vectorize(List.of(z), Map.of(n, n)));
    }

    @Test void aWrongGradientIsFound() {
        var e = assertThrows(DamoException.class, () -> VerifyGradient.verifyGradient(
                xs -> xs.get(0).exp().mul(of(new Op.StopGradient(xs.get(0)))), List.of(NDArray.of(new double[][] {{1, 2}})), 5));
        assertTrue(e.getMessage().contains("gradient mismatch: by argument 0 at [0, 0]"), e.getMessage());
    }
}
