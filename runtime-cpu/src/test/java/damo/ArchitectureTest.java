package damo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.objectweb.asm.Opcodes.ASM9;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.Remapper;

/// Packages import one way. Read off the class files of all modules, so a fully qualified name is seen as well.
class ArchitectureTest {

    /// A package may use itself and those above it.
    private static final List<String> ORDER = List.of(
        "damo.type", "damo.value", "damo.graph", "damo.text", "damo.interpret", "damo.grad", "damo.rewrite", "damo.spi", "damo",
        "damo.kernel", "damo.math", "damo.lower", "damo.fuse", "damo.plan", "damo.jvm", "damo.opencl",
        "damo.cpu",
        "damo.gpu");

    /// In package `damo` because users import them from there, and thrown from everywhere.
    private static final Set<String> USED_EVERYWHERE = Set.of("damo.DamoException", "damo.CompilerBug");

    /// The only packages that may name ASM.
    private static final Set<String> MAY_USE_ASM = Set.of("damo.jvm", "damo.cpu");

    private static final List<String> MODULES = List.of("core", "codegen", "runtime-cpu", "runtime-gpu");

    @Test
    void packagesImportOneWay() throws IOException {
        List<String> wrong = new ArrayList<>();
        int classes = 0;
        for (Path file : classFiles()) {
            ClassReader reader = new ClassReader(Files.readAllBytes(file));
            String name = reader.getClassName().replace('/', '.');
            if (name.equals("module-info")) continue;
            classes++;
            if (!ORDER.contains(packageOf(name))) wrong.add(name + " is in a package that ArchitectureTest.ORDER does not list");
            for (String used : usedBy(reader)) {
                String why = violation(name, used);
                if (why != null) wrong.add(name + " uses " + used + ": " + why);
            }
        }
        assertTrue(classes > 0, "no class files found");
        assertEquals("", String.join("\n", wrong));
    }

    @Test
    void anImportThatGoesBackIsFound() {
        assertEquals("damo.type may use only packages before it", violation("damo.type.Shape", "damo.graph.Op"));
        assertEquals("only damo.cpu, damo.jvm may use ASM", violation("damo.plan.Plan", "org.objectweb.asm.Label"));
        assertEquals(null, violation("damo.graph.Op", "damo.type.Shape"));
        assertEquals(null, violation("damo.type.Shape", "damo.DamoException"));
    }

    /// Why class `name` may not use class `used`; null when it may.
    private static String violation(String name, String used) {
        String from = packageOf(name);
        String to = packageOf(used);
        if (to.startsWith("org.objectweb.asm")) {
            return MAY_USE_ASM.contains(from) ? null : "only " + String.join(", ", new TreeSet<>(MAY_USE_ASM)) + " may use ASM";
        }
        if (!to.equals("damo") && !to.startsWith("damo.")) return null;
        if (USED_EVERYWHERE.stream().anyMatch(e -> used.equals(e) || used.startsWith(e + "$"))) return null;
        // One that is not listed is as far back as can be.
        int known = ORDER.indexOf(to);
        return known >= 0 && known <= ORDER.indexOf(from) ? null : from + " may use only packages before it";
    }

    /// Every class that this one names anywhere: signatures, code, annotations, lambdas.
    private static Set<String> usedBy(ClassReader reader) {
        Set<String> names = new TreeSet<>();
        Remapper collector = new Remapper(ASM9) {
            @Override
            public String map(String internalName) {
                names.add(internalName.replace('/', '.'));
                return internalName;
            }
        };
        reader.accept(new ClassRemapper(new ClassVisitor(ASM9) {}, collector), ClassReader.SKIP_FRAMES);
        return names;
    }

    private static List<Path> classFiles() throws IOException {
        List<Path> files = new ArrayList<>();
        for (String module : MODULES) {
            Path classes = root().resolve(module).resolve("target/classes");
            if (!Files.isDirectory(classes)) continue;
            try (var walk = Files.walk(classes)) {
                walk.filter(p -> p.toString().endsWith(".class")).forEach(files::add);
            }
        }
        return files;
    }

    /// The repository's root, from where this class was loaded: runtime-cpu/target/test-classes.
    private static Path root() {
        var testClasses = ArchitectureTest.class.getProtectionDomain().getCodeSource().getLocation();
        return Path.of(URI.create(testClasses.toString())).resolve("../../..").normalize();
    }

    private static String packageOf(String className) {
        return className.substring(0, Math.max(0, className.lastIndexOf('.')));
    }
}
