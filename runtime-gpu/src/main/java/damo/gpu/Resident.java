package damo.gpu;

import damo.DamoException;
import damo.type.DType;
import damo.value.NDArray;
import damo.value.Remote;
import damo.value.Storage;
import java.lang.ref.Cleaner;

/// The elements of a value of state: on the host, on the device, or on both. Each side gets them when it first asks, and keeps them, since they
/// never change. When the device is closed they come to the host; when nobody can reach the array any more, its memory is given back.
final class Resident extends Remote {
    private static final Cleaner CLEANER = Cleaner.create();

    private final Home home;
    private final Cleaner.Cleanable cleanable;

    private Resident(Home home) {
        this.home = home;
        cleanable = CLEANER.register(this, home);
    }

    /// Elements that lie on the host, and that nobody changes; they go to `device` when a kernel reads them.
    static NDArray of(Device device, NDArray value) {
        NDArray whole = value.contiguous();
        return NDArray.remote(value.dtype(), new Resident(new Home(device, value.dtype(), (int) value.size(), whole.storage())), value.shape());
    }

    /// Elements that a call computed into `memory` of `session`, which is theirs from now on.
    static NDArray of(Session session, Session.Memory memory, DType dtype, int length, long... shape) {
        var home = new Home(session.device, dtype, length, null);
        home.session = session;
        home.memory = memory;
        session.add(home);
        return NDArray.remote(dtype, new Resident(home), shape);
    }

    /// What is under `array` if it is state of `device`, else `null`.
    static Resident under(NDArray array, Device device) {
        return array.remote() instanceof Resident resident && resident.home.device.equals(device) ? resident : null;
    }

    /// Which of `arguments` only `device` has.
    static boolean[] onlyOn(Device device, NDArray[] arguments) {
        boolean[] there = new boolean[arguments.length];
        for (int i = 0; i < there.length; i++) {
            Resident state = under(arguments[i], device);
            there[i] = state != null && !state.isOnHost();
        }
        return there;
    }

    @Override public Object array() {
        return home.onHost();
    }

    @Override public int length() {
        return home.length;
    }

    @Override public void release() {
        cleanable.clean();
    }

    /// Whether the host has them.
    boolean isOnHost() {
        return home.array != null;
    }

    /// Whether `session` has them.
    boolean isOn(Session session) {
        return home.session == session;
    }

    /// The elements on the device, for a call that is in `session`.
    Session.Memory memory(Session session) {
        return home.onDevice(session);
    }

    /// What outlives the array, to give memory back. Locks are taken in this order: entering a session, this, the session's own.
    private static final class Home implements Runnable, Session.Tenant {
        final Device device;
        final DType dtype;
        final int length;
        volatile Object array;                                         // null if only the device has them
        volatile Session session;                                      // null if only the host has them
        private Session.Memory memory;
        private RuntimeException lost;

        Home(Device device, DType dtype, int length, Object array) {
            this.device = device;
            this.dtype = dtype;
            this.length = length;
            this.array = array;
        }

        Object onHost() {
            while (true) {
                Session there = session;
                Object known = array;
                if (known != null) return known;
                if (there == null) throw missing();
                if (!there.enter()) continue;                          // closed by now: they are on the host
                try {
                    return fetched();
                } finally {
                    there.leave();
                }
            }
        }

        private synchronized Object fetched() {
            if (array != null) return array;
            if (session == null) throw missing();
            Object into = Storage.allocate(dtype, length);
            Transfer.read(session, memory, dtype, into, length);
            array = into;
            return into;
        }

        private synchronized RuntimeException missing() {
            return lost == null ? new IllegalStateException("a value of state was used after it was replaced")
                    : new DamoException("gpu: the value of a shared variable was lost when %s was closed; set it anew (%s)".formatted(
                            device.name(), lost.getMessage()), lost);
        }

        Session.Memory onDevice(Session here) {
            for (Session there = session; there != null && there != here; there = session) there.close();     // it is being closed: waits
            synchronized (this) {
                if (session == here) return memory;
                if (array == null) throw missing();
                Session.Memory fresh = here.take(Transfer.bytes(dtype, length));
                try {
                    Transfer.write(here, fresh, dtype, array, length);
                } catch (RuntimeException e) {
                    here.give(fresh);
                    throw e;
                }
                memory = fresh;
                session = here;
                here.add(this);
                return fresh;
            }
        }

        @Override public synchronized void evict(Session from) {
            if (session != from) return;
            try {
                fetched();
            } catch (RuntimeException e) {
                lost = e;                                              // told to who asks for them
            }
            giveBack();
        }

        /// Nobody wants the elements any more.
        @Override public synchronized void run() {
            if (session != null) giveBack();
            array = null;
        }

        private void giveBack() {
            session.remove(this);
            session.give(memory);
            memory = null;
            session = null;
        }
    }
}
