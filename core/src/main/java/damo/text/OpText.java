package damo.text;

import damo.graph.DotAxes;
import damo.graph.Generator;
import damo.graph.LoopBody;
import damo.graph.Op;
import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import damo.type.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// An op from its name, operands and attributes: what the parsers share; and an op alone, without operands, as text.
public final class OpText {
    private static final List<String> NAMED = List.of("cast", "dimshuffle", "reshape", "broadcast", "sumto", "slice", "unslice", "join", "gather",
            "scatter", "iota", "extent", "dot", "if", "assert", "stopgradient", "draw", "loop");

    private final Tokens tokens;
    private final Tokens.Token at;
    private final LoopBody body;
    private final List<Variable> o;
    private final Map<String, Object> attributes;

    private OpText(Tokens tokens, Tokens.Token at, LoopBody body, List<Variable> operands, Map<String, Object> attributes) {
        this.tokens = tokens;
        this.at = at;
        this.body = body;
        this.o = operands;
        this.attributes = new LinkedHashMap<>(attributes);
    }

    /// The name and attributes of `op`: `slice axis=0, step=2`.
    public static String print(Op op) {
        return "%s %s".formatted(op.opcode(), Attributes.of(op)).strip();
    }

    /// The op on these operands whose name and attributes `text` says.
    ///
    /// @throws damo.DamoException saying what was found in it and what was expected
    public static Op parse(String text, List<Variable> operands) {
        Tokens tokens = Tokens.ofGraph("op", text);
        Tokens.Token at = tokens.expect(Tokens.Kind.NAME, "the name of an op");
        var attributes = new LinkedHashMap<String, Object>();
        if (tokens.seesNext("="))
            do attribute(tokens, attributes); while (tokens.takes(","));
        if (tokens.peek().kind() != Tokens.Kind.END) throw tokens.error(tokens.peek(), "an attribute or the end");
        return op(tokens, at, operands, attributes);
    }

    /// The op that the word `at` names; no expression is a loop.
    static Op op(Tokens tokens, Tokens.Token at, List<Variable> operands, Map<String, Object> attributes) {
        return op(tokens, at, null, operands, attributes);
    }

    /// As above; `body` is what a loop repeats, else `null`.
    static Op op(Tokens tokens, Tokens.Token at, LoopBody body, List<Variable> operands, Map<String, Object> attributes) {
        var text = new OpText(tokens, at, body, operands, attributes);
        Op op = text.op();
        if (!text.attributes.isEmpty())
            throw tokens.broken(at, "'%s' has no attribute %s".formatted(at.text(), text.attributes.keySet()));
        return op;
    }

    private Op op() {
        String name = at.text();
        for (Reduction f : Reduction.values())
            if (f.toString().equals(name) && attributes.containsKey("axes")) return new Op.Reduce(f, needs(1).getFirst(), list("axes"));
        ScalarOp f = ScalarOp.named(name);
        if (f != null) return new Op.Elementwise(f, needs(f.arity()));
        return switch (name) {
            case "cast" -> new Op.Cast(needs(1).get(0), dtype());
            case "dimshuffle" -> new Op.Dimshuffle(needs(1).get(0), list("pattern"));
            case "reshape" -> new Op.Reshape(first(), rest());
            case "broadcast" -> new Op.Broadcast(first(), rest());
            case "sumto" -> new Op.SumTo(first(), rest());
            case "slice" -> new Op.Slice(needs(3).get(0), axis(), o.get(1), o.get(2), number("step"));
            case "unslice" -> new Op.Unslice(needs(3).get(0), axis(), o.get(1), o.get(2), number("step"));
            case "join" -> new Op.Join(axis(), atLeastOne());
            case "gather" -> new Op.Gather(needs(2).get(0), o.get(1), axis());
            case "scatter" -> new Op.Scatter(needs(3).get(0), o.get(1), axis(), o.get(2));
            case "iota" -> new Op.Iota(needs(1).get(0));
            case "extent" -> new Op.Extent(needs(1).get(0), axis());
            case "dot" -> new Op.Dot(needs(2).get(0), o.get(1), dotAxes());
            case "if" -> new Op.If(needs(3).get(0), o.get(1), o.get(2));
            case "assert" -> new Op.Assert(needs(2).get(0), o.get(1), attribute("message", String.class, "a quoted text"));
            case "stopgradient" -> new Op.StopGradient(needs(1).get(0));
            case "draw" -> new Op.Draw(attribute("generator", Generator.class, "a generator"), first(), rest(), (int) number("result"));
            case "loop" -> loop();
            default -> throw tokens.error(at, "the name of an op" + Near.hint(name, names()));
        };
    }

