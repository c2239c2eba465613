package damo.kernel;

import damo.graph.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// One thing that a program does.
public sealed interface Step {
    /// Does what a kernel says, in one way or another.
    sealed interface Compute extends Step {
        /// What it says.
        Kernel kernel();
    }

    /// Runs a kernel.
    record Launch(Kernel kernel) implements Compute {}

    /// Runs a kernel that is a contraction ([Contractions]), as products of matrices.
    record Contract(Kernel kernel) implements Compute {}

    /// Runs a kernel for each value of the symbol `index` from 0 up to `steps`, all times for one of its positions before the next. It loads the
    /// states of `carries` only at its position: what is there is the first state, and each time the next one becomes what it stores. In the end
    /// that is the last state (the first, if there are no steps); the memory of the states stays as it is.
    record Repeat(String index, Value steps, Kernel kernel, List<Carry> carries) implements Compute {
        /// A kernel that is repeated.
        public Repeat {
            carries = List.copyOf(carries);
        }
    }

    /// Runs a kernel a few rows at a time, in [Strips] only.
    ///
    /// @param axis what all its stores are along
    /// @param isSum whether a position of `axis` is a whole strip, over whose rows there is a sum, and not a row
    record Strip(Kernel kernel, Axis axis, boolean isSum) implements Compute {}

    /// Runs kernels in order, but all of them for a strip of rows before any for another strip: so what one of them has brought from memory is still
    /// in a cache for the others. They need of what those before them store the rows that they are at and no others, so it is as if each had run
    /// alone, and strips may be done in any order. The first kernel is no sum; its axis has all rows.
    ///
    /// @param each how many rows a strip has; the last ones may be a shorter strip, and are in no sum
    record Strips(List<Strip> kernels, Value each) implements Step {
        /// Kernels that go together.
        public Strips {
            kernels = List.copyOf(kernels);
        }
    }

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

        /// The steps within, at any depth, in the order of the text.
        public Stream<Step> all() {
            return Step.all(body);
        }
    }

    /// After a step, `state` is what `next` was; what `next` is then is not defined. No buffer is the `state` of two, or the `next` of two.
    record Carry(Buffer state, Buffer next) {}

    /// How the memory of buffers changes places, so that each state has that of its next value; in the end every buffer has some.
    ///
    /// @param to the buffers that get other memory
    /// @param from the buffers that had it, in the same order
    record Exchange(List<Buffer> to, List<Buffer> from) {
        /// The exchange after one step of a loop.
        public static Exchange of(List<Carry> carries) {
            var to = new ArrayList<>(carries.stream().map(Carry::state).toList());
            var from = new ArrayList<>(carries.stream().map(Carry::next).toList());
            List<Buffer> left = to.stream().filter(s -> !from.contains(s)).toList();    // no state takes their memory
            List<Buffer> bare = from.stream().filter(n -> !to.contains(n)).toList();
            to.addAll(bare);
            from.addAll(left);
            return new Exchange(to, from);
        }
    }

    /// These steps and those within them, at any depth, in the order of the text.
    static Stream<Step> all(List<Step> steps) {
        return steps.stream().flatMap(step -> Stream.concat(Stream.of(step), switch (step) {
            case Compute _, Check _, Call _ -> Stream.empty();
            case Branch(_, var then, var otherwise) -> Stream.concat(all(then), all(otherwise));
            case Loop loop -> loop.all();
            case Strips strips -> strips.kernels.stream();
        }));
    }

    /// Fails the call with `message` unless the bool in `condition` holds.
    record Check(Buffer condition, String message) implements Step {}

    /// Computes what `op` means ([damo.interpret.Interpreter#results]) of the contents of `reads`, one for each of its operands, and stores
    /// all its results into `stores`: for what no kernel does. It fails the call if the operands break a rule of the op.
    record Call(Op op, List<Buffer> reads, List<Buffer> stores) implements Step {}
}
