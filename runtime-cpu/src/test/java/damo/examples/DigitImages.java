package damo.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/// Handwritten digits: images of 8×8 pixels, from 0 (paper) to 1 (ink), row by row, and which digit each of them is.
record DigitImages(float[][] pixels, int[] labels) {

    /// All 1,797 digits of `digits.csv.gz`, in an order that depends only on the seed.
    static DigitImages load(long seed) {
        try (var file = new GZIPInputStream(DigitImages.class.getResourceAsStream("digits.csv.gz"));
                var lines = new BufferedReader(new InputStreamReader(file, US_ASCII)).lines()) {
            var rows = new ArrayList<>(lines.map(DigitImages::integers).toList());
            Collections.shuffle(rows, new Random(seed));
            return new DigitImages(
                    rows.stream().map(DigitImages::ink).toArray(float[][]::new),
                    rows.stream().mapToInt(row -> row[64]).toArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int count() {
        return labels.length;
    }

    DigitImages range(int from, int to) {
        return new DigitImages(Arrays.copyOfRange(pixels, from, to), Arrays.copyOfRange(labels, from, to));
    }

    private static int[] integers(String line) {
        return Stream.of(line.split(",")).mapToInt(Integer::parseInt).toArray();
    }

    private static float[] ink(int[] row) {
        var ink = new float[64];
        for (int i = 0; i < 64; i++) ink[i] = row[i] / 16f;
        return ink;
    }
}
