package damo.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class BoltzmannExampleTest {
    private final DigitImages all = DigitImages.load(1);
    private final DigitImages heldOut = all.range(0, 359);
    private final DigitImages training = all.range(359, 1797);

    @Test void aFewEpochsTeachItWhatDigitsLookLike() throws IOException {
        var machine = new BoltzmannMachine(training, 40, 5, 0.1, 1);
        float[][] scrambled = scrambled(heldOut.pixels());
        float[][] before = machine.reconstruct(heldOut.pixels());
        double energyBefore = machine.energy(scrambled) - machine.energy(heldOut.pixels());
        double first = epoch(machine);
        for (int i = 0; i < 6; i++) epoch(machine);
        double last = epoch(machine);
        float[][] after = machine.reconstruct(heldOut.pixels());
        double energyAfter = machine.energy(scrambled) - machine.energy(heldOut.pixels());

        assertTrue(last > first + 3, "log pseudo-likelihood %.2f at first, %.2f at last".formatted(first, last));
        assertTrue(error(after) < error(before) / 3, "squared error %.3f before, %.3f after".formatted(error(before), error(after)));
        assertTrue(energyAfter > Math.abs(energyBefore) + 10, "digits are below scrambled ones by %.2f before, %.2f after"
                .formatted(energyBefore, energyAfter));

        Path folder = Pictures.folder("boltzmann-test");
        Pictures.tiles(Pictures.stretched(machine.filters()), 20, folder.resolve("filters.png"));
        Pictures.tiles(machine.dream(heldOut.range(0, 20).pixels(), 100), 20, folder.resolve("dreams.png"));
        assertEquals(20 * 45 + 5, ImageIO.read(folder.resolve("filters.png").toFile()).getWidth());
        assertEquals(45 + 5, ImageIO.read(folder.resolve("dreams.png").toFile()).getHeight());
    }

    @Test void theSameSeedLearnsTheSame() {
        var one = new BoltzmannMachine(training, 10, 2, 0.1, 7);
        var two = new BoltzmannMachine(training, 10, 2, 0.1, 7);
        for (int batch = 0; batch < 10; batch++) assertEquals(one.learn(batch), two.learn(batch));
        assertArrayEquals(one.filters(), two.filters());
    }

    /// With three hidden units the eight states can be summed up: `exp(−F(v)) = Σ exp(h·W·v)`, as long as there are no biases.
    @Test void theFreeEnergyIsThatOfAllHiddenStatesTogether() {
        var machine = new BoltzmannMachine(training, 3, 1, 0.1, 1);
        float[] image = heldOut.pixels()[0];
        double sum = 0;
        for (int state = 0; state < 8; state++) {
            double exponent = 0;
            for (int h = 0; h < 3; h++)
                if ((state >> h & 1) == 1) for (int p = 0; p < 64; p++) exponent += machine.filters()[h][p] * image[p];
            sum += Math.exp(exponent);
        }
        assertEquals(-Math.log(sum), machine.energy(new float[][] {image}), 1e-5);
    }

    private static double epoch(BoltzmannMachine machine) {
        double likelihood = 0;
        for (int batch = 0; batch < machine.batches(); batch++) likelihood += machine.learn(batch) / machine.batches();
        return likelihood;
    }

    /// The mean square of what a pixel differs by.
    private double error(float[][] reconstructed) {
        double sum = 0;
        for (int i = 0; i < reconstructed.length; i++)
            for (int p = 0; p < 64; p++) sum += Math.pow(reconstructed[i][p] - heldOut.pixels()[i][p], 2);
        return sum / reconstructed.length / 64;
    }

    /// The same ink, elsewhere.
    private static float[][] scrambled(float[][] images) {
        var places = new ArrayList<Integer>();
        for (int p = 0; p < 64; p++) places.add(p);
        Collections.shuffle(places, new Random(1));
        return Arrays.stream(images).map(image -> {
            var scrambled = new float[64];
            for (int p = 0; p < 64; p++) scrambled[p] = image[places.get(p)];
            return scrambled;
        }).toArray(float[][]::new);
    }
}
