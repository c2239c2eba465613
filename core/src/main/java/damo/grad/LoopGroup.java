package damo.grad;

import damo.graph.Lambda;
import damo.graph.LoopBody;
import damo.graph.Op;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// One loop and the variables of a graph that are its results. Loops that differ in what they emit only are one: that which emits all of it.
///
/// @param members in the order of the graph
/// @param numbers for each member, which result of `loop` it is
record LoopGroup(Op.Loop loop, List<Variable> members, List<Integer> numbers) {
    private record Key(List<Variable> operands, List<Variable> parameters, List<Variable> next, List<Variable> until) {
        static Key of(Op.Loop loop) {
            LoopBody body = loop.body();
            List<Variable> until = body.step().results().subList(body.states() + body.emissions(), body.step().results().size());
            return new Key(loop.operands(), body.step().parameters(), body.next(), until);
        }
    }

    /// The group of each result of a loop in `order`.
    static Map<Variable, LoopGroup> in(List<Variable> order) {
        var all = new LinkedHashMap<Key, List<Variable>>();
        for (Variable v : order) if (v.op() instanceof Op.Loop loop) all.computeIfAbsent(Key.of(loop), _ -> new ArrayList<>()).add(v);
        var groups = new IdentityHashMap<Variable, LoopGroup>();
        for (List<Variable> members : all.values()) {
            LoopGroup group = of(members);
            for (Variable v : members) groups.put(v, group);
        }
        return groups;
    }

    private static LoopGroup of(List<Variable> members) {
        Op.Loop first = (Op.Loop) members.getFirst().op();
        Set<Variable> emitted = new LinkedHashSet<>();
        for (Variable v : members) emitted.addAll(((Op.Loop) v.op()).body().emitted());
        Op.Loop loop = first.body().until() ? first.result(0) : emitting(first, List.copyOf(emitted));
        var numbers = new ArrayList<Integer>();
        for (Variable v : members) {
            Op.Loop own = (Op.Loop) v.op();
            boolean state = own.result() < own.body().states() || own.body().until();
            numbers.add(state ? own.result() : loop.body().states() + loop.body().emitted().indexOf(own.body().step().results().get(own.result())));
        }
        return new LoopGroup(loop, members, List.copyOf(numbers));
    }

    /// `loop`, which nothing ends early, emitting these values of its body instead.
    static Op.Loop emitting(Op.Loop loop, List<Variable> emitted) {
        LoopBody body = loop.body();
        var results = new ArrayList<>(body.next());
        results.addAll(emitted);
        return new Op.Loop(new LoopBody(body.step().withResults(results), body.sequences(), body.states(), false), loop.operands(), 0);
    }

    /// The loop with its number of steps known beforehand: that which it counted, if its body ended it.
    Op.Loop counted() {
        LoopBody body = loop.body();
        if (!body.until()) return loop;
        var operands = new ArrayList<>(loop.operands());
        operands.set(0, new Variable(loop.result(body.states())));
        Lambda step = body.step().withResults(body.next());
        return new Op.Loop(new LoopBody(step, body.sequences(), body.states(), false), operands, 0);
    }
}
