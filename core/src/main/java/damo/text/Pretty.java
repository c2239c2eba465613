package damo.text;

import damo.graph.DotAxes;
import damo.graph.Graph;
import damo.graph.LoopBody;
import damo.graph.Op;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// Expressions as people write them: `(2.0 * x)`, `log1p(exp(x))`. What is long and used more than once, or simply too long for a
/// line, is printed before, once, as `%1 = …`. A loop is `loop(n, x in xs, s = s0 → (s + x), emit s)[1]`, with the number of the result.
public final class Pretty {
    private static final int ONE_LINE = 240;         // characters within which nothing is taken out
    private static final int TINY = 12;
    private static final int LONGEST = 400;
    private static final int LONGEST_BODY = 160;

    private final Map<Variable, String> texts = new IdentityHashMap<>();
    private final Set<String> names = new HashSet<>();             // of inputs, here and outside
    private final Map<Op, String> loops = new HashMap<>();
    private final StringBuilder lines = new StringBuilder();
    private int taken;

    private Pretty() {}

    /// The text of `v`.
    public static String print(Variable v) {
        return print(List.of(v));
    }

    /// The texts of `roots`, one a line.
    public static String print(List<? extends Variable> roots) {
        return new Pretty().text(roots);
    }

    private String text(List<? extends Variable> roots) {
        List<Variable> order = Graph.order(roots);
        Map<Variable, Integer> uses = new HashMap<>();
        Map<Variable, Long> lengths = new IdentityHashMap<>();
        for (Variable v : order) {
            if (v.op() instanceof Op.Input) names.add(v.name());
            long length = 8;
            for (Variable o : v.op().operands()) {
                uses.merge(o, 1, Integer::sum);
                length = Math.min(1 << 30, length + lengths.get(o));
            }
            lengths.put(v, length);
        }
        boolean whole = roots.stream().mapToLong(lengths::get).sum() <= ONE_LINE;
        Map<Op, Long> results = order.stream().map(Variable::op).filter(Op.Loop.class::isInstance).distinct()
                .collect(Collectors.groupingBy(Op::group, Collectors.counting()));
        for (Variable v : order) {
            if (v.op() instanceof Op.Loop loop && !loops.containsKey(loop.group())) {
                String text = loop(loop);
                loops.put(loop.group(), results.get(loop.group()) > 1 ? aside(text) : text);
            }
            String text = texts.containsKey(v) ? texts.get(v) : expression(v);
            boolean shared = uses.getOrDefault(v, 0) > 1 && text.length() > TINY;
            texts.put(v, !whole && (shared || text.length() > LONGEST) && !roots.contains(v) ? aside(text) : text);
        }
        return lines + roots.stream().map(texts::get).collect(Collectors.joining("\n"));
    }

    private String aside(String text) {
        String name = "%" + ++taken;
        lines.append(name).append(" = ").append(text).append('\n');
        return name;
    }

    private String expression(Variable v) {
        return switch (v.op()) {
            case Op.Input _ -> v.name().isEmpty() ? "<" + v.type() + ">" : v.name();
            case Op.Constant(var value) -> constant(value);
            case Op.Elementwise(var f, var args) -> elementwise(f, args);
            case Op.Cast(var x, var to) -> "%s(%s)".formatted(to, texts.get(x));
            case Op.Reduce(var f, var x, var axes) when axes.size() == x.rank() -> "%s(%s)".formatted(f, texts.get(x));
            case Op.Reshape(var x, var extents) -> call("reshape", x, extents);
            case Op.Broadcast(var x, var extents) -> call("broadcast", x, extents);
            case Op.SumTo(var x, var extents) -> call("sumto", x, extents);
            case Op.Dot(var x, var y, var axes) when isProduct(x, y, axes) -> "dot(%s, %s)".formatted(texts.get(x), texts.get(y));
            case Op.Assert(var x, var condition, _) -> "assert(%s, %s)".formatted(texts.get(x), texts.get(condition));
            case Op.Loop loop -> "%s[%d]".formatted(loops.get(loop.group()), loop.result());
            case Op.Reduce _, Op.Dimshuffle _, Op.Slice _, Op.Unslice _, Op.Join _, Op.Gather _, Op.Scatter _, Op.Iota _, Op.Extent _, Op.Dot _,
                 Op.If _, Op.StopGradient _, Op.Draw _ -> {
                String attributes = Attributes.of(v.op());
                yield "%s(%s%s)".formatted(v.op().opcode(), list(v.op().operands()), attributes.isEmpty() ? "" : ", " + attributes);
            }
        };
    }

