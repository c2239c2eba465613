package damo.verify;

import static damo.Damo.ifelse;
import static damo.Damo.scan;
import static damo.Damo.where;

import damo.Scan;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// A random loop over given variables: of few steps, none among them, whose states stay small.
final class RandomLoop {
    private final Random random;
    private final Scan loop = scan();
    private final List<Variable> inside = new ArrayList<>();

    private RandomLoop(Random random) {
        this.random = random;
    }

    /// One result of a loop that begins with the float `a`, and may read `b` whole or element by element.
    static Variable of(Random random, Variable a, Variable b, boolean alike) {
        return new RandomLoop(random).result(a, b, alike, 2);
    }

    private Variable result(Variable a, Variable b, boolean alike, int depth) {
        Variable s = loop.state(a);
        if (alike) inside.add(b.cast(a.dtype()).tanh());
        boolean reads = b.rank() > 0 && random.nextInt(3) > 0;
        Variable element = !reads ? b : random.nextBoolean() ? loop.sequence(b) : loop.backwards(b);
        inside.add(element.cast(a.dtype()).tanh().sum());
        inside.add(loop.index().cast(a.dtype()));
        Variable count = loop.state(damo.Damo.constant(random.nextInt(3)).cast(damo.type.DType.INT64));
        loop.next(count, count.add(loop.index()).add(1));
        loop.next(s, next(s, count, depth));
        if (!reads || random.nextInt(3) == 0) loop.times(reads ? loop(b) : damo.Damo.constant((long) random.nextInt(5)));
        if (random.nextInt(4) == 0) loop.until(random.nextBoolean() ? count.ge(2 + random.nextInt(3)) : s.sum().gt(RandomGraph.ODD));
        return switch (random.nextInt(5)) {
            case 0 -> loop.last(s);
            case 1 -> loop.trace(s);
            case 2 -> loop.emit(s.tanh().sum().add(pick()));
            case 3 -> loop.emit(s.mul(pick())).sum(0).add(loop.last(s));
            default -> loop.last(count).cast(a.dtype()).add(loop.emit(s.sum()).sum());
        };
    }

    /// Fewer steps than `b` has elements, or as many.
    private Variable loop(Variable b) {
        return b.shape(0).floorDiv(1 + random.nextInt(3));
    }

    private Variable pick() {
        return inside.get(random.nextInt(inside.size()));
    }

    private Variable next(Variable s, Variable count, int depth) {
        Variable half = s.mul(0.5);
        return switch (random.nextInt(depth > 1 ? 8 : 7)) {
            case 0 -> s.tanh();
            case 1 -> half.add(pick());
            case 2 -> where(count.mod(2).eq(0), half, half.neg().add(pick()));
            case 3 -> ifelse(count.mod(2).eq(0), s.sin(), half.add(pick()));
            case 4 -> half.sub(s.tanh().mean());
            case 5 -> s.rank() == 2 ? half.add(s.tanh().dot(s.tanh().transpose()).sum(true, 1)) : half.add(1);
            case 6 -> half.add(s.tanh().sum(true, -1));
            default -> {
                var inner = new RandomLoop(random);
                yield half.add(inner.result(s.tanh(), pick(), false, depth - 1).sum().tanh());
            }
        };
    }
}
