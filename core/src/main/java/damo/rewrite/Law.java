package damo.rewrite;

import damo.DamoException;
import damo.graph.Build;
import damo.graph.Op;
import damo.graph.Variable;
import damo.text.Expression;
import damo.text.Term;
import damo.type.DType;
import damo.type.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a rule claims: `log(1 + x) => log1p(x)`, perhaps with declarations such as `; c: bool; x: float[2, 3]`.
///
/// A name that is not declared stands for any tensor. `float`, `int` and `number` stand for every width; extents are an example
/// for tests and bind nothing.
public record Law(String text, Term left, Term right, Map<String, Declared> declared) {
    private static final Pattern DECLARATION = Pattern.compile("\\s*(\\w+)\\s*:\\s*(\\w+)\\s*(?:\\[([^]]*)])?\\s*");

    /// What a law says of a name.
    public record Declared(String dtype, List<Long> extents) {
        boolean admits(DType type) {
            return switch (dtype) {
                case "any" -> true;
                case "float" -> type.isFloat();
                case "int" -> type.isInteger();
                case "number" -> type != DType.BOOL;
                default -> type.toString().equals(dtype);
            };
        }

        TensorType example(DType floats) {
            return new TensorType(switch (dtype) {
                case "any", "float", "number" -> floats;
                case "int" -> DType.INT64;
                default -> DType.parse(dtype);
            }, extents);
        }
    }

    private static final Declared ANY = new Declared("any", List.of(7L));

    /// The law that `text` states.
    public static Law parse(String text) {
        String[] parts = text.split(";");
        String[] sides = parts[0].split("=>");
        if (sides.length != 2) throw new DamoException("law: '%s' needs the form left => right; name: type".formatted(text));
        var declared = new LinkedHashMap<String, Declared>();
        for (int i = 1; i < parts.length; i++) {
            Matcher m = DECLARATION.matcher(parts[i]);
            if (!m.matches()) throw new DamoException("law: '%s' is no declaration such as x: float[2, ?]".formatted(parts[i].strip()));
            declared.put(m.group(1), new Declared(m.group(2), m.group(3) == null ? ANY.extents() : extents(m.group(3))));
        }
        return new Law(text, Expression.term(sides[0]), Expression.term(sides[1]), declared);
    }

    private static List<Long> extents(String text) {
        var extents = new ArrayList<Long>();
        for (String e : text.split(",")) if (!e.isBlank()) extents.add(e.strip().equals("?") ? TensorType.UNKNOWN : Long.parseLong(e.strip()));
        return extents;
    }

    /// Whether the name may stand for a tensor of this dtype.
    boolean admits(String name, DType dtype) {
        return declared.getOrDefault(name, ANY).admits(dtype);
    }

    /// Inputs for all names, of the declared types, with `floats` where the law says no width.
    public Map<String, Variable> inputs(DType floats) {
        var inputs = new LinkedHashMap<String, Variable>();
        collect(left, inputs, floats);
        collect(right, inputs, floats);
        return inputs;
    }

    private void collect(Term term, Map<String, Variable> into, DType floats) {
        switch (term) {
            case Term.Literal _ -> { }
            case Term.Name(var name) -> into.computeIfAbsent(name, n ->
                    new Variable(new Op.Input(new Op.Input.Identity(), declared.getOrDefault(n, ANY).example(floats))).named(n));
            case Term.Apply(_, var args, _) -> args.forEach(a -> collect(a, into, floats));
        }
    }

    /// The left side for variables of these names.
    public Variable left(Map<String, Variable> names) {
        return Build.variable(Expression.build(left, names));
    }

    /// The right side for variables of these names; a mere number gets this dtype.
    public Variable right(Map<String, Variable> names, DType dtype) {
        Object value = Expression.build(right, names);
        return value instanceof Variable v ? v : Match.constant(dtype, value);
    }
}
