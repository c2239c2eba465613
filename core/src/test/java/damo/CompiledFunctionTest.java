package damo;

import static damo.Damo.*;
import static damo.Refused.refused;
import static org.junit.jupiter.api.Assertions.*;

import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.List;
import java.util.Map;
import org.joml.Vector3d;
import org.joml.Vector3f;
import org.junit.jupiter.api.Test;

/// Calls: arguments in, results out.
class CompiledFunctionTest {
    private final Variable x = dscalar("x");
    private final Variable y = dscalar("y");
    private final Variable m = dmatrix("m");

    @Test void aLoneMatrixIsOneArgument() {
        CompiledFunction f = function().in(m).out(m.sum()).compile();
        double[][] matrix = {{1, 2}, {3, 4}};
        assertEquals(10, f.call(matrix).scalar());
        assertEquals(10, f.callAll(matrix).getFirst().scalar());
        assertEquals(10, f.with(m, matrix).call().scalar());
        NDArray[] two = {NDArray.of(1.0), NDArray.of(2.0)};
        assertEquals(3, function().in(x, y).out(x.add(y)).compile().call((Object[]) two).scalar());
        double[][] into = new double[2][2];
        function().in(m).out(m.mul(2)).compile().into(into).call(matrix);
        assertArrayEquals(new double[] {6, 8}, into[1]);
    }

    @Test void missingAndSpareArgumentsAreNamed() {
        CompiledFunction f = function().name("area").in(x, y).out(x.mul(y)).compile();
        refused(() -> f.call(1), "area: no value for y", "x: float64, y: float64");
        refused(() -> f.call(), "x, y");
        refused(() -> f.call(1, 2, 3), "area: 3 arguments", "room for 2");
        refused(() -> f.with("z", 1), "'z'", "x: float64");
        refused(() -> f.with(m, 1), "m is float64[?, ?]", "not an input");
        refused(() -> f.with(x, 1).with("x", 2), "x", "already");
        refused(() -> function().in(x, dscalar("x")).out(constant(1)).allowUnused().compile().with("x", 1), "two inputs are called 'x'");
    }

    @Test void boundInputsLeaveTheOthersInOrder() {
        CompiledFunction f = function().in(x, y).out(x.sub(y)).compile();
        Call fromTen = f.with(x, 10);
        assertEquals(7, fromTen.call(3).scalar());
        assertEquals(6, fromTen.call(4).scalar());
        refused(() -> fromTen.call(3, 4), "room for 1");
    }

    @Test void dtypesAreStrictButNumbersAreWeakAndWideningIsFree() {
        CompiledFunction f = function().name("f").in(x).out(x).compile();
        assertEquals(33, f.call(33).scalar());
        assertEquals(0.5, f.call(0.5f).scalar());
        assertEquals(2, f.call(NDArray.of(2)).scalar());
        CompiledFunction i = function().in(iscalar("i")).out(constant(1)).allowUnused().compile();
        refused(() -> i.call(1.5), "the input i is int32", "1.5");
        refused(() -> i.call(1L << 40), "does not fit");
        refused(() -> i.call(true), "Boolean");
        i.call(7L);
        var s = fvector("s");
        CompiledFunction g = function().in(s).out(s).compile();
        refused(() -> g.call(new double[] {1}), "the input s is float32[?]", "float64[1]", "allowDowncast()");
        refused(() -> g.call(new int[] {1}), "int32[1]");
        assertEquals(DType.FLOAT32, g.call(new short[] {1}).dtype());
        assertEquals(DType.FLOAT32, function().allowDowncast().in(s).out(s).compile().call(new double[] {1}).dtype());
        var v = dvector("v");
        assertEquals(DType.FLOAT64, function().in(v).out(v).compile().call(new float[] {1}).dtype());
    }

    @Test void narrowedIntegersMustFit() {
        var i = ivector("i");
        CompiledFunction f = function().allowDowncast().in(i).out(i).compile();
        assertArrayEquals(new int[] {-1, 2}, f.call(new long[] {-1, 2}).toIntArray());
        refused(() -> f.call(new long[] {1, 1L << 32}), "4294967296", "does not fit into int32");
        refused(() -> f.call(new double[] {1}), "no float64 becomes int32");
    }

    @Test void unsignedTypesTakeTheArrayOfTheirWidthAndNumbersThatFit() {
        var u = tensor(DType.UINT8, "u", -1);
        assertArrayEquals(new int[] {255}, function().in(u).out(u).compile().call(new byte[] {-1}).toIntArray());
        var s = tensor(DType.UINT8, "s");
        assertEquals(200, function().in(s).out(s).compile().call(200).scalar());
        refused(() -> function().in(s).out(s).compile().call(-1), "does not fit into uint8");
        refused(() -> function().in(s).out(s).compile().call(256), "does not fit into uint8");
    }

