package damo.text;

import damo.graph.Graph;
import damo.graph.Lambda;
import damo.graph.LoopBody;
import damo.graph.Op;
import damo.graph.Promise;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/// Prints one graph: its lines, and above a line that loops the body, unless an equal one was printed before. Names of bodies are those of
/// the whole text, names of variables those of their block.
final class GraphPrinter {
    static final List<String> PARAMETERS = List.of("step", "each", "state", "given");
    static final List<String> RESULTS = List.of("next", "emit", "until");
    private static final String IDENTIFIER = "[A-Za-z_]\\w*";

    private final StringBuilder text = new StringBuilder();
    private final Map<LoopBody, String> contents;                 // the texts of bodies without regard to names of bodies
    private final Map<String, String> bodies = new HashMap<>();   // names by content
    private final Set<String> taken = new HashSet<>();
    private final boolean anonymous;

    private GraphPrinter(Map<LoopBody, String> contents, boolean anonymous) {
        this.contents = contents;
        this.anonymous = anonymous;
    }

    static String print(Lambda unsettled) {
        Lambda f = settled(unsettled, new HashMap<>());
        var printer = new GraphPrinter(new HashMap<>(), false);
        Map<Variable, String> names = names(f);
        printer.text.append("graph ").append(f.name().matches(IDENTIFIER) ? f.name() : Tokens.quote(f.name()))
                .append(f.parameters().stream().map(p -> names.get(p) + ": " + p.type()).collect(Collectors.joining(", ", "(", ") {\n")));
        printer.lines("  ", f, names);
        String results = f.results().stream().map(r -> operand(r, names)).collect(Collectors.joining(", "));
        return printer.text.append("  return").append(results.isEmpty() ? "" : " ").append(results).append("\n}\n").toString();
    }

    /// `f` without promises, also within loops: with the types that the ops have, not those that were promised.
    private static Lambda settled(Lambda f, Map<LoopBody, LoopBody> bodies) {
        var images = new IdentityHashMap<Variable, Variable>();
        for (Variable v : Graph.order(f.results())) {
            Op op = v.op();
            if (op instanceof Op.Loop(var body, var operands, var result)) {
                if (!bodies.containsKey(body))
                    bodies.put(body, new LoopBody(settled(body.step(), bodies), body.sequences(), body.states(), body.until()));
                op = new Op.Loop(bodies.get(body), operands, result);
            }
            boolean same = op.equals(v.op()) && !(v instanceof Promise);
            images.put(v, (same ? v : new Variable(op, v.name(), v.source())).rebuilt(images));
        }
        return f.withResults(f.results().stream().map(images::get).toList());
    }

    private void lines(String indent, Lambda f, Map<Variable, String> names) {
        for (Variable v : Graph.order(f.results())) {
            if (v.op() instanceof Op.Input || isInline(v)) continue;
            String body = v.op() instanceof Op.Loop loop ? body(indent, loop.body()) : "";
            text.append(indent).append(names.get(v)).append(": ").append(v.type()).append(" = ")
                    .append(computation(v.op(), body, names)).append('\n');
        }
    }

    /// The name of `body`, which is printed if none like it was.
    private String body(String indent, LoopBody body) {
        String content = content(body);
        String known = bodies.get(content);
        if (known != null) return known;
        String name = body.step().name().replaceFirst(" \\(.*\\)$", "");           // without the source line
        String own = unique(anonymous || !name.matches(IDENTIFIER) ? "body" : name, taken);
        bodies.put(content, own);
        block(indent, own, body);
        return own;
    }

    private String content(LoopBody body) {
        String known = contents.get(body);
        if (known != null) return known;
        var printer = new GraphPrinter(contents, true);
        printer.block("", "", body);
        contents.put(body, printer.text.toString());
        return contents.get(body);
    }

    private void block(String indent, String name, LoopBody body) {
        Map<Variable, String> names = names(body.step());
        var parameters = new ArrayList<String>();
        parameters.add("step " + declared(body.index(), names));
        body.elements().forEach(p -> parameters.add("each " + declared(p, names)));
        body.carried().forEach(p -> parameters.add("state " + declared(p, names)));
        body.captured().forEach(p -> parameters.add("given " + declared(p, names)));
        text.append(indent).append("body ").append(name).append('(').append(String.join(", ", parameters)).append(") {\n");
        lines(indent + "  ", body.step(), names);
        var results = new ArrayList<String>();
        body.next().forEach(r -> results.add("next " + operand(r, names)));
        body.emitted().forEach(r -> results.add("emit " + operand(r, names)));
        if (body.until()) results.add("until " + operand(body.step().results().getLast(), names));
        text.append(indent).append("  return").append(results.isEmpty() ? "" : " ").append(String.join(", ", results)).append('\n')
                .append(indent).append("}\n");
    }

    private static String declared(Variable parameter, Map<Variable, String> names) {
        return names.get(parameter) + ": " + parameter.type();
    }

    private static String computation(Op op, String body, Map<Variable, String> names) {
        if (op instanceof Op.Constant(var value))
            return LongStream.range(0, value.size()).mapToObj(i -> Literals.print(value, i)).collect(Collectors.joining(", ", "constant [", "]"));
        var parts = new ArrayList<String>();
        if (!body.isEmpty()) parts.add(body);
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
        for (Variable p : f.parameters()) names.put(p, "%" + unique(p.name().matches(IDENTIFIER) ? p.name() : "in" + (names.size() + 1), taken));
        int number = 0;
        for (Variable v : Graph.order(f.results())) {
            if (names.containsKey(v) || isInline(v)) continue;
            boolean named = v.name().matches(IDENTIFIER) && taken.add(v.name());
            names.put(v, "%" + (named ? v.name() : ++number));
        }
        return names;
    }

    /// `wanted`, or if that is taken `wanted_2` and so on; then taken.
    static String unique(String wanted, Set<String> taken) {
        String name = wanted;
        for (int i = 2; !taken.add(name); i++) name = wanted + "_" + i;
        return name;
    }
}
