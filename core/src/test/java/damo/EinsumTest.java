package damo;

import static damo.Damo.*;
import static damo.Refused.refused;
import static org.junit.jupiter.api.Assertions.*;

import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EinsumTest {
    private static final Variable A = arange(6).reshape(2, 3);
    private static final Variable B = arange(12).reshape(3, 4);
    private static final Variable CUBE = arange(27).reshape(3, 3, 3);

    private static void assertSame(Variable expected, String subscripts, Variable... operands) {
        assertEquals(expected.eval(), einsum(subscripts, operands).eval(), subscripts);
    }

    @Test void products() {
        assertSame(A.dot(B), "ij,jk->ik", A, B);
        assertSame(A.dot(B), "ij, jk", A, B);
        assertSame(A.dot(B).transpose(), "ij,jk->ki", A, B);
        assertSame(A.dot(B).dot(B.transpose()), "ij,jk,lk->il", A, B, B);
        assertSame(A.outer(B).transpose(0, 2, 1, 3), "ij,kl->ikjl", A, B);
        assertSame(A.mul(A), "ij,ij->ij", A, A);
        assertSame(A.sum(1).outer(B.sum()), "ij,kl->i", A, B);
        assertSame(CUBE.matmul(CUBE), "bij,bjk->bik", CUBE, CUBE);
        assertSame(A.mul(3), ",ij->ij", constant(3L), A);
        assertSame(constant(6L), ",->", constant(2L), constant(3L));
    }

    @Test void sumsDiagonalsAndOrders() {
        assertSame(A.transpose(), "ba", A);
        assertSame(A.sum(0), "ij->j", A);
        assertSame(constant(new long[] {0, 13, 26}), "iii->i", CUBE);
        assertSame(constant(39L), "iii", CUBE);
        assertSame(trace(CUBE.at(0)), "ii->", CUBE.at(0));
        assertSame(constant(new long[][] {{0, 9, 18}, {4, 13, 22}, {8, 17, 26}}), "jii->ij", CUBE);
        assertSame(constant(new long[][] {{0, 3, 6}, {10, 13, 16}, {20, 23, 26}}), "iji->ij", CUBE);
        assertEquals(NDArray.of(new int[] {3, 7}), einsum("ij->i", constant(new int[][] {{1, 2}, {3, 4}})).eval());
        assertEquals(NDArray.of(new boolean[] {true, false}), einsum("ij->i", constant(new boolean[][] {{true, true}, {false, false}})).eval());
        assertEquals(NDArray.of(new double[][] {{0}}), einsum("ij,jk", zeros(DType.FLOAT64, 1, 0), zeros(DType.FLOAT64, 0, 1)).eval());
    }

    @Test void openExtentsAreCheckedWhenTheyAreKnown() {
        Variable x = dmatrix("x");
        Variable diagonal = einsum("ii->i", x);
        assertEquals(NDArray.of(new double[] {1, 4}), diagonal.eval(Map.of(x, new double[][] {{1, 2}, {3, 4}})));
        refused(() -> diagonal.eval(Map.of(x, new double[][] {{1, 2}})), "einsum", "extents of 'i' differ");
        assertEquals(NDArray.of(new double[][] {{1, 0}, {0, 1}}), grad(einsum("ii", x), x).eval(Map.of(x, new double[2][2])));
    }

    @Test void badSubscripts() {
        refused(() -> einsum("ij,jk", A), "\"ij,jk\"", "2 operands", "there are 1");
        refused(() -> einsum("ijk", A), "'ijk' has 3 letters", "operand 0 has rank 2");
        refused(() -> einsum("ij->ik", A), "'k', which no operand has");
        refused(() -> einsum("ij->ii", A), "'i' twice");
        refused(() -> einsum("i->j->i", A), "2 arrows");
        refused(() -> einsum("i1", A), "'1' is not a letter");
        refused(() -> einsum("...i", A), "ellipsis");
        refused(() -> einsum("ij,ij", A, B), "'i' is 2 and, as axis 0 of operand 1, 3");
        refused(() -> einsum("ii", A), "'i' is 2 and, as axis 1 of operand 0, 3");
        refused(() -> einsum(""), "1 operands", "there are 0");
    }
}
