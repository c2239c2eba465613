package damo.interpret;

import static damo.interpret.Sample.input;
import static damo.interpret.Sample.run;
import static damo.interpret.Sample.unknown;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.DamoException;
import damo.graph.Ints;
import damo.graph.Lambda;
import damo.graph.Op;
import damo.graph.Variable;
import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import java.util.List;
import org.junit.jupiter.api.Test;

class InterpreterTest {
    @Test void onlyTheTakenBranchIsComputed() {
        Variable take = input("take", DType.BOOL);
        Variable x = unknown("x", DType.FLOAT64, 1);
        Variable tooLarge = x.sum().broadcastTo(1L << 40).sum();                 // 8 TiB
        Variable failing = new Variable(new Op.Assert(x.sum(), take, "must not be reached"));
        assertEquals(3, run(new Variable(new Op.If(take, x.sum(), tooLarge)), List.of(take, x), true, new double[] {1, 2}).scalar());
        assertEquals(3, run(new Variable(new Op.If(take, tooLarge, x.sum())), List.of(take, x), false, new double[] {1, 2}).scalar());
        assertEquals(3, run(new Variable(new Op.If(take.not(), failing, x.sum())), List.of(take, x), true, new double[] {1, 2}).scalar());
        DamoException e = assertThrows(DamoException.class, () -> run(tooLarge, List.of(x), new double[] {1}));
        assertTrue(e.getMessage().contains("8 TiB"), e.getMessage());
    }

    @Test void branchesMustGiveTheKnownShape() {
        Variable take = input("take", DType.BOOL);
        Variable x = unknown("x", DType.FLOAT64, 1);
        Variable z = new Variable(new Op.If(take, input("y", DType.FLOAT64, 2), x));
        Variable y = z.op().operands().get(1);
        assertEquals(new TensorType(DType.FLOAT64, List.of(2L)), z.type());
        DamoException e = assertThrows(DamoException.class, () -> run(z, List.of(take, x, y), false, new double[3], new double[2]));
        assertTrue(e.getMessage().startsWith("if: the branch taken gives float64[3], but both must give float64[2]"), e.getMessage());
    }

    @Test void aChainOfManyOpsIsNoRecursion() {
        Variable x = input("x", DType.INT64);
        Variable z = x;
        for (int i = 0; i < 100_000; i++) z = z.add(1);
        assertEquals(100_005, run(z, List.of(x), 5L).scalarLong());
    }

    @Test void aVariableIsComputedOnce() {
        Variable x = input("x", DType.INT64);
        Variable z = x;
        for (int i = 0; i < 100; i++) z = z.add(z);                                 // 2^100 paths
        assertEquals(0, run(z, List.of(x), 5L).scalarLong());
    }

    @Test void anExtentThatIsKnownNeedsNoValue() {
        Variable x = input("x", DType.FLOAT64, 3);
        Variable z = new Variable(new Op.Extent(new Variable(new Op.Broadcast(x, List.of(Ints.of(1L << 40), Ints.of(3)))), 0));
        assertEquals(1L << 40, run(z, List.of(x), new double[3]).scalarLong());
        Variable y = unknown("y", DType.FLOAT64, 2);
        assertEquals(4, run(y.shape(1), List.of(y), NDArray.zeros(DType.FLOAT64, 2, 4)).scalarLong());
    }

    @Test void extentsThatAreOneOnlyNowBroadcast() {
        Variable x = unknown("x", DType.FLOAT64, 1);
        Variable y = input("y", DType.FLOAT64, 3);
        assertEquals(NDArray.of(new double[] {11, 12, 13}), run(x.add(y), List.of(x, y), new double[] {10}, new double[] {1, 2, 3}));
        assertEquals(0, run(x.add(y.slice(0, 0)), List.of(x, y), new double[] {10}, new double[3]).size());
    }

