package damo.verify;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import damo.Damo;
import damo.DamoException;
import damo.value.NDArray;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Values and gradients of an independent implementation, from the folder that `-Ddamo.golden=DIR` names, else from the project's own
/// copy. `-Ddamo.golden.only=TEXT` takes only cases whose id contains the text.
class GoldenTest {
    /// Cases whose expected gradient is PyTensor's rounding: the true one is 0 (of a sum of softmaxes), or a difference of nearly equal numbers
    /// (of erfcx at 10⁶, where four digits are left).
    private static final Set<String> ROUNDING = Set.of("stability/softmax-large", "stability/erfcx-large");
    /// An element that SciPy has wrong: `erfcinv(5e-324)` is 27.2, not ∞ (`AccuracyTest` has it from 30 digits).
    private static final Map<String, Integer> WRONG = Map.of("elementwise/erfcinv-special", 8);

    private final Map<String, Integer> skipped = new TreeMap<>();
    private final List<String> failures = new ArrayList<>();
    private int passed;
    private int failed;

    @Test void valuesAndGradientsAgree() throws IOException {
        agree(List.of("interpreter", "cpu"), true, 1);
    }

    /// A case is run with known or with open extents, in turn.
    @Test void valuesAndGradientsAgreeOnADevice() throws IOException {
        OnGpu.needed();
        agree(List.of("gpu"), false, OnGpu.ALL ? 1 : 40);
    }

    /// @param both whether to run each case with known and with open extents, not only with one of them
    /// @param every of how many cases to take one
    private void agree(List<String> backends, boolean both, int every) throws IOException {
        String only = System.getProperty("damo.golden.only", "");
        List<JsonNode> cases = cases().stream().filter(json -> json.get("id").asText().contains(only)).toList();
        for (int i = 0; i < cases.size(); i += every) check(cases.get(i), backends, both ? 3 : 1 + i / every % 2);
        failures.forEach(System.out::println);
        int skips = skipped.values().stream().mapToInt(Integer::intValue).sum();
        System.out.printf("golden on %s: %d passed, %d skipped (%s), %d failed%n", String.join(" and ", backends), passed, skips,
                skipped.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder())).map(e -> e.getKey() + ": " + e.getValue())
                        .collect(Collectors.joining(", ")), failed);
        assertTrue(passed + skips > 0, "no cases were found");
        assertTrue(failures.isEmpty(), () -> "%d golden cases failed:%n%s".formatted(failed, String.join("\n", failures)));
    }

    private static List<JsonNode> cases() throws IOException {
        String folder = System.getProperty("damo.golden", "");
        Path path = folder.isEmpty() ? new File(Objects.requireNonNull(GoldenTest.class.getResource("/golden")).getPath()).toPath()
                : Path.of(folder);
        var cases = new ArrayList<JsonNode>();
        try (var files = Files.list(path)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList())
                new ObjectMapper().readTree(file.toFile()).get("cases").forEach(cases::add);
        }
        return cases;
    }

    /// @param extents 1 for open ones, 2 for known ones, 3 for both
    private void check(JsonNode json, List<String> backends, int extents) {
        try {
            new GoldenCase(json, true);
        } catch (GoldenCall.Missing e) {
            skipped.merge(e.getMessage(), 1, Integer::sum);
            return;
        } catch (RuntimeException _) {
            // Said below, with the back end.
        }
        int before = failures.size();
        // Squeezing all axes of extent 1 can be said of known extents only.
        boolean squeezes = json.get("expr").toString().contains("\"squeeze\"") && json.get("expr").toString().contains("\"axis\":null");
        for (String backend : backends) {
            if ((extents & 1) != 0 && !squeezes) run(json, backend, false);
            if ((extents & 2) != 0 || squeezes) run(json, backend, true);
        }
        if (failures.size() == before) passed++;
        else failed++;
    }

    private void run(JsonNode json, String backend, boolean isStatic) {
        String where = "%s on %s, extents %s".formatted(json.get("id").asText(), backend, isStatic ? "known" : "open");
        try {
            var golden = new GoldenCase(json, isStatic);
            var f = Damo.function().in(List.copyOf(golden.inputs.values())).out(golden.results).allowUnused().on(backend).compile();
            List<NDArray> values = f.callAll(golden.arguments().toArray());
            int outputs = json.get("outputs").size();
            for (int i = 0; i < values.size(); i++) {
                boolean isGradient = i >= outputs;
                String wrong = difference(values.get(i), golden.expected.get(i), json, isGradient);
                if (wrong == null) continue;
                String what = i < outputs ? "output " + i
                        : "gradient by " + List.copyOf(json.get("grads").properties()).get(i - outputs).getKey();
                failures.add("%s: %s: %s; expression %s".formatted(where, what, wrong, brief(json.get("expr"))));
                return;
            }
        } catch (DamoException e) {
            failures.add("%s: %s; expression %s".formatted(where, e.getMessage().lines().limit(4).collect(Collectors.joining(" | ")),
                    brief(json.get("expr"))));
        } catch (RuntimeException | LinkageError e) {
            failures.add("%s: %s at %s; expression %s".formatted(where, e.toString().lines().limit(3).collect(Collectors.joining(" | ")),
                    e.getStackTrace().length > 0 ? e.getStackTrace()[0] : "?", brief(json.get("expr"))));
        }
    }

    private static String brief(JsonNode e) {
        String text = e.toString();
        return text.length() > 300 ? text.substring(0, 300) + "…" : text;
    }

    /// What is wrong with `got`, or `null`.
    private static String difference(NDArray got, JsonNode expected, JsonNode json, boolean isGradient) {
        String dtype = expected.get("dtype").asText();
        NDArray want = GoldenCase.value(dtype, expected.get("data"), GoldenCase.extents(expected));
        // A gradient has the dtype of its input (the function builder has seen to that); PyTensor's is a float64 here and there.
        boolean otherDtype = !isGradient && !got.dtype().toString().equals(dtype);
        if (otherDtype && !json.get("note").asText()
                .contains(got.dtype().toString())) return "dtype %s, expected %s".formatted(got.dtype(), dtype);
        if (!java.util.Arrays.equals(got.shape(), want.shape())) return "type %s, expected %s".formatted(got.type(), want.type());
        double tol = json.get("tol").doubleValue();
        double atol = isGradient && ROUNDING.contains(json.get("id").asText()) ? 1e-15 : json.get("atol").doubleValue();
        for (int i = 0; i < want.size(); i++) {
            if (WRONG.getOrDefault(json.get("id").asText(), -1) == i) continue;
            boolean equal = want.dtype().isFloat() ? isClose(got.doubleAt(i), want.doubleAt(i), tol, atol)
                    : got.longAt(i) == want.longAt(i);
            if (!equal) return "element %d is %s, expected %s".formatted(i, text(got, i), text(want, i));
        }
        return null;
    }

    private static String text(NDArray x, int i) {
        return x.dtype().isFloat() ? Double.toString(x.doubleAt(i)) : Long.toString(x.longAt(i));
    }

    private static boolean isClose(double a, double e, double tol, double atol) {
        if (a == e || Double.isNaN(a) && Double.isNaN(e)) return true;
        return !Double.isInfinite(e) && Math.abs(a - e) <= tol * Math.abs(e) + atol;
    }
}
