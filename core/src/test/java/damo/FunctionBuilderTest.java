package damo;

import static damo.Damo.*;
import static damo.Refused.refused;
import static org.junit.jupiter.api.Assertions.*;

import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What can be said about a function, and what is refused.
class FunctionBuilderTest {
    private final Variable x = dscalar("x");
    private final Variable y = dscalar("y");

    @Test void twoVariablesAreTwoInputsAndOneWithAValueHasADefault() {
        assertEquals(5, function().in(x, y).out(x.add(y)).compile().call(2, 3).scalar());
        assertEquals(5, function().in(x).in(y, 3).out(x.add(y)).compile().call(2).scalar());
        assertEquals(6, function().in(List.of(x, y)).out(List.of(x.mul(y))).compile().call(2, 3).scalar());
    }

    @Test void aDefaultIsCopied() {
        var v = dvector("v");
        double[] value = {1, 2};
        CompiledFunction f = function().in(v, value).out(v.sum()).compile();
        value[0] = 100;
        assertEquals(3, f.call().scalar());
        refused(() -> function().in(v, 1.5), "in: the default of the input v", "float64[?]", "1 axes");
        refused(() -> function().in(x, null), "null");
    }

    @Test void inputsAreListedOnceAndAreInputs() {
        refused(() -> function().in(x, y, x), "in: x is float64", "already");
        refused(() -> function().in(x).in(x.named("other")), "other", "already");
        refused(() -> function().in(x.add(1).named("sum")), "sum", "computed", "given(sum, input)");
        refused(() -> function().in(shared(1.0, "s")), "s is float64", "shared variable", "given(s, input)");
    }

    @Test void missingAndUnusedInputsAreNamed() {
        refused(() -> function().in(x).out(x.add(y)).compile(), "y is float64", "given");
        refused(() -> function().in(x, y).out(x).compile(), "y is float64", "allowUnused()");
        assertEquals(1, function().in(x, y).out(x).allowUnused().compile().call(1, 2).scalar());
        var seen = new ArrayList<Variable>();
        function().in(x, y).out(x).onUnusedInput(seen::add).compile();
        assertEquals(List.of(y), seen);
    }

    @Test void anInputUnderAnotherNameIsTheSameInput() {
        assertEquals(10, function().in(x).out(x.named("z").add(x).mul(x.named("w"))).compile().call(Math.sqrt(5)).scalar(), 1e-14);
    }

    @Test void givensAreSimultaneousAndReachInside() {
        var sum = x.add(y);
        CompiledFunction swapped = function().in(x, y).out(x.sub(y)).given(x, y).given(y, x).compile();
        assertEquals(1, swapped.call(2, 3).scalar());
        assertEquals(20, function().in(x).out(sum.mul(2)).given(sum, x).compile().call(10).scalar());
        assertEquals(7, function().in(x).out(sum).given(y, 5).compile().call(2).scalar());      // a number takes the dtype
        var state = shared(0.0, "state");
        function().in(x).update(state, state.add(sum)).given(y, x.mul(10)).compile().callAll(1);
        assertEquals(11, state.value().scalar());
    }

    @Test void givensKeepTypes() {
        refused(() -> function().given(x, fscalar("f")), "given", "float32", "float64", "cast");
        refused(() -> function().given(x, dvector("v")), "float64[?]", "reshape");
        refused(() -> function().given(x, x.add(1)).given(x, y), "x is float64", "already");
        refused(() -> function().given(iscalar("i"), 1.5), "int32", "1.5");
        refused(() -> function().given(tensor(DType.FLOAT64, "t", 3), tensor(DType.FLOAT64, "u", 4)), "float64[4]", "float64[3]");
    }

    @Test void updatesKeepTypes() {
        var count = shared(0, "count");
        refused(() -> function().update(count, count.add(x)), "int32", "float64", "comes from x", "cast(DType.INT32)");
        refused(() -> function().update(count, count.mul(0.5)), "comes from 0.5");
        refused(() -> function().update(count, count.div(2)), "comes from div");
        refused(() -> function().update(count, constant(new int[] {1})), "0 axes", "has 1");
        refused(() -> function().update(count, count.add(1)).update(count, count.add(2)), "count", "already");
        refused(() -> function().update(count, count.add(1)).update(count.named("same"), count), "already");
    }

    @Test void outputsHaveNames() {
        Map<String, NDArray> map = function().in(x, y).out("sum", x.add(y)).out(x, y.mul(2), y).compile().callMap(1, 2);
        assertEquals(List.of("sum", "x", "2", "y"), List.copyOf(map.keySet()));
        assertEquals(4, map.get("2").scalar());
        refused(() -> function().out("a", x).out("a", y), "'a'", "already");
    }

    @Test void namesAndBackEnds() {
        assertEquals("step", function().name("step").in(x).out(x).compile().name());
        refused(() -> function().name("a b"), "'a b'");
        assertEquals(3, function().on("interpreter").in(x).out(x.add(1)).compile().call(2).scalar());
        refused(() -> function().on("abacus").in(x).out(x).compile(), "abacus", "interpreter");
    }

    @Test void aFunctionTellsWhatItIs() {
        CompiledFunction f = function().in(x).in(y, 2.0).out(x.mul(y)).compile();
        assertEquals("f(x: float64, y: float64 = 2.0) -> (float64)", f.toString());
        assertEquals(List.of(x, y), f.inputs());
        assertTrue(f.explain().startsWith(f.toString()));
        assertEquals("(x * y)", f.pretty());
        assertEquals("(x * y)", pp(x.mul(y)));
    }
}
