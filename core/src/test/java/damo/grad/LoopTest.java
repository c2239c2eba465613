package damo.grad;

import static damo.Damo.scan;
import static damo.grad.Check.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.Damo;
import damo.DamoException;
import damo.graph.*;
import damo.type.DType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Derivatives of loops, against the steps written out and against differences.
class LoopTest {
    private static NDArray of(Object value) {
        return NDArray.of(value);
    }

    @Test void scalarState() {
        new Rolled(0, 1, (i, x, h, c) -> List.of(h.get(0).mul(c.get(0)).sin())).check(of(0.7), of(1.3));
    }

    @Test void powers() {
        new Rolled(0, 1, (i, x, h, c) -> List.of(h.get(0).mul(c.get(0)))).check(of(new double[] {1, 1}), of(new double[] {1.5, -0.7}));
    }

    @Test void coupledStatesAndASequence() {
        new Rolled(1, 2, (i, x, h, c) -> List.of(h.get(1).mul(x.get(0)), h.get(0).add(h.get(1)).sin(), h.get(0).mul(h.get(1))))
                .check(random(1, 5), of(0.4), of(0.9));
    }

    @Test void unequalLengthsAndIndices() {
        new Rolled(2, 1, (i, x, h, c) -> List.of(h.get(0).add(x.get(0).mul(x.get(1))).mul(i.add(1)).tanh(), x.get(0).mul(i)))
                .check(random(1, 5), random(2, 8), of(0.4));
    }

    @Test void recurrentNetwork() {
        new Rolled(1, 1, (i, x, h, c) -> {
            Variable next = x.get(0).dot(c.get(0)).add(h.get(0).dot(c.get(1))).add(c.get(2)).tanh();
            return List.of(next, next.dot(c.get(3)));
        }).check(random(1, 5, 2), random(2, 3), random(3, 2, 3), random(4, 3, 3), random(5, 3), random(6, 3));
    }

    @Test void deadCotangentsAndCounters() {
        new Rolled(0, 3, (i, x, h, c) -> List.of(h.get(0).add(1), h.get(1).mul(c.get(0)), h.get(2).mul(h.get(1)).floor(), h.get(0).mul(h.get(1))))
                .check(of(2L), of(0.5), of(3.0), of(1.1));
    }

    @Test void statesThatForgetWhatTheyWere() {
        new Rolled(1, 2, (i, x, h, c) -> List.of(x.get(0).mul(c.get(0)), h.get(0))).check(random(1, 5), of(0.3), of(0.6), of(1.2));
    }

    @Test void choicesWithin() {
        new Rolled(1, 1, (i, x, h, c) -> List.of(
                Build.elementwise(ScalarOp.WHERE, h.get(0).gt(1), h.get(0).mul(x.get(0)), h.get(0).exp()),
                new Variable(new Op.If(i.gt(1), h.get(0).dot(c.get(0)), h.get(0).sum().mul(x.get(0)).sin()))))
                .check(random(1, 5), random(2, 2), random(3, 2));
    }

    @Test void loopsWithin() {
        new Rolled(1, 1, (i, x, h, c) -> {
            var inner = scan();
            var s = inner.state(h.get(0));
            inner.next(s, s.mul(c.get(0)).add(x.get(0)).sin());
            inner.times(2);
            Variable e = inner.emit(s.mul(x.get(0)));
            return List.of(inner.last(s).tanh(), e);
        }).check(random(1, 5), of(0.3), of(1.2));
    }

    @Test void gathersAndReductions() {
        new Rolled(0, 1, (i, x, h, c) -> List.of(h.get(0).div(h.get(0).sum()).add(c.get(0).at(i)), h.get(0).max()))
                .check(random(2, 3), random(3, 5, 3));
    }

    @Test void checkpointsGiveTheSame() {
        var program = new Rolled(1, 1, (i, x, h, c) -> List.of(h.get(0).mul(c.get(0)).add(x.get(0)).sin(), h.get(0).mul(i)));
        for (int k : new int[] {1, 2, 3, 7}) program.check(loop -> loop.checkpointEvery(k), 5, random(1, 5), of(0.3), of(1.2));
    }

