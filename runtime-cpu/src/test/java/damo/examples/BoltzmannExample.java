package damo.examples;

import static damo.examples.Progress.secondsSince;

import damo.examples.Pictures.Curve;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import me.tongfei.progressbar.ProgressBar;

/// Trains a restricted Boltzmann machine on handwritten digits, and lets it make up digits of its own. The machine is in [BoltzmannMachine].
///
/// From the root of the project: `mvn -q -Pdigits -Dexample=BoltzmannExample test`.
public final class BoltzmannExample {
    private static final long SEED = 42;
    private static final int SHOWN = 20;

    private BoltzmannExample() {}

    /// After an epoch: the pseudo-likelihood, and the free energy of what it learned from and of what it has never seen. When the second
    /// rises above the first, the machine learns its images by heart.
    record Epoch(double likelihood, double learned, double heldOut) {}

    /// Takes the number of epochs (default: 60). Pictures go to the folder that the property `damo.out` names.
    public static void main(String... arguments) throws IOException {
        int epochs = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 60;
        Path folder = Pictures.folder("boltzmann");
        DigitImages all = DigitImages.load(SEED);
        int fifth = all.count() / 5;
        DigitImages heldOut = all.range(0, fifth);
        DigitImages training = all.range(fifth, all.count());

        var machine = new BoltzmannMachine(training, 100, 10, 0.1, SEED);
        float[][] digits = heldOut.range(0, SHOWN).pixels();
        float[][] reconstructedBefore = machine.reconstruct(digits);
        float[][] dreamtBefore = machine.dream(digits, 1_000);
        long start = System.nanoTime();
        List<Epoch> history = train(machine, training, heldOut, epochs);
        double seconds = secondsSince(start);

        Path filters = folder.resolve("filters.png");
        Path reconstructions = folder.resolve("reconstructions.png");
        Path dreams = folder.resolve("dreams.png");
        Path likelihood = folder.resolve("likelihood.png");
        Path energies = folder.resolve("energies.png");
        Pictures.tiles(Pictures.stretched(machine.filters()), SHOWN, filters);
        Pictures.tiles(rows(digits, reconstructedBefore, machine.reconstruct(digits)), SHOWN, reconstructions);
        Pictures.tiles(rows(digits, dreamtBefore, dreams(machine, digits)), SHOWN, dreams);
        Pictures.curves("Learning what digits look like", "epoch", "log pseudo-likelihood", likelihood,
                new Curve("training", values(history, Epoch::likelihood)));
        Pictures.curves("Learning what digits look like", "epoch", "free energy", energies,
                new Curve("training", values(history, Epoch::learned)), new Curve("held out", values(history, Epoch::heldOut)));

        System.out.printf("%n epoch  log pseudo-likelihood   free energy: learned   held out      gap%n");
        for (int i = 0; i < epochs; i++) {
            Epoch e = history.get(i);
            System.out.printf("%6d  %21.2f  %21.2f  %9.2f  %7.2f%n", i + 1, e.likelihood, e.learned, e.heldOut, e.heldOut - e.learned);
        }
        System.out.printf("""

                steps               %,8d   in batches of %d
                steps per second    %,8.0f

                %s   what each hidden unit looks for
                %s   held-out digits; what the machine saw in them before and after training
                %s   the same digits; what chains from them come to before training, and again and again after it
                %s
                %s
                """, epochs * machine.batches(), BoltzmannMachine.BATCH, epochs * machine.batches() / seconds,
                filters, reconstructions, dreams, likelihood, energies);
    }

    private static List<Epoch> train(BoltzmannMachine machine, DigitImages training, DigitImages heldOut, int epochs) {
        var history = new ArrayList<Epoch>();
        try (ProgressBar bar = Progress.bar("learning", (long) epochs * machine.batches())) {
            for (int i = 0; i < epochs; i++) {
                double likelihood = 0;
                for (int batch = 0; batch < machine.batches(); batch++) {
                    likelihood += machine.learn(batch) / machine.batches();
                    bar.step();
                }
                var epoch = new Epoch(likelihood, machine.energy(training.pixels()), machine.energy(heldOut.pixels()));
                history.add(epoch);
                bar.setExtraMessage("  log pseudo-likelihood %.2f, free energy %.2f, held out %.2f"
                        .formatted(epoch.likelihood, epoch.learned, epoch.heldOut));
            }
        }
        return history;
    }

    /// Chains from these digits, every 1,000 steps.
    private static float[][] dreams(BoltzmannMachine machine, float[][] digits) {
        var dreams = new ArrayList<float[][]>();
        float[][] images = digits;
        for (int i = 0; i < 8; i++) dreams.add(images = machine.dream(images, 1_000));
        return rows(dreams.toArray(float[][][]::new));
    }

    private static float[][] rows(float[][]... rows) {
        return Stream.of(rows).flatMap(Stream::of).toArray(float[][]::new);
    }

    private static double[] values(List<Epoch> history, ToDoubleFunction<Epoch> value) {
        return history.stream().mapToDouble(value).toArray();
    }
}
