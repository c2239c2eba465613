package damo.verify;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.assertEquals;

import damo.CompiledFunction;
import damo.DamoException;
import damo.graph.Variable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A Java of its own that finds no OpenCL: what it says, and that the CPU serves if it may.
class NoDeviceTest {
    /// What that Java does.
    public static void main(String[] args) {
        System.out.println(devices());
        try {
            System.out.println(doubled());
        } catch (DamoException e) {
            System.out.println(e.getMessage());
        }
        System.setProperty("damo.gpu.fallback", "cpu");
        System.out.println(doubled());
    }

    private static Object doubled() {
        Variable x = dvector("x");
        CompiledFunction f = function().in(x).out(x.mul(2)).on(gpu()).compile();
        return f.call(new double[] {1, 2});
    }

    @Test void oneMessageSaysWhatWasLookedForAndTheCpuServesIfItMay() throws IOException, InterruptedException {
        Process java = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Ddamo.opencl=libNothing.so",
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"), NoDeviceTest.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        List<String> said = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        assertEquals(0, java.waitFor());
        assertEquals(List.of("[]", "gpu: no OpenCL library was found (looked for libNothing.so); install the driver of your GPU, or PoCL to run on "
                + "the CPU (on Debian pocl-opencl-icd and ocl-icd-libopencl1); or use on(cpu()), or allow it with "
                + "-Ddamo.gpu.fallback=cpu", "[2. 4.]"), said);
    }
}
