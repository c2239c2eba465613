package damo.kernel;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/// The order in which values are computed. Nothing that uses it recurses over the depth of a value.
public final class Order {
    private record Visit(Value value, Iterator<Value> operands) {}

    private Order() {}

    /// What `root` is computed from and `root`, operands first, each once; without those that are `known` and what only they need.
    public static List<Value> of(Value root, Predicate<Value> known) {
        return of(root, known, v -> v.op().operands());
    }

    /// As [#of(Value, Predicate)], going from a value to its `operands`.
    public static List<Value> of(Value root, Predicate<Value> known, Function<Value, List<Value>> operands) {
        if (known.test(root)) return List.of();
        List<Value> order = new ArrayList<>();
        Set<Value> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Visit> path = new ArrayDeque<>();
        path.push(new Visit(root, operands.apply(root).iterator()));
        while (!path.isEmpty()) {
            Visit visit = path.peek();
            if (!visit.operands.hasNext()) order.add(path.pop().value);
            else {
                Value next = visit.operands.next();
                if (!known.test(next) && seen.add(next)) path.push(new Visit(next, operands.apply(next).iterator()));
            }
        }
        return order;
    }
}
