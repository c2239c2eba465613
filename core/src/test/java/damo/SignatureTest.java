package damo;

import static damo.Damo.*;
import static damo.Refused.refused;
import static org.junit.jupiter.api.Assertions.*;

import damo.type.DType;
import damo.value.NDArray;
import java.util.Comparator;
import java.util.function.*;
import org.joml.Vector2f;
import org.joml.Vector2fc;
import org.junit.jupiter.api.Test;

/// Functions as functional interfaces.
@SuppressWarnings({"unchecked", "rawtypes"})       // a class literal has no type arguments
class SignatureTest {
    interface Fill { void fill(double[] in, double[] doubled, NDArray sum); }

    interface Rows { float[][] of(float[][] m); }

    interface Flat { double[] of(double[][] m); }

    interface Jomls { Vector2f apply(Vector2fc v, Vector2f dest); }

    interface Fresh { Vector2f apply(Vector2fc v); }

    interface Two { int a(); int b(); }

    interface Tick { void run(); default String twice() { run(); run(); return "done"; } }

    private final CompiledFunction square = function().name("square").in(dscalar("x")).out(constant(0.0)).allowUnused().compile();

    @Test void primitives() {
        var i = iscalar("i");
        assertEquals(42, function().in(i).out(i.mul(2)).compile().as(IntUnaryOperator.class).applyAsInt(21));
        assertEquals(10.5, function().in(i).out(i.div(2)).compile().as(IntToDoubleFunction.class).applyAsDouble(21));
        assertTrue(function().in(i).out(i.gt(3)).compile().as(IntPredicate.class).test(4));
        var l = lscalar("l");
        assertEquals(5, function().in(l).out(l.add(2)).compile().as(LongUnaryOperator.class).applyAsLong(3));
        // an int is a number
        assertEquals(5.0, function().in(l).out(l.cast(DType.FLOAT64)).compile().as(IntToDoubleFunction.class).applyAsDouble(5));
    }

    @Test void objects() {
        var v = dvector("v");
        CompiledFunction f = function().in(v).out(v.sum()).compile();
        Function<Object, Object> any = f.as(Function.class);
        assertEquals(NDArray.of(3.0), any.apply(new double[] {1, 2}));
        ToDoubleFunction<Object> sum = f.as(ToDoubleFunction.class);
        assertEquals(3, sum.applyAsDouble(NDArray.of(new double[] {1, 2})));
        Supplier<NDArray> state = function().out(shared(5.0)).compile().as(Supplier.class);
        assertEquals(5, state.get().scalar());
    }

    @Test void arrays() {
        var v = dvector("v");
        Fill fill = function().in(v).out(v.mul(2), v.sum()).compile().as(Fill.class);
        double[] doubled = new double[2];
        NDArray sum = NDArray.zeros(DType.FLOAT64);
        fill.fill(new double[] {1, 2}, doubled, sum);
        assertArrayEquals(new double[] {2, 4}, doubled);
        assertEquals(3, sum.scalar());
        refused(() -> fill.fill(new double[] {1}, null, sum), "output 0", "null", "double[]");
        var m = fmatrix("m");
        assertArrayEquals(new float[] {3, 6}, function().in(m).out(m.mul(3)).compile().as(Rows.class).of(new float[][] {{1, 2}})[0]);
        var d = dmatrix("d");
        assertArrayEquals(new double[] {1, 3, 2, 4},
                function().in(d).out(d.transpose()).compile().as(Flat.class).of(new double[][] {{1, 2}, {3, 4}}));
    }

    @Test void jomlValues() {
        var v = fvector("v");
        CompiledFunction f = function().in(v).out(v.mul(2)).compile();
        var dest = new Vector2f();
        assertSame(dest, f.as(Jomls.class).apply(new Vector2f(1, 2), dest));
        assertEquals(new Vector2f(2, 4), dest);
        assertEquals(new Vector2f(2, 4), f.as(Fresh.class).apply(new Vector2f(1, 2)));
    }

    @Test void stateAndDefaults() {
        var x = dscalar("x");
        var y = dscalar("y");
        var total = shared(0.0);
        DoubleUnaryOperator add = function().in(x).in(y, 1.0).out(total).update(total, total.add(x.mul(y))).compile().as(DoubleUnaryOperator.class);
        assertEquals(0, add.applyAsDouble(2));
        assertEquals(2, add.applyAsDouble(3));
        Tick tick = function().update(total, total.mul(2)).compile().as(Tick.class);
        assertEquals("done", tick.twice());
        assertEquals(20, total.value().scalar());
        assertTrue(tick.toString().contains("Tick"));
        assertEquals(tick, tick);
        assertNotEquals(0, tick.hashCode());
    }

    @Test void whatDoesNotFitIsNamed() {
        refused(() -> square.as(DoubleBinaryOperator.class), "square", "double DoubleBinaryOperator.applyAsDouble(double, double)", "x: float64");
        refused(() -> square.as(DoubleSupplier.class), "no parameter for the input x");
        refused(() -> square.as(Two.class), "Two", "[a, b]");
        refused(() -> square.as(String.class), "functional interface");
        refused(() -> square.as(DoubleToIntFunction.class), "int", "float64", "cast");
        refused(() -> square.as(ToIntFunction.class), "cannot take the output");
        var i = iscalar("i");
        refused(() -> function().in(i).out(i).compile().as(DoubleUnaryOperator.class), "double", "int32");
        refused(() -> function().in(dvector("v")).out(i).allowUnused().given(i, 1).compile().as(DoubleToIntFunction.class), "v", "float64[?]");
        refused(() -> function().in(i).out(i, i).compile().as(IntUnaryOperator.class), "one output");
        refused(() -> square.as(Comparator.class), "Comparator.compare");
    }
}
