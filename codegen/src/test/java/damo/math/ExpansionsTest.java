package damo.math;

import static org.junit.jupiter.api.Assertions.*;

import damo.graph.ScalarOp;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Scalar;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.type.DType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExpansionsTest {
    private final Values v = new Values();
    private final Buffer x = new Buffer("x", DType.FLOAT32, List.of());
    private final Value load = v.load(x, List.of());

    private Value expand(Value value) {
        var store = new Store(new Buffer("z", value.dtype(), List.of()), List.of(), value);
        return Expansions.expand(v, new Kernel("f", List.of(), List.of(store))).stores().getFirst().value();
    }

    @ParameterizedTest @EnumSource(names = {"SIGMOID", "SOFTPLUS", "LOG1MEXP", "ASINH", "ACOSH", "ATANH", "EXP2"})
    void functionsOfFloat32GoThroughDouble(ScalarOp f) {
        Value expanded = expand(v.apply(f, load));
        assertEquals(DType.FLOAT32, expanded.dtype());
        assertTrue(expanded.op() instanceof Scalar.Convert(var wide) && wide.dtype() == DType.FLOAT64);
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
