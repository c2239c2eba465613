package damo.grad;

import static damo.Damo.scan;

import damo.graph.*;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Loops made at random, of scalars and vectors of two: all derivatives against those of the steps written out.
class RandomLoopTest {
    @ParameterizedTest @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24})
    void asWrittenOut(long seed) {
        var random = new Random(seed);
        int sequences = random.nextInt(3);
        int states = 1 + random.nextInt(3);
        int captured = 1 + random.nextInt(3);
        long n = random.nextInt(5);
        var point = new ArrayList<NDArray>();
        for (int i = 0; i < sequences + states + captured; i++) {
            boolean vector = random.nextBoolean();
            long rows = n + random.nextInt(2);
            long[] shape = LongStream.concat(i < sequences ? LongStream.of(rows) : LongStream.empty(), vector ? LongStream.of(2) : LongStream.empty())
                    .toArray();
            point.add(Check.random(seed + i, shape));
        }
        int every = 1 + random.nextInt(4);
        Rolled.Step step = (i, x, h, c) -> new Steps(new Random(seed + 1000)).step(i, x, h, c);
        var program = new Rolled(sequences, states, step);
        try {
            program.check(_ -> {}, n, point.toArray(NDArray[]::new));
            program.check(loop -> loop.checkpointEvery(every), n, point.toArray(NDArray[]::new));
            Check.duality(xs -> xs.stream().map(Variable::sum).reduce(Rolled.cost(program.loop(xs, n, _ -> {})), Variable::add), point);
        } catch (Throwable e) {
            throw new AssertionError("seed " + seed + ", " + n + " steps: " + e.getMessage(), e);
        }
    }

    private record Steps(Random random) {
        private List<Variable> step(Variable i, List<Variable> x, List<Variable> h, List<Variable> c) {
            var pool = new ArrayList<Variable>();
            pool.addAll(x);
            pool.addAll(h);
            pool.addAll(c);
            pool.add(i.mul(0.25));
            for (int k = 3 + random.nextInt(6); k > 0; k--) pool.add(made(pool, true));
            var results = new ArrayList<Variable>();
            for (Variable state : h) {
                Variable next = random.nextInt(6) == 0 ? state : any(pool);
                results.add(fitted(next, state));
            }
            for (int k = random.nextInt(3); k > 0; k--) results.add(any(pool));
            return results;
        }

        private static Variable fitted(Variable next, Variable state) {
            if (next.rank() == state.rank()) return next;
            return next.rank() > state.rank() ? next.sum().tanh() : next.broadcastTo(2);
        }

        private Variable any(List<Variable> pool) {
            return pool.get(random.nextInt(pool.size()));
        }

        private Variable made(List<Variable> pool, boolean mayLoop) {
            Variable a = any(pool);
            Variable b = any(pool);
            return switch (random.nextInt(mayLoop ? 11 : 9)) {
                case 0 -> a.sin();
                case 1 -> a.add(b);
                case 2 -> a.mul(b).tanh();
                case 3 -> a.sub(b.mul(0.3)).sigmoid();
                case 4 -> Build.elementwise(ScalarOp.WHERE, a.gt(b), a.mul(b).sin(), b);
                case 5 -> a.sum().mul(0.4);
                case 6 -> a.rank() == 1 && b.rank() == 1 ? a.outer(b).dot(a).tanh() : a.mul(a).mul(0.5).sin();
                case 7 -> new Variable(new Op.StopGradient(a)).mul(b).cos();
                case 8 -> a.rank() == b.rank() ? new Variable(new Op.If(a.sum().gt(b.sum()), a.mul(b).sin(), b.cos())) : a.div(b.mul(b).add(1));
                case 9 -> inner(pool, false);
                case 10 -> inner(pool, true);
                default -> throw new AssertionError();
            };
        }

        private Variable inner(List<Variable> pool, boolean emits) {
            var loop = scan();
            var s = loop.state(any(pool));
            var within = new ArrayList<>(pool);
            within.add(s);
            for (int k = 2; k > 0; k--) within.add(made(within, false));
            Variable next = within.getLast().mul(0.5).add(s.mul(any(pool).sum()).sin().mul(0.1));
            loop.next(s, fitted(next, s));
            loop.times(random.nextInt(3));
            return emits ? loop.emit(within.get(within.size() - 2)).sum(0).mul(0.5) : loop.last(s).sin();
        }
    }
}
