package damo.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TourTest {
    @Test void itPrintsWhatTheReadmeSays() {
        List<String> printed = printed(Tour::main).lines().toList();
        for (String line : List.of(
                "y            = (1.0 / (1.0 + exp(-x)))",
                "y at 0, 1, 2 = [0.5        0.73105858 0.88079708]",
                "sigmoid(x)",
                "slope = [0.19661193 0.25       0.19661193]",
                "total = 15.0",
                "length(3, 4) = 5.0",
                "product: no value for w; it takes (v: float64[?], w: float64[?])"))
            assertTrue(printed.contains(line), () -> "missing: %s%nin%n%s".formatted(line, String.join("\n", printed)));
        assertTrue(printed.stream().anyMatch(line -> line.matches("  v is float64\\[3], created at Tour.java:\\d+")), printed::toString);
    }

    private static String printed(Runnable program) {
        PrintStream out = System.out;
        var bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            program.run();
        } finally {
            System.setOut(out);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
