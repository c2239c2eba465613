package damo;

import damo.graph.Op;
import damo.graph.Source;
import damo.graph.Variable;
import damo.spi.Executable;
import damo.type.TensorType;
import damo.value.NDArray;
import damo.value.Remote;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Function;

/// A variable with a value of its own, that outlives calls and that all functions which mention it share. Functions change it with
/// [FunctionBuilder#update]: a call sees one consistent state, and changes all that it updates or, if it fails, nothing.
///
/// - **Type** dtype and rank are those of the first value, for ever; extents may change
/// - **Aliasing** values are copied in and out, except by [#borrow]
/// - **Threads** safe: calls that only read go on together, one that updates has its variables for itself
public final class Shared extends Variable {
    private static final int IDLE = 128;                               // updates without it, after which memory for a second value is let go

    private final Cell cell;

    /// Where the value is. Locks are taken in the order of `number`, so that no two calls wait for each other.
    private static final class Cell {
        static final AtomicLong COUNT = new AtomicLong();
        final long number = COUNT.getAndIncrement();
        final Lock reading;
        final Lock writing;
        volatile Value value;
        volatile Variable next;
        Value spare;                                                   // with the write lock: an earlier value, if nobody else can see it
        int idle;                                                      // updates since it was needed

        Cell(NDArray value) {
            var lock = new StampedLock();
            reading = lock.asReadLock();
            writing = lock.asWriteLock();
            this.value = new Value(value);
        }
    }

    /// A value, and whether somebody outside may have it: said with the read lock, asked with the write lock.
    private static final class Value {
        final NDArray array;
        boolean isLent;

        Value(NDArray array) {
            this.array = array;
        }
    }

    Shared(NDArray value, String name) {
        this(new Op.Input(new Op.Input.Identity(), TensorType.ofRank(value.dtype(), value.rank())), name, Source.here(), new Cell(value));
    }

    private Shared(Op op, String name, Source source, Cell cell) {
        super(op, name, source);
        this.cell = cell;
    }

    /// The same state under another name.
    @Override public Shared named(String name) {
        return new Shared(op(), name, source(), cell);
    }

    /// A copy of the value. Waits for a running call that updates it.
    public NDArray value() {
        return read(value -> value.array.copy());
    }

    /// As [#value].
    public NDArray get() {
        return value();
    }

    /// The value itself, without copying: only to be read. It stays as it is when the variable gets another value, which then needs memory of its
    /// own. One that lies on a device is fetched, once, after calls that update it. Waits for a running call that updates it.
    public NDArray borrow() {
        return read(value -> {
            NDArray array = value.array;
            // What lies elsewhere is used again when the variable gets another value; what is fetched is not.
            if (array.remote() != null) return NDArray.wrap(array.dtype(), array.storage(), array.shape());
            value.isLent = true;
            return array;
        });
    }

    private NDArray read(Function<Value, NDArray> what) {
        cell.reading.lock();
        try {
            return what.apply(cell.value);
        } finally {
            cell.reading.unlock();
        }
    }

    /// Gives it another value of its dtype and rank, which is copied; a Java number takes the dtype. Waits for running calls that use it.
    ///
    /// @throws DamoException if dtype or rank differ; nothing has changed then
    public void set(Object value) {
        NDArray copy = Arguments.convert("set: the shared variable " + label(), type(), value, false).copy();
        cell.writing.lock();
        try {
            replace(copy);
        } finally {
            cell.writing.unlock();
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

    /// For calls that read it.
    Lock reading() {
        return cell.reading;
    }

    /// For calls that give it another value.
    Lock writing() {
        return cell.writing;
    }

    /// The value, for a call of `reader` that holds a lock.
    NDArray current(Executable reader) {
        NDArray array = cell.value.array;
        NDArray adopted = reader.adopt(array);
        if (adopted == array) return array;
        synchronized (cell) {                                          // calls that only read go on together
            if (cell.value.array == array) cell.value = new Value(adopted);
            return cell.value.array;
        }
    }

    /// Only with the write lock held: the array of the value itself, if nobody else has it; or `null`.
    NDArray own() {
        Value value = cell.value;
        return value.isLent || value.array.remote() != null || !value.array.isWhole() ? null : value.array;
    }

    /// Only with the write lock held: memory of an earlier value that nobody has, for the next one; or `null`.
    NDArray spare() {
        return cell.spare == null ? null : cell.spare.array;
    }

    /// Only with the write lock held, and with [#own], which has the new value by now, with [#spare], or with an array that nobody else has.
    void replace(NDArray value) {
        Value before = cell.value;
        if (before.array == value) {
            if (cell.idle++ == IDLE) cell.spare = null;
            return;
        }
        Remote elsewhere = before.array.remote();
        cell.value = cell.spare != null && cell.spare.array == value ? cell.spare : new Value(value);
        cell.spare = before.isLent || elsewhere != null ? null : before;
        cell.idle = 0;
        if (elsewhere != null) elsewhere.release();                    // nobody outside has seen it: see borrow
    }
}
