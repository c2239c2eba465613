package damo;

import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.List;

/// Random numbers that are new in each call of a function, from a [RandomKey]. Each draw variable has a shared counter, which a function that
/// mentions the variable brings forward when it is called; functions that mention one variable share its counter. A variable has one value
/// within a call, wherever it stands.
///
/// The numbers of the `n`-th draw made here are, in the `t`-th call (both from 0), those of `key.fold(n).fold(t)`; a law that needs several
/// draws (gamma, beta, binomial, Poisson) makes several. A call that fails changes no counter. A function that is built
/// `withoutDefaultUpdates()` draws the same numbers in each call.
public final class KeyStreams extends Distributions {
    private final RandomKey key;
    private final List<Shared> counters = new ArrayList<>();

    KeyStreams(RandomKey key) {
        this.key = key;
    }

    @Override public Variable uniform(List<Variable> extents) {
        return next().uniform(extents);
    }

    @Override public Variable normal(List<Variable> extents) {
        return next().normal(extents);
    }

    private synchronized RandomKey next() {
        int number = counters.size();
        var counter = new Shared(NDArray.scalar(DType.INT64, 0L), "draws" + number);
        counter.updatedBy(counter.add(1));
        counters.add(counter);
        return key.fold(number).fold(counter);
    }

    /// Starts all draw variables made here again: the next call draws the numbers of the first one.
    public synchronized void restart() {
        counters.forEach(c -> c.set(0L));
    }
}
