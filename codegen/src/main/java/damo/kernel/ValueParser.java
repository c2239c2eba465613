package damo.kernel;

import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.kernel.Tokens.Kind;
import damo.kernel.Tokens.Token;
import damo.type.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Parses values: what stands right of `=`, in brackets, and as an extent.
final class ValueParser {
    /// The axes and named values of a kernel's or a fold's body.
    private record Scope(Scope outer, Map<String, Axis> axes, Map<String, Value> values) {}

    private final Tokens tokens;
    private final Values values;
    final Set<String> symbols = new HashSet<>();
    final Map<String, Buffer> buffers = new HashMap<>();
    private Scope scope;

    ValueParser(Tokens tokens, Values values) {
        this.tokens = tokens;
        this.values = values;
    }

    void enter(List<Axis> axes) {
        scope = new Scope(scope, new HashMap<>(), new HashMap<>());
        for (Axis axis : axes) scope.axes.put(axis.name(), axis);
    }

    void leave() {
        scope = scope.outer;
    }

    /// `i < n, j < m`.
    List<Axis> axes() {
        List<Axis> axes = new ArrayList<>();
        do {
            String name = tokens.name("the name of an axis");
            tokens.expect("<");
            axes.add(new Axis(name, extent()));
        } while (tokens.accept(","));
        return axes;
    }

    /// An extent.
    Value extent() {
        return binary(Words.SUM);
    }

    /// `%1 = value`, as often as it comes.
    void named() {
        while (tokens.peek().kind() == Kind.LOCAL) {
            if (!tokens.peek(1).is("=")) return;
            Token name = tokens.take();
            tokens.expect("=");
            if (scope.values.put(name.text(), value()) != null) throw tokens.expected(name, "a name that is not taken");
        }
    }

    /// A buffer that was declared.
    Buffer buffer(String what) {
        Token token = tokens.peek();
        Buffer buffer = buffers.get(tokens.name(what));
        if (buffer == null) throw tokens.expected(token, "a declared buffer, one of " + buffers.keySet().stream().sorted().toList());
        return buffer;
    }

    /// `[v, v]`.
    List<Value> list() {
        tokens.expect("[");
        return listUntil("]");
    }

    Value value() {
        Value condition = binary(Words.CHOOSE + 1);
        if (!tokens.accept("?")) return condition;
        Value then = binary(Words.CHOOSE + 1);
        tokens.expect(":");
        Value otherwise = value();
        return values.of(new Scalar.Choose(condition, then, otherwise), then.dtype());
    }

    private Value binary(int level) {
        Value left = unary();
        while (tokens.peek().kind() == Kind.SIGN) {
            ScalarOp f = Words.INFIX.get(tokens.peek().text());
            if (f == null || Words.level(f) < level) return left;
            tokens.take();
            left = values.apply(f, left, binary(Words.level(f) + 1));
        }
        return left;
    }

    private Value unary() {
        if (isNumber(0)) return number(null);
        if (tokens.accept("-")) return values.apply(ScalarOp.NEG, unary());
        if (tokens.accept("~")) return values.apply(ScalarOp.NOT, unary());
        return atom();
    }

    private Value atom() {
        Token token = tokens.peek();
        if (tokens.accept("(")) {
            Value inside = value();
            tokens.expect(")");
            return inside;
        }
        if (token.kind() == Kind.LOCAL) {
            tokens.take();
            for (Scope s = scope; s != null; s = s.outer) if (s.values.containsKey(token.text())) return s.values.get(token.text());
            throw tokens.expected(token, "a value that is named before, here or around");
        }
        if (token.kind() != Kind.NAME && token.kind() != Kind.QUOTED) throw tokens.expected("a value");
        if (tokens.peek(1).is("[")) return element();
        if (tokens.peek(1).is(".")) return flat();
        if (token.kind() == Kind.NAME) {
            if (tokens.accept("true")) return values.of(new Scalar.Whole(1), DType.BOOL);
            if (tokens.accept("false")) return values.of(new Scalar.Whole(0), DType.BOOL);
            if (Words.DTYPES.containsKey(token.text())) return converted(Words.DTYPES.get(tokens.take().text()));
            if (tokens.accept(Words.BITS)) return bits();
            if (Words.FUNCTIONS.containsKey(token.text())) return call(Words.FUNCTIONS.get(token.text()));
            if (Words.REDUCTIONS.containsKey(token.text())) return fold(Words.REDUCTIONS.get(tokens.take().text()));
        }
        return symbolOrIndex();
    }

