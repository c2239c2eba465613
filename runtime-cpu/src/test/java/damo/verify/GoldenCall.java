package damo.verify;

import com.fasterxml.jackson.databind.JsonNode;
import damo.graph.Index;
import damo.graph.Ints;
import damo.graph.Variable;
import damo.type.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/// One operation of a golden expression: its operands, built, and its attributes.
record GoldenCall(List<Variable> operands, JsonNode attributes, Function<JsonNode, Variable> builder) {
    /// Something that Damo cannot say yet.
    static final class Missing extends RuntimeException {
        Missing(String what) {
            super(what);
        }
    }

    Variable x() {
        return operands.getFirst();
    }

    Variable y() {
        return operands.get(1);
    }

    Variable z() {
        return operands.get(2);
    }

    boolean has(String name) {
        return attributes.hasNonNull(name);
    }

    int number(String name, int otherwise) {
        return has(name) ? attributes.get(name).intValue() : otherwise;
    }

    double real(String name) {
        JsonNode value = attributes.get(name);
        return value.isTextual() ? Double.parseDouble(value.asText()) : value.doubleValue();
    }

    boolean flag(String name) {
        return has(name) && attributes.get(name).booleanValue();
    }

    String text(String name) {
        return attributes.path(name).asText("");
    }

    DType dtype(DType otherwise) {
        return has("dtype") ? DType.parse(text("dtype")) : otherwise;
    }

    long[] numbers(JsonNode list) {
        return IntStream.range(0, list.size()).mapToLong(i -> list.get(i).longValue()).toArray();
    }

    long[] numbers(String name) {
        return numbers(attributes.get(name));
    }

    Object[] extents() {
        return java.util.Arrays.stream(numbers("shape")).boxed().toArray();
    }

    /// `axis`, a number or a list; none for null.
    int[] axes() {
        return axes("axis");
    }

    int[] axes(String name) {
        JsonNode axis = attributes.path(name);
        if (axis.isInt()) return new int[] {axis.intValue()};
        return IntStream.range(0, axis.size()).map(i -> axis.get(i).intValue()).toArray();
    }

    long[][] pairs(String name) {
        JsonNode list = attributes.get(name);
        return IntStream.range(0, list.size()).mapToObj(i -> numbers(list.get(i))).toArray(long[][]::new);
    }

    /// `index`, as far as Damo has it: without masks.
    Index[] index() {
        var entries = new ArrayList<Index>();
        for (JsonNode entry : attributes.get("index")) {
            if (entry.isInt()) {
                entries.add(Index.at(entry.intValue()));
            } else if (entry.isTextual()) {
                entries.add(entry.asText().equals("...") ? Index.ELLIPSIS : Index.NEW_AXIS);
            } else if (entry.has("slice")) {
                JsonNode s = entry.get("slice");
                entries.add(new Index.Range(bound(s.get(0)), bound(s.get(1)), s.get(2).isNull() ? 1 : s.get(2).longValue()));
            } else {
                Variable array = builder.apply(entry.get("array"));
                if (array.dtype() == DType.BOOL) throw new Missing("index by bools");
                entries.add(Index.take(array));
            }
        }
        return entries.toArray(Index[]::new);
    }

    private Variable bound(JsonNode bound) {
        return bound == null || bound.isNull() ? null : bound.isInt() ? Ints.of(bound.longValue()) : builder.apply(bound);
    }
}
