package acceptance;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.*;
import damo.type.DType;
import damo.value.NDArray;
import java.util.*;
import java.util.function.*;
import org.junit.jupiter.api.Test;

/** Functions, defaults, shared variables, updates, givens, copies: the programs of a first afternoon. */
class FunctionsTest {
    public interface InPlace { void apply(double[] in, double[] out); }

    public interface Transform { void apply(org.joml.Matrix4fc m, org.joml.Vector4fc v, org.joml.Vector4f dest); }

    @Test void logisticIsElementwise() {
        var x = dvector("x");
        var y = div(1, add(1, exp(neg(x))));                   // static style
        var y2 = x.div(2).tanh().add(1).div(2);                // fluent style
        CompiledFunction logistic = function().in(x).out(y).compile();
        CompiledFunction logistic2 = function().in(x).out(y2).compile();
        double[] ticks = new double[120];
        for (int i = 0; i < ticks.length; i++) ticks[i] = -6 + 0.1 * i;
        assertArrayEquals(logistic.call(ticks).toDoubleArray(), logistic2.call(ticks).toDoubleArray(), 1e-14);
        assertEquals(0.5, logistic.call(new double[] {0}).get(0));
    }

    @Test void severalOutputsComeInOrder() {
        var a = dmatrix("a");
        var b = dmatrix("b");
        var diff = a.sub(b);
        CompiledFunction f = function().in(a, b).out(diff, abs(diff), diff.pow(2)).compile();
        List<NDArray> r = f.callAll(new double[][] {{1, 1}, {1, 1}}, new double[][] {{0, 1}, {2, 3}});
        assertArrayEquals(new double[] {1, 0, -1, -2}, r.get(0).toDoubleArray());
        assertArrayEquals(new double[] {1, 0, 1, 2}, r.get(1).toDoubleArray());
        assertArrayEquals(new double[] {1, 0, 1, 4}, r.get(2).toDoubleArray());
        CompiledFunction named = function().in(a, b).out("difference", diff).out("square", diff.pow(2)).compile();
        Map<String, NDArray> m = named.callMap(new double[][] {{3}}, new double[][] {{1}});
        assertEquals(4.0, m.get("square").get(0, 0));
    }

    @Test void inputsHaveDefaultsAndNames() {
        var x = dscalar("x");
        var y = dscalar("y");
        var w = dscalar("w");
        CompiledFunction f = function().in(x).in(y, 1.0).in(w, 2.0, "w_by_name").out(x.add(y).mul(w)).compile();
        assertEquals(68.0, f.call(33).scalar());
        assertEquals(70.0, f.call(33, 2).scalar());
        assertEquals(33.0, f.with("w_by_name", 1).with(y, 0).call(33).scalar());
        var e = assertThrows(DamoException.class, () -> f.with("nosuch", 1).call(33));
        assertTrue(e.getMessage().contains("nosuch") && e.getMessage().contains("w_by_name"), e.getMessage());
    }

    @Test void sharedStateIsUpdatedAndMayBeReplaced() {
        var state = shared(0.0);
        var inc = dscalar("inc");
        CompiledFunction accumulate = function().in(inc).out(state).update(state, state.add(inc)).compile();
        CompiledFunction decrement = function().in(inc).out(state).update(state, state.sub(inc)).compile();
        assertEquals(0.0, accumulate.call(3).scalar());         // the output is the value before the update
        assertEquals(3.0, state.value().scalar());
        decrement.call(2);
        assertEquals(1.0, state.value().scalar());

        state.set(0.0);
        var foo = dscalar("foo");
        CompiledFunction skip = function().in(inc, foo).out(state.add(inc)).given(state, foo).compile();
        assertEquals(4.0, skip.call(1, 3).scalar());
        assertEquals(0.0, state.value().scalar());

        var fresh = shared(0.0);
        CompiledFunction moved = accumulate.copy().swap(state, fresh).compile();
        moved.call(100);
        assertEquals(100.0, fresh.value().scalar());
        assertEquals(0.0, state.value().scalar());
        var other = shared(1.0);
        accumulate.copy().swap(state, other).withoutUpdates().compile().call(20);
        assertEquals(1.0, other.value().scalar());
    }

    @Test void anUpdateOfAnotherTypeIsRefusedWithBothTypes() {
        var state = shared(0);                                   // int32
        var inc = dscalar("inc");
        var e = assertThrows(DamoException.class,
                () -> function().in(inc).update(state, state.add(inc)).compile());
        assertTrue(e.getMessage().contains("int32") && e.getMessage().contains("float64"), e.getMessage());
    }

    @Test void aFailingCallChangesNoState() {
        var a = shared(new double[] {1, 2, 3});
        var b = shared(0.0);
        var x = dvector("x");
        CompiledFunction f = function().in(x).out(a.add(x).sum()).update(b, b.add(1)).update(a, a.add(x)).compile();
        assertThrows(DamoException.class, () -> f.call(new double[] {1, 2}));
        assertEquals(0.0, b.value().scalar());
        assertArrayEquals(new double[] {1, 2, 3}, a.value().toDoubleArray());
    }

    @Test void aFunctionIsAnyFunctionalInterface() {
        var x = dscalar("x");
        var y = dscalar("y");
        DoubleBinaryOperator f = function().in(x, y).out(x.mul(y).add(sin(x))).compile().as(DoubleBinaryOperator.class);
        assertEquals(6 + Math.sin(2), f.applyAsDouble(2, 3), 1e-15);

        var v = dvector("v");
        InPlace g = function().in(v).out(v.mul(2)).compile().as(InPlace.class);
        double[] out = new double[3];
        g.apply(new double[] {1, 2, 3}, out);
        assertArrayEquals(new double[] {2, 4, 6}, out);
    }

    @Test void jomlValuesAreArguments() {
        var m = tensor(DType.FLOAT32, "m", 4, 4);
        var v = tensor(DType.FLOAT32, "v", 4);
        Transform t = function().in(m, v).out(dot(m, v)).compile().as(Transform.class);
        var matrix = new org.joml.Matrix4f().rotateXYZ(0.1f, 0.2f, 0.3f).translate(1, 2, 3);
        var dest = new org.joml.Vector4f();
        t.apply(matrix, new org.joml.Vector4f(1, 2, 3, 1), dest);
        assertTrue(dest.equals(matrix.transform(new org.joml.Vector4f(1, 2, 3, 1)), 1e-5f));
    }
}
