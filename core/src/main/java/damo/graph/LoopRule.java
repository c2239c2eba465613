package damo.graph;

import damo.type.DType;
import damo.type.TensorType;
import java.util.ArrayList;
import java.util.List;

/// The type of a loop's results, and the rules that its body must keep.
final class LoopRule {
    private LoopRule() {}

    static TensorType of(Op.Loop loop) {
        LoopBody body = loop.body();
        Variable steps = loop.steps();
        check(steps.rank() == 0 && steps.dtype() == DType.INT64, loop, "the number of steps must be an int64 scalar");
        check(!Ints.isConstant(steps) || Ints.value(steps) >= 0, loop, "the number of steps must not be negative");
        check(loop.operands().size() == body.step().parameters().size(), loop, "its body has %d parameters for %d operands"
                .formatted(body.step().parameters().size(), loop.operands().size()));
        check(body.index().type().equals(TensorType.scalar(DType.INT64)), loop, "the number of the step must be an int64 scalar");
        check(!body.until() || body.step().results().getLast().type().equals(TensorType.scalar(DType.BOOL)), loop,
                "what ends the loop must be a bool scalar");
        check(!body.until() || body.emissions() == 0, loop, "a loop that its body ends emits nothing");
        for (int i = 0; i < body.sequences(); i++) element(loop, loop.sequences().get(i), body.elements().get(i));
        for (int i = 0; i < body.states(); i++) state(loop, loop.initial().get(i), body.carried().get(i), body.next().get(i));
        for (int i = 0; i < body.captured().size(); i++)
            check(body.captured().get(i).type().mayHold(loop.captured().get(i).type()), loop, "what is captured as %s must be %s, not %s"
                    .formatted(body.captured().get(i).label(), body.captured().get(i).type(), loop.captured().get(i).type()));
        check(loop.result() >= 0 && loop.result() < body.results(), loop, "it has no result " + loop.result());
        return result(loop, body);
    }

    private static TensorType result(Op.Loop loop, LoopBody body) {
        if (loop.result() < body.states()) return body.carried().get(loop.result()).type();
        if (loop.result() == body.states() + body.emissions()) return TensorType.scalar(DType.INT64);
        TensorType one = body.step().results().get(loop.result()).type();
        var extents = new ArrayList<>(List.of(loop.steps().constantExtent()));
        extents.addAll(one.extents());
        return one.withExtents(extents);
    }

    private static void element(Op.Loop loop, Variable sequence, Variable element) {
        check(sequence.rank() > 0, loop, "%s has no axis to run over".formatted(sequence.label()));
        TensorType own = sequence.type().withExtents(sequence.type().extents().subList(1, sequence.rank()));
        check(element.type().mayHold(own), loop, "elements of %s are %s, not %s".formatted(sequence.label(), own, element.type()));
    }

    private static void state(Op.Loop loop, Variable first, Variable carried, Variable next) {
        check(carried.type().mayHold(first.type()) && carried.type().mayHold(next.type()), loop,
                "the state %s is %s before the loop, but its next value is %s; a state keeps its dtype and shape"
                        .formatted(carried.label(), first.type(), next.type()));
    }

    private static void check(boolean holds, Op.Loop loop, String rule) {
        if (!holds) throw Variable.error("loop " + loop.body().step().name(), rule, loop.operands());
    }
}
