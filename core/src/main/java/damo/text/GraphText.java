package damo.text;

import damo.DamoException;
import damo.graph.Lambda;
import damo.graph.LoopBody;
import damo.graph.Op;
import damo.graph.Source;
import damo.graph.Variable;
import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
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
///
/// What a loop repeats is a block of its own, above the first line that uses it; it sees its parameters only. Its operands are the number of
/// steps, then one for each parameter but `step`, and its results the last states, what is emitted, and with `until` the number of steps done.
/// Bodies that are equal are printed once.
///
/// ```
///   body scan(step %i: int64, each %x: float64, state %s: float64, given %w: float64) {
///     %1: float64 = mul %x, %w
///     %2: float64 = add %s, %1
///     return next %2, emit %2
///   }
///   %1: float64[?] = loop scan, 5, %xs, 0.0, %w, result=1
/// ```
public final class GraphText {
    private final Tokens tokens;
    private final String file;
    private final GraphText outside;                                // of the body that this one reads, or null
    private final Map<String, LoopBody> bodies;
    private final Map<String, Variable> known = new HashMap<>();

    private GraphText(Tokens tokens, String file, GraphText outside) {
        this.tokens = tokens;
        this.file = file;
        this.outside = outside;
        this.bodies = outside == null ? new HashMap<>() : outside.bodies;
    }

    /// The text of `f`, the same for graphs that are equal but for source lines; it reads back as such a graph.
    public static String print(Lambda f) {
        return GraphPrinter.print(f);
    }

    /// The graph that `text` describes, with fresh inputs.
    ///
    /// @throws DamoException with line and column, what was found there and what was expected
    public static Lambda parse(String text) {
        return parse("text", text);
    }

    /// As [#parse(String)]; messages and source lines call the text `file`.
    public static Lambda parse(String file, String text) {
        var parser = new GraphText(Tokens.ofGraph(file, text), file, null);
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
        lines();
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

    private void lines() {
        while (!tokens.takes("return"))
            if (tokens.takes("body")) body();
            else line();
    }

    private void body() {
        Tokens.Token name = tokens.expect(Tokens.Kind.NAME, "the body's name");
        LoopBody body = new GraphText(tokens, file, this).step(name);
        if (bodies.putIfAbsent(name.text(), body) != null) throw tokens.broken(name, "the body %s is defined twice".formatted(name.text()));
    }

    private LoopBody step(Tokens.Token name) {
        tokens.expect("(");
        List<List<Variable>> parameters = groups(GraphPrinter.PARAMETERS, ")", this::parameter);
        tokens.expect("{");
        if (parameters.get(0).size() != 1 || !parameters.get(0).getFirst().type().equals(TensorType.scalar(DType.INT64)))
            throw tokens.broken(name, "the body %s needs one parameter for the number of the step, such as step %%i: int64".formatted(name.text()));
        lines();
        List<List<Variable>> results = groups(GraphPrinter.RESULTS, "}", this::operand);
        int states = parameters.get(2).size();
        if (results.get(0).size() != states)
            throw tokens.broken(name, "the body %s has %d states, but says %d times what is next"
                    .formatted(name.text(), states, results.get(0).size()));
        if (results.get(2).size() > 1) throw tokens.broken(name, "the body %s says until twice".formatted(name.text()));
        var step = new Lambda("%s (%s)".formatted(name.text(), source(name)), flat(parameters), flat(results));
        return new LoopBody(step, parameters.get(1).size(), states, !results.get(2).isEmpty());
    }

    /// A list of which each entry is said to be of a kind, the kinds one after the other; the entries of each kind.
    private List<List<Variable>> groups(List<String> kinds, String end, Supplier<Variable> entry) {
        List<List<Variable>> groups = kinds.stream().<List<Variable>>map(_ -> new ArrayList<>()).toList();
        int last = -1;
        while (!tokens.takes(end)) {
            if (last >= 0) tokens.expect(",");
            Tokens.Token at = tokens.expect(Tokens.Kind.NAME, "one of " + kinds);
            int kind = kinds.indexOf(at.text());
            if (kind < 0) throw tokens.error(at, "one of " + kinds + Near.hint(at.text(), kinds));
            if (kind < last) throw tokens.broken(at, "'%s' comes after '%s'; the order is %s".formatted(at.text(), kinds.get(last), kinds));
            last = kind;
            groups.get(kind).add(entry.get());
        }
        return groups;
    }

    private static List<Variable> flat(List<List<Variable>> groups) {
        return groups.stream().flatMap(List::stream).toList();
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
        LoopBody body = at.text().equals("loop") ? usedBody() : null;
        if (!startsOperand() && !tokens.seesNext("=")) return OpText.op(tokens, at, body, operands, attributes);
        do {
            if (tokens.seesNext("=")) OpText.attribute(tokens, attributes);
            else operands.add(operand());
        } while (tokens.takes(","));
        return OpText.op(tokens, at, body, operands, attributes);
    }

    private LoopBody usedBody() {
        Tokens.Token name = tokens.expect(Tokens.Kind.NAME, "the name of a body");
        LoopBody body = bodies.get(name.text());
        if (body == null)
            throw tokens.broken(name, "the body %s is not defined above%s".formatted(name.text(), Near.hint(name.text(), bodies.keySet())));
        tokens.expect(",");
        return body;
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
        if (v != null) return v;
        for (GraphText o = outside; o != null; o = o.outside)
            if (o.known.containsKey(at.text()))
                throw tokens.broken(at, "%%%s is defined outside of this body, which sees its parameters only; add given %%%s: %s"
                        .formatted(at.text(), at.text(), o.known.get(at.text()).type()));
        throw tokens.broken(at, "%%%s is not defined above%s".formatted(at.text(), Near.hint(at.text(), known.keySet())));
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
