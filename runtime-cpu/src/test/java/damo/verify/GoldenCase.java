package damo.verify;

import static damo.Damo.add;
import static damo.Damo.constant;
import static damo.Damo.grad;
import static damo.Damo.tensor;
import static damo.Damo.zeroIfDisconnected;
import static damo.Damo.zeros;

import com.fasterxml.jackson.databind.JsonNode;
import damo.graph.Variable;
import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import damo.value.Storage;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A golden case, built: the inputs, the outputs, then the gradients that the case lists.
final class GoldenCase {
    final JsonNode json;
    final Map<String, Variable> inputs = new LinkedHashMap<>();
    final List<Variable> results = new ArrayList<>();
    final List<JsonNode> expected = new ArrayList<>();

    private final Map<String, Variable> names = new HashMap<>();    // inputs, and within a loop what its step sees

    /// The case, with all extents of the inputs known or none.
    GoldenCase(JsonNode json, boolean isStatic) {
        this.json = json;
        for (JsonNode input : json.get("inputs")) {
            long[] extents = extents(input);
            if (!isStatic) java.util.Arrays.fill(extents, TensorType.UNKNOWN);
            String name = input.get("name").asText();
            inputs.put(name, tensor(DType.parse(input.get("dtype").asText()), name, extents));
        }
        names.putAll(inputs);
        List<Variable> outputs = several(json.get("expr"));
        results.addAll(outputs);
        json.get("outputs").forEach(expected::add);
        if (json.get("grads").isEmpty()) return;
        var wrt = new ArrayList<Variable>();
        json.get("grads").properties().forEach(e -> {
            wrt.add(inputs.get(e.getKey()));
            expected.add(e.getValue());
        });
        Variable cost = null;
        for (Variable z : outputs) if (z.dtype().isFloat()) cost = cost == null ? z.sum() : add(cost, z.sum());
        results.addAll(grad(cost == null ? zeros(DType.FLOAT64) : cost, wrt, zeroIfDisconnected()));
    }

    List<NDArray> arguments() {
        var values = new ArrayList<NDArray>();
        for (JsonNode input : json.get("inputs")) values.add(value(input.get("dtype").asText(), input.get("data"), extents(input)));
        return values;
    }

    private Variable one(JsonNode e) {
        List<Variable> all = several(e);
        if (all.size() != 1) throw new IllegalArgumentException("one value is needed: " + e);
        return all.getFirst();
    }

    private List<Variable> several(JsonNode e) {
        if (e.isTextual()) return List.of(names.get(e.asText()));
        if (e.has("const")) return List.of(constant(value(e.get("dtype").asText(), e.get("const"), extents(e))));
        String op = e.get(0).asText();
        if (op.equals("grad")) return List.of(grad(one(e.get(1)).sum(), inputs.get(e.get(2).asText()), zeroIfDisconnected()));
        if (op.equals("item")) return List.of(several(e.get(1)).get(e.get(2).get("index").asInt()));
        if (op.equals("scan")) return new GoldenScan(names, this::one).results(e.get(1));
        var operands = new ArrayList<Variable>();
        JsonNode attributes = com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode();
        for (int i = 1; i < e.size(); i++) {
            if (e.get(i).isObject() && !e.get(i).has("const")) attributes = e.get(i);
            else operands.add(one(e.get(i)));
        }
        if (op.equals("tuple")) return operands;
        return GoldenOps.build(op, new GoldenCall(operands, attributes, this::one));
    }

    static long[] extents(JsonNode tensor) {
        JsonNode shape = tensor.get("shape");
        long[] extents = new long[shape.size()];
        for (int i = 0; i < extents.length; i++) extents[i] = shape.get(i).longValue();
        return extents;
    }

    /// The value of `data`, a list or a lone element, exact also beyond the integers of a double.
    static NDArray value(String dtype, JsonNode data, long... extents) {
        DType type = DType.parse(dtype);
        int size = data.isArray() ? data.size() : 1;
        Object storage = Storage.allocate(type, size);
        for (int i = 0; i < size; i++) {
            JsonNode element = data.isArray() ? data.get(i) : data;
            if (type == DType.BOOL) Array.setBoolean(storage, i, element.isBoolean() ? element.booleanValue() : element.asInt() != 0);
            else if (type.isFloat()) Storage.setDouble(type, storage, i, element.isTextual() ? Double.parseDouble(element.asText())
                    : element.doubleValue());
            else Storage.setLong(type, storage, i, element.bigIntegerValue().longValue());
        }
        return NDArray.wrap(type, storage, extents);
    }
}
