package damo.cpu;

import damo.CompilerBug;
import damo.graph.Op;
import damo.kernel.Buffer;
import damo.kernel.Kernel;
import damo.kernel.Step;
import java.util.List;
import java.util.Map;

/// A step with everything looked up: numbers instead of names.
sealed interface Action {
    /// Runs a kernel, after giving memory to the temporaries that it stores.
    record Launch(int kernel, int[] stored) implements Action {}

    /// Runs one of two lists, as the bool at `condition` says.
    record Branch(int condition, Action[] then, Action[] otherwise) implements Action {}

    /// Fails the call unless the bool at `condition` holds.
    record Check(int condition, String message) implements Action {}

    /// Computes what `op` means of what is at `reads`, after giving memory to the temporaries among `stored`, where its results go.
    record Call(Op op, int[] reads, int[] stored) implements Action {}

    /// `steps` with kernels by their number and buffers by their position.
    static Action[] of(List<Step> steps, Map<Kernel, Integer> numbers, Map<Buffer, Integer> positions) {
        return steps.stream().map(step -> switch (step) {
            case Step.Launch(var kernel) -> new Launch(at(numbers, kernel),
                    kernel.stores().stream().mapToInt(store -> at(positions, store.to())).toArray());
            case Step.Branch(var condition, var then, var otherwise) -> new Branch(at(positions, condition),
                    of(then, numbers, positions), of(otherwise, numbers, positions));
            case Step.Check(var condition, var message) -> new Check(at(positions, condition), message);
            case Step.Call(var op, var reads, var stores) -> new Call(op, reads.stream().mapToInt(b -> at(positions, b)).toArray(),
                    stores.stream().mapToInt(b -> at(positions, b)).toArray());
        }).toArray(Action[]::new);
    }

    private static <K> int at(Map<K, Integer> map, K key) {
        Integer found = map.get(key);
        if (found == null) throw new CompilerBug("plan", "nothing is known of it", key.toString());
        return found;
    }
}
