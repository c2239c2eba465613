package damo.cpu;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.*;

import com.sun.management.ThreadMXBean;
import damo.Call;
import damo.CompiledFunction;
import damo.DamoException;
import damo.FunctionBuilder;
import damo.Shared;
import damo.graph.Op;
import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import org.joml.Matrix3d;
import org.joml.Matrix3dc;
import org.joml.Vector3d;
import org.joml.Vector3dc;
import org.junit.jupiter.api.Test;

/// What calls allocate once they have been made before: nothing, if all memory is the caller's.
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    interface InPlace { void apply(double[] x, double[] out); }

    /// The bytes of 1,000 calls, after some to get there. The least of three, for the JVM allocates now and then by itself.
    static long bytes(Runnable call) {
        for (int i = 0; i < 200; i++) call.run();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 3; round++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1_000; i++) call.run();
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }

    private static double[] uniform(int n) {
        return new Random(1).doubles(n).map(u -> 4 * u - 2).toArray();
    }

    private static Variable logistic(Variable x) {
        return div(1, add(1, exp(neg(x))));
    }

    @Test void logisticIntoABuffer() {
        var x = dvector("x");
        CompiledFunction f = function().in(x).out(logistic(x)).compile();
        double[] at = uniform(1_000);
        double[] out = new double[1_000];
        assertEquals(0, bytes(f.into(out).with(x, at)::run));
        assertEquals(1 / (1 + Math.exp(-at[7])), out[7], 1e-15);
        Call into = f.into(out);
        assertEquals(0, bytes(f.with(x, at)::run), "an output that is dropped");
        // The arguments of a method that takes any number of them are an array, which javac makes.
        assertTrue(bytes(() -> into.call(at)) <= 24 * 1_000);
        InPlace typed = f.as(InPlace.class);
        assertTrue(bytes(() -> typed.apply(at, out)) <= 24 * 1_000);
        assertTrue(bytes(() -> f.call(at)) <= (1_000 * 8 + 200) * 1_000, "a fresh array, and what it takes to describe it");
    }

    @Test void checksAndArgumentsThatAreWrittenOver() {
        var x = dvector("x");
        CompiledFunction doubled = function().in(x).out(x.mul(2)).compile();
        double[] same = {1, 2, 3};
        assertEquals(0, bytes(doubled.into(same).with(x, same)::run));
        var i = lvector("i");
        CompiledFunction gathered = function().in(x, i).out(x.take(0, i)).compile();
        double[] out = new double[2];
        assertEquals(0, bytes(gathered.into(out).with(x, uniform(3)).with(i, new long[] {2, -1})::run));
    }

    @Test void extentsThatTakeTurns() {
        var x = dvector("x");
        CompiledFunction f = function().in(x).out(x.mul(x.sum())).compile();
        Call large = f.into(new double[1_000]).with(x, uniform(1_000));
        Call small = f.into(new double[10]).with(x, uniform(10));
        assertEquals(0, bytes(() -> {
            large.run();
            small.run();
        }));
    }

    @Test void logisticRegression() {
        int samples = 40;
        int features = 78;
        var x = dmatrix("x");
        var y = dvector("y");
        var w = shared(new double[features], "w");
        var b = shared(0.0, "b");
        var p = logistic(dot(x, w).add(b));
        var cost = y.mul(log(p)).add(sub(1, y).mul(log(sub(1, p)))).neg().mean().add(w.pow(2).sum().mul(0.01));
        List<Variable> g = grad(cost, List.of(w, b));
        CompiledFunction step = function().in(x, y).out(cost).update(w, w.sub(g.get(0).mul(0.1))).update(b, b.sub(g.get(1).mul(0.1))).compile();
        NDArray matrix = NDArray.wrap(uniform(samples * features), samples, features);
        NDArray labels = NDArray.wrap(new Random(2).ints(samples, 0, 2).asDoubleStream().toArray(), samples);
        NDArray loss = NDArray.zeros(DType.FLOAT64);
        Call bound = step.into(loss).with(x, matrix).with(y, labels);
        bound.run();
        double first = loss.scalar();
        assertEquals(0, bytes(bound::run));
        assertTrue(loss.scalar() < first);
    }

    @Test void aNetworkWithAHiddenLayer() {
        NDArray xs = NDArray.wrap(uniform(20 * 33), 20, 33);
        var x = dmatrix("x");
        List<Shared> parameters = List.of(shared(NDArray.wrap(uniform(33 * 17), 33, 17)), shared(new double[17]),
                shared(NDArray.wrap(uniform(17 * 5), 17, 5)));
        var h = tanh(dot(x, parameters.get(0)).add(parameters.get(1)));
        var cost = dot(h, parameters.get(2)).pow(2).mean();
        List<Variable> g = grad(cost, parameters);
        FunctionBuilder builder = function().in(x).out(cost);
        for (int i = 0; i < g.size(); i++) builder.update(parameters.get(i), parameters.get(i).sub(g.get(i).mul(0.01)));
        NDArray loss = NDArray.zeros(DType.FLOAT64);
        Call step = builder.compile().into(loss).with(x, xs);
        step.run();
        double first = loss.scalar();
        assertEquals(0, bytes(step::run));
        assertTrue(loss.scalar() < first);
    }

    @Test void xnorWhoseDataIsState() {
        var x = shared(new double[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}});
        var target = shared(new double[] {1, 0, 0, 1});
        List<Shared> parameters = List.of(shared(new double[] {0.55, 0.72}), shared(new double[] {0.60, 0.54}),
                shared(new double[] {0.42, 0.65}), shared(1.0), shared(1.0));
        Variable[] p = parameters.toArray(Variable[]::new);
        var hidden = stack(1, sigmoid(dot(x, p[0]).add(p[3])), sigmoid(dot(x, p[1]).add(p[3])));
        var a = sigmoid(dot(hidden, p[2]).add(p[4]));
        var cost = target.mul(log(a)).add(sub(1, target).mul(log(sub(1, a)))).neg().sum();
        List<Variable> g = grad(cost, parameters);
        FunctionBuilder builder = function();
        for (int i = 0; i < g.size(); i++) builder.update(parameters.get(i), parameters.get(i).sub(g.get(i).mul(0.01)));
        CompiledFunction step = builder.compile();
        assertEquals(0, bytes(step::run));
        NDArray before = parameters.getFirst().borrow();
        double kept = before.get(0);
        for (int i = 0; i < 5; i++) step.run();
        assertEquals(kept, before.get(0), "what was borrowed stays");
        assertNotEquals(kept, parameters.getFirst().value().get(0));
    }

    @Test void aFailingCallChangesNothing() {
        var n = shared(0.0);
        var v = shared(new double[] {1, 2});
        CompiledFunction f = function().update(n, n.add(1)).update(v, v.add(new Variable(new Op.Assert(n, n.lt(5), "five is enough")))).compile();
        for (int i = 0; i < 5; i++) f.run();
        for (int i = 0; i < 3; i++) assertThrows(DamoException.class, f::run);
        assertEquals(5, n.value().scalar());
        assertArrayEquals(new double[] {11, 12}, v.value().toDoubleArray());
        n.set(0);
        f.run();
        assertArrayEquals(new double[] {11, 12}, v.value().toDoubleArray());
    }

    @Test void numbersInAndOut() {
        CompiledFunction f = numbers();
        double[] sum = {0};
        assertTrue(bytes(() -> sum[0] += f.call(0.3, 0.7).scalar()) <= 200 * 1_000);
        assertEquals(0.21 + Math.sin(0.3), f.call(0.3, 0.7).scalar(), 1e-15);
        assertEquals(6 + Math.sin(2), f.call(2, 3L).scalar(), 1e-15);
        assertThrows(DamoException.class, () -> f.call(true, 1));
    }

    public interface Transform { Vector3d apply(Matrix3dc m, Vector3dc v, double[] scale, Vector3d out); }

    @Test void typedInterfacesOfSmallPrograms() {
        var m = tensor(DType.FLOAT64, "m", 3, 3);
        var v = tensor(DType.FLOAT64, "v", 3);
        var s = tensor(DType.FLOAT64, "s", 3);
        Transform f = function().in(m, v, s).out(exp(dot(m, v)).mul(s)).compile().as(Transform.class);
        Matrix3d matrix = new Matrix3d().rotateXYZ(1, 2, 3);
        var vector = new Vector3d(1, 2, 3);
        double[] scale = {1, 2, 3};
        assertEquals(0, bytes(() -> f.apply(matrix, vector, scale, vector)));
        DoubleBinaryOperator g = numbers().as(DoubleBinaryOperator.class);
        double[] sum = {0};
        assertEquals(0, bytes(() -> sum[0] += g.applyAsDouble(0.3, 0.7)));
    }

    private static CompiledFunction numbers() {
        var a = dscalar("a");
        var b = dscalar("b");
        return function().in(a, b).out(a.mul(b).add(sin(a))).compile();
    }

    @Test void memoryDoesNotGrow() {
        var s = shared(new double[100]);
        CompiledFunction f = function().update(s, s.mul(0.5).add(1)).compile();
        for (int i = 0; i < 1_000; i++) f.run();
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 100_000; i++) f.run();
        assertTrue(THREADS.getCurrentThreadAllocatedBytes() - before < 1 << 16);
        assertEquals(2, s.value().get(0), 1e-12);
    }
}
