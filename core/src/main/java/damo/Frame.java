package damo;

import damo.graph.Variable;
import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import java.lang.ref.WeakReference;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.List;

/// The memory of one call at a time, used again by the next one.
final class Frame {
    /// What the program gets: inputs, then state.
    final NDArray[] arguments;
    /// Where outputs, and new values of state, must go; `null` for those that may go anywhere.
    final NDArray[] destinations;
    /// Outputs, then new values of state.
    final NDArray[] results;
    private final NDArray[] dropped;             // memory for outputs that the caller does not get
    private final NDArray[] numbers;             // memory for Java numbers, by input
    private final Wrapped inputs;
    private final Wrapped outputs;

    Frame(int inputs, int state, int outputs, int results) {
        arguments = new NDArray[inputs + state];
        destinations = new NDArray[results];
        this.results = new NDArray[results];
        dropped = new NDArray[outputs];
        numbers = new NDArray[inputs];
        this.inputs = new Wrapped(inputs);
        this.outputs = new Wrapped(outputs);
    }

    /// Flat Java arrays as arrays with one axis, by place. Called again with the same arrays, it makes nothing; it keeps none of them alive.
    private static final class Wrapped {
        private final WeakReference<NDArray>[] last;

        @SuppressWarnings("unchecked")
        Wrapped(int places) {
            last = new WeakReference[places];
        }

        NDArray of(int place, DType dtype, Object array) {
            NDArray known = last[place] == null ? null : last[place].get();
            if (known != null && known.storage() == array) return known;
            NDArray made = NDArray.wrap(dtype, array, Array.getLength(array));
            last[place] = new WeakReference<>(made);
            return made;
        }
    }

    /// `value` as a value of input `i`, if that needs no thought: a flat array of its dtype, or a Java number that it holds; else `null`.
    NDArray plain(int i, TensorType type, Object value) {
        if (value == null) return null;
        if (type.rank() == 0) return number(i, type.dtype(), value) ? numbers[i] : null;
        boolean flat = type.rank() == 1 && type.extent(0) == TensorType.UNKNOWN && value.getClass() == type.dtype().storage();
        return flat ? inputs.of(i, type.dtype(), value) : null;
    }

    private boolean number(int i, DType dtype, Object value) {
        if (numbers[i] == null) numbers[i] = NDArray.zeros(dtype);
        boolean exact = value instanceof Double || value instanceof Float || value instanceof Integer;
        if (dtype == DType.FLOAT64 && exact) ((double[]) numbers[i].storage())[0] = ((Number) value).doubleValue();
        else if (dtype == DType.FLOAT32 && value instanceof Float x) ((float[]) numbers[i].storage())[0] = x;
        else if (dtype == DType.INT32 && value instanceof Integer x) ((int[]) numbers[i].storage())[0] = x;
        else if (dtype == DType.INT64 && (value instanceof Integer || value instanceof Long))
            ((long[]) numbers[i].storage())[0] = ((Number) value).longValue();
        else if (dtype == DType.BOOL && value instanceof Boolean x) ((boolean[]) numbers[i].storage())[0] = x;
        else return false;                                             // others are converted with care
        return true;
    }

    /// Makes each of these the place of an output, if all are different flat arrays of their outputs' types.
    boolean place(List<Variable> outputs, Object[] all, int from) {
        for (int i = 0; i < outputs.size(); i++) {
            Variable output = outputs.get(i);
            Object array = all[from + i];
            if (array == null || output.rank() != 1 || array.getClass() != output.dtype().storage()) return false;
            for (int j = 0; j < i; j++) if (all[from + j] == array) return false;
        }
        for (int i = 0; i < outputs.size(); i++) destinations[i] = this.outputs.of(i, outputs.get(i).dtype(), all[from + i]);
        return true;
    }

    /// Offers memory for outputs that the caller does not get.
    void offer(Destinations to) {
        for (int i = 0; i < dropped.length; i++) if (to == null || to.direct()[i] == null) results[i] = dropped[i];
    }

    /// Keeps what [#offer] offered, or what was made instead, for the next call.
    void keep(Destinations to) {
        for (int i = 0; i < dropped.length; i++) if (to == null || to.direct()[i] == null) dropped[i] = results[i];
    }

    /// Forgets the caller's arrays.
    void clear() {
        Arrays.fill(arguments, null);
        Arrays.fill(destinations, null);
        Arrays.fill(results, null);
    }
}
