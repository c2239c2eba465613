package damo;

import damo.spi.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/// The back ends that are there, best first.
final class Backends {
    private static final List<Backend> ALL = find();

    private Backends() {}

    private static List<Backend> find() {
        var all = new ArrayList<Backend>();
        for (Backend b : ServiceLoader.load(Backend.class, Backend.class.getClassLoader())) {
            if (b.name().equals("cpu")) all.addFirst(b);
            else all.add(b);
        }
        all.add(new InterpreterBackend());
        return all;
    }

    /// The devices of all of them, each with the name of its back end.
    static List<String> devices() {
        return ALL.stream().flatMap(b -> b.devices().stream().map(d -> b.name() + ": " + d)).toList();
    }

    /// Closes all of them.
    static void close() {
        ALL.forEach(Backend::close);
    }

    /// The back end of that name; for an empty one that which `-Ddamo.backend=…` names, or the best.
    static Backend named(String wanted) {
        String name = wanted.isEmpty() ? System.getProperty("damo.backend", "") : wanted;
        for (Backend b : ALL) if (name.isEmpty() || b.name().equals(name)) return b;
        throw new DamoException("on: there is no back end '%s', only %s; is its module on the path?"
                .formatted(name, ALL.stream().map(Backend::name).toList()));
    }
}
