package damo.kernel;

import damo.graph.ScalarOp;
import damo.type.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Prints one kernel, or one value. Linear in the DAG: a value is written once for each scope that needs it.
final class KernelPrinter {
    /// A kernel's body or a fold's: the axes that are known in it, the names given in it, and what it says, each on a line of its own.
    private record Scope(Scope outer, Set<Axis> axes, Map<Value, String> names, List<Located> lines, int indent) {
        Scope(Scope outer, Set<Axis> axes, int indent) {
            this(outer, axes, new IdentityHashMap<>(), new ArrayList<>(), indent);
        }
    }

    private record Text(String text, int level) {
        String atLeast(int needed) {
            return level < needed ? "(" + text + ")" : text;
        }
    }

    private static final int DEEPEST = 16;

    private final FreeAxes free = new FreeAxes();
    private final Map<Value, Integer> uses = new IdentityHashMap<>();
    private final Set<Value> deep = Collections.newSetFromMap(new IdentityHashMap<>());
    private int names;

    String value(Value v) {
        count(List.of(v));
        Scope scope = new Scope(null, free.of(v), 0);
        scope.lines.add(side(v, scope));
        return scope.lines.stream().map(Located::text).collect(Collectors.joining("\n"));
    }

    Located kernel(String word, Kernel kernel, int indent) {
        count(kernel.stores().stream().flatMap(s -> Stream.concat(s.at().stream(), Stream.of(s.value()))).toList());
        boolean loops = !kernel.axes().isEmpty();
        Scope scope = new Scope(null, new HashSet<>(kernel.axes()), indent + (loops ? 2 : 1));
        for (Store store : kernel.stores()) {
            store.at().forEach(v -> name(v, scope));
            String at = texts(store.at(), scope);
            Located value = side(store.value(), scope);
            scope.lines.add(value.within("%s[%s] %s ".formatted(Words.name(store.to().name()), at, store.adds() ? "+=" : "="), "").at(store.to(), 0));
        }
        String pad = pad(indent);
        Located body = Located.lines(scope.lines, pad(scope.indent));
        if (loops) {
            body = body.within("%s  for %s {\n".formatted(pad, axes(kernel.axes())), "%s  }\n".formatted(pad));
            for (Axis axis : kernel.axes()) body.at(axis, 0);
        }
        return body.within("%s%s %s {\n".formatted(pad, word, Words.name(kernel.name())), pad + "}");
    }

    /// The text of an extent, which mentions no axes.
    static String extent(Value v) {
        return extentText(v).text;
    }

    // By a printer of its own: a name for a part of it would be given inside the loop.
    private static Text extentText(Value v) {
        return new KernelPrinter().expression(v, new Scope(null, Set.of(), 0));
    }

    static String pad(int indent) {
        return "  ".repeat(indent);
    }

    /// Counts what uses each value, and finds where a line would nest too deep.
    private void count(List<Value> roots) {
        Map<Value, Integer> depths = new IdentityHashMap<>();
        for (Value root : roots) {
            for (Value v : Order.of(root, depths::containsKey)) {
                int depth = 0;
                for (Value operand : v.op().operands()) {
                    uses.merge(operand, 1, Integer::sum);
                    depth = Math.max(depth, depths.get(operand) + 1);
                }
                if (depth == DEEPEST) deep.add(v);
                depths.put(v, depth == DEEPEST ? 0 : depth);
            }
            uses.merge(root, 1, Integer::sum);
        }
    }

    /// A whole right side or body: a fold need not be named here.
    private Located side(Value v, Scope scope) {
        name(v, scope);
        return isNamed(v) || !(v.op() instanceof Scalar.Fold fold) ? Located.of(text(v, scope).text) : fold(fold, scope);
    }

    /// Names what has a name in `root`, outside of its folds, operands first.
    private void name(Value root, Scope scope) {
        for (Value v : Order.of(root, v -> nameOf(v, scope) != null, v -> v.op() instanceof Scalar.Fold ? List.of() : v.op().operands()))
            if (isNamed(v) || v != root && v.op() instanceof Scalar.Fold) text(v, scope);
    }

    private static String nameOf(Value v, Scope scope) {
        for (Scope s = scope; s != null; s = s.outer) if (s.names.containsKey(v)) return s.names.get(v);
        return null;
    }

    private boolean isNamed(Value v) {
        return switch (v.op()) {
            case Scalar.Real _, Scalar.Whole _, Scalar.Symbol _, Scalar.Index _ -> false;
            case Scalar.Load _, Scalar.Flat _, Scalar.Apply _, Scalar.Convert _, Scalar.Bits _, Scalar.Choose _, Scalar.Fold _ ->
                    uses.getOrDefault(v, 0) > 1 || deep.contains(v);
        };
    }