    @Test void truncatedGradients() {
        var program = new Rolled(1, 1, (i, x, h, c) -> List.of(h.get(0).mul(c.get(0)).add(x.get(0)).sin(), h.get(0).mul(x.get(0))));
        for (int keep : new int[] {1, 3, 5, 9}) {
            program.check((in, n) -> program.loop(in, n, loop -> loop.truncateGradient(keep)), (in, n) -> {
                int cut = Math.max(0, (int) (n - keep));
                List<Variable> head = program.written(in, cut).stream().<Variable>map(v -> new Variable(new Op.StopGradient(v))).toList();
                var rest = List.of(in.get(0).slice(cut, n), head.get(0), in.get(2));
                List<Variable> tail = program.written(rest, n - cut);
                return List.of(tail.get(0), cut == 0 ? tail.get(1) : Build.join(0, List.of(head.get(1), tail.get(1))));
            }, 5, random(1, 5), of(0.3), of(1.2));
        }
    }

    private static Variable fibonacci(List<Variable> in) {
        var loop = scan();
        var x = loop.sequence(in.get(0), -1, 0, 2);
        var y = loop.backwards(in.get(0));
        var h = loop.state(in.get(1), -3, -1);
        loop.next(h, h.mul(h.tap(-3)).add(x.tap(-1).mul(x.tap(2))).sub(y.mul(x)).sin());
        return loop.trace(h);
    }

    @Test void tapsAndBackwards() {
        derivatives(LoopTest::fibonacci, random(1, 7), random(2, 3));
        derivatives(LoopTest::fibonacci, random(1, 3), random(2, 3));
        derivatives(in -> Damo.foldr((a, b) -> a.mul(b).add(b.sin()), in.get(0), in.get(1)), of(0.3), random(2, 4));
        derivatives(in -> Damo.map(v -> v.mul(in.get(1)).exp(), in.get(0)), random(2, 4, 2), random(3, 2));
    }

    private static Variable until(List<Variable> in) {
        var loop = scan();
        var h = loop.state(in.get(0));
        loop.next(h, h.mul(in.get(1)));
        loop.times(20);
        loop.until(loop.index().ge(6).or(h.sum().gt(6)));
        return loop.last(h).mul(loop.emit(h.sin()).sum()).mul(loop.steps());
    }

    @Test void untilSomethingHolds() {
        derivatives(LoopTest::until, of(0.7), of(1.8));
        derivatives(LoopTest::until, random(1, 2), of(1.8));
        derivatives(in -> Damo.whileLoop(v -> v.lt(20), v -> v.mul(v).add(in.get(0)), in.get(0)), of(1.1));
    }

    private static Variable doubled(Variable x, Variable limit) {
        return Damo.whileLoop(v -> v.sum().lt(limit), v -> v.mul(2).add(v.sin()), x);
    }

    @Test void eachElementOfABatchEndsOnItsOwn() {
        Variable x = scalar();
        Variable xs = vector();
        Variable z = doubled(x, constant(20.0));
        double[] at = {0.3, 30, 1, 19, 0.01};
        for (Variable f : List.of(z, Gradient.rop(z, x, constant(1.0)))) {
            double[] got = run(Batch.vectorize(List.of(f), Map.of(x, xs)).getFirst(), List.of(xs), at).toDoubleArray();
            for (int i = 0; i < at.length; i++) assertEquals(run(f, List.of(x), at[i]).scalar(), got[i], 1e-12 * Math.abs(got[i]));
        }
    }

    @Test void emissionsOfABatchNeedOneNumberOfSteps() {
        Variable x = scalar();
        Variable gradient = Gradient.grad(doubled(x, constant(20.0)), x);
        String message = assertThrows(DamoException.class, () -> Batch.vectorize(List.of(gradient), Map.of(x, vector()))).getMessage();
        assertTrue(message.contains("all elements of a batch need one shape"), message);
    }

