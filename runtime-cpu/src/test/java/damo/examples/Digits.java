package damo.examples;

import static damo.examples.Progress.secondsSince;

import damo.examples.DigitNetwork.Score;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import me.tongfei.progressbar.ProgressBar;

/// Trains a small network to read handwritten digits, and shows how well it does on digits that it has never seen.
///
/// From the root of the project: `mvn -q -Pdigits test`. The network itself is in [DigitNetwork].
public final class Digits {
    private static final long SEED = 42;

    private Digits() {}

    /// Takes the number of epochs (default: 60). Pictures go to the folder that the property `damo.out` names.
    public static void main(String... arguments) throws IOException {
        int epochs = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 60;
        Path folder = Pictures.folder("digits");

        DigitImages all = DigitImages.load(SEED);
        int fifth = all.count() / 5;
        DigitImages heldOut = all.range(0, fifth);
        DigitImages training = all.range(fifth, all.count());

        long start = System.nanoTime();
        var network = new DigitNetwork(training, SEED);
        network.learn(0);
        double toFirstStep = secondsSince(start);

        var losses = new double[epochs];
        var heldOutLosses = new double[epochs];
        double learning = 0;
        try (ProgressBar bar = Progress.bar("learning", (long) epochs * network.batches())) {
            for (int epoch = 0; epoch < epochs; epoch++) {
                start = System.nanoTime();
                for (int batch = 0; batch < network.batches(); batch++) {
                    losses[epoch] += network.learn(batch).loss() / network.batches();
                    bar.step();
                }
                learning += secondsSince(start);
                Score score = network.score(heldOut);
                heldOutLosses[epoch] = score.loss();
                bar.setExtraMessage("  loss %.4f, held out: loss %.4f, accuracy %.1f %%"
                        .formatted(losses[epoch], score.loss(), 100 * score.accuracy()));
            }
        }

        Path lossPng = folder.resolve("loss.png");
        Path lossSvg = folder.resolve("loss.svg");
        Path misread = folder.resolve("misread.png");
        Path kernels = folder.resolve("kernels.txt");
        long[] read = network.read(heldOut);
        long wrong = IntStream.range(0, read.length).filter(i -> read[i] != heldOut.labels()[i]).count();
        Pictures.lossCurve(losses, heldOutLosses, lossPng, lossSvg);
        Pictures.misread(heldOut, read, misread);
        Files.writeString(kernels, network.step().explain());

        Score seen = network.score(training);
        Score unseen = network.score(heldOut);
        int[] counts = network.step().kernels();
        System.out.printf("""

                                        loss    accuracy
                learned   %5d digits  %6.4f    %6.2f %%
                held out  %5d digits  %6.4f    %6.2f %%   (%d misread)

                steps                 %,8d   in batches of %d
                steps per second      %,8.0f
                graph to first step   %,8.0f ms
                kernels in a step     %8d   (%d before fusion)

                %s
                %s
                %s
                %s
                """, training.count(), seen.loss(), 100 * seen.accuracy(),
                heldOut.count(), unseen.loss(), 100 * unseen.accuracy(), wrong,
                epochs * network.batches(), DigitNetwork.BATCH, epochs * network.batches() / learning, 1000 * toFirstStep,
                counts[1], counts[0], lossPng, lossSvg, misread, kernels);
    }
}
