package damo.text;

import damo.DamoException;
import damo.graph.Build;
import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import damo.type.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/// Reads expressions such as `log(1 + exp(-x))` and `sum(x, axes=[1])`: the syntax of [Pretty], with the precedences of Python.
/// Numbers are weak: they take the dtype of the tensors that they meet. Nothing in a text is executed.
public final class Expression {
    private static final int DEEPEST = 500;
    /// From loose to tight, all left-associative; `**` and the signs are tighter.
    private static final List<Map<String, String>> LEVELS = List.of(
            Map.of("<", "lt", "<=", "le", ">", "gt", ">=", "ge", "==", "eq", "!=", "ne"),
            Map.of("|", "or"), Map.of("^", "xor"), Map.of("&", "and"),
            Map.of("<<", "shl", ">>", "shr"),
            Map.of("+", "add", "-", "sub"),
            Map.of("*", "mul", "/", "div", "//", "floordiv"));

    private final Tokens tokens;
    private int depth;

    private Expression(Tokens tokens) {
        this.tokens = tokens;
    }

    /// The variable that `text` computes from variables of these names.
    ///
    /// @throws DamoException with the place of what is wrong, or naming an operand of a wrong type
    public static Variable parse(String text, Map<String, Variable> names) {
        return Build.variable(build(term(text), names));
    }

    /// The expression itself.
    public static Term term(String text) {
        var parser = new Expression(Tokens.ofExpression("expression", text));
        Term term = parser.level(0);
        if (parser.tokens.peek().kind() != Tokens.Kind.END) throw parser.tokens.error(parser.tokens.peek(), "an operator or the end");
        return term;
    }

    private Term level(int level) {
        if (level == LEVELS.size()) return signed();
        if (++depth > DEEPEST) throw tokens.broken(tokens.peek(), "the expression is nested too deeply; name its parts");
        Term left = level(level + 1);
        for (Tokens.Token at = tokens.peek(); at.kind() == Tokens.Kind.SYMBOL && LEVELS.get(level).containsKey(at.text()); at = tokens.peek()) {
            tokens.take();
            String function = LEVELS.get(level).get(at.text());
            Term right = level(level + 1);
            left = switch (function) {
                case "gt" -> apply("lt", right, left);
                case "ge" -> apply("le", right, left);
                default -> apply(function, left, right);
            };
        }
        depth--;
        return left;
    }

    private Term signed() {
        if (tokens.takes("~")) return apply("not", signed());
        if (!tokens.takes("-")) return power();
        return switch (signed()) {
            case Term.Literal(Long n) -> new Term.Literal(-n);
            case Term.Literal(Double x) -> new Term.Literal(-x);
            case Term other -> apply("neg", other);
        };
    }

    private Term power() {
        Term base = atom();
        return tokens.takes("**") ? apply("pow", base, signed()) : base;
    }

    private Term atom() {
        Tokens.Token at = tokens.take();
        if (at.kind() == Tokens.Kind.NUMBER) return new Term.Literal(number(at));
        if (at.kind() == Tokens.Kind.NAME) return tokens.takes("(") ? call(at) : word(at.text());
        if (!at.text().equals("(") || at.kind() != Tokens.Kind.SYMBOL) throw tokens.error(at, "a name, a number or (");
        Term inner = level(0);
        tokens.expect(")");
        return inner;
    }

    private static Term word(String text) {
        return switch (text) {
            case "true" -> new Term.Literal(true);
            case "false" -> new Term.Literal(false);
            case "nan" -> new Term.Literal(Double.NaN);
            case "inf" -> new Term.Literal(Double.POSITIVE_INFINITY);
            default -> new Term.Name(text);
        };
    }

    private Object number(Tokens.Token at) {
        try {
            if (at.text().matches("\\d+")) return Long.parseLong(at.text());
            return Double.parseDouble(at.text());
        } catch (NumberFormatException _) {
            throw tokens.error(at, "a number of 64 bits");
        }
    }

    private Term call(Tokens.Token at) {
        var args = new ArrayList<Term>();
        var attributes = new LinkedHashMap<String, Object>();
        while (!tokens.takes(")")) {
            if (!args.isEmpty() || !attributes.isEmpty()) tokens.expect(",");
            if (tokens.peek().kind() == Tokens.Kind.NAME && tokens.seesNext("=")) OpText.attribute(tokens, attributes);
            else if (tokens.takes("[")) extents(args);
            else args.add(level(0));
        }
        String name = at.text();
        ScalarOp f = Arrays.stream(ScalarOp.values()).filter(s -> s.symbol().equals(name)).findFirst().orElse(ScalarOp.named(name));
        boolean reduces = isReduction(name) && args.size() == 1;
        if (f != null && !reduces) {
            if (args.size() != f.arity()) throw tokens.broken(at, "'%s' takes %d operands, found %d".formatted(name, f.arity(), args.size()));
            return new Term.Apply(f.opcode(), args, attributes);
        }
        if (!reduces && !OpText.names().contains(name) && Arrays.stream(DType.values()).noneMatch(d -> d.toString().equals(name)))
            throw tokens.error(at, "the name of a function" + Near.hint(name, functions()));
        return new Term.Apply(name, args, attributes);
    }

    /// A list of extents, as `reshape` takes: its elements are operands too.
    private void extents(List<Term> args) {
        for (boolean first = true; !tokens.takes("]"); first = false) {
            if (!first) tokens.expect(",");
            args.add(level(0));
        }
    }

    private static boolean isReduction(String name) {
        return Arrays.stream(Reduction.values()).anyMatch(r -> r.toString().equals(name));
    }

    private static TreeSet<String> functions() {
        var all = OpText.names();
        Arrays.stream(ScalarOp.values()).filter(f -> !f.isOperator()).map(ScalarOp::symbol).forEach(all::add);
        return all;
    }

    private static Term apply(String function, Term... args) {
        return new Term.Apply(function, List.of(args), Map.of());
    }

    /// What `term` is for variables of these names: a variable, or a number if the term is one.
    public static Object build(Term term, Map<String, Variable> names) {
        return switch (term) {
            case Term.Literal(var value) -> value;
            case Term.Name(var name) -> {
                if (!names.containsKey(name))
                    throw new DamoException("expression: nothing is named '%s'; the names are %s".formatted(name, new TreeSet<>(names.keySet())));
                yield names.get(name);
            }
            case Term.Apply(var function, var args, var attributes) ->
                built(function, args.stream().map(a -> build(a, names)).toArray(), attributes);
        };
    }

    private static Variable built(String function, Object[] args, Map<String, Object> attributes) {
        boolean reduces = isReduction(function) && args.length == 1;
        ScalarOp f = ScalarOp.named(function);
        if (f != null && !reduces) return Build.elementwise(f, args);
        if (reduces && attributes.isEmpty()) return reduced(function, Build.variable(args[0]));
        for (DType dtype : DType.values()) if (dtype.toString().equals(function)) return Build.variable(args[0]).cast(dtype);
        var operands = new ArrayList<Variable>();
        for (Object a : args) operands.add(Build.variable(a instanceof Long || a instanceof Integer ? Build.index(a) : a));
        var at = new Tokens.Token(Tokens.Kind.NAME, function, 1, 1);
        return new Variable(OpText.op(Tokens.ofExpression("expression", function), at, operands, attributes));
    }

    private static Variable reduced(String function, Variable x) {
        return switch (Reduction.valueOf(function.toUpperCase(Locale.ROOT))) {
            case SUM -> x.sum();
            case PROD -> x.prod();
            case MAX -> x.max();
            case MIN -> x.min();
        };
    }
}