    @Test void shapesThatDoNotFitAreExplained() {
        Variable a = unknown("a", DType.FLOAT64, 1);
        Variable x = unknown("x", DType.FLOAT64, 1);
        Variable z = a.add(x);
        String message = assertThrows(DamoException.class, () -> run(z, List.of(a, x), new double[3], new double[2])).getMessage();
        assertEquals("add: cannot broadcast: axis 0 is 3 and 2 (equal or 1 needed)\n"
                + "  a is float64[3], created at %s\n  x is float64[2], created at %s\n  this add was created at %s"
                        .formatted(a.source(), x.source(), z.source()), message);
        Variable dot = a.dot(x);
        message = assertThrows(DamoException.class, () -> run(dot, List.of(a, x), new double[3], new double[2])).getMessage();
        assertTrue(message.startsWith("dot: inner extents differ: axis 0 of the first is 3, axis 0 of the second is 2; they must be equal\n  a is"),
                message);
        Variable reshaped = a.reshape(x.shape(0), 2);
        message = assertThrows(DamoException.class, () -> run(reshaped, List.of(a, x), new double[3], new double[2])).getMessage();
        assertTrue(message.startsWith("reshape: 3 elements of [3] cannot become [2, 2], which are 4\n  a is float64[3]"), message);
    }

    @Test void argumentsMustBeOfTheParametersTypes() {
        Variable x = input("x", DType.FLOAT64, TensorType.UNKNOWN, 3);
        var f = new Lambda("f", List.of(x), List.of(x.sum()));
        for (Object wrong : new Object[] {new float[2][3], new double[3], new double[3][2]}) {
            String message = assertThrows(DamoException.class, () -> Interpreter.run(f, List.of(NDArray.of(wrong)))).getMessage();
            String wanted = "f: the argument for parameter x is %s, but float64[?, 3] is needed".formatted(NDArray.of(wrong).type());
            assertTrue(message.startsWith(wanted), message);
        }
        String message = assertThrows(DamoException.class, () -> Interpreter.run(f, List.of())).getMessage();
        assertEquals("f: 0 arguments were given, but it needs 1: [x]", message);
    }

    @Test void anAssertIsCheckedBeforeItsValueIsComputed() {
        Variable x = input("x", DType.FLOAT64);
        Variable tooLarge = x.broadcastTo(1L << 40).sum();
        Variable z = new Variable(new Op.Assert(tooLarge, x.gt(7), "x must be above 7"));
        assertEquals("x must be above 7\n  7.0 < x (1.0) is false", assertThrows(DamoException.class, () -> run(z, List.of(x), 1.0)).getMessage());
    }

    @Test void aFailedAssertTellsTheFacts() {
        Variable x = unknown("x", DType.FLOAT64, 1);
        Variable i = input("i", DType.INT64);
        Variable z = x.at(i);
        assertEquals(2, run(z, List.of(x, i), new double[] {1, 2}, -1L).scalar());
        String message = assertThrows(DamoException.class, () -> run(z, List.of(x, i), new double[2], 5L)).getMessage();
        assertTrue(message.startsWith("index: index i is out of range for axis 0") && message.endsWith("\n  5 < 2 is false"), message);
        Variable p = unknown("p", DType.INT64, 1);
        Variable taken = x.take(0, p);
        assertEquals(NDArray.of(new double[] {2, 1, 2}), run(taken, List.of(x, p), new double[] {1, 2}, new long[] {1, 0, -1}));
        assertEquals(0, run(taken, List.of(x, p), new double[] {1, 2}, new long[0]).size());
        message = assertThrows(DamoException.class, () -> run(taken, List.of(x, p), new double[2], new long[] {0, 2, -3})).getMessage();
        assertTrue(message.endsWith("\n  false for 2 of 3, first at [1]"), message);
        var op = new Op.Assert(i, i.gt(7), "i must be above 7");
        assertEquals("i must be above 7", assertThrows(DamoException.class,
                () -> Interpreter.apply(op, List.of(NDArray.of(1L), NDArray.of(false)))).getMessage());
    }
}
