package damo.kernel;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.CompilerBug;
import damo.graph.Op;
import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerifierTest {
    private static final String HEAD = "program f(n: int32; %x: float64[n], %b: bool[], const %c: int32[2] = [1, 2]) -> (%z: float64[n]) {\n"
            + "var %t: float64[n]\nvar %s: float64[]\n";

    private static void breaks(String rule, Program p) {
        String message = assertThrows(CompilerBug.class, () -> Verifier.check(p, "some pass")).getMessage();
        assertTrue(message.startsWith("compiler bug in 'some pass': ") && message.contains(rule), message);
        assertTrue(message.endsWith(KernelText.print(p)), message);
    }

    private static Program program(String steps) {
        return KernelText.parse(HEAD + steps + "}");
    }

    /// A program that stores one value into all of z.
    private static String store(String value) {
        return "kernel k { for i < n { z[i] = " + value + " } }";
    }

    @ParameterizedTest @CsvSource(delimiter = ';', quoteCharacter = '¦', textBlock = """
            t[i];                                          loads t, which is not stored before
            z[i];                                          kernel k loads z, which it stores
            x[];                                           0 positions in x, which has 1 axes
            x[int64(i)];                                   a position in x is int64
            x.flat[x[i]];                                  a position in x is float64
            x[i] + 1.0f;                                   operands of add are float64 and float32
            where(x[i], x[i], 0.0);                        the condition is float64
            x[i] ? x[i] : x[i];                            the condition is float64
            float64(b[] ? x[i] : 1);                       the branches are float64 and int32
            float64(x[i] & x[i]);                          and takes no float64
            float64(c[0] / c[1]);                          div takes no int32
            float64(b[] + b[]);                            add takes no bool
            float64(sum k < n { b[] });                    sum takes no bool
            c[0];                                          a int32 is stored into z, which is float64
            b[] ? sum k < n { x[k] } : 1.0;                a fold is in a branch
            sum i < n { x[i] };                            kernel k folds over its own axis i
            sum k < n { sum k < n { x[k] } };              two folds, one in the other, go over axis k
            sum k < n, k < n { x[k] };                     an axis is there twice
            sum k < n { x[k] } + sum k < 3 { x[k] };       there are two axes k
            sum k < c[0] { x[k] };                         the extent c[0] is not arithmetic on declared symbols
            sum k < i { x[k] };                            the extent i is not arithmetic on declared symbols
            sum k < mod(n, 2) { x[k] };                    the extent mod(n, 2) is not arithmetic on declared symbols
            sum n < 2 { x[n] };                            axis n has the name of a symbol
            float64(uint8(300));                           300 is no uint8
            float64(float32(0.1));                         0.1 is no float32
            """)
    void brokenValuesAreNoticed(String value, String rule) {
        breaks(rule, program(store(value)));
    }

    @ParameterizedTest @CsvSource(delimiter = ';', quoteCharacter = '¦', textBlock = """
            check %b "";                                                     output z is not stored
            kernel k { for i < n { z[i] = x[i] z[i] = x[i] } };              kernel k stores z, which is stored already
            kernel k { for i < n { z[i] = 2.0 x[i] = 1.0 } };                kernel k stores x, which is given
            kernel k { for i < 2 { c[i] = 1 } };                             kernel k stores c, which is given
            kernel k { for i < n { z[] = 1.0 } };                            0 positions in z
            kernel k { for i < n, j < n { z[i] = x[j] } };                   stores into z at one place for all of axis j
            check %s "";                                                     condition s is not a single bool
            if %x { } else { };                                              condition x is not a single bool
            call "add"(%x, %x) -> (%x);                                      call add stores x, which is given
            call "add"(%x, %t) -> (%z);                                      call add reads t, which is not stored before
            call "add"(%x, %x) -> (%z) call "neg"(%x) -> (%z);               call neg stores z, which is stored already
            call "neg"(%x) -> (%b);                                          neg gives float64[?] for b, which is bool of rank 0
            call "neg"(%x) -> (%s);                                          neg gives float64[?] for s, which is float64 of rank 0
            call "neg"(%x) -> (%z, %t);                                      neg gives 1 results, not 2
            """)
    void brokenStepsAreNoticed(String steps, String rule) {
        breaks(rule, program(steps));
    }

    @Test void storingTwiceIsNoticed() {
        breaks("stores z, which is stored already", program(store("x[i]") + store("1.0")));
        breaks("stores z, which is stored already", program("if %b {" + store("x[i]") + "} else { }" + store("1.0")));
    }

    @Test void whatOneBranchStoresIsNotReadAfterIt() {
        String t = "kernel k1 { for j < n { t[j] = x[j] } }";
        breaks("loads t, which is not stored before", program("if %b {" + t + "} else { }" + store("t[i]")));
        breaks("output z is not stored", program("if %b {" + store("x[i]") + "} else { }"));
        assertDoesNotThrow(() -> Verifier.check(program("if %b {" + t + "} else {" + t + "}" + store("t[i]")), "p"));
        assertDoesNotThrow(() -> Verifier.check(program("if %b {" + t + store("t[i]") + "} else {" + store("2.0") + "}"), "p"));
    }

    @Test void foldsSideBySideMayShareAnAxis() {
        assertDoesNotThrow(() -> Verifier.check(program(store("(sum k < n { x[k] }) + (max k < n { x[k] })")), "p"));
    }

    // What text cannot say

    private final Values v = new Values();
    private final Value n = v.symbol("n");
    private final Buffer z = new Buffer("z", DType.FLOAT64, List.of(n));
    private final Axis i = new Axis("i", n);

    private Program stores(Value value, List<String> symbols) {
        Kernel k = new Kernel("k", List.of(i), List.of(new Store(z, List.of(v.index(i)), value)));
        return new Program("f", symbols, List.of(), Map.of(), List.of(z), List.of(new Step.Launch(k)));
    }

    @Test void axesOutsideOfTheirLoopAreNoticed() {
        Value j = v.convert(v.index(new Axis("j", n)), DType.FLOAT64);
        breaks("mentions axis j outside of its loop", stores(j, List.of("n")));
    }

    @Test void axesOfFoldsOutsideOfThemAreNoticed() {
        Axis k = new Axis("k", n);
        Value x = v.convert(v.index(k), DType.FLOAT64);
        breaks("mentions axis k outside of its loop", stores(v.apply(ScalarOp.MUL, x, v.fold(Reduction.SUM, List.of(k), x)), List.of("n")));
    }

    @Test void callsWithOtherOperandsThanTheirOpAreNoticed() {
        Op neg = new Op.Elementwise(ScalarOp.NEG, List.of(new Variable(new Op.Constant(NDArray.of(1.0)))));
        Buffer x = new Buffer("x", DType.FLOAT64, List.of(n));
        Step call = new Step.Call(neg, List.of(x), List.of(z)), none = new Step.Call(neg, List.of(), List.of(z));
        breaks("neg takes float64 for x, which is float64 of rank 1",
                new Program("f", List.of("n"), List.of(x), Map.of(), List.of(z), List.of(call)));
        breaks("neg takes 1 operands, not 0", new Program("f", List.of("n"), List.of(x), Map.of(), List.of(z), List.of(none)));
    }

    @Test void undeclaredSymbolsAreNoticed() {
        breaks("the extent n is not arithmetic on declared symbols", stores(v.number(DType.FLOAT64, 1), List.of()));
        breaks("symbol m is not declared", stores(v.convert(v.symbol("m"), DType.FLOAT64), List.of("n")));
        breaks("symbol n is declared twice", stores(v.number(DType.FLOAT64, 1), List.of("n", "n")));
    }

    @Test void wrongResultDtypesAreNoticed() {
        Value one = v.number(DType.FLOAT64, 1);
        breaks("this is float64, not float32", stores(v.convert(v.of(new Scalar.Apply(ScalarOp.EXP, List.of(one)), DType.FLOAT32),
                DType.FLOAT64), List.of("n")));
        breaks("add takes 2 operands, not 1", stores(v.of(new Scalar.Apply(ScalarOp.ADD, List.of(one)), DType.FLOAT64), List.of("n")));
        breaks("1 is no float64", stores(v.of(new Scalar.Whole(1), DType.FLOAT64), List.of("n")));
        breaks("1.0 is no int32", stores(v.convert(v.of(new Scalar.Real(1), DType.INT32), DType.FLOAT64), List.of("n")));
    }

    @Test void foldsOverNoAxesAreNoticed() {
        Value one = v.number(DType.FLOAT64, 1);
        breaks("a fold goes over no axes", stores(v.of(new Scalar.Fold(Reduction.SUM, List.of(), one), DType.FLOAT64), List.of("n")));
    }

    @Test void twoBuffersOfOneNameAreNoticed() {
        Value x = v.load(new Buffer("z", DType.FLOAT64, List.of()), List.of());
        breaks("there are two buffers z", stores(x, List.of("n")));
    }

    @Test void buffersDeclaredTwiceAreNoticed() {
        breaks("buffer z is declared twice", new Program("f", List.of("n"), List.of(z), Map.of(), List.of(z), List.of()));
    }
}