    @Test void ranksAndExtentsAreChecked() {
        CompiledFunction f = function().in(m).out(m).compile();
        refused(() -> f.call(new double[] {1}), "the input m is float64[?, ?]", "float64[1]", "rank 2, not 1");
        refused(() -> f.call(1), "the number 1", "2 axes");
        refused(() -> f.call("text"), "but got java.lang.String; needs a number, boolean, Java array");
        refused(() -> f.call((Object) null), "but got null; needs a number");
        refused(() -> f.call((Object) new double[][] {{1, 2}, {3}}), "but got double[][]; ragged: value[1]");
        var t = tensor(DType.FLOAT64, "t", -1, 3);
        refused(() -> function().in(t).out(t).compile().call((Object) new double[2][4]), "axis 1 needs the extent 3, not 4");
    }

    @Test void resultsShareNoMemory() {
        var v = dvector("v");
        double[] value = {1, 2};
        var state = shared(new double[] {5, 6});
        List<NDArray> all = function().in(v).out(v, v, state, v.mul(1), constant(new double[] {7})).compile().callAll(value);
        for (NDArray a : all) ((double[]) a.storage())[0] = -1;
        assertEquals(1, value[0]);
        assertArrayEquals(new double[] {5, 6}, state.value().toDoubleArray());
        assertEquals(5, all.stream().map(NDArray::storage).distinct().count());
        var kept = function().in(v).out(v.mul(2)).update(state, v.mul(2)).compile().call(value);
        ((double[]) kept.storage())[0] = -1;
        assertEquals(2, state.value().get(0));
    }

    @Test void intoWritesTheCallersBuffers() {
        var v = dvector("v");
        CompiledFunction f = function().name("f").in(v).out(v.mul(2), v.sum()).compile();
        double[] doubled = new double[2];
        NDArray sum = NDArray.zeros(DType.FLOAT64);
        List<NDArray> results = f.into(doubled, sum).callAll(new double[] {1, 2});
        assertArrayEquals(new double[] {2, 4}, doubled);
        assertEquals(3, sum.scalar());
        assertSame(doubled, results.get(0).storage());
        assertSame(sum.storage(), results.get(1).storage());
        f.into(null, new double[1]).call(new double[] {1});
        f.into(doubled, null).call(doubled);                     // an argument's own memory
        assertArrayEquals(new double[] {4, 8}, doubled);
        var joml = new Vector3d();
        f.into(joml, null).call(new double[] {1, 2, 3});
        assertEquals(new Vector3d(2, 4, 6), joml);
        refused(() -> f.into(doubled), "1 destinations for 2 outputs");
        refused(() -> f.into(new float[2], null), "output 0", "float[]", "float64[?]");
        refused(() -> f.into(new Vector3f(), null), "Vector3f");
        refused(() -> f.into("text", null), "String");
        refused(() -> f.into(NDArray.zeros(DType.FLOAT64, 2, 2).transpose(), null), "float64[2, 2]");
        refused(() -> f.into(new double[3], null).call(new double[] {1, 2}), "float64[3]", "float64[2]");
        double[] same = new double[1];
        refused(() -> f.into(same, same), "another output");
    }

    @Test void runNeedsNoArgumentsAndGivesNothingBack() {
        var state = shared(1.0);
        var v = dvector("v");
        CompiledFunction f = function().name("f").in(v).out(v.mul(state), v.sum()).update(state, state.add(1)).compile();
        double[] value = {1, 2};
        double[] scaled = new double[2];
        Call call = f.into(scaled, null).with(v, value);
        call.run();
        assertArrayEquals(new double[] {1, 2}, scaled);
        value[1] = 5;
        call.run();
        assertArrayEquals(new double[] {2, 10}, scaled);
        f.with(v, value).run();
        assertEquals(4, state.value().scalar());
        refused(f::run, "f: no value for v");
        var joml = new Vector3d();
        f.into(joml, null).with(v, new double[] {1, 2, 3}).run();
        assertEquals(new Vector3d(4, 8, 12), joml);
        assertEquals(5, state.value().scalar());
    }

    @Test void aDeepGraphIsAFunction() {
        Variable z = x;
        for (int i = 0; i < 100_000; i++) z = i % 2 == 0 ? z.add(x) : z.sin();
        CompiledFunction f = function().in(x).out(z).on("interpreter").disable("canonicalize", "stabilize", "specialize").compile();
        assertTrue(Double.isFinite(f.call(0.5).scalar()));
    }

    @Test void aFunctionWithoutOutputsIsCalledForItsUpdates() {
        var state = shared(1.0);
        CompiledFunction f = function().update(state, state.mul(2)).compile();
        refused(() -> f.call(), "callAll", "out(");
        assertEquals(List.of(), f.callAll());
        assertEquals(2, state.value().scalar());
        assertEquals(List.of(state), f.updated());
    }

    @Test void evalTakesValuesForInputs() {
        assertEquals(5, eval(x.add(y), Map.of(x, 2, y, 3.0)).scalar());
        assertEquals(4, shared(2.0).pow(2).eval().scalar());
        refused(() -> x.add(y).eval(Map.of(x, 2)), "y is float64");
    }
}
