package damo.interpret;

import damo.DamoException;
import damo.graph.LoopBody;
import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/// The meaning of a loop: its steps, one after the other.
final class Looping {
    private Looping() {}

    /// All results of a loop on these operands.
    static List<NDArray> run(LoopBody body, List<NDArray> operands) {
        long steps = operands.getFirst().scalarLong();
        int states = 1 + body.sequences();
        List<NDArray> sequences = operands.subList(1, states);
        List<NDArray> carried = new ArrayList<>(operands.subList(states, states + body.states()));
        List<NDArray> captured = operands.subList(states + body.states(), operands.size());
        check(body, steps, sequences);
        var emitted = new ArrayList<List<NDArray>>();
        for (int i = 0; i < body.emissions(); i++) emitted.add(new ArrayList<>());
        long done = 0;
        for (boolean ended = false; done < steps && !ended; done++) {
            var arguments = new ArrayList<NDArray>();
            arguments.add(NDArray.scalar(DType.INT64, done));
            for (NDArray sequence : sequences) arguments.add(Movement.slice(sequence, 0, done, 1, 1).reshape(tail(sequence.shape())));
            arguments.addAll(carried);
            arguments.addAll(captured);
            List<NDArray> results = Interpreter.run(body.step(), arguments);
            for (int i = 0; i < body.states(); i++) carried.set(i, next(body, i, carried.get(i), results.get(i)));
            for (int i = 0; i < body.emissions(); i++) emitted.get(i).add(results.get(body.states() + i));
            ended = body.until() && results.getLast().scalarBoolean();
        }
        var results = new ArrayList<>(carried);
        for (int i = 0; i < body.emissions(); i++)
            results.add(done > 0 ? stacked(emitted.get(i)) : nothing(body.emitted().get(i), body, operands));
        if (body.until()) results.add(NDArray.scalar(DType.INT64, done));
        return results;
    }

    private static void check(LoopBody body, long steps, List<NDArray> sequences) {
        String name = body.step().name();
        if (steps < 0) throw new DamoException("%s: the number of steps is %d; it must not be negative".formatted(name, steps));
        for (int i = 0; i < sequences.size(); i++)
            if (sequences.get(i).extent(0) < steps)
                throw new DamoException("%s: the sequence %s has %d elements, but there are %d steps; ask for fewer, or give a longer sequence"
                        .formatted(name, body.elements().get(i).label(), sequences.get(i).extent(0), steps));
    }

    private static NDArray next(LoopBody body, int state, NDArray before, NDArray after) {
        if (Arrays.equals(before.shape(), after.shape())) return after;
        throw new DamoException("%s: the state %s is %s, but its next value is %s; a state keeps its shape"
                .formatted(body.step().name(), body.carried().get(state).label(), before.type(), after.type()));
    }

    private static NDArray stacked(List<NDArray> rows) {
        return Movement.join(0, rows.stream().map(r -> r.reshape(prepend(1, r.shape()))).toList());
    }

    /// No rows of the shape that `emission` would have, as far as it can be told without a step.
    private static NDArray nothing(Variable emission, LoopBody body, List<NDArray> operands) {
        long[] row = emission.type().extents().stream().mapToLong(e -> Math.max(0, e)).toArray();
        if (!emission.type().isStatic()) {
            var arguments = new ArrayList<>(operands);
            for (int i = 1; i <= body.sequences(); i++)
                arguments.set(i, NDArray.zeros(operands.get(i).dtype(), tail(operands.get(i).shape())));
            arguments.set(0, NDArray.scalar(DType.INT64, 0));
            try {
                row = Interpreter.run(body.step().withResults(List.of(emission)), arguments).getFirst().shape();
            } catch (DamoException _) {
                // Zeros are nothing that the step can be run with: then what the type says must do.
            }
        }
        return NDArray.zeros(emission.dtype(), prepend(0, row));
    }

    private static long[] tail(long[] shape) {
        return Arrays.copyOfRange(shape, 1, shape.length);
    }

    private static long[] prepend(long first, long[] rest) {
        return LongStream.concat(LongStream.of(first), LongStream.of(rest)).toArray();
    }
}
