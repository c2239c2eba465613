package damo;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.function.Executable;

/// For tests of bad input: the user's error, with words that help.
final class Refused {
    private Refused() {}

    static void refused(Executable work, String... words) {
        String message = assertThrows(DamoException.class, work).getMessage();
        for (String word : words) assertTrue(message.contains(word), () -> "'%s' is missing in: %s".formatted(word, message));
    }
}
