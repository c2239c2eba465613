package damo.kernel;

import damo.graph.Op;
import java.util.List;

/// One thing that a program does.
public sealed interface Step {
    /// Runs a kernel.
    record Launch(Kernel kernel) implements Step {}

    /// Runs one of two lists of steps, as the bool in `condition` says. What both store into may be read afterwards.
    record Branch(Buffer condition, List<Step> then, List<Step> otherwise) implements Step {}

    /// Fails the call with `message` unless the bool in `condition` holds.
    record Check(Buffer condition, String message) implements Step {}

    /// Computes what `op` means ([damo.interpret.Interpreter#results]) of the contents of `reads`, one for each of its operands, and stores
    /// all its results into `stores`: for what no kernel does. It fails the call if the operands break a rule of the op.
    record Call(Op op, List<Buffer> reads, List<Buffer> stores) implements Step {}
}
