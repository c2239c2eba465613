package damo.rewrite;

import damo.DamoException;
import damo.graph.Lambda;
import damo.text.Near;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The rewriting of a graph before it meets shapes: phases of named rules, and of named passes over loops.
public final class Phases {
    /// Rules, or passes over loops, with a name by which all of them can be switched off.
    public record Phase(String name, List<Rule> rules, List<LoopPass> passes) {}

    private static final int ROUNDS = 4;                // of the passes over loops: what one moves, another may find

    /// One way to say each thing; constants computed; movement that moves nothing removed. Its rules run in every phase, on what that builds.
    public static final Phase CANONICALIZE = new Phase("canonicalize",
            Stream.of(Choices.RULES, Arithmetic.RULES, Movements.RULES, Contractions.RULES).flatMap(List::stream).toList(), List.of());
    /// Loops: less work in each step, fewer loops. Before what hides equal computations from each other.
    public static final Phase LOOPS = new Phase("loops", List.of(), LoopPasses.ALL);
    /// What overflows or cancels, said otherwise. After the canonical form, so that each pattern is written once.
    public static final Phase STABILIZE = new Phase("stabilize", Stabilize.RULES, List.of());
    /// What is cheaper, said otherwise. Last, because it hides the patterns that the others look for.
    public static final Phase SPECIALIZE = new Phase("specialize",
            Stream.of(Specialize.RULES, Chains.RULES).flatMap(List::stream).toList(), List.of());

    /// The phases, in order.
    public static final List<Phase> ALL = List.of(CANONICALIZE, LOOPS, STABILIZE, SPECIALIZE);

    private Phases() {}

    /// `f` after all phases, but without the rules, passes and phases of these names.
    ///
    /// @throws DamoException if there is no rule or phase of such a name
    public static Lambda rewrite(Lambda f, Set<String> disabled) {
        Lambda result = f;
        for (Phase phase : ALL) result = rewrite(result, phase, disabled);
        return result;
    }

    /// `f` after one phase, but without the rules and passes of these names.
    public static Lambda rewrite(Lambda f, Phase phase, Set<String> disabled) {
        check(disabled);
        if (disabled.contains(phase.name())) return f;
        var rules = new ArrayList<>(phase.rules());
        if (phase != CANONICALIZE && !disabled.contains(CANONICALIZE.name())) rules.addAll(CANONICALIZE.rules());
        rules.removeIf(r -> disabled.contains(r.name()));
        if (phase == LOOPS) return loops(f, rules, disabled);
        Lambda result = Rewriter.rewrite(phase.name(), rules, f);
        if (disabled.contains(LOOPS.name()) || disabled.contains(LoopPasses.INVARIANT.name()) || !LoopPass.concerns(result)) return result;
        Lambda moved = LoopPasses.INVARIANT.rewrite(result);
        return moved == result ? result : Rewriter.rewrite(phase.name(), rules, moved);
    }

    private static Lambda loops(Lambda f, List<Rule> rules, Set<String> disabled) {
        Lambda result = f;
        for (int round = 0; round < ROUNDS && LoopPass.concerns(result); round++) {
            Lambda before = result;
            for (LoopPass pass : LOOPS.passes()) if (!disabled.contains(pass.name())) result = pass.rewrite(result);
            if (result == before) break;
            result = Rewriter.rewrite(LOOPS.name(), rules, result);
        }
        return result;
    }

    /// The names of all rules, passes and phases.
    public static TreeSet<String> names() {
        var names = new TreeSet<String>();
        for (Phase phase : ALL) {
            names.add(phase.name());
            phase.rules().forEach(r -> names.add(r.name()));
            phase.passes().forEach(p -> names.add(p.name()));
        }
        return names;
    }

    private static void check(Set<String> disabled) {
        for (String name : disabled)
            if (!names().contains(name))
                throw new DamoException("disable: no rule or phase is named '%s'%s".formatted(name, Near.hint(name, names())));
    }
}
