package damo.gpu;

import java.util.List;

/// The OpenCL devices that Damo can run on. This version drives none, and says so.
public final class Devices {

    /// What a user is told who asks for a GPU.
    public static final String NONE =
        "gpu: this version of Damo has no OpenCL device support yet; functions run on the CPU back end";

    private Devices() {}

    /// The names of the usable devices: always empty in this version, see [#NONE].
    public static List<String> names() {
        return List.of();
    }
}
