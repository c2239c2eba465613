package damo.lower;

import damo.graph.Graph;
import damo.graph.LoopBody;
import damo.graph.Op;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A loop whose body mentions what is outside directly, in variables of its own: no other loop has them.
///
/// @param loop result 0 of the loop
/// @param body what a step computes, operands before users
/// @param results the next states, the emissions, and the condition to end if there is one
/// @param members the variables of the program that are its results
record OpenLoop(Op.Loop loop, Variable index, List<Variable> elements, List<Variable> carried, List<Variable> body, List<Variable> results,
        List<Variable> members) {
    /// All loops of a program, those within others too, by their result 0.
    static Map<Op, OpenLoop> of(List<Variable> results) {
        var loops = new HashMap<Op, OpenLoop>();
        Set<Variable> known = Collections.newSetFromMap(new IdentityHashMap<>());
        collect(Graph.order(results), known, loops);
        return loops;
    }

    private static void collect(List<Variable> order, Set<Variable> known, Map<Op, OpenLoop> into) {
        known.addAll(order);
        for (Variable v : order) {
            if (!(v.op() instanceof Op.Loop loop)) continue;
            OpenLoop open = into.get(loop.group());
            if (open == null) {
                into.put(loop.group(), open = opened(loop.result(0), known));
                collect(open.body, known, into);
            }
            open.members.add(v);
        }
    }

    private static OpenLoop opened(Op.Loop loop, Set<Variable> outside) {
        LoopBody body = loop.body();
        var image = new IdentityHashMap<Variable, Variable>();
        for (Variable p : body.step().parameters())
            image.put(p, new Variable(new Op.Input(new Op.Input.Identity(), p.type()), p.name(), p.source()));
        for (int i = 0; i < body.captured().size(); i++) image.put(body.captured().get(i), loop.captured().get(i));
        var inside = new ArrayList<Variable>();
        for (Variable v : Graph.order(body.step().results())) {
            if (image.containsKey(v)) continue;
            image.put(v, new Variable(v.op().with(v.op().operands().stream().map(image::get).toList()), v.name(), v.source()));
            inside.add(image.get(v));
        }
        return new OpenLoop(loop, image.get(body.index()), images(body.elements(), image), images(body.carried(), image), inside,
                images(body.step().results(), image), new ArrayList<>());
    }

    private static List<Variable> images(List<Variable> of, Map<Variable, Variable> image) {
        return of.stream().map(image::get).toList();
    }

    /// What each state becomes.
    List<Variable> next() {
        return results.subList(0, carried.size());
    }

    /// Whether `member` is what a state is in the end.
    boolean isState(Variable member) {
        return number(member) < carried.size();
    }

    /// Whether `member` is the number of steps.
    boolean isCount(Variable member) {
        return loop.body().until() && number(member) == results.size() - 1;
    }

    /// Which result `member` is.
    static int number(Variable member) {
        return ((Op.Loop) member.op()).result();
    }
}
