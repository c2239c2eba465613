package damo.jvm;

import damo.type.DType;
import java.util.concurrent.atomic.AtomicBoolean;

/// Which tiles a dtype is multiplied with: scalar ones, until those of vectors are compiled and faster. Code of the Vector API that is not compiled
/// yet is slower by a factor of a thousand, so it is warmed up on a thread of its own. `-Ddamo.vector=off` keeps the scalar ones, `force` takes
/// vectors at once.
final class TileTiers {
    private static final String MODULE = "jdk.incubator.vector";
    private static final int DEPTH = 24, CALLS = 20, ENOUGH = 3;
    private static final long PATIENCE = 20_000_000_000L;             // nanoseconds: a JVM without its optimising compiler never gets there

    private final DType dtype;
    private final Panels panels;
    private final Tiles scalar;
    private final AtomicBoolean asked = new AtomicBoolean();
    private volatile Tiles best;

    TileTiers(DType dtype, Panels panels) {
        this.dtype = dtype;
        this.panels = panels;
        this.scalar = Tiles.scalar(dtype);
        this.best = scalar;
    }

    /// The fastest tiles so far.
    Tiles tiles() {
        if (!asked.get() && asked.compareAndSet(false, true)) begin();
        return best;
    }

    private void begin() {
        String wish = System.getProperty("damo.vector", "on");
        if (wish.equals("off")) return;
        ModuleLayer.boot().findModule(MODULE).ifPresent(module -> {
            TileTiers.class.getModule().addReads(module);
            int bits = preferredBits();
            if (bits < 128) return;
            if (wish.equals("force")) best = Tiles.vector(dtype, bits);
            else Thread.ofPlatform().daemon().name("damo tiles " + dtype).start(() -> warm(Tiles.vector(dtype, bits)));
        });
    }

    /// Takes vectors once each of their tiles is faster than the scalar one.
    private void warm(Tiles vector) {
        int size = vector.heights()[0] * vector.row() + vector.columns() * DEPTH;
        Object a = panels.array(size);
        Object b = panels.array(size);
        Object z = panels.array(size);
        double known = Double.POSITIVE_INFINITY;                       // the least so far: whatever else runs makes a round slower, never faster
        int rounds = 0;
        for (long start = System.nanoTime(); rounds < ENOUGH && System.nanoTime() - start < PATIENCE;) {
            known = Math.min(known, time(scalar.byTerm()[0], scalar.heights()[0], scalar.columns(), a, b, z));
            boolean faster = true;
            for (int i = 0; i < vector.heights().length; i++) {
                int height = vector.heights()[i];
                faster &= time(vector.byTerm()[i], height, vector.columns(), a, b, z) < known;
                faster &= time(vector.byRow()[i], height, vector.columns(), a, b, z) < known;
                faster &= time(vector.inPlace()[i], height, vector.columns(), a, b, z) < known;
                faster &= time(vector.narrow()[i], height, vector.width(1), a, b, z) < known;
            }
            faster &= time(vector.copying(), vector.heights()[0], vector.columns(), a, b, z) < known;
            rounds = faster ? rounds + 1 : 0;
        }
        if (rounds == ENOUGH) best = vector;
    }

    /// Nanoseconds for one element of a tile.
    private static double time(Tile tile, int height, int width, Object a, Object b, Object z) {
        long start = System.nanoTime();
        for (int i = 0; i < CALLS; i++) tile.run(a, 0, 1, height, b, 0, width, DEPTH, z, 0, width, z, 0, width, (i & 1) > 0);
        return (double) (System.nanoTime() - start) / (height * width);
    }

    /// How long vectors are best here; by reflection, since the module may be absent.
    private static int preferredBits() {
        try {
            Class<?> shape = Class.forName("jdk.incubator.vector.VectorShape");
            return (int) shape.getMethod("vectorBitSize").invoke(shape.getMethod("preferredShape").invoke(null));
        } catch (ReflectiveOperationException e) {
            return 0;
        }
    }
}
