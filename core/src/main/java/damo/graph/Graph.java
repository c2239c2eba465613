package damo.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// The arena in which equal ops are one variable. Operands exist before their users, so creation order is topological order;
/// nothing here or above recurses over the depth of a graph.
public final class Graph {
    private final Map<Op, Variable> interned = new HashMap<>();
    private final List<Variable> variables = new ArrayList<>();

    /// The variable of this arena that computes what `v` computes, whose operands are already of this arena. Of variables with
    /// equal ops the first one stays, with its name and source.
    public Variable intern(Variable v) {
        Variable known = interned.putIfAbsent(v.op(), v);
        if (known != null) return known;
        variables.add(v);
        return v;
    }

    /// All variables, operands before users.
    public List<Variable> variables() {
        return Collections.unmodifiableList(variables);
    }

    /// Copies what `roots` depend on into this arena; the images of the roots, in order.
    public List<Variable> add(List<Variable> roots) {
        var image = new IdentityHashMap<Variable, Variable>();
        for (Variable v : order(roots)) image.put(v, intern(v.rebuilt(image)));
        return roots.stream().map(image::get).toList();
    }

    /// Everything that `roots` depend on and the roots themselves, operands before users.
    public static List<Variable> order(List<? extends Variable> roots) {
        return order(roots, v -> false);
    }

    /// As [#order(List)], without looking at the operands of what `isLeaf` accepts.
    public static List<Variable> order(List<? extends Variable> roots, Predicate<Variable> isLeaf) {
        Set<Variable> done = Collections.newSetFromMap(new IdentityHashMap<>());
        var order = new ArrayList<Variable>();
        var pending = new ArrayDeque<Variable>();
        for (Variable root : roots) {
            pending.push(root);
            while (!pending.isEmpty()) {
                Variable v = pending.peek();
                if (done.contains(v)) {
                    pending.pop();
                    continue;
                }
                boolean ready = true;
                List<Variable> operands = isLeaf.test(v) ? List.of() : v.op().operands();
                for (int i = operands.size() - 1; i >= 0; i--) {        // so that operands are visited from left to right
                    if (done.contains(operands.get(i))) continue;
                    pending.push(operands.get(i));
                    ready = false;
                }
                if (!ready) continue;
                pending.pop();
                done.add(v);
                order.add(v);
            }
        }
        return order;
    }

    /// `roots` with every key of `images` replaced by its value, all at once; what does not depend on a key stays itself.
    public static List<Variable> substitute(List<? extends Variable> roots, Map<? extends Variable, ? extends Variable> images) {
        var image = new IdentityHashMap<Variable, Variable>(images);
        for (Variable v : order(roots, images::containsKey)) if (!image.containsKey(v)) image.put(v, v.rebuilt(image));
        return roots.stream().<Variable>map(image::get).toList();
    }
}
