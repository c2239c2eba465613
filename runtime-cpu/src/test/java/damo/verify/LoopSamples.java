package damo.verify;

import damo.Damo;
import damo.Scan;
import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import damo.verify.OpSamples.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// Loops, each a result of one: said with [Scan], since a body by hand would be no clearer.
final class LoopSamples {
    private static final NDArray XS = NDArray.of(new double[] {0.3, -0.7, 1.1, 0.4, -0.2});
    private static final NDArray ROWS = NDArray.of(new double[][] {{0.3, -0.7, 1.1}, {0.4, -0.2, 0.9}, {-1.3, 0.8, 0.1}, {0.6, 0.5, -0.4}});
    private static final NDArray SQUARE = NDArray.of(new double[][] {{0.2, -0.5, 0.3}, {0.7, 0.1, -0.6}, {-0.4, 0.9, 0.5}});

    private final List<Sample> samples = new ArrayList<>();

    private LoopSamples() {}

    static List<Sample> all() {
        var all = new LoopSamples();
        for (DType d : DType.values()) all.folds(d);
        all.states();
        all.emissions();
        all.ends();
        all.captures();
        all.nested();
        return all.samples;
    }

    private void add(String name, Function<List<Variable>, Variable> f, boolean smooth, NDArray... at) {
        samples.add(new Sample(name, x -> loop(f.apply(x)), List.of(at), smooth));
    }

    /// As a variable whose op is settled.
    private static Variable loop(Variable result) {
        return new Variable(result.op());
    }

    private void folds(DType d) {
        for (int size : new int[] {0, 1, 5}) {
            NDArray x = OpSamples.counting(d, size);
            add("last of " + x.type(), a -> fold(a.getFirst(), d, false), d == DType.FLOAT64, x);
            add("trace of " + x.type(), a -> fold(a.getFirst(), d, true), d == DType.FLOAT64, x);
        }
        NDArray rows = OpSamples.counting(d, 3, 4);
        add("map over rows of " + rows.type(), a -> Damo.map(r -> Damo.join(0, r, r), a.getFirst()), d == DType.FLOAT64, rows);
        add("backwards over rows of " + rows.type(), a -> {
            var loop = Damo.scan();
            return loop.emit(Damo.flip(loop.backwards(a.getFirst()), 0));
        }, d == DType.FLOAT64, rows);
    }

    private static Variable fold(Variable xs, DType d, boolean traced) {
        var loop = Damo.scan();
        var x = loop.sequence(xs);
        var s = loop.state(Damo.ones(d));
        loop.next(s, d == DType.BOOL ? s.xor(x) : s.maximum(x).add(x).cast(d));
        return traced ? loop.trace(s) : loop.last(s);
    }

    private void states() {
        add("two states, the first", a -> oscillator(a, 0, false), true, NDArray.of(0.3), NDArray.of(0.7));
        add("two states, the second", a -> oscillator(a, 1, false), true, NDArray.of(0.3), NDArray.of(0.7));
        add("two states, traced", a -> oscillator(a, 1, true), true, NDArray.of(0.3), NDArray.of(0.7));
        add("taps of a state", a -> {
            var loop = Damo.scan();
            var x = loop.sequence(a.get(0));
            var s = loop.state(a.get(1), -3, -1);
            loop.next(s, s.tap(-3).mul(x).add(s.sin()));
            return loop.trace(s);
        }, true, XS, NDArray.of(new double[] {0.5, -0.3, 0.8}));
        add("a state that stays", a -> {
            var loop = Damo.scan();
            loop.sequence(a.getFirst());
            var s = loop.state(a.getFirst().sum());
            loop.next(s, s);
            return loop.last(s);
        }, true, XS);
        add("states that change places", a -> {
            var loop = Damo.scan();
            loop.times(5);
            var s = loop.state(a.get(0));
            var t = loop.state(a.get(0).mul(2));
            loop.next(s, t);
            loop.next(t, s);
            return loop.trace(s);
        }, true, XS);
    }

    private static Variable oscillator(List<Variable> a, int which, boolean traced) {
        var loop = Damo.scan();
        loop.times(6);
        var q = loop.state(a.get(0));
        var p = loop.state(a.get(1));
        loop.next(q, q.add(p.mul(0.1)));
        loop.next(p, p.sub(q.sin().mul(0.1)));
        Scan.Tapped s = which == 0 ? q : p;
        return traced ? loop.trace(s) : loop.last(s);
    }

