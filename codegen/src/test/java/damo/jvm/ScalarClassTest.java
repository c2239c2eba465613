package damo.jvm;

import static damo.graph.ScalarOp.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Listing;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.type.DType;
import damo.value.NDArray;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import org.junit.jupiter.api.Test;

class ScalarClassTest {
    public interface Mixed {
        int of(float x, long y);
    }

    private static final Listing NOWHERE = new Listing("", Map.of());

    private final Values v = new Values();

    private Buffer scalar(String name, DType dtype) {
        return new Buffer(name, dtype, List.of());
    }

    private Value load(Buffer b) {
        return v.load(b, List.of());
    }

    @Test void aFunctionOfNumbersIsStraightLineCode() {
        Buffer x = scalar("x", DType.FLOAT64), y = scalar("y", DType.FLOAT64), z = scalar("z", DType.FLOAT64);
        Buffer t = scalar("t", DType.FLOAT64), c = scalar("c", DType.FLOAT64);
        var first = new Kernel("k0", List.of(), List.of(new Store(t, List.of(), v.apply(MUL, load(x), load(y)))));
        var second = new Kernel("k1", List.of(), List.of(new Store(z, List.of(), v.apply(ADD, v.apply(SIGMOID, load(t)), load(c)))));
        byte[] bytes = ScalarClass.of("damo/jvm/Generated", "java/util/function/DoubleBinaryOperator", "applyAsDouble", "(DD)D", v,
                List.of(first, second), List.of(x, y), Map.of(c, NDArray.scalar(DType.FLOAT64, 3.0)), z, NOWHERE);
        var f = (DoubleBinaryOperator) Run.instance(bytes);
        assertEquals(3 + 1 / (1 + Math.exp(-6)), f.applyAsDouble(2, 3), 1e-15);
    }

    @Test void parametersAndTheResultAreConverted() {
        Buffer x = scalar("x", DType.FLOAT64), y = scalar("y", DType.FLOAT64), z = scalar("z", DType.FLOAT64);
        var kernel = new Kernel("k", List.of(), List.of(new Store(z, List.of(), v.apply(MOD, load(x), load(y)))));
        byte[] bytes = ScalarClass.of("damo/jvm/Generated", "damo/jvm/ScalarClassTest$Mixed", "of", "(FJ)I", v, List.of(kernel),
                List.of(x, y), Map.of(), z, NOWHERE);
        assertEquals(2, ((Mixed) Run.instance(bytes)).of(-7.5f, 5));
    }
}
