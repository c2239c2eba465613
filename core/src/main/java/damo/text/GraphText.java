package damo.text;

import damo.DamoException;
import damo.graph.Graph;
import damo.graph.Lambda;
import damo.graph.Op;
import damo.graph.Source;
import damo.graph.Variable;
import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/// Graphs as text, one op a line, operands first. Nothing is lost but source lines, and nothing in a text is executed.
///
/// ```
/// graph f(%x: float64[?, 3]) {
///   %1: float64[?, 3] = exp %x
///   %2: float64[?] = sum %1, axes=[1]
///   return %2
/// }
/// ```
///
/// Scalar constants stand where they are used: `2` is int64, `2.0` float64, `true` bool, `float32(2.0)` says its dtype.
public final class GraphText {
    private static final String IDENTIFIER = "[A-Za-z_]\\w*";

    private final Tokens tokens;
    private final String file;
    private final Map<String, Variable> known = new HashMap<>();

    private GraphText(Tokens tokens, String file) {
        this.tokens = tokens;
        this.file = file;
    }

    /// The text of `f`, the same for graphs that are equal but for source lines; it reads back as such a graph.
    public static String print(Lambda f) {
        Map<Variable, String> names = names(f);
        String name = f.name().matches(IDENTIFIER) ? f.name() : Tokens.quote(f.name());
        var text = new StringBuilder("graph ").append(name).append(f.parameters().stream()
                .map(p -> names.get(p) + ": " + p.type()).collect(Collectors.joining(", ", "(", ") {\n")));
        for (Variable v : Graph.order(f.results())) {
            if (v.op() instanceof Op.Input || isInline(v)) continue;
            text.append("  ").append(names.get(v)).append(": ").append(v.type()).append(" = ").append(computation(v.op(), names)).append('\n');
        }
        return text.append("  return").append(f.results().isEmpty() ? "" : " ")
                .append(f.results().stream().map(r -> operand(r, names)).collect(Collectors.joining(", "))).append("\n}\n").toString();
    }

    private static String computation(Op op, Map<Variable, String> names) {
        if (op instanceof Op.Constant(var value))
            return LongStream.range(0, value.size()).mapToObj(i -> Literals.print(value, i)).collect(Collectors.joining(", ", "constant [", "]"));
        var parts = new ArrayList<String>();
        for (Variable o : op.operands()) parts.add(operand(o, names));
        if (!Attributes.of(op).isEmpty()) parts.add(Attributes.of(op));
        return op.opcode() + " " + String.join(", ", parts);
    }

    private static String operand(Variable v, Map<Variable, String> names) {
        return isInline(v) ? Literals.inline(((Op.Constant) v.op()).value()) : names.get(v);
    }

    private static boolean isInline(Variable v) {
        return v.op() instanceof Op.Constant(var value) && value.rank() == 0;
    }

    private static Map<Variable, String> names(Lambda f) {
        var names = new IdentityHashMap<Variable, String>();
        Set<String> taken = new HashSet<>();
        for (Variable p : f.parameters()) {
            String wanted = p.name().matches(IDENTIFIER) ? p.name() : "in" + (names.size() + 1);
            String name = wanted;
            for (int i = 2; !taken.add(name); i++) name = wanted + "_" + i;
            names.put(p, "%" + name);
        }
        int number = 0;
        for (Variable v : Graph.order(f.results())) {
            if (names.containsKey(v) || isInline(v)) continue;
            boolean named = v.name().matches(IDENTIFIER) && taken.add(v.name());
            names.put(v, "%" + (named ? v.name() : ++number));
        }
        return names;
    }

    /// The graph that `text` describes, with fresh inputs.
    ///
    /// @throws DamoException with line and column, what was found there and what was expected
    public static Lambda parse(String text) {
        return parse("text", text);
    }

    /// As [#parse(String)]; messages and source lines call the text `file`.
    public static Lambda parse(String file, String text) {
        var parser = new GraphText(Tokens.ofGraph(file, text), file);
        Lambda f = parser.lambda();
        if (parser.tokens.peek().kind() != Tokens.Kind.END) throw parser.tokens.error(parser.tokens.peek(), "the end of the text");
        return f;
    }

    private Lambda lambda() {
        tokens.expect("graph");
        Tokens.Token name = tokens.take();
        if (name.kind() != Tokens.Kind.NAME && name.kind() != Tokens.Kind.STRING) throw tokens.error(name, "the graph's name");
        tokens.expect("(");
        var parameters = new ArrayList<Variable>();
        while (!tokens.takes(")")) {
            if (!parameters.isEmpty()) tokens.expect(",");
            parameters.add(parameter());
        }
        tokens.expect("{");
        while (!tokens.takes("return")) line();
        var results = new ArrayList<Variable>();
        while (!tokens.takes("}")) {
            if (!results.isEmpty()) tokens.expect(",");
            results.add(operand());
        }
        return new Lambda(name.text(), parameters, results);
    }

    private Variable parameter() {
        Tokens.Token name = tokens.expect(Tokens.Kind.VARIABLE, "a parameter such as %x: float64[?]");
        tokens.expect(":");
        return define(name, new Variable(new Op.Input(new Op.Input.Identity(), type()), name.text(), source(name)));
    }

