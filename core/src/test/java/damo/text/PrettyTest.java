package damo.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.graph.Build;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import damo.type.DType;
import damo.type.TensorType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PrettyTest {
    private final Variable x = GraphTextTest.input("x", TensorType.ofRank(DType.FLOAT64, 2));

    @Test void expressionsReadAsTheyAreWritten() {
        assertEquals("(2.0 * x)", Pretty.print(Build.elementwise(ScalarOp.MUL, 2, x)));
        assertEquals("log1p(exp(x))", Pretty.print(x.exp().log1p()));
        assertEquals("sum(x, axes=[1])", Pretty.print(x.sum(1)));
        assertEquals("sum(x)", Pretty.print(x.sum()));
        assertEquals("(1.0 + (-x))", Pretty.print(Build.elementwise(ScalarOp.ADD, 1, x.neg())));
        assertEquals("exp(-(x ** 2.0))", Pretty.print(x.pow(2).neg().exp()));
        assertEquals("dot(x, dimshuffle(x, pattern=[1, 0]))", Pretty.print(x.dot(x.transpose())));
        assertEquals("float32(x)\n(x < 1.0)", Pretty.print(List.of(x.cast(DType.FLOAT32), x.lt(1))));
        assertEquals("reshape(x, [3, 4])", Pretty.print(x.reshape(3, 4)));
        assertEquals("([1.0, 2.0] + <float64[2] of 3.0>)",
                Pretty.print(Build.variable(new double[] {1, 2}).add(Build.variable(new double[] {3, 3}))));
    }

    @Test void shiftsBindAsInPython() {
        Variable i = GraphTextTest.input("i", TensorType.ofRank(DType.INT64, 1));
        assertEquals("((i << (2 + 1)) & (i >> 3))", Pretty.print(Expression.parse("i << 2 + 1 & i >> 3", Map.of("i", i))));
    }

    @Test void unnamedInputsShowTheirType() {
        assertEquals("exp(<float64[?]>)", Pretty.print(GraphTextTest.input("", TensorType.ofRank(DType.FLOAT64, 1)).exp()));
    }

    @Test void sharedPartsArePrintedOnce() {
        Variable v = x;
        for (int i = 0; i < 60; i++) v = v.mul(v).add(1);
        String text = Pretty.print(v);
        assertTrue(text.length() < 5_000, text);
        assertTrue(text.contains("%1 = "), text);
    }

    @Test void aDeepChainPrints() {
        Variable v = x;
        for (int i = 0; i < 100_000; i++) v = v.sin();
        assertTrue(Pretty.print(v).length() < 2_000_000);
    }
}