    private Value symbolOrIndex() {
        Token token = tokens.take();
        for (Scope s = scope; s != null; s = s.outer)
            if (s.axes.containsKey(token.text())) return values.of(new Scalar.Index(s.axes.get(token.text())), DType.INT32);
        if (symbols.contains(token.text())) return values.symbol(token.text());
        throw tokens.expected(token, "a value: a symbol (there are %s), an axis around it, a function, or a buffer and '['"
                .formatted(symbols.stream().sorted().toList()));
    }

    private Value element() {
        Buffer buffer = buffer("a buffer");
        return values.load(buffer, list());
    }

    private Value flat() {
        Buffer buffer = buffer("a buffer");
        tokens.expect(".");
        tokens.expect("flat");
        tokens.expect("[");
        Value offset = value();
        tokens.expect("]");
        return values.flat(buffer, offset);
    }

    private Value call(ScalarOp f) {
        Token name = tokens.take();
        tokens.expect("(");
        List<Value> args = listUntil(")");
        if (args.size() != f.arity()) throw tokens.expected(name, "%d operands, got %d".formatted(f.arity(), args.size()));
        return values.apply(f, args.toArray(Value[]::new));
    }

    private Value bits() {
        tokens.expect("(");
        Token first = tokens.peek();
        Value x = value();
        tokens.expect(")");
        if (Scalar.Bits.of(x.dtype()) == null) throw tokens.expected(first, "a float or an integer of 32 or 64 bits, got " + x.dtype());
        return values.bits(x);
    }

    private List<Value> listUntil(String end) {
        List<Value> list = new ArrayList<>();
        if (tokens.accept(end)) return list;
        do list.add(value()); while (tokens.accept(","));
        tokens.expect(end);
        return list;
    }

    private Value fold(Reduction f) {
        List<Axis> axes = axes();
        tokens.expect("{");
        enter(axes);
        named();
        Value body = value();
        tokens.expect("}");
        leave();
        return values.of(new Scalar.Fold(f, axes, body), body.dtype());
    }

    private Value converted(DType to) {
        tokens.expect("(");
        int length = numberLength(0);
        Value x = length > 0 && tokens.peek(length).is(")") ? number(to) : values.of(new Scalar.Convert(value()), to);
        tokens.expect(")");
        return x;
    }

    private boolean isNumber(int ahead) {
        return numberLength(ahead) > 0;
    }

    private int numberLength(int ahead) {
        int sign = tokens.peek(ahead).is("-") ? 1 : 0;
        Token token = tokens.peek(ahead + sign);
        return token.kind() == Kind.NUMBER || token.is("inf") || token.is("nan") ? sign + 1 : 0;
    }

    /// A number as it stands, or in a dtype that stands before it.
    private Value number(DType given) {
        Token first = tokens.peek();
        String text = numeral();
        char last = text.charAt(text.length() - 1);
        boolean real = text.endsWith("inf") || text.endsWith("nan") || text.matches("[^L]*[.eE].*");
        if (given == null && last == 'f' && !text.endsWith("inf"))
            return values.of(new Scalar.Real(Float.parseFloat(text)), DType.FLOAT32);
        if (real) return values.of(new Scalar.Real(real(text)), given == null ? DType.FLOAT64 : given);
        try {
            if (last == 'L') return values.of(new Scalar.Whole(Long.parseLong(text.substring(0, text.length() - 1))), DType.INT64);
            return given == null ? values.whole(Integer.parseInt(text)) : values.of(new Scalar.Whole(Long.parseLong(text)), given);
        } catch (NumberFormatException e) {
            throw tokens.expected(first, "a number in the range of " + (given == null && last != 'L' ? DType.INT32 : DType.INT64));
        }
    }

    /// The text of the number that is next, with its sign.
    String numeral() {
        if (!isNumber(0)) throw tokens.expected("a number");
        return tokens.accept("-") ? "-" + tokens.take().text() : tokens.take().text();
    }

    static double real(String text) {
        return switch (text) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            case "nan", "-nan" -> Double.NaN;
            default -> Double.parseDouble(text);
        };
    }
}
