package damo.plan;

import static damo.graph.ScalarOp.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.graph.Reduction;
import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Scalar;
import damo.kernel.Store;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.math.Expansions;
import damo.type.DType;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private final Values v = new Values();
    private final Value m = v.symbol("m");
    private final Value n = v.symbol("n");
    private final Value k = v.symbol("k");
    private final Axis i = new Axis("i", m);
    private final Axis j = new Axis("j", n);
    private final Axis l = new Axis("l", k);
    private final Buffer z = new Buffer("z", DType.FLOAT64, List.of(m, n));

    private Buffer buffer(String name, Value... extents) {
        return new Buffer(name, DType.FLOAT64, List.of(extents));
    }

    private Value at(Buffer b, Axis... axes) {
        return v.load(b, v.indices(List.of(axes)));
    }

    private Kernel kernel(Value value) {
        return new Kernel("f", List.of(i, j), List.of(new Store(z, v.indices(List.of(i, j)), value)));
    }

    /// The shape of the loops: `i(...)` a loop, `fold(...)`, `run`, `let`, `put`.
    private static String shape(List<Stmt> statements) {
        return String.join(" ", statements.stream().map(s -> switch (s) {
            case Stmt.Let _ -> "let";
            case Stmt.Put _ -> "put";
            case Stmt.Clear _ -> "clear";
            case Stmt.Multiply product -> (product.add() ? "add" : "make") + (Values.isWhole(product.terms(), 0) ? "(0)" : "");
            case Stmt.Repeat repeat -> "repeat " + repeat.axis().name() + "*" + repeat.together();
            case Stmt.Run run -> run.axis().name() + "*" + run.lanes() + "(" + shape(run.body()) + ")";
            case Stmt.Fold(_, var body) -> "fold(" + shape(body) + ")";
            case Stmt.Together(var folds) -> "together(" + shape(List.copyOf(folds)) + ")";
            case Stmt.Guard(_, var body) -> "guard(" + shape(body) + ")";
            case Stmt.Loop(var axis, _, _, var body) -> axis.name() + "(" + shape(body) + ")";
            case Stmt.Several(var axis, _, var together, var all, var one) ->
                "%s+%d(%s) %s(%s)".formatted(axis.name(), together, shape(all), axis.name(), shape(one));
        }).toList());
    }

    private String schedule(Value value) {
        return shape(Schedule.of(v, kernel(value)));
    }

    @Test void offsetsAreSummedFromTheOutermostLoopInwards() {
        Buffer x = buffer("x", n, m);
        Value last = v.sub(v.sub(n, v.whole(1)), v.index(j));
        Stmt.Put put = Flatten.puts(v, kernel(v.load(x, List.of(last, v.index(i))))).getFirst();
        assertSame(v.add(v.mul(v.index(i), n), v.index(j)), put.offset());
        Value offset = ((Scalar.Flat) put.value().op()).offset();
        // ((n − 1)·m + i) − j·m: what does not depend on j comes first.
        assertTrue(offset.op() instanceof Scalar.Apply(var f, var args) && f == ADD && Axes.of(args.get(0)).equals(Set.of(i)));
    }

    @Test void whatDependsOnTheRowIsComputedOnceARow() {
        Buffer x = buffer("x", m, n), bias = buffer("bias", m);
        Axis a = new Axis("a", n), b = new Axis("b", n);
        Value max = v.fold(Reduction.MAX, List.of(a), at(x, i, a));
        Value sum = v.fold(Reduction.SUM, List.of(b), v.apply(EXP, v.apply(SUB, at(x, i, b), max)));
        assertEquals("guard(i(let fold(a*32()) fold(b*32()) j(put)))", schedule(v.apply(DIV, v.apply(EXP, v.apply(SUB, at(x, i, j), max)), sum)));
        assertEquals("guard(i(let let j(put)))", schedule(v.apply(ADD, at(x, i, j), v.apply(EXP, at(bias, i)))));
    }

    @Test void whatARowIsReducedFromAndThenComputedWithIsStoredInBetween() {
        Buffer x = buffer("x", m, n), y = new Buffer("y", DType.FLOAT32, List.of(m, n));
        Axis b = new Axis("b", n), c = new Axis("c", k);
        Value other = v.fold(Reduction.SUM, List.of(c), v.apply(EXP, at(buffer("w", k), c)));
        Value sum = v.fold(Reduction.SUM, List.of(b), v.apply(EXP, at(x, i, b)));
        Value quotient = v.apply(DIV, v.apply(EXP, at(x, i, j)), sum);
        Store rounded = new Store(y, v.indices(List.of(i, j)), v.convert(quotient, DType.FLOAT32));
        Store store = new Store(z, v.indices(List.of(i, j)), quotient);
        assertEquals("guard(i(fold(b*32(put)) j(put)))", reused(store).replaceAll("let ", ""));
        assertEquals("guard(i(fold(b*32(put)) j(put put)))", reused(rounded, store).replaceAll("let ", ""));
        // What is stored last could not hold it, and what is stored first would be overwritten before it is read again.
        assertEquals("guard(i(fold(b*32()) j(put put)))", reused(store, rounded).replaceAll("let ", ""));
        assertEquals("guard(i(fold(b*32()) j(put)))", reused(rounded).replaceAll("let ", ""));
        Store another = new Store(z, v.indices(List.of(i, j)), v.apply(DIV, v.apply(EXP, at(x, i, j)), other));
        assertFalse(reused(another).contains("32(put)"));
        Value same = v.apply(EXP, at(buffer("row", m), i));
        Store ratio = new Store(z, v.indices(List.of(i, j)), v.apply(DIV, same, v.fold(Reduction.SUM, List.of(b), same)));
        assertFalse(reused(ratio).contains("32(put)"));
    }

    @Test void reductionsOfTheSameTermsAreDoneTogether() {
        Buffer x = buffer("x", n), y = buffer("y", n), sum = buffer("sum"), most = buffer("most");
        Axis b = new Axis("b", n), c = new Axis("c", n), d = new Axis("d", k);
        Value total = v.fold(Reduction.SUM, List.of(b), at(x, b));
        Value largest = v.fold(Reduction.MAX, List.of(c), v.apply(MUL, at(x, c), at(x, c)));
        Value other = v.fold(Reduction.MAX, List.of(c), at(y, c));
        Value shorter = v.fold(Reduction.MAX, List.of(d), at(buffer("x", k), d));
        Value apart = v.apply(SUB, at(x, c), total);
        Value spread = v.fold(Reduction.SUM, List.of(c), v.apply(MUL, apart, apart));
        assertEquals("together(fold(b*32()) fold(c*32())) put put", together(new Store(sum, List.of(), total), new Store(most, List.of(), largest)));
        for (Value alone : List.of(other, shorter, spread))
            assertFalse(together(new Store(sum, List.of(), total), new Store(most, List.of(), alone)).contains("together"));
    }

    @Test void nothingIsMadeOfLoopsOverNothing() {
        Axis none = new Axis("none", v.whole(0));
        Buffer empty = new Buffer("z", DType.FLOAT64, List.of(m, v.whole(0)));
        var kernel = new Kernel("f", List.of(i, none), List.of(new Store(empty, v.indices(List.of(i, none)), v.number(DType.FLOAT64, 1))));
        assertFalse(shape(Together.of(v, Reuse.of(v, Schedule.of(v, kernel)))).contains("put"));
    }

    private String together(Store... stores) {
        return shape(Together.of(v, Schedule.of(v, new Kernel("f", List.of(), List.of(stores)))));
    }

    private String reused(Store... stores) {
        var kernel = new Kernel("f", List.of(i, j), List.of(stores));
        return shape(Reuse.of(v, Schedule.of(v, Expansions.expand(v, kernel))));
    }

    @Test void whatABranchReadsStaysInIt() {
        Buffer x = buffer("x", m, n), bias = buffer("bias", m);
        Value inside = v.apply(LT, v.index(j), v.whole(3));
        assertEquals("guard(i(let j(put)))", schedule(v.choose(inside, at(bias, i), at(x, i, j))));
    }

    @Test void aNumberIsReadOnceHoweverEmptyTheFold() {
        Buffer x = buffer("x", m, n, k), a = buffer("a"), bias = buffer("bias", m);
        for (Reduction f : Reduction.values())
            assertTrue(schedule(v.fold(f, List.of(l), v.apply(MUL, at(x, i, j, l), at(a))))
                    .endsWith(f == Reduction.PROD ? "j(let fold(l*1()) put)))" : "j(let fold(l*32()) put)))"));
        Value row = v.fold(Reduction.MAX, List.of(l), v.apply(MUL, at(x, i, j, l), at(bias, i)));
        assertTrue(schedule(row).endsWith("j(let fold(guard(let l*32())) put)))"));
    }

    @Test void aMatrixProductRunsAlongItsRows() {
        Buffer x = buffer("x", m, k), y = buffer("y", k, n);
        Value dot = v.fold(Reduction.SUM, List.of(l), v.apply(MUL, at(x, i, l), at(y, l, j)));
        assertEquals("guard(i(j(put) l+8(j(put)) l(j(put))))", schedule(dot).replaceAll("let ", ""));
        Value apart = v.apply(SUB, at(y, l, j), at(buffer("mean", n), j));
        assertEquals("guard(i(j(put) l+8(j(put)) l(j(put))))", schedule(v.fold(Reduction.SUM, List.of(l), v.apply(MUL, apart, apart)))
                .replaceAll("let ", ""));
        Buffer t = buffer("t", n, k);
        assertTrue(schedule(v.fold(Reduction.SUM, List.of(l), v.apply(MUL, at(x, i, l), at(t, j, l)))).contains("l*32()"));
    }

    @Test void shortLoopsDisappear() {
        Value three = v.whole(3);
        Axis a = new Axis("a", three), b = new Axis("b", three), one = new Axis("one", v.whole(1));
        Buffer x = buffer("x", three, three), s = buffer("s", v.whole(1), three);
        Value sum = v.fold(Reduction.SUM, List.of(b), at(x, a, b));
        var kernel = new Kernel("f", List.of(one, a), List.of(new Store(s, v.indices(List.of(one, a)), sum)));
        assertEquals("put put put", shape(Schedule.of(v, kernel)));
        assertEquals("one(a(let fold(b*32()) put))", shape(Schedule.of(v, kernel, false)));
    }

    @Test void sharedValuesAreVisitedOnce() {
        Value e = at(z, i, j);
        for (int p = 0; p < 200; p++) e = v.apply(ADD, v.choose(v.apply(LT, e, v.number(DType.FLOAT64, p)), v.apply(EXP, e), e), e);
        assertEquals("guard(i(let j(put)))", schedule(e));
    }
}
