package damo.interpret;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import damo.CompilerBug;
import damo.graph.Op;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class IntMeaningTest {
    private static final long MAX = -1;      // of uint64

    /// `f` as stored: on scalars of that dtype.
    private static long stored(ScalarOp f, DType dtype, long... x) {
        NDArray[] values = Arrays.stream(x).mapToObj(v -> NDArray.scalar(dtype, v)).toArray(NDArray[]::new);
        if (f == ScalarOp.WHERE) values[0] = values[0].astype(DType.BOOL);
        var op = new Op.Elementwise(f, Arrays.stream(values).map(v -> new Variable(new Op.Constant(v))).toList());
        return Interpreter.apply(op, Arrays.asList(values)).scalarLong();
    }

    @Test void signedNumbers() {
        DType t = DType.INT64;
        assertEquals(Long.MIN_VALUE, stored(ScalarOp.NEG, t, Long.MIN_VALUE));
        assertEquals(5, stored(ScalarOp.ABS, t, -5));
        assertEquals(-1, stored(ScalarOp.SIGN, t, -5));
        for (var f : new ScalarOp[] {ScalarOp.CEIL, ScalarOp.FLOOR, ScalarOp.TRUNC, ScalarOp.ROUND}) assertEquals(-7, stored(f, t, -7));
        assertEquals(~6, stored(ScalarOp.NOT, t, 6));
        assertEquals(0, stored(ScalarOp.ISNAN, t, 6));
        assertEquals(0, stored(ScalarOp.ISINF, t, 6));
        assertEquals(Long.MIN_VALUE, stored(ScalarOp.ADD, t, Long.MAX_VALUE, 1));
        assertEquals(Long.MAX_VALUE, stored(ScalarOp.SUB, t, Long.MIN_VALUE, 1));
        assertEquals(-2, stored(ScalarOp.MUL, t, Long.MAX_VALUE, 2));
        assertEquals(6 & 3, stored(ScalarOp.AND, t, 6, 3));
        assertEquals(6 | 3, stored(ScalarOp.OR, t, 6, 3));
        assertEquals(6 ^ 3, stored(ScalarOp.XOR, t, 6, 3));
        assertEquals(-2, stored(ScalarOp.MIN, t, -2, 3));
        assertEquals(3, stored(ScalarOp.MAX, t, -2, 3));
        assertEquals(1, stored(ScalarOp.LT, t, -2, 3));
        assertEquals(0, stored(ScalarOp.LE, t, 4, 3));
        assertEquals(0, stored(ScalarOp.EQ, t, 4, 3));
        assertEquals(1, stored(ScalarOp.NE, t, 4, 3));
        assertEquals(3, stored(ScalarOp.WHERE, t, 0, 4, 3));
    }

    @Test void quotientsAreFlooredAndByZeroAreZero() {
        assertEquals(-4, stored(ScalarOp.FLOORDIV, DType.INT32, -7, 2));
        assertEquals(1, stored(ScalarOp.MOD, DType.INT32, -7, 2));
        assertEquals(-1, stored(ScalarOp.MOD, DType.INT32, 7, -2));
        for (DType t : new DType[] {DType.INT8, DType.INT64, DType.UINT64}) {
            assertEquals(0, stored(ScalarOp.FLOORDIV, t, 7, 0));
            assertEquals(0, stored(ScalarOp.MOD, t, 7, 0));
        }
        assertEquals(Long.MIN_VALUE, stored(ScalarOp.FLOORDIV, DType.INT64, Long.MIN_VALUE, -1));
    }

    @Test void powers() {
        assertEquals(-27, stored(ScalarOp.POW, DType.INT32, -3, 3));
        assertEquals(1, stored(ScalarOp.POW, DType.INT32, 0, 0));
        assertEquals(0, stored(ScalarOp.POW, DType.INT64, 2, 64));
        assertEquals(0, stored(ScalarOp.POW, DType.INT64, 2, -1));
        assertEquals(-1, stored(ScalarOp.POW, DType.INT64, -1, -3));
        assertEquals(1, stored(ScalarOp.POW, DType.INT64, -1, Long.MIN_VALUE));
        assertEquals(0, stored(ScalarOp.POW, DType.INT64, 0, -1));
        assertEquals(MAX, stored(ScalarOp.POW, DType.UINT64, MAX, MAX));
        assertEquals(3 * 3 * 3 * 3 * 3 * 3 - 512, stored(ScalarOp.POW, DType.UINT8, 3, 6));
    }

    @Test void unsignedNumbersAreNotNegative() {
        DType t = DType.UINT64;
        assertEquals(MAX, stored(ScalarOp.MAX, t, MAX, 1));
        assertEquals(1, stored(ScalarOp.MIN, t, MAX, 1));
        assertEquals(0, stored(ScalarOp.LT, t, MAX, 1));
        assertEquals(0, stored(ScalarOp.LE, t, MAX, 1));
        assertEquals(1, stored(ScalarOp.SIGN, t, MAX));
        assertEquals(MAX, stored(ScalarOp.ABS, t, MAX));
        assertEquals(Long.MAX_VALUE, stored(ScalarOp.FLOORDIV, t, MAX, 2));
        assertEquals(5, stored(ScalarOp.MOD, t, MAX, 10));
    }

    @Test void resultsWrapToTheirDtype() {
        assertEquals(-128, stored(ScalarOp.ADD, DType.INT8, 127, 1));
        assertEquals(-128, stored(ScalarOp.ABS, DType.INT8, -128));
        assertEquals(255, stored(ScalarOp.SUB, DType.UINT8, 0, 1));
        assertEquals(254, stored(ScalarOp.NOT, DType.UINT8, 1));
        assertEquals(0xFFFF_FFFFL, stored(ScalarOp.NEG, DType.UINT32, 1));
        assertEquals(Integer.MIN_VALUE, stored(ScalarOp.NEG, DType.INT32, Integer.MIN_VALUE));
    }

    @Test void shiftsFillWithZerosOrTheSign() {
        assertEquals(0, stored(ScalarOp.SHL, DType.INT8, 1, 8));
        assertEquals(-128, stored(ScalarOp.SHL, DType.INT8, 3, 7));
        assertEquals(0, stored(ScalarOp.SHL, DType.INT32, 3, -1));
        assertEquals(-1, stored(ScalarOp.SHR, DType.INT32, -8, 32));
        assertEquals(-1, stored(ScalarOp.SHR, DType.INT64, -8, -1));
        assertEquals(0, stored(ScalarOp.SHR, DType.INT64, 8, -1));
        assertEquals(-2, stored(ScalarOp.SHR, DType.INT64, -8, 2));
        assertEquals(1, stored(ScalarOp.SHR, DType.UINT64, MAX, 63));
        assertEquals(0, stored(ScalarOp.SHR, DType.UINT64, MAX, MAX));
        assertEquals(0x0FFF_FFFFL, stored(ScalarOp.SHR, DType.UINT32, 0xFFFF_FFFFL, 4));
    }

    @Test void boolIsLogical() {
        assertEquals(0, stored(ScalarOp.NOT, DType.BOOL, 1));
        assertEquals(1, stored(ScalarOp.NOT, DType.BOOL, 0));
        assertEquals(1, stored(ScalarOp.XOR, DType.BOOL, 1, 0));
        assertEquals(1, stored(ScalarOp.MAX, DType.BOOL, 1, 0));
        assertEquals(0, stored(ScalarOp.MIN, DType.BOOL, 1, 0));
    }

    @Test void functionsOfFloatsAreRefused() {
        for (ScalarOp f : ScalarOp.values())
            if (f.signature() == ScalarOp.Signature.FLOAT) assertThrows(CompilerBug.class, () -> IntMeaning.of(f, DType.INT64, 1, 1));
    }
}
