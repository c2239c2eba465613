package damo.kernel;

import damo.DamoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Texts for whoever looks into the compiler: into the folder that `-Ddamo.dump=…` names.
public final class Dump {
    private static final String FOLDER = System.getProperty("damo.dump");

    private Dump() {}

    /// Whether there is such a folder.
    public static boolean isOn() {
        return FOLDER != null;
    }

    /// Writes `text` to a file of this name in the folder, which there must be ([#isOn()]).
    ///
    /// @throws DamoException if the folder cannot be written
    public static void write(String name, String text) {
        try {
            Files.writeString(Files.createDirectories(Path.of(FOLDER)).resolve(name), text);
        } catch (IOException e) {
            throw new DamoException("damo.dump: cannot write to '%s': %s; name a folder that can be written".formatted(FOLDER, e.getMessage()), e);
        }
    }
}
