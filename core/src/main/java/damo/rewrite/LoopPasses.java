package damo.rewrite;

import damo.graph.Op;
import damo.graph.Variable;
import java.util.List;
import java.util.TreeSet;

/// What is done to loops, in this order, until nothing changes.
final class LoopPasses {
    /// What does not depend on the step is computed before the loop.
    static final LoopPass INVARIANT = LoopPass.each("loop-invariant", LoopPasses::invariant);

    private LoopPasses() {}

    static final List<LoopPass> ALL = List.of(
            LoopPass.each("loop-prune", Pruning::prune),
            INVARIANT,
            new LoopPass("loop-tail", Tails::keep),
            LoopPass.each("loop-unroll", Unrolling::unroll),
            LoopPass.each("loop-map", Hoisting::map),
            new LoopPass("loop-twin", Twins::unite),
            new LoopPass("loop-merge", Merging::merge),
            LoopPass.each("loop-before", Hoisting::before),
            LoopPass.each("loop-accumulate", Accumulation::after),
            LoopPass.each("loop-after", Sinking::after));

    private static List<Variable> invariant(Op.Loop loop, TreeSet<Integer> used, Extents extents) {
        OpenLoop open = OpenLoop.of(loop);
        Op.Loop closed = open.closed();
        return open.outer().values().containsAll(closed.captured()) ? null : LoopPass.results(closed, used);
    }
}
