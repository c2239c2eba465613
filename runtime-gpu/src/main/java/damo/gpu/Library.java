package damo.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;

/// The OpenCL loader of the machine. Our own binding, since the few functions that we call are the same everywhere, an installation without
/// development files has `libOpenCL.so.1` only, and a binding that brings its own loader would find other drivers than the machine's.
final class Library {
    /// What names another library.
    static final String PROPERTY = "damo.opencl";

    private static final Optional<SymbolLookup> LOOKUP = find();

    private Library() {}

    /// The names that are tried, in order.
    static List<String> names() {
        String given = System.getProperty(PROPERTY);
        if (given != null) return List.of(given);
        String system = System.getProperty("os.name", "");
        if (system.startsWith("Windows")) return List.of("OpenCL.dll");
        if (system.startsWith("Mac")) return List.of("/System/Library/Frameworks/OpenCL.framework/OpenCL");
        return List.of("libOpenCL.so.1", "libOpenCL.so");
    }

    /// Whether there is one.
    static boolean isThere() {
        return LOOKUP.isPresent();
    }

    private static Optional<SymbolLookup> find() {
        for (String name : names())
            try {
                return Optional.of(SymbolLookup.libraryLookup(name, Arena.global()));
            } catch (IllegalArgumentException | IllegalCallerException e) {
                // the next name, or none: who asks for devices is told
            }
        return Optional.empty();
    }

    /// The function `name`, or `null` if there is none.
    ///
    /// @param signature the result, then the parameters: `I` 32 bits, `L` 64 bits, `P` a pointer
    static MethodHandle function(String name, String signature) {
        return LOOKUP.flatMap(l -> l.find(name)).map(address -> {
            MemoryLayout[] parameters = signature.substring(1).chars().mapToObj(Library::layout).toArray(MemoryLayout[]::new);
            return Linker.nativeLinker().downcallHandle(address, FunctionDescriptor.of(layout(signature.charAt(0)), parameters));
        }).orElse(null);
    }

    private static MemoryLayout layout(int letter) {
        return switch (letter) {
            case 'I' -> ValueLayout.JAVA_INT;
            case 'L' -> ValueLayout.JAVA_LONG;
            default -> ValueLayout.ADDRESS;
        };
    }
}
