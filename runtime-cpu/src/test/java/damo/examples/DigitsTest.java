package damo.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigitsTest {
    private final DigitImages all = DigitImages.load(1);
    private final DigitImages heldOut = all.range(0, 359);
    private final DigitImages training = all.range(359, 1797);

    @Test void aFewEpochsTeachItToRead() {
        var network = new DigitNetwork(training, 1);
        double before = network.score(heldOut).accuracy();
        for (int epoch = 0; epoch < 5; epoch++)
            for (int batch = 0; batch < network.batches(); batch++) network.learn(batch);
        double after = network.score(heldOut).accuracy();
        assertTrue(before < 0.5, () -> "accuracy before training: " + before);
        assertTrue(after > 0.92, () -> "accuracy on unseen digits: " + after);
    }

    @Test void theAccuracyIsThePartOfTheDigitsReadRight() {
        var network = new DigitNetwork(training, 1);
        network.learn(0);
        long[] read = network.read(heldOut);
        int right = 0;
        for (int i = 0; i < read.length; i++) if (read[i] == heldOut.labels()[i]) right++;
        assertEquals((double) right / read.length, network.score(heldOut).accuracy(), 1e-12);
    }

    @Test void theSameSeedLearnsTheSame() {
        var one = new DigitNetwork(training, 7);
        var two = new DigitNetwork(training, 7);
        for (int batch = 0; batch < 20; batch++) assertEquals(one.learn(batch), two.learn(batch));
        assertArrayEquals(one.read(heldOut), two.read(heldOut));
    }

    @Test void everyDigitIsThere() {
        assertEquals(1797, all.count());
        assertEquals(10, Arrays.stream(all.labels()).distinct().count());
    }

    @Test void picturesAreDrawn(@TempDir Path folder) throws IOException {
        double[] loss = {2.3, 0.7, 0.2};
        Pictures.lossCurve(loss, loss, folder.resolve("loss.png"), folder.resolve("loss.svg"));
        Pictures.misread(heldOut, new long[heldOut.count()], folder.resolve("misread.png"));
        assertEquals(800, ImageIO.read(folder.resolve("loss.png").toFile()).getWidth());
        assertEquals(3 * (128 + 44), ImageIO.read(folder.resolve("misread.png").toFile()).getHeight());
        assertTrue(Files.readString(folder.resolve("loss.svg")).contains("</svg>"));
    }
}
