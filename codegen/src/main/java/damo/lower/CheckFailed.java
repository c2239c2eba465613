package damo.lower;

import damo.DamoException;
import damo.graph.Graph;
import damo.graph.Lambda;
import damo.graph.Op;
import damo.graph.Variable;
import damo.interpret.Interpreter;
import damo.value.NDArray;
import java.util.List;

/// A check of a program does not hold. Kernels do not keep what was compared, so the interpreter computes it again for the message.
public final class CheckFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int FAR = 100;              // from here on, to compute the condition again could take long

    /// The check with this message fails.
    public CheckFailed(String message) {
        super(message, null, false, false);
    }

    /// The user's error: the message, and the facts against the condition if it is near the arguments.
    public DamoException error(Lambda program, NDArray[] arguments) {
        for (Variable v : Graph.order(program.results())) {
            if (!(v.op() instanceof Op.Assert(_, var condition, var message)) || !message.equals(getMessage())) continue;
            if (Graph.order(List.of(condition)).size() > FAR) continue;
            try {
                Interpreter.run(new Lambda(program.name(), program.parameters(), List.of(v)), List.of(arguments));
            } catch (DamoException e) {
                if (e.getMessage().startsWith(message)) return e;
            }
        }
        return new DamoException(getMessage());
    }
}
