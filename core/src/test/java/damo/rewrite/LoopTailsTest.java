package damo.rewrite;

import static damo.Damo.scan;
import static org.junit.jupiter.api.Assertions.assertEquals;

import damo.Scan;
import damo.graph.Index;
import damo.graph.Ints;
import damo.graph.Variable;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoopTailsTest {
    private final Variable ys = Loop.input("ys", -1, 3);
    private final Variable h0 = Loop.input("h0", 3);
    private final List<Variable> all = List.of(ys, h0);
    private final Scan loop = scan();
    private final Variable y = loop.sequence(ys);
    private final Variable h = loop.state(h0);
    private final Variable g = loop.state(h0);

    {
        loop.next(h, y.mul(g).sin());
        loop.next(g, h.add(y).cos());
    }

    private void check(int states, int emissions, Variable... results) {
        Loop f = Loop.of(all, results).check();
        for (int n : new int[] {3, 4, 9}) f.runs(n, 3);
        assertEquals(List.of(states, emissions), List.of(f.loop().body().states(), f.loop().body().emissions()));
    }

    @Test void theLastRowIsTheLastState() {
        check(2, 0, loop.trace(h).at(-1));
        check(2, 0, loop.trace(h).at(-1), loop.trace(g).at(-1), loop.last(h));
        check(2, 0, loop.trace(h).index(new Index.Range(Ints.of(-1), null, 1)));
        check(2, 1, loop.trace(h).at(-1), loop.trace(g));
    }

    @Test void theLastRowsAreCarried() {
        check(3, 0, loop.trace(h).at(-2));
        check(4, 0, loop.trace(h).index(new Index.Range(Ints.of(-3), null, 1)));
        check(4, 0, loop.trace(h).index(new Index.Range(Ints.of(-3), null, 1)), loop.trace(h).at(-2), loop.trace(h).at(-1));
        check(5, 1, loop.trace(h).at(-3), loop.trace(g).at(-2), loop.emit(h.mul(y)));
        check(4, 0, loop.trace(h).index(new Index.Range(Ints.of(-3), Ints.of(-1), 1)));
    }

    @Test void aTraceThatIsReadElsewhereStays() {
        check(2, 1, loop.trace(h).at(-2), loop.trace(h).sum(0));
        check(2, 1, loop.trace(h).at(0));
        check(2, 1, loop.trace(h).index(new Index.Range(Ints.of(-20), null, 1)));
    }
}
