package damo.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecurrentExampleTest {
    private final DigitImages all = DigitImages.load(1);
    private final DigitImages heldOut = all.range(0, 359);
    private final DigitImages training = all.range(359, 1797);

    @Test void aFewEpochsTeachItToReadRowByRow() {
        var network = new RecurrentNetwork(training, 48, 1);
        double before = network.score(heldOut).accuracy();
        for (int epoch = 0; epoch < 10; epoch++)
            for (int batch = 0; batch < network.batches(); batch++) network.learn(batch);
        double after = network.score(heldOut).accuracy();
        assertTrue(before < 0.3, () -> "accuracy before training: " + before);
        assertTrue(after > 0.92, () -> "accuracy on unseen digits: " + after);

        long[][] guesses = network.guess(heldOut);
        assertEquals(after, right(guesses, 7), 1e-12, "what it says after the last row is what counts");
        assertTrue(right(guesses, 0) < 0.5, () -> "it cannot know after one row: " + right(guesses, 0));
    }

    @Test void itKnowsNothingOfRowsToCome() {
        var network = new RecurrentNetwork(training, 8, 1);
        network.learn(0);
        float[][] half = Arrays.stream(heldOut.pixels()).map(ink -> Arrays.copyOf(Arrays.copyOf(ink, 32), 64)).toArray(float[][]::new);
        long[][] whole = network.guess(heldOut);
        long[][] upper = network.guess(new DigitImages(half, heldOut.labels()));
        for (int i = 0; i < half.length; i++) assertArrayEquals(Arrays.copyOf(whole[i], 4), Arrays.copyOf(upper[i], 4));
    }

    @Test void theSameSeedLearnsTheSame() {
        var one = new RecurrentNetwork(training, 8, 7);
        var two = new RecurrentNetwork(training, 8, 7);
        for (int batch = 0; batch < 10; batch++) assertEquals(one.learn(batch), two.learn(batch));
    }

    @Test void guessesAreDrawn(@TempDir Path folder) throws IOException {
        Pictures.guesses(heldOut.range(0, 12), new long[12][8], folder.resolve("guesses.png"));
        assertEquals(6 * (128 + 48), ImageIO.read(folder.resolve("guesses.png").toFile()).getWidth());
    }

    private double right(long[][] guesses, int row) {
        int right = 0;
        for (int i = 0; i < guesses.length; i++) if (guesses[i][row] == heldOut.labels()[i]) right++;
        return (double) right / guesses.length;
    }
}
