package damo.kernel;

import java.util.List;

/// One thing that a program does.
public sealed interface Step {
    /// Runs a kernel.
    record Launch(Kernel kernel) implements Step {}

    /// Runs one of two lists of steps, as the bool in `condition` says. What both store into may be read afterwards.
    record Branch(Buffer condition, List<Step> then, List<Step> otherwise) implements Step {}

    /// Fails the call with `message` unless the bool in `condition` holds.
    record Check(Buffer condition, String message) implements Step {}
}