    static TreeSet<String> names() {
        var all = new TreeSet<>(NAMED);
        Arrays.stream(ScalarOp.values()).map(ScalarOp::opcode).forEach(all::add);
        Arrays.stream(Reduction.values()).map(Reduction::toString).forEach(all::add);
        return all;
    }

    private Op loop() {
        if (body == null) throw tokens.broken(at, "a loop needs a body, which only the text of a graph has; build it with scan()");
        return new Op.Loop(body, needs(body.step().parameters().size()), (int) number("result"));
    }

    private List<Variable> needs(int count) {
        if (o.size() != count) throw tokens.broken(at, "'%s' takes %d operands, found %d".formatted(at.text(), count, o.size()));
        return o;
    }

    private List<Variable> atLeastOne() {
        if (o.isEmpty()) throw tokens.broken(at, "'%s' needs an operand".formatted(at.text()));
        return o;
    }

    private Variable first() {
        return atLeastOne().getFirst();
    }

    private List<Variable> rest() {
        return o.subList(1, o.size());
    }

    private int axis() {
        return (int) number("axis");
    }

    private long number(String name) {
        return attribute(name, Long.class, "an integer");
    }

    private List<Integer> list(String name) {
        return integers(attribute(name, List.class, "a list of integers such as [0, 1]"));
    }

    private DotAxes dotAxes() {
        if (!attributes.containsKey("batch") && !attributes.containsKey("sum"))
            return new DotAxes(List.of(), List.of(), List.of(Math.max(0, o.get(0).rank() - 1)), List.of(Math.max(0, o.get(1).rank() - 2)));
        Pair batch = attribute("batch", Pair.class, "two lists such as [0]:[0]");
        Pair sum = attribute("sum", Pair.class, "two lists such as [1]:[0]");
        return new DotAxes(integers(batch.x()), integers(batch.y()), integers(sum.x()), integers(sum.y()));
    }

    private DType dtype() {
        return attribute("to", DType.class, "a dtype");
    }

    private List<Integer> integers(List<?> values) {
        var all = new ArrayList<Integer>();
        for (Object v : values) all.add(((Long) v).intValue());
        return all;
    }

    private <T> T attribute(String name, Class<T> type, String what) {
        Object value = attributes.remove(name);
        if (!type.isInstance(value))
            throw tokens.broken(at, "'%s' needs the attribute %s=…, %s%s"
                    .formatted(at.text(), name, what, value == null ? "" : ", found " + value));
        return type.cast(value);
    }

    /// Two lists, written `[0]:[1]`.
    record Pair(List<?> x, List<?> y) {}

    /// Reads `name=value`.
    static void attribute(Tokens tokens, Map<String, Object> into) {
        Tokens.Token name = tokens.expect(Tokens.Kind.NAME, "an attribute's name");
        tokens.expect("=");
        if (into.put(name.text(), value(tokens)) != null)
            throw tokens.broken(name, "the attribute '%s' stands there twice".formatted(name.text()));
    }

    private static Object value(Tokens tokens) {
        Tokens.Token at = tokens.peek();
        if (at.kind() == Tokens.Kind.STRING) return tokens.take().text();
        if (at.kind() == Tokens.Kind.NAME) return word(tokens);
        if (!tokens.sees("[")) return integer(tokens);
        List<Long> list = integers(tokens);
        return tokens.takes(":") ? new Pair(list, integers(tokens)) : list;
    }

    private static Object word(Tokens tokens) {
        for (Generator generator : Generator.values()) if (tokens.takes(generator.toString())) return generator;
        return dtype(tokens);
    }

    /// Reads a list such as `[0, 1]`, in which `new` stands for a new axis.
    static List<Long> integers(Tokens tokens) {
        var list = new ArrayList<Long>();
        tokens.expect("[");
        while (!tokens.takes("]")) {
            if (!list.isEmpty()) tokens.expect(",");
            list.add(tokens.takes("new") ? (Long) (long) Op.Dimshuffle.NEW : integer(tokens));
        }
        return list;
    }

    static Long integer(Tokens tokens) {
        String sign = tokens.takes("-") ? "-" : "";
        Tokens.Token at = tokens.expect(Tokens.Kind.NUMBER, "an integer");
        try {
            return Long.parseLong(sign + at.text());
        } catch (NumberFormatException _) {
            throw tokens.error(at, "an integer of 64 bits");
        }
    }

    static DType dtype(Tokens tokens) {
        Tokens.Token at = tokens.expect(Tokens.Kind.NAME, "a dtype");
        var names = Arrays.stream(DType.values()).map(DType::toString).toList();
        if (!names.contains(at.text())) throw tokens.error(at, "a dtype" + Near.hint(at.text(), names));
        return DType.parse(at.text());
    }
}
