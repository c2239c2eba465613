package damo.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.DamoException;
import damo.graph.Build;
import damo.graph.DotAxes;
import damo.graph.Generator;
import damo.graph.Graph;
import damo.graph.Ints;
import damo.graph.Lambda;
import damo.graph.LoopBody;
import damo.graph.Op;
import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.graph.Source;
import damo.graph.Variable;
import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GraphTextTest {
    private static final Variable X = input("x", new TensorType(DType.FLOAT64, List.of(-1L, 3L)));
    private static final Variable N = input("n", TensorType.scalar(DType.INT64));
    private static final Variable I = input("i", TensorType.ofRank(DType.INT64, 1));
    private static final Variable C = input("c", TensorType.scalar(DType.BOOL));

    private static final LoopBody BODY = body();

    private static LoopBody body() {
        Variable i = input("i", TensorType.scalar(DType.INT64));
        Variable e = input("", TensorType.scalar(DType.INT64));
        Variable s = input("s", TensorType.scalar(DType.INT64));
        Variable w = input("w", X.type());
        return new LoopBody(new Lambda("step", List.of(i, e, s, w), List.of(s.add(e), w.exp())), 1, 1, false);
    }

    static Variable input(String name, TensorType type) {
        return new Variable(new Op.Input(new Op.Input.Identity(), type)).named(name);
    }

    /// A sample of every op; one that is missing fails by name.
    static Op sample(Class<?> kind) {
        return switch (kind.getSimpleName()) {
            case "Input" -> X.op();
            case "Constant" -> new Op.Constant(NDArray.of(
                    new double[][] {{0.1, -0.0, Double.NaN}, {Double.NEGATIVE_INFINITY, 1e300, Double.MIN_VALUE}}));
            case "Elementwise" -> new Op.Elementwise(ScalarOp.WHERE, List.of(C, X, X));
            case "Cast" -> new Op.Cast(X, DType.INT32);
            case "Reduce" -> new Op.Reduce(Reduction.MAX, X, List.of(0, 1));
            case "Dimshuffle" -> new Op.Dimshuffle(X, List.of(1, Op.Dimshuffle.NEW, 0));
            case "Reshape" -> new Op.Reshape(X, List.of(Ints.of(3), N));
            case "Broadcast" -> new Op.Broadcast(X, List.of(N, N, Ints.of(3)));
            case "SumTo" -> new Op.SumTo(X, List.of(Ints.of(1)));
            case "Slice" -> new Op.Slice(X, 1, N, Ints.of(2), -2);
            case "Unslice" -> new Op.Unslice(X, 1, N, Ints.of(9), 2);
            case "Join" -> new Op.Join(1, List.of(X, X));
            case "Gather" -> new Op.Gather(X, I, 0);
            case "Scatter" -> new Op.Scatter(X, I, 0, N);
            case "Iota" -> new Op.Iota(N);
            case "Extent" -> new Op.Extent(X, 0);
            case "Dot" -> new Op.Dot(X, X, new DotAxes(List.of(0), List.of(0), List.of(1), List.of(1)));
            case "If" -> new Op.If(C, X, X);
            case "Assert" -> new Op.Assert(X, C, "it \"failed\" at \\ \n in\ttwo lines");
            case "StopGradient" -> new Op.StopGradient(X);
            case "Draw" -> new Op.Draw(Generator.TWISTER_NORMAL, I, List.of(N, N), 1);
            case "Loop" -> new Op.Loop(BODY, List.of(N, I, N, X), 1);
            default -> throw new AssertionError("there is no sample of " + kind);
        };
    }

    static Stream<Class<?>> kinds() {
        return Arrays.stream(Op.class.getPermittedSubclasses());
    }

    @ParameterizedTest @MethodSource("kinds")
    void everyOpReadsBackAsItWasPrinted(Class<?> kind) {
        assertReadsBack(kind.getSimpleName() + " of it", kind == Op.Input.class ? X : new Variable(sample(kind)));
    }

    @ParameterizedTest @EnumSource(ScalarOp.class)
    void everyScalarFunctionReadsBack(ScalarOp f) {
        DType dtype = f.signature() == ScalarOp.Signature.BITS || f.signature() == ScalarOp.Signature.INTEGER ? DType.INT32 : DType.FLOAT32;
        Variable x = input("x", TensorType.ofRank(dtype, 1));
        var args = new ArrayList<Variable>(Collections.nCopies(f.arity(), x));
        if (f == ScalarOp.WHERE) args.set(0, C);
        assertReadsBack("f", new Variable(new Op.Elementwise(f, args)), List.of(x, C));
    }

    @ParameterizedTest @EnumSource(DType.class)
    void scalarsOfEveryDtypeReadBackExactly(DType dtype) {
        for (double value : new double[] {0, 1, 127, 0.1, -0.0, Double.NaN, Double.POSITIVE_INFINITY, 1e-310})
            assertReadsBack("f", new Variable(new Op.Constant(NDArray.scalar(dtype, value))));
        assertReadsBack("f", new Variable(new Op.Constant(NDArray.scalar(dtype, -1L))));
    }

    private static void assertReadsBack(String name, Variable result) {
        assertReadsBack(name, result, List.of(X, N, I, C));
    }

    private static void assertReadsBack(String name, Variable result, List<Variable> parameters) {
        var f = new Lambda(name, parameters, List.of(result, result));
        String text = GraphText.print(f);
        Lambda read = GraphText.parse(text);
        assertEquals(text, GraphText.print(read));
        assertEquals(name, read.name());
        if (result.op() instanceof Op.Loop) return;                     // a body that was read has parameters of its own
        var inputs = new IdentityHashMap<Variable, Variable>();
        for (int i = 0; i < parameters.size(); i++) inputs.put(read.parameters().get(i), parameters.get(i));
        var arena = new Graph();
        assertSame(arena.add(f.results()).getFirst(), arena.add(Graph.substitute(read.results(), inputs)).getFirst(), text);
    }

    @Test void textIsWhatTheDocumentationShows() {
        assertEquals("""
                graph f(%x: float64[?, 3], %n: int64, %i: int64[?], %c: bool) {
                  %1: float64[?, 3] = exp %x
                  %total: float64[?] = sum %1, axes=[1]
                  %2: float64[?] = mul 2.0, %total
                  return %2
                }
                """, GraphText.print(new Lambda("f", List.of(X, N, I, C), List.of(
                        new Variable(new Op.Elementwise(ScalarOp.MUL, List.of(Build.variable(2.0), X.exp().sum(1).named("total"))))))));
    }

    @Test void sourceLinesOfParsedVariablesAreLinesOfTheText() {
        Lambda f = GraphText.parse("a.ir", "graph f(%x: float64) {\n  %1: float64 = exp %x\n  return %1\n}");
        assertEquals("a.ir:2", f.results().getFirst().source().text());
    }

    @Test void unnamedAndEquallyNamedInputsGetDistinctNames() {
        Variable a = input("", TensorType.scalar(DType.FLOAT32));
        Variable b = input("a b", TensorType.scalar(DType.FLOAT32));
        Variable c = input("x", TensorType.scalar(DType.FLOAT32));
        Variable d = input("x", TensorType.scalar(DType.FLOAT32));
        String text = GraphText.print(new Lambda("f", List.of(a, b, c, d), List.of(a)));
        assertTrue(text.startsWith("graph f(%in1: float32, %in2: float32, %x: float32, %x_2: float32)"), text);
    }

    @Test void aDeepGraphReadsBack() {
        Variable deep = new Source("Chain.java:1").during(() -> {       // so that building it does not walk the stack
            Variable v = X;
            for (int i = 0; i < 100_000; i++) v = v.sin();
            return v;
        });
        String text = GraphText.print(new Lambda("deep", List.of(X), List.of(deep)));
        assertEquals(text, GraphText.print(GraphText.parse(text)));
    }

    @ParameterizedTest @ValueSource(strings = {
            "graph f(%x: float64) { return %y }  // text:1:31: %y is not defined above; did you mean x?",
            "graph f(%x: float65) { return %x }  // text:1:13: found 'float65', expected a dtype; did you mean float64 or float32?",
            "graph f(%x: float64) { %1: float64 = exq %x return %1 }  // text:1:38: found 'exq', expected the name of an op; did you mean eq or exp",
            "graph f(%x: float64) { %1: float32 = exp %x return %1 }  // text:1:24: %1 is declared as float32, but is float64",
            "graph f(%x: float64) { %1: float64 = exp %x, %x return %1 }  // text:1:38: 'exp' takes 1 operands, found 2",
            "graph f(%x: float64) { %1: float64 = sum %x, axes=[0] return %1 }  // text:1:38: sum: axis 0 is out of range",
            "graph f(%x: float64[2]) { %1: float64 = slice %x, 0, 1, axis=0 return %1 }  // text:1:41: 'slice' needs the attribute step=",
            "graph f(%x: float64) { %x: float64 = exp %x return %x }  // text:1:24: %x is defined twice",
            "graph f(%x: float64) { return %x  // text:1:33: found the end of the text, expected ','",
            "graph f(%x: int8) { %1: int8 = add %x, int8(300) return %1 }  // text:1:40: '300' is no int8",
            "graph f(%x: float64) { return $ }  // text:1:31: found '$', expected a name, a number, a string or an operator"})
    void errorsSayWhereWhatAndWhatWasExpected(String case_) {
        String[] parts = case_.split("  // ");
        String message = assertThrows(DamoException.class, () -> GraphText.parse(parts[0])).getMessage();
        assertTrue(message.startsWith(parts[1]), message);
    }

    @Test void expressionsAreReadWithPythonsPrecedences() {
        Variable x = input("x", TensorType.scalar(DType.FLOAT32));
        Variable y = input("y", TensorType.scalar(DType.FLOAT32));
        var names = Map.of("x", x, "y", y);
        assertEquals("((-2.0) ** x)", Pretty.print(Expression.parse("(-2) ** x", names)));
        assertEquals("-(2.0 ** x)", Pretty.print(Expression.parse("-2 ** x", names)));
        assertEquals("(x - (y / 2.0))", Pretty.print(Expression.parse("x - y / 2", names)));
        assertEquals("((x - y) - 1.0)", Pretty.print(Expression.parse("x - y - 1", names)));
        assertEquals("((x < y) & (y <= x))", Pretty.print(Expression.parse("(x < y) & (x >= y)", names)));
        assertEquals("where((x == y), maximum(x, y), log1p(exp(x)))",
                Pretty.print(Expression.parse("where(x == y, maximum(x, y), log1p(exp(x)))", names)));
        assertEquals(DType.FLOAT32, Expression.parse("2.5 * x", names).dtype());
        assertRefused("sig(x)", names, "did you mean");
        assertRefused("z + 1", names, "nothing is named 'z'; the names are [x, y]");
        assertRefused("(x + 1", names, "expression:1:7: found the end of the text, expected ')'");
        assertRefused("(".repeat(10_000), names, "nested too deeply");
    }

    private static void assertRefused(String expression, Map<String, Variable> names, String why) {
        String message = assertThrows(DamoException.class, () -> Expression.parse(expression, names)).getMessage();
        assertTrue(message.contains(why), message);
    }
}
