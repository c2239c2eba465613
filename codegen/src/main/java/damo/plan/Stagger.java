package damo.plan;

import damo.kernel.Buffer;
import damo.kernel.Value;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// How the positions of a loop may overlap, as in a row of softmax, which begins with a maximum and ends with quotients by a sum: what comes `last`
/// at one position is done after what comes `first` at the next one. So the processor reduces a row while it waits for what another was reduced to.
///
/// @param first ends with the first reduction, and stores nothing
/// @param then the rest up to the last reduction
/// @param last the loops after that
/// @param carried what `last` reads of what the others compute
public record Stagger(List<Stmt> first, List<Stmt> then, List<Stmt> last, List<Value> carried) {
    /// How to stagger `loop`; empty if it has no such parts, or if one position loads what another stores.
    public static Optional<Stagger> of(Stmt.Loop loop) {
        List<Stmt> body = loop.body();
        int first = 0, last = body.size();
        while (first < last && body.get(first) instanceof Stmt.Let) first++;
        while (last > first && (body.get(last - 1) instanceof Stmt.Loop || body.get(last - 1) instanceof Stmt.Let)) last--;
        if (first == last || !isReduction(body.get(first))) return Optional.empty();
        List<Stmt> begin = body.subList(0, first + 1), end = body.subList(last, body.size());
        Set<Buffer> stored = new HashSet<>();
        if (end.stream().noneMatch(Stmt.Loop.class::isInstance) || !body.stream().allMatch(s -> stores(s, stored))) return Optional.empty();
        if (Roots.of(begin).buffers.stream().anyMatch(stored::contains)) return Optional.empty();
        List<Stmt> then = body.subList(first + 1, last);
        Set<Value> read = Roots.of(end).all();
        List<Value> carried = Stream.of(begin, then).flatMap(Collection::stream).flatMap(Stagger::computed).filter(read::contains).toList();
        return Optional.of(new Stagger(begin, then, end, carried));
    }

    private static boolean isReduction(Stmt stmt) {
        return switch (stmt) {
            case Stmt.Fold fold -> fold.run() != null && fold.run().body().isEmpty();
            case Stmt.Together(var folds) -> folds.stream().allMatch(Stagger::isReduction);
            case Stmt.Let _, Stmt.Loop _, Stmt.Several _, Stmt.Guard _, Stmt.Run _, Stmt.Repeat _, Stmt.Multiply _, Stmt.Put _, Stmt.Clear _ -> false;
        };
    }

    /// Adds what a statement stores to; `false` if it is of a kind that no row has.
    private static boolean stores(Stmt stmt, Set<Buffer> stored) {
        return switch (stmt) {
            case Stmt.Let _ -> true;
            case Stmt.Loop(_, _, _, var body) -> body.stream().allMatch(s -> stores(s, stored));
            case Stmt.Fold(_, var body) -> body.stream().allMatch(s -> stores(s, stored));
            case Stmt.Together(var folds) -> folds.stream().allMatch(s -> stores(s, stored));
            case Stmt.Run run -> run.body().stream().allMatch(s -> stores(s, stored));
            case Stmt.Put put -> stored.add(put.to()) || true;
            case Stmt.Several _, Stmt.Guard _, Stmt.Repeat _, Stmt.Multiply _, Stmt.Clear _ -> false;
        };
    }

    private static Stream<Value> computed(Stmt stmt) {
        return switch (stmt) {
            case Stmt.Let(var value) -> Stream.of(value);
            case Stmt.Fold(var fold, _) -> Stream.of(fold);
            case Stmt.Together(var folds) -> folds.stream().map(Stmt.Fold::fold);
            case Stmt.Loop _, Stmt.Several _, Stmt.Guard _, Stmt.Run _, Stmt.Repeat _, Stmt.Multiply _, Stmt.Put _, Stmt.Clear _ -> Stream.empty();
        };
    }
}
