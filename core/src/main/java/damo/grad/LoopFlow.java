package damo.grad;

import damo.graph.Graph;
import damo.graph.LoopBody;
import damo.graph.Op;
import damo.graph.Variable;
import java.util.BitSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// On which operands a variable may depend differentiably; of a loop, each result on its own.
final class LoopFlow {
    private final Map<LoopBody, List<BitSet>> known = new HashMap<>();

    /// The operands through which a derivative may reach `z`.
    List<Variable> into(Variable z) {
        if (!z.dtype().isFloat() || z.op() instanceof Op.StopGradient) return List.of();
        if (!(z.op() instanceof Op.Loop loop)) return z.op().operands();
        return of(loop.body()).get(loop.result()).stream().mapToObj(loop.operands()::get).toList();
    }

    /// For each result of a loop over `body`, the positions of the operands that it depends on, in however many steps.
    List<BitSet> of(LoopBody body) {
        List<BitSet> found = known.get(body);
        if (found != null) return found;
        List<BitSet> results = oneStep(body);
        int first = 1 + body.sequences();
        for (int i = 0; i < body.states(); i++)                     // the last state is the first one if there is no step
            if (body.carried().get(i).dtype().isFloat()) results.get(i).set(first + i);
        for (int before = -1, size = 0; before != size;) {
            before = size;
            for (BitSet result : results)
                for (int i = 0; i < body.states(); i++) if (result.get(first + i)) result.or(results.get(i));
            size = results.stream().mapToInt(BitSet::cardinality).sum();
        }
        known.put(body, results);
        return results;
    }

    private List<BitSet> oneStep(LoopBody body) {
        List<Variable> parameters = body.step().parameters();
        var through = new IdentityHashMap<Variable, BitSet>();
        for (int i = 0; i < parameters.size(); i++) {
            var own = new BitSet();
            if (parameters.get(i).dtype().isFloat()) own.set(i);
            through.put(parameters.get(i), own);
        }
        for (Variable v : Graph.order(body.step().results())) {
            if (through.containsKey(v)) continue;
            var all = new BitSet();
            for (Variable x : into(v)) all.or(through.get(x));
            through.put(v, all);
        }
        return body.step().results().stream().map(r -> (BitSet) through.get(r).clone()).toList();
    }
}
