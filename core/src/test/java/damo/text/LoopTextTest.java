package damo.text;

import static damo.Damo.constant;
import static damo.Damo.map;
import static damo.Damo.scan;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.DamoException;
import damo.graph.Graph;
import damo.graph.Lambda;
import damo.graph.Op;
import damo.graph.Variable;
import damo.interpret.Interpreter;
import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoopTextTest {
    private final Variable x = GraphTextTest.input("x", TensorType.ofRank(DType.FLOAT64, 1));
    private final Variable w = GraphTextTest.input("w", TensorType.scalar(DType.FLOAT64));
    private final Variable n = GraphTextTest.input("n", TensorType.scalar(DType.INT64));

    /// A running sum of what is scaled: every step, and the last.
    private List<Variable> sums() {
        var loop = scan();
        var xt = loop.sequence(x);
        var s = loop.state(constant(0.0).named("s"));
        loop.next(s, s.add(xt.mul(w)));
        return List.of(loop.trace(s), loop.last(s));
    }

    private Variable newton() {
        var loop = scan();
        var r = loop.state(w.mul(0.5).named("r"));
        loop.next(r, r.add(w.div(r)).mul(0.5));
        loop.until(r.mul(r).sub(w).abs().lt(1e-9));
        return loop.last(r);
    }

    private Variable nested() {
        return map(row -> map(y -> y.mul(w).add(row.sum()), row), x.reshape(2, 2));
    }

    private Lambda lambda(Variable... results) {
        return new Lambda("f", List.of(x, w, n), List.of(results));
    }

    private static Lambda assertReadsBack(Lambda f) {
        String text = GraphText.print(f);
        Lambda read = GraphText.parse(text);
        assertEquals(text, GraphText.print(read));
        List<NDArray> at = List.of(NDArray.of(new double[] {1, 2, -3, 0.5}), NDArray.of(2.0), NDArray.of(3L));
        assertEquals(Interpreter.run(f, at).toString(), Interpreter.run(read, at).toString());
        return read;
    }

    @Test void severalResultsShareTheirBody() {
        Lambda f = lambda(sums().toArray(Variable[]::new));
        assertEquals("""
                graph f(%x: float64[?], %w: float64, %n: int64) {
                  %1: int64 = extent %x, axis=0
                  body scan(step %i: int64, each %x: float64, state %s: float64, given %w: float64) {
                    %1: float64 = mul %x, %w
                    %2: float64 = add %s, %1
                    return next %2, emit %2
                  }
                  %s: float64[?] = loop scan, %1, %x, 0.0, %w, result=1
                  %2: float64 = loop scan, %1, %x, 0.0, %w, result=0
                  return %s, %2
                }
                """, GraphText.print(f));
        Lambda read = assertReadsBack(f);
        assertSame(((Op.Loop) read.results().get(0).op()).body(), ((Op.Loop) read.results().get(1).op()).body());
        List<Variable> interned = new Graph().add(read.results());
        assertEquals(interned.get(0).op().group(), interned.get(1).op().group());
    }

    @Test void aLoopThatEndsItselfSaysUntil() {
        String text = GraphText.print(assertReadsBack(lambda(newton())));
        assertTrue(text.contains("return next %3, until %"), text);
    }

    @Test void nestedBodiesStandInsideEachOther() {
        Lambda f = lambda(nested());
        String text = GraphText.print(f);
        assertTrue(text.contains("\n  body scan(step %i: int64, each %"), text);
        assertTrue(text.contains("\n    body scan_2(step %i: int64, each %"), text);
        assertReadsBack(f);
    }

    @Test void equalBodiesArePrintedOnceWhereverTheyWereWritten() {
        Lambda f = lambda(sums().getFirst(), nested(), sums().getFirst(), nested(), newton(), newton());
        String text = GraphText.print(f);
        assertEquals(4, text.split("  body ", -1).length - 1, text);
        assertReadsBack(f);
    }

    @Test void equalGraphsPrintEqual() {
        assertEquals(GraphText.print(lambda(sums().getFirst(), nested())), GraphText.print(lambda(sums().getFirst(), nested())));
    }

    @Test void messagesOfALoopThatWasReadNameItsLine() {
        Lambda f = GraphText.parse("a.ir", """
                graph f(%x: float64[?], %n: int64) {
                  body sum(step %i: int64, each %xt: float64, state %s: float64) {
                    %1: float64 = add %s, %xt
                    return next %1
                  }
                  %1: float64 = loop sum, %n, %x, 0.0, result=0
                  return %1
                }
                """);
        List<NDArray> at = List.of(NDArray.of(new double[] {1, 2}), NDArray.of(3L));
        String message = assertThrows(DamoException.class, () -> Interpreter.run(f, at)).getMessage();
        assertTrue(message.contains("sum (a.ir:2): the sequence xt has 2 elements, but there are 3 steps"), message);
    }

    @ParameterizedTest @ValueSource(strings = {
            "loop sum, 3, 0.0, result=0 return %1 }  // text:3:22: the body sum is not defined above",
            "loop step, 3, result=0 return %1 }  // text:3:17: 'loop' takes 3 operands, found 1",
            "loop step, 3, 0.0, %x return %1 }  // text:3:17: 'loop' needs the attribute result=…, an integer",
            "loop step, 3, 0.0, %x, result=2 return %1 }  // text:3:17: loop step (text:2): it has no result 2",
            "loop step, -1, 0.0, %x, result=0 return %1 }  // text:3:17: loop step (text:2): the number of steps must not be negative",
            "loop step, 3, 0, %x, result=0 return %1 }  // text:3:17: loop step (text:2): the state s is int64 before the loop"})
    void errorsInLinesSayWhereAndWhat(String case_) {
        assertRefused("""
                graph f(%x: float64) {
                  body step(step %i: int64, state %s: float64, given %w: float64) { %1: float64 = mul %s, %w return next %1 }
                  %1: float64 =\s""", case_);
    }

    @ParameterizedTest @ValueSource(strings = {
            "(step %i: int64, state %s: float64) { return next %x } return %x }  // text:2:59: %x is defined outside of this body, which sees its "
                    + "parameters only; add given %x: float64",
            "(state %s: float64) { return next %s } return %x }  // text:2:8: the body b needs one parameter for the number of the step",
            "(step %i: float64) { return } return %x }  // text:2:8: the body b needs one parameter for the number of the step",
            "(step %i: int64, state %s: float64) { return } return %x }  // text:2:8: the body b has 1 states, but says 0 times what is next",
            "(step %i: int64, given %s: float64, each %y: float64) { return } return %x }  // text:2:45: 'each' comes after 'given'; the order is",
            "(step %i: int64, eahc %y: float64) { return } return %x }  // text:2:26: found 'eahc', expected one of [step, each, state, given]",
            "(step %i: int64, %y: float64) { return } return %x }  // text:2:26: found %y, expected one of [step, each, state, given]",
            "(step %i: int64) { return until true, until true } return %x }  // text:2:8: the body b says until twice",
            "(step %i: int64) { return } body b(step %i: int64) { return } return %x }  // text:2:42: the body b is defined twice"})
    void errorsInBodiesSayWhereAndWhat(String case_) {
        assertRefused("graph f(%x: float64) {\n  body b", case_);
    }

    private static void assertRefused(String start, String case_) {
        String[] parts = case_.split("  // ");
        String message = assertThrows(DamoException.class, () -> GraphText.parse(start + parts[0])).getMessage();
        assertTrue(message.startsWith(parts[1]), message);
    }

    @Test void expressionsHaveNoLoops() {
        String message = assertThrows(DamoException.class, () -> Expression.parse("loop(x)", java.util.Map.of("x", x))).getMessage();
        assertTrue(message.contains("build it with scan()"), message);
    }

    @Test void prettyShowsWhatAStepDoes() {
        assertEquals("loop(extent(x, axis=0), x_2 in x, s = 0.0 → (s + (x_2 * w)), emit (s + (x_2 * w)))[1]", Pretty.print(sums().getFirst()));
        assertEquals("loop(2147483647, r = (w * 0.5) → ((r + (w / r)) * 0.5), until (abs(((r * r) - w)) < 1.0E-9))[0]",
                Pretty.print(newton()));
        assertEquals("""
                %1 = loop(extent(x, axis=0), x_2 in x, s = 0.0 → (s + (x_2 * w)), emit (s + (x_2 * w)))
                %1[1]
                %1[0]""", Pretty.print(sums()));
        assertEquals("loop(2, element in reshape(x, [2, 2]) → emit loop(2, element_2 in element → emit ((element_2 * w) + sum(element)))[0])[0]",
                Pretty.print(nested()));
    }
}
