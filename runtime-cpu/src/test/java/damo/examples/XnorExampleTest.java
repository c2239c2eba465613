package damo.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class XnorExampleTest {
    @Test void itLearnsWhetherTwoBitsAreEqual() {
        var network = new XnorExample(0.5);
        double before = network.learn();
        double after = before;
        for (int i = 0; i < 5_000; i++) after = network.learn();
        assertTrue(after < before / 50, "cost %f at first, %f at last".formatted(before, after));
        double[] predicted = network.predict();
        for (int i = 0; i < 4; i++) assertEquals(XnorExample.EQUAL[i], predicted[i], 0.02);
    }
}
