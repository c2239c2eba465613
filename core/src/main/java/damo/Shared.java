package damo;

import damo.graph.Op;
import damo.graph.Source;
import damo.graph.Variable;
import damo.type.TensorType;
import damo.value.NDArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/// A variable with a value of its own, that outlives calls and that all functions which mention it share. Functions change it with
/// [FunctionBuilder#update]: a call sees one consistent state, and changes all that it updates or, if it fails, nothing.
///
/// - **Type** dtype and rank are those of the first value, for ever; extents may change
/// - **Aliasing** values are copied in and out, except by [#borrow]
/// - **Threads** safe: calls that only read go on together, one that updates has its variables for itself
public final class Shared extends Variable {
    private final Cell cell;

    /// Where the value is. Locks are taken in the order of `number`, so that no two calls wait for each other.
    private static final class Cell {
        static final AtomicLong COUNT = new AtomicLong();
        final long number = COUNT.getAndIncrement();
        final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
        volatile NDArray value;
        volatile Variable next;
    }

    Shared(NDArray value, String name) {
        this(new Op.Input(new Op.Input.Identity(), TensorType.ofRank(value.dtype(), value.rank())), name, Source.here(), new Cell());
        cell.value = value;
    }

    private Shared(Op op, String name, Source source, Cell cell) {
        super(op, name, source);
        this.cell = cell;
    }

    /// The same state under another name.
    @Override public Shared named(String name) {
        return new Shared(op(), name, source(), cell);
    }

    /// A copy of the value.
    public NDArray value() {
        return cell.value.copy();
    }

    /// As [#value].
    public NDArray get() {
        return value();
    }

    /// The value itself, without copying: only to be read. It stays as it is when the variable gets another value.
    public NDArray borrow() {
        return cell.value;
    }

    /// Gives it another value of its dtype and rank, which is copied; a Java number takes the dtype. Waits for running calls that use it.
    ///
    /// @throws DamoException if dtype or rank differ; nothing has changed then
    public void set(Object value) {
        NDArray copy = Arguments.convert("set: the shared variable " + label(), type(), value, false).copy();
        cell.lock.writeLock().lock();
        try {
            cell.value = copy;
        } finally {
            cell.lock.writeLock().unlock();
        }
    }

    /// Lets every function that mentions this update it with `next`, unless told otherwise: how random streams advance.
    void updatedBy(Variable next) {
        cell.next = next;
    }

    /// See [#updatedBy]; `null` if there is none.
    Variable defaultUpdate() {
        return cell.next;
    }

    /// A number above those of all shared variables so far.
    static long nextNumber() {
        return Cell.COUNT.getAndIncrement();
    }

    long number() {
        return cell.number;
    }

    ReentrantReadWriteLock lock() {
        return cell.lock;
    }

    /// Only with the write lock held, and with an array that nobody else has.
    void replace(NDArray value) {
        cell.value = value;
    }
}
