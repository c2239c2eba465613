package damo.rewrite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.graph.Lambda;
import damo.text.GraphText;
import damo.text.Pretty;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Files with `// test: upto=stabilize`, a graph, `// ----`, and the graph after that phase; then each result as an expression.
/// `-Dgolden.bless=true` writes what came out.
class GoldenTextTest {
    private static final Path FOLDER = Path.of("src/test/resources/golden-text");
    private static final Pattern FORM = Pattern.compile("(?s)(// test: upto=(\\w+)(?: without=([\\w,-]+))?\n(.*?)// ----\n)(.*)");

    static List<Path> files() throws IOException {
        Path folder = Files.isDirectory(FOLDER) ? FOLDER : Path.of("core").resolve(FOLDER);
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".ir")).sorted().toList();
        }
    }

    @ParameterizedTest @MethodSource("files")
    void theGraphBecomesWhatTheFileSays(Path file) throws IOException {
        Matcher m = FORM.matcher(Files.readString(file));
        assertTrue(m.matches(), file + " needs: // test: upto=<phase>, a graph, // ----, the expected graph");
        Lambda f = GraphText.parse(file.getFileName().toString(), m.group(4));
        Set<String> disabled = m.group(3) == null ? Set.of() : Set.of(m.group(3).split(","));
        for (Phases.Phase phase : Phases.ALL) {
            f = Phases.rewrite(f, phase, disabled);
            if (phase.name().equals(m.group(2))) break;
        }
        String got = GraphText.print(f) + Pretty.print(f.results()).lines().map(l -> "// " + l + "\n").reduce("", String::concat);
        if (Boolean.getBoolean("golden.bless")) Files.writeString(file, m.group(1) + got);
        else assertEquals(m.group(5), got, () -> "to accept: mvn test -pl core -Dtest=GoldenTextTest -Dgolden.bless=true");
    }
}
