package damo.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.kernel.KernelText;
import damo.kernel.Listing;
import damo.kernel.Program;
import damo.kernel.Step;
import damo.kernel.Values;
import damo.plan.Sizes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Files with a program, `// ----`, and its kernels in OpenCL C. `-Dgolden.bless=true` writes what came out.
class GoldenOpenClTest {
    private static final Path FOLDER = Path.of("src/test/resources/golden-opencl");
    private static final String LINE = "// ----\n";

    static List<Path> files() throws IOException {
        Path folder = Files.isDirectory(FOLDER) ? FOLDER : Path.of("codegen").resolve(FOLDER);
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".cl")).sorted().toList();
        }
    }

    @ParameterizedTest @MethodSource("files")
    void theProgramBecomesWhatTheFileSays(Path file) throws IOException {
        String[] parts = Files.readString(file).split(LINE, 2);
        var values = new Values();
        Program program = KernelText.parse(parts[0], values);
        OpenClText got = text(values, program);
        if (Boolean.getBoolean("golden.bless")) Files.writeString(file, parts[0] + LINE + got.text());
        else assertEquals(parts[1], got.text(), () -> "to accept: mvn test -pl codegen -Dtest=GoldenOpenClTest -Dgolden.bless=true");
    }

    @ParameterizedTest @MethodSource("files")
    void everyLineOfAKernelTellsItsOrigin(Path file) throws IOException {
        var values = new Values();
        Program program = KernelText.parse(Files.readString(file).split(LINE, 2)[0], values);
        OpenClText got = text(values, program);
        assertEquals(got.text().lines().count(), got.origins().size());
        long lines = Listing.of(program).text().lines().count();
        assertTrue(got.origins().stream().allMatch(o -> o >= 0 && o <= lines));
        assertTrue(got.origins().stream().anyMatch(o -> o > 0));
    }

    private static OpenClText text(Values values, Program program) {
        List<Step.Compute> steps = Step.all(program.steps()).filter(Step.Compute.class::isInstance).map(Step.Compute.class::cast).toList();
        return OpenClText.of(values, steps, Listing.of(program), Sizes.large());
    }
}
