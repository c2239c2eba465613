package damo.cpu;

import damo.graph.Graph;
import damo.graph.Lambda;
import damo.graph.Op;
import damo.graph.Variable;
import damo.kernel.Dump;
import damo.text.GraphText;
import damo.value.NDArray;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// Compiled forms, one for each pattern of extents that was met: those of one program; or those of all programs of the same text, so that what is
/// built again is not compiled and warmed up again.
final class Forms {
    /// Beyond this many patterns the oldest form is dropped: memory stays bounded however wild the shapes are.
    private static final int MOST = 64;
    /// Variables and elements of constants, beyond which to compare texts costs too much.
    private static final int LARGE = 20_000;
    private static final Map<Key, WeakReference<Forms>> KNOWN = new WeakHashMap<>();

    private final Key key;                                             // so that its entry stays as long as somebody has these forms
    private final List<Compiled> forms = new CopyOnWriteArrayList<>();

    private record Key(String text, Workers workers, String vectors) {}

    private Forms(Key key) {
        this.key = key;
    }

    /// None yet.
    static Forms own() {
        return new Forms(null);
    }

    /// Those of all programs like this one, with these workers.
    static Forms shared(Lambda program, Workers workers) {
        if (Dump.isOn() || isLarge(program)) return own();
        var key = new Key(GraphText.print(program), workers, System.getProperty("damo.vector"));
        synchronized (KNOWN) {
            WeakReference<Forms> known = KNOWN.get(key);
            Forms forms = known == null ? null : known.get();
            if (forms != null) return forms;
            var fresh = new Forms(key);
            KNOWN.put(key, new WeakReference<>(fresh));
            return fresh;
        }
    }

    /// The form that serves calls with these arguments, or `null`.
    Compiled serving(NDArray[] arguments) {
        for (Compiled form : forms) if (form.serves(arguments)) return form;
        return null;
    }

    /// Adds one, by whoever has the lock of this.
    void add(Compiled form) {
        if (forms.size() == MOST) forms.removeFirst();
        forms.add(form);
    }

    /// All, the oldest first.
    List<Compiled> all() {
        return forms;
    }

    private static boolean isLarge(Lambda program) {
        long size = 0;
        for (Variable v : Graph.order(program.results())) size += v.op() instanceof Op.Constant(var value) ? value.size() : 1;
        return size > LARGE;
    }
}
