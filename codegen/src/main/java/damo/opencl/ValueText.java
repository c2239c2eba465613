package damo.opencl;

import damo.CompilerBug;
import damo.graph.ScalarOp;
import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.plan.Needs;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Values as C expressions, and the variables that hold those which are used more than once. As in [damo.jvm], such a value is known to
/// what comes after it in its list of statements and in the lists within, and what only one side of a branch needs is computed there.
final class ValueText {
    private static final int LONG = 100;                               // characters of an expression, above which it gets a variable

    private final Code code;
    private final Operations operations;
    private final Names names;
    private final Map<Value, Integer> uses = new IdentityHashMap<>();
    private final Needs needs = new Needs();
    private Scope scope = new Scope(null, Set.of(), new IdentityHashMap<>());
    private boolean isOffset;

    ValueText(Code code, Operations operations, Names names) {
        this.code = code;
        this.operations = operations;
        this.names = names;
    }

    /// Where values are known. `needed` is computed in it whatever branches are taken.
    private record Scope(Scope outer, Set<Value> needed, Map<Value, String> variables) {
        String find(Value v) {
            for (Scope s = this; s != null; s = s.outer) {
                String name = s.variables.get(v);
                if (name != null) return name;
            }
            return null;
        }
    }

    String name(Buffer buffer) {
        return names.of(buffer, buffer.name());
    }

    String name(Axis axis) {
        return names.of(axis, axis.name());
    }

    String symbol(String name) {
        return names.of(name, name);
    }

    String variable() {
        return names.variable();
    }

    /// Statements that mention these values begin.
    void begin(List<Value> roots) {
        roots.forEach(this::use);
    }

    private void use(Value v) {
        if (uses.merge(v, 1, Integer::sum) == 1) v.op().operands().forEach(this::use);
    }

    /// How many positions there are along `axes`.
    String count(List<Axis> axes) {
        String count = axes.stream().filter(a -> !Values.isWhole(a.extent(), 1)).map(a -> factor(a.extent())).collect(Collectors.joining(" * "));
        return count.isEmpty() ? "1" : count;
    }

    /// Finds the positions along `axes` of what is number `at` of all, the last axis counted fastest.
    void positions(String at, List<Axis> axes) {
        List<Axis> all = axes.stream().filter(a -> !Values.isWhole(a.extent(), 1)).toList();
        for (int i = 0; i < all.size(); i++) {
            boolean isLast = i == all.size() - 1;
            String position = isLast ? at : "%s / (%s)".formatted(at, count(all.subList(i + 1, all.size())));
            String extent = factor(all.get(i).extent());
            code.add("const int %s = %s;", name(all.get(i)), i == 0 ? position : "%s %% %s".formatted(position, extent));
        }
    }

    private String factor(Value extent) {
        String x = offset(extent);
        return x.matches("\\w+") ? x : "(" + x + ")";
    }

    /// Begins a list of statements: what is computed from here on is forgotten when it ends.
    void open() {
        open(Set.of());
    }

    void close() {
        scope = scope.outer;
    }

    private void open(Set<Value> needed) {
        scope = new Scope(scope, needed, new IdentityHashMap<>());
    }

    /// The value is in this variable, until this list of statements ends.
    void known(Value v, String variable) {
        scope.variables.put(v, variable);
    }

    /// Computes `v` here, once.
    void let(Value v) {
        if (scope.find(v) == null) root(v, () -> keep(v, compute(v)));
    }

    /// An expression for a value that is no position.
    String root(Value v) {
        return root(v, () -> value(v));
    }

    /// An expression for an offset or an extent.
    String offset(Value v) {
        return root(v, () -> position(v));
    }

    private String root(Value v, Supplier<String> text) {
        Scope before = scope;
        scope = new Scope(before.outer, needs.of(List.of(v)), before.variables);
        String result = text.get();
        scope = before;
        return bare(result);
    }

    private String position(Value v) {
        boolean before = isOffset;
        isOffset = true;
        String text = value(v);
        isOffset = before;
        return text;
    }

