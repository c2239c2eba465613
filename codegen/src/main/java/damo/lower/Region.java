package damo.lower;

import damo.graph.Graph;
import damo.graph.Op;
import damo.graph.Variable;
import damo.kernel.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Where a value is computed: in the program itself, in one branch of a conditional, or in each step of a loop. A value that only one
/// branch needs is computed only there, so that the other branch costs and throws nothing.
final class Region {
    private final Region parent;
    private final int depth;
    private final Map<Choice, Region[]> branches = new HashMap<>();
    private final Map<Op, Region> loops = new HashMap<>();
    /// What is done here, in order.
    final List<Step> steps = new ArrayList<>();
    /// Conditionals of this region that are not among its steps yet.
    final Map<Choice, List<Variable>> pending = new LinkedHashMap<>();

    /// Conditionals that become one step: those on `condition` of which none needs another one's result. Those of another `turn` are
    /// another step, so what both need is computed before either.
    record Choice(Variable condition, int turn) {}

    private Region(Region parent) {
        this.parent = parent;
        this.depth = parent == null ? 0 : parent.depth + 1;
    }

    /// A region for the program itself.
    static Region program() {
        return new Region(null);
    }

    /// The region of one branch of the conditionals of `choice` here.
    Region branch(Choice choice, boolean taken) {
        return branches.computeIfAbsent(choice, _ -> new Region[] {new Region(this), new Region(this)})[taken ? 0 : 1];
    }

    private Region common(Region other) {
        Region a = this;
        Region b = other;
        while (a.depth > b.depth) a = a.parent;
        while (b.depth > a.depth) b = b.parent;
        while (a != b) {
            a = a.parent;
            b = b.parent;
        }
        return a;
    }

    /// The region of what a loop does in each step.
    Region loop(OpenLoop loop) {
        return loops.computeIfAbsent(loop.loop(), _ -> new Region(this));
    }

    /// The innermost region that serves all uses of each variable that `results` need; a variable needed for its shape only has none.
    static Map<Variable, Region> of(Region program, List<Variable> results, Map<Variable, Choice> choices, Map<Op, OpenLoop> loops) {
        var regions = new IdentityHashMap<Variable, Region>();
        for (Variable result : results) regions.put(result, program);
        place(Graph.order(results), regions, choices, loops);
        // Results of one computation are computed in one place; their operands, which are the same, serve it already.
        Map<Op, Region> together = new HashMap<>();
        regions.forEach((v, region) -> {
            if (v.op() instanceof Op.Draw) together.merge(v.op().group(), region, Region::common);
        });
        if (!together.isEmpty()) regions.replaceAll((v, region) -> together.getOrDefault(v.op().group(), region));
        return regions;
    }

    private static void place(List<Variable> order, Map<Variable, Region> regions, Map<Variable, Choice> choices, Map<Op, OpenLoop> loops) {
        for (Variable v : order.reversed()) {
            Region here = regions.get(v);
            if (here == null && !(v.op() instanceof Op.Loop)) continue;
            if (v.op() instanceof Op.If(var condition, var then, var otherwise)) {
                use(regions, condition, here);
                use(regions, then, here.branch(choices.get(v), true));
                use(regions, otherwise, here.branch(choices.get(v), false));
            } else if (v.op() instanceof Op.Loop) {
                OpenLoop loop = loops.get(v.op().group());
                if (v == loop.members().getFirst()) place(loop, regions, choices, loops);   // the other members were seen: they come later
            } else {
                for (Variable operand : needed(v.op())) use(regions, operand, here);
            }
        }
    }

    private static void place(OpenLoop loop, Map<Variable, Region> regions, Map<Variable, Choice> choices, Map<Op, OpenLoop> loops) {
        Region here = loop.members().stream().map(regions::get).filter(Objects::nonNull).reduce(Region::common).orElse(null);
        if (here == null) return;
        loop.members().forEach(m -> regions.put(m, here));
        loop.loop().operands().forEach(o -> use(regions, o, here));
        Region inside = here.loop(loop);
        loop.results().forEach(r -> use(regions, r, inside));
        place(loop.body(), regions, choices, loops);
    }

    /// The step to which each conditional that `results` need belongs: in the order in which things are computed, one on the same condition
    /// joins until something needs the result of one of them.
    static Map<Variable, Choice> choices(List<Variable> results, Map<Op, OpenLoop> loops) {
        var choices = new IdentityHashMap<Variable, Choice>();
        choose(Graph.order(results), choices, new IdentityHashMap<>(), loops);
        return choices;
    }

    private static void choose(List<Variable> order, Map<Variable, Choice> choices, Map<Variable, Integer> turns, Map<Op, OpenLoop> loops) {
        for (Variable v : order) {
            for (Variable operand : needed(v.op())) {
                Choice choice = choices.get(operand);
                if (choice != null && turns.get(choice.condition) == choice.turn) turns.merge(choice.condition, 1, Integer::sum);
            }
            if (v.op() instanceof Op.If(var condition, _, _)) choices.put(v,
                    new Choice(condition, turns.computeIfAbsent(condition, _ -> 0)));
            if (v.op() instanceof Op.Loop && loops.get(v.op().group()).members().getFirst() == v)
                choose(loops.get(v.op().group()).body(), choices, turns, loops);
        }
    }

    private static void use(Map<Variable, Region> regions, Variable v, Region region) {
        regions.merge(v, region, Region::common);
    }

    /// The operands whose elements `op` reads: not those that only give an extent.
    static List<Variable> needed(Op op) {
        return switch (op) {
            case Op.Reshape(var x, _) -> List.of(x);
            case Op.Broadcast(var x, _) -> List.of(x);
            case Op.SumTo(var x, _) -> List.of(x);
            case Op.Slice(var x, _, var start, _, _) -> List.of(x, start);
            case Op.Unslice(var x, _, var start, _, _) -> List.of(x, start);
            case Op.Scatter(var x, var indices, _, _) -> List.of(x, indices);
            case Op.Iota _, Op.Extent _ -> List.of();
            case Op.Input _, Op.Constant _, Op.Elementwise _, Op.Cast _, Op.Reduce _, Op.Dimshuffle _, Op.Join _, Op.Gather _,
                 Op.Dot _, Op.If _, Op.Assert _, Op.StopGradient _, Op.Loop _, Op.Draw _ -> op.operands();
        };
    }
}
