package damo;

import static damo.Damo.*;
import static damo.Refused.refused;
import static org.junit.jupiter.api.Assertions.*;

import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is commonly made of loops.
class IterationsTest {
    private final Variable xs = dvector("xs");
    private final Variable ys = dvector("ys");

    private NDArray run(Variable v, double... x) {
        return function().in(xs).out(v).allowUnused().on("interpreter").compile().call(x);
    }

    @Test void mapAppliesToEachElement() {
        assertArrayEquals(new double[] {2, 5, 10}, run(map(x -> x.mul(x).add(1), xs), 1, 2, 3).toDoubleArray());
        assertEquals(0, run(map(Variable::exp, xs)).size());
        Variable sums = map(row -> row.sum(), xs.reshape(2, 2));
        assertArrayEquals(new double[] {3, 7}, run(sums, 1, 2, 3, 4).toDoubleArray());
    }

    @Test void mapOfTwoStopsWithTheShorter() {
        CompiledFunction f = function().in(xs, ys).out(map(Variable::sub, xs, ys)).on("interpreter").compile();
        assertArrayEquals(new double[] {0, -8}, f.call(new double[] {1, 2, 3}, new double[] {1, 10}).toDoubleArray());
    }

    @Test void foldsGoFromOneEndToTheOther() {
        Variable left = foldl((s, x) -> s.mul(10).add(x), constant(0.0), xs);
        Variable right = foldr((s, x) -> s.mul(10).add(x), constant(0.0), xs);
        assertEquals(123, run(left, 1, 2, 3).scalar());
        assertEquals(321, run(right, 1, 2, 3).scalar());
        assertEquals(123, run(reduce((s, x) -> s.mul(10).add(x), constant(0.0), xs), 1, 2, 3).scalar());
        assertEquals(7, run(foldl(Variable::mul, constant(7.0), xs)).scalar());
        assertEquals(7, run(foldr(Variable::mul, constant(7.0), xs)).scalar());
    }

    @Test void aFoldMayGoOverRows() {
        Variable product = foldl(Variable::dot, eye(2), xs.reshape(-1, 2, 2));
        assertArrayEquals(new double[] {19, 22, 43, 50}, run(product, 1, 2, 3, 4, 5, 6, 7, 8).toDoubleArray());
    }

    @Test void whileLoopsRunAsLongAsTheConditionHolds() {
        Variable root = whileLoop(r -> r.mul(r).sub(2).abs().gt(1e-12), r -> r.add(div(2, r)).mul(0.5), xs.sum());
        assertEquals(Math.sqrt(2), run(root, 1).scalar(), 1e-12);
        assertEquals(3, run(whileLoop(r -> r.lt(0), r -> r.add(1), xs.sum()), 3).scalar());      // not even once
        List<Variable> gcd = whileLoop(ab -> ab.get(1).neq(0), ab -> List.of(ab.get(1), ab.get(0).mod(ab.get(1))),
                List.of(constant(84L), constant(36L)));
        assertEquals(12, run(gcd.getFirst(), 0).scalarLong());
        assertEquals(0, run(gcd.getLast(), 0).scalarLong());
    }

    @Test void whileLoopsSayWhatIsWrong() {
        refused(() -> whileLoop(s -> s.getFirst().lt(3), s -> List.of(), List.of(constant(0.0))),
                "whileLoop: 1 states were given, but the step returns 0 values");
        refused(() -> whileLoop(s -> s, s -> s.add(1), constant(0.0)), "whileLoop", "the condition must be a bool scalar", "0.0 is float64");
        refused(() -> whileLoop(s -> s.lt(3), s -> s.cast(DType.FLOAT32), constant(0.0)), "a state keeps its dtype and shape", "float32");
    }

    @Test void mapsNeedAnAxis() {
        refused(() -> map(Variable::exp, constant(1.0)), "a sequence needs an axis to run over", "1.0 is float64");
    }
}
