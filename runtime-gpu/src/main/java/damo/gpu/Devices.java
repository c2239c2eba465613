package damo.gpu;

import damo.DamoException;
import damo.opencl.OpenClText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// The OpenCL devices of this machine. `-Ddamo.gpu.device=N` (a number of the list) or `=words` (a part of its line) chooses among them;
/// otherwise a GPU is taken before an accelerator before a CPU.
public final class Devices {
    private static final String CHOICE = "damo.gpu.device";
    private static final Map<Device, Session> OPEN = new HashMap<>();
    private static final List<String> FAILURES = new ArrayList<>();
    private static List<Device> found;

    private Devices() {}

    /// One line for each device that can be used, the best first: its name, kind, memory and driver.
    public static List<String> names() {
        return all().stream().map(Device::toString).toList();
    }

    /// Gives back everything that is held on devices, after calls that run there; state comes to the host. A function that runs afterwards begins
    /// anew. To call it twice does no harm.
    public static void close() {
        List<Session> sessions;
        synchronized (OPEN) {
            sessions = List.copyOf(OPEN.values());
            OPEN.clear();
        }
        sessions.forEach(Session::close);
    }

    static synchronized List<Device> all() {
        if (found != null) return found;
        var devices = new ArrayList<Device>();
        if (Library.isThere())
            for (var platform : orNone(OpenCl::platforms))
                for (var device : orNone(() -> OpenCl.devices(platform))) devices.addAll(orNone(() -> Device.of(platform, device).stream().toList()));
        devices.removeIf(d -> d.groupSize() < OpenClText.GROUP);
        devices.sort(Comparator.comparing(Device::kind));
        return found = List.copyOf(devices);
    }

    /// What is found, or nothing: a driver that fails hides no other.
    private static <T> List<T> orNone(Supplier<List<T>> find) {
        try {
            return find.get();
        } catch (OpenClError e) {
            FAILURES.add(e.getMessage());
            return List.of();
        }
    }

    /// The device that functions run on, if there is one.
    static Optional<Device> chosen() {
        List<Device> all = all();
        String wanted = System.getProperty(CHOICE, "");
        if (wanted.isEmpty() || all.isEmpty()) return all.stream().findFirst();
        if (wanted.matches("\\d{1,3}") && Integer.parseInt(wanted) < all.size()) return Optional.of(all.get(Integer.parseInt(wanted)));
        return Optional.of(all.stream().filter(d -> d.toString().contains(wanted)).findFirst().orElseThrow(() -> new DamoException(
                "gpu: -D%s=%s names no device; there are%n%s".formatted(CHOICE, wanted, listed(all)))));
    }

    private static String listed(List<Device> all) {
        return all.stream().map(d -> "  %d: %s".formatted(all.indexOf(d), d)).collect(Collectors.joining("\n"));
    }

    /// What is open on `device`.
    static Session session(Device device) {
        synchronized (OPEN) {
            return OPEN.computeIfAbsent(device, Session::new);
        }
    }

    /// The same for a call, which must [Session#leave] it.
    static Session enter(Device device) {
        while (true) {
            Session session = session(device);
            if (session.enter()) return session;                       // else it was closed since
        }
    }

    /// What to say where no device is: what was looked for, what was found, what to do.
    static String missing() {
        String why = !Library.isThere() ? "no OpenCL library was found (looked for %s)".formatted(String.join(", ", Library.names()))
                : !FAILURES.isEmpty() ? "OpenCL is there, but " + String.join("; ", FAILURES)
                : "OpenCL is there, but no driver offers a device with a compiler (on Linux, drivers are listed in /etc/OpenCL/vendors)";
        return ("gpu: %s; install the driver of your GPU, or PoCL to run on the CPU (on Debian pocl-opencl-icd and ocl-icd-libopencl1); "
                + "or use on(cpu()), or allow it with -D%s=cpu").formatted(why, GpuBackend.FALLBACK);
    }
}
