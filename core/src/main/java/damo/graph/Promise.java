package damo.graph;

import damo.type.TensorType;
import java.util.function.Supplier;

/// A variable whose op is settled when it is first asked for: a result of something that is still being described.
public final class Promise extends Variable {
    private final Supplier<? extends Variable> means;
    private volatile Op settled;

    /// A variable of (at least) this type that stands for what `means` gives; asked once.
    public Promise(TensorType type, String name, Supplier<? extends Variable> means) {
        super(type, name, Source.here());
        this.means = means;
    }

    private Promise(Promise other, String name) {
        super(other.type(), name, other.source());
        this.means = () -> new Variable(other.op(), name, other.source());
    }

    /// What computes it; from now on what it is a result of is settled.
    @Override public synchronized Op op() {
        if (settled == null) settled = source().during(means::get).op();
        return settled;
    }

    @Override public Promise named(String name) {
        return new Promise(this, name);
    }
}
