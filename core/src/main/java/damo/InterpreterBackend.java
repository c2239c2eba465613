package damo;

import damo.graph.Lambda;
import damo.interpret.Interpreter;
import damo.spi.Backend;
import damo.spi.Executable;
import damo.value.NDArray;
import java.util.List;

/// Runs programs op by op, by the book: slow, and there when nothing else is.
final class InterpreterBackend implements Backend {
    @Override public String name() {
        return "interpreter";
    }

    @Override public Executable prepare(Lambda program, int outputs) {
        return new Interpreted(program);
    }

    private record Interpreted(Lambda program) implements Executable {
        @Override public void run(NDArray[] arguments, NDArray[] destinations, NDArray[] results) {
            // Copied before anything is written: the interpreter's results may share memory with arguments, and so may destinations.
            Interpreter.run(program, List.of(arguments)).stream().map(NDArray::copy).toList().toArray(results);
            for (int i = 0; i < results.length; i++)
                if (destinations[i] != null && !(destinations[i].isWhole() && destinations[i].type().equals(results[i].type())))
                    throw new DamoException("%s: result %d is %s, but its destination is %s%s; pass a whole array of the result's type".formatted(
                            program.name(), i, results[i].type(), destinations[i].type(), destinations[i].isWhole() ? "" : ", a view"));
            for (int i = 0; i < results.length; i++) {
                if (destinations[i] == null) continue;
                System.arraycopy(results[i].storage(), 0, destinations[i].storage(), 0, (int) results[i].size());
                results[i] = destinations[i];
            }
        }

        @Override public String explain() {
            return "interpreted, op by op: %d parameters, %d results".formatted(program.parameters().size(), program.results().size());
        }

        @Override public int[] kernels() {
            return new int[] {0, 0};
        }
    }
}