    private void line() {
        Tokens.Token name = tokens.expect(Tokens.Kind.VARIABLE, "a line such as %1: float64 = exp %x, or return");
        tokens.expect(":");
        TensorType type = type();
        tokens.expect("=");
        Tokens.Token at = tokens.expect(Tokens.Kind.NAME, "the name of an op");
        Op op = at.text().equals("constant") ? new Op.Constant(array(at, type)) : op(at);
        Variable v;
        try {
            v = new Variable(op, Character.isDigit(name.text().charAt(0)) ? "" : name.text(), source(name));
        } catch (DamoException broken) {
            throw tokens.broken(at, broken.getMessage());
        }
        if (!v.type().equals(type)) throw tokens.broken(name, "%%%s is declared as %s, but is %s".formatted(name.text(), type, v.type()));
        define(name, v);
    }

    private Op op(Tokens.Token at) {
        var operands = new ArrayList<Variable>();
        var attributes = new LinkedHashMap<String, Object>();
        if (!startsOperand() && !tokens.seesNext("=")) return OpText.op(tokens, at, operands, attributes);
        do {
            if (tokens.seesNext("=")) OpText.attribute(tokens, attributes);
            else operands.add(operand());
        } while (tokens.takes(","));
        return OpText.op(tokens, at, operands, attributes);
    }

    private boolean startsOperand() {
        return switch (tokens.peek().kind()) {
            case VARIABLE, NUMBER, NAME -> !tokens.sees("return");
            case SYMBOL -> tokens.sees("-");
            case STRING, END -> false;
        };
    }

    private Variable operand() {
        Tokens.Token at = tokens.peek();
        if (at.kind() != Tokens.Kind.VARIABLE) return new Variable(new Op.Constant(scalar()), "", source(at));
        tokens.take();
        Variable v = known.get(at.text());
        if (v == null) throw tokens.broken(at, "%%%s is not defined above%s".formatted(at.text(), Near.hint(at.text(), known.keySet())));
        return v;
    }

    private Variable define(Tokens.Token name, Variable v) {
        if (known.putIfAbsent(name.text(), v) != null) throw tokens.broken(name, "%%%s is defined twice".formatted(name.text()));
        return v;
    }

    private TensorType type() {
        DType dtype = OpText.dtype(tokens);
        var extents = new ArrayList<Long>();
        if (!tokens.takes("[")) return TensorType.scalar(dtype);
        while (!tokens.takes("]")) {
            if (!extents.isEmpty()) tokens.expect(",");
            extents.add(tokens.takes("?") ? (Long) TensorType.UNKNOWN : OpText.integer(tokens));
        }
        return new TensorType(dtype, extents);
    }

    private NDArray scalar() {
        Tokens.Token at = tokens.peek();
        if (at.kind() == Tokens.Kind.NAME && tokens.seesNext("(")) {
            DType dtype = OpText.dtype(tokens);
            tokens.expect("(");
            NDArray value = elements(dtype, List.of(literal()), at);
            tokens.expect(")");
            return value;
        }
        String text = literal();
        DType dtype = text.equals("true") || text.equals("false") ? DType.BOOL : text.matches("-?\\d+") ? DType.INT64 : DType.FLOAT64;
        return elements(dtype, List.of(text), at);
    }

    private NDArray array(Tokens.Token at, TensorType type) {
        if (!type.isStatic()) throw tokens.broken(at, "a constant needs known extents, not " + type);
        var texts = new ArrayList<String>();
        tokens.expect("[");
        while (!tokens.takes("]")) {
            if (!texts.isEmpty()) tokens.expect(",");
            texts.add(literal());
        }
        return elements(type.dtype(), texts, at, type.extents().stream().mapToLong(e -> e).toArray());
    }

    private NDArray elements(DType dtype, List<String> texts, Tokens.Token at, long... shape) {
        long size = LongStream.of(shape).reduce(1, Math::multiplyExact);
        if (size != texts.size()) throw tokens.broken(at, "the type has %d elements, the text %d".formatted(size, texts.size()));
        Object storage = Array.newInstance(dtype.storage().componentType(), texts.size());
        for (int i = 0; i < texts.size(); i++) {
            try {
                Literals.parse(dtype, texts.get(i), storage, i);
            } catch (NumberFormatException _) {
                throw tokens.broken(at, "'%s' is no %s".formatted(texts.get(i), dtype));
            }
        }
        return NDArray.wrap(dtype, storage, shape);
    }

    private String literal() {
        String sign = tokens.takes("-") ? "-" : "";
        Tokens.Token at = tokens.take();
        boolean word = at.kind() == Tokens.Kind.NAME && Set.of("nan", "inf", "true", "false").contains(at.text());
        if (at.kind() != Tokens.Kind.NUMBER && !word) throw tokens.error(at, "a variable or a number");
        return sign + at.text();
    }

    private Source source(Tokens.Token at) {
        return new Source(file + ":" + at.line());
    }
}