    private String loop(Op.Loop loop) {
        LoopBody body = loop.body();
        var inner = new Pretty();
        inner.names.addAll(names);
        var parts = new ArrayList<String>();
        parts.add(texts.get(loop.steps()));
        inner.name(body.index(), "i");
        for (int i = 0; i < body.sequences(); i++)
            parts.add("%s in %s".formatted(inner.name(body.elements().get(i), "x"), texts.get(loop.sequences().get(i))));
        for (int i = 0; i < body.states(); i++)
            parts.add("%s = %s".formatted(inner.name(body.carried().get(i), "s"), texts.get(loop.initial().get(i))));
        for (int i = 0; i < body.captured().size(); i++) inner.texts.put(body.captured().get(i), texts.get(loop.captured().get(i)));
        inner.text(body.step().results());
        var results = new ArrayList<String>();
        for (Variable v : body.next()) results.add(inner.texts.get(v));
        for (Variable v : body.emitted()) results.add("emit " + inner.texts.get(v));
        if (body.until()) results.add("until " + inner.texts.get(body.step().results().getLast()));
        String step = String.join(", ", results);
        return "loop(%s → %s)".formatted(String.join(", ", parts), inner.taken > 0 || step.length() > LONGEST_BODY ? "…" : step);
    }

    private String name(Variable parameter, String otherwise) {
        texts.put(parameter, GraphPrinter.unique(parameter.name().isEmpty() ? otherwise : parameter.name(), names));
        return texts.get(parameter);
    }

    private String elementwise(ScalarOp f, List<Variable> args) {
        if (f == ScalarOp.POW) return "(%s ** %s)".formatted(base(args.get(0)), infix(args.get(1)));
        if (!f.isOperator()) return "%s(%s)".formatted(f.symbol(), list(args));
        if (f.arity() == 1) return f.symbol() + texts.get(args.getFirst());
        return "(%s %s %s)".formatted(infix(args.get(0)), f.symbol(), infix(args.get(1)));
    }

    private String infix(Variable v) {
        boolean prefix = v.op() instanceof Op.Elementwise(var f, _) && f.arity() == 1 && f.isOperator();
        return prefix && !texts.get(v).startsWith("%") ? "(" + texts.get(v) + ")" : texts.get(v);
    }

    private String base(Variable v) {
        return texts.get(v).startsWith("-") ? "(" + texts.get(v) + ")" : texts.get(v);
    }

    private String call(String name, Variable x, List<Variable> extents) {
        return "%s(%s, [%s])".formatted(name, texts.get(x), list(extents));
    }

    private String list(List<Variable> all) {
        return all.stream().map(texts::get).collect(Collectors.joining(", "));
    }

    private static boolean isProduct(Variable x, Variable y, DotAxes axes) {
        return axes.equals(new DotAxes(List.of(), List.of(), List.of(x.rank() - 1), List.of(Math.max(0, y.rank() - 2))));
    }

    private static String constant(NDArray value) {
        if (value.rank() == 0) return Literals.print(value, 0);
        boolean splat = value.size() > 0
                && LongStream.range(1, value.size()).allMatch(i -> Double.compare(value.doubleAt(i), value.doubleAt(0)) == 0);
        if (splat && value.size() > 1) return "<%s of %s>".formatted(value.type(), Literals.print(value, 0));
        if (value.rank() > 1 || value.size() > 6) return "<%s>".formatted(value.type());
        var elements = new ArrayList<String>();
        IntStream.range(0, (int) value.size()).forEach(i -> elements.add(Literals.print(value, i)));
        return elements.toString();
    }
}