    private Text text(Value v, Scope scope) {
        if (!isNamed(v) && !(v.op() instanceof Scalar.Fold)) return expression(v, scope);
        String known = nameOf(v, scope);
        if (known != null) return new Text(known, Words.ATOM);
        Scope home = scope;
        for (Scope s = scope; s != null; s = s.outer) if (s.axes.containsAll(free.of(v))) home = s;
        Located right = v.op() instanceof Scalar.Fold fold ? fold(fold, home) : Located.of(expression(v, home).text);
        String name = "%" + ++names;
        home.names.put(v, name);
        home.lines.add(right.within(name + " = ", ""));
        return new Text(name, Words.ATOM);
    }

    private Text expression(Value v, Scope scope) {
        return switch (v.op()) {
            case Scalar.Real(var x) -> new Text(number(x, v.dtype()), Words.ATOM);
            case Scalar.Whole(var x) -> new Text(number(x, v.dtype()), Words.ATOM);
            case Scalar.Symbol(var name) -> new Text(Words.name(name), Words.ATOM);
            case Scalar.Index(var axis) -> new Text(Words.name(axis.name()), Words.ATOM);
            case Scalar.Load(var from, var at) -> new Text(Words.name(from.name()) + "[" + texts(at, scope) + "]", Words.ATOM);
            case Scalar.Flat(var from, var offset) ->
                    new Text(Words.name(from.name()) + ".flat[" + text(offset, scope).text + "]", Words.ATOM);
            case Scalar.Apply(var f, var args) -> apply(f, args, scope);
            case Scalar.Convert(var x) -> new Text("%s(%s)".formatted(v.dtype(),
                    isNumber(x) ? "(" + text(x, scope).text + ")" : text(x, scope).text), Words.ATOM);
            case Scalar.Bits(var x) -> new Text(Words.BITS + "(" + text(x, scope).text + ")", Words.ATOM);
            case Scalar.Choose(var condition, var then, var otherwise) -> {
                String c = text(condition, scope).atLeast(Words.CHOOSE + 1);
                String t = text(then, scope).atLeast(Words.CHOOSE + 1);
                yield new Text("%s ? %s : %s".formatted(c, t, text(otherwise, scope).text), Words.CHOOSE);
            }
            case Scalar.Fold fold -> new Text(fold(fold, scope).text(), Words.ATOM);
        };
    }

    private Text apply(ScalarOp f, List<Value> args, Scope scope) {
        int level = Words.level(f);
        if (level == Words.ATOM) return new Text(f.symbol() + "(" + texts(args, scope) + ")", level);
        Text first = text(args.getFirst(), scope);
        // -3 is a number, -(3) its negation
        if (args.size() == 1) return new Text(f.symbol() + (isNumber(args.getFirst()) ? "(" + first.text + ")"
                : first.atLeast(Words.SIGN + 1)), level);
        return new Text("%s %s %s".formatted(first.atLeast(level), f.symbol(), text(args.get(1), scope).atLeast(level + 1)), level);
    }

    private Located fold(Scalar.Fold fold, Scope scope) {
        Set<Axis> known = new HashSet<>(scope.axes);
        known.addAll(fold.axes());
        Scope inner = new Scope(scope, known, scope.indent + 1);
        Located body = side(fold.body(), inner);
        String head = fold.f() + " " + axes(fold.axes()) + " {";
        if (inner.lines.isEmpty()) body = body.within(head + " ", " }");
        else {
            inner.lines.add(body);
            body = Located.lines(inner.lines, pad(inner.indent)).within(head + "\n", pad(scope.indent) + "}");
        }
        for (Axis axis : fold.axes()) body.at(axis, 0);
        return body;
    }

    private static String axes(List<Axis> axes) {
        return axes.stream().map(a -> Words.name(a.name()) + " < " + extentText(a.extent()).atLeast(Words.SUM))
                .collect(Collectors.joining(", "));
    }

    private String texts(List<Value> values, Scope scope) {
        return values.stream().map(v -> text(v, scope).text).collect(Collectors.joining(", "));
    }

    private static boolean isNumber(Value v) {
        return v.op() instanceof Scalar.Real || v.op() instanceof Scalar.Whole;
    }

    static String number(double x, DType dtype) {
        String text = Double.isNaN(x) ? "nan" : Double.isInfinite(x) ? x > 0 ? "inf" : "-inf" : Double.toString(x);
        if (dtype == DType.FLOAT64) return text;
        if (dtype == DType.FLOAT32 && Double.isFinite(x) && (float) x == x) return Float.toString((float) x) + "f";
        return dtype + "(" + text + ")";
    }

    static String number(long x, DType dtype) {
        if (dtype == DType.INT32 && (int) x == x) return Long.toString(x);
        if (dtype == DType.INT64) return x + "L";
        if (dtype == DType.BOOL && (x == 0 || x == 1)) return x == 1 ? "true" : "false";
        return dtype + "(" + x + ")";
    }
}
