package damo.rewrite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import damo.DamoException;
import damo.graph.Graph;
import damo.graph.Lambda;
import damo.graph.Op;
import damo.graph.Variable;
import damo.interpret.Interpreter;
import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// Programs with loops before and after rewriting: whether they mean the same, and how they look.
record Loop(Lambda before, Lambda after) {
    static Loop of(List<Variable> parameters, Variable... results) {
        return of(Set.of(), parameters, results);
    }

    static Loop of(Set<String> disabled, List<Variable> parameters, Variable... results) {
        var f = new Lambda("f", parameters, List.of(results));
        return new Loop(f, Phases.rewrite(f, disabled));
    }

    static Variable input(String name, int... extents) {
        var type = new TensorType(DType.FLOAT64, Arrays.stream(extents).mapToObj(e -> (long) e).toList());
        return new Variable(new Op.Input(new Op.Input.Identity(), type)).named(name);
    }

    /// The loops that are in no other one, each once.
    List<Op.Loop> loops() {
        return loops(after);
    }

    static List<Op.Loop> loops(Lambda f) {
        var all = new LinkedHashSet<Op.Loop>();
        for (Variable v : Graph.order(f.results())) if (v.op() instanceof Op.Loop loop) all.add(loop.result(0));
        return List.copyOf(all);
    }

    /// The only loop.
    Op.Loop loop() {
        assertEquals(1, loops().size());
        return loops().getFirst();
    }

    /// How many variables of this opcode there are outside of loops.
    long outside(String opcode) {
        return count(after, opcode);
    }

    static long count(Lambda f, String opcode) {
        return Graph.order(f.results()).stream().filter(v -> v.op().opcode().equals(opcode)).count();
    }

    /// Runs both with unknown extents of 0, 1, 2 and 5.
    Loop check() {
        for (int n : new int[] {0, 1, 2, 5}) runs(n, 7);
        return this;
    }

    /// Whether both gave values; else both failed.
    boolean runs(int n, long seed) {
        var random = new Random(seed);
        var arguments = new ArrayList<NDArray>();
        for (Variable p : before.parameters()) {
            NDArray a = NDArray.zeros(p.dtype(), p.type().extents().stream().mapToLong(e -> e == TensorType.UNKNOWN ? n : e).toArray());
            for (int i = 0; i < a.size(); i++) ((double[]) a.storage())[i] = random.nextGaussian();
            arguments.add(a);
        }
        List<NDArray> was;
        try {
            was = Interpreter.run(before, arguments);
        } catch (DamoException e) {
            try {
                List<NDArray> now = Interpreter.run(after, arguments);
                fail("n = %d: it failed with %s, and now gives %s".formatted(n, e.getMessage(), now));
            } catch (DamoException expected) {
                // A sequence that is too short is found to be so by what reads it without a loop; an index keeps its words.
                if (e.getMessage().startsWith("index")) assertEquals(e.getMessage().lines().findFirst(), expected.getMessage().lines().findFirst());
            }
            return false;
        }
        List<NDArray> now = Interpreter.run(after, arguments);
        for (int k = 0; k < was.size(); k++) {
            assertEquals(was.get(k).type(), now.get(k).type(), "n = " + n);
            for (int i = 0; i < was.get(k).size(); i++) {
                double a = was.get(k).doubleAt(i);
                double b = now.get(k).doubleAt(i);
                assertTrue(Double.compare(a, b) == 0 || Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a)),
                        "n = %d, result %d: %s was %s".formatted(n, k, now.get(k), was.get(k)));
            }
        }
        return true;
    }
}
