package damo.kernel;

import java.util.List;
import java.util.Optional;

/// One thing that a program does.
public sealed interface Step {
    /// Runs a kernel.
    record Launch(Kernel kernel) implements Step {}

    /// Runs one of two lists of steps, as the bool in `condition` says. What both store into may be read afterwards.
    record Branch(Buffer condition, List<Step> then, List<Step> otherwise) implements Step {}

    /// Does `body` for each value of the symbol `index` from 0 up to `steps` (int32), but ends after a step that leaves true in `until`. After each
    /// step, what `carries` says changes places, all at once.
    record Loop(String index, Value steps, List<Step> body, List<Carry> carries, Optional<Buffer> until) implements Step {
        /// A loop of these steps.
        public Loop {
            body = List.copyOf(body);
            carries = List.copyOf(carries);
        }
    }

    /// After a step, `state` is what `next` was; what `next` is then is not defined. No buffer is the `state` of two, or the `next` of two.
    record Carry(Buffer state, Buffer next) {}

    /// Fails the call with `message` unless the bool in `condition` holds.
    record Check(Buffer condition, String message) implements Step {}
}