    @Test void batchesOfAnything() {
        Variable x = matrix();
        Variable h = vector();
        Variable c = matrix();
        var program = new Rolled(1, 1, (i, e, s, k) -> List.of(s.get(0).dot(k.get(0)).add(e.get(0)).sin(), s.get(0).sum().mul(i), i.mul(2)));
        List<Variable> results = program.loop(List.of(x, h, c), 3, _ -> {});
        for (int which = 1; which < 8; which++) {
            Variable[] single = {x, h, c};
            NDArray[] point = {random(1, 2, 4, 3), random(2, 2, 3), random(3, 2, 3, 3)};
            var batched = new IdentityHashMap<Variable, Variable>();
            var parameters = new ArrayList<Variable>();
            var arguments = new ArrayList<Object>();
            for (int k = 0; k < 3; k++) {
                boolean wide = (which >> k & 1) == 1;
                Variable p = wide ? input(DType.FLOAT64, single[k].rank() + 1) : single[k];
                if (wide) batched.put(single[k], p);
                parameters.add(p);
                arguments.add(wide ? point[k] : row(point[k], 0));
            }
            List<Variable> images = Batch.vectorize(results, batched);
            for (int r = 0; r < results.size(); r++)
                for (int b = 0; b < 2; b++) {
                    Object[] one = new Object[3];
                    for (int k = 0; k < 3; k++) one[k] = row(point[k], (which >> k & 1) == 1 ? b : 0);
                    assertArrayEquals(run(results.get(r), List.of(single), one).toDoubleArray(),
                            run(images.get(r).at(b), parameters, arguments.toArray()).toDoubleArray(), 1e-12);
                }
        }
    }

    private static NDArray row(NDArray a, int i) {
        long[] shape = Arrays.copyOfRange(a.shape(), 1, a.rank());
        return a.slice(0, i, 1, 1).contiguous().reshape(shape);
    }

    @Test void jacobians() {
        Variable h = vector();
        Variable w = matrix();
        var program = new Rolled(0, 1, (i, x, s, c) -> List.of(s.get(0).dot(c.get(0)).sin(), s.get(0).sum()));
        List<Variable> in = List.of(h, w);
        for (int r = 0; r < 2; r++)
            for (Variable x : in)
                assertArrayEquals(run(Gradient.jacobian(program.written(in, 3).get(r), x), in, random(1, 2), random(2, 2, 2)).toDoubleArray(),
                        run(Gradient.jacobian(program.loop(in, 3, _ -> {}).get(r), x), in, random(1, 2), random(2, 2, 2)).toDoubleArray(), 1e-12);
    }

    @Test void whatHasNoInfluenceIsNamed() {
        Variable a = scalar().named("a");
        Variable b = scalar().named("b");
        var loop = scan();
        var h = loop.state(a);
        var k = loop.state(b);
        loop.next(h, h.mul(a));
        loop.next(k, k.mul(b));
        loop.times(3);
        Variable z = loop.last(h);
        assertTrue(assertThrows(DamoException.class, () -> Gradient.grad(z, b)).getMessage().contains("nothing that is differentiated depends on b"));
        assertThrows(DamoException.class, () -> Gradient.rop(z, b, constant(1.0)));
        assertEquals(0, run(Gradient.grad(z, b, GradOption.Disconnected.ZERO), List.of(a, b), 2.0, 3.0).scalar());
        assertEquals(32, run(Gradient.grad(z, a), List.of(a, b), 2.0, 3.0).scalar());
    }

    @Test void constantsStay() {
        Variable a = scalar();
        Variable b = a.mul(2);
        var loop = scan();
        var h = loop.state(a);
        loop.next(h, h.mul(b).add(new Variable(new Op.StopGradient(h))));
        loop.times(1);
        assertEquals(6.0, run(Gradient.grad(loop.last(h), a, GradOption.considerConstant(b)), List.of(a), 3.0).scalar());
        assertEquals(12.0, run(Gradient.grad(loop.last(h), a), List.of(a), 3.0).scalar());
    }

    @Test void anUntakenBranchWithALoopIsNotComputed() {
        Variable x = vector();
        Variable c = input(DType.BOOL, 0);
        Variable y = vector();
        var loop = scan();
        var h = loop.state(x.mul(y));                               // fails if the extents differ
        loop.next(h, h.mul(x).sin());
        loop.times(3);
        Variable z = new Variable(new Op.If(c, loop.last(h).sum(), x.sum()));
        Variable g = Gradient.grad(z, x);
        assertArrayEquals(new double[] {1, 1}, run(g, List.of(c, x, y), false, new double[] {1, 2}, new double[] {1, 2, 3}).toDoubleArray());
        assertEquals(2, run(g, List.of(c, x, y), true, new double[] {1, 2}, new double[] {1, 2}).size());
    }

    @Test void maskedEmissionsGiveNoNaN() {
        Variable x = vector();
        Variable roots = Damo.map(v -> v.sqrt(), x);
        Variable z = Build.elementwise(ScalarOp.WHERE, x.gt(0), roots, 0.0).sum();
        assertArrayEquals(new double[] {0, 0.25, 0}, run(Gradient.grad(z, x), List.of(x), new double[] {0, 4, -1}).toDoubleArray());
    }
}
