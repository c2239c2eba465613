package damo.rewrite;

import damo.graph.Graph;
import damo.graph.Lambda;
import damo.graph.Op;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// Loops that do the same in every step, with other parameters, are one; also those that end by themselves, and those in branches.
final class Twins {
    private final Map<List<Object>, List<Op.Loop>> seen = new HashMap<>();

    private Twins() {}

    static Lambda unite(Lambda f) {
        return LoopPass.everywhere(f, new Twins()::united);
    }

    private List<Variable> united(Op.Loop loop, TreeSet<Integer> used, Extents extents) {
        List<Object> key = List.of(loop.steps(), loop.sequences(), loop.initial(), loop.body().until(), loop.body().results());
        List<Op.Loop> alike = seen.computeIfAbsent(key, _ -> new ArrayList<>());
        for (Op.Loop other : alike) if (same(loop, other)) return LoopPass.results(other, used);
        alike.add(loop);
        return null;
    }

    private static boolean same(Op.Loop a, Op.Loop b) {
        List<Variable> from = a.body().step().parameters();
        List<Variable> to = b.body().step().parameters();
        int own = a.operands().size() - a.captured().size();
        Map<Variable, Variable> images = new IdentityHashMap<>();
        for (int i = 0; i < from.size(); i++) {
            int at = i < own ? i : own + b.captured().indexOf(a.operands().get(i));
            if (at < own && i >= own || !from.get(i).type().equals(to.get(at).type())) return false;
            images.put(from.get(i), to.get(at));
        }
        var graph = new Graph();
        to.forEach(graph::intern);
        return graph.add(b.body().step().results()).equals(graph.add(Graph.substitute(a.body().step().results(), images)));
    }
}
