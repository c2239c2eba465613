package damo.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class LogisticRegressionExampleTest {
    @Test void itLearnsRandomPointsByHeart() {
        var printed = new ByteArrayOutputStream();
        var result = LogisticRegressionExample.train(600, new PrintStream(printed, true, UTF_8));
        assertTrue(result.lastCost() < result.firstCost() / 10, result::toString);
        assertEquals(0, result.wrong());
        assertTrue(printed.toString(UTF_8).contains("softplus"), "log(sigmoid(x)) should have become -softplus(-x)");
    }
}
