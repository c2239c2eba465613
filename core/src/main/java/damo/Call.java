package damo;

import damo.graph.Variable;
import damo.value.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// A call in the making: some inputs have values, some outputs a place. Immutable, so it can be kept and called often.
public final class Call {
    private static final Object[] NONE = {};

    private final CompiledFunction function;
    private final NDArray[] bound;
    private final Destinations destinations;

    /// @param bound per input its value, or `null`
    /// @param destinations `null` for fresh arrays
    Call(CompiledFunction function, NDArray[] bound, Destinations destinations) {
        this.function = function;
        this.bound = bound;
        this.destinations = destinations;
    }

    /// With this value for the input of this name. The value is not copied: a later change of an array is seen by later calls.
    ///
    /// @throws DamoException if there is no such input, it has a value already, or the value is of a wrong type
    public Call with(String input, Object value) {
        return with(function.position(input), value);
    }

    /// With this value for this input.
    public Call with(Variable input, Object value) {
        return with(function.position(input), value);
    }

    private Call with(int input, Object value) {
        if (bound[input] != null)
            throw new DamoException("%s: the input %s has a value already; give it one"
                    .formatted(function.label(), function.inputs().get(input).label()));
        NDArray[] more = bound.clone();
        more[input] = function.argument(input, value);
        return new Call(function, more, destinations);
    }

    /// With a place for each output, in order: an [NDArray] that [NDArray#isWhole], a primitive array (flat or nested), a JOML value, or
    /// `null` for a fresh array. An `NDArray` of the output's dtype, and for an output with at most one axis the flat array of its dtype,
    /// is written by the program itself, without allocating; others get a copy. A place may be an argument's memory.
    ///
    /// @throws DamoException if the places do not fit the outputs
    public Call into(Object... destinations) {
        return new Call(function, bound, Destinations.of(function.label(), function.outputs(), Arguments.spread(destinations)));
    }

    /// The first output. `arguments` fill, in order, the inputs that have no value yet; defaults fill the rest.
    public NDArray call(Object... arguments) {
        if (function.outputs().isEmpty())
            throw new DamoException("%s: it has no outputs, only updates; use run or callAll, or give it an output with out(…)"
                    .formatted(function.label()));
        Frame frame = called(arguments);
        NDArray first = frame.results[0];
        end(frame);
        return first;
    }

    /// All outputs, in order.
    public List<NDArray> callAll(Object... arguments) {
        Frame frame = called(arguments);
        NDArray[] outputs = Arrays.copyOf(frame.results, function.outputs().size());
        end(frame);
        return List.of(outputs);
    }

    /// All outputs by name, in order.
    public Map<String, NDArray> callMap(Object... arguments) {
        Frame frame = called(arguments);
        Map<String, NDArray> outputs = function.byName(frame.results);
        end(frame);
        return outputs;
    }

    /// Runs it for its updates and for what [#into] named; other outputs are dropped. Every input has its value by [#with] or a default.
    /// From the second time on nothing is allocated, as long as extents do not grow and nobody borrows what is updated.
    public void run() {
        Frame frame = function.frames().take();
        function.accept(frame, bound, NONE, 0);
        frame.offer(destinations);
        function.run(frame, destinations);
        frame.keep(destinations);
        end(frame);
    }

    private Frame called(Object[] arguments) {
        Object[] all = Arguments.spread(arguments);
        Frame frame = function.frames().take();
        function.accept(frame, bound, all, all.length);
        function.run(frame, destinations);
        return frame;
    }

    private void end(Frame frame) {
        frame.clear();
        function.frames().give(frame);
    }
}
