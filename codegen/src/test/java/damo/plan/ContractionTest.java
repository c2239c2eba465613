package damo.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import damo.kernel.KernelText;
import damo.kernel.Program;
import damo.kernel.Step;
import damo.kernel.Values;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContractionTest {
    private final Values values = new Values();

    private String shape(String loops, String z, String sum) {
        Program p = KernelText.parse("""
                program f(a: int32, b: int32, m: int32, n: int32, k: int32; %%x: float64[a, b, m], %%y: float64[a, b, n], %%w: float64[n, m])
                    -> (%%z: float64[%s]) {
                  contract k0 {
                    for %s {
                      z[%s] = sum %s
                    }
                  }
                }
                """.formatted(loops.replaceAll("\\w+ < ", ""), loops, z, sum), values);
        return shape(Contraction.of(values, ((Step.Contract) p.steps().getFirst()).kernel()));
    }

    private String shape(List<Stmt> statements) {
        return String.join(" ", statements.stream().map(s -> switch (s) {
            case Stmt.Loop(var axis, _, _, var body) -> axis.name() + "(" + shape(body) + ")";
            case Stmt.Multiply m -> (m.add() ? "add " : "make ") + m.row().extent() + ", " + m.column().extent() + ", " + m.terms();
            case Stmt.Let _, Stmt.Put _, Stmt.Several _, Stmt.Clear _, Stmt.Run _, Stmt.Fold _, Stmt.Together _, Stmt.Repeat _, Stmt.Guard _ -> "?";
        }).toList());
    }

    @Test void axesThatFollowEachOtherAreOne() {
        assertEquals("make m, n, a * b", shape("i < m, j < n", "i, j", "p < a, q < b { x[p, q, i] * y[p, q, j] }"));
        assertEquals("make a * b, n, m", shape("p < a, q < b, j < n", "p, q, j", "i < m { x[p, q, i] * w[j, i] }"));
    }

    @Test void otherAxesAreLoopsAround() {
        assertEquals("p(make m, n, b)", shape("p < a, i < m, j < n", "p, i, j", "q < b { x[p, q, i] * y[p, q, j] }"));
        assertEquals("q(make a, n, m)", shape("q < b, p < a, j < n", "q, p, j", "i < m { x[p, q, i] * w[j, i] }"));
    }

    @Test void sumsThatCannotBeOneAreAdded() {
        assertEquals("make m, n, 0 q(add m, n, a)", shape("i < m, j < n", "i, j", "q < b, p < a { x[p, q, i] * y[p, q, j] }"));
    }
}
