package damo;

import damo.spi.Executable;
import damo.value.NDArray;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.Lock;
import java.util.stream.Collectors;

/// The shared variables of a function: those that it reads, as arguments, and those that it updates, from results.
final class State {
    private final Shared[] read;
    private final Shared[] written;
    private final boolean[] inPlace;             // whether to offer the value's own array: it is read too, and what was offered so far was used
    private final NDArray[] offered;             // in this call; like inPlace, only with the locks
    private final Lock[] locks;

    State(List<Shared> read, List<Shared> written) {
        this.read = read.toArray(Shared[]::new);
        this.written = written.toArray(Shared[]::new);
        inPlace = new boolean[this.written.length];
        offered = new NDArray[this.written.length];
        for (int i = 0; i < inPlace.length; i++) {
            long number = this.written[i].number();
            inPlace[i] = read.stream().anyMatch(s -> s.number() == number);
        }
        Set<Long> exclusive = written.stream().map(Shared::number).collect(Collectors.toSet());
        var all = new TreeSet<Shared>(Comparator.comparingLong(Shared::number));
        all.addAll(read);
        all.addAll(written);
        locks = all.stream().map(s -> exclusive.contains(s.number()) ? s.writing() : s.reading()).toArray(Lock[]::new);
    }

    /// How many values are read.
    int reads() {
        return read.length;
    }

    boolean isEmpty() {
        return locks.length == 0;
    }

    /// Waits until no other call is in the way.
    void lock() {
        for (Lock lock : locks) lock.lock();
    }

    void unlock() {
        for (int i = locks.length - 1; i >= 0; i--) locks[i].unlock();
    }

    /// Appends the values of what is read, by `reader`, to the inputs, of which there are `inputs`.
    void read(NDArray[] arguments, int inputs, Executable reader) {
        for (int i = 0; i < read.length; i++) arguments[inputs + i] = read[i].current(reader);
    }

    /// Offers memory for the new values, which are results from `outputs` on.
    ///
    /// @param mayOverwrite whether it may be that of the values themselves: nothing can fail once they are computed
    void offer(NDArray[] results, int outputs, boolean mayOverwrite) {
        for (int i = 0; i < written.length; i++) {
            offered[i] = mayOverwrite && inPlace[i] ? written[i].own() : null;
            results[outputs + i] = offered[i] != null ? offered[i] : written[i].spare();
        }
    }

    /// Takes over the new values.
    void commit(NDArray[] results, int outputs) {
        for (int i = 0; i < written.length; i++) {
            inPlace[i] &= offered[i] == null || offered[i] == results[outputs + i];
            offered[i] = null;
            written[i].replace(results[outputs + i]);
        }
    }

    /// Or else gives back the memory of new values that lie elsewhere.
    void drop(NDArray[] results, int outputs) {
        for (int i = 0; i < written.length; i++) if (results[outputs + i].remote() != null) results[outputs + i].remote().release();
    }
}
