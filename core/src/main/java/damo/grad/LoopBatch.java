package damo.grad;

import damo.graph.Build;
import damo.graph.Ints;
import damo.graph.LoopBody;
import damo.graph.Loops;
import damo.graph.Op;
import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import damo.type.DType;
import damo.type.TensorType;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// A loop for many values at once: a batch axis in front of elements, states and captured values. Where the elements of a batch end after
/// different numbers of steps, the loop goes on until all have, and the states of those that ended stay.
final class LoopBatch {
    private static final int NEW = Op.Dimshuffle.NEW;

    private final Batch outer;
    private final Variable count;
    private final Op.Loop loop;
    private final LoopBody body;
    private final BitSet wide = new BitSet();                       // the states with a batch axis

    /// The images of the loop's results, in order, and which of them are batched.
    record Images(List<Variable> results, BitSet batched) {}

    /// The step with a batch axis.
    private record Step(Batch batch, List<Variable> elements, List<Variable> carried) {}

    private LoopBatch(Batch outer, Variable count, Op.Loop loop) {
        this.outer = outer;
        this.count = count;
        this.loop = loop;
        this.body = loop.body();
    }

    /// The images of the results of `loop`, of which at least one operand is batched.
    static Images of(Batch outer, Variable count, Op.Loop loop, Variable z) {
        return new LoopBatch(outer, count, loop).images(z);
    }

    private Images images(Variable z) {
        boolean uneven = outer.isBatched(loop.steps());
        if (uneven && body.emissions() > 0) outer.single(z, loop.steps());
        for (int i = 0; i < body.states(); i++) if (uneven || outer.isBatched(loop.initial().get(i))) wide.set(i);
        for (;;) {
            Step step = step();
            int before = wide.cardinality();
            uneven |= body.until() && step.batch.isBatched(body.step().results().getLast());
            for (int i = 0; i < body.states(); i++) if (uneven || step.batch.isBatched(body.next().get(i))) wide.set(i);
            if (wide.cardinality() == before) return uneven ? uneven(step) : even(step);
        }
    }

    private Step step() {
        Map<Variable, Variable> images = new IdentityHashMap<>();
        var batched = new ArrayList<Variable>();
        var elements = new ArrayList<Variable>();
        var carried = new ArrayList<Variable>();
        for (int i = 0; i < body.sequences(); i++)
            elements.add(parameter(body.elements().get(i), outer.isBatched(loop.sequences().get(i)), images, batched));
        for (int i = 0; i < body.states(); i++) carried.add(parameter(body.carried().get(i), wide.get(i), images, batched));
        for (int i = 0; i < body.captured().size(); i++) {
            images.put(body.captured().get(i), outer.image(loop.captured().get(i)));
            if (outer.isBatched(loop.captured().get(i))) batched.add(body.captured().get(i));
        }
        return new Step(Batch.pushed(body.step().results(), images, batched, count), elements, carried);
    }

    private Variable parameter(Variable own, boolean isWide, Map<Variable, Variable> images, List<Variable> batched) {
        if (!isWide) return own;
        var extents = new ArrayList<>(own.type().extents());
        extents.addFirst(Ints.isConstant(count) ? Ints.value(count) : TensorType.UNKNOWN);
        images.put(own, Loops.parameter(own.name(), own.type().withExtents(extents)));
        batched.add(own);
        return images.get(own);
    }

    private List<Variable> sequences() {
        return loop.sequences().stream().map(s -> outer.isBatched(s) ? exchanged(outer.image(s)) : outer.image(s)).toList();
    }

    private List<Variable> initial() {
        return IntStream.range(0, body.states())
                .mapToObj(i -> wide.get(i) ? outer.whole(loop.initial().get(i)) : outer.image(loop.initial().get(i))).toList();
    }

    private List<Variable> next(Batch step) {
        return IntStream.range(0, body.states())
                .mapToObj(i -> wide.get(i) ? step.whole(body.next().get(i)) : step.image(body.next().get(i))).toList();
    }

    private Images even(Step step) {
        Variable until = body.until() ? step.batch.image(body.step().results().getLast()) : null;
        List<Variable> results = new ArrayList<>(Loops.of(new Loops.Parts(body.step().name(), outer.image(loop.steps()), body.index(), step.elements,
                sequences(), step.carried, initial(), next(step.batch), body.emitted().stream().map(step.batch::image).toList(), until)));
        BitSet batched = (BitSet) wide.clone();
        for (int i = 0; i < body.emissions(); i++)
            if (step.batch.isBatched(body.emitted().get(i))) {
                int at = body.states() + i;
                batched.set(at);
                results.set(at, exchanged(results.get(at)));
            }
        return new Images(results, batched);
    }

    /// Beside the states: whether each element of the batch has ended, and after how many steps.
    private Images uneven(Step step) {
        Variable steps = outer.whole(loop.steps());
        Variable most = new Variable(new Op.Reduce(Reduction.MAX, Build.join(0, List.of(steps, Ints.of(0).dimshuffle(NEW))), List.of(0)));
        Variable ended = Loops.parameter("ended", TensorType.ofRank(DType.BOOL, 1));
        Variable done = Loops.parameter("done", TensorType.ofRank(DType.INT64, 1));
        var carried = new ArrayList<>(step.carried);
        Collections.addAll(carried, ended, done);
        var initial = new ArrayList<>(initial());
        Collections.addAll(initial, steps.le(0), new Variable(new Op.Broadcast(Ints.of(0), List.of(count))));
        var next = new ArrayList<Variable>();
        List<Variable> after = next(step.batch);
        for (int i = 0; i < body.states(); i++) next.add(where(Batch.pad(ended, 0, after.get(i).rank() - 1), step.carried.get(i), after.get(i)));
        Variable stop = ended.or(steps.le(Ints.add(body.index(), Ints.of(1))));
        if (body.until()) stop = stop.or(step.batch.whole(body.step().results().getLast()));
        Collections.addAll(next, stop, where(ended, done, done.add(1)));
        List<Variable> results = Loops.of(new Loops.Parts(body.step().name(), most, body.index(), step.elements, sequences(), carried, initial, next,
                List.of(), stop.all(0)));
        var batched = new BitSet();
        batched.set(0, body.results());
        var images = new ArrayList<>(results.subList(0, body.states()));
        if (body.until()) images.add(results.get(body.states() + 1));
        return new Images(images, batched);
    }

    private static Variable where(Variable condition, Variable a, Variable b) {
        return Build.elementwise(ScalarOp.WHERE, condition, a, b);
    }

    /// With the first two axes exchanged.
    private static Variable exchanged(Variable x) {
        return x.swapAxes(0, 1);
    }
}
