package damo.spi;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/// Memory that calls use again: each call takes one, and gives it back. There are as many as calls went on at once, though no more idle ones
/// than processors. Nothing waits, and nothing is allocated while one is idle.
public final class Pool<T> {
    private final Supplier<T> make;
    private final AtomicReferenceArray<T> idle = new AtomicReferenceArray<>(Runtime.getRuntime().availableProcessors());

    /// Empty at first.
    ///
    /// @param make makes one more
    public Pool(Supplier<T> make) {
        this.make = make;
    }

    /// An idle one, or a new one: the caller's alone until it is given back, or for ever.
    public T take() {
        for (int i = 0; i < idle.length(); i++) {
            T found = idle.getPlain(i) == null ? null : idle.getAndSet(i, null);
            if (found != null) return found;
        }
        return make.get();
    }

    /// Ends the use of what was taken.
    public void give(T used) {
        for (int i = 0; i < idle.length(); i++) if (idle.getPlain(i) == null && idle.compareAndSet(i, null, used)) return;
    }
}