    private String value(Value v) {
        String known = scope.find(v);
        if (known != null) return known;
        String text = compute(v);
        return isTrivial(v) || uses.getOrDefault(v, 0) < 2 && text.length() < LONG ? text : keep(v, text);
    }

    private String keep(Value v, String text) {
        String name = text;
        if (!text.matches("v\\d+")) {
            name = names.variable();
            code.add("const %s %s = %s;", CType.of(v.dtype()), name, bare(text));
        }
        scope.variables.put(v, name);
        return name;
    }

    private static boolean isTrivial(Value v) {
        return switch (v.op()) {
            case Scalar.Real _, Scalar.Whole _, Scalar.Symbol _, Scalar.Index _ -> true;
            case Scalar.Load _, Scalar.Flat _, Scalar.Apply _, Scalar.Convert _, Scalar.Bits _, Scalar.Choose _, Scalar.Fold _ -> false;
        };
    }

    private String compute(Value v) {
        return switch (v.op()) {
            case Scalar.Real number -> CType.number(number, v.dtype());
            case Scalar.Whole number -> CType.number(number, v.dtype());
            case Scalar.Symbol(var name) -> symbol(name);
            case Scalar.Index(var axis) -> name(axis);
            case Scalar.Flat(var from, var offset) -> "%s[%s]".formatted(name(from), bare(position(offset)));
            case Scalar.Apply(var f, var args) when f == ScalarOp.WHERE -> branch(v, args.get(0), args.get(1), args.get(2));
            case Scalar.Apply(var f, var args) ->
                operations.apply(f, args.getLast().dtype(), isOffset, args.stream().map(this::value).toArray(String[]::new));
            case Scalar.Convert(var x) -> operations.convert(value(x), x.dtype(), v.dtype());
            case Scalar.Bits(var x) -> "as_%s(%s)".formatted(CType.of(v.dtype()), value(x));
            case Scalar.Choose(var condition, var then, var otherwise) -> branch(v, condition, then, otherwise);
            case Scalar.Load _, Scalar.Fold _ -> throw new CompilerBug("emit", "the schedule left it unplaced", v.toString());
        };
    }

    private String branch(Value v, Value condition, Value then, Value otherwise) {
        Set<Value> thenNeeds = needs.of(List.of(then));
        Set<Value> otherwiseNeeds = needs.of(List.of(otherwise));
        for (Value u : needs.ahead(condition, then, otherwise, this::isKnown, scope.needed)) if (!isKnown(u)) keep(u, compute(u));
        String test = value(condition);
        Side first = side(then, thenNeeds);
        Side second = side(otherwise, otherwiseNeeds);
        if (first.lines.isEmpty() && second.lines.isEmpty()) return "(%s ? %s : %s)".formatted(test, first.result, second.result);
        String name = names.variable();
        code.add("%s %s;", CType.of(v.dtype()), name);
        code.add("if (%s) {", bare(test));
        side(first, name);
        code.add("} else {");
        side(second, name);
        code.add("}");
        return name;
    }

    /// What one side of a branch computes, and its result.
    private record Side(List<Code.Line> lines, String result) {}

    private Side side(Value v, Set<Value> needed) {
        int length = code.lines().size();
        open(needed);
        code.deeper(1);
        String result = value(v);
        code.deeper(-1);
        close();
        return new Side(code.cut(length), result);
    }

    private void side(Side side, String into) {
        code.paste(side.lines);
        code.deeper(1);
        code.add("%s = %s;", into, bare(side.result));
        code.deeper(-1);
    }

    private boolean isKnown(Value v) {
        return isTrivial(v) || scope.find(v) != null;
    }

    /// Without parentheses around all of it.
    static String bare(String text) {
        if (!text.startsWith("(")) return text;
        int depth = 0;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '(') depth++;
            if (text.charAt(i) == ')' && --depth == 0) return i == text.length() - 1 ? text.substring(1, i) : text;
        }
        return text;
    }
}
