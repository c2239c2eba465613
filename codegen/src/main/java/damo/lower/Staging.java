package damo.lower;

import damo.graph.Graph;
import damo.graph.Lambda;
import damo.graph.LoopBody;
import damo.graph.Op;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// A program in two: extents that only a computation tells (how often a loop ran, how many elements pass a test) are the results of the
/// first, which is compiled as any other, and parameters of the second, which then knows all its extents before it runs.
///
/// @param first from the parameters to those extents
/// @param second from the parameters and those extents to the results
public record Staging(Lambda first, Lambda second) {
    /// The two stages of `f`, if it needs two.
    public static Optional<Staging> of(Lambda f) {
        List<Variable> computed = computed(f.results());
        if (computed.isEmpty()) return Optional.empty();
        Map<Variable, Variable> known = new IdentityHashMap<>();
        for (Variable v : computed) known.put(v, new Variable(new Op.Input(new Op.Input.Identity(), v.type()), v.name(), v.source()));
        List<Variable> parameters = Stream.concat(f.parameters().stream(), computed.stream().map(known::get)).toList();
        return Optional.of(new Staging(new Lambda(f.name() + "_extents", f.parameters(), computed),
                new Lambda(f.name(), parameters, Graph.substitute(f.results(), known))));
    }

    /// The int64 scalars that extents are computed from, but that are no parameters and no matter of shapes, in order.
    private static List<Variable> computed(List<Variable> results) {
        Set<Variable> wanted = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Variable> order = Graph.order(results);
        for (Variable v : order) {
            wanted.addAll(extents(v.op()));
            if (v.op() instanceof Op.Loop loop) wanted.addAll(captured(loop));
        }
        var computed = new ArrayList<Variable>();
        for (Variable v : order.reversed()) {
            if (!wanted.contains(v)) continue;
            if (!ExtentProgram.isLeaf(v)) wanted.addAll(v.op().operands());
            else if (!(v.op() instanceof Op.Input || v.op() instanceof Op.Constant || v.op() instanceof Op.Extent)) computed.add(v);
        }
        return computed.reversed();
    }

    /// The operands that say extents.
    private static List<Variable> extents(Op op) {
        if (op instanceof Op.Loop loop) return List.of(loop.steps());
        List<Variable> needed = Region.needed(op);
        return op instanceof Op.Extent ? List.of() : op.operands().stream().filter(o -> needed.stream().noneMatch(n -> n == o)).toList();
    }

    /// What a loop captures for the sake of extents within.
    private static List<Variable> captured(Op.Loop loop) {
        LoopBody body = loop.body();
        Set<Variable> wanted = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Variable> order = Graph.order(body.step().results());
        for (Variable v : order) {
            wanted.addAll(extents(v.op()));
            if (v.op() instanceof Op.Loop inner) wanted.addAll(captured(inner));
        }
        for (Variable v : order.reversed()) if (wanted.contains(v) && !ExtentProgram.isLeaf(v)) wanted.addAll(v.op().operands());
        var outside = new ArrayList<Variable>();
        for (int i = 0; i < body.captured().size(); i++) if (wanted.contains(body.captured().get(i))) outside.add(loop.captured().get(i));
        return outside;
    }
}
