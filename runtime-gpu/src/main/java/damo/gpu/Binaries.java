package damo.gpu;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/// Built programs on disk, by what they were built from: device, driver, options and source. A file is the hash of a binary and the binary, so
/// that one that was damaged or half written counts as not there. `-Ddamo.gpu.cache=FOLDER` says where, `=none` nowhere.
final class Binaries {
    private static final String PROPERTY = "damo.gpu.cache";
    private static final int HASH = 32;

    private Binaries() {}

    private static Optional<Path> folder() {
        String given = System.getProperty(PROPERTY, "");
        if (given.equals("none")) return Optional.empty();
        if (!given.isEmpty()) return Optional.of(Path.of(given));
        String home = System.getenv("XDG_CACHE_HOME");
        Path base = home != null && !home.isEmpty() ? Path.of(home) : Path.of(System.getProperty("user.home", "."), ".cache");
        return Optional.of(base.resolve("damo").resolve("opencl"));
    }

    /// The file for this program, if there is a cache.
    static Optional<Path> file(Device device, String source) {
        String key = String.join("\n", device.name(), device.version(), device.driver(), device.platform(), device.options(), source);
        return folder().map(f -> f.resolve(HexFormat.of().formatHex(hash(key.getBytes(StandardCharsets.UTF_8))) + ".bin"));
    }

    /// The binary in `file`, unless it is damaged or not there.
    static Optional<byte[]> read(Path file) {
        try {
            byte[] all = Files.readAllBytes(file);
            if (all.length <= HASH) return Optional.empty();
            byte[] binary = Arrays.copyOfRange(all, HASH, all.length);
            return Arrays.equals(hash(binary), Arrays.copyOf(all, HASH)) ? Optional.of(binary) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// Puts a binary into `file`, at once for all who read it. A cache that cannot be written is none.
    static void write(Path file, byte[] binary) {
        try {
            Files.createDirectories(file.getParent());
            Path part = Files.createTempFile(file.getParent(), "part", ".tmp");
            try {
                Files.write(part, ByteBuffer.allocate(HASH + binary.length).put(hash(binary)).put(binary).array());
                Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(part);                            // of a disk that is full, say
            }
        } catch (IOException e) {
            // built again next time
        }
    }

    private static byte[] hash(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);                        // every Java has it
        }
    }
}
