package damo.examples;

import static damo.examples.Progress.secondsSince;

import damo.examples.DigitNetwork.Score;
import damo.examples.Pictures.Curve;
import java.io.IOException;
import java.nio.file.Path;
import me.tongfei.progressbar.ProgressBar;

/// Trains a recurrent network to read handwritten digits row by row, and shows what it thinks after each row. The network is in
/// [RecurrentNetwork].
///
/// From the root of the project: `mvn -q -Pdigits -Dexample=RecurrentExample test`.
public final class RecurrentExample {
    private static final long SEED = 42;

    private RecurrentExample() {}

    /// Takes the number of epochs (default: 40). Pictures go to the folder that the property `damo.out` names.
    public static void main(String... arguments) throws IOException {
        int epochs = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 40;
        Path folder = Pictures.folder("recurrent");
        DigitImages all = DigitImages.load(SEED);
        int fifth = all.count() / 5;
        DigitImages heldOut = all.range(0, fifth);
        DigitImages training = all.range(fifth, all.count());

        long start = System.nanoTime();
        var network = new RecurrentNetwork(training, 48, SEED);
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

        Path loss = folder.resolve("loss.png");
        Path guesses = folder.resolve("guesses.png");
        DigitImages some = heldOut.range(0, 12);
        Pictures.curves("Learning to read digits row by row", "epoch", "cross entropy", loss,
                new Curve("training", losses), new Curve("held out", heldOutLosses));
        Pictures.guesses(some, network.guess(some), guesses);

        Score seen = network.score(training);
        Score unseen = network.score(heldOut);
        System.out.printf("""

                                        loss    accuracy
                learned   %5d digits  %6.4f    %6.2f %%
                held out  %5d digits  %6.4f    %6.2f %%

                steps                 %,8d   in batches of %d
                steps per second      %,8.0f
                graph to first step   %,8.0f ms

                %s
                %s   what it took held-out digits for after each row
                """, training.count(), seen.loss(), 100 * seen.accuracy(), heldOut.count(), unseen.loss(), 100 * unseen.accuracy(),
                epochs * network.batches(), RecurrentNetwork.BATCH, epochs * network.batches() / learning, 1000 * toFirstStep, loss, guesses);
    }
}
