package damo.math;

import static org.junit.jupiter.api.Assertions.*;

import damo.graph.ScalarOp;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.KernelInterpreter;
import damo.kernel.Program;
import damo.kernel.Scalar;
import damo.kernel.Step;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.type.DType;
import damo.value.NDArray;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpansionsTest {
    private final Values v = new Values();
    private final Buffer x = new Buffer("x", DType.FLOAT32, List.of());
    private final Value load = v.load(x, List.of());

    private Value expand(Value value) {
        var store = new Store(new Buffer("z", value.dtype(), List.of()), List.of(), value);
        return Expansions.expand(v, new Kernel("f", List.of(), List.of(store))).stores().getFirst().value();
    }

    @ParameterizedTest @EnumSource(names = {"POW"}, mode = EnumSource.Mode.EXCLUDE)
    void functionsOfFloat32StayInTheWidthOfFloat32(ScalarOp f) {
        if (f.signature() != ScalarOp.Signature.FLOAT) return;
        Value expanded = expand(v.apply(f, Collections.nCopies(f.arity(), load).toArray(Value[]::new)));
        assertEquals(DType.FLOAT32, expanded.dtype());
        for (Value u : parts(expanded)) assertTrue(Set.of(DType.FLOAT32, DType.INT32, DType.BOOL).contains(u.dtype()), u.toString());
    }

    @Test void onlyWhatIsHugeIsLeftToLanes() {
        for (ScalarOp f : List.of(ScalarOp.SIN, ScalarOp.COS, ScalarOp.TAN)) {
            Value whole = v.apply(f, load), expanded = expand(whole);
            assertTrue(expanded.op() instanceof Scalar.Choose(_, _, var far) && far.op() instanceof Scalar.Choose(_, var none, var rare)
                    && none.equals(v.apply(ScalarOp.SUB, load, load)) && rare == whole);
        }
    }

    /// Processors take their time for these, and vectors compute both sides: masks of a softmax are -Infinity.
    @ParameterizedTest @ValueSource(floats = {Float.NEGATIVE_INFINITY, -1e9f, -200, -1, 1, 80, 1000, Float.POSITIVE_INFINITY, Float.NaN})
    void noProductIsSubnormalOnTheWayToAnExponentialThatIsNot(float at) {
        var all = parts(expand(v.apply(ScalarOp.EXP, load)));
        all.addAll(parts(expand(v.apply(ScalarOp.EXP2, load))));
        for (Value part : all) {
            if (!(part.op() instanceof Scalar.Apply(var f, _)) || f != ScalarOp.MUL) continue;
            var z = new Buffer("z", DType.FLOAT32, List.of());
            var step = new Step.Launch(new Kernel("f", List.of(), List.of(new Store(z, List.of(), part))));
            var program = new Program("f", List.of(), List.of(x), Map.of(), List.of(z), List.of(step));
            double product = Math.abs(KernelInterpreter.run(program, new int[0], new NDArray[] {NDArray.scalar(DType.FLOAT32, at)})[0].scalar());
            assertFalse(product > 0 && product < Float.MIN_NORMAL, part + " is " + product);
        }
    }

    /// So that the derivative of one costs no second exponential.
    @Test void relatedFunctionsShareTheirParts() {
        Value minus = v.apply(ScalarOp.NEG, load);
        for (Value[] pair : new Value[][] {{v.apply(ScalarOp.SIGMOID, load), v.apply(ScalarOp.SIGMOID, minus)},
                {v.apply(ScalarOp.SIN, load), v.apply(ScalarOp.COS, load)}, {v.apply(ScalarOp.SINH, load), v.apply(ScalarOp.COSH, load)},
                {v.apply(ScalarOp.SOFTPLUS, load), v.apply(ScalarOp.SIGMOID, load)}}) {
            Set<Value> first = parts(expand(pair[0])), second = parts(expand(pair[1]));
            int alone = second.size();
            second.removeAll(first);
            assertTrue(second.size() <= 0.6 * alone, pair[0] + " leaves " + second.size() + " of " + alone);
        }
    }

    private static Set<Value> parts(Value root) {
        Set<Value> parts = Collections.newSetFromMap(new IdentityHashMap<>());
        var todo = new ArrayDeque<Value>(List.of(root));
        while (!todo.isEmpty()) {
            Value next = todo.pop();
            if (parts.add(next)) todo.addAll(next.op().operands());
        }
        return parts;
    }

    @Test void smallPowersAreProducts() {
        assertSame(v.apply(ScalarOp.MUL, load, load), expand(v.apply(ScalarOp.POW, load, v.number(DType.FLOAT32, 2))));
        assertSame(v.apply(ScalarOp.SQRT, load), expand(v.apply(ScalarOp.POW, load, v.number(DType.FLOAT32, 0.5))));
        assertSame(load, expand(v.apply(ScalarOp.POW, load, v.number(DType.FLOAT32, 1))));
    }

    @Test void expansionsGoInside() {
        Value nested = expand(v.apply(ScalarOp.TRUNC, v.apply(ScalarOp.POW, load, v.number(DType.FLOAT32, 2))));
        assertTrue(nested.op() instanceof Scalar.Apply(var f, _) && f == ScalarOp.WHERE);
    }
}