    private void emissions() {
        UnaryOperator<Variable> f = x -> x.mul(x).tanh();
        add("an emission without states", a -> Damo.map(f, a.getFirst()), true, XS);
        add("the second of two emissions", a -> {
            var loop = Damo.scan();
            var x = loop.sequence(a.getFirst());
            loop.emit(f.apply(x));
            return loop.emit(x.cast(DType.FLOAT32).add(x.sum()));
        }, false, ROWS);
        add("taps into past and future", a -> {
            var loop = Damo.scan();
            var x = loop.sequence(a.getFirst(), -1, 0, 2);
            return loop.emit(x.tap(-1).mul(x).sub(x.tap(2)));
        }, true, XS);
        add("two sequences, the shorter decides", a -> Damo.map(Variable::mul, a.get(0), a.get(1)), true, XS, ROWS);
        add("the number of the step", a -> {
            var loop = Damo.scan();
            return loop.emit(loop.sequence(a.getFirst()).mul(loop.index()));
        }, true, XS);
        add("an emission that is captured as it is", a -> {
            var loop = Damo.scan();
            loop.times(a.getFirst().shape(0));
            return loop.emit(a.getFirst());
        }, true, XS);
    }

    private void ends() {
        for (int limit : new int[] {0, 1, 1000}) {
            add("until " + limit + ", the last", a -> until(a.getFirst(), limit, false), true, XS);
            add("until " + limit + ", all", a -> until(a.getFirst(), limit, true), true, XS);
        }
        add("steps until", a -> {
            var loop = Damo.scan();
            var x = loop.sequence(a.getFirst());
            loop.until(x.gt(1));
            return loop.steps();
        }, false, XS);
        add("a sequence that is longer than needed", a -> {
            var loop = Damo.scan();
            loop.times(2);
            return loop.emit(loop.sequence(a.getFirst()).exp());
        }, true, XS);
        add("Newton's method", a -> Damo.whileLoop(r -> r.mul(r).sub(a.getFirst()).abs().gt(1e-13), r -> r.add(a.getFirst().div(r)).mul(0.5),
                a.getFirst()), true, NDArray.of(2.5));
    }

    private static Variable until(Variable xs, int limit, boolean traced) {
        var loop = Damo.scan();
        var x = loop.sequence(xs);
        var s = loop.state(Damo.constant(0.25));
        loop.next(s, s.add(x.mul(x)));
        loop.until(s.gt(limit));
        return traced ? loop.trace(s) : loop.last(s);
    }

    private void captures() {
        add("a recurrent network", a -> {
            var loop = Damo.scan();
            var x = loop.sequence(a.get(0));
            var h = loop.state(Damo.zerosLike(a.get(0).at(0)));
            loop.next(h, x.dot(a.get(1)).add(h.dot(a.get(2))).tanh());
            return loop.trace(h);
        }, true, ROWS, SQUARE, SQUARE);
        add("a branch within", a -> {
            var loop = Damo.scan();
            var x = loop.sequence(a.get(0));
            return loop.emit(Damo.ifelse(x.gt(0), x.mul(a.get(1)), a.get(1).exp()));
        }, true, XS, NDArray.of(1.7));
        add("an index within", a -> {
            var loop = Damo.scan();
            loop.times(3);
            return loop.emit(a.getFirst().at(loop.index()).sin());
        }, true, ROWS);
    }

    private void nested() {
        add("rows of running products", a -> Damo.map(r -> {
            var loop = Damo.scan();
            var x = loop.sequence(r);
            var s = loop.state(a.get(1));
            loop.next(s, s.mul(x));
            return loop.trace(s);
        }, a.get(0)), true, ROWS, NDArray.of(1.5));
        add("a loop whose length is that of a step", a -> {
            var loop = Damo.scan();
            var x = loop.sequence(a.getFirst());
            var s = loop.state(Damo.constant(1.0));
            var inner = Damo.scan();
            inner.times(loop.index());
            var t = inner.state(s);
            inner.next(t, t.mul(x).add(1));
            loop.next(s, inner.last(t));
            return loop.trace(s);
        }, true, XS);
    }
}
